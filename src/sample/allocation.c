/* How many points a sample has, and how many of them each stratum gets. */
#include "sample/allocation.h"

#include <math.h>
#include <string.h>

#include "core/error.h"

#define LEAST_FOR_ERRORS 2 /* points from which a standard error can be told */

s2rgf_status s2_allocation_of(const char *name, s2_allocation *allocation, s2rgf_error *err)
{
    static const char *const names[] = {[S2_ALLOCATION_LEAST] = "least",
                                        [S2_ALLOCATION_PROPORTIONAL] = "proportional",
                                        [S2_ALLOCATION_EQUAL] = "equal",
                                        [S2_ALLOCATION_NEYMAN] = "neyman"};
    for (int i = 0; i < (int)(sizeof names / sizeof names[0]); i++)
        if (strcmp(name, names[i]) == 0) {
            *allocation = (s2_allocation)i;
            return S2RGF_OK;
        }
    return s2_fail(err, S2RGF_INVALID_ARGUMENT,
                   "allocation: expected least, proportional, equal or neyman, found %s", name);
}

uint64_t s2_points_for(double se, const s2_allotment *strata, int count)
{
    double deviation = 0.0, variance = 0.0, pixels = 0.0;
    for (int h = 0; h < count; h++) {
        deviation += strata[h].weight * strata[h].deviation;
        variance += strata[h].weight * strata[h].deviation * strata[h].deviation;
        pixels += (double)strata[h].pixels;
    }
    return (uint64_t)ceil(deviation * deviation / (se * se + variance / pixels) - 1e-9);
}

static double weight_of(s2_allocation allocation, const s2_allotment *stratum)
{
    if (stratum->pixels == 0)
        return 0.0;
    switch (allocation) {
    case S2_ALLOCATION_EQUAL:
        return 1.0;
    case S2_ALLOCATION_NEYMAN:
        return (double)stratum->pixels * stratum->deviation;
    default:
        return (double)stratum->pixels;
    }
}

static uint64_t smaller(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static uint64_t smallest_of(uint64_t least, const s2_allotment *stratum)
{
    return smaller(least, stratum->pixels);
}

/** The largest number up to `least` that all strata can get out of so many points. */
static uint64_t affordable(uint64_t points, uint64_t least, const s2_allotment *strata, int count)
{
    least = smaller(least, points);
    for (uint64_t sum = 0;; least--, sum = 0) {
        for (int h = 0; h < count; h++)
            sum += smallest_of(least, &strata[h]);
        if (sum <= points)
            return least;
    }
}

/** Give every stratum weight / divisor, rounded, within its bounds; returns the sum. */
static uint64_t give(s2_allocation allocation, double divisor, uint64_t least, s2_allotment *strata,
                     int count)
{
    uint64_t sum = 0;
    for (int h = 0; h < count; h++) {
        const double wanted = floor(weight_of(allocation, &strata[h]) / divisor + 0.5);
        const uint64_t most = strata[h].pixels, lowest = smallest_of(least, &strata[h]);
        const uint64_t rounded = wanted < (double)most ? (uint64_t)wanted : most;
        strata[h].points = rounded > lowest ? rounded : lowest;
        sum += strata[h].points;
    }
    return sum;
}

/**
 * The stratum that the next point goes to: not full, and weight / (points + 1/2) largest; -1: none.
 */
static int neediest(s2_allocation allocation, const s2_allotment *strata, int count)
{
    int found = -1;
    double most = -1.0;
    for (int h = 0; h < count; h++) {
        const double need = weight_of(allocation, &strata[h]) / ((double)strata[h].points + 0.5);
        if (strata[h].points < strata[h].pixels && need > most) {
            most = need;
            found = h;
        }
    }
    return found;
}

void s2_allocate(s2_allocation allocation, uint64_t points, uint64_t least, s2_allotment *strata,
                 int count)
{
    uint64_t pixels = 0, given;
    double weight = 0.0;
    for (int h = 0; h < count; h++) {
        pixels += strata[h].pixels;
        weight += weight_of(allocation, &strata[h]);
    }
    points = smaller(points, pixels);
    if (allocation != S2_ALLOCATION_LEAST)
        least = LEAST_FOR_ERRORS;
    least = affordable(points, least, strata, count);
    /* the smallest divisor that does not give too many */
    double low = 0.0, high = 2.0 * weight + 1.0;
    for (int i = 0; i < 200; i++) {
        const double middle = 0.5 * (low + high);
        if (give(allocation, middle, least, strata, count) > points)
            low = middle;
        else
            high = middle;
    }
    given = give(allocation, high, least, strata, count);
    for (int h; given < points && (h = neediest(allocation, strata, count)) >= 0; given++)
        strata[h].points++;
}
