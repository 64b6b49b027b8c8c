/* SSJA, spatial-spectral joint attention, one pair of attention matrices per cell. */
#ifndef S2_NN_LAYERS_SSJA_H
#define S2_NN_LAYERS_SSJA_H

#include <stdint.h>

#include "nn/kernels/relation.h"
#include "nn/layers/cells.h"

/**
 * Matrices per cell kept for backward, each [n][cells][c][c]. A lattice of cell_px 0 has no cells:
 * then A1 = A2 = 0, and z = x1 + x2.
 */
typedef struct s2_ssja_state {
    float *g11, *g22, *g21; /* Gram matrices summed over the window */
    float *a1, *a2;         /* attention */
    s2_lattice lattice;
    int n, c;
} s2_ssja_state;

s2rgf_status s2_ssja_state_init(s2_ssja_state *state, int n, s2_lattice lattice, int c,
                                s2rgf_error *err);
void s2_ssja_state_clear(s2_ssja_state *state);

/**
 * A1 = softmax_rows(X1^ X1^^T + X2^ X1^^T), A2 = softmax_rows(X2^ X2^^T + X1^ X2^^T), hats:
 * channels divided by their L2 norm over the window's valid positions; z = A1 x1 + x1 + A2 x2 + x2.
 * x: x1 (spectral), x2 (spatial) in [n,h,w,c]; valid in [n][h][w]; z out [n,h,w,c]
 * Errors: NO_MEMORY.  Source network.md 1.4
 */
s2rgf_status s2_ssja_forward(s2_ssja_state *state, const s2_tensor_pair x[2], const uint8_t *valid,
                             const s2_tensor_pair *z, s2rgf_error *err);
/** The gradient of z in; those of x1 and x2 added to. */
s2rgf_status s2_ssja_backward(const s2_ssja_state *state, const s2_tensor_pair x[2],
                              const uint8_t *valid, const s2_tensor_pair *z, s2rgf_error *err);

/**
 * Attention matrices from the Gram matrices g11, g22, g21 of one window: a1, a2 out [c][c]. norms
 * tmp [2c].
 */
void s2_ssja_attention(const float *const grams[3], int c, float *norms, float *const a[2]);

#endif
