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
    s2_tensor out;  /* unit's output: own memory, or a view given by the caller */
    s2_tensor grad; /* gradient of out; consumed by backward */
    s2_batchnorm_state norm;
    bool owns_out;
} s2_conv_unit_state;

/** Add `prefix.conv.weight` (and bias) and `prefix.norm.*` to params. */
void s2_conv_unit_declare(s2_conv_unit *unit, s2_params *params, const char *prefix,
                          const char *conv_name, const char *norm_name, s2_conv conv,
                          bool with_bias, bool relu);

/**
 * Tensors for inputs of n x h x w. out_view, grad_view: where the output and its gradient go, or NULL
 * for own memory.
 */
s2rgf_status s2_conv_unit_state_init(s2_conv_unit_state *state, const s2_conv_unit *unit, int n,
                                     int h, int w, const s2_tensor *out_view,
                                     const s2_tensor *grad_view, s2rgf_error *err);
void s2_conv_unit_state_clear(s2_conv_unit_state *state);

/** state->raw = conv(x), and what the batch-norm makes of it. Errors: NO_MEMORY. */
s2rgf_status s2_conv_unit_measure(const s2_conv_unit *unit, s2_conv_unit_state *state,
                                  const s2_tensor *x, s2rgf_error *err);
/** state->out = relu?(norm(conv(x))). Errors: NO_MEMORY. */
s2rgf_status s2_conv_unit_forward(const s2_conv_unit *unit, s2_conv_unit_state *state,
                                  const s2_tensor *x, s2rgf_error *err);
/**
 * From state->grad (consumed): parameter gradients and dx (overwritten, or NULL). Errors: NO_MEMORY.
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
