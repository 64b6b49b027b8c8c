/* From the points of a sample to estimates of the whole map, by the design that drew them. */
#ifndef S2_ASSESS_DESIGN_H
#define S2_ASSESS_DESIGN_H

#include "geo/labels/labels.h"
#include "geo/points/strata.h"
#include "s2rgf/assessment.h"

typedef enum s2_design {
    S2_DESIGN_NONE, /* labels of any origin: nothing can be said of the map */
    S2_DESIGN_STRATIFIED,
    S2_DESIGN_SIMPLE,
    S2_DESIGN_SYSTEMATIC /* estimated as if simple */
} s2_design;

/**
 * The design of the options. Errors: INVALID_ARGUMENT (no such name, or what does not go with it).
 */
s2rgf_status s2_design_of(const s2rgf_assess_options *options, s2_design *design, s2rgf_error *err);

/** What estimates are made of; all is borrowed. */
typedef struct s2_design_input {
    s2_design design;
    s2_strata *strata;          /* read */
    const s2_label_set *sample; /* of s2_labels_read_sample() */
    const int *to_map;          /* [sample->classes.count] as s2_match_classes() says */
    const char *sample_path;
    const s2rgf_host *host;
} s2_design_input;

/**
 * Check that the sample fits the design and estimate. Classes that only the reference has come
 * after the map's.
 * Errors  MISMATCH (a point without a stratum or of another one than it says, sizes of strata that
 *         are not the raster's, a stratum without a point), IO, NO_MEMORY.
 * Memory  *estimates is released with s2_estimates_free().
 */
s2rgf_status s2_design_estimate(const s2_design_input *input, s2rgf_map_estimates **estimates,
                                s2rgf_error *err);

/** Release; NULL is accepted. */
void s2_estimates_free(s2rgf_map_estimates *estimates);

#endif
