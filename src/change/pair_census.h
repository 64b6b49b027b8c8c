/* Which pairs of values occur in two maps. */
#ifndef S2_CHANGE_PAIR_CENSUS_H
#define S2_CHANGE_PAIR_CENSUS_H

#include "change/compared_maps.h"

/** What pairs of values occur, by the order in which values are met. All zeros: nothing yet. */
typedef struct s2_pair_census {
    int16_t *index[2]; /* before, after: [S2_CLASS_MAX_VALUE + 1] number of a value, -1: not met */
    int *values[2];    /* [S2RGF_MAX_CLASSES] the values by number */
    int count[2];
    uint8_t *seen;                    /* [number before][number after] bits of s2_pair_seen */
    uint64_t before_only, after_only; /* pixels with a class in one map */
} s2_pair_census;

typedef enum s2_pair_seen { S2_PAIR_SURE = 1, S2_PAIR_UNSURE = 2 } s2_pair_seen;

/** Errors: NO_MEMORY.  Memory: s2_pair_census_clear(), after errors too. */
s2rgf_status s2_pair_census_init(s2_pair_census *census, s2rgf_error *err);
void s2_pair_census_clear(s2_pair_census *census);

/** An s2_pair_visit that takes a block into the census. Errors: UNSUPPORTED (too many classes). */
s2rgf_status s2_pair_census_visit(void *census, s2_rect block, const int *before, const int *after,
                                  const uint8_t *sure, s2rgf_error *err);

/** Place of a pair of numbers in tables laid out as seen. */
static inline size_t s2_pair_place(int before, int after)
{
    return (size_t)before * S2RGF_MAX_CLASSES + (size_t)after;
}

#endif
