/* What the expert of windows sees of a pixel: mean and deviation around it, of valid pixels. */
#ifndef S2_NN_NETWORKS_WINDOWS_H
#define S2_NN_NETWORKS_WINDOWS_H

#include <stdint.h>

#include "nn/expert.h"

/**
 * Floats of a pixel's sums: for each window, along the row, those of the components, of their
 * squares, and of the valid pixels. Every sum has one order, wherever a pixel is in its row.
 */
int s2_window_sum_floats(int components);

/** Floats of work to sum `count` pixels of a row. */
size_t s2_window_work_floats(int components, int count);

/**
 * Sums of `count` pixels of a row: those of all pixels for the one window, then for the other.
 * values in [around[0] + count + around[1]][components], 0 where not valid; valid in likewise
 * around in  how many pixels there are left and right of them: S2_EXPERT_REACH, or as far as the
 *            source goes
 * sums out [count * s2_window_sum_floats()]; work tmp [s2_window_work_floats()]
 */
void s2_window_sum_row(const float *values, const uint8_t *valid, int components,
                       const int around[2], int count, float *sums, float *work);

/**
 * Features of `count` pixels. rows in [2 S2_EXPERT_REACH + 1]: where, in the sums of the rows around
 * them, these pixels begin, NULL where there is no row; to_far: half the floats of such a row;
 * out [count][components][S2_EXPERT_FEATURES]
 */
void s2_window_features(const float *const *rows, size_t to_far, int components, int count,
                        float *out);

#endif
