/* A georeferenced pixel grid. */
#include "geo/source/grid.h"

#include <math.h>

#include "core/error.h"
#include "core/memory.h"
#include "geo/source/gdal_catch.h"
#include "geo/source/srs.h"

/* part of a pixel by which a projwin may miss an edge: coordinates are rounded */
#define PROJWIN_SLACK 0.001

/** What a dataset without a geotransform has in its place. */
static const char *other_georeference(GDALDatasetH dataset)
{
    if (GDALGetGCPCount(dataset) > 0)
        return "ground control points only: warp it first";
    if (GDALGetMetadata(dataset, "RPC"))
        return "rational polynomials (RPC) only: warp it first";
    if (GDALGetMetadata(dataset, "GEOLOCATION"))
        return "geolocation arrays only: warp it first";
    return "none";
}

/** Geotransform of a dataset, an error if it is absent or useless. */
static s2rgf_status read_geotransform(GDALDatasetH dataset, const char *subject, s2_affine *to_geo,
                                      s2rgf_error *err)
{
    if (GDALGetGeoTransform(dataset, to_geo->m) != CE_None)
        return s2_fail(err, S2RGF_FORMAT,
                       "%s: not georeferenced: expected a geotransform, found %s", subject,
                       other_georeference(dataset));
    s2_affine inverse;
    for (int i = 0; i < 6; i++)
        if (!isfinite(to_geo->m[i]))
            return s2_fail(err, S2RGF_FORMAT, "%s: geotransform holds a value that is not finite",
                           subject);
    if (!s2_affine_invert(to_geo, &inverse))
        return s2_fail(
            err, S2RGF_FORMAT,
            "%s: useless geotransform: expected pixels with an area, found %g, %g, %g, %g", subject,
            to_geo->m[1], to_geo->m[2], to_geo->m[4], to_geo->m[5]);
    return S2RGF_OK;
}

s2rgf_status s2_grid_with_srs(GDALDatasetH dataset, const char *subject, const char *srs_wkt,
                              s2_grid *grid, s2rgf_error *err)
{
    *grid = (s2_grid){.width = GDALGetRasterXSize(dataset), .height = GDALGetRasterYSize(dataset)};
    const s2rgf_status status = read_geotransform(dataset, subject, &grid->to_geo, err);
    if (status == S2RGF_OK && srs_wkt && !(grid->srs_wkt = s2_strdup(srs_wkt)))
        return s2_fail_memory(err, "coordinate reference system");
    return status;
}

s2rgf_status s2_grid_of_dataset(GDALDatasetH dataset, const char *subject, const char *assigned_srs,
                                s2_grid *grid, s2rgf_error *err)
{
    const s2rgf_status status = s2_grid_with_srs(dataset, subject, NULL, grid, err);
    if (status != S2RGF_OK)
        return status;
    return s2_srs_assigned(GDALGetSpatialRef(dataset), assigned_srs, &grid->srs_wkt, err);
}

void s2_grid_coarsen(s2_grid *grid, int decimation)
{
    const int width = (grid->width - 1) / decimation + 1;
    const int height = (grid->height - 1) / decimation + 1;
    const double across = (double)grid->width / width, down = (double)grid->height / height;
    grid->to_geo.m[1] *= across;
    grid->to_geo.m[4] *= across;
    grid->to_geo.m[2] *= down;
    grid->to_geo.m[5] *= down;
    grid->width = width;
    grid->height = height;
}

s2rgf_status s2_grid_copy(const s2_grid *from, s2_grid *to, s2rgf_error *err)
{
    *to = *from;
    to->srs_wkt = s2_strdup(from->srs_wkt);
    if (from->srs_wkt && !to->srs_wkt)
        return s2_fail_memory(err, "coordinate reference system");
    return S2RGF_OK;
}

s2rgf_status s2_grid_cut(const s2_grid *from, s2_rect rect, s2_grid *to, s2rgf_error *err)
{
    const s2rgf_status status = s2_grid_copy(from, to, err);
    if (status != S2RGF_OK)
        return status;
    s2_affine_apply(&from->to_geo, rect.x, rect.y, &to->to_geo.m[0], &to->to_geo.m[3]);
    to->width = rect.w;
    to->height = rect.h;
    return S2RGF_OK;
}

void s2_grid_clear(s2_grid *grid)
{
    s2_free(grid->srs_wkt);
    *grid = (s2_grid){0};
}

double s2_grid_pixel_size(const s2_grid *grid)
{
    const double *m = grid->to_geo.m;
    return sqrt(fabs(m[1] * m[5] - m[2] * m[4]));
}

void s2_grid_extent(const s2_grid *grid, double *west, double *east)
{
    *west = INFINITY;
    *east = -INFINITY;
    for (int corner = 0; corner < 4; corner++) {
        double x, y;
        s2_affine_apply(&grid->to_geo, (corner & 1) * (double)grid->width,
                        (corner >> 1) * (double)grid->height, &x, &y);
        *west = fmin(*west, x);
        *east = fmax(*east, x);
    }
}

double s2_grid_distance_px(const s2_grid *a, const s2_grid *b)
{
    s2_affine to_b;
    if (!s2_affine_invert(&b->to_geo, &to_b))
        return INFINITY;
    const s2_affine a_to_b = s2_affine_compose(&a->to_geo, &to_b);
    double largest = 0.0;
    for (int corner = 0; corner < 4; corner++) {
        const double x = (corner & 1) != 0 ? a->width : 0.0;
        const double y = (corner & 2) != 0 ? a->height : 0.0;
        double u, v;
        s2_affine_apply(&a_to_b, x, y, &u, &v);
        largest = fmax(largest, fmax(fabs(u - x), fabs(v - y)));
    }
    return largest;
}

s2rgf_status s2_grid_check_same(const char *subject, const s2_grid *found, const char *whose,
                                const s2_grid *expected, s2rgf_error *err)
{
    if (found->width != expected->width || found->height != expected->height)
        return s2_fail(err, S2RGF_MISMATCH,
                       "%s: another size than %s grid: expected %d x %d, found %d x %d", subject,
                       whose, expected->width, expected->height, found->width, found->height);
    bool same_srs;
    const s2rgf_status status = s2_srs_equal(found->srs_wkt, expected->srs_wkt, &same_srs, err);
    if (status != S2RGF_OK)
        return status;
    if (!same_srs) {
        char wanted[128], offered[128];
        s2_srs_name(expected->srs_wkt, wanted, sizeof wanted);
        s2_srs_name(found->srs_wkt, offered, sizeof offered);
        return s2_fail(err, S2RGF_MISMATCH, "%s: another CRS than %s grid: expected %s, found %s",
                       subject, whose, wanted, offered);
    }
    const double distance = s2_grid_distance_px(found, expected);
    if (!(distance <= S2_GRID_SAME_PX))
        return s2_fail(err, S2RGF_MISMATCH,
                       "%s: lies elsewhere than %s grid: expected the same corners, found them up "
                       "to %.3g pixels apart",
                       subject, whose, distance);
    return S2RGF_OK;
}

/** What a projwin covers in the grid's CRS, where its edges may be curves. x, y in/out: left and right,
    top and bottom */
static s2rgf_status projwin_in_grid_srs(const s2_grid *grid, const char *projwin_srs, double x[2],
                                        double y[2], s2rgf_error *err)
{
    enum { POINTS = 21 }; /* of an edge, as gdal_translate takes them */
    double least[2], most[2];
    if (!projwin_srs)
        return S2RGF_OK;
    if (y[0] <= y[1])
        return s2_fail(err, S2RGF_INVALID_ARGUMENT,
                       "projwin: empty: expected ulx uly lrx lry, found uly %g and lry %g", y[0],
                       y[1]);
    if (!grid->srs_wkt)
        return s2_fail(err, S2RGF_INVALID_ARGUMENT,
                       "projwin: given in %s, but the reference grid has no CRS", projwin_srs);
    OGRCoordinateTransformationH transformation = s2_srs_transformation(projwin_srs, grid->srs_wkt);
    if (!transformation)
        return s2_fail(err, S2RGF_INVALID_ARGUMENT,
                       "%s: not a CRS that can be transformed to the reference grid's",
                       projwin_srs);
    s2_gdal_catch caught;
    s2_gdal_catch_begin(&caught);
    const bool done = OCTTransformBounds(transformation, x[0], y[1], x[1], y[0], &least[0],
                                         &least[1], &most[0], &most[1], POINTS) != 0;
    s2_gdal_catch_end(&caught);
    OCTDestroyCoordinateTransformation(transformation);
    if (!done)
        return s2_gdal_fail(&caught, err, S2RGF_INVALID_ARGUMENT,
                            "projwin: cannot be transformed from %s to the reference grid's CRS",
                            projwin_srs);
    const bool leftward = grid->to_geo.m[1]<0.0, upward = grid->to_geo.m[5]> 0.0;
    x[leftward] = least[0];
    x[!leftward] = most[0];
    y[upward] = most[1];
    y[!upward] = least[1];
    return S2RGF_OK;
}

s2rgf_status s2_grid_projwin(const s2_grid *grid, const double projwin[4], const char *projwin_srs,
                             s2_rect *rect, s2rgf_error *err)
{
    const double *m = grid->to_geo.m;
    double x[2] = {projwin[0], projwin[2]};
    double y[2] = {projwin[1], projwin[3]};
    for (int i = 0; i < 4; i++)
        if (!isfinite(projwin[i]))
            return s2_fail(err, S2RGF_INVALID_ARGUMENT, "projwin: value %d is not finite", i + 1);
    if (m[2] != 0.0 || m[4] != 0.0)
        return s2_fail(err, S2RGF_INVALID_ARGUMENT,
                       "projwin: the reference grid is rotated: use srcwin");
    const s2rgf_status status = projwin_in_grid_srs(grid, projwin_srs, x, y, err);
    if (status != S2RGF_OK)
        return status;
    /* every pixel that lies in it at least in part, as gdal_translate does since GDAL 3.11 */
    const double left = floor((x[0] - m[0]) / m[1] + PROJWIN_SLACK);
    const double top = floor((y[0] - m[3]) / m[5] + PROJWIN_SLACK);
    const double right = ceil((x[1] - m[0]) / m[1] - PROJWIN_SLACK);
    const double bottom = ceil((y[1] - m[3]) / m[5] - PROJWIN_SLACK);
    const double wide = (x[1] - x[0]) / m[1], high = (y[1] - y[0]) / m[5];
    if (!(wide > 0.0 && high > 0.0 && right > left && bottom > top))
        return s2_fail(err, S2RGF_INVALID_ARGUMENT,
                       "projwin: empty: expected ulx uly lrx lry, found %g x %g pixels", wide,
                       high);
    if (!(right > 0.0 && bottom > 0.0 && left < grid->width && top < grid->height))
        return s2_fail(err, S2RGF_INVALID_ARGUMENT,
                       "projwin: outside the reference grid: expected a part of %.10g %.10g %.10g "
                       "%.10g, found %.10g %.10g %.10g %.10g",
                       m[0], m[3], m[0] + grid->width * m[1], m[3] + grid->height * m[5], x[0],
                       y[0], x[1], y[1]);
    const int x0 = left > 0.0 ? (int)left : 0;
    const int y0 = top > 0.0 ? (int)top : 0;
    *rect =
        (s2_rect){x0, y0, (int)fmin(right, grid->width) - x0, (int)fmin(bottom, grid->height) - y0};
    return S2RGF_OK;
}
