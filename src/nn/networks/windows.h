/* What the experts of windows see of a pixel: mean and deviation around it, of valid pixels, and its own
   components. */
#ifndef S2_NN_NETWORKS_WINDOWS_H
#define S2_NN_NETWORKS_WINDOWS_H

#include <stdint.h>

#include "nn/expert.h"

/* The most that there can be of a pixel: floats of one window, of all sums, of features. */
#define S2_WINDOW_MOST (2 * S2_EXPERT_COMPONENTS + 1)
#define S2_WINDOW_SUMS_MOST (S2_EXPERT_WINDOWS * S2_WINDOW_MOST + S2_EXPERT_COMPONENTS)
#define S2_WINDOW_FEATURES_MOST ((S2_EXPERT_FEATURES + 1) * S2_EXPERT_COMPONENTS)

/**
 * Floats of a pixel's sums: for each window, along the row, those of the components, of their
 * squares, and of the valid pixels; and its components. Every sum has one order, wherever a pixel is
 * in its row.
 */
int s2_window_sum_floats(int components);

/** Floats of work to sum `count` pixels of a row. */
size_t s2_window_work_floats(int components, int count);

/**
 * Sums of `count` pixels of a row: those of all pixels for the one window, then for the other, then
 * all components.
 * values in [around[0] + count + around[1]][components], 0 where not valid; valid in likewise
 * around in  how many pixels there are left and right of them: S2_EXPERT_REACH, or as far as the
 *            source goes
 * sums out [count * s2_window_sum_floats()]; work tmp [s2_window_work_floats()]
 */
void s2_window_sum_row(const float *values, const uint8_t *valid, int components,
                       const int around[2], int count, float *sums, float *work);

/** Floats of a pixel's features. */
int s2_window_feature_floats(int components);

/**
 * Features of `count` pixels of a row, from its pixel `first` on.
 * rows in  [2 S2_EXPERT_REACH + 1] the sums of the rows around them, each of `width` pixels, NULL where
 *          there is no row
 * out      [count][s2_window_feature_floats()]: [components][S2_EXPERT_FEATURES], then the components
 */
void s2_window_features(const float *const *rows, int width, int components, int first, int count,
                        float *out);

#endif
