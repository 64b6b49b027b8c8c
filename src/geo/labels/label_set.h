/* Labelled pixels: what is known of each, and what a split keeps together. */
#ifndef S2_GEO_LABELS_LABEL_SET_H
#define S2_GEO_LABELS_LABEL_SET_H

#include "core/checksum.h"
#include "core/class_table.h"
#include "core/geometry.h"

typedef struct s2_label_pixel {
    int x, y;        /* reference pixel */
    int class_index; /* in s2_label_set.classes */
    int group;       /* in s2_label_set.groups: what a spatial split keeps together */
} s2_label_pixel;

#define S2_LABEL_BLOCK_PX 64
#define S2_LABEL_POINTS (-1LL)

/** Where a pixel, or the point that labels it, lies: on a grid that scenes may have in common. */
typedef struct s2_ground_place {
    int x, y;
} s2_ground_place;

/** What a point of a sample says of itself. */
typedef struct s2_sample_origin {
    long long feature;
    char *stratum;         /* owned; NULL: no field "stratum", or nothing in it */
    uint64_t stratum_size; /* 0: no field "stratum_size" */
} s2_sample_origin;

/**
 * A polygon (every part of a multipolygon is one), or with points and raster labels one class in
 * one block of S2_LABEL_BLOCK_PX x S2_LABEL_BLOCK_PX pixels; the groups of a block follow each
 * other.
 */
typedef struct s2_label_group {
    int class_index;
    size_t pixels;  /* at least one */
    s2_rect bounds; /* of its pixels, in the first scene that has some */
    /* of labels of many scenes, labels_merge.h: */
    long long feature;     /* the polygon's, in its layer, or S2_LABEL_POINTS */
    s2_ground_place point; /* of one point, until points are in blocks: its pixel */
    int scene;             /* the first that it lies in */
    int block;             /* equal in groups of one block */
} s2_label_group;

typedef struct s2_label_set {
    s2_label_pixel *pixels; /* sorted by y, then x; no position twice */
    size_t count;
    s2_label_group *groups;
    int group_count;
    s2_class_table classes;        /* those with pixels on the grid */
    s2_class_table absent;         /* those without */
    int block_px;                  /* side of a block; 0: S2_LABEL_BLOCK_PX */
    s2_ground_place *ground;       /* [count] of points, and of many scenes in blocks; else NULL */
    bool whole_scenes;             /* blocks are scenes */
    bool from_polygons;            /* false: points alone or a raster, all in groups of blocks */
    size_t polygons;               /* read, every part of a multipolygon counted */
    size_t polygons_without_pixel; /* outside the grid or too small to hold a pixel centre */
    size_t points_outside;         /* of the grid */
    size_t conflicts;              /* pixels that features of different classes claim: left out */
    size_t without_class;          /* features whose class is NULL or empty */
    size_t classless_points;       /* those of points alone */
    size_t classless_areas;        /* those of polygons */
    long long classless_feature;   /* the first of all */
    bool has_zero_feature;
    long long zero_feature;    /* the first feature of class 0 */
    s2_sample_origin *origins; /* [group_count] of s2_labels_read_sample(), else NULL */
    size_t origin_count, origin_capacity;
    char checksum
        [S2_CHECKSUM_BYTES]; /* FNV-1a 64 of x, y, class value of all pixels, hex: ties a model to them */
} s2_label_set;

/** Release what the set owns and leave it empty. */
void s2_label_set_clear(s2_label_set *labels);

#endif
