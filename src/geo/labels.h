/* Labelled pixels of a reference grid, from polygons or from a class raster. */
#ifndef S2_GEO_LABELS_H
#define S2_GEO_LABELS_H

#include "core/class_table.h"
#include "geo/grid.h"

typedef struct s2_label_pixel {
    int x, y;        /* reference pixel */
    int class_index; /* in s2_label_set.classes */
    int group;       /* in s2_label_set.groups: what a spatial split keeps together */
} s2_label_pixel;

/** A polygon, or (raster labels) one class in one block of S2_LABEL_BLOCK_PX x S2_LABEL_BLOCK_PX pixels. */
typedef struct s2_label_group {
    int class_index;
    size_t pixels;
    s2_rect bounds; /* of its pixels */
} s2_label_group;

#define S2_LABEL_BLOCK_PX 64

typedef struct s2_label_set {
    s2_label_pixel *pixels; /* sorted by y, then x; no position twice */
    size_t count;
    s2_label_group *groups;
    int group_count;
    s2_class_table classes;
    bool from_polygons;
    size_t polygons;         /* features read */
    size_t polygons_without_pixel; /* outside the grid or too small to hold a pixel centre */
    size_t conflicts;        /* pixels claimed by polygons of different classes: left out */
    size_t without_class;    /* features whose class is NULL or empty */
    char checksum[17];       /* FNV-1a 64 of (x, y, class value) of all pixels, hex: ties a model to its labels */
} s2_label_set;

/**
 * Read labels onto a grid.
 * Vector: polygons and multipolygons of the layer, class from the attribute; text classes get values 1..K in
 * alphabetical order, integer classes keep their values if all are in 1..65535 (else FORMAT). Reprojected from the layer's CRS;
 * without CRS and assigned_srs: INVALID_ARGUMENT. No attribute given and only one plausible text/integer field: that one, else the
 * message lists the fields. Style colours (OGR feature style BRUSH fc) are taken where present.
 * Raster: values > 0 that are not nodata, names from category names or RAT or CLASS_n metadata (else "class N"), colours
 * from the colour table or RAT; resampled (nearest) where its grid is not the reference grid.
 * Errors  IO, FORMAT, INVALID_ARGUMENT, NO_MEMORY.  Memory: released with s2_label_set_clear().
 */
s2rgf_status s2_labels_read(const s2rgf_label_options *options, const s2_grid *grid,
                            const s2rgf_host *host, s2_label_set *labels, s2rgf_error *err);
void s2_label_set_clear(s2_label_set *labels);

/** Classes of a class raster as s2_labels_read() and s2rgf_assess() understand them. */
s2rgf_status s2_class_table_of_raster(GDALDatasetH dataset, s2_class_table *classes,
                                      s2rgf_error *err);

#endif
