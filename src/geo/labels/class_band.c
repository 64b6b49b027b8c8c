/* A band of class values, read the same way for labels, references and maps. */
#include "geo/labels/class_band.h"

#include <float.h>
#include <math.h>

#include "core/error.h"
#include "core/log.h"
#include "core/memory.h"
#include "core/number.h"
#include "geo/source/band_validity.h"
#include "geo/source/gdal_catch.h"

s2rgf_status s2_class_band_open(GDALDatasetH dataset, const char *path, s2_class_band *band,
                                s2rgf_error *err)
{
    *band = (s2_class_band){.path = path, .dataset = dataset};
    for (int number = GDALGetRasterCount(dataset); number > 0; number--) {
        GDALRasterBandH candidate = GDALGetRasterBand(dataset, number);
        if (GDALGetRasterColorInterpretation(candidate) == GCI_AlphaBand)
            continue;
        band->band = candidate;
        band->count++;
    }
    if (!band->band)
        return s2_fail(err, S2RGF_FORMAT, "%s: not a class raster: expected a band, found none",
                       path);
    const GDALDataType type = GDALGetRasterDataType(band->band);
    if (GDALDataTypeIsComplex(type))
        return s2_fail(err, S2RGF_UNSUPPORTED,
                       "%s: complex values: expected an integer type, found %s", path,
                       GDALGetDataTypeName(type));
    band->is_float = GDALDataTypeIsFloating(type) != 0;
    band->signed_byte = s2_band_is_signed_byte(band->band);
    band->mask = s2_band_mask(dataset, band->band);
    band->has_nodata = s2_band_nodata(band->band, &band->nodata);
    band->zero_is_class = band->has_nodata && band->nodata != 0.0;
    if (band->has_nodata)
        s2_band_fit_nodata(band->band, &band->nodata);
    if (s2_band_nodata_is_wide(band->band))
        band->has_nodata = false; /* the mask says it */
    return S2RGF_OK;
}

void s2_class_band_close(s2_class_band *band)
{
    s2_free(band->pixels);
    s2_free(band->valid);
    *band = (s2_class_band){0};
}

static bool make_room(s2_class_band *band, size_t count)
{
    if (count <= band->room)
        return true;
    s2_free(band->pixels);
    s2_free(band->valid);
    band->pixels = s2_alloc(count, sizeof *band->pixels);
    band->valid = s2_alloc(band->mask ? count : 0, sizeof *band->valid);
    band->room = band->pixels && band->valid ? count : 0;
    return band->room > 0;
}

/** NaN for what is nodata or masked. */
static void clear_invalid(s2_class_band *band, size_t count)
{
    /* As GDAL: a nodata value written as text may differ in the last digits of a float. */
    const bool is_close = band->is_float && isfinite(band->nodata);
    const double slack = is_close ? 10.0 * FLT_EPSILON * fabs(band->nodata) : 0.0;
    for (size_t i = 0; i < count; i++) {
        double *pixel = &band->pixels[i];
        if (band->signed_byte && *pixel > 127.0)
            *pixel -= 256.0;
        if (band->has_nodata && (*pixel == band->nodata || fabs(*pixel - band->nodata) <= slack))
            *pixel = NAN;
        if (band->mask && !(band->valid[i] > 0.0f))
            *pixel = NAN;
    }
}

s2rgf_status s2_class_band_read(s2_class_band *band, s2_rect rect, const double **pixels,
                                s2rgf_error *err)
{
    return s2_class_band_pick(band, rect, rect.w, rect.h, pixels, err);
}

s2rgf_status s2_class_band_pick(s2_class_band *band, s2_rect rect, int width, int height,
                                const double **pixels, s2rgf_error *err)
{
    const size_t count = (size_t)width * (size_t)height;
    if (!make_room(band, count))
        return s2_fail_memory(err, "class raster");
    s2_gdal_catch caught;
    s2_gdal_catch_begin(&caught);
    CPLErr outcome = GDALRasterIO(band->band, GF_Read, rect.x, rect.y, rect.w, rect.h, band->pixels,
                                  width, height, GDT_Float64, 0, 0);
    if (outcome == CE_None && band->mask)
        outcome = GDALRasterIO(band->mask, GF_Read, rect.x, rect.y, rect.w, rect.h, band->valid,
                               width, height, GDT_Float32, 0, 0);
    s2_gdal_catch_end(&caught);
    if (outcome != CE_None)
        return s2_gdal_fail(&caught, err, S2RGF_IO, "%s: cannot read lines %d..%d", band->path,
                            rect.y, rect.y + rect.h - 1);
    clear_invalid(band, count);
    *pixels = band->pixels;
    return S2RGF_OK;
}

s2rgf_status s2_class_band_value(s2_class_band *band, int x, int y, double pixel, int *value,
                                 s2rgf_error *err)
{
    double whole = 0.0;
    *value = s2_class_band_peek(band, pixel);
    if (*value >= 0 || isnan(pixel))
        return S2RGF_OK;
    const bool is_whole = s2_whole_number(pixel, &whole);
    if (is_whole && whole == 0.0) {
        band->zeros++;
        return S2RGF_OK;
    }
    if (pixel < 0.0) {
        band->lowest = band->below == 0 ? pixel : fmin(band->lowest, pixel);
        band->below++;
        return S2RGF_OK;
    }
    char found[S2_NUMBER_BYTES];
    return s2_fail(err, S2RGF_FORMAT,
                   "%s: pixel %d, %d: not a class: expected whole numbers up to %d, found %s",
                   band->path, x, y, S2_CLASS_MAX_VALUE, s2_number_text(pixel, found));
}

int s2_class_band_peek(const s2_class_band *band, double pixel)
{
    double whole;
    if (!s2_whole_number(pixel, &whole) || whole < (band->zero_is_class ? 0.0 : 1.0) ||
        whole > S2_CLASS_MAX_VALUE)
        return -1;
    return (int)whole;
}

void s2_class_band_report(const s2_class_band *band, const s2rgf_host *host)
{
    char number[S2_NUMBER_BYTES];
    if (band->below > 0)
        s2_log(host, S2RGF_WARNING,
               "%s: no nodata value is declared: %llu pixels below 0, such as %s, count as nodata",
               band->path, (unsigned long long)band->below, s2_number_text(band->lowest, number));
    if (band->zeros > 0 && band->mask)
        s2_log(host, S2RGF_WARNING,
               "%s: %llu pixels of value 0 count as nodata, although its mask calls them valid",
               band->path, (unsigned long long)band->zeros);
    else if (band->zeros > 0)
        s2_log(host, S2RGF_INFO, "%s: value 0 counts as nodata: %llu pixels", band->path,
               (unsigned long long)band->zeros);
}
