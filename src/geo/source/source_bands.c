/* What a file says of its bands: type, nodata, scale, masks, names, wavelengths. */
#include <cpl_conv.h>
#include <cpl_string.h>
#include <math.h>
#include <string.h>

#include "core/error.h"
#include "core/memory.h"
#include "geo/source/band_validity.h"
#include "geo/source/gdal_catch.h"
#include "geo/source/source_private.h"

/**
 * Nanometres from a number and its unit; without unit, no optical wavelength is both above 100 um
 * and below 100 nm.
 */
static double to_nanometres(double value, const char *units)
{
    if (!(value > 0.0) || !isfinite(value))
        return NAN;
    if (units && (STARTS_WITH_CI(units, "nano") || EQUAL(units, "nm")))
        return value;
    if (units && (STARTS_WITH_CI(units, "micro") || EQUAL(units, "um") ||
                  EQUAL(units, "\xC2\xB5m") || EQUAL(units, "\xCE\xBCm")))
        return value * 1000.0;
    /* ENVI's other units are no lengths, and "index" is no more than a band's number. */
    if (units && (STARTS_WITH_CI(units, "index") || STARTS_WITH_CI(units, "wavenumber") ||
                  EQUAL(units, "GHz") || EQUAL(units, "MHz")))
        return NAN;
    return value < 100.0 ? value * 1000.0 : value;
}

/** A number that may be followed by its unit ("665 nm"); NaN if there is none. */
static double parse_wavelength(const char *text, const char *units)
{
    char *end = NULL;
    const double value = CPLStrtod(text, &end);
    if (end == text)
        return NAN;
    while (*end == ' ')
        end++;
    return to_nanometres(value, *end != '\0' ? end : units);
}

/** Wavelength in the band's own metadata. */
static double band_wavelength(GDALRasterBandH band)
{
    static const struct {
        const char *domain, *key, *units;
    } places[] = {
        {"IMAGERY", "CENTRAL_WAVELENGTH_UM", "um"},
        {NULL, "CENTRAL_WAVELENGTH_UM", "um"},
        {NULL, "WAVELENGTH_UM", "um"},
        {NULL, "WAVELENGTH_NM", "nm"},
        {NULL, "WAVELENGTH", NULL},
        {NULL, "CENTRAL_WAVELENGTH", NULL},
    };
    const char *units = GDALGetMetadataItem(band, "WAVELENGTH_UNITS", NULL);
    if (!units)
        units = GDALGetMetadataItem(band, "WAVELENGTH_UNIT", NULL);
    if (!units) /* GDAL gives bands of ENVI their numbers, but not every unit */
        units = GDALGetMetadataItem(GDALGetBandDataset(band), "wavelength_units", "ENVI");
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        const char *text = GDALGetMetadataItem(band, places[i].key, places[i].domain);
        if (!text)
            continue;
        const double nm = parse_wavelength(text, places[i].units ? places[i].units : units);
        if (!isnan(nm))
            return nm;
    }
    return NAN;
}

/** Wavelength in the list of ENVI's header, "{ 0.46, 0.465, ...}". */
static double envi_wavelength(GDALDatasetH dataset, int number)
{
    const char *list = GDALGetMetadataItem(dataset, "wavelength", "ENVI");
    if (!list)
        return NAN;
    double nm = NAN;
    char **items = CSLTokenizeString2(list, "{}, ", 0);
    if (CSLCount(items) == GDALGetRasterCount(dataset))
        nm = parse_wavelength(items[number - 1],
                              GDALGetMetadataItem(dataset, "wavelength_units", "ENVI"));
    CSLDestroy(items);
    return nm;
}

/**
 * Whether a list of good (1) and bad (0) bands, "{1, 1, 0}", or a band's own entry marks it bad.
 */
static bool is_marked_bad(GDALDatasetH dataset, GDALRasterBandH handle, int number)
{
    static const char *const domains[] = {NULL, "ENVI"};
    for (int i = 0; i < 2; i++) {
        const char *own = GDALGetMetadataItem(handle, "bbl", domains[i]);
        const char *list = GDALGetMetadataItem(dataset, "bbl", domains[i]);
        if (!own && !list)
            continue;
        char **items = CSLTokenizeString2(own ? own : list, "{}, ", 0);
        const int at = own ? 0 : number - 1;
        const int expected = own ? 1 : GDALGetRasterCount(dataset);
        char *end = NULL;
        const bool bad =
            CSLCount(items) == expected && CPLStrtod(items[at], &end) == 0.0 && end != items[at];
        CSLDestroy(items);
        return bad;
    }
    return false;
}

const char *s2_file_title(const char *path)
{
    const char *colon = strrchr(path, ':');
    return CPLGetBasename(colon ? colon + 1 : path);
}

static s2rgf_status describe_band(const s2_file *file, GDALRasterBandH handle, s2_file_band *band,
                                  s2rgf_error *err)
{
    const char *name = GDALGetDescription(handle);
    if (name[0] == '\0' && GDALGetRasterCount(file->dataset) == 1)
        name = s2_file_title(file->path);
    band->desc.name = s2_strdup(name);
    if (!band->desc.name)
        return s2_fail_memory(err, "band name");
    band->desc.wavelength_nm = band_wavelength(handle);
    if (isnan(band->desc.wavelength_nm))
        band->desc.wavelength_nm = envi_wavelength(file->dataset, band->number);
    band->desc.bad = is_marked_bad(file->dataset, handle, band->number);
    return S2RGF_OK;
}

/** Drop a nodata value that no pixel can have, so that comparing in float is exact. */
static void drop_impossible_nodata(GDALRasterBandH handle, s2_file_band *band)
{
    if (!band->has_nodata)
        return;
    band->odd_nodata = !s2_band_fit_nodata(handle, &band->nodata);
    /* What is not finite is invalid in any case. */
    band->has_nodata = !band->odd_nodata && isfinite(band->nodata);
}

static s2rgf_status describe_values(const s2_file *file, GDALRasterBandH handle,
                                    const char *source_nodata, s2_file_band *band, s2rgf_error *err)
{
    const GDALDataType type = GDALGetRasterDataType(handle);
    if (GDALDataTypeIsComplex(type))
        return s2_fail(err, S2RGF_UNSUPPORTED,
                       "%s: band %d has complex values: expected a real type, found %s",
                       file->label, band->number, GDALGetDataTypeName(type));
    band->is_float = GDALDataTypeIsFloating(type) != 0;
    band->wide = GDALGetDataTypeSizeBits(type) > (band->is_float ? 32 : 16);
    band->signed_byte = s2_band_is_signed_byte(handle);
    band->has_nodata = s2_band_nodata(handle, &band->nodata);
    if (source_nodata) {
        char *end = NULL;
        band->has_nodata = !EQUAL(source_nodata, "none");
        band->nodata = band->has_nodata ? CPLStrtod(source_nodata, &end) : 0.0;
        if (band->has_nodata && (end == source_nodata || *end != '\0'))
            return s2_fail(err, S2RGF_INVALID_ARGUMENT,
                           "source nodata: expected a number or \"none\", found \"%s\"",
                           source_nodata);
    }
    drop_impossible_nodata(handle, band);
    int has_scale = FALSE, has_offset = FALSE;
    const double scale = GDALGetRasterScale(handle, &has_scale);
    const double offset = GDALGetRasterOffset(handle, &has_offset);
    band->scale = has_scale ? scale : 1.0;
    band->offset = has_offset ? offset : 0.0;
    if (!isfinite(band->scale) || band->scale == 0.0 || !isfinite(band->offset))
        return s2_fail(err, S2RGF_FORMAT, "%s: band %d cannot be scaled: scale %g, offset %g",
                       file->label, band->number, band->scale, band->offset);
    return S2RGF_OK;
}

/** Find the masks that are more than the nodata value and the alpha bands. */
static void describe_mask(s2_file *file, GDALRasterBandH handle, const char *source_nodata,
                          s2_file_band *band)
{
    const int flags = GDALGetMaskFlags(handle);
    const bool ignored = (flags & GMF_NODATA) != 0 && source_nodata;
    if (flags == GMF_NODATA && !ignored && s2_band_nodata_is_wide(handle)) {
        band->mask = GDALGetMaskBand(handle);
        band->has_nodata = false;
        return;
    }
    if ((flags & (GMF_ALL_VALID | GMF_ALPHA)) != 0 || flags == GMF_NODATA || ignored)
        return;
    if ((flags & GMF_PER_DATASET) == 0) {
        band->mask = GDALGetMaskBand(handle);
    } else if (file->band_count == 0) {
        file->masks[file->mask_count++] = GDALGetMaskBand(handle);
    }
}

s2rgf_status s2_file_describe(s2_file *file, const char *source_nodata, s2rgf_error *err)
{
    const int count = GDALGetRasterCount(file->dataset);
    file->bands = s2_calloc((size_t)count, sizeof *file->bands);
    file->masks = s2_calloc((size_t)count + 1, sizeof *file->masks);
    if (!file->bands || !file->masks)
        return s2_fail_memory(err, "band descriptions");
    for (int number = 1; number <= count; number++) {
        GDALRasterBandH handle = GDALGetRasterBand(file->dataset, number);
        if (GDALGetRasterColorInterpretation(handle) == GCI_AlphaBand) {
            file->first_alpha = file->alpha_count++ == 0 ? number : file->first_alpha;
            file->masks[file->mask_count++] = handle;
            continue;
        }
        s2_file_band *band = &file->bands[file->band_count];
        band->number = number;
        s2rgf_status status = describe_values(file, handle, source_nodata, band, err);
        if (status == S2RGF_OK) {
            describe_mask(file, handle, source_nodata, band);
            file->band_count++;
            status = describe_band(file, handle, band, err);
        }
        if (status != S2RGF_OK)
            return status;
    }
    return file->band_count > 0
               ? S2RGF_OK
               : s2_gdal_fail_empty(
                     file->dataset, file->label,
                     file->mask_count > 0 ? "no raster band besides alpha" : "no raster band", err);
}

void s2_file_forget(s2_file *file)
{
    for (int i = 0; i < file->band_count; i++)
        s2_free(file->bands[i].desc.name);
    s2_free(file->bands);
    s2_free(file->masks);
    file->bands = NULL;
    file->masks = NULL;
    file->band_count = file->mask_count = 0;
}
