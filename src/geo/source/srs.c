/* Coordinate reference systems: from text, compared, named. */
#include <cpl_conv.h>
#include <cpl_string.h>
#include <stdio.h>
#include <string.h>

#include "core/memory.h"
#include "geo/source/gdal_catch.h"
#include "geo/source/grid.h"

OGRSpatialReferenceH s2_srs_from_text(const char *text)
{
    s2_gdal_catch caught;
    s2_gdal_catch_begin(&caught);
    OGRSpatialReferenceH srs = OSRNewSpatialReference(NULL);
    if (srs != NULL && OSRSetFromUserInput(srs, text) != OGRERR_NONE) {
        OSRDestroySpatialReference(srs);
        srs = NULL;
    }
    s2_gdal_catch_end(&caught);
    if (srs != NULL)
        OSRSetAxisMappingStrategy(srs, OAMS_TRADITIONAL_GIS_ORDER);
    return srs;
}

char *s2_srs_to_wkt(OGRSpatialReferenceH srs)
{
    const char *const options[] = {"FORMAT=WKT2_2019", "MULTILINE=NO", NULL};
    char *wkt = NULL;
    char *copy = NULL;
    if (OSRExportToWktEx(srs, &wkt, options) == OGRERR_NONE && wkt != NULL && wkt[0] != '\0')
        copy = s2_strdup(wkt);
    CPLFree(wkt);
    return copy;
}

bool s2_srs_equal(const char *wkt_a, const char *wkt_b)
{
    if (wkt_a == NULL || wkt_b == NULL)
        return wkt_a == wkt_b;
    if (strcmp(wkt_a, wkt_b) == 0)
        return true;
    const char *const options[] = {"CRITERION=EQUIVALENT_EXCEPT_AXIS_ORDER_GEOGCRS",
                                   "IGNORE_DATA_AXIS_TO_SRS_AXIS_MAPPING=YES", NULL};
    OGRSpatialReferenceH a = s2_srs_from_text(wkt_a);
    OGRSpatialReferenceH b = s2_srs_from_text(wkt_b);
    bool equal = false;
    if (a != NULL && b != NULL) {
        /* A height system does not move pixels. */
        OSRStripVertical(a);
        OSRStripVertical(b);
        equal = OSRIsSameEx(a, b, options) != 0;
    }
    OSRDestroySpatialReference(a);
    OSRDestroySpatialReference(b);
    return equal;
}

OGRCoordinateTransformationH s2_srs_transformation(const char *from_wkt, const char *to_wkt)
{
    OGRSpatialReferenceH from = s2_srs_from_text(from_wkt);
    OGRSpatialReferenceH to = s2_srs_from_text(to_wkt);
    OGRCoordinateTransformationH transformation = NULL;
    if (from != NULL && to != NULL) {
        s2_gdal_catch caught;
        s2_gdal_catch_begin(&caught);
        transformation = OCTNewCoordinateTransformation(from, to);
        s2_gdal_catch_end(&caught);
    }
    OSRDestroySpatialReference(from);
    OSRDestroySpatialReference(to);
    return transformation;
}

void s2_srs_name(const char *wkt, char *name, size_t size)
{
    OGRSpatialReferenceH srs = wkt == NULL ? NULL : s2_srs_from_text(wkt);
    if (srs == NULL) {
        snprintf(name, size, "none");
        return;
    }
    const char *authority = OSRGetAuthorityName(srs, NULL);
    const char *code = OSRGetAuthorityCode(srs, NULL);
    const char *own_name = OSRGetName(srs);
    if (authority != NULL && code != NULL)
        snprintf(name, size, "%s:%s", authority, code);
    else
        snprintf(name, size, "%s", own_name != NULL ? own_name : "unnamed");
    OSRDestroySpatialReference(srs);
}
