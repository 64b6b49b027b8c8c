/* The values of one band in order, and its outliers. */
#include "scene/value_series.h"

#include <math.h>
#include <string.h>

#include "scene/value_sort.h"

#define TAIL 0.005          /* beyond low and beyond high */
#define DISTINCT_LEAST 16   /* of fewer values no gap can be told: classes, masks */
#define USUAL_GAP 0.5       /* from a usual nodata value to the others, in their spread */
#define ZERO_GAP 0.3        /* the same from 0, */
#define ZERO_SHARE 0.005    /* which many pixels must have */
#define OTHER_GAP 3.0       /* from any other value, */
#define OTHER_SHARE 0.0005  /* which some must have */
#define FEWEST_PIXELS 3     /* with a usual nodata value */
#define FRAME_GAP 0.02      /* from a value that all bands have */
#define BETWEEN 0.1         /* values in the gap, beside those at its end */
#define BEYOND_MEASURE 1e19 /* no measured value is as large */
#define WILD 10.0           /* standard deviations that the spread of 98 % should not fall below */

static double quantile(const s2_value_series *series, double part)
{
    const double at = part * (double)(series->count - 1);
    return (double)series->values[(size_t)(at + 0.5)];
}

static void find_quantiles(s2_value_series *series)
{
    if (series->count == 0)
        return;
    series->low = quantile(series, TAIL);
    series->q01 = quantile(series, 0.01);
    series->median = quantile(series, 0.5);
    series->q99 = quantile(series, 0.99);
    series->high = quantile(series, 1.0 - TAIL);
    double sum = 0.0, square = 0.0;
    for (size_t i = 0; i < series->count; i++)
        sum += (double)series->values[i];
    series->mean = sum / (double)series->count;
    for (size_t i = 0; i < series->count; i++) {
        const double off = (double)series->values[i] - series->mean;
        square += off * off;
    }
    series->std = sqrt(square / (double)series->count);
}

void s2_value_series_make(float *values, size_t count, const s2_value_ends *ends, uint32_t *room,
                          s2_value_series *series)
{
    s2_value_sort(values, count, room);
    *series = (s2_value_series){
        .values = values, .count = count, .lowest = ends->value[0], .highest = ends->value[1]};
    find_quantiles(series);
    for (int end = 0; end < 2; end++) {
        const double off = ends->value[end] - series->median;
        series->end_variance += ends->share[end] * off * off;
    }
}

/** First index of a value that is not below, or, where above is set, of one that is above. */
static size_t first_at(const s2_value_series *series, double value, bool above)
{
    size_t low = 0, high = series->count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const double found = (double)series->values[middle];
        if (found < value || (above && found == value))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

void s2_value_series_drop(s2_value_series *series, double value)
{
    if (isnan(value))
        return;
    const size_t first = first_at(series, value, false), end = first_at(series, value, true);
    if (end - first == series->count)
        return;
    memmove(series->values + first, series->values + end,
            (series->count - end) * sizeof *series->values);
    series->count -= end - first;
    series->lowest = (double)series->values[0];
    series->highest = (double)series->values[series->count - 1];
    series->end_variance = 0.0;
    find_quantiles(series);
}

/** Values that programs and agencies write for nodata. */
static bool is_usual(double value)
{
    static const double usual[] = {-99,   -999,   -9999,  -99999,       -32767,      -32768,
                                   32767, 65535,  9999,   99999,        65534,       -2147483648.0,
                                   -9998, 999999, -88888, 2147483647.0, 4294967295.0};
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
        if (value == usual[i])
            return true;
    return fabs(value) >= BEYOND_MEASURE;
}

/** The values other than one: how many there are, from where to where, how many differ. */
typedef struct other_values {
    double q01, q99;
    size_t count, distinct;
} other_values;

static other_values without(const s2_value_series *series, double value)
{
    s2_value_series rest = *series;
    const size_t first = first_at(series, value, false), end = first_at(series, value, true);
    other_values others = {0};
    /* the value is the least or the greatest, so that the rest is in one piece, or absent */
    if (first == 0)
        rest.values += end;
    rest.count = series->count - (end - first);
    others.count = rest.count;
    for (size_t i = 0; i < rest.count; i++)
        others.distinct += i == 0 || rest.values[i] != rest.values[i - 1];
    if (rest.count > 0) {
        others.q01 = quantile(&rest, 0.01);
        others.q99 = quantile(&rest, 0.99);
    }
    return others;
}

/** Part of the kept values that lie in the half of the gap that is nearer to a value. */
static double part_between(const s2_value_series *series, double value, double edge)
{
    const double middle = (value + edge) / 2.0;
    const size_t from =
        value < edge ? first_at(series, value, true) : first_at(series, middle, true);
    const size_t to =
        value < edge ? first_at(series, middle, false) : first_at(series, value, false);
    /* what a resampling at the edge of nodata leaves there, or chance, does not close the gap */
    return to > from + 2 ? (double)(to - from - 2) / (double)series->count : 0.0;
}

double s2_value_series_fill(const s2_value_series *series, const s2_value_ends *ends,
                            bool only_band, double *share)
{
    for (int end = 0; end < 2; end++) {
        const double value = ends->value[end];
        const other_values others = without(series, value);
        const double edge = end == 0 ? others.q01 : others.q99;
        const double spread = others.q99 - others.q01, gap = fabs(value - edge);
        const double pixels = ends->share[end] * (double)ends->pixels;
        const bool usual = is_usual(value);
        *share = ends->share[end];
        if (others.distinct < DISTINCT_LEAST || spread <= 0.0 ||
            part_between(series, value, edge) > BETWEEN * *share)
            continue;
        if (usual && pixels >= FEWEST_PIXELS &&
            (gap >= USUAL_GAP * spread ||
             (value < 0.0 && *share >= OTHER_SHARE && others.q01 >= 0.0)))
            return value;
        if (fabs(value) >= BEYOND_MEASURE && gap >= USUAL_GAP * spread)
            return value;
        if (value == 0.0 && !only_band)
            continue;
        if (value == 0.0 && *share >= ZERO_SHARE && gap >= ZERO_GAP * spread)
            return value;
        if (*share >= OTHER_SHARE && pixels >= FEWEST_PIXELS && gap >= OTHER_GAP * spread)
            return value;
    }
    return (double)NAN;
}

bool s2_value_series_is_apart(const s2_value_series *series, double value)
{
    const other_values others = without(series, value);
    const double gap = fmin(fabs(others.q01 - value), fabs(others.q99 - value));
    return others.distinct >= DISTINCT_LEAST && gap >= FRAME_GAP * (others.q99 - others.q01);
}

bool s2_value_series_is_wild(const s2_value_series *series)
{
    const double spread = series->q99 - series->q01;
    const double variance = series->std * series->std + series->end_variance;
    return series->count > 0 && spread > 0.0 && sqrt(variance) > WILD * spread;
}
