/* Read rectangles of a source's files: samples from GDAL or from held pieces, then values, then
   validity. */
#include <string.h>

#include "core/error.h"
#include "core/memory.h"
#include "geo/source/gdal_catch.h"
#include "geo/source/source_pieces.h"
#include "geo/source/source_values.h"

#define GROUP 32 /* bands read together from a file: bounds the scratch */

void *s2_scratch_reserve(s2_scratch *scratch, size_t count, size_t size)
{
    size_t bytes;
    if (!s2_multiply(count, size, &bytes))
        return NULL;
    if (bytes <= scratch->bytes && scratch->data)
        return scratch->data;
    s2_free(scratch->data);
    scratch->data = s2_alloc(bytes, 1);
    scratch->bytes = scratch->data ? bytes : 0;
    return scratch->data;
}

size_t s2_source_read_bytes(size_t pixels, int bands)
{
    const size_t together = (size_t)(bands < GROUP ? bands : GROUP);
    return pixels * (together * sizeof(double) + sizeof(float) + 1); /* samples, a mask, validity */
}

static s2rgf_status fail_read(const s2_gdal_catch *caught, const s2_file *file, s2_rect rect,
                              s2rgf_error *err)
{
    return s2_gdal_fail(caught, err, S2RGF_IO, "%s: cannot read pixels %d..%d, lines %d..%d",
                        file->path, rect.x, rect.x + rect.w - 1, rect.y, rect.y + rect.h - 1);
}

/** What GDAL reads for a rectangle of the files' grid, decimated or not. */
typedef struct read_request {
    s2_rect pixels; /* of the file */
    GDALRasterIOExtraArg extra;
} read_request;

static read_request make_request(const s2_source *source, const s2_file *file, s2_rect rect,
                                 bool averaged)
{
    read_request request = {.pixels = rect};
    INIT_RASTERIO_EXTRA_ARG(request.extra);
    if (source->decimation == 1)
        return request;
    const int width = GDALGetRasterXSize(file->dataset);
    const int height = GDALGetRasterYSize(file->dataset);
    const s2_affine to_file = {{0.0, (double)width / source->file_grid.width, 0.0, 0.0, 0.0,
                                (double)height / source->file_grid.height}};
    GDALRasterIOExtraArg *extra = &request.extra;
    extra->eResampleAlg = averaged ? GRIORA_Average : GRIORA_NearestNeighbour;
    extra->bFloatingPointWindowValidity = TRUE;
#if RASTERIO_EXTRA_ARG_CURRENT_VERSION >= 3
    extra->bOperateInBufType =
        FALSE; /* averages in the type of the file, as all versions have them */
#endif
    s2_affine_apply(&to_file, rect.x, rect.y, &extra->dfXOff, &extra->dfYOff);
    s2_affine_apply(&to_file, rect.w, rect.h, &extra->dfXSize, &extra->dfYSize);
    request.pixels =
        s2_rect_intersect(s2_affine_bounds(&to_file, rect), (s2_rect){0, 0, width, height});
    return request;
}

/** Clear `valid` where a mask band is 0. */
static s2rgf_status apply_mask(s2_source *source, const s2_file *file, GDALRasterBandH mask,
                               s2_rect rect, uint8_t *valid, s2rgf_error *err)
{
    const size_t count = (size_t)rect.w * (size_t)rect.h;
    /* Float32, so that a 16-bit or floating alpha is not rounded. */
    float *plane = s2_scratch_reserve(&source->mask_plane, count, sizeof *plane);
    if (!plane)
        return s2_fail_memory(err, "mask");
    s2_gdal_catch caught;
    s2_gdal_catch_begin(&caught);
    read_request from = make_request(source, file, rect, true);
    const CPLErr outcome =
        GDALRasterIOEx(mask, GF_Read, from.pixels.x, from.pixels.y, from.pixels.w, from.pixels.h,
                       plane, rect.w, rect.h, GDT_Float32, 0, 0, &from.extra);
    s2_gdal_catch_end(&caught);
    if (outcome != CE_None)
        return fail_read(&caught, file, rect, err);
    for (size_t i = 0; i < count; i++)
        valid[i] &= plane[i] > 0.0f;
    return S2RGF_OK;
}

/** GDAL averages what it takes for values: not so where only we know the sign or the nodata. */
static bool can_average(const s2_source *source, const s2_file *file)
{
    return !source->source_nodata && !file->bands[0].signed_byte;
}

/**
 * How many bands from `first` on come from one file, need the same type and are at most `limit`.
 */
static int run_length(const s2_source *source, int first, int limit)
{
    const s2_band_place *start = &source->bands[first];
    const bool wide = source->files[start->file].bands[start->band].wide;
    int count = 1;
    while (count < limit && source->bands[first + count].file == start->file &&
           source->files[start->file].bands[source->bands[first + count].band].wide == wide)
        count++;
    return count;
}

/** Samples of delivered bands, all of one file, from the file. */
static s2rgf_status fetch_from_file(s2_source *source, int first, int count, s2_rect rect,
                                    s2_samples *samples, s2rgf_error *err)
{
    const s2_file *file = &source->files[source->bands[first].file];
    const bool wide = file->bands[source->bands[first].band].wide;
    const size_t sample_bytes = wide ? sizeof(double) : sizeof(float);
    const size_t pixels = (size_t)rect.w * (size_t)rect.h;
    size_t all;
    void *planes = NULL;
    if (s2_multiply(pixels, (size_t)count, &all))
        planes = s2_scratch_reserve(&source->planes, all, sample_bytes);
    if (!planes)
        return s2_fail_memory(err, "pixels");
    int numbers[GROUP];
    for (int i = 0; i < count; i++)
        numbers[i] = file->bands[source->bands[first + i].band].number;
    *samples = (s2_samples){.planes = planes,
                            .type = wide ? GDT_Float64 : GDT_Float32,
                            .plane_bytes = pixels * sample_bytes,
                            .row_bytes = (size_t)rect.w * sample_bytes,
                            .first = first,
                            .count = count,
                            .place = first};
    s2_gdal_catch caught;
    s2_gdal_catch_begin(&caught);
    read_request from = make_request(source, file, rect, can_average(source, file));
    const CPLErr outcome = GDALDatasetRasterIOEx(
        file->dataset, GF_Read, from.pixels.x, from.pixels.y, from.pixels.w, from.pixels.h, planes,
        rect.w, rect.h, samples->type, count, numbers, 0, 0, 0, &from.extra);
    s2_gdal_catch_end(&caught);
    return outcome == CE_None ? S2RGF_OK : fail_read(&caught, file, rect, err);
}

s2rgf_status s2_source_read_masks(s2_source *source, s2_rect rect, uint8_t *valid, s2rgf_error *err)
{
    s2rgf_status status = S2RGF_OK;
    for (int f = 0; f < source->file_count && status == S2RGF_OK; f++) {
        const s2_file *file = &source->files[f];
        bool used = false;
        for (int b = 0; b < source->band_count && status == S2RGF_OK; b++) {
            if (source->bands[b].file != f)
                continue;
            used = true;
            GDALRasterBandH mask = file->bands[source->bands[b].band].mask;
            if (mask)
                status = apply_mask(source, file, mask, rect, valid, err);
        }
        for (int m = 0; used && m < file->mask_count && status == S2RGF_OK; m++)
            status = apply_mask(source, file, file->masks[m], rect, valid, err);
    }
    return status == S2RGF_OK ? s2_source_read_quality(source, rect, valid, err) : status;
}

s2rgf_status s2_source_read_band(s2_source *source, int band, s2_rect rect, float *plane,
                                 uint8_t *valid, s2rgf_error *err)
{
    const s2_file *file = &source->files[source->bands[band].file];
    GDALRasterBandH mask = file->bands[source->bands[band].band].mask;
    memset(valid, 1, (size_t)rect.w * (size_t)rect.h);
    s2rgf_status status = S2RGF_OK;
    if (mask)
        status = apply_mask(source, file, mask, rect, valid, err);
    for (int m = 0; m < file->mask_count && status == S2RGF_OK; m++)
        status = apply_mask(source, file, file->masks[m], rect, valid, err);
    if (status == S2RGF_OK)
        status = s2_source_read_quality(source, rect, valid, err);
    s2_samples samples;
    if (status == S2RGF_OK)
        status = fetch_from_file(source, band, 1, rect, &samples, err);
    if (status != S2RGF_OK)
        return status;
    const s2_read_target to = s2_read_target_whole(rect, 1, plane, valid);
    samples.place = 0;
    s2_values_put(source, &samples, rect, &to, valid);
    return S2RGF_OK;
}

/** What of a rectangle that lies in one piece of the files' grid. */
typedef struct piece_overlap {
    s2_rect rect;
    const void *held; /* samples of the piece, or NULL: they are read from the file */
    s2_rect piece;
} piece_overlap;

/** Values of an overlap, and its validity by masks and values: valid out [overlap.h][overlap.w] */
static s2rgf_status read_overlap_values(s2_source *source, const piece_overlap *overlap,
                                        const s2_read_target *to, uint8_t *valid, s2rgf_error *err)
{
    s2_samples samples;
    s2rgf_status status = S2RGF_OK;
    if (overlap->held)
        s2_piece_copy_valid(source, overlap->held, overlap->piece, overlap->rect, valid);
    else
        status = s2_source_read_masks(source, overlap->rect, valid, err);
    for (int first = 0; first < source->band_count && status == S2RGF_OK;) {
        const int left = source->band_count - first;
        const int limit = !overlap->held && left > GROUP ? GROUP : left;
        const int count = run_length(source, first, limit);
        if (overlap->held)
            samples = s2_piece_samples(source, overlap->held, overlap->piece, overlap->rect, first,
                                       count);
        else
            status = fetch_from_file(source, first, count, overlap->rect, &samples, err);
        if (status == S2RGF_OK)
            s2_values_put(source, &samples, overlap->rect, to, valid);
        first += count;
    }
    return status;
}

/** Validity of an overlap to its place; pixels that are not valid become 0. */
static void place_validity(s2_rect overlap, const uint8_t *overlap_valid, const s2_read_target *to)
{
    const size_t pixel_bytes = (size_t)to->bands * sizeof(float);
    for (int y = overlap.y; y < overlap.y + overlap.h; y++, overlap_valid += overlap.w) {
        memcpy(s2_row_ring_at(&to->valid, y), overlap_valid, (size_t)overlap.w);
        if (!to->pixels.data || !memchr(overlap_valid, 0, (size_t)overlap.w))
            continue;
        char *pixels = s2_row_ring_at(&to->pixels, y);
        for (int x = 0; x < overlap.w; x++)
            if (!overlap_valid[x])
                memset(pixels + (size_t)x * pixel_bytes, 0, pixel_bytes);
    }
}

/** Read an overlap; to: from its first column on. */
static s2rgf_status read_bands(s2_source *source, const piece_overlap *overlap,
                               const s2_read_target *to, s2rgf_error *err)
{
    const size_t count = (size_t)overlap->rect.w * (size_t)overlap->rect.h;
    uint8_t *valid = s2_scratch_reserve(&source->overlap_valid, count, 1);
    if (!valid)
        return s2_fail_memory(err, "pixels");
    memset(valid, 1, count);
    const s2rgf_status status = read_overlap_values(source, overlap, to, valid, err);
    if (status == S2RGF_OK)
        place_validity(overlap->rect, valid, to);
    return status;
}

/** Read what of a rectangle lies in a piece, held or not. */
static s2rgf_status read_piece(s2_source *source, s2_rect piece, s2_rect rect,
                               const s2_read_target *to, s2rgf_error *err)
{
    void *samples = NULL;
    bool empty = false;
    piece_overlap overlap = {.rect = s2_rect_intersect(rect, piece), .piece = piece};
    const s2_read_target part_to = s2_read_target_from(to, overlap.rect.x - rect.x);
    if (!source->pieces)
        return read_bands(source, &overlap, &part_to, err);
    s2rgf_status status = s2_pieces_take(source->pieces, piece, &samples, &empty, err);
    if (status == S2RGF_OK && empty) {
        status = s2_piece_load(source, piece, samples, err);
        s2_pieces_filled(source->pieces, samples, status == S2RGF_OK);
    }
    if (status != S2RGF_OK)
        return status;
    overlap.held = samples;
    status = read_bands(source, &overlap, &part_to, err);
    s2_pieces_release(source->pieces, samples);
    return status;
}

s2rgf_status s2_source_read_files(s2_source *source, s2_rect rect, const s2_read_target *to,
                                  s2rgf_error *err)
{
    const s2_rect whole = {0, 0, source->file_grid.width, source->file_grid.height};
    const int w = source->lattice.width;
    const int h = source->lattice.height;
    s2rgf_status status = S2RGF_OK;
    for (int row = rect.y / h; row * h < rect.y + rect.h; row++)
        for (int column = rect.x / w; column * w < rect.x + rect.w && status == S2RGF_OK;
             column++) {
            const s2_rect piece = {column * w, row * h, w, h};
            status = read_piece(source, s2_rect_intersect(piece, whole), rect, to, err);
        }
    return status;
}
