/* Part of s2rgf.h: labels. */
#ifndef S2RGF_LABELLING_H
#define S2RGF_LABELLING_H

#include <stdbool.h>

/* ---- labels ------------------------------------------------------------------------------ */

/** Labelled areas: a layer of polygons or points, or a class raster. All zero is the default. */
typedef struct s2rgf_label_options {
    const char *path;
    const char *layer;        /* NULL: the only layer with geometries */
    const char *attribute;    /* class field of a vector layer, text or whole numbers */
    const char *where;        /* attribute filter, or NULL */
    const char *assigned_srs; /* CRS of labels that have none, or NULL */
    bool all_touched;         /* every pixel that a polygon touches, not only centres inside */
    double buffer_m; /* a point also labels pixels whose centre is this near; 0: its own only */
    const void *reserved[8]; /* NULL: room for later members */
} s2rgf_label_options;

#endif
