/* The network's repeated piece: convolution, batch-norm, optional ReLU. */
#ifndef S2_NN_LAYERS_CONV_UNIT_H
#define S2_NN_LAYERS_CONV_UNIT_H

#include "nn/layers/batchnorm.h"
#include "nn/layers/conv.h"

/**
 * Names of a unit's parameters, relative to its prefix: weight and bias under conv, statistics
 * under norm.
 */
typedef struct s2_conv_unit {
    s2_conv conv;
    s2_param *weight, *bias; /* bias NULL where the batch-norm makes it redundant */
    s2_batchnorm norm;
    bool relu;
} s2_conv_unit;

/** Tensors kept from forward for backward. */
typedef struct s2_conv_unit_state {
    s2_tensor raw;  /* convolution's output */
    s2_tensor out;  /* unit's output: own memory, or the caller's */
    s2_tensor grad; /* gradient of out; consumed by backward */
    s2_batchnorm_state norm;
    bool owns_out;
} s2_conv_unit_state;

/** What a unit is like, and the names of its parts. */
typedef struct s2_conv_unit_shape {
    const char *conv_name, *norm_name; /* NULL: conv, bn */
    s2_conv conv;
    bool bias, linear; /* the convolution has a bias; no ReLU follows */
} s2_conv_unit_shape;

/** Add `prefix.conv.weight` (and bias) and `prefix.norm.*` to params. */
void s2_conv_unit_declare(s2_conv_unit *unit, s2_params *params, const char *prefix,
                          const s2_conv_unit_shape *shape);

/** Tensors for inputs of n x h x w. */
s2rgf_status s2_conv_unit_state_init(s2_conv_unit_state *state, const s2_conv_unit *unit, int n,
                                     int h, int w, s2rgf_error *err);
/** The same with output and gradient in memory of the caller's. */
s2rgf_status s2_conv_unit_state_init_over(s2_conv_unit_state *state, const s2_conv_unit *unit,
                                          const s2_tensor_pair *output, s2rgf_error *err);
void s2_conv_unit_state_clear(s2_conv_unit_state *state);

/** state->raw = conv(x), and what the batch-norm makes of it. Errors: NO_MEMORY. */
s2rgf_status s2_conv_unit_measure(const s2_conv_unit *unit, s2_conv_unit_state *state,
                                  const s2_tensor *x, s2rgf_error *err);
/** state->out = relu?(norm(conv(x))). Errors: NO_MEMORY. */
s2rgf_status s2_conv_unit_forward(const s2_conv_unit *unit, s2_conv_unit_state *state,
                                  const s2_tensor *x, s2rgf_error *err);
/**
 * From state->grad (consumed): parameter gradients and dx (overwritten, or NULL). Errors:
 * NO_MEMORY.
 */
s2rgf_status s2_conv_unit_backward(const s2_conv_unit *unit, s2_conv_unit_state *state,
                                   const s2_tensor *x, const s2_tensor *dx, s2rgf_error *err);

/** What a measured unit became a part of: grad counts where value > 0. */
typedef struct s2_conv_unit_output {
    const s2_tensor *value, *grad; /* value NULL: grad counts everywhere */
    bool add_dx;                   /* dx is added to; otherwise it is overwritten */
} s2_conv_unit_output;

/** s2_conv_unit_backward() from another output than its own; state->grad is used up. */
s2rgf_status s2_conv_unit_backward_from(const s2_conv_unit *unit, const s2_conv_unit_state *state,
                                        const s2_tensor *x, const s2_tensor *dx,
                                        const s2_conv_unit_output *output, s2rgf_error *err);

#endif
