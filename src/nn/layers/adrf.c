/* ADRF, adaptive de-redundancy fusion of all sources' channels within one domain. */
#include "nn/layers/adrf.h"

#include <math.h>
#include <string.h>

#include "core/error.h"
#include "core/memory.h"
#include "nn/layers/gemm.h"
#include "nn/ranks/ranks.h"

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
    const int crops = s2_ranks_crops(adrf->w1->ranks, n);
    s2rgf_status status = s2_window_stats_init(&state->stats, n, lattice, adrf->in, err);
    if (status == S2RGF_OK)
        status = s2_tensor_init(&state->from_mean, crops, rows, columns, adrf->in, err);
    if (status == S2RGF_OK)
        status = s2_tensor_init(&state->from_std, crops, rows, columns, adrf->in, err);
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

/* The cells of all crops of the batch, of which own has this rank's. NULL: they cannot be had. */
static const float *all_cells(const s2_adrf *adrf, const s2_tensor *own)
{
    const size_t floats = (size_t)own->h * (size_t)own->w * (size_t)own->c;
    return s2_ranks_gather(adrf->w1->ranks, own->data, floats * sizeof(float));
}

/* This rank's crops of a tensor of all. */
static s2_tensor own_cells(const s2_adrf *adrf, const s2_tensor *all, int crops)
{
    s2_tensor own = *all;
    own.data = s2_tensor_at(all, s2_ranks_first_crop(adrf->w1->ranks));
    own.n = crops;
    return own;
}

/* a = sigmoid(relu(mean W1 + b1) + relu(std W2 + b2)) of every cell. A product of all crops' cells
   together is the same bits on every rank. */
static void find_attention(const s2_adrf *adrf, s2_adrf_state *state)
{
    const int cells = (int)s2_tensor_pixels(&state->from_mean);
    const s2_tensor *attention = &state->attention;
    const s2_tensor mean = own_cells(adrf, &state->from_mean, attention->n);
    const s2_tensor std = own_cells(adrf, &state->from_std, attention->n);
    const float *rows = all_cells(adrf, &state->stats.mean);
    if (rows)
        relu_linear(rows, cells, adrf->w1, adrf->b1, adrf->in, state->from_mean.data);
    rows = all_cells(adrf, &state->stats.std);
    if (rows)
        relu_linear(rows, cells, adrf->w2, adrf->b2, adrf->in, state->from_std.data);
    for (size_t i = 0; i < s2_tensor_pixels(attention) * (size_t)adrf->in; i++)
        attention->data[i] = 1.0f / (1.0f + expf(-(mean.data[i] + std.data[i])));
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

/* Gradients with respect to the cells, of all crops of the batch. */
typedef struct cell_gradients {
    s2_tensor from_mean, from_std, mean, std;
} cell_gradients;

static s2rgf_status cell_gradients_init(cell_gradients *gradients, const s2_tensor *like,
                                        s2rgf_error *err)
{
    s2_tensor *const all[4] = {&gradients->from_mean, &gradients->from_std, &gradients->mean,
                               &gradients->std};
    s2rgf_status status = S2RGF_OK;
    for (int i = 0; i < 4 && status == S2RGF_OK; i++)
        status = s2_tensor_init(all[i], like->n, like->h, like->w, like->c, err);
    return status;
}

/* From the gradient of the attention of this rank's cells to those of all cells' statistics. */
static void attention_backward(const s2_adrf *adrf, const s2_adrf_state *state, s2_tensor *da,
                               cell_gradients *d)
{
    const int cells = (int)s2_tensor_pixels(&d->mean);
    const size_t bytes = (size_t)cells * (size_t)adrf->in * sizeof(float);
    for (size_t i = 0; i < s2_tensor_pixels(da) * (size_t)adrf->in; i++) {
        const float a = state->attention.data[i];
        da->data[i] *= a * (1.0f - a);
    }
    const float *rows = all_cells(adrf, da);
    if (!rows)
        return;
    memcpy(d->from_mean.data, rows, bytes);
    memcpy(d->from_std.data, rows, bytes);
    rows = all_cells(adrf, &state->stats.mean);
    if (rows)
        relu_linear_backward(rows, cells, adrf->w1, adrf->b1, adrf->in, state->from_mean.data,
                             d->from_mean.data, d->mean.data);
    rows = all_cells(adrf, &state->stats.std);
    if (rows)
        relu_linear_backward(rows, cells, adrf->w2, adrf->b2, adrf->in, state->from_std.data,
                             d->from_std.data, d->std.data);
}

s2rgf_status s2_adrf_backward(const s2_adrf *adrf, s2_adrf_state *state, const s2_tensor *x,
                              const uint8_t *valid, const s2_tensor *dx, s2rgf_error *err)
{
    cell_gradients d = {0};
    s2_tensor da = {0}; /* gradient of the attention */
    if (adrf->cell_px == 0)
        return s2_conv_unit_backward(&adrf->mix, &state->mix, x, dx, err);
    s2rgf_status status =
        s2_tensor_init(&da, x->n, state->attention.h, state->attention.w, adrf->in, err);
    if (status == S2RGF_OK)
        status = cell_gradients_init(&d, &state->from_mean, err);
    if (status == S2RGF_OK)
        status = s2_conv_unit_backward(&adrf->mix, &state->mix, &state->scaled, &state->scaled_grad,
                                       err);
    if (status == S2RGF_OK) {
        s2_cell_scale_backward(&state->attention, x, adrf->cell_px, &state->scaled_grad, &da, dx);
        attention_backward(adrf, state, &da, &d);
        const s2_tensor dmean = own_cells(adrf, &d.mean, x->n);
        const s2_tensor dstd = own_cells(adrf, &d.std, x->n);
        s2_window_stats_backward(x, valid, &state->stats, &dmean, &dstd, dx);
    }
    S2_TENSORS_CLEAR(&da, &d.from_mean, &d.from_std, &d.mean, &d.std);
    return status;
}
