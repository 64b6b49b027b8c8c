/* Coordinate reference systems: from text, compared, named, and transformations between them. */
#ifndef S2_GEO_SOURCE_SRS_H
#define S2_GEO_SOURCE_SRS_H

#include <ogr_srs_api.h>
#include <stdbool.h>

#include "s2rgf/base.h"

/**
 * *equal: both name the same horizontal CRS, or both are NULL: compared by OSR, not by string, so
 * UTM_Zone_33N without authority equals EPSG:32633.
 */
s2rgf_status s2_srs_equal(const char *wkt_a, const char *wkt_b, bool *equal, s2rgf_error *err);

/**
 * CRS from anything OSRSetFromUserInput takes, x before y. *srs is released with
 * OSRDestroySpatialReference(), NULL on failure.
 * Errors: not understood, out of memory.
 */
s2rgf_status s2_srs_from_text(const char *text, OGRSpatialReferenceH *srs, s2rgf_error *err);

/**
 * WKT 2 of a CRS. *wkt is released with s2_free(); NULL when srs is NULL or empty, and on failure.
 * Errors: cannot be written, out of memory.
 */
s2rgf_status s2_srs_to_wkt(OGRSpatialReferenceH srs, char **wkt, s2rgf_error *err);

/**
 * As s2_srs_to_wkt() of the CRS of rasters or labels, or otherwise of the one that the user
 * assigned; assigned_text may be NULL.
 */
s2rgf_status s2_srs_assigned(OGRSpatialReferenceH own, const char *assigned_text, char **wkt,
                             s2rgf_error *err);

/**
 * Transformation of x, y from one CRS to another; NULL on failure. Released with
 * OCTDestroyCoordinateTransformation().
 */
OGRCoordinateTransformationH s2_srs_transformation(const char *from_wkt, const char *to_wkt);

/**
 * The same for the raster that messages call subject; NULL where both are one CRS, or none.
 * Errors: INVALID_ARGUMENT (there is none), NO_MEMORY.
 */
s2rgf_status s2_srs_transformation_of(const char *subject, const char *from_wkt, const char *to_wkt,
                                      OGRCoordinateTransformationH *transformation,
                                      s2rgf_error *err);

/** Coordinates as a transformation has them, or NULL, which changes none; NaN without an image. */
void s2_srs_transform(OGRCoordinateTransformationH transformation, int count, double *x, double *y);

/**
 * Carry points from one CRS to another in place. Both may be NULL, which changes nothing; points
 * that cannot be carried become infinite. Errors: INVALID_ARGUMENT (no transformation).
 */
s2rgf_status s2_srs_carry(const char *from_wkt, const char *to_wkt, int count, double *x, double *y,
                          s2rgf_error *err);

/**
 * turn out  once around the earth in units of a CRS: 360 for degrees, 0 where it is not geographic
 * or wkt is NULL. Errors: those of s2_srs_from_text().
 */
s2rgf_status s2_srs_turn(const char *wkt, double *turn, s2rgf_error *err);
/** The longitude that a place has in a raster that begins at `west`. turn in  by s2_srs_turn() */
double s2_srs_wrap(double x, double west, double turn);

/** Name for messages: "EPSG:32611" or the CRS's own name, "none" for NULL. */
void s2_srs_name(const char *wkt, char *name, size_t size);

#endif
