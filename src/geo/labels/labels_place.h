/* Geometries of a layer on a pixel grid: change of CRS, turns of longitude. */
#ifndef S2_GEO_LABELS_LABELS_PLACE_H
#define S2_GEO_LABELS_LABELS_PLACE_H

#include <ogr_api.h>

#include "geo/labels/labels_private.h"
#include "geo/source/srs.h"

/** From the layer's CRS to pixels of the grid. */
typedef struct s2_label_place {
    const s2_grid *grid;                         /* borrowed */
    OGRCoordinateTransformationH transformation; /* NULL: same CRS */
    s2_affine to_pixel;
    double layer_turn, grid_turn; /* once around the earth, 0 where the CRS is not geographic */
    double west, east;            /* of the grid, in its CRS */
} s2_label_place;

/**
 * Prepare for geometries given in layer_wkt (NULL: the grid's CRS).
 * Errors INVALID_ARGUMENT (no transformation), INTERNAL.  Memory: s2_label_place_clear().
 */
s2rgf_status s2_label_place_init(s2_label_place *place, const s2_label_request *request,
                                 const char *layer_wkt, s2rgf_error *err);
void s2_label_place_clear(s2_label_place *place);

/** What became of a geometry on its way to the grid's CRS. */
typedef enum s2_label_outcome {
    S2_LABEL_PLACED,
    S2_LABEL_UNWRAPPED,
    S2_LABEL_NOWHERE
} s2_label_outcome;

/**
 * Bring a geometry into the grid's CRS, in place; edges are cut first, so that they bend as they
 * should. UNWRAPPED: edges of more than half a turn of longitude were taken the other way round.
 * NOWHERE: the grid's CRS does not reach it.
 */
s2_label_outcome s2_label_place_project(const s2_label_place *place, OGRGeometryH geometry);

/**
 * The turns of longitude by which something between two values of x meets the grid: *first and, as
 * the return value, how many from there on. In a CRS that is not geographic there is one, 0.
 */
int s2_label_place_turns(const s2_label_place *place, double low, double high, int *first);

/**
 * Pixel coordinates of a point of the grid's CRS, moved by that many turns; false: out of reach.
 */
bool s2_label_place_point(const s2_label_place *place, double x, double y, int turns, double *u,
                          double *v);

/** A copy of a polygon in pixel coordinates; NULL if a vertex is not finite. */
OGRGeometryH s2_label_place_polygon(const s2_label_place *place, OGRGeometryH polygon, int turns);

#endif
