/* How far a confidence can be believed: reliability of probabilities, temperature of scores. */
#ifndef S2_CALIBRATION_H
#define S2_CALIBRATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define S2_RELIABILITY_BINS 15
#define S2_TEMPERATURE_MIN 0.25
#define S2_TEMPERATURE_MAX 4.0

/** Pixels by the confidence with which they were mapped, in bins of equal width over 0..1. */
typedef struct s2_reliability {
    uint64_t pixels[S2_RELIABILITY_BINS], right[S2_RELIABILITY_BINS];
    double confidence[S2_RELIABILITY_BINS]; /* sum over the bin's pixels */
} s2_reliability;

/** Count one pixel. confidence in 0..1; start with a zeroed table. */
void s2_reliability_add(s2_reliability *table, double confidence, bool right);

/**
 * Expected calibration error = sum_b n_b / N |right_b / n_b - confidence_b / n_b|, NaN without
 * pixels.
 */
double s2_reliability_error(const s2_reliability *table);

/** Scores of pixels whose class is known. */
typedef struct s2_scored_pixels {
    float *scores; /* [count][classes] */
    int *labels;   /* [count] */
    size_t count;
    int classes;
} s2_scored_pixels;

/**
 * The temperature T in [S2_TEMPERATURE_MIN, S2_TEMPERATURE_MAX] that minimises the mean of -log
 * softmax(scores / T)[label]; 1 without pixels. T changes no class, only how sure it is.
 */
double s2_fit_temperature(const s2_scored_pixels *pixels);

/** Expected calibration error of softmax(scores / temperature). */
double s2_calibration_error(const s2_scored_pixels *pixels, double temperature);

#endif
