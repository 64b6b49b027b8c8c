/* Which pixel of a raster lies under the centre of a pixel of another grid. */
#include "geo/labels/pixel_lookup.h"

#include <math.h>

#include "core/error.h"
#include "core/memory.h"
#include "geo/source/srs.h"

/* A raster so much finer than the grid that a block covers more is read by pixel. */
#define MAX_RECT_PIXELS (4 * 1024 * 1024)
/* Centres on the edge of two pixels belong to one side, whatever rounding does to them. */
#define EDGE_PX 1e-6

s2rgf_status s2_pixel_lookup_init(s2_pixel_lookup *lookup, const char *path, const s2_grid *raster,
                                  const s2_grid *grid, size_t most, s2rgf_error *err)
{
    *lookup = (s2_pixel_lookup){.grid_to_geo = grid->to_geo,
                                .width = raster->width,
                                .height = raster->height,
                                .most = most};
    if (!s2_affine_invert(&raster->to_geo, &lookup->geo_to_raster))
        return s2_fail(err, S2RGF_FORMAT, "%s: geotransform cannot be inverted", path);
    const s2rgf_status status = s2_srs_transformation_of(path, grid->srs_wkt, raster->srs_wkt,
                                                         &lookup->transformation, err);
    if (status != S2RGF_OK)
        return status;
    lookup->u = s2_alloc(most, sizeof *lookup->u);
    lookup->v = s2_alloc(most, sizeof *lookup->v);
    lookup->found = s2_alloc(most, sizeof *lookup->found);
    if (!lookup->u || !lookup->v || !lookup->found)
        return s2_fail_memory(err, "raster on another grid");
    double east;
    s2_grid_extent(raster, &lookup->west, &east);
    return s2_srs_turn(raster->srs_wkt, &lookup->turn, err);
}

void s2_pixel_lookup_clear(s2_pixel_lookup *lookup)
{
    OCTDestroyCoordinateTransformation(lookup->transformation);
    S2_FREE_EACH(lookup->u, lookup->v, lookup->found);
    *lookup = (s2_pixel_lookup){0};
}

void s2_pixel_lookup_find(s2_pixel_lookup *lookup, s2_rect block)
{
    double *u = lookup->u, *v = lookup->v;
    const int count = block.w * block.h;
    for (int i = 0; i < count; i++)
        s2_affine_apply(&lookup->grid_to_geo, block.x + i % block.w + 0.5,
                        block.y + i / block.w + 0.5, &u[i], &v[i]);
    s2_srs_transform(lookup->transformation, count, u, v);
    for (int i = 0; i < count; i++) {
        u[i] = s2_srs_wrap(u[i], lookup->west, lookup->turn);
        s2_affine_apply(&lookup->geo_to_raster, u[i], v[i], &u[i], &v[i]);
    }
}

bool s2_pixel_lookup_at(const s2_pixel_lookup *lookup, size_t i, int *x, int *y)
{
    const double u = lookup->u[i] + EDGE_PX, v = lookup->v[i] + EDGE_PX;
    if (!(u >= 0.0 && v >= 0.0 && u < lookup->width && v < lookup->height))
        return false;
    *x = (int)u;
    *y = (int)v;
    return true;
}

/** Part of the raster that the centres fall on; empty if none does. */
static s2_rect bounds_of(const s2_pixel_lookup *lookup, size_t count)
{
    int x0 = lookup->width, y0 = lookup->height, x1 = -1, y1 = -1;
    for (size_t i = 0; i < count; i++) {
        int x, y;
        if (!s2_pixel_lookup_at(lookup, i, &x, &y))
            continue;
        x0 = x < x0 ? x : x0;
        y0 = y < y0 ? y : y0;
        x1 = x > x1 ? x : x1;
        y1 = y > y1 ? y : y1;
    }
    return (s2_rect){x0, y0, x1 - x0 + 1, y1 - y0 + 1};
}

s2rgf_status s2_pixel_lookup_read(s2_pixel_lookup *lookup, size_t count, s2_pixel_reader read,
                                  void *raster, const double **values, s2rgf_error *err)
{
    const s2_rect bounds = bounds_of(lookup, count);
    const bool any = !s2_rect_is_empty(bounds);
    const bool whole = any && (size_t)bounds.w * (size_t)bounds.h <= MAX_RECT_PIXELS;
    const double *pixels = NULL;
    s2rgf_status status = whole ? read(raster, bounds, &pixels, err) : S2RGF_OK;
    for (size_t i = 0; i < count && status == S2RGF_OK; i++) {
        s2_rect pixel = {0, 0, 1, 1};
        size_t at = 0;
        lookup->found[i] = (double)NAN;
        if (!any || !s2_pixel_lookup_at(lookup, i, &pixel.x, &pixel.y))
            continue;
        if (whole)
            at = (size_t)(pixel.y - bounds.y) * (size_t)bounds.w + (size_t)(pixel.x - bounds.x);
        else
            status = read(raster, pixel, &pixels, err);
        if (status == S2RGF_OK)
            lookup->found[i] = pixels[at];
    }
    *values = lookup->found;
    return status;
}
