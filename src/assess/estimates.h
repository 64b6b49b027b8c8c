/* Accuracy and area of a whole map from a probability sample of its pixels. */
#ifndef S2_ASSESS_ESTIMATES_H
#define S2_ASSESS_ESTIMATES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "s2rgf/assessment.h"

/** A part of the map that points are drawn from by themselves. */
typedef struct s2_sample_stratum {
    double weight;   /* W_h of the map's area; they sum to 1 */
    uint64_t pixels; /* N_h */
} s2_sample_stratum;

/** A pixel of the sample; classes are indices that map and reference share. */
typedef struct s2_sample_unit {
    int stratum, mapped, reference;
    double area; /* in any unit */
} s2_sample_unit;

/** Units of one kind in a stratum. */
typedef struct s2_sample_tally {
    uint64_t units;
    double area, squares; /* sums of their areas, and of the squares of these */
} s2_sample_tally;

/**
 * A stratified random sample; a simple one has a single stratum. All is borrowed.
 *
 * Every figure is a ratio R = Y / X of two means over the map, Y = sum_h W_h y_h with y_h the mean
 * of y over the n_h units of stratum h, weighted by their areas, and
 *
 *     V(R) = 1 / X^2  sum_h W_h^2 (1 - f_h) s_h^2 / n_h
 *
 * with s_h^2 the variance of y - R x over the units of the stratum and f_h = n_h / N_h. Where pixels
 * differ in area, y_h is a ratio itself, and s_h^2 that of (a / a_h) (y - y_h - R (x - x_h)).
 * Source  Stehman 2014, Int. J. Remote Sens. 35, 4923, eqs 2, 3, 24 to 28. Where strata are the
 *         map's classes, f_h is left out and this is Olofsson et al. 2014, Remote Sens. Environ. 148, 42,
 *         eqs 4 to 7, 10, 11. A stratum whose every pixel was visited adds nothing either way.
 */
typedef struct s2_sample {
    const s2_sample_stratum *strata;
    int stratum_count;
    bool
        strata_are_classes; /* stratum h has the pixels that are mapped as class h, and no others */
    const s2_sample_unit *units;
    size_t unit_count;
    s2_sample_tally *tally; /* [stratum_count][4], room to work in */
} s2_sample;

/**
 * Share of the map's area that is mapped right. A standard error is NaN where a stratum that takes
 * part has one unit of several pixels.
 */
s2rgf_estimate s2_estimate_overall(const s2_sample *sample);

/** Of what is mapped as the class, the share that is of it. NaN where no unit is mapped so. */
s2rgf_estimate s2_estimate_users(const s2_sample *sample, int class_index);

/** Of what is of the class, the share that is mapped so. NaN where no unit is of it. */
s2rgf_estimate s2_estimate_producers(const s2_sample *sample, int class_index);

/** Harmonic mean of both, as a ratio: 2 right / (mapped + reference). */
s2rgf_estimate s2_estimate_f1(const s2_sample *sample, int class_index);

/** Share of the map's area that is of the class. */
s2rgf_estimate s2_estimate_proportion(const s2_sample *sample, int class_index);

/** Times a number that is known exactly. */
s2rgf_estimate s2_estimate_times(s2rgf_estimate estimate, double factor);

/**
 * Share of the map's area in each cell of the error matrix.
 * matrix out [classes][classes], row = reference, column = map
 */
void s2_estimate_matrix(const s2_sample *sample, int classes, double *matrix);

#endif
