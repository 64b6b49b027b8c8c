/* Points as labels: the pixel that holds one, and those around it. */
#ifndef S2_GEO_LABELS_LABELS_POINTS_H
#define S2_GEO_LABELS_LABELS_POINTS_H

#include "geo/labels/labels_place.h"
#include "geo/source/ground.h"

/** Where a point lies, in pixels. */
typedef struct s2_point_place {
    double u, v;
} s2_point_place;

/** Points that were met, until all are known. */
typedef struct s2_label_points {
    const s2_label_request *request; /* borrowed */
    s2_label_claims found;           /* each a group of its own */
    s2_point_place *places;          /* [found.count] */
    size_t capacity;
    bool any; /* one was met, on the grid or not */
    s2_ground ground;
} s2_label_points;

/**
 * Get ready. Errors: INVALID_ARGUMENT (a buffer, where the grid has no unit of length). Memory:
 * released with s2_label_points_clear().
 */
s2rgf_status s2_label_points_init(s2_label_points *points, const s2_label_request *request,
                                  s2rgf_error *err);
void s2_label_points_clear(s2_label_points *points);

/**
 * Note the pixel that holds a point in the grid's CRS.
 * finite out  false: its coordinates are not
 * Errors  NO_MEMORY, UNSUPPORTED (too many).
 */
s2rgf_status s2_label_points_note(s2_label_points *points, const s2_label_place *place,
                                  OGRGeometryH point, int class_index, bool *finite,
                                  s2_label_set *set, s2rgf_error *err);

/** Warn of a buffer where there was no point. */
void s2_label_points_tell(const s2_label_points *points, const s2rgf_host *host);

/**
 * Claim the pixels of all points and of the discs around them, each point a group. Errors:
 * NO_MEMORY, UNSUPPORTED.
 */
s2rgf_status s2_label_points_claim(s2_label_points *points, s2_label_claims *claims,
                                   s2rgf_error *err);

/**
 * The next point of a sample is that of this feature; without fields of a sample it says nothing.
 */
s2rgf_status s2_label_points_origin(OGRFeatureH feature, s2_label_set *set, s2rgf_error *err);

#endif
