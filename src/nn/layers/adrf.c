/* ADRF, adaptive de-redundancy fusion of all sources' channels within one domain. */
#include "nn/layers/adrf.h"

#include <math.h>

#include "core/error.h"
#include "core/memory.h"
#include "nn/layers/gemm.h"

void s2_adrf_declare(s2_adrf *adrf, s2_params *params, const char *prefix, int in, int out,
                     int cell_px)
{
    const int square[5] = {in, in};
    const int row[5] = {in};
    *adrf = (s2_adrf){.in = in, .cell_px = cell_px};
    if (cell_px > 0) {
        adrf->w1 = s2_params_add(params, S2_PARAM_WEIGHT, prefix, "w1", square);
        adrf->b1 = s2_params_add(params, S2_PARAM_BIAS, prefix, "b1", row);
        adrf->w2 = s2_params_add(params, S2_PARAM_WEIGHT, prefix, "w2", square);
        adrf->b2 = s2_params_add(params, S2_PARAM_BIAS, prefix, "b2", row);
    }
    s2_conv_unit_declare(&adrf->mix, params, prefix,
                         &(s2_conv_unit_shape){.conv_name = "mix", .conv = {1, 1, 1, in, out}});
}

/* What attention needs besides the mix. */
static s2rgf_status init_attention(s2_adrf_state *state, const s2_adrf *adrf, int n, int h, int w,
                                   s2rgf_error *err)
{
    const s2_lattice lattice = s2_lattice_over(h, w, adrf->cell_px);
    const int rows = lattice.rows;
    const int columns = lattice.columns;
    s2rgf_status status = s2_window_stats_init(&state->stats, n, lattice, adrf->in, err);
    if (status == S2RGF_OK)
        status = s2_tensor_init(&state->from_mean, n, rows, columns, adrf->in, err);
    if (status == S2RGF_OK)
        status = s2_tensor_init(&state->from_std, n, rows, columns, adrf->in, err);
    if (status == S2RGF_OK)
        status = s2_tensor_init(&state->attention, n, rows, columns, adrf->in, err);
    if (status == S2RGF_OK)
        status = s2_tensor_init(&state->scaled, n, h, w, adrf->in, err);
    if (status == S2RGF_OK)
        status = s2_tensor_init(&state->scaled_grad, n, h, w, adrf->in, err);
    return status;
}

s2rgf_status s2_adrf_state_init(s2_adrf_state *state, const s2_adrf *adrf, int n, int h, int w,
                                s2rgf_error *err)
{
    *state = (s2_adrf_state){0};
    s2rgf_status status = adrf->cell_px > 0 ? init_attention(state, adrf, n, h, w, err) : S2RGF_OK;
    if (status == S2RGF_OK)
        status = s2_conv_unit_state_init(&state->mix, &adrf->mix, n, h, w, err);
    return status;
}

void s2_adrf_state_clear(s2_adrf_state *state)
{
    s2_window_stats_clear(&state->stats);
    S2_TENSORS_CLEAR(&state->from_mean, &state->from_std, &state->attention, &state->scaled,
                     &state->scaled_grad);
    s2_conv_unit_state_clear(&state->mix);
}

/* out = relu(rows W + b), W [in][in]. */
static void relu_linear(const float *rows, int count, const s2_param *w, const s2_param *b, int in,
                        float *out)
{
    s2_gemm_shared(count, in, in, (s2_matrix){rows, in, false}, (s2_matrix){w->value, in, false},
                   0.0f, out, in);
    for (int i = 0; i < count; i++)
        for (int k = 0; k < in; k++) {
            float *value = &out[(size_t)i * (size_t)in + (size_t)k];
            *value = *value + b->value[k] > 0.0f ? *value + b->value[k] : 0.0f;
        }
}

/* a = sigmoid(relu(mean W1 + b1) + relu(std W2 + b2)) of every cell. */
static void find_attention(const s2_adrf *adrf, s2_adrf_state *state)
{
    const int cells = (int)s2_tensor_pixels(&state->attention);
    relu_linear(state->stats.mean.data, cells, adrf->w1, adrf->b1, adrf->in, state->from_mean.data);
    relu_linear(state->stats.std.data, cells, adrf->w2, adrf->b2, adrf->in, state->from_std.data);
    for (size_t i = 0; i < (size_t)cells * (size_t)adrf->in; i++)
        state->attention.data[i] =
            1.0f / (1.0f + expf(-(state->from_mean.data[i] + state->from_std.data[i])));
}

s2rgf_status s2_adrf_forward(const s2_adrf *adrf, s2_adrf_state *state, const s2_tensor *x,
                             const uint8_t *valid, s2rgf_error *err)
{
    if (adrf->cell_px == 0)
        return s2_conv_unit_forward(&adrf->mix, &state->mix, x, err);
    s2_window_stats_forward(x, valid, &state->stats);
    find_attention(adrf, state);
    s2_cell_scale_forward(&state->attention, x, adrf->cell_px, &state->scaled);
    return s2_conv_unit_forward(&adrf->mix, &state->mix, &state->scaled, err);
}

/* Backward of relu_linear(): gradient of rows (overwritten), of w and b (added to). dout is masked
   by out. */
static void relu_linear_backward(const float *rows, int count, const s2_param *w, const s2_param *b,
                                 int in, const float *out, float *dout, float *drows)
{
    for (int i = 0; i < count; i++)
        for (int k = 0; k < in; k++) {
            const size_t at = (size_t)i * (size_t)in + (size_t)k;
            dout[at] = out[at] > 0.0f ? dout[at] : 0.0f;
            b->grad[k] += dout[at];
        }
    s2_gemm_shared(in, in, count, (s2_matrix){rows, in, true}, (s2_matrix){dout, in, false}, 1.0f,
                   w->grad, in);
    s2_gemm_shared(count, in, in, (s2_matrix){dout, in, false}, (s2_matrix){w->value, in, true},
                   0.0f, drows, in);
}

/* From the gradient of the attention to those of the statistics. All tensors like attention. */
static void attention_backward(const s2_adrf *adrf, s2_adrf_state *state, s2_tensor *da,
                               s2_tensor *other, s2_tensor *dmean, s2_tensor *dstd)
{
    const int cells = (int)s2_tensor_pixels(da);
    const size_t count = (size_t)cells * (size_t)adrf->in;
    for (size_t i = 0; i < count; i++) {
        const float a = state->attention.data[i];
        da->data[i] *= a * (1.0f - a);
        other->data[i] = da->data[i];
    }
    relu_linear_backward(state->stats.mean.data, cells, adrf->w1, adrf->b1, adrf->in,
                         state->from_mean.data, da->data, dmean->data);
    relu_linear_backward(state->stats.std.data, cells, adrf->w2, adrf->b2, adrf->in,
                         state->from_std.data, other->data, dstd->data);
}

s2rgf_status s2_adrf_backward(const s2_adrf *adrf, s2_adrf_state *state, const s2_tensor *x,
                              const uint8_t *valid, const s2_tensor *dx, s2rgf_error *err)
{
    s2_tensor work[4] = {{0}}; /* gradients of the attention, twice, and of mean and std */
    if (adrf->cell_px == 0)
        return s2_conv_unit_backward(&adrf->mix, &state->mix, x, dx, err);
    s2rgf_status status = S2RGF_OK;
    for (int i = 0; i < 4 && status == S2RGF_OK; i++)
        status =
            s2_tensor_init(&work[i], x->n, state->attention.h, state->attention.w, adrf->in, err);
    if (status == S2RGF_OK)
        status = s2_conv_unit_backward(&adrf->mix, &state->mix, &state->scaled, &state->scaled_grad,
                                       err);
    if (status == S2RGF_OK) {
        s2_cell_scale_backward(&state->attention, x, adrf->cell_px, &state->scaled_grad, &work[0],
                               dx);
        attention_backward(adrf, state, &work[0], &work[1], &work[2], &work[3]);
        s2_window_stats_backward(x, valid, &state->stats, &work[2], &work[3], dx);
    }
    S2_TENSORS_CLEAR(&work[0], &work[1], &work[2], &work[3]);
    return status;
}
