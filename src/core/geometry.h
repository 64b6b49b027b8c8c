/* Pixel rectangles and affine maps between pixel grids; plain arithmetic, no georeferencing. */
#ifndef S2_CORE_GEOMETRY_H
#define S2_CORE_GEOMETRY_H

#include <stdbool.h>

/** Pixels x..x+w-1, y..y+h-1; empty when w or h is not positive. */
typedef struct s2_rect {
    int x, y, w, h;
} s2_rect;

bool s2_rect_is_empty(s2_rect rect);
bool s2_rect_equal(s2_rect a, s2_rect b);
bool s2_rect_contains(s2_rect outer, s2_rect inner);
s2_rect s2_rect_intersect(s2_rect a, s2_rect b);
/** Grown by `px` on every side. */
s2_rect s2_rect_grow(s2_rect rect, int px);

/**
 * x' = m[0] + m[1] x + m[2] y, y' = m[3] + m[4] x + m[5] y: GDAL's geotransform order, corner
 * coordinates (pixel i spans i..i+1).
 */
typedef struct s2_affine {
    double m[6];
} s2_affine;

extern const s2_affine S2_AFFINE_IDENTITY;

void s2_affine_apply(const s2_affine *a, double x, double y, double *x_out, double *y_out);
/** first, then second. */
s2_affine s2_affine_compose(const s2_affine *first, const s2_affine *second);
/** false if singular. */
bool s2_affine_invert(const s2_affine *a, s2_affine *inverse);
/** Smallest pixel rectangle that holds the image of rect under a. */
s2_rect s2_affine_bounds(const s2_affine *a, s2_rect rect);

#endif
