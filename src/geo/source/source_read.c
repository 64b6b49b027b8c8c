/* Read rectangles of a source's files: planes from GDAL, then pixels with all bands side by side. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "core/error.h"
#include "core/memory.h"
#include "geo/source/gdal_catch.h"
#include "geo/source/source_pieces.h"

/* Bands in flight: bounds the scratch, and a multiple of the transpose block. */
#define GROUP 32
#define BLOCK 8

void *s2_scratch_reserve(s2_scratch *scratch, size_t count, size_t size)
{
    size_t bytes;
    if (!s2_multiply(count, size, &bytes))
        return NULL;
    if (bytes <= scratch->bytes && scratch->data != NULL)
        return scratch->data;
    s2_free(scratch->data);
    scratch->data = s2_alloc(bytes, 1);
    scratch->bytes = scratch->data != NULL ? bytes : 0;
    return scratch->data;
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
    if (plane == NULL)
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

/** Clear `valid` where a plane, of a type that float holds exactly, has the band's nodata value. */
static void clear_nodata(const s2_file_band *band, const float *plane, size_t count, uint8_t *valid)
{
    const float nodata = (float)band->nodata;
    /* As GDAL: a nodata value written as text may differ in the last digits of a float. */
    const double slack = 10.0 * FLT_EPSILON * fabs(band->nodata);
    if (band->is_float) {
        for (size_t i = 0; i < count; i++)
            valid[i] &= !(fabs((double)plane[i] - band->nodata) <= slack);
    } else if ((double)nodata == band->nodata) {
        for (size_t i = 0; i < count; i++)
            valid[i] &= plane[i] != nodata;
    }
}

/** Nodata, sign and scale of one plane of a type that float holds exactly. */
static void finish_plane(const s2_file_band *band, float *plane, size_t count, uint8_t *valid)
{
    if (band->signed_byte)
        for (size_t i = 0; i < count; i++)
            plane[i] -= plane[i] > 127.0f ? 256.0f : 0.0f;
    if (band->has_nodata)
        clear_nodata(band, plane, count, valid);
    const double scale = band->scale, offset = band->offset;
    if (scale != 1.0 || offset != 0.0)
        for (size_t i = 0; i < count; i++)
            plane[i] = (float)((double)plane[i] * scale + offset);
    if (band->is_float || scale != 1.0 || offset != 0.0)
        for (size_t i = 0; i < count; i++)
            valid[i] &= isfinite(plane[i]) != 0;
}

/** The same for types that need double; the result goes to `plane`. */
static void finish_wide_plane(const s2_file_band *band, const double *wide, float *plane,
                              size_t count, uint8_t *valid)
{
    const double slack = band->is_float ? 10.0 * DBL_EPSILON * fabs(band->nodata) : 0.0;
    for (size_t i = 0; i < count; i++) {
        const double value = wide[i] * band->scale + band->offset;
        const bool is_nodata = band->has_nodata && fabs(wide[i] - band->nodata) <= slack;
        const bool fits = fabs(value) <= (double)FLT_MAX;
        valid[i] &= !is_nodata && fits;
        plane[i] = fits ? (float)value : NAN;
    }
}

/** GDAL averages what it takes for values: not so where only we know the sign or the nodata. */
static bool can_average(const s2_source *source, const s2_file *file)
{
    return source->source_nodata == NULL && !file->bands[0].signed_byte;
}

/** What of a rectangle that lies in one piece of the files' grid. */
typedef struct piece_overlap {
    s2_rect rect;
    const void *held; /* samples of the piece, or NULL: they are read from the file */
    s2_rect piece;
} piece_overlap;

/** Samples of delivered bands, all of one file, from the file into planes of the overlap's size. */
static s2rgf_status fetch_from_file(s2_source *source, int first, int count, s2_rect rect,
                                    void *planes, s2rgf_error *err)
{
    const s2_file *file = &source->files[source->bands[first].file];
    const bool wide = file->bands[source->bands[first].band].wide;
    int numbers[GROUP];
    for (int i = 0; i < count; i++)
        numbers[i] = file->bands[source->bands[first + i].band].number;
    s2_gdal_catch caught;
    s2_gdal_catch_begin(&caught);
    read_request from = make_request(source, file, rect, can_average(source, file));
    const CPLErr outcome = GDALDatasetRasterIOEx(
        file->dataset, GF_Read, from.pixels.x, from.pixels.y, from.pixels.w, from.pixels.h, planes,
        rect.w, rect.h, wide ? GDT_Float64 : GDT_Float32, count, numbers, 0, 0, 0, &from.extra);
    s2_gdal_catch_end(&caught);
    return outcome == CE_None ? S2RGF_OK : fail_read(&caught, file, rect, err);
}

/** Read `count` delivered bands, all of one file, into planes of the overlap's size. */
static s2rgf_status read_run(s2_source *source, const piece_overlap *overlap, int first, int count,
                             float *planes, uint8_t *valid, s2rgf_error *err)
{
    const s2_file *file = &source->files[source->bands[first].file];
    const size_t pixels = (size_t)overlap->rect.w * (size_t)overlap->rect.h;
    const bool wide = file->bands[source->bands[first].band].wide;
    s2rgf_status status = S2RGF_OK;
    void *buffer = planes;
    if (wide)
        buffer = s2_scratch_reserve(&source->wide_plane, pixels * (size_t)count, sizeof(double));
    if (buffer == NULL)
        return s2_fail_memory(err, "pixels");
    if (overlap->held != NULL)
        s2_piece_copy(source, overlap->held, overlap->piece, overlap->rect,
                      (s2_band_run){first, count, wide}, buffer);
    else
        status = fetch_from_file(source, first, count, overlap->rect, buffer, err);
    for (int i = 0; i < count && status == S2RGF_OK; i++) {
        const s2_file_band *band = &file->bands[source->bands[first + i].band];
        float *plane = planes + (size_t)i * pixels;
        if (wide)
            finish_wide_plane(band, (const double *)buffer + (size_t)i * pixels, plane, pixels,
                              valid);
        else
            finish_plane(band, plane, pixels, valid);
    }
    return status;
}

/** How many bands from `first` on come from one file, need the same type and fit in a group. */
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

/**
 * A row of `pixels` pixels of planes, each `plane` floats after the one before, into bands first.. of
 * out [pixels][bands], block by block: both sides stay in cache.
 */
static void interleave(const float *planes, int count, size_t plane, int pixels, float *out,
                       int bands)
{
    for (int p0 = 0; p0 < pixels; p0 += BLOCK) {
        const int p1 = p0 + BLOCK < pixels ? p0 + BLOCK : pixels;
        for (int b0 = 0; b0 < count; b0 += BLOCK) {
            const int b1 = b0 + BLOCK < count ? b0 + BLOCK : count;
            for (int p = p0; p < p1; p++) {
                float *to = out + (size_t)p * (size_t)bands;
                for (int b = b0; b < b1; b++)
                    to[b] = planes[(size_t)b * plane + (size_t)p];
            }
        }
    }
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
            if (mask != NULL)
                status = apply_mask(source, file, mask, rect, valid, err);
        }
        for (int m = 0; used && m < file->mask_count && status == S2RGF_OK; m++)
            status = apply_mask(source, file, file->masks[m], rect, valid, err);
    }
    return status;
}

s2rgf_status s2_source_read_band(s2_source *source, int band, s2_rect rect, float *plane,
                                 uint8_t *valid, s2rgf_error *err)
{
    const s2_file *file = &source->files[source->bands[band].file];
    GDALRasterBandH mask = file->bands[source->bands[band].band].mask;
    memset(valid, 1, (size_t)rect.w * (size_t)rect.h);
    s2rgf_status status = S2RGF_OK;
    if (mask != NULL)
        status = apply_mask(source, file, mask, rect, valid, err);
    for (int m = 0; m < file->mask_count && status == S2RGF_OK; m++)
        status = apply_mask(source, file, file->masks[m], rect, valid, err);
    const piece_overlap overlap = {.rect = rect};
    return status == S2RGF_OK ? read_run(source, &overlap, band, 1, plane, valid, err) : status;
}

/** Bands of an overlap to their place in a rectangle's pixels [rect.h][rect.w][bands]. */
static void place_planes(const s2_source *source, s2_rect overlap, s2_rect rect, int first,
                         int count, float *pixels)
{
    const int bands = source->band_count;
    const float *planes = source->planes.data;
    const size_t plane = (size_t)overlap.w * (size_t)overlap.h;
    for (int y = 0; y < overlap.h; y++) {
        const size_t at =
            (size_t)(overlap.y - rect.y + y) * (size_t)rect.w + (size_t)(overlap.x - rect.x);
        interleave(planes + (size_t)y * (size_t)overlap.w, count, plane, overlap.w,
                   pixels + at * (size_t)bands + first, bands);
    }
}

/** Validity of an overlap to its place in a rectangle's; pixels that are not valid become 0. */
static void place_validity(const s2_source *source, s2_rect overlap, s2_rect rect,
                           const uint8_t *overlap_valid, float *pixels, uint8_t *valid)
{
    const size_t pixel_bytes = (size_t)source->band_count * sizeof *pixels;
    for (int y = 0; y < overlap.h; y++, overlap_valid += overlap.w) {
        const size_t at =
            (size_t)(overlap.y - rect.y + y) * (size_t)rect.w + (size_t)(overlap.x - rect.x);
        memcpy(valid + at, overlap_valid, (size_t)overlap.w);
        for (int x = 0; pixels != NULL && x < overlap.w; x++)
            if (!overlap_valid[x])
                memset(pixels + (at + (size_t)x) * (size_t)source->band_count, 0, pixel_bytes);
    }
}

/** Read an overlap of a rectangle. */
static s2rgf_status read_bands(s2_source *source, const piece_overlap *overlap, s2_rect rect,
                               float *pixels, uint8_t *valid, s2rgf_error *err)
{
    const size_t count = (size_t)overlap->rect.w * (size_t)overlap->rect.h;
    const int group = source->band_count < GROUP ? source->band_count : GROUP;
    size_t samples;
    float *planes = NULL;
    if (s2_multiply(count, (size_t)group, &samples))
        planes = s2_scratch_reserve(&source->planes, samples, sizeof *planes);
    uint8_t *overlap_valid = s2_scratch_reserve(&source->overlap_valid, count, 1);
    if (planes == NULL || overlap_valid == NULL)
        return s2_fail_memory(err, "pixels");
    s2rgf_status status = S2RGF_OK;
    memset(overlap_valid, 1, count);
    if (overlap->held != NULL)
        s2_piece_copy_valid(source, overlap->held, overlap->piece, overlap->rect, overlap_valid);
    else
        status = s2_source_read_masks(source, overlap->rect, overlap_valid, err);
    for (int first = 0; first < source->band_count && status == S2RGF_OK; first += group) {
        const int left = source->band_count - first;
        const int here = left < group ? left : group;
        for (int b = 0; b < here && status == S2RGF_OK;) {
            const int run = run_length(source, first + b, here - b);
            status = read_run(source, overlap, first + b, run, planes + (size_t)b * count,
                              overlap_valid, err);
            b += run;
        }
        if (pixels != NULL && status == S2RGF_OK)
            place_planes(source, overlap->rect, rect, first, here, pixels);
    }
    if (status == S2RGF_OK)
        place_validity(source, overlap->rect, rect, overlap_valid, pixels, valid);
    return status;
}

/** Read what of a rectangle lies in a piece, held or not. */
static s2rgf_status read_piece(s2_source *source, s2_rect piece, s2_rect rect, float *pixels,
                               uint8_t *valid, s2rgf_error *err)
{
    const s2_piece_loader loader = {s2_piece_load, source};
    piece_overlap overlap = {.rect = s2_rect_intersect(rect, piece), .piece = piece};
    if (source->pieces == NULL)
        return read_bands(source, &overlap, rect, pixels, valid, err);
    s2rgf_status status = s2_pieces_take(source->pieces, piece, &loader, &overlap.held, err);
    if (status != S2RGF_OK)
        return status;
    status = read_bands(source, &overlap, rect, pixels, valid, err);
    s2_pieces_release(source->pieces, overlap.held);
    return status;
}

s2rgf_status s2_source_read_files(s2_source *source, s2_rect rect, float *pixels, uint8_t *valid,
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
            status = read_piece(source, s2_rect_intersect(piece, whole), rect, pixels, valid, err);
        }
    return status;
}
