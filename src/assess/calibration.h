/* Confidence that means what it says: probabilities from scores, how far they are from accuracies,
   and the temperature that brings them closest. Plain arithmetic. */
#ifndef S2_ASSESS_CALIBRATION_H
#define S2_ASSESS_CALIBRATION_H

#include <stdint.h>

#include "s2rgf/base.h"

#define S2_TEMPERATURE_MIN 0.25 /* a fitted temperature stays within these */
#define S2_TEMPERATURE_MAX 8.0
#define S2_CALIBRATION_PIXELS 30 /* fewer pixels than this say little of a temperature */

/** Index of the largest of `classes` scores, the first of equals. */
int s2_best_class(const float *scores, int classes);

/** Predictions by their confidence, in bins of equal width: bin b holds b / bins <= c. */
typedef struct s2_reliability {
    uint64_t pixels[S2RGF_RELIABILITY_BINS];
    uint64_t correct[S2RGF_RELIABILITY_BINS];
    double confidence[S2RGF_RELIABILITY_BINS]; /* sum over the bin's pixels */
} s2_reliability;

/** Scores of pixels whose class is known. */
typedef struct s2_scored_pixels {
    float *scores;   /* [capacity][classes] logits; owned */
    int16_t *labels; /* [capacity] class index; owned */
    size_t count, capacity;
    int classes;
} s2_scored_pixels;

/** What calibration found. */
typedef struct s2_calibration {
    uint64_t pixels;                  /* that it was fitted on */
    double temperature;               /* 1 without pixels */
    double error_before, error_after; /* expected calibration error at 1 and at temperature */
} s2_calibration;

/**
 * Softmax of scores / temperature; returns the largest probability. scores in [classes]. planes
 * out: the probability of class k goes to planes[k * plane]; may be NULL.
 */
float s2_probabilities(const float *scores, int classes, double temperature, float *planes,
                       size_t plane);

/** -log of the probability that softmax(scores / temperature) gives the label. */
double s2_surprise(const float *scores, int classes, double temperature, int label);

/** Count one prediction; confidence within 0..1. */
void s2_reliability_add(s2_reliability *reliability, double confidence, bool correct);
/**
 * Expected calibration error: sum over bins of n_b / N |accuracy_b - mean confidence_b|; NaN
 * without predictions.
 */
double s2_reliability_error(const s2_reliability *reliability);

/** Room for that many pixels. Errors: NO_MEMORY. Memory: s2_scored_pixels_clear(). */
s2rgf_status s2_scored_pixels_init(s2_scored_pixels *scored, int classes, size_t capacity,
                                   s2rgf_error *err);
void s2_scored_pixels_clear(s2_scored_pixels *scored);
/** Add a pixel; there is room. scores in [classes], label in 0..classes-1. */
void s2_scored_pixels_add(s2_scored_pixels *scored, const float *scores, int label);

/**
 * The temperature T that minimises the mean negative log likelihood of the labels under
 * softmax(scores / T), kept within S2_TEMPERATURE_MIN..MAX, and the errors before and after. All
 * pixels weigh the same; sums run in the order of the pixels, so the same pixels give the same
 * bits.
 */
s2_calibration s2_calibrate(const s2_scored_pixels *scored);
/** The same, with the geometric mean of that temperature and the one that was expected. */
s2_calibration s2_calibrate_near(const s2_scored_pixels *scored, double expected);

#endif
