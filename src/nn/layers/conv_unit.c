/* The network's repeated piece: convolution, batch-norm, optional ReLU. */
#include "nn/layers/conv_unit.h"

#include <stdio.h>

void s2_conv_unit_declare(s2_conv_unit *unit, s2_params *params, const char *prefix,
                          const char *conv_name, const char *norm_name, s2_conv conv,
                          bool with_bias, bool relu)
{
    char name[64];
    const int pointwise[5] = {conv.in, conv.out};
    const int square[5] = {conv.kernel, conv.kernel, conv.in, conv.out};
    const int bias[5] = {conv.out};
    *unit = (s2_conv_unit){.conv = conv, .relu = relu};
    snprintf(name, sizeof name, "%s.%s", prefix, conv_name);
    unit->weight = s2_params_add(params, S2_PARAM_WEIGHT, name, "weight",
                                 conv.kernel == 1 ? pointwise : square);
    if (with_bias)
        unit->bias = s2_params_add(params, S2_PARAM_BIAS, name, "bias", bias);
    snprintf(name, sizeof name, "%s.%s", prefix, norm_name);
    s2_batchnorm_declare(&unit->norm, params, name, conv.out);
}

s2rgf_status s2_conv_unit_state_init(s2_conv_unit_state *state, const s2_conv_unit *unit, int n,
                                     int h, int w, const s2_tensor *out_view,
                                     const s2_tensor *grad_view, s2rgf_error *err)
{
    const int out_h = s2_conv_out_size(&unit->conv, h);
    const int out_w = s2_conv_out_size(&unit->conv, w);
    const int c = unit->conv.out;
    *state = (s2_conv_unit_state){.owns_out = !out_view};
    s2rgf_status status = s2_tensor_init(&state->raw, n, out_h, out_w, c, err);
    if (status == S2RGF_OK)
        status = s2_batchnorm_state_init(&state->norm, n, c, err);
    if (out_view) {
        state->out = *out_view;
        state->grad = *grad_view;
    } else {
        if (status == S2RGF_OK)
            status = s2_tensor_init(&state->out, n, out_h, out_w, c, err);
        if (status == S2RGF_OK)
            status = s2_tensor_init(&state->grad, n, out_h, out_w, c, err);
    }
    if (status != S2RGF_OK)
        s2_conv_unit_state_clear(state);
    return status;
}

void s2_conv_unit_state_clear(s2_conv_unit_state *state)
{
    s2_tensor_clear(&state->raw);
    if (state->owns_out) {
        s2_tensor_clear(&state->out);
        s2_tensor_clear(&state->grad);
    }
    s2_batchnorm_state_clear(&state->norm);
    *state = (s2_conv_unit_state){0};
}

static s2_conv_weights weights_of(const s2_conv_unit *unit, bool add_dx)
{
    return (s2_conv_weights){unit->weight->value, unit->bias ? unit->bias->value : NULL,
                             unit->weight->grad, unit->bias ? unit->bias->grad : NULL, add_dx};
}

static void measure_crop(const void *context, int n)
{
    const s2_conv_unit_state *state = context;
    s2_batchnorm_measure_crop(&state->norm, &state->raw, n);
}

s2rgf_status s2_conv_unit_measure(const s2_conv_unit *unit, s2_conv_unit_state *state,
                                  const s2_tensor *x, s2rgf_error *err)
{
    const s2_conv_weights weights = weights_of(unit, false);
    const s2_tensor_task measure = {measure_crop, state};
    const s2rgf_status status =
        s2_conv_forward_then(&unit->conv, &weights, x, &state->raw, &measure, err);
    if (status == S2RGF_OK)
        s2_batchnorm_measured(&unit->norm, &state->norm, &state->raw);
    return status;
}

s2rgf_status s2_conv_unit_forward(const s2_conv_unit *unit, s2_conv_unit_state *state,
                                  const s2_tensor *x, s2rgf_error *err)
{
    const s2rgf_status status = s2_conv_unit_measure(unit, state, x, err);
    if (status == S2RGF_OK)
        s2_batchnorm_apply(&state->norm, &state->raw, unit->relu, &state->out);
    return status;
}

typedef struct norm_backward {
    const s2_conv_unit_state *state;
    const s2_conv_unit_output *output;
} norm_backward;

static void backward_crop(const void *context, int n)
{
    const norm_backward *of = context;
    s2_batchnorm_backward_crop(&of->state->norm, &of->state->raw, of->output->value,
                               of->output->grad, &of->state->grad, n);
}

s2rgf_status s2_conv_unit_backward_from(const s2_conv_unit *unit, const s2_conv_unit_state *state,
                                        const s2_tensor *x, const s2_tensor *dx,
                                        const s2_conv_unit_output *output, s2rgf_error *err)
{
    const s2_conv_weights weights = weights_of(unit, output->add_dx);
    const norm_backward context = {state, output};
    const s2_tensor_task first = {backward_crop, &context};
    s2_batchnorm_backward_start(&unit->norm, &state->norm, &state->raw, output->value,
                                output->grad);
    return s2_conv_backward_after(&unit->conv, &weights, x, dx, &state->grad, &first, err);
}

s2rgf_status s2_conv_unit_backward(const s2_conv_unit *unit, s2_conv_unit_state *state,
                                   const s2_tensor *x, const s2_tensor *dx, s2rgf_error *err)
{
    const s2_conv_unit_output output = {unit->relu ? &state->out : NULL, &state->grad, false};
    return s2_conv_unit_backward_from(unit, state, x, dx, &output, err);
}
