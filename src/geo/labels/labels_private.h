/* What the two readers of labels share. */
#ifndef S2_GEO_LABELS_LABELS_PRIVATE_H
#define S2_GEO_LABELS_LABELS_PRIVATE_H

#include "geo/labels/labels.h"

/**
 * One claim of a group to a pixel; a pixel may be claimed more than once until s2_labels_finish().
 */
typedef struct s2_label_claims {
    s2_label_pixel *items;
    size_t count, capacity;
    s2_label_group *groups;
    size_t group_count, group_capacity;
    const s2rgf_host *host; /* whom the readers tell what is odd; NULL: nobody */
} s2_label_claims;

/** Start a group; later claims belong to it. Errors: NO_MEMORY, UNSUPPORTED (too many). */
s2rgf_status s2_labels_add_group(s2_label_claims *claims, int class_index, s2rgf_error *err);

/** Claim a pixel for group `group`. Errors: NO_MEMORY. */
s2rgf_status s2_labels_claim(s2_label_claims *claims, int x, int y, int group, s2rgf_error *err);

/**
 * Settle the claims and move them into the set: pixels in order, conflicts dropped, groups and
 * classes without pixels removed, checksum. labels->classes must be complete; claims is left empty.
 * Errors NO_MEMORY.
 */
s2rgf_status s2_labels_finish(s2_label_claims *claims, const s2rgf_host *host, s2_label_set *labels,
                              s2rgf_error *err);

void s2_labels_claims_clear(s2_label_claims *claims);

/** As s2_labels_read() for an open polygon dataset. labels in: empty. */
s2rgf_status s2_labels_read_vector(const s2rgf_label_options *options, GDALDatasetH dataset,
                                   const s2_grid *grid, s2_label_claims *claims,
                                   s2_label_set *labels, s2rgf_error *err);

/** As s2_labels_read() for an open class raster. labels in: empty. */
s2rgf_status s2_labels_read_raster(const s2rgf_label_options *options, GDALDatasetH dataset,
                                   const s2_grid *grid, s2_label_claims *claims,
                                   s2_label_set *labels, s2rgf_error *err);

#endif
