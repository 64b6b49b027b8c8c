/* Which class of one raster or layer is which class of another. */
#ifndef S2_ASSESS_MATCHING_H
#define S2_ASSESS_MATCHING_H

#include "core/class_table.h"

/** Two sets of classes, and what messages call them: "the reference", "the map". */
typedef struct s2_class_sets {
    const s2_class_table *from, *to;
    const char *from_name, *to_name;
    const char *path; /* what an error is about */
} s2_class_sets;

/**
 * Find the class of the second set for each one of the first: by name, which may differ in case, by
 * the number that both are called by, or by value where the first has only numbers, or where
 * nothing else is common and one side has only numbers. Two sets of names without a common one are
 * a mismatch: that their values mean the same would be a guess, and a wrong guess looks like a
 * result.
 * match out [from->count], -1 where the second has no such class
 * Errors MISMATCH (no class in common).
 */
s2rgf_status s2_match_classes(const s2_class_sets *sets, const s2rgf_host *host, int *match,
                              s2rgf_error *err);

#endif
