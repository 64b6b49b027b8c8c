/* Coordinate reference systems: from text, compared, named, and transformations between them. */
#include "geo/source/srs.h"

#include <cpl_conv.h>
#include <cpl_string.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/error.h"
#include "core/memory.h"
#include "geo/source/gdal_catch.h"

/** A CRS of what OSRSetFromUserInput() takes, x before y. */
static OGRErr make_srs(const char *text, OGRSpatialReferenceH *srs)
{
    s2_gdal_catch caught;
    s2_gdal_catch_begin(&caught);
    *srs = OSRNewSpatialReference(NULL);
    const OGRErr outcome = *srs ? OSRSetFromUserInput(*srs, text) : OGRERR_NOT_ENOUGH_MEMORY;
    s2_gdal_catch_end(&caught);
    if (outcome == OGRERR_NONE) {
        OSRSetAxisMappingStrategy(*srs, OAMS_TRADITIONAL_GIS_ORDER);
    } else {
        OSRDestroySpatialReference(*srs);
        *srs = NULL;
    }
    return outcome;
}

s2rgf_status s2_srs_from_text(const char *text, OGRSpatialReferenceH *srs, s2rgf_error *err)
{
    const OGRErr outcome = make_srs(text, srs);
    if (outcome == OGRERR_NOT_ENOUGH_MEMORY)
        return s2_fail_memory(err, "coordinate reference system");
    if (outcome != OGRERR_NONE)
        return s2_fail(err, S2RGF_INVALID_ARGUMENT, "%s: not a CRS that GDAL understands", text);
    return S2RGF_OK;
}

/** GeoPackages say by such a CRS that they have none. */
static bool is_undefined(OGRSpatialReferenceH srs)
{
    const char *name = OSRGetName(srs);
    return name && STARTS_WITH_CI(name, "Undefined ") && !OSRGetAuthorityName(srs, NULL);
}

s2rgf_status s2_srs_to_wkt(OGRSpatialReferenceH srs, char **wkt, s2rgf_error *err)
{
    const char *const options[] = {"FORMAT=WKT2_2019", "MULTILINE=NO", NULL};
    char *text = NULL;
    *wkt = NULL;
    if (!srs || is_undefined(srs))
        return S2RGF_OK;
    const bool written = OSRExportToWktEx(srs, &text, options) == OGRERR_NONE;
    const bool empty = !text || text[0] == '\0';
    if (written && !empty)
        *wkt = s2_strdup(text);
    CPLFree(text);
    if (*wkt)
        return S2RGF_OK;
    if (!empty)
        return s2_fail_memory(err, "coordinate reference system");
    const char *name = OSRGetName(srs);
    return !name ? S2RGF_OK
                 : s2_fail(err, S2RGF_FORMAT, "CRS %s: cannot be written as WKT, or memory is out",
                           name);
}

s2rgf_status s2_srs_assigned(OGRSpatialReferenceH own, const char *assigned_text, char **wkt,
                             s2rgf_error *err)
{
    OGRSpatialReferenceH assigned = NULL;
    s2rgf_status status = s2_srs_to_wkt(own, wkt, err);
    if (status != S2RGF_OK || *wkt || !assigned_text)
        return status;
    status = s2_srs_from_text(assigned_text, &assigned, err);
    if (status == S2RGF_OK)
        status = s2_srs_to_wkt(assigned, wkt, err);
    OSRDestroySpatialReference(assigned);
    return status;
}

/** GDAL's coordinates are x, y in any order that the authority gives the axes: forget that order. */
static void put_east_first(OGRSpatialReferenceH srs)
{
    OGRAxisOrientation first = OAO_Other, second = OAO_Other;
    OSRGetAxis(srs, "PROJCS", 0, &first);
    OSRGetAxis(srs, "PROJCS", 1, &second);
    if (OSRIsProjected(srs) && first == OAO_North && second == OAO_East)
        OSRSetAxes(srs, "PROJCS", "Easting", OAO_East, "Northing", OAO_North);
}

s2rgf_status s2_srs_equal(const char *wkt_a, const char *wkt_b, bool *equal, s2rgf_error *err)
{
    const char *const options[] = {"CRITERION=EQUIVALENT_EXCEPT_AXIS_ORDER_GEOGCRS",
                                   "IGNORE_DATA_AXIS_TO_SRS_AXIS_MAPPING=YES", NULL};
    OGRSpatialReferenceH a = NULL, b = NULL;
    const bool both = wkt_a && wkt_b;
    *equal = both ? strcmp(wkt_a, wkt_b) == 0 : wkt_a == wkt_b;
    if (*equal || !both)
        return S2RGF_OK;
    s2rgf_status status = s2_srs_from_text(wkt_a, &a, err);
    if (status == S2RGF_OK)
        status = s2_srs_from_text(wkt_b, &b, err);
    if (status == S2RGF_OK) {
        /* A height system does not move pixels. */
        OSRStripVertical(a);
        OSRStripVertical(b);
        put_east_first(a);
        put_east_first(b);
        *equal = OSRIsSameEx(a, b, options) != 0;
    }
    OSRDestroySpatialReference(a);
    OSRDestroySpatialReference(b);
    return status;
}

OGRCoordinateTransformationH s2_srs_transformation(const char *from_wkt, const char *to_wkt)
{
    OGRSpatialReferenceH from = NULL, to = NULL;
    OGRCoordinateTransformationH transformation = NULL;
    if (make_srs(from_wkt, &from) == OGRERR_NONE && make_srs(to_wkt, &to) == OGRERR_NONE) {
        s2_gdal_catch caught;
        s2_gdal_catch_begin(&caught);
        transformation = OCTNewCoordinateTransformation(from, to);
        s2_gdal_catch_end(&caught);
    }
    OSRDestroySpatialReference(from);
    OSRDestroySpatialReference(to);
    return transformation;
}

s2rgf_status s2_srs_transformation_of(const char *subject, const char *from_wkt, const char *to_wkt,
                                      OGRCoordinateTransformationH *transformation,
                                      s2rgf_error *err)
{
    bool equal;
    char from[128], to[128];
    *transformation = NULL;
    const s2rgf_status status = s2_srs_equal(from_wkt, to_wkt, &equal, err);
    if (status != S2RGF_OK || equal)
        return status;
    if (from_wkt && to_wkt)
        *transformation = s2_srs_transformation(from_wkt, to_wkt);
    if (*transformation)
        return S2RGF_OK;
    s2_srs_name(from_wkt, from, sizeof from);
    s2_srs_name(to_wkt, to, sizeof to);
    return s2_fail(err, S2RGF_INVALID_ARGUMENT, "%s: no transformation from CRS %s to %s", subject,
                   from, to);
}

void s2_srs_transform(OGRCoordinateTransformationH transformation, int count, double *x, double *y)
{
    if (transformation) {
        /* Points without an image become HUGE_VAL, which is all there is to report. */
        s2_gdal_catch caught;
        s2_gdal_catch_begin(&caught);
        OCTTransform(transformation, count, x, y, NULL);
        s2_gdal_catch_end(&caught);
    }
    for (int i = 0; i < count; i++)
        if (!isfinite(x[i]) || !isfinite(y[i]))
            x[i] = y[i] = NAN;
}

s2rgf_status s2_srs_carry(const char *from_wkt, const char *to_wkt, int count, double *x, double *y,
                          s2rgf_error *err)
{
    char from[128], to[128];
    if (!from_wkt && !to_wkt)
        return S2RGF_OK;
    OGRCoordinateTransformationH transformation =
        from_wkt && to_wkt ? s2_srs_transformation(from_wkt, to_wkt) : NULL;
    if (!transformation) {
        s2_srs_name(from_wkt, from, sizeof from);
        s2_srs_name(to_wkt, to, sizeof to);
        return s2_fail(err, S2RGF_INVALID_ARGUMENT, "no transformation from CRS %s to %s", from,
                       to);
    }
    s2_gdal_catch caught;
    s2_gdal_catch_begin(&caught);
    OCTTransformEx(transformation, count, x, y, NULL, NULL);
    s2_gdal_catch_end(&caught);
    OCTDestroyCoordinateTransformation(transformation);
    return S2RGF_OK;
}

s2rgf_status s2_srs_turn(const char *wkt, double *turn, s2rgf_error *err)
{
    OGRSpatialReferenceH srs = NULL;
    *turn = 0.0;
    if (!wkt)
        return S2RGF_OK;
    const s2rgf_status status = s2_srs_from_text(wkt, &srs, err);
    if (status == S2RGF_OK && OSRIsGeographic(srs))
        *turn = 2.0 * acos(-1.0) / OSRGetAngularUnits(srs, NULL);
    OSRDestroySpatialReference(srs);
    /* 360, not the 359.99... that a rounded unit gives */
    if (fabs(*turn - round(*turn)) < 1e-6)
        *turn = round(*turn);
    return status;
}

double s2_srs_wrap(double x, double west, double turn)
{
    return turn > 0.0 && !(x >= west && x < west + turn) ? x - turn * floor((x - west) / turn) : x;
}

void s2_srs_name(const char *wkt, char *name, size_t size)
{
    OGRSpatialReferenceH srs = NULL;
    if (!wkt || make_srs(wkt, &srs) != OGRERR_NONE) {
        snprintf(name, size, "none");
        return;
    }
    const char *authority = OSRGetAuthorityName(srs, NULL);
    const char *code = OSRGetAuthorityCode(srs, NULL);
    const char *own_name = OSRGetName(srs);
    if (authority && code)
        snprintf(name, size, "%s:%s", authority, code);
    else
        snprintf(name, size, "%s", own_name ? own_name : "unnamed");
    OSRDestroySpatialReference(srs);
}
