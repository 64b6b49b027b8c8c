/* The network's repeated piece: convolution, batch-norm, optional ReLU. */
#include "nn/layers/conv_unit.h"

#include <stdio.h>

void s2_conv_unit_declare(s2_conv_unit *unit, s2_params *params, const char *prefix,
                          const s2_conv_unit_shape *shape)
{
    char name[64];
    const s2_conv conv = shape->conv;
    const int pointwise[5] = {conv.in, conv.out};
    const int square[5] = {conv.kernel, conv.kernel, conv.in, conv.out};
    const int bias[5] = {conv.out};
    *unit = (s2_conv_unit){.conv = conv, .relu = !shape->linear};
    snprintf(name, sizeof name, "%s.%s", prefix, shape->conv_name ? shape->conv_name : "conv");
    unit->weight = s2_params_add(params, S2_PARAM_WEIGHT, name, "weight",
                                 conv.kernel == 1 ? pointwise : square);
    if (shape->bias)
        unit->bias = s2_params_add(params, S2_PARAM_BIAS, name, "bias", bias);
    snprintf(name, sizeof name, "%s.%s", prefix, shape->norm_name ? shape->norm_name : "bn");
    s2_batchnorm_declare(&unit->norm, params, name, conv.out);
}

s2rgf_status s2_conv_unit_state_init_over(s2_conv_unit_state *state, const s2_conv_unit *unit,
                                          const s2_tensor_pair *output, s2rgf_error *err)
{
    const s2_tensor *out = &output->value;
    *state = (s2_conv_unit_state){.out = *out, .grad = output->grad};
    s2rgf_status status = s2_tensor_init(&state->raw, out->n, out->h, out->w, unit->conv.out, err);
    if (status == S2RGF_OK)
        status = s2_batchnorm_state_init(&state->norm, out->n, unit->conv.out, err);
    return status;
}

s2rgf_status s2_conv_unit_state_init(s2_conv_unit_state *state, const s2_conv_unit *unit, int n,
                                     int h, int w, s2rgf_error *err)
{
    s2_tensor_pair output = {0};
    *state = (s2_conv_unit_state){0};
    s2rgf_status status =
        s2_tensor_pair_init(&output, n, s2_conv_out_size(&unit->conv, h),
                            s2_conv_out_size(&unit->conv, w), unit->conv.out, err);
    if (status != S2RGF_OK) {
        s2_tensor_pair_clear(&output);
        return status;
    }
    status = s2_conv_unit_state_init_over(state, unit, &output, err);
    state->owns_out = true;
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
    return (s2_conv_weights){unit->weight->value,
                             unit->bias ? unit->bias->value : NULL,
                             unit->weight->grad,
                             unit->bias ? unit->bias->grad : NULL,
                             add_dx,
                             unit->weight->ranks};
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
