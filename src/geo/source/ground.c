/* Pixels on the ground: their size in metres, whatever the unit and the projection of a CRS. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "geo/source/gdal_catch.h"
#include "geo/source/grid.h"

#define STEP_SHARE 0.01  /* of the grid's sides: the step that a pixel is measured by */
#define NEAR_GROUND 1e-2 /* a projection that is so true needs no word */

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
 * Area of a pixel in square metres, by a step along the lines and one along the columns through the
 * grid's centre. geographic in the CRS of the points
 */
static double area_of(const s2_grid *grid, OGRSpatialReferenceH geographic,
                      OGRCoordinateTransformationH to_geographic)
{
    const double step[2] = {fmax(1.0, STEP_SHARE * grid->width),
                            fmax(1.0, STEP_SHARE * grid->height)};
    const double radians = OSRGetAngularUnits(geographic, NULL);
    double x[4], y[4], p[4][3];
    for (int i = 0; i < 4; i++) {
        const double sign = i % 2 == 0 ? -0.5 : 0.5;
        s2_affine_apply(&grid->to_geo, grid->width / 2.0 + (i < 2 ? sign * step[0] : 0.0),
                        grid->height / 2.0 + (i < 2 ? 0.0 : sign * step[1]), &x[i], &y[i]);
    }
    s2_gdal_catch caught;
    s2_gdal_catch_begin(&caught);
    if (to_geographic != NULL)
        OCTTransform(to_geographic, 4, x, y, NULL);
    s2_gdal_catch_end(&caught);
    for (int i = 0; i < 4; i++) {
        x[i] *= radians;
        y[i] *= radians;
    }
    to_space(x, y, geographic, 4, p);
    double a[3], b[3];
    for (int i = 0; i < 3; i++) {
        a[i] = p[1][i] - p[0][i];
        b[i] = p[3][i] - p[2][i];
    }
    const double cross[3] = {a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2],
                             a[0] * b[1] - a[1] * b[0]};
    const double area =
        sqrt(cross[0] * cross[0] + cross[1] * cross[1] + cross[2] * cross[2]) / step[0] / step[1];
    return isfinite(area) ? area : NAN;
}

/** Metres of a CRS unit where the CRS is not on an ellipsoid or the place is beyond it; else NaN. */
static double linear_unit(OGRSpatialReferenceH srs)
{
    return OSRIsGeographic(srs) || OSRIsGeocentric(srs) ? NAN : OSRGetLinearUnits(srs, NULL);
}

double s2_grid_pixel_metres(const s2_grid *grid)
{
    OGRSpatialReferenceH srs = grid->srs_wkt == NULL ? NULL : s2_srs_from_text(grid->srs_wkt);
    OGRSpatialReferenceH geographic = NULL;
    OGRCoordinateTransformationH to_geographic = NULL;
    double area = NAN;
    if (srs == NULL)
        return NAN;
    s2_gdal_catch caught;
    s2_gdal_catch_begin(&caught);
    if (OSRIsProjected(srs))
        geographic = OSRCloneGeogCS(srs);
    if (geographic != NULL) {
        OSRSetAxisMappingStrategy(geographic, OAMS_TRADITIONAL_GIS_ORDER);
        to_geographic = OCTNewCoordinateTransformation(srs, geographic);
    }
    s2_gdal_catch_end(&caught);
    if (OSRIsGeographic(srs))
        area = area_of(grid, srs, NULL);
    else if (to_geographic != NULL)
        area = area_of(grid, geographic, to_geographic);
    double metres = sqrt(area);
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
    OGRSpatialReferenceH srs = grid->srs_wkt == NULL ? NULL : s2_srs_from_text(grid->srs_wkt);
    if (isnan(metres) || srs == NULL) {
        snprintf(text, size, "%.10g of unknown unit", units);
    } else if (OSRIsGeographic(srs)) {
        snprintf(text, size, "%.10g degrees, %.4g m on the ground",
                 units * OSRGetAngularUnits(srs, NULL) * 57.29577951308232, metres);
    } else {
        const double own = units * OSRGetLinearUnits(srs, NULL);
        if (fabs(metres / own - 1.0) < NEAR_GROUND)
            snprintf(text, size, "%.10g m", own);
        else
            snprintf(text, size, "%.10g m, %.4g m on the ground", own, metres);
    }
    OSRDestroySpatialReference(srs);
}
