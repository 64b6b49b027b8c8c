/* Labels from a class raster: nearest pixel on the reference grid, grouped by class and block. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/log.h"
#include "core/memory.h"
#include "geo/labels/class_band.h"
#include "geo/labels/labels_place.h"
#include "geo/labels/labels_private.h"
#include "geo/source/gdal_catch.h"

#define BLOCK S2_LABEL_BLOCK_PX
#define BLOCK_PIXELS (BLOCK * BLOCK)
/*
 * A label raster so much finer than the reference grid that a block covers more is read by pixel.
 */
#define MAX_RECT_PIXELS (4 * 1024 * 1024)

/** A class raster while it is read block by block of the reference grid. */
typedef struct raster_labels {
    const char *path;
    s2_class_band band;
    s2_grid own;
    s2_affine ref_to_geo, geo_to_own;
    OGRCoordinateTransformationH transformation; /* reference CRS -> own; NULL: the same */
    double turn, west;                           /* s2_srs_turn() of its CRS, its west end */
    double u[BLOCK_PIXELS], v[BLOCK_PIXELS];     /* own pixel coordinates of a block's centres */
    int value[BLOCK_PIXELS];                     /* class of each, -1: none */
    double sample[BLOCK_PIXELS];                 /* pixel value under each centre, NaN: none */
    int *group_of_value; /* [S2_CLASS_MAX_VALUE + 1] group in the present block, -1: none */
} raster_labels;

static s2rgf_status check_raster(const s2rgf_label_options *options, const s2_class_band *band,
                                 s2rgf_error *err)
{
    if (options->layer || options->where)
        return s2_fail(err, S2RGF_INVALID_ARGUMENT,
                       "%s: is a raster: a layer or filter is only for vector labels",
                       options->path);
    if (band->count != 1)
        return s2_fail(err, S2RGF_FORMAT, "%s: not a label raster: expected one band, found %d",
                       options->path, band->count);
    return S2RGF_OK;
}

/** How the label raster meets the reference grid. */
static s2rgf_status relate_grids(const s2_label_request *request, raster_labels *labels,
                                 s2rgf_error *err)
{
    const char *path = request->options->path;
    const s2_grid *grid = request->grid;
    double east;
    s2rgf_status status = s2_grid_of_dataset(labels->band.dataset, path, NULL, &labels->own, err);
    if (status != S2RGF_OK)
        return status;
    char *wkt = NULL;
    status = s2_labels_settle_srs(request, labels->own.srs_wkt, &wkt, err);
    if (status != S2RGF_OK)
        return status;
    s2_free(labels->own.srs_wkt);
    labels->own.srs_wkt = wkt;
    labels->ref_to_geo = grid->to_geo;
    if (!s2_affine_invert(&labels->own.to_geo, &labels->geo_to_own))
        return s2_fail(err, S2RGF_FORMAT, "%s: geotransform cannot be inverted", path);
    bool same_srs;
    status = s2_srs_equal(labels->own.srs_wkt, grid->srs_wkt, &same_srs, err);
    if (status != S2RGF_OK)
        return status;
    if (!same_srs) {
        labels->transformation = s2_srs_transformation(grid->srs_wkt, labels->own.srs_wkt);
        if (!labels->transformation)
            return s2_fail(err, S2RGF_INVALID_ARGUMENT,
                           "%s: no transformation from the reference grid's CRS to its own", path);
    }
    s2_label_extent(&labels->own, &labels->west, &east);
    return s2_srs_turn(labels->own.srs_wkt, &labels->turn, err);
}

/** The longitude that a place has in a raster that begins at `west`. */
static double wrap(double x, double west, double turn)
{
    return turn > 0.0 && !(x >= west && x < west + turn) ? x - turn * floor((x - west) / turn) : x;
}

/** Own pixel coordinates of a block's pixel centres; not finite where there are none. */
static void locate(raster_labels *labels, s2_rect block)
{
    const int count = block.w * block.h;
    for (int i = 0; i < count; i++)
        s2_affine_apply(&labels->ref_to_geo, block.x + i % block.w + 0.5,
                        block.y + i / block.w + 0.5, &labels->u[i], &labels->v[i]);
    if (labels->transformation) {
        s2_gdal_catch caught;
        s2_gdal_catch_begin(&caught);
        OCTTransform(labels->transformation, count, labels->u, labels->v, NULL);
        s2_gdal_catch_end(&caught);
    }
    for (int i = 0; i < count; i++) {
        if (!isfinite(labels->u[i]) || !isfinite(labels->v[i]))
            labels->u[i] = labels->v[i] = NAN;
        labels->u[i] = wrap(labels->u[i], labels->west, labels->turn);
        s2_affine_apply(&labels->geo_to_own, labels->u[i], labels->v[i], &labels->u[i],
                        &labels->v[i]);
    }
}

static bool is_inside(const raster_labels *labels, int i)
{
    return labels->u[i] >= 0.0 && labels->v[i] >= 0.0 && labels->u[i] < labels->own.width &&
           labels->v[i] < labels->own.height;
}

/** Part of the label raster that a block's centres fall on; empty if none does. */
static s2_rect block_bounds(const raster_labels *labels, int count)
{
    int x0 = labels->own.width, y0 = labels->own.height, x1 = -1, y1 = -1;
    for (int i = 0; i < count; i++) {
        if (!is_inside(labels, i))
            continue;
        const int x = (int)labels->u[i], y = (int)labels->v[i];
        x0 = x < x0 ? x : x0;
        y0 = y < y0 ? y : y0;
        x1 = x > x1 ? x : x1;
        y1 = y > y1 ? y : y1;
    }
    return (s2_rect){x0, y0, x1 - x0 + 1, y1 - y0 + 1};
}

/** Pixel value under every centre of a block, into labels->sample; NaN outside the label raster. */
static s2rgf_status read_samples(raster_labels *labels, int count, s2rgf_error *err)
{
    const s2_rect rect = block_bounds(labels, count);
    for (int i = 0; i < count; i++)
        labels->sample[i] = NAN;
    if (s2_rect_is_empty(rect))
        return S2RGF_OK;
    const bool whole = (size_t)rect.w * (size_t)rect.h <= MAX_RECT_PIXELS;
    const double *pixels = NULL;
    s2rgf_status status = whole ? s2_class_band_read(&labels->band, rect, &pixels, err) : S2RGF_OK;
    for (int i = 0; i < count && status == S2RGF_OK; i++) {
        if (!is_inside(labels, i))
            continue;
        const s2_rect pixel = {(int)labels->u[i], (int)labels->v[i], 1, 1};
        size_t at = 0;
        if (whole)
            at = (size_t)(pixel.y - rect.y) * (size_t)rect.w + (size_t)(pixel.x - rect.x);
        else
            status = s2_class_band_read(&labels->band, pixel, &pixels, err);
        if (status == S2RGF_OK)
            labels->sample[i] = pixels[at];
    }
    return status;
}

/** Class value of every pixel of a block. */
static s2rgf_status read_values(raster_labels *labels, s2_rect block, s2rgf_error *err)
{
    const int count = block.w * block.h;
    locate(labels, block);
    s2rgf_status status = read_samples(labels, count, err);
    for (int i = 0; i < count && status == S2RGF_OK; i++) {
        const int x = is_inside(labels, i) ? (int)labels->u[i] : 0;
        const int y = is_inside(labels, i) ? (int)labels->v[i] : 0;
        status =
            s2_class_band_value(&labels->band, x, y, labels->sample[i], &labels->value[i], err);
    }
    return status;
}

/** Group of a class value in the present block, made when the value is first met there. */
static s2rgf_status group_of(raster_labels *labels, int value, s2_class_table *classes,
                             s2_label_claims *claims, int *group, s2rgf_error *err)
{
    *group = labels->group_of_value[value];
    if (*group >= 0)
        return S2RGF_OK;
    const int index = s2_class_table_find_value(classes, value);
    const s2rgf_status status = s2_labels_add_group(claims, index, err);
    *group = (int)claims->group_count - 1;
    if (status == S2RGF_OK)
        labels->group_of_value[value] = *group;
    return status;
}

static s2rgf_status claim_block(raster_labels *labels, s2_rect block, s2_class_table *classes,
                                s2_label_claims *claims, s2rgf_error *err)
{
    s2rgf_status status = S2RGF_OK;
    const int count = block.w * block.h;
    for (int i = 0; i < count && status == S2RGF_OK; i++) {
        int group;
        if (labels->value[i] < 0)
            continue;
        status = group_of(labels, labels->value[i], classes, claims, &group, err);
        if (status == S2RGF_OK)
            status =
                s2_labels_claim(claims, block.x + i % block.w, block.y + i / block.w, group, err);
    }
    for (int i = 0; i < count; i++)
        if (labels->value[i] >= 0)
            labels->group_of_value[labels->value[i]] = -1;
    return status;
}

/** Walk over the reference grid in blocks. */
static s2rgf_status read_blocks(raster_labels *labels, const s2_label_request *request,
                                s2_class_table *classes, s2_label_claims *claims, s2rgf_error *err)
{
    const s2_grid *grid = request->grid;
    const s2_rect whole = {0, 0, grid->width, grid->height};
    for (int v = 0; v <= S2_CLASS_MAX_VALUE; v++)
        labels->group_of_value[v] = -1;
    s2rgf_status status = S2RGF_OK;
    for (int y = 0; y < grid->height && status == S2RGF_OK; y += BLOCK) {
        for (int x = 0; x < grid->width && status == S2RGF_OK; x += BLOCK) {
            const s2_rect block = s2_rect_intersect((s2_rect){x, y, BLOCK, BLOCK}, whole);
            status = read_values(labels, block, err);
            if (status == S2RGF_OK)
                status = claim_block(labels, block, classes, claims, err);
        }
        if (status == S2RGF_OK && !s2_progress(request->host, 0.0))
            status = s2_fail(err, S2RGF_CANCELLED, "interrupted");
    }
    return status;
}

s2rgf_status s2_labels_read_raster(const s2_label_request *request, GDALDatasetH dataset,
                                   s2_label_claims *claims, s2_label_set *labels, s2rgf_error *err)
{
    raster_labels *raster = s2_calloc(1, sizeof *raster);
    if (!raster)
        return s2_fail_memory(err, "label raster");
    raster->path = request->options->path;
    raster->group_of_value = s2_alloc(S2_CLASS_MAX_VALUE + 1, sizeof *raster->group_of_value);
    s2rgf_status status = s2_class_band_open(dataset, request->options->path, &raster->band, err);
    if (status == S2RGF_OK)
        status = check_raster(request->options, &raster->band, err);
    if (status == S2RGF_OK && !raster->group_of_value)
        status = s2_fail_memory(err, "label raster");
    if (status == S2RGF_OK)
        status = relate_grids(request, raster, err);
    if (status == S2RGF_OK)
        status = s2_class_band_classes(&raster->band, request->host, &labels->classes, err);
    if (status == S2RGF_OK)
        status = read_blocks(raster, request, &labels->classes, claims, err);
    if (status == S2RGF_OK)
        s2_class_band_report(&raster->band, request->host);
    OCTDestroyCoordinateTransformation(raster->transformation);
    s2_class_band_close(&raster->band);
    s2_grid_clear(&raster->own);
    s2_free(raster->group_of_value);
    s2_free(raster);
    return status;
}
