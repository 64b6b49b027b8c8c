/* What lies between pixels on the ground: areas and distances in metres. */
#ifndef S2_GEO_SOURCE_GROUND_H
#define S2_GEO_SOURCE_GROUND_H

#include "geo/source/grid.h"

#define S2_GROUND_STEPS 256

/**
 * Measures of a grid: in the plane of a projection that is true to lengths and areas within 1 %, as
 * GIS programs measure, else on the ellipsoid, row by row.
 */
typedef struct s2_ground {
    s2_affine to_geo;
    double centre; /* column */
    double height; /* rows */
    bool is_known; /* false: no CRS, or no unit of length */
    bool is_geographic;
    bool has_rows;                       /* a projection that is not true */
    double rows[S2_GROUND_STEPS + 1][3]; /* its metric at the centre of evenly spaced rows */
    double uneven;     /* by how much areas at the corners are off those of their rows, as a part */
    double unit;       /* metres or radians of one unit of the CRS */
    double radius, e2; /* of the ellipsoid: semi-major axis in metres, squared eccentricity */
} s2_ground;

/** Get ready to measure on a grid; nothing is borrowed. */
void s2_ground_init(s2_ground *ground, const s2_grid *grid);

/**
 * Area in square metres of a pixel in row y, where x counts at the grid's centre; NaN: not known.
 */
double s2_ground_area(const s2_ground *ground, int y);

/**
 * Squared distance in square metres between two places near pixel row y, dx columns and dy rows
 * apart, as metric[0] dx dx + 2 metric[1] dx dy + metric[2] dy dy. NaN: not known.
 */
void s2_ground_metric(const s2_ground *ground, double y, double metric[3]);

/** Rows from a place within which lies whatever is at most `radius` metres away. */
double s2_ground_reach(const double metric[3], double radius);

/**
 * Columns from, to of the places dy rows away that are at most `radius` metres away; false: none.
 */
bool s2_ground_span(const double metric[3], double dy, double radius, double *from, double *to);

/**
 * A short step to the true north from the grid's centre, in columns and rows; its length has no
 * meaning. NaN where north is not known: without CRS, or with one that is not on an ellipsoid.
 */
void s2_ground_north(const s2_grid *grid, double step[2]);

#endif
