/* Where geometries of a layer lie on a pixel grid: change of CRS, turns of longitude. */
#include "geo/labels/labels_place.h"

#include <math.h>

#include "core/error.h"
#include "geo/source/gdal_catch.h"
#include "geo/source/srs.h"

/* Straight edges bend under a change of CRS: each is cut to this part of the geometry's extent. */
#define EDGE_PARTS 64
/* Beyond this pixel coordinates are as good as infinite, and GDAL could not count them. */
#define FAR_PX 1e9

s2rgf_status s2_label_place_init(s2_label_place *place, const s2_label_request *request,
                                 const char *layer_wkt, s2rgf_error *err)
{
    const s2_grid *grid = request->grid;
    bool same_srs = false;
    *place = (s2_label_place){.grid = grid};
    s2rgf_status status = s2_srs_turn(layer_wkt, &place->layer_turn, err);
    if (status == S2RGF_OK)
        status = s2_srs_turn(grid->srs_wkt, &place->grid_turn, err);
    if (status == S2RGF_OK)
        status = s2_srs_equal(layer_wkt, grid->srs_wkt, &same_srs, err);
    if (status != S2RGF_OK)
        return status;
    s2_grid_extent(grid, &place->west, &place->east);
    if (!s2_affine_invert(&grid->to_geo, &place->to_pixel))
        return s2_fail(err, S2RGF_INTERNAL, "labels: singular grid");
    if (same_srs)
        return S2RGF_OK;
    place->transformation = s2_srs_transformation(layer_wkt, grid->srs_wkt);
    if (!place->transformation)
        return s2_fail(err, S2RGF_INVALID_ARGUMENT,
                       "%s: no transformation from its CRS to the reference grid's",
                       request->options->path);
    return S2RGF_OK;
}

void s2_label_place_clear(s2_label_place *place)
{
    OCTDestroyCoordinateTransformation(place->transformation);
    *place = (s2_label_place){0};
}

static void move_ring(OGRGeometryH ring, double by)
{
    for (int i = 0; i < OGR_G_GetPointCount(ring); i++)
        OGR_G_SetPoint_2D(ring, i, OGR_G_GetX(ring, i) + by, OGR_G_GetY(ring, i));
}

/**
 * Take every edge of a ring that spans more than half a turn, but not a whole one, the short way;
 * true if there was any.
 */
static bool unwrap_ring(OGRGeometryH ring, double turn)
{
    const int count = OGR_G_GetPointCount(ring);
    double shift = 0.0;
    double last = count > 0 ? OGR_G_GetX(ring, 0) : 0.0;
    bool any = false;
    for (int i = 1; i < count; i++) {
        const double x = OGR_G_GetX(ring, i);
        const double step = x - last;
        const bool whole = fabs(fabs(step) - turn) < 1e-9 * turn;
        if (isfinite(step) && !whole)
            shift -= turn * round(step / turn);
        if (shift != 0.0)
            OGR_G_SetPoint_2D(ring, i, x + shift, OGR_G_GetY(ring, i));
        any = any || shift != 0.0;
        last = x;
    }
    return any;
}

/** The same for a polygon: its holes stay inside. */
static bool unwrap_polygon(OGRGeometryH polygon, double turn)
{
    OGREnvelope outer = {0}, hole = {0};
    bool any = false;
    for (int r = 0; r < OGR_G_GetGeometryCount(polygon); r++) {
        OGRGeometryH ring = OGR_G_GetGeometryRef(polygon, r);
        any = unwrap_ring(ring, turn) || any;
        OGR_G_GetEnvelope(ring, r == 0 ? &outer : &hole);
        if (r > 0 && any && hole.MinX < outer.MinX)
            move_ring(ring, turn * ceil((outer.MinX - hole.MinX) / turn));
        else if (r > 0 && any && hole.MaxX > outer.MaxX)
            move_ring(ring, turn * floor((outer.MaxX - hole.MaxX) / turn));
    }
    return any;
}

/** The same for all polygons in a geometry, whatever its nesting. */
static bool unwrap(OGRGeometryH geometry, double turn)
{
    if (turn == 0.0)
        return false;
    if (wkbFlatten(OGR_G_GetGeometryType(geometry)) == wkbPolygon)
        return unwrap_polygon(geometry, turn);
    bool any = false;
    for (int i = 0; i < OGR_G_GetGeometryCount(geometry); i++)
        any = unwrap(OGR_G_GetGeometryRef(geometry, i), turn) || any;
    return any;
}

s2_label_outcome s2_label_place_project(const s2_label_place *place, OGRGeometryH geometry)
{
    const bool unwrapped = unwrap(geometry, place->layer_turn);
    const s2_label_outcome outcome = unwrapped ? S2_LABEL_UNWRAPPED : S2_LABEL_PLACED;
    if (!place->transformation)
        return outcome;
    OGREnvelope box;
    OGR_G_GetEnvelope(geometry, &box);
    const double extent = fmax(box.MaxX - box.MinX, box.MaxY - box.MinY);
    s2_gdal_catch caught;
    s2_gdal_catch_begin(&caught);
    if (extent > 0.0 && isfinite(extent))
        OGR_G_Segmentize(geometry, extent / EDGE_PARTS);
    const bool reached = OGR_G_Transform(geometry, place->transformation) == OGRERR_NONE;
    s2_gdal_catch_end(&caught);
    if (!reached)
        return S2_LABEL_NOWHERE;
    /* Edges are short now: one that spans half the earth has jumped from one end to the other. */
    unwrap(geometry, place->grid_turn);
    return outcome;
}

int s2_label_place_turns(const s2_label_place *place, double low, double high, int *first)
{
    const double turn = place->grid_turn;
    *first = 0;
    if (turn == 0.0)
        return 1;
    double least = ceil((place->west - high) / turn);
    double most = floor((place->east - low) / turn);
    /* What has an extent and touches the grid from outside is not on it. */
    if (high > low && least != 0.0 && high + least * turn <= place->west + 1e-9 * turn)
        least += 1.0;
    if (high > low && most != 0.0 && low + most * turn >= place->east - 1e-9 * turn)
        most -= 1.0;
    if (!(least <= most && fabs(least) < 100.0 && fabs(most) < 100.0))
        return 0;
    *first = (int)least;
    return (int)(most - least) + 1;
}

bool s2_label_place_point(const s2_label_place *place, double x, double y, int turns, double *u,
                          double *v)
{
    s2_affine_apply(&place->to_pixel, x + turns * place->grid_turn, y, u, v);
    return fabs(*u) < FAR_PX && fabs(*v) < FAR_PX;
}

OGRGeometryH s2_label_place_polygon(const s2_label_place *place, OGRGeometryH polygon, int turns)
{
    OGRGeometryH copy = OGR_G_Clone(polygon);
    for (int r = 0; copy && r < OGR_G_GetGeometryCount(copy); r++) {
        OGRGeometryH ring = OGR_G_GetGeometryRef(copy, r);
        for (int i = 0; i < OGR_G_GetPointCount(ring); i++) {
            double u, v;
            if (!s2_label_place_point(place, OGR_G_GetX(ring, i), OGR_G_GetY(ring, i), turns, &u,
                                      &v)) {
                OGR_G_DestroyGeometry(copy);
                return NULL;
            }
            OGR_G_SetPoint_2D(ring, i, u, v);
        }
    }
    return copy;
}
