/* Blocks: what a spatial split keeps together of points and raster labels. */
#ifndef S2_GEO_LABELS_LABELS_BLOCKS_H
#define S2_GEO_LABELS_LABELS_BLOCKS_H

#include "geo/labels/labels.h"

/**
 * Group the pixels of points and rasters by class and block anew, in blocks of that side. Polygons
 * stay as they are. Errors: NO_MEMORY, after which the set is as it was.
 */
s2rgf_status s2_labels_regroup(s2_label_set *labels, int block_px, s2rgf_error *err);

/**
 * Group what single points label by class and block, by where the point is, so that the disc around
 * it stays whole. Without points nothing changes. Errors: NO_MEMORY.
 */
s2rgf_status s2_labels_block_points(s2_label_set *labels, s2rgf_error *err);

/** Whether single points label some of the pixels. */
bool s2_labels_have_points(const s2_label_set *labels);

/** Where a pixel, or the point that labels it, lies: `ground` where it is known, else the grid. */
s2_ground_place s2_labels_place(const s2_label_set *labels, size_t pixel);

/** Whether two groups lie in one block; no two polygons do. */
bool s2_labels_same_block(const s2_label_set *labels, int a, int b);

#endif
