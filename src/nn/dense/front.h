/* How far every tensor of a tile has got while a dense run walks down it, one row of cells at a step. */
#ifndef S2_NN_DENSE_FRONT_H
#define S2_NN_DENSE_FRONT_H

#include "nn/dense/plan.h"

/** Rows of one source: the first that is not there yet, or the first that is still needed. */
typedef struct s2_source_front {
    int pixels, spectral, middle, spatial;
} s2_source_front;

/**
 * The same for all tensors: names and grids are those of the plan. Rows of cells for attention and
 * grams.
 */
typedef struct s2_dense_front {
    int stack, attention, mixed, joint, grams, fused, middle, block, head, core;
    s2_source_front source[S2RGF_MAX_SOURCES];
} s2_dense_front;

/** Step of the first row of cells; before it, at step - 1, nothing is there. */
int s2_dense_first_step(const s2_dense_plan *plan);

/**
 * The first row of every tensor that is not there after step `step`, which encodes that row of cells:
 * every tensor is as far as the one before it allows. The core is complete after the last step.
 */
s2_dense_front s2_dense_front_after(const s2_network_spec *spec, const s2_run_geometry *geometry,
                                    const s2_dense_plan *plan, int step);

#endif
