/* The values of one band in order, and its outliers. */
#ifndef S2_SCENE_VALUE_SERIES_H
#define S2_SCENE_VALUE_SERIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define S2_FRAME_SHARE 0.002 /* of the pixels: fewer with one value in all bands are no frame */

/** The lowest and highest value of a band among all pixels, not only those kept. */
typedef struct s2_value_ends {
    double value[2], share[2];
    uint64_t pixels;
} s2_value_ends;

/** Values in ascending order, borrowed, and their quantiles. */
typedef struct s2_value_series {
    float *values;
    size_t count;
    double lowest, highest;
    double low, q01, median, q99, high; /* low, high: all but one in 200 lie above, below */
    double mean, std;
    double end_variance; /* at least what lowest and highest, kept or not, add to the variance */
} s2_value_series;

/**
 * Sort values, all finite, in place, and describe them; ends may tell of values not among them.
 * room in  [2 * count] to work in
 */
void s2_value_series_make(float *values, size_t count, const s2_value_ends *ends, uint32_t *room,
                          s2_value_series *series);

/** Leave out a value (NaN: none) and describe the rest; if nothing is left, as before. */
void s2_value_series_drop(s2_value_series *series, double value);

/**
 * The lowest or highest value where it looks like nodata: many pixels have exactly that, or it is a
 * usual nodata value, and there is a wide gap to all others. NaN: neither.
 * only_band  in  of its source: one of several may well be 0, as water is in the infrared
 * *share     out of all pixels
 */
double s2_value_series_fill(const s2_value_series *series, const s2_value_ends *ends,
                            bool only_band, double *share);

/**
 * Whether there is a gap between a value and the others, and these are of many different values.
 */
bool s2_value_series_is_apart(const s2_value_series *series, double value);

/** Whether a few values make nearly all of the variance. */
bool s2_value_series_is_wild(const s2_value_series *series);

#endif
