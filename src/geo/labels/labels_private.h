/* What the two readers of labels share. */
#ifndef S2_GEO_LABELS_LABELS_PRIVATE_H
#define S2_GEO_LABELS_LABELS_PRIVATE_H

#include <ogr_api.h>

#include "geo/labels/label_runs.h"
#include "geo/labels/labels.h"
#include "s2rgf/labelling.h"

/** What labels are read for. */
typedef enum s2_label_use {
    S2_LABELS_OF_PIXELS, /* the class of pixels, each once */
    S2_LABELS_OF_SAMPLE, /* points, each by itself */
    S2_LABELS_OF_PLACES, /* where they are */
    S2_LABELS_OF_AREAS   /* where polygons are */
} s2_label_use;

/** A request: which labels, on which grid, what for, and the host for messages. */
typedef struct s2_label_request {
    const s2rgf_label_options *options;
    const s2_grid *grid;
    const s2rgf_host *host;
    s2_label_use use;
    const char *layer_option; /* that chooses a layer */
} s2_label_request;

/** Whether only the pixels matter and not their classes. */
static inline bool s2_labels_are_places(s2_label_use use)
{
    return use == S2_LABELS_OF_PLACES || use == S2_LABELS_OF_AREAS;
}

/**
 * One claim of a group to a pixel; a pixel may be claimed more than once until s2_labels_finish().
 */
typedef struct s2_label_claims {
    s2_label_pixel *items;
    size_t count, capacity;
    s2_label_group *groups;
    size_t group_count, group_capacity;
    bool are_places;    /* claims go to: */
    s2_label_runs runs; /* instead of items */
} s2_label_claims;

/** Start a group; later claims belong to it. Errors: NO_MEMORY, UNSUPPORTED (too many). */
s2rgf_status s2_labels_add_group(s2_label_claims *claims, int class_index, s2rgf_error *err);

/** Claim a pixel for group `group`. Errors: NO_MEMORY. */
s2rgf_status s2_labels_claim(s2_label_claims *claims, int x, int y, int group, s2rgf_error *err);

/** Pixels and bounds of groups that have none yet, from pixels in order of y. */
void s2_labels_measure_groups(const s2_label_pixel *pixels, size_t count, s2_label_group *groups);

void s2_labels_claims_clear(s2_label_claims *claims);

/**
 * Names that differ only in upper and lower case are mostly one class spelled in two ways.
 * subject in  what has them
 */
void s2_labels_warn_case(const s2_class_table *classes, const char *subject,
                         const s2rgf_host *host);

/**
 * True for a layer whose features have geometries: not a mere table such as QGIS's layer_styles.
 */
bool s2_labels_has_geometries(OGRLayerH layer);

/** As s2_labels_read() for an open dataset of layers. labels in: empty. */
s2rgf_status s2_labels_read_vector(const s2_label_request *request, GDALDatasetH dataset,
                                   s2_label_claims *claims, s2_label_set *labels, s2rgf_error *err);

/** As s2_labels_read() for an open class raster. labels in: empty. */
s2rgf_status s2_labels_read_raster(const s2_label_request *request, GDALDatasetH dataset,
                                   s2_label_claims *claims, s2_label_set *labels, s2rgf_error *err);

/**
 * The CRS that the labels are in: their own, else the one assigned to them. The host is told where
 * another one was assigned than they have.
 * own_wkt in  NULL: they have none
 * wkt     out released with s2_free(); NULL only if the grid has no CRS either
 * Errors  INVALID_ARGUMENT (no CRS here or there, one that GDAL does not understand), NO_MEMORY.
 */
s2rgf_status s2_labels_settle_srs(const s2_label_request *request, const char *own_wkt, char **wkt,
                                  s2rgf_error *err);

#endif
