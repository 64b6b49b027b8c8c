/* What is said of a source: what opening took for granted, bands in words. */
#include "geo/source/source_tell.h"

#include <math.h>

#include "core/error.h"
#include "core/log.h"
#include "geo/source/gdal_catch.h"
#include "geo/source/source_private.h"

#define ALPHA_SHARE 0.05 /* of an alpha band's pixels: neither opaque nor clear, as in an image */
#define RUNS_MAX 6 /* of neighbouring bands that are listed */

/* ---- what opening took for granted ---------------------------------------------------------- */

/** Whether many pixels of an alpha band are neither clear nor opaque, as those of an image are. */
static s2rgf_status alpha_may_be_data(s2_source *source, const s2_file *file, bool *may,
                                      s2rgf_error *err)
{
    s2_rect windows[S2_SAMPLE_WINDOWS];
    float values[S2_SAMPLE_WINDOWS * S2_SAMPLE_PIXELS];
    s2_source_place_windows(
        source, (s2_rect){0, 0, source->file_grid.width, source->file_grid.height}, windows);
    GDALRasterBandH band = GDALGetRasterBand(file->dataset, file->first_alpha);
    s2_gdal_catch caught;
    CPLErr outcome = CE_None;
    size_t pixels = 0, between = 0;
    float opaque = 0.0f;
    s2_gdal_catch_begin(&caught);
    for (int i = 0; i < S2_SAMPLE_WINDOWS && outcome == CE_None; i++) {
        const s2_rect at = windows[i];
        outcome = GDALRasterIO(band, GF_Read, at.x, at.y, at.w, at.h, values + pixels, at.w, at.h,
                               GDT_Float32, 0, 0);
        pixels += (size_t)at.w * (size_t)at.h;
    }
    s2_gdal_catch_end(&caught);
    if (outcome != CE_None)
        return s2_gdal_fail(&caught, err, S2RGF_IO, "%s: cannot read its alpha band", file->path);
    for (size_t i = 0; i < pixels; i++)
        opaque = fmaxf(opaque, values[i]);
    for (size_t i = 0; i < pixels; i++)
        between += values[i] > 0.0f && values[i] < opaque;
    *may = (double)between > ALPHA_SHARE * (double)pixels;
    return S2RGF_OK;
}

/** Of a file with an alpha band, what is made of it and how to have it otherwise. */
static char *alpha_text(const s2_file *file)
{
    return s2_asprintf("band %d of %s is taken for an alpha band, which says where there is data, and "
                       "not for data: if it is, \"gdal_translate -of VRT -colorinterp_%d undefined\" "
                       "makes a raster in which it counts",
                       file->first_alpha, file->path, file->first_alpha);
}

char *s2_source_alpha_text(const s2_source *source)
{
    for (int f = 0; f < source->file_count; f++)
        if (source->files[f].alpha_count > 0)
            return alpha_text(&source->files[f]);
    return NULL;
}

/** A line where a file states a nodata value that none of its pixels can have. */
static void tell_nodata(const s2_source *source, const s2_file *file, const s2rgf_host *host)
{
    for (int b = 0; b < file->band_count && source->source_nodata == NULL; b++) {
        const s2_file_band *band = &file->bands[b];
        GDALRasterBandH handle = GDALGetRasterBand(file->dataset, band->number);
        if (!band->odd_nodata)
            continue;
        s2_log(host, S2RGF_WARNING,
               "source %s (%s): band %d: no pixel of type %s can have the nodata value %.17g that "
               "the file states: all count as data; -srcnodata gives another",
               source->name, file->path, band->number,
               GDALGetDataTypeName(GDALGetRasterDataType(handle)), band->nodata);
        return;
    }
}

s2rgf_status s2_source_tell(s2_source *source, const s2rgf_host *host, s2rgf_error *err)
{
    s2rgf_status status = S2RGF_OK;
    for (int f = 0; f < source->file_count && status == S2RGF_OK; f++) {
        const s2_file *file = &source->files[f];
        tell_nodata(source, file, host);
        if (file->alpha_count == 0)
            continue;
        bool warn = false;
        status = alpha_may_be_data(source, file, &warn, err);
        char *text = status == S2RGF_OK ? alpha_text(file) : NULL;
        if (text != NULL)
            s2_log(host, warn ? S2RGF_WARNING : S2RGF_INFO, "source %s: %s", source->name, text);
        s2_free(text);
    }
    return status;
}

/* ---- bands in words ------------------------------------------------------------------------- */

void s2_source_put_bands(s2_text *text, const s2_source *source, const bool *chosen)
{
    int count = 0, runs = 0, listed = 0;
    const s2_band_desc *only = NULL;
    for (int b = 0; b < source->band_count; b++)
        if (chosen[b]) {
            only = s2_source_band(source, b);
            count++;
        }
    s2_text_append(text, count == 1 ? "band" : "bands");
    for (int b = 0; b < source->band_count && runs < RUNS_MAX; b++) {
        if (!chosen[b])
            continue;
        const int first = b;
        while (b + 1 < source->band_count && chosen[b + 1] &&
               s2_source_band(source, b + 1)->number == s2_source_band(source, b)->number + 1)
            b++;
        s2_text_append(text, "%s %d", runs++ > 0 ? "," : "", s2_source_band(source, first)->number);
        if (b > first)
            s2_text_append(text, " to %d", s2_source_band(source, b)->number);
        listed += b - first + 1;
    }
    if (listed < count)
        s2_text_append(text, " and %d more", count - listed);
    if (count != 1 || only == NULL)
        return;
    const bool named = only->name != NULL && only->name[0] != '\0';
    if (named)
        s2_text_append(text, " (%s", only->name);
    if (!isnan(only->wavelength_nm))
        s2_text_append(text, "%s%g nm", named ? ", " : " (", only->wavelength_nm);
    if (named || !isnan(only->wavelength_nm))
        s2_text_append(text, ")");
}
