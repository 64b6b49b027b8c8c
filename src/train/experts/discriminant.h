/* A linear discriminant in closed form: class scores that are linear in a pixel's features. */
#ifndef S2_TRAIN_EXPERTS_DISCRIMINANT_H
#define S2_TRAIN_EXPERTS_DISCRIMINANT_H

#include <stdbool.h>
#include <stddef.h>

#include "s2rgf/base.h"

/** Pixels whose class is known. */
typedef struct s2_samples {
    float *features;  /* [count][width] */
    int *class_index; /* [count] */
    int *group; /* [count], of pixels that stand near each other and are alike; not negative */
    size_t count;
    int width, classes;
} s2_samples;

/**
 * scores[k] = bias[k] + sum over features f of x[f] weight[f][k]; 0 for classes without samples.
 */
typedef struct s2_discriminant {
    int width, classes;
    double *weight;   /* [width][classes] */
    double *bias;     /* [classes] */
    bool *known;      /* [classes] had samples */
    double shrinkage; /* of the covariance, 0..1 */
} s2_discriminant;

/**
 * Gaussian classes of one covariance, equally likely: weight_k = C^-1 m_k, bias_k = -m_k' C^-1 m_k
 * / 2 with the classes' means m. A pixel of a class with n of them weighs n^-1/2. C = (1 - s) S + s
 * mu I: S is the weighted covariance within classes, mu its mean variance, and s is Ledoit and
 * Wolf's shrinkage, with the groups of each class in the place of single pixels, which stand too
 * near each other to be independent.
 * used in   [count] samples to fit to; NULL: all
 * fitted out
 * Errors  NO_MEMORY. Memory  s2_discriminant_clear(). Source  network.md 7
 */
s2rgf_status s2_discriminant_fit(const s2_samples *samples, const bool *used,
                                 s2_discriminant *fitted, s2rgf_error *err);
void s2_discriminant_clear(s2_discriminant *discriminant);

/**
 * Subtract the mean over the known classes from their weights and biases: what all scores have in
 * common says nothing, and would cost digits.
 */
void s2_discriminant_centre(s2_discriminant *discriminant);

/** scores out [classes] of one pixel. */
void s2_discriminant_score(const s2_discriminant *discriminant, const float *features,
                           double *scores);

#endif
