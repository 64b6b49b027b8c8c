/* Residual block whose shortcut is always a convolution; as spatial encoder and in the head. */
#ifndef S2_NN_LAYERS_RESIDUAL_BLOCK_H
#define S2_NN_LAYERS_RESIDUAL_BLOCK_H

#include "nn/layers/conv_unit.h"

/** y = relu(BN(conv2(relu(BN(conv1(x))))) + BN(shortcut(x))). Source network.md 1.2 */
typedef struct s2_residual_block {
    s2_conv_unit conv1, conv2, shortcut;
} s2_residual_block;

typedef struct s2_residual_block_state {
    s2_conv_unit_state conv1, conv2, shortcut;
    s2_tensor out, grad; /* the block's output and its gradient */
    s2_tensor part_grad; /* gradient of what conv2, then what shortcut adds */
} s2_residual_block_state;

/** 3 x 3 convolutions in -> out -> out; stride of conv1 and shortcut, dilation of conv2. */
typedef struct s2_residual_shape {
    int in, out, stride, dilation;
} s2_residual_shape;

void s2_residual_block_declare(s2_residual_block *block, s2_params *params, const char *prefix,
                               const s2_residual_shape *shape);
s2rgf_status s2_residual_block_state_init(s2_residual_block_state *state,
                                          const s2_residual_block *block, int n, int h, int w,
                                          s2rgf_error *err);
void s2_residual_block_state_clear(s2_residual_block_state *state);
s2rgf_status s2_residual_block_forward(const s2_residual_block *block,
                                       s2_residual_block_state *state, const s2_tensor *x,
                                       s2rgf_error *err);
/** From state->grad. dx overwritten, or NULL. */
s2rgf_status s2_residual_block_backward(const s2_residual_block *block,
                                        s2_residual_block_state *state, const s2_tensor *x,
                                        const s2_tensor *dx, s2rgf_error *err);

#endif
