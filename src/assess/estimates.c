/* Accuracy and area of a whole map from a probability sample of its pixels. */
#include "assess/estimates.h"

#include <math.h>
#include <string.h>

#define QUANTILE_95 1.96 /* of the normal distribution, as in both papers */

/** What a unit is to a class. */
enum { BOTH, MAPPED_ONLY, REFERENCE_ONLY, NEITHER, KINDS };

/** A figure as a ratio: what each kind of unit adds above and below the line. */
typedef struct figure {
    double above[KINDS], below[KINDS];
    int class_index; /* -1: any, BOTH is agreement */
    /* where strata are classes, only the stratum of its class has a part in it */
    bool of_its_stratum;
} figure;

/** Sum up the kinds of unit in every stratum, [stratum_count][KINDS]. */
static void tally(const s2_sample *sample, int class_index)
{
    memset(sample->tally, 0, (size_t)sample->stratum_count * KINDS * sizeof *sample->tally);
    for (size_t i = 0; i < sample->unit_count; i++) {
        const s2_sample_unit *unit = &sample->units[i];
        const int class = class_index < 0 ? unit->reference : class_index;
        const bool mapped = unit->mapped == class, reference = unit->reference == class;
        const int kind = mapped ? (reference ? BOTH : MAPPED_ONLY)
                                : (reference && class_index >= 0 ? REFERENCE_ONLY : NEITHER);
        s2_sample_tally *of = &sample->tally[(size_t)unit->stratum * KINDS + (size_t)kind];
        of->units++;
        of->area += unit->area;
        of->squares += unit->area * unit->area;
    }
}

static double area_of(const s2_sample_tally kinds[KINDS])
{
    double sum = 0.0;
    for (int kind = 0; kind < KINDS; kind++)
        sum += kinds[kind].area;
    return sum;
}

/** Mean over a stratum's area of a value that depends on the kind alone, less `origin`. */
static double mean_from(double origin, const s2_sample_tally kinds[KINDS],
                        const double values[KINDS])
{
    double sum = 0.0;
    for (int kind = 0; kind < KINDS; kind++)
        sum += kinds[kind].area * (values[kind] - origin);
    return sum / area_of(kinds);
}

/** (1 - f) s^2 / n of a stratum; NaN where one unit stands for several pixels. */
static double variance_in(const s2_sample *sample, int stratum, const double residuals[KINDS])
{
    const s2_sample_tally *kinds = sample->tally + (size_t)stratum * KINDS;
    const uint64_t pixels = sample->strata[stratum].pixels;
    const double area = area_of(kinds);
    uint64_t units = 0;
    double sum = 0.0;
    for (int kind = 0; kind < KINDS; kind++) {
        /* differences, so that units of one kind have no variance at all */
        const double off = mean_from(residuals[kind], kinds, residuals);
        sum += kinds[kind].squares * off * off;
        units += kinds[kind].units;
    }
    if (units >= pixels)
        return 0.0;
    if (units < 2)
        return NAN;
    const double n = (double)units;
    const double unseen = sample->strata_are_classes ? 1.0 : 1.0 - n / (double)pixels;
    return unseen * sum / area / area * n / (n - 1.0);
}

static s2rgf_estimate with_interval(double estimate, double se)
{
    return (s2rgf_estimate){
        estimate, se, {estimate - QUANTILE_95 * se, estimate + QUANTILE_95 * se}};
}

static s2rgf_estimate estimate(const s2_sample *sample, const figure *of)
{
    double above = 0.0, below = 0.0, variance = 0.0, residuals[KINDS];
    tally(sample, of->class_index);
    for (int h = 0; h < sample->stratum_count; h++) {
        const s2_sample_tally *kinds = sample->tally + (size_t)h * KINDS;
        if (area_of(kinds) == 0.0)
            continue;
        above += sample->strata[h].weight * mean_from(0.0, kinds, of->above);
        below += sample->strata[h].weight * mean_from(0.0, kinds, of->below);
    }
    if (!(below > 0.0))
        return with_interval(NAN, NAN);
    const double ratio = above / below;
    for (int kind = 0; kind < KINDS; kind++)
        residuals[kind] = of->above[kind] - ratio * of->below[kind];
    for (int h = 0; h < sample->stratum_count; h++) {
        const double weight = sample->strata[h].weight;
        if (area_of(sample->tally + (size_t)h * KINDS) == 0.0 ||
            (of->of_its_stratum && sample->strata_are_classes && h != of->class_index))
            continue;
        variance += weight * weight * variance_in(sample, h, residuals);
    }
    return with_interval(ratio, sqrt(variance) / below);
}

s2rgf_estimate s2_estimate_overall(const s2_sample *sample)
{
    return estimate(sample, &(figure){{1, 0, 0, 0}, {1, 1, 1, 1}, -1, false});
}

s2rgf_estimate s2_estimate_users(const s2_sample *sample, int class_index)
{
    return estimate(sample, &(figure){{1, 0, 0, 0}, {1, 1, 0, 0}, class_index, true});
}

s2rgf_estimate s2_estimate_producers(const s2_sample *sample, int class_index)
{
    return estimate(sample, &(figure){{1, 0, 0, 0}, {1, 0, 1, 0}, class_index, false});
}

s2rgf_estimate s2_estimate_f1(const s2_sample *sample, int class_index)
{
    return estimate(sample, &(figure){{2, 0, 0, 0}, {2, 1, 1, 0}, class_index, false});
}

s2rgf_estimate s2_estimate_proportion(const s2_sample *sample, int class_index)
{
    return estimate(sample, &(figure){{1, 0, 1, 0}, {1, 1, 1, 1}, class_index, false});
}

s2rgf_estimate s2_estimate_times(s2rgf_estimate estimate, double factor)
{
    return with_interval(estimate.estimate * factor, estimate.se * factor);
}

void s2_estimate_matrix(const s2_sample *sample, int classes, double *matrix)
{
    memset(matrix, 0, (size_t)classes * (size_t)classes * sizeof *matrix);
    tally(sample, -1);
    for (size_t i = 0; i < sample->unit_count; i++) {
        const s2_sample_unit *unit = &sample->units[i];
        const double area = area_of(sample->tally + (size_t)unit->stratum * KINDS);
        if (area > 0.0)
            matrix[(size_t)unit->reference * (size_t)classes + (size_t)unit->mapped] +=
                sample->strata[unit->stratum].weight * unit->area / area;
    }
}
