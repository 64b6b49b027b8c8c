/* Labels from a class raster: nearest pixel on the reference grid, grouped by class and block. */
#include <stdlib.h>

#include "core/error.h"
#include "core/log.h"
#include "core/memory.h"
#include "geo/labels/class_band.h"
#include "geo/labels/labels_private.h"
#include "geo/labels/pixel_lookup.h"
#include "geo/source/gdal_catch.h"
#include "s2rgf/labelling.h"

#define BLOCK S2_LABEL_BLOCK_PX
#define BLOCK_PIXELS (BLOCK * BLOCK)

/** A class raster while it is read block by block of the reference grid. */
typedef struct raster_labels {
    const char *path;
    s2_class_band band;
    s2_pixel_lookup lookup;
    int value[BLOCK_PIXELS]; /* class of each pixel of a block, -1: none */
    int *group_of_value;     /* [S2_CLASS_MAX_VALUE + 1] group in the present block, -1: none */
} raster_labels;

static s2rgf_status check_raster(const s2_label_request *request, const s2_class_band *band,
                                 s2rgf_error *err)
{
    const s2rgf_label_options *options = request->options;
    if (options->layer || options->where)
        return s2_fail(err, S2RGF_INVALID_ARGUMENT,
                       "%s: is a raster: a layer or filter is only for vector labels",
                       options->path);
    if (band->count != 1)
        return s2_fail(err, S2RGF_FORMAT, "%s: not a label raster: expected one band, found %d",
                       options->path, band->count);
    if (options->attribute || options->all_touched || options->buffer_m > 0.0)
        s2_log(request->host, S2RGF_WARNING,
               "%s: is a raster: a field, -at and -buffer are only for vector labels",
               options->path);
    return S2RGF_OK;
}

/** How the label raster meets the reference grid. */
static s2rgf_status relate_grids(const s2_label_request *request, raster_labels *labels,
                                 s2rgf_error *err)
{
    const char *path = request->options->path;
    s2_grid own = {0};
    s2rgf_status status = s2_grid_of_dataset(labels->band.dataset, path, NULL, &own, err);
    if (status != S2RGF_OK)
        return status;
    char *wkt = NULL;
    status = s2_labels_settle_srs(request, own.srs_wkt, &wkt, err);
    if (status == S2RGF_OK) {
        s2_free(own.srs_wkt);
        own.srs_wkt = wkt;
        status =
            s2_pixel_lookup_init(&labels->lookup, path, &own, request->grid, BLOCK_PIXELS, err);
    }
    s2_grid_clear(&own);
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
            status =
                s2_class_band_look_up(&labels->band, &labels->lookup, block, labels->value, err);
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
        s2_gdal_tell_pages(dataset, request->options->path, request->host);
    if (status == S2RGF_OK)
        status = check_raster(request, &raster->band, err);
    if (status == S2RGF_OK && !raster->group_of_value)
        status = s2_fail_memory(err, "label raster");
    if (status == S2RGF_OK)
        status = relate_grids(request, raster, err);
    if (status == S2RGF_OK)
        status = s2_class_band_classes(&raster->band, request->host, &labels->classes, err);
    if (status == S2RGF_OK && labels->classes.count == 0)
        status = s2_class_band_fail_empty(&raster->band, err);
    if (status == S2RGF_OK)
        status = read_blocks(raster, request, &labels->classes, claims, err);
    if (status == S2RGF_OK)
        s2_class_band_report(&raster->band, request->host);
    s2_class_band_close(&raster->band);
    s2_pixel_lookup_clear(&raster->lookup);
    s2_free(raster->group_of_value);
    s2_free(raster);
    return status;
}
