/* Confusion matrix and the accuracy figures that follow from it. */
#ifndef S2_ASSESS_METRICS_H
#define S2_ASSESS_METRICS_H

#include <stdint.h>

#include "s2rgf/base.h"

/**
 * How often a pixel of reference class i was mapped as class j: counts[i * classes + j].
 * With N the sum of all counts, n_ij an entry, r_i a row's and c_j a column's sum. Every figure is
 * NaN where its denominator is zero.
 */
typedef struct s2_confusion {
    uint64_t *counts; /* [classes][classes], row = reference, column = map; owned */
    int classes;
} s2_confusion;

/**
 * Make an empty matrix.
 * Errors  INVALID_ARGUMENT (no class), NO_MEMORY.  Memory: released with s2_confusion_clear().
 */
s2rgf_status s2_confusion_init(s2_confusion *confusion, int classes, s2rgf_error *err);

/** Release what the matrix owns. */
void s2_confusion_clear(s2_confusion *confusion);

/** Count one pixel; both indices in 0..classes-1. */
void s2_confusion_add(s2_confusion *confusion, int reference, int mapped);

/** N: pixels counted. */
uint64_t s2_confusion_total(const s2_confusion *confusion);

/** r_i: pixels of a reference class. */
uint64_t s2_confusion_reference(const s2_confusion *confusion, int index);

/** c_j: pixels mapped as a class. */
uint64_t s2_confusion_mapped(const s2_confusion *confusion, int index);

/** OA = sum_i n_ii / N. */
double s2_confusion_overall(const s2_confusion *confusion);

/** AA = mean of the producer's accuracies of the classes with reference pixels. */
double s2_confusion_average(const s2_confusion *confusion);

/**
 * Cohen's kappa = (OA - e) / (1 - e), e = sum_i r_i c_i / N^2: agreement beyond chance.
 * NaN also where chance alone explains everything (e = 1: one class in reference and map).
 */
double s2_confusion_kappa(const s2_confusion *confusion);

/** User's accuracy (precision) of class j: n_jj / c_j. */
double s2_confusion_users(const s2_confusion *confusion, int index);

/** Producer's accuracy (recall) of class i: n_ii / r_i. */
double s2_confusion_producers(const s2_confusion *confusion, int index);

/** F1 of class i: 2 n_ii / (r_i + c_i). */
double s2_confusion_f1(const s2_confusion *confusion, int index);

#endif
