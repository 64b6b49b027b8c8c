/* What is said of a source: what opening took for granted, bands in words. */
#include "geo/source/source_tell.h"

#include <math.h>

#include "core/error.h"
#include "core/file.h"
#include "core/log.h"
#include "geo/source/gdal_catch.h"
#include "geo/source/source_private.h"
#include "geo/source/srs.h"

#define ALPHA_SHARE 0.05 /* of an alpha band's pixels: neither opaque nor clear, as in an image */
#define RUNS_MAX 6       /* of neighbouring bands that are listed */

/* ---- what opening took for granted ---------------------------------------------------------- */

/** Whether many pixels of an alpha band are neither clear nor opaque, as those of an image are. */
static s2rgf_status alpha_may_be_data(s2_source *source, const s2_file *file, bool *may,
                                      s2rgf_error *err)
{
    s2_rect rects[S2_SAMPLE_RECTS];
    float values[S2_SAMPLE_RECTS * S2_SAMPLE_PIXELS];
    const int count = s2_source_place_samples(
        source, (s2_rect){0, 0, source->file_grid.width, source->file_grid.height}, rects);
    GDALRasterBandH band = GDALGetRasterBand(file->dataset, file->first_alpha);
    s2_gdal_catch caught;
    CPLErr outcome = CE_None;
    size_t pixels = 0, between = 0;
    float opaque = 0.0f;
    s2_gdal_catch_begin(&caught);
    for (int i = 0; i < count && outcome == CE_None; i++) {
        const s2_rect at = rects[i];
        outcome = GDALRasterIO(band, GF_Read, at.x, at.y, at.w, at.h, values + pixels, at.w, at.h,
                               GDT_Float32, 0, 0);
        pixels += (size_t)at.w * (size_t)at.h;
    }
    s2_gdal_catch_end(&caught);
    if (outcome != CE_None)
        return s2_gdal_fail(&caught, err, S2RGF_IO, "%s: cannot read its alpha band", file->label);
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
    return s2_asprintf(
        "band %d of %s is an alpha band and masks the others: if it is data, \"gdal_translate -of "
        "VRT -colorinterp_%d undefined\" "
        "makes a raster in which it counts",
        file->first_alpha, file->label, file->first_alpha);
}

char *s2_source_alpha_text(const s2_source *source)
{
    for (int f = 0; f < source->file_count; f++)
        if (source->files[f].alpha_count > 0)
            return alpha_text(&source->files[f]);
    return NULL;
}

/** A line where the nodata value, the file's or the given one, is one that no pixel can have. */
static void tell_nodata(const s2_source *source, const s2_file *file, const s2rgf_host *host)
{
    const bool given = source->source_nodata != NULL;
    for (int b = 0; b < file->band_count; b++) {
        const s2_file_band *band = &file->bands[b];
        GDALRasterBandH handle = GDALGetRasterBand(file->dataset, band->number);
        if (!band->odd_nodata)
            continue;
        s2_log(host, S2RGF_WARNING,
               "source %s (%s): band %d: no pixel of type %s can have the nodata value %.17g that "
               "%s: all count as data%s",
               source->name, file->label, band->number,
               GDALGetDataTypeName(GDALGetRasterDataType(handle)), band->nodata,
               given ? "-srcnodata gives" : "the file states",
               given ? "" : "; -srcnodata gives another");
        return;
    }
}

/** A line where numbers stand for colours, so that near ones need not be alike. */
static void tell_palette(const s2_source *source, const s2_file *file, const s2rgf_host *host)
{
    for (int b = 0; b < file->band_count; b++) {
        const int number = file->bands[b].number;
        if (!GDALGetRasterColorTable(GDALGetRasterBand(file->dataset, number)))
            continue;
        s2_log(host, S2RGF_WARNING,
               "source %s (%s): band %d has a colour table: its numbers, not its colours, are used "
               "as measurements; \"gdal_translate -expand rgb\" makes bands of the colours",
               source->name, file->label, number);
        return;
    }
}

/** A CRS that was given, but is not taken because the raster has another one. */
static s2rgf_status tell_srs(const s2_source *source, const s2rgf_host *host, s2rgf_error *err)
{
    char *given = NULL;
    char name[128];
    bool same = true;
    s2rgf_status status = s2_srs_assigned(NULL, source->assigned_srs, &given, err);
    if (status == S2RGF_OK && given)
        status = s2_srs_equal(source->file_grid.srs_wkt, given, &same, err);
    if (status == S2RGF_OK && !same) {
        s2_srs_name(source->file_grid.srs_wkt, name, sizeof name);
        s2_log(host, S2RGF_WARNING,
               "source %s (%s): -a_srs %s is ignored: the raster has a CRS, %s", source->name,
               source->label, source->assigned_srs, name);
    }
    s2_free(given);
    return status;
}

s2rgf_status s2_source_tell(s2_source *source, const s2rgf_host *host, s2rgf_error *err)
{
    s2rgf_status status = tell_srs(source, host, err);
    for (int f = 0; f < source->file_count && status == S2RGF_OK; f++) {
        const s2_file *file = &source->files[f];
        tell_nodata(source, file, host);
        tell_palette(source, file, host);
        s2_gdal_tell_pages(file->dataset, file->label, host);
        if (file->alpha_count == 0)
            continue;
        bool warn = false;
        status = alpha_may_be_data(source, file, &warn, err);
        char *text = status == S2RGF_OK ? alpha_text(file) : NULL;
        if (text)
            s2_log(host, warn ? S2RGF_WARNING : S2RGF_INFO, "source %s: %s", source->name, text);
        s2_free(text);
    }
    return status;
}

/* ---- a raster given twice --------------------------------------------------------------------- */

/** The number of a band that both deliver, of files of one name; 0 if there is none. */
static int band_of_both(const s2_source *a, int file_a, const s2_source *b, int file_b)
{
    if (!s2_same_file(a->files[file_a].path, b->files[file_b].path))
        return 0;
    for (int i = 0; i < a->band_count; i++)
        for (int k = 0; k < b->band_count; k++) {
            const s2_band_place one = a->bands[i], other = b->bands[k];
            if (one.file == file_a && other.file == file_b && one.band == other.band)
                return a->files[file_a].bands[one.band].number;
        }
    return 0;
}

static void tell_twice(const s2_source *a, const s2_source *b, const s2rgf_host *host)
{
    for (int i = 0; i < a->file_count; i++)
        for (int k = a == b ? i + 1 : 0; k < b->file_count; k++) {
            const int band = band_of_both(a, i, b, k);
            if (band == 0)
                continue;
            s2_log(host, S2RGF_WARNING,
                   "source %s (%s): band %d is taken twice: the raster is given again in source %s",
                   a->name, a->files[i].label, band, b->name);
            return;
        }
}

void s2_scene_tell_twice(const s2_scene *scene, const s2rgf_host *host)
{
    for (int s = 0; s < scene->count; s++)
        for (int t = s; t < scene->count; t++)
            tell_twice(scene->sources[s].source, scene->sources[t].source, host);
}

/* ---- bands in words ------------------------------------------------------------------------- */

/**
 * What neighbouring bands are called beside their numbers: " (B04, 665 nm)", " (400 to 900 nm)".
 */
static void put_details(s2_text *text, const s2_band_desc *first, const s2_band_desc *last)
{
    const bool named = first == last && first->name && first->name[0] != '\0';
    const bool known = !isnan(first->wavelength_nm) && !isnan(last->wavelength_nm);
    if (named || known)
        s2_text_append(text, " (");
    if (named)
        s2_text_append(text, "%s%s", first->name, known ? ", " : "");
    if (known && first != last)
        s2_text_append(text, "%g to ", first->wavelength_nm);
    if (known)
        s2_text_append(text, "%g nm", last->wavelength_nm);
    if (named || known)
        s2_text_append(text, ")");
}

void s2_source_put_bands(s2_text *text, const s2_source *source, const bool *chosen)
{
    int count = 0, runs = 0, listed = 0;
    for (int b = 0; b < source->band_count; b++)
        count += chosen[b];
    s2_text_append(text, count == 1 ? "band" : "bands");
    for (int b = 0; b < source->band_count && runs < RUNS_MAX; b++) {
        if (!chosen[b])
            continue;
        const int start = b;
        while (b + 1 < source->band_count && chosen[b + 1] &&
               s2_source_band(source, b + 1)->number == s2_source_band(source, b)->number + 1)
            b++;
        const s2_band_desc *first = s2_source_band(source, start),
                           *last = s2_source_band(source, b);
        s2_text_append(text, "%s %d", runs++ > 0 ? "," : "", first->number);
        if (first != last)
            s2_text_append(text, " to %d", last->number);
        put_details(text, first, last);
        listed += b - start + 1;
    }
    if (listed < count)
        s2_text_append(text, " and %d more", count - listed);
}

void s2_source_tell_bands(const s2_source *source, const bool *chosen, const char *what,
                          s2rgf_log_level level, const s2rgf_host *host)
{
    s2_text text = {0};
    bool any = false;
    for (int b = 0; b < source->band_count; b++)
        any = any || chosen[b];
    if (any)
        s2_source_put_bands(&text, source, chosen);
    if (any && !text.failed)
        s2_log(host, level, "source %s (%s): %s: %s", source->name, source->label, text.data, what);
    s2_free(text.data);
}
