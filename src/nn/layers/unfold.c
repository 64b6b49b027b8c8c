/* Unfold: 1 x 1 convolutions before and after positions and channels of a patch change places. */
#include "nn/layers/unfold.h"

#include <stdio.h>

void s2_unfold_declare(s2_unfold *unfold, s2_params *params, const char *prefix, int in)
{
    char path[64];
    snprintf(path, sizeof path, "%s.expand", prefix);
    s2_conv_unit_declare(&unfold->expand, params, path,
                         &(s2_conv_unit_shape){.conv = {1, 1, 1, in, S2_UNFOLD_WIDTH}});
    snprintf(path, sizeof path, "%s.reduce", prefix);
    s2_conv_unit_declare(&unfold->reduce, params, path,
                         &(s2_conv_unit_shape){.conv = {1, 1, 1, S2_UNFOLD_WIDTH, in}});
}

s2rgf_status s2_unfold_state_init(s2_unfold_state *state, const s2_unfold *unfold, int n,
                                  s2rgf_error *err)
{
    const int side = S2_UNFOLD_SIDE;
    *state = (s2_unfold_state){0};
    s2rgf_status status =
        s2_conv_unit_state_init(&state->expand, &unfold->expand, n, side, side, err);
    if (status == S2RGF_OK)
        status = s2_tensor_pair_init(&state->turned, n, side, side, S2_UNFOLD_WIDTH, err);
    if (status == S2RGF_OK)
        status = s2_conv_unit_state_init(&state->reduce, &unfold->reduce, n, side, side, err);
    return status;
}

void s2_unfold_state_clear(s2_unfold_state *state)
{
    s2_conv_unit_state_clear(&state->expand);
    s2_tensor_pair_clear(&state->turned);
    s2_conv_unit_state_clear(&state->reduce);
}

/* to = the transpose of every crop of from, seen as [positions][channels]. */
static void transpose(const s2_tensor *from, const s2_tensor *to)
{
    const size_t width = S2_UNFOLD_WIDTH;
#pragma omp parallel for schedule(static)
    for (int n = 0; n < from->n; n++) {
        const float *in = s2_tensor_at(from, n);
        float *out = s2_tensor_at(to, n);
        for (size_t p = 0; p < width; p++)
            for (size_t q = 0; q < width; q++)
                out[p * width + q] = in[q * width + p];
    }
}

s2rgf_status s2_unfold_forward(const s2_unfold *unfold, s2_unfold_state *state, const s2_tensor *x,
                               s2rgf_error *err)
{
    const s2rgf_status status = s2_conv_unit_forward(&unfold->expand, &state->expand, x, err);
    if (status != S2RGF_OK)
        return status;
    transpose(&state->expand.out, &state->turned.value);
    return s2_conv_unit_forward(&unfold->reduce, &state->reduce, &state->turned.value, err);
}

s2rgf_status s2_unfold_backward(const s2_unfold *unfold, s2_unfold_state *state, const s2_tensor *x,
                                const s2_tensor *dx, s2rgf_error *err)
{
    const s2rgf_status status = s2_conv_unit_backward(
        &unfold->reduce, &state->reduce, &state->turned.value, &state->turned.grad, err);
    if (status != S2RGF_OK)
        return status;
    transpose(&state->turned.grad, &state->expand.grad);
    return s2_conv_unit_backward(&unfold->expand, &state->expand, x, dx, err);
}
