/* Unfold: 1 x 1 convolutions before and after positions and channels of a patch change places. */
#ifndef S2_NN_LAYERS_UNFOLD_H
#define S2_NN_LAYERS_UNFOLD_H

#include "nn/layers/conv_unit.h"

#define S2_UNFOLD_SIDE 16                                 /* of the tensor */
#define S2_UNFOLD_WIDTH (S2_UNFOLD_SIDE * S2_UNFOLD_SIDE) /* positions, and channels between */

/**
 * e = relu(BN(x W1)), in -> 256 channels on 16 x 16 positions; t[position q, channel p] =
 * e[position p, channel q], positions row by row; out = relu(BN(t W2)), 256 -> in.
 * Source network.md 2
 */
typedef struct s2_unfold {
    s2_conv_unit expand, reduce;
} s2_unfold;

typedef struct s2_unfold_state {
    s2_conv_unit_state expand, reduce; /* reduce.out is the output, reduce.grad its gradient */
    s2_tensor_pair turned;             /* t */
} s2_unfold_state;

void s2_unfold_declare(s2_unfold *unfold, s2_params *params, const char *prefix, int in);
s2rgf_status s2_unfold_state_init(s2_unfold_state *state, const s2_unfold *unfold, int n,
                                  s2rgf_error *err);
void s2_unfold_state_clear(s2_unfold_state *state);
/** x in [n,16,16,in]. Errors: NO_MEMORY. */
s2rgf_status s2_unfold_forward(const s2_unfold *unfold, s2_unfold_state *state, const s2_tensor *x,
                               s2rgf_error *err);
/** From state->reduce.grad; dx added to. */
s2rgf_status s2_unfold_backward(const s2_unfold *unfold, s2_unfold_state *state, const s2_tensor *x,
                                const s2_tensor *dx, s2rgf_error *err);

#endif
