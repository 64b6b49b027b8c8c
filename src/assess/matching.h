/* Which class of the map is which class of the reference. */
#ifndef S2_ASSESS_MATCHING_H
#define S2_ASSESS_MATCHING_H

#include "geo/map/class_map.h"

/**
 * Find the map's class for each reference class: by name, which may differ in case, by the number
 * that both are called by, or by value where the reference has only numbers, or where nothing else
 * is common and one side has only numbers. Two sets of names without a common one are a mismatch:
 * that their values mean the same would be a guess, and a wrong guess looks like a result.
 * to_map out [reference classes], -1 where the map has no such class
 * Errors MISMATCH (no class in common).
 */
s2rgf_status s2_match_classes(const s2_class_table *reference, const s2_class_map *map,
                              const s2rgf_host *host, int *to_map, s2rgf_error *err);

#endif
