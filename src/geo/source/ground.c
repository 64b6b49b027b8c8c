/* Pixels on the ground: their size in metres, whatever the unit and the projection of a CRS. */
#include "geo/source/ground.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/number.h"
#include "geo/source/gdal_catch.h"
#include "geo/source/srs.h"

#define STEP_SHARE 0.01 /* of the grid's sides: the step that a pixel is measured by */
#define NORTH_STEP_RADIANS 1e-6
#define TRUE_PLANE 0.01 /* by how much lengths and areas of a projection may be off */

/** Points to earth-centred metres, in place: longitude, latitude in radians. */
static void to_space(const double *lon, const double *lat, OGRSpatialReferenceH srs, int count,
                     double (*xyz)[3])
{
    const double radius = OSRGetSemiMajor(srs, NULL);
    const double inverse = OSRGetInvFlattening(srs, NULL);
    const double flattening = inverse > 0.0 ? 1.0 / inverse : 0.0;
    const double e2 = flattening * (2.0 - flattening);
    for (int i = 0; i < count; i++) {
        const double s = sin(lat[i]), c = cos(lat[i]);
        const double normal = radius / sqrt(1.0 - e2 * s * s);
        xyz[i][0] = normal * c * cos(lon[i]);
        xyz[i][1] = normal * c * sin(lon[i]);
        xyz[i][2] = normal * (1.0 - e2) * s;
    }
}

/**
 * What s2_ground_metric() gives, on the ellipsoid about a place of a grid, by a step along the lines
 * and one along the columns. geographic in the CRS of the points
 */
static void measure(const s2_grid *grid, OGRSpatialReferenceH geographic,
                    OGRCoordinateTransformationH to_geographic, double u, double v,
                    double metric[3])
{
    const double step[2] = {fmax(1.0, STEP_SHARE * grid->width),
                            fmax(1.0, STEP_SHARE * grid->height)};
    const double radians = OSRGetAngularUnits(geographic, NULL);
    double x[4], y[4], p[4][3];
    for (int i = 0; i < 4; i++) {
        const double sign = i % 2 == 0 ? -0.5 : 0.5;
        s2_affine_apply(&grid->to_geo, u + (i < 2 ? sign * step[0] : 0.0),
                        v + (i < 2 ? 0.0 : sign * step[1]), &x[i], &y[i]);
    }
    s2_gdal_catch caught;
    s2_gdal_catch_begin(&caught);
    if (to_geographic)
        OCTTransform(to_geographic, 4, x, y, NULL);
    s2_gdal_catch_end(&caught);
    for (int i = 0; i < 4; i++) {
        x[i] *= radians;
        y[i] *= radians;
    }
    to_space(x, y, geographic, 4, p);
    metric[0] = metric[1] = metric[2] = 0.0;
    for (int i = 0; i < 3; i++) {
        const double across = (p[1][i] - p[0][i]) / step[0], down = (p[3][i] - p[2][i]) / step[1];
        metric[0] += across * across;
        metric[1] += across * down;
        metric[2] += down * down;
    }
}

/** Area in square metres of a pixel with a metric; NaN where that is not known. */
static double area_of(const double metric[3])
{
    const double area = sqrt(metric[0] * metric[2] - metric[1] * metric[1]);
    return isfinite(area) ? area : NAN;
}

/**
 * Metres of a CRS unit where the CRS is not on an ellipsoid or the place is beyond it; else NaN.
 */
static double linear_unit(OGRSpatialReferenceH srs)
{
    return OSRIsGeographic(srs) || OSRIsGeocentric(srs) ? NAN : OSRGetLinearUnits(srs, NULL);
}

/**
 * From a projected CRS to the geographic one that it is made of; both NULL for another CRS. Released
 * by the caller.
 */
static OGRCoordinateTransformationH to_geographic_of(OGRSpatialReferenceH srs,
                                                     OGRSpatialReferenceH *geographic)
{
    OGRCoordinateTransformationH transformation = NULL;
    *geographic = NULL;
    s2_gdal_catch caught;
    s2_gdal_catch_begin(&caught);
    if (OSRIsProjected(srs))
        *geographic = OSRCloneGeogCS(srs);
    if (*geographic) {
        OSRSetAxisMappingStrategy(*geographic, OAMS_TRADITIONAL_GIS_ORDER);
        transformation = OCTNewCoordinateTransformation(srs, *geographic);
    }
    s2_gdal_catch_end(&caught);
    return transformation;
}

double s2_grid_pixel_metres(const s2_grid *grid)
{
    OGRSpatialReferenceH srs = NULL, geographic = NULL;
    OGRCoordinateTransformationH to_geographic = NULL;
    double metric[3] = {NAN, NAN, NAN};
    if (!grid->srs_wkt || s2_srs_from_text(grid->srs_wkt, &srs, NULL) != S2RGF_OK)
        return NAN;
    to_geographic = to_geographic_of(srs, &geographic);
    if (OSRIsGeographic(srs) || to_geographic)
        measure(grid, to_geographic ? geographic : srs, to_geographic, grid->width / 2.0,
                grid->height / 2.0, metric);
    double metres = sqrt(area_of(metric));
    if (!(metres > 0.0))
        metres = s2_grid_pixel_size(grid) * linear_unit(srs);
    OCTDestroyCoordinateTransformation(to_geographic);
    OSRDestroySpatialReference(geographic);
    OSRDestroySpatialReference(srs);
    return metres > 0.0 ? metres : NAN;
}

void s2_grid_pixel_text(const s2_grid *grid, char *text, size_t size)
{
    const double units = s2_grid_pixel_size(grid), metres = s2_grid_pixel_metres(grid);
    OGRSpatialReferenceH srs = NULL;
    if (isnan(metres) || s2_srs_from_text(grid->srs_wkt, &srs, NULL) != S2RGF_OK) {
        s2_snprintf(text, size, "%.10g of unknown unit", units);
    } else if (OSRIsGeographic(srs)) {
        s2_snprintf(text, size, "%.10g degrees, %.4g m on the ground",
                    units * OSRGetAngularUnits(srs, NULL) * 57.29577951308232, metres);
    } else {
        const double own = units * OSRGetLinearUnits(srs, NULL);
        if (fabs(metres / own - 1.0) < TRUE_PLANE)
            s2_snprintf(text, size, "%.10g m", own);
        else
            s2_snprintf(text, size, "%.10g m, %.4g m on the ground", own, metres);
    }
    OSRDestroySpatialReference(srs);
}

/* ---- north ------------------------------------------------------------------------------------ */

/** The step in CRS units that leads to the north of x, y; false where that is not known. */
static bool north_in_crs(OGRSpatialReferenceH srs, double x, double y, double step[2])
{
    OGRSpatialReferenceH geographic = NULL;
    step[0] = 0.0;
    step[1] = 1.0;
    if (OSRIsGeographic(srs))
        return true;
    OGRCoordinateTransformationH forward = to_geographic_of(srs, &geographic);
    s2_gdal_catch caught;
    s2_gdal_catch_begin(&caught);
    OGRCoordinateTransformationH back =
        forward ? OCTNewCoordinateTransformation(geographic, srs) : NULL;
    double lon = x, lat = y;
    bool known = back && OCTTransform(forward, 1, &lon, &lat, NULL);
    if (known) {
        lat += NORTH_STEP_RADIANS / OSRGetAngularUnits(geographic, NULL);
        known = OCTTransform(back, 1, &lon, &lat, NULL);
        step[0] = lon - x;
        step[1] = lat - y;
    }
    s2_gdal_catch_end(&caught);
    OCTDestroyCoordinateTransformation(back);
    OCTDestroyCoordinateTransformation(forward);
    OSRDestroySpatialReference(geographic);
    return known && isfinite(step[0]) && isfinite(step[1]);
}

void s2_ground_north(const s2_grid *grid, double step[2])
{
    OGRSpatialReferenceH srs = NULL;
    s2_affine to_pixel;
    double x, y, in_crs[2];
    step[0] = step[1] = NAN;
    if (!grid->srs_wkt || s2_srs_from_text(grid->srs_wkt, &srs, NULL) != S2RGF_OK)
        return;
    s2_affine_apply(&grid->to_geo, grid->width / 2.0, grid->height / 2.0, &x, &y);
    if (north_in_crs(srs, x, y, in_crs) && s2_affine_invert(&grid->to_geo, &to_pixel)) {
        step[0] = to_pixel.m[1] * in_crs[0] + to_pixel.m[2] * in_crs[1];
        step[1] = to_pixel.m[4] * in_crs[0] + to_pixel.m[5] * in_crs[1];
    }
    OSRDestroySpatialReference(srs);
}

/* ---- areas and distances row by row ----------------------------------------------------------- */

/** By how much one of two metrics is off the other, in lengths along the axes and in area. */
static double distortion(const double a[3], const double b[3])
{
    const double across = sqrt(a[0] / b[0]), down = sqrt(a[2] / b[2]);
    return fmax(fmax(fabs(across - 1.0), fabs(down - 1.0)), fabs(area_of(a) / area_of(b) - 1.0));
}

/** Measure rows on the ellipsoid if the projection is not true to them somewhere on the grid. */
static void measure_rows(s2_ground *ground, const s2_grid *grid, OGRSpatialReferenceH geographic,
                         OGRCoordinateTransformationH to_geographic)
{
    const double middle = 0.5 * grid->width;
    double plane[3], corner[3], row[3], worst = 0.0;
    s2_ground_metric(ground, 0.0, plane);
    for (int i = 0; i <= S2_GROUND_STEPS; i++) {
        double *metric = ground->rows[i];
        measure(grid, geographic, to_geographic, middle, (double)grid->height * i / S2_GROUND_STEPS,
                metric);
        worst = fmax(worst, distortion(metric, plane));
        if (isnan(area_of(metric)))
            return;
    }
    if (!(worst > TRUE_PLANE))
        return;
    ground->has_rows = true;
    for (int i = 0; i < 4; i++) {
        const double y = i < 2 ? 0.0 : grid->height;
        measure(grid, geographic, to_geographic, i % 2 == 0 ? 0.0 : grid->width, y, corner);
        s2_ground_metric(ground, y, row);
        ground->uneven = fmax(ground->uneven, fabs(area_of(corner) / area_of(row) - 1.0));
    }
}

void s2_ground_init(s2_ground *ground, const s2_grid *grid)
{
    OGRSpatialReferenceH srs = NULL, geographic = NULL;
    *ground = (s2_ground){
        .to_geo = grid->to_geo, .centre = 0.5 * grid->width, .height = (double)grid->height};
    if (!grid->srs_wkt || s2_srs_from_text(grid->srs_wkt, &srs, NULL) != S2RGF_OK)
        return;
    ground->is_geographic = OSRIsGeographic(srs) != 0;
    if (ground->is_geographic) {
        const double inverse = OSRGetInvFlattening(srs, NULL);
        const double flattening = inverse > 0.0 ? 1.0 / inverse : 0.0;
        ground->radius = OSRGetSemiMajor(srs, NULL);
        ground->e2 = flattening * (2.0 - flattening);
        ground->unit = OSRGetAngularUnits(srs, NULL);
    } else {
        ground->unit = linear_unit(srs);
    }
    ground->is_known = ground->unit > 0.0 && (!ground->is_geographic || ground->radius > 0.0);
    OGRCoordinateTransformationH to_geographic = to_geographic_of(srs, &geographic);
    if (ground->is_known && to_geographic)
        measure_rows(ground, grid, geographic, to_geographic);
    OCTDestroyCoordinateTransformation(to_geographic);
    OSRDestroySpatialReference(geographic);
    OSRDestroySpatialReference(srs);
}

/** Metres of a radian northwards and eastwards at a row; of a unit, twice, in a plane. */
static void scales_at(const s2_ground *ground, double y, double *north, double *east)
{
    *north = *east = ground->is_known ? ground->unit : NAN;
    if (!ground->is_known || !ground->is_geographic)
        return;
    double lon, lat;
    s2_affine_apply(&ground->to_geo, ground->centre, y, &lon, &lat);
    const double s = sin(lat * ground->unit), c = fmax(cos(lat * ground->unit), 0.0);
    const double w2 = 1.0 - ground->e2 * s * s;
    *north *= ground->radius * (1.0 - ground->e2) / (w2 * sqrt(w2));
    *east *= ground->radius / sqrt(w2) * c;
}

double s2_ground_area(const s2_ground *ground, int y)
{
    static const double weights[3] = {1.0 / 6.0, 4.0 / 6.0, 1.0 / 6.0}; /* Simpson's rule */
    const double *m = ground->to_geo.m;
    const double units = fabs(m[1] * m[5] - m[2] * m[4]);
    double area = 0.0, metric[3];
    if (ground->has_rows) {
        s2_ground_metric(ground, y + 0.5, metric);
        return area_of(metric);
    }
    if (!ground->is_geographic)
        return ground->is_known ? units * ground->unit * ground->unit : NAN;
    for (int i = 0; i < 3; i++) {
        double north, east;
        scales_at(ground, y + 0.5 * i, &north, &east);
        area += weights[i] * north * east;
    }
    return area * units;
}

void s2_ground_metric(const s2_ground *ground, double y, double metric[3])
{
    const double *m = ground->to_geo.m;
    double north, east;
    if (ground->has_rows) {
        const double at = fmin(fmax(y / ground->height, 0.0), 1.0) * S2_GROUND_STEPS;
        const int before = (int)fmin(at, S2_GROUND_STEPS - 1);
        for (int k = 0; k < 3; k++)
            metric[k] = ground->rows[before][k] +
                        (at - before) * (ground->rows[before + 1][k] - ground->rows[before][k]);
        return;
    }
    scales_at(ground, y, &north, &east);
    const double x_east = m[1] * east, x_north = m[4] * north;
    const double y_east = m[2] * east, y_north = m[5] * north;
    metric[0] = x_east * x_east + x_north * x_north;
    metric[1] = x_east * y_east + x_north * y_north;
    metric[2] = y_east * y_east + y_north * y_north;
}

double s2_ground_reach(const double metric[3], double radius)
{
    return radius / sqrt(metric[2] - metric[1] * metric[1] / metric[0]);
}

bool s2_ground_span(const double metric[3], double dy, double radius, double *from, double *to)
{
    const double half = metric[1] * dy / metric[0];
    const double rest = half * half - (metric[2] * dy * dy - radius * radius) / metric[0];
    if (!(rest >= 0.0))
        return false;
    *from = -half - sqrt(rest);
    *to = -half + sqrt(rest);
    return true;
}
