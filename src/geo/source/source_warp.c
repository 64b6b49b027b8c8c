/*
 * Resample a source onto another grid, in another CRS if need be.
 * Every pixel is transformed exactly and depends on its own position only, so rectangles, tiles and
 * threads cannot show in the result; GDAL's warper interpolates the transformation within the chunk
 * it happens to be given, and knows one nodata value a band but not our joint validity.
 */
#include <cpl_string.h>
#include <gdal_alg.h>
#include <math.h>
#include <string.h>

#include "core/error.h"
#include "core/memory.h"
#include "geo/source/gdal_catch.h"
#include "geo/source/source_values.h"
#include "geo/source/srs.h"

/* Pixels are done in squares of this side: bounds the source rectangle read at a time. */
#define SQUARE_PX 64
/*
 * Below this many source pixels a pixel, plain bilinear; above, the kernel widens against aliasing.
 */
#define WIDEN_ABOVE 1.05
#define WIDEST 512.0

struct s2_warp {
    OGRCoordinateTransformationH transformation; /* target CRS -> source CRS; NULL: the same */
    s2_affine to_geo;                            /* target pixels -> target CRS */
    s2_affine to_pixel;                          /* source CRS -> source pixels */
    double west, turn;                           /* of the source, as s2_srs_wrap() takes them */
    double radius_x, radius_y;                   /* of the triangle kernel, source pixels */
    int square_px; /* side of the squares, less where kernels are wide */
    double u[SQUARE_PX * SQUARE_PX], v[SQUARE_PX * SQUARE_PX]; /* source pixel coordinates */
    s2_scratch pixels, valid;                                  /* source rectangle */
};

/**
 * u, v in: target pixel coordinates; out: source pixel coordinates, not finite where there are
 * none.
 */
static void to_source(const s2_warp *warp, double *u, double *v, int count)
{
    for (int i = 0; i < count; i++)
        s2_affine_apply(&warp->to_geo, u[i], v[i], &u[i], &v[i]);
    s2_srs_transform(warp->transformation, count, u, v);
    for (int i = 0; i < count; i++)
        s2_affine_apply(&warp->to_pixel, s2_srs_wrap(u[i], warp->west, warp->turn), v[i], &u[i],
                        &v[i]);
}

/** Kernel radius from the source pixels a target pixel spans at the centre of the target grid. */
static void choose_radius(s2_warp *warp, const s2_grid *to)
{
    const double x = floor(to->width / 2.0), y = floor(to->height / 2.0);
    double u[3] = {x, x + 1.0, x}, v[3] = {y, y, y + 1.0};
    to_source(warp, u, v, 3);
    const double span_x = fmax(fabs(u[1] - u[0]), fabs(u[2] - u[0]));
    const double span_y = fmax(fabs(v[1] - v[0]), fabs(v[2] - v[0]));
    warp->radius_x = span_x > WIDEN_ABOVE ? fmin(span_x, WIDEST) : 1.0;
    warp->radius_y = span_y > WIDEN_ABOVE ? fmin(span_y, WIDEST) : 1.0;
    const double side = floor(SQUARE_PX / fmax(warp->radius_x, warp->radius_y));
    warp->square_px = side >= 1.0 ? (int)side : 1;
}

s2rgf_status s2_warp_create(const char *label, const s2_grid *from, const s2_grid *to,
                            s2_warp **warp, s2rgf_error *err)
{
    s2_warp *made = s2_calloc(1, sizeof *made);
    if (!made)
        return s2_fail_memory(err, "warp");
    made->to_geo = to->to_geo;
    if (!s2_affine_invert(&from->to_geo, &made->to_pixel)) {
        s2_warp_free(made);
        return s2_fail(err, S2RGF_FORMAT, "%s: geotransform cannot be inverted", label);
    }
    s2rgf_status status =
        s2_srs_transformation_of(label, to->srs_wkt, from->srs_wkt, &made->transformation, err);
    if (status == S2RGF_OK) {
        choose_radius(made, to);
        status = s2_srs_turn(from->srs_wkt, &made->turn, err);
    }
    if (status != S2RGF_OK) {
        s2_warp_free(made);
        return status;
    }
    double east;
    s2_grid_extent(from, &made->west, &east);
    *warp = made;
    return S2RGF_OK;
}

void s2_warp_free(s2_warp *warp)
{
    if (!warp)
        return;
    OCTDestroyCoordinateTransformation(warp->transformation);
    S2_FREE_EACH(warp->pixels.data, warp->valid.data, warp);
}

/**
 * Source rectangle that the kernels around all points of a square touch; empty if none lies in the
 * file.
 */
static s2_rect kernel_bounds(const s2_warp *warp, int count, const s2_grid *file)
{
    double x0 = INFINITY, y0 = INFINITY, x1 = -INFINITY, y1 = -INFINITY;
    for (int i = 0; i < count; i++) {
        const double u = warp->u[i], v = warp->v[i];
        if (!(u >= 0.0 && v >= 0.0 && u < file->width && v < file->height))
            continue;
        x0 = fmin(x0, u);
        y0 = fmin(y0, v);
        x1 = fmax(x1, u);
        y1 = fmax(y1, v);
    }
    if (x0 > x1)
        return (s2_rect){0, 0, 0, 0};
    const int grow_x = (int)ceil(warp->radius_x), grow_y = (int)ceil(warp->radius_y);
    const s2_rect whole = {0, 0, file->width, file->height};
    const s2_rect centres = {(int)x0 - grow_x, (int)y0 - grow_y, (int)x1 - (int)x0 + 1 + 2 * grow_x,
                             (int)y1 - (int)y0 + 1 + 2 * grow_y};
    return s2_rect_intersect(centres, whole);
}

/** First and last index, relative to the rectangle, of a kernel around pixel coordinate `at`. */
static void kernel_range(double at, double radius, int origin, int size, int *first, int *last)
{
    const double low = ceil(at - 0.5 - radius) - origin;
    const double high = floor(at - 0.5 + radius) - origin;
    *first = low > 0.0 ? (int)low : 0;
    *last = high < size - 1 ? (int)high : size - 1;
}

/**
 * Triangle kernel over the valid source pixels around (u, v); true if the pixel that holds it is
 * valid.
 */
static bool sample_pixel(const s2_warp *warp, s2_rect rect, double u, double v, int bands,
                         float *out)
{
    const uint8_t *valid = warp->valid.data;
    const float *pixels = warp->pixels.data;
    /* Not finite fails here too. */
    if (!(u >= rect.x && v >= rect.y && u < (double)rect.x + rect.w && v < (double)rect.y + rect.h))
        return false;
    const int column = (int)u - rect.x, row = (int)v - rect.y;
    if (!valid[(size_t)row * (size_t)rect.w + (size_t)column])
        return false;
    if (!out)
        return true;
    int i0, i1, j0, j1;
    kernel_range(u, warp->radius_x, rect.x, rect.w, &i0, &i1);
    kernel_range(v, warp->radius_y, rect.y, rect.h, &j0, &j1);
    float sum = 0.0f;
    memset(out, 0, (size_t)bands * sizeof *out);
    for (int j = j0; j <= j1; j++) {
        const double wy = 1.0 - fabs(rect.y + j + 0.5 - v) / warp->radius_y;
        for (int i = i0; i <= i1; i++) {
            const double wx = 1.0 - fabs(rect.x + i + 0.5 - u) / warp->radius_x;
            const size_t at = (size_t)j * (size_t)rect.w + (size_t)i;
            const float weight = (float)(wx * wy);
            if (!valid[at] || !(weight > 0.0f))
                continue;
            sum += weight;
            for (int b = 0; b < bands; b++)
                out[b] += weight * pixels[at * (size_t)bands + (size_t)b];
        }
    }
    for (int b = 0; b < bands; b++)
        out[b] /= sum;
    return true;
}

/** Read the source rectangle for one square into the warp's scratch. */
static s2rgf_status load_rect(s2_source *source, s2_rect rect, bool with_pixels, s2rgf_error *err)
{
    s2_warp *warp = source->warp;
    const size_t count = (size_t)rect.w * (size_t)rect.h;
    uint8_t *valid = s2_scratch_reserve(&warp->valid, count, 1);
    float *pixels = NULL;
    size_t samples;
    if (with_pixels && s2_multiply(count, (size_t)source->band_count, &samples))
        pixels = s2_scratch_reserve(&warp->pixels, samples, sizeof *pixels);
    if (!valid || (with_pixels && !pixels))
        return s2_fail_memory(err, "source rectangle");
    const s2_read_target to = s2_read_target_whole(rect, source->band_count, pixels, valid);
    return s2_source_read_files(source, rect, &to, err);
}

/** Warp one square; to: from the square's first column on. */
static s2rgf_status warp_square(s2_source *source, s2_rect square, const s2_read_target *to,
                                s2rgf_error *err)
{
    s2_warp *warp = source->warp;
    const int count = square.w * square.h, bands = source->band_count;
    for (int i = 0; i < count; i++) {
        warp->u[i] = square.x + i % square.w + 0.5;
        warp->v[i] = square.y + i / square.w + 0.5;
    }
    to_source(warp, warp->u, warp->v, count);
    const s2_rect needed = kernel_bounds(warp, count, &source->file_grid);
    if (!s2_rect_is_empty(needed)) {
        const s2rgf_status status = load_rect(source, needed, to->pixels.data != NULL, err);
        if (status != S2RGF_OK)
            return status;
    }
    for (int i = 0; i < count; i++) {
        const int x = i % square.w;
        const int y = square.y + i / square.w;
        uint8_t *valid = (uint8_t *)s2_row_ring_at(&to->valid, y) + x;
        float *out = NULL;
        if (to->pixels.data)
            out = (float *)s2_row_ring_at(&to->pixels, y) + (size_t)x * (size_t)bands;
        *valid = !s2_rect_is_empty(needed) &&
                 sample_pixel(warp, needed, warp->u[i], warp->v[i], bands, out);
        if (out && *valid)
            s2_values_normalise(to, bands, out);
        else if (out)
            memset(out, 0, (size_t)bands * sizeof *out);
    }
    return S2RGF_OK;
}

s2rgf_status s2_warp_read(s2_source *source, s2_rect rect, const s2_read_target *to,
                          s2rgf_error *err)
{
    const int side = source->warp->square_px;
    s2rgf_status status = S2RGF_OK;
    for (int y = 0; y < rect.h && status == S2RGF_OK; y += side) {
        for (int x = 0; x < rect.w && status == S2RGF_OK; x += side) {
            const s2_rect square =
                s2_rect_intersect((s2_rect){rect.x + x, rect.y + y, side, side}, rect);
            const s2_read_target part = s2_read_target_from(to, x);
            status = warp_square(source, square, &part, err);
        }
    }
    return status;
}

s2rgf_status s2_warp_suggest(const s2_source *source, const char *srs_wkt, s2_grid *grid,
                             s2rgf_error *err)
{
    char **options = NULL;
    options = CSLSetNameValue(options, "SRC_SRS", source->file_grid.srs_wkt);
    options = CSLSetNameValue(options, "DST_SRS", srs_wkt);
    GDALDatasetH dataset = source->files[0].dataset;
    *grid = (s2_grid){0};
    s2_gdal_catch caught;
    s2_gdal_catch_begin(&caught);
    void *transformer = GDALCreateGenImgProjTransformer2(dataset, NULL, options);
    CPLErr outcome = CE_Failure;
    if (transformer)
        outcome = GDALSuggestedWarpOutput(dataset, GDALGenImgProjTransform, transformer,
                                          grid->to_geo.m, &grid->width, &grid->height);
    GDALDestroyGenImgProjTransformer(transformer);
    s2_gdal_catch_end(&caught);
    CSLDestroy(options);
    if (outcome != CE_None)
        return s2_gdal_fail(&caught, err, S2RGF_INVALID_ARGUMENT,
                            "%s: cannot be warped to the reference grid's CRS", source->label);
    s2_grid_coarsen(grid, source->decimation);
    grid->srs_wkt = s2_strdup(srs_wkt);
    return grid->srs_wkt ? S2RGF_OK : s2_fail_memory(err, "coordinate reference system");
}
