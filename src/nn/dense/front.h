/* How far each tensor of a tile is computed while a dense run walks down it, a row of cells at a
   step. */
#ifndef S2_NN_DENSE_FRONT_H
#define S2_NN_DENSE_FRONT_H

#include "nn/dense/plan.h"

/** Rows of one source: the first that is missing, or the first that is still needed. */
typedef struct s2_source_front {
    int pixels, spectral, middle, spatial;
    int sums, seen; /* on_reference: sums of windows; rows of the core whose windows are scored */
} s2_source_front;

/**
 * The same for all tensors: names and grids are those of the plan. Rows of cells for attention and
 * grams.
 */
typedef struct s2_dense_front {
    int stack, attention, mixed, joint, grams, fused, middle, block, head, core;
    s2_source_front source[S2RGF_MAX_SOURCES];
} s2_dense_front;

/** Step of the first row of cells; before it, at step - 1, nothing is computed. */
int s2_dense_first_step(const s2_dense_plan *plan);

/**
 * The first row of each tensor that is missing after step `step`, which encodes that row of cells:
 * each tensor is as far as the one before it allows. The core is complete after the last step.
 */
s2_dense_front s2_dense_front_after(const s2_network_spec *spec, const s2_run_geometry *geometry,
                                    const s2_dense_plan *plan, int step);

#endif
