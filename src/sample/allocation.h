/* How many points a sample has, and how many of them each stratum gets. */
#ifndef S2_SAMPLE_ALLOCATION_H
#define S2_SAMPLE_ALLOCATION_H

#include "s2rgf/base.h"

#include <stdint.h>

/** A stratum that is to get points. */
typedef struct s2_allotment {
    uint64_t pixels;  /* N_h that can be drawn */
    double weight;    /* W_h of the area */
    double deviation; /* S_h, expected standard deviation of right and wrong: sqrt(U (1 - U)) */
    uint64_t points;  /* n_h, out */
} s2_allotment;

typedef enum s2_allocation {
    S2_ALLOCATION_LEAST, /* proportional, but no stratum gets fewer than so many */
    S2_ALLOCATION_PROPORTIONAL,
    S2_ALLOCATION_EQUAL,
    S2_ALLOCATION_NEYMAN /* proportional to N_h S_h */
} s2_allocation;

/** The allocation of a name. Errors: INVALID_ARGUMENT. */
s2rgf_status s2_allocation_of(const char *name, s2_allocation *allocation, s2rgf_error *err);

/**
 * Points for which the standard error of the overall accuracy is expected to be `se`:
 * (sum W S)^2 / (se^2 + sum W S^2 / N), rounded up.
 * Source  Cochran 1977, Sampling Techniques, eq. 5.25; Olofsson et al. 2014, eq. 13.
 */
uint64_t s2_points_for(double se, const s2_allotment *strata, int count);

/**
 * Share out `points`, at most as many as there are pixels: no stratum gets more than it has pixels,
 * each with pixels gets two where they suffice, `least` with S2_ALLOCATION_LEAST. The rest is
 * proportional by Webster's method: weights over a common divisor, rounded.
 */
void s2_allocate(s2_allocation allocation, uint64_t points, uint64_t least, s2_allotment *strata,
                 int count);

#endif
