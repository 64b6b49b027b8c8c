/* A look at the values of a source without reading all of it. */
#include "geo/source/source_sample.h"

#include <math.h>
#include <string.h>

#include "core/error.h"
#include "core/log.h"
#include "core/memory.h"
#include "geo/source/gdal_catch.h"
#include "geo/source/source_private.h"

#define SAMPLE_LINES 32
#define FEWEST_BLOCKS 4
#define BLOCK_SHARE 10 /* one block in that many is sampled */

/* ---- where to look -------------------------------------------------------------------------- */

/** The part of 0..1 that a point of an evenly spread sequence lies at; axis 0 or 1. */
static double spread(int index, int axis)
{
    static const double steps[] = {0.7548776662466927, 0.5698402909980532};
    const double at = 0.5 + index * steps[axis];
    return at - floor(at);
}

/**
 * Start and length of a rectangle along an axis: `length` pixels or fewer, in the block that the
 * part at[0] of the range falls on, where at[1] says in it. range in first pixel, count
 */
static void place_sample(const int range[2], int block, const double at[2], int *start, int *length)
{
    const int end = range[0] + range[1];
    const int pixel = range[0] + (int)(at[0] * range[1]);
    const int low = pixel / block * block > range[0] ? pixel / block * block : range[0];
    const int high = end - pixel / block * block > block ? (pixel / block + 1) * block : end;
    if (*length > high - low)
        *length = high - low;
    *start = low + (int)(at[1] * (high - low - *length + 1));
}

/** Rectangles of whole lines that cover an area; 0: it is too large for that. */
static int cover(s2_rect area, s2_rect *rects)
{
    const int lines = S2_SAMPLE_PIXELS / area.w;
    if (lines == 0 || (area.h - 1) / lines >= S2_SAMPLE_RECTS)
        return 0;
    int count = 0;
    for (int y = 0; y < area.h; y += lines)
        rects[count++] = s2_rect_intersect((s2_rect){area.x, area.y + y, area.w, lines}, area);
    return count;
}

int s2_source_place_samples(const s2_source *source, s2_rect area, s2_rect *rects)
{
    const int covering = cover(area, rects);
    if (covering > 0)
        return covering;
    const s2_file *file = &source->files[source->bands[0].file];
    int across, down;
    GDALGetBlockSize(GDALGetRasterBand(file->dataset, file->bands[source->bands[0].band].number),
                     &across, &down);
    const double blocks = ceil((double)area.w / across) * ceil((double)area.h / down);
    const double share = fmax(FEWEST_BLOCKS, blocks / BLOCK_SHARE);
    const int sites = share < S2_SAMPLE_RECTS ? (int)share : S2_SAMPLE_RECTS;
    for (int i = 0; i < S2_SAMPLE_RECTS; i++) {
        s2_rect *rect = &rects[i];
        const double x[2] = {spread(i % sites, 0), spread(i, 0)};
        const double y[2] = {spread(i % sites, 1), spread(i, 1)};
        rect->h = SAMPLE_LINES;
        place_sample((const int[]){area.y, area.h}, down, y, &rect->y, &rect->h);
        rect->w = S2_SAMPLE_PIXELS / rect->h;
        place_sample((const int[]){area.x, area.w}, across, x, &rect->x, &rect->w);
    }
    return S2_SAMPLE_RECTS;
}

/* ---- samples -------------------------------------------------------------------------------- */

/** Mark what is not valid: NaN where the file says so, infinite where the value is no number. */
static void mark_invalid(const uint8_t *valid, size_t count, float *values)
{
    for (size_t i = 0; i < count; i++)
        if (!valid[i])
            values[i] = isfinite(values[i]) ? NAN : INFINITY;
}

/** The files' pixels under an area of the presented grid. */
static s2_rect files_area(const s2_source *source, s2_rect area)
{
    const s2_rect whole = {0, 0, source->file_grid.width, source->file_grid.height};
    if (source->warp)
        return whole;
    if (source->has_view) {
        area.x += source->view.x;
        area.y += source->view.y;
    }
    return s2_rect_intersect(area, whole);
}

s2rgf_status s2_source_sample_read(s2_source *source, s2_rect area, s2_source_sample *sample,
                                   s2rgf_error *err)
{
    s2_rect rects[S2_SAMPLE_RECTS];
    uint8_t valid[S2_SAMPLE_PIXELS];
    *sample = (s2_source_sample){.bands = source->band_count};
    area = files_area(source, area);
    if (s2_rect_is_empty(area))
        return S2RGF_OK;
    const int count = s2_source_place_samples(source, area, rects);
    for (int i = 0; i < count; i++)
        sample->count += (size_t)rects[i].w * (size_t)rects[i].h;
    sample->values = s2_alloc(sample->count * (size_t)sample->bands, sizeof *sample->values);
    if (!sample->values)
        return s2_fail_memory(err, "sample of a source");
    s2rgf_status status = S2RGF_OK;
    size_t done = 0;
    for (int i = 0; i < count && status == S2RGF_OK; i++) {
        const size_t pixels = (size_t)rects[i].w * (size_t)rects[i].h;
        for (int b = 0; b < sample->bands && status == S2RGF_OK; b++) {
            float *values = sample->values + (size_t)b * sample->count + done;
            status = s2_source_read_band(source, b, rects[i], values, valid, err);
            if (status == S2RGF_OK)
                mark_invalid(valid, pixels, values);
        }
        done += pixels;
    }
    if (status != S2RGF_OK)
        s2_source_sample_clear(sample);
    return status;
}

void s2_source_sample_clear(s2_source_sample *sample)
{
    s2_free(sample->values);
    *sample = (s2_source_sample){0};
}

/* ---- bands without data --------------------------------------------------------------------- */

/** What marked values say of their band, added to what was known. */
static s2_band_content content_of(const float *values, size_t count, s2_band_content known)
{
    for (size_t i = 0; i < count && known != S2_BAND_HAS_DATA; i++)
        known = isfinite(values[i]) ? S2_BAND_HAS_DATA
                : isnan(values[i])  ? known
                                    : S2_BAND_NOT_FINITE;
    return known;
}

/** Look at all bands that have no data yet in one rectangle. */
static s2rgf_status look_for_data(s2_source *source, s2_rect rect, float *values, uint8_t *valid,
                                  s2_band_content *content, s2rgf_error *err)
{
    const size_t pixels = (size_t)rect.w * (size_t)rect.h;
    s2rgf_status status = S2RGF_OK;
    for (int b = 0; b < source->band_count && status == S2RGF_OK; b++) {
        if (content[b] == S2_BAND_HAS_DATA)
            continue;
        status = s2_source_read_band(source, b, rect, values, valid, err);
        if (status == S2RGF_OK) {
            mark_invalid(valid, pixels, values);
            content[b] = content_of(values, pixels, content[b]);
        }
    }
    return status;
}

static bool all_have_data(const s2_source *source, const s2_band_content *content)
{
    for (int b = 0; b < source->band_count; b++)
        if (content[b] != S2_BAND_HAS_DATA)
            return false;
    return true;
}

/** Go through the files row of blocks by row of blocks until every band has data. */
static s2rgf_status search(s2_source *source, const s2rgf_host *host, s2_band_content *content,
                           s2rgf_error *err)
{
    const s2_grid *grid = &source->file_grid;
    const int lines =
        (int)fmin(grid->height, fmax(1, S2_SAMPLE_RECTS * S2_SAMPLE_PIXELS / grid->width));
    const size_t capacity = (size_t)lines * (size_t)grid->width;
    float *values = s2_alloc(capacity, sizeof *values);
    uint8_t *valid = s2_alloc(capacity, 1);
    s2rgf_status status = values && valid ? S2RGF_OK : s2_fail_memory(err, "band contents");
    for (int y = 0; y < grid->height && status == S2RGF_OK && !all_have_data(source, content);
         y += lines) {
        const s2_rect rect = {0, y, grid->width,
                              y + lines > grid->height ? grid->height - y : lines};
        status = look_for_data(source, rect, values, valid, content, err);
        if (status == S2RGF_OK && !s2_progress(host, 0.0))
            status = s2_fail(err, S2RGF_CANCELLED, "interrupted");
    }
    s2_free(values);
    s2_free(valid);
    return status;
}

s2rgf_status s2_source_find_data(s2_source *source, const s2rgf_host *host,
                                 s2_band_content *content, s2rgf_error *err)
{
    const s2_grid *grid = s2_source_grid(source);
    const s2_rect area = files_area(source, (s2_rect){0, 0, grid->width, grid->height});
    s2_rect rects[S2_SAMPLE_RECTS];
    float values[S2_SAMPLE_PIXELS];
    uint8_t valid[S2_SAMPLE_PIXELS];
    for (int b = 0; b < source->band_count; b++)
        content[b] = S2_BAND_EMPTY;
    const int count = s2_rect_is_empty(area) ? 0 : s2_source_place_samples(source, area, rects);
    s2rgf_status status = S2RGF_OK;
    for (int i = 0; i < count && status == S2RGF_OK && !all_have_data(source, content); i++)
        status = look_for_data(source, rects[i], values, valid, content, err);
    return status == S2RGF_OK && !all_have_data(source, content)
               ? search(source, host, content, err)
               : status;
}
