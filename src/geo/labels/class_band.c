/* A band of class values, read the same way for labels, references and maps. */
#include "geo/labels/class_band.h"

#include <float.h>
#include <math.h>

#include "core/error.h"
#include "core/log.h"
#include "core/memory.h"
#include "core/number.h"
#include "core/plural.h"
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
        return s2_gdal_fail_empty(dataset, path, "not a class raster: expected a band, found none",
                                  err);
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
    s2_class_band_note_odd(band, pixel);
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

/** An s2_pixel_reader. */
static s2rgf_status read_band(void *band, s2_rect rect, const double **pixels, s2rgf_error *err)
{
    return s2_class_band_read(band, rect, pixels, err);
}

s2rgf_status s2_class_band_look_up(s2_class_band *band, s2_pixel_lookup *lookup, s2_rect block,
                                   int *values, s2rgf_error *err)
{
    const size_t count = (size_t)block.w * (size_t)block.h;
    const double *pixels = NULL;
    s2_pixel_lookup_find(lookup, block);
    s2rgf_status status = s2_pixel_lookup_read(lookup, count, read_band, band, &pixels, err);
    for (size_t i = 0; i < count && status == S2RGF_OK; i++) {
        int x = 0, y = 0;
        s2_pixel_lookup_at(lookup, i, &x, &y);
        status = s2_class_band_value(band, x, y, pixels[i], &values[i], err);
    }
    return status;
}

int s2_class_band_peek(const s2_class_band *band, double pixel)
{
    double whole;
    if (!s2_whole_number(pixel, &whole) || whole < (band->zero_is_class ? 0.0 : 1.0) ||
        whole > S2_CLASS_MAX_VALUE)
        return -1;
    return (int)whole;
}

void s2_class_band_note_odd(s2_class_band *band, double pixel)
{
    band->odd = band->has_odd ? band->odd : pixel;
    band->has_odd = true;
}

s2rgf_status s2_class_band_fail_empty(const s2_class_band *band, s2rgf_error *err)
{
    char found[S2_NUMBER_BYTES];
    return s2_fail(err, S2RGF_MISMATCH,
                   "%s: no pixel has a class: expected whole numbers from 1 to %d, found %s%s",
                   band->path, S2_CLASS_MAX_VALUE,
                   band->has_odd ? "values such as " : "only nodata",
                   band->has_odd ? s2_number_text(band->odd, found) : "");
}

/** A raster of classes has no unit that scale and offset could lead to. */
static void tell_scale(const s2_class_band *band, const s2rgf_host *host)
{
    int has_scale = FALSE, has_offset = FALSE;
    double scale = GDALGetRasterScale(band->band, &has_scale);
    double offset = GDALGetRasterOffset(band->band, &has_offset);
    scale = has_scale ? scale : 1.0;
    offset = has_offset ? offset : 0.0;
    if (scale != 1.0 || offset != 0.0)
        s2_log(host, S2RGF_WARNING,
               "%s: classes are its values as they are stored: its scale of %g and its offset of "
               "%g are not applied",
               band->path, scale, offset);
}

void s2_class_band_report(const s2_class_band *band, const s2rgf_host *host)
{
    char number[S2_NUMBER_BYTES];
    tell_scale(band, host);
    if (band->below > 0)
        s2_log(host, S2RGF_WARNING,
               "%s: %s nodata value is declared: %llu %s below 0, such as %s, %s as nodata",
               band->path, band->has_nodata ? "another" : "no", (unsigned long long)band->below,
               s2_plural(band->below, "pixel", "pixels"), s2_number_text(band->lowest, number),
               s2_plural(band->below, "counts", "count"));
    if (band->zeros > 0 && band->mask)
        s2_log(host, S2RGF_WARNING, "%s: %llu %s as nodata, although its mask calls %s valid",
               band->path, (unsigned long long)band->zeros,
               s2_plural(band->zeros, "pixel of value 0 counts", "pixels of value 0 count"),
               s2_plural(band->zeros, "it", "them"));
    else if (band->zeros > 0)
        s2_log(host, S2RGF_INFO, "%s: value 0 counts as nodata: %llu %s", band->path,
               (unsigned long long)band->zeros, s2_plural(band->zeros, "pixel", "pixels"));
}
