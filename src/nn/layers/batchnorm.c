/* Batch normalisation of channels, with its optional ReLU. */
#include "nn/layers/batchnorm.h"

#include <math.h>
#include <string.h>

#include "core/error.h"
#include "core/memory.h"
#include "nn/kernels/kernels.h"
#include "nn/ranks/ranks.h"

#define SUMS 3 /* of a crop, a row each */

void s2_batchnorm_declare(s2_batchnorm *bn, s2_params *params, const char *prefix, int channels)
{
    const int dims[5] = {channels};
    bn->channels = channels;
    bn->weight = s2_params_add(params, S2_PARAM_BIAS, prefix, "weight", dims);
    bn->bias = s2_params_add(params, S2_PARAM_BIAS, prefix, "bias", dims);
    bn->mean = s2_params_add(params, S2_PARAM_STATISTIC, prefix, "running_mean", dims);
    bn->var = s2_params_add(params, S2_PARAM_STATISTIC, prefix, "running_var", dims);
    if (params->failed)
        return;
    for (int c = 0; c < channels; c++)
        bn->weight->value[c] = bn->var->value[c] = 1.0f;
}

s2rgf_status s2_batchnorm_state_init(s2_batchnorm_state *state, int crops, int channels,
                                     s2rgf_error *err)
{
    const size_t count = (size_t)channels;
    *state = (s2_batchnorm_state){.channels = channels};
    float **const lines[7] = {&state->mean,     &state->inv_std,  &state->scale,   &state->shift,
                              &state->terms[0], &state->terms[1], &state->terms[2]};
    bool ready = true;
    for (int i = 0; i < 7; i++) {
        *lines[i] = s2_calloc(count, sizeof(float));
        ready = ready && *lines[i];
    }
    state->mean_sum = s2_calloc(count, sizeof(double));
    state->square_sum = s2_calloc(count, sizeof(double));
    state->sums = s2_calloc((size_t)crops, SUMS * count * sizeof(double));
    ready = ready && state->mean_sum && state->square_sum && state->sums;
    return ready ? S2RGF_OK : s2_fail_memory(err, "batch-norm");
}

void s2_batchnorm_state_clear(s2_batchnorm_state *state)
{
    S2_FREE_EACH(state->mean, state->inv_std, state->scale, state->shift);
    for (int i = 0; i < 3; i++)
        s2_free(state->terms[i]);
    S2_FREE_EACH(state->mean_sum, state->square_sum, state->sums);
    *state = (s2_batchnorm_state){0};
}

/* Pixels of crop n. */
static s2_rows rows_of(const s2_tensor *x, int n)
{
    return (s2_rows){s2_tensor_at(x, n), (size_t)x->stride};
}

static s2_gradient_rows gradient_rows(const s2_tensor *x, const s2_tensor *y, const s2_tensor *dy,
                                      int n)
{
    return (s2_gradient_rows){rows_of(x, n), y ? rows_of(y, n) : (s2_rows){NULL, 0},
                              rows_of(dy, n)};
}

static size_t pixels_each(const s2_tensor *x)
{
    return (size_t)x->h * (size_t)x->w;
}

/* Two sums of every channel of crop n, first all the one, then all the other, and its first pixel. */
static double *sums_of(const s2_batchnorm_state *state, int n)
{
    return state->sums + SUMS * (size_t)n * (size_t)state->channels;
}

/* The sums of all crops of the batch; NULL: the ranks cannot have them. */
static const double *all_sums(const s2_batchnorm *bn, const s2_batchnorm_state *state)
{
    return s2_ranks_gather(bn->weight->ranks, state->sums,
                           SUMS * (size_t)state->channels * sizeof(double));
}

void s2_batchnorm_measure_crop(const s2_batchnorm_state *state, const s2_tensor *x, int n)
{
    double *sums = sums_of(state, n);
    if (state->statistics == S2_STATISTICS_SETTLED)
        return;
    memset(sums, 0, 2 * (size_t)x->c * sizeof(double));
    for (int k = 0; k < x->c; k++)
        sums[2 * x->c + k] = (double)s2_tensor_at(x, n)[k];
    /* centred by the tensor's first pixel, one pass is as accurate as two */
    s2_kernels_selected()->training_passes->moments(rows_of(x, n), pixels_each(x), x->c,
                                                    s2_tensor_at(x, n), sums, sums + x->c);
}

/* Mean and biased variance of a channel of c, from the sums of all crops, each of so many pixels. */
static void merge_moments(const double *sums, int crops, int c, double each, double *mean,
                          double *var)
{
    const double pixels = each * crops;
    const double centre = sums[2 * c];
    double sum = 0.0;
    double square = 0.0;
    for (int n = 0; n < crops; n++, sums += SUMS * c) {
        const double offset = sums[2 * c] - centre;
        sum += sums[0] + each * offset;
        square += sums[c] + 2.0 * offset * sums[0] + each * offset * offset;
    }
    *mean = centre + sum / pixels;
    *var = fmax(square / pixels - sum / pixels * (sum / pixels), 0.0);
}

void s2_batchnorm_measured(const s2_batchnorm *bn, s2_batchnorm_state *state, const s2_tensor *x)
{
    const bool settled = state->statistics == S2_STATISTICS_SETTLED;
    const int crops = s2_ranks_crops(bn->weight->ranks, x->n);
    const double *sums = settled ? NULL : all_sums(bn, state);
    if (!settled && !sums)
        return;
    for (int k = 0; k < x->c; k++) {
        double mean = (double)bn->mean->value[k];
        double var = (double)bn->var->value[k];
        if (!settled)
            merge_moments(sums + k, crops, x->c, (double)pixels_each(x), &mean, &var);
        state->mean[k] = (float)mean;
        state->inv_std[k] = (float)(1.0 / sqrt(var + (double)S2_BATCHNORM_EPS));
        if (state->statistics == S2_STATISTICS_GATHER) {
            state->mean_sum[k] += mean;
            state->square_sum[k] += var + mean * mean;
        }
        state->scale[k] = bn->weight->value[k] * state->inv_std[k];
        state->shift[k] = bn->bias->value[k] - state->mean[k] * state->scale[k];
    }
    state->gathered += state->statistics == S2_STATISTICS_GATHER;
}

void s2_batchnorm_apply(const s2_batchnorm_state *state, const s2_tensor *x, bool relu,
                        const s2_tensor *y)
{
    const s2_tensor_passes *passes = s2_kernels_selected()->training_passes;
    const s2_line line = {state->scale, state->shift, relu};
#pragma omp parallel for schedule(static)
    for (int n = 0; n < x->n; n++)
        passes->line(rows_of(x, n), pixels_each(x), x->c, &line, rows_of(y, n));
}

void s2_batchnorm_forward(const s2_batchnorm *bn, s2_batchnorm_state *state, const s2_tensor *x,
                          bool relu, const s2_tensor *y)
{
#pragma omp parallel for schedule(static)
    for (int n = 0; n < x->n; n++)
        s2_batchnorm_measure_crop(state, x, n);
    s2_batchnorm_measured(bn, state, x);
    s2_batchnorm_apply(state, x, relu, y);
}

void s2_batchnorm_apply_sum(const s2_batchnorm_state *const state[2], const s2_tensor *const x[2],
                            const s2_tensor *y)
{
    const s2_tensor_passes *passes = s2_kernels_selected()->training_passes;
    const s2_line lines[2] = {{state[0]->scale, state[0]->shift, false},
                              {state[1]->scale, state[1]->shift, false}};
#pragma omp parallel for schedule(static)
    for (int n = 0; n < y->n; n++) {
        const s2_rows rows[2] = {rows_of(x[0], n), rows_of(x[1], n)};
        passes->line_sum(rows, pixels_each(y), y->c, lines, rows_of(y, n));
    }
}

void s2_batchnorm_fold(const s2_batchnorm *bn, float *scale, float *shift)
{
    for (int c = 0; c < bn->channels; c++) {
        scale[c] = (float)((double)bn->weight->value[c] /
                           sqrt((double)bn->var->value[c] + (double)S2_BATCHNORM_EPS));
        shift[c] = bn->bias->value[c] - bn->mean->value[c] * scale[c];
    }
}

/* Of all crops: dy, and its product with x - mean. */
static void add_gradients(const s2_batchnorm_state *state, const s2_tensor *x, const s2_tensor *y,
                          const s2_tensor *dy)
{
    const s2_tensor_passes *passes = s2_kernels_selected()->training_passes;
#pragma omp parallel for schedule(static)
    for (int n = 0; n < x->n; n++) {
        const s2_gradient_rows rows = gradient_rows(x, y, dy, n);
        double *sums = sums_of(state, n);
        memset(sums, 0, 2 * (size_t)x->c * sizeof(double));
        passes->gradient_sums(&rows, pixels_each(x), x->c, state->mean, sums, sums + x->c);
    }
}

void s2_batchnorm_backward_start(const s2_batchnorm *bn, const s2_batchnorm_state *state,
                                 const s2_tensor *x, const s2_tensor *y, const s2_tensor *dy)
{
    const int crops = s2_ranks_crops(bn->weight->ranks, x->n);
    /* of one pixel in the statistics: none where they are constants */
    const double share =
        state->statistics == S2_STATISTICS_SETTLED ? 0.0 : 1.0 / ((double)pixels_each(x) * crops);
    add_gradients(state, x, y, dy);
    const double *sums = all_sums(bn, state);
    for (int k = 0; sums && k < x->c; k++) {
        const double inv = (double)state->inv_std[k];
        const double gamma = (double)bn->weight->value[k];
        double sum = 0.0;
        double product = 0.0;
        for (int n = 0; n < crops; n++) {
            sum += sums[SUMS * n * x->c + k];
            product += sums[(SUMS * n + 1) * x->c + k];
        }
        bn->weight->grad[k] += (float)(product * inv);
        bn->bias->grad[k] += (float)sum;
        const double slope = -share * gamma * inv * inv * inv * product;
        state->terms[0][k] = (float)(gamma * inv);
        state->terms[1][k] = (float)slope;
        state->terms[2][k] = (float)(-share * gamma * inv * sum - slope * (double)state->mean[k]);
    }
}

void s2_batchnorm_backward_crop(const s2_batchnorm_state *state, const s2_tensor *x,
                                const s2_tensor *y, const s2_tensor *dy, const s2_tensor *dx, int n)
{
    const s2_gradient_rows rows = gradient_rows(x, y, dy, n);
    const float *const terms[3] = {state->terms[0], state->terms[1], state->terms[2]};
    s2_kernels_selected()->training_passes->gradient(&rows, pixels_each(x), x->c, terms,
                                                     rows_of(dx, n));
}

void s2_batchnorm_backward(const s2_batchnorm *bn, const s2_batchnorm_state *state,
                           const s2_tensor *x, const s2_tensor *y, const s2_tensor *dy,
                           const s2_tensor *dx)
{
    s2_batchnorm_backward_start(bn, state, x, y, dy);
#pragma omp parallel for schedule(static)
    for (int n = 0; n < x->n; n++)
        s2_batchnorm_backward_crop(state, x, y, dy, dx, n);
}

/* Running statistics = those of all batches gathered, taken together. */
static void adopt(const s2_batchnorm *bn, s2_batchnorm_state *state)
{
    for (int c = 0; c < bn->channels; c++) {
        const double mean = state->mean_sum[c] / state->gathered;
        const double var = state->square_sum[c] / state->gathered - mean * mean;
        bn->mean->value[c] = (float)mean;
        bn->var->value[c] = var > 0.0 ? (float)var : 0.0f;
        state->mean_sum[c] = state->square_sum[c] = 0.0;
    }
    state->gathered = 0;
}

void s2_batchnorm_use(const s2_batchnorm *bn, s2_batchnorm_state *state, s2_statistics statistics)
{
    if (state->gathered > 0)
        adopt(bn, state);
    state->statistics = statistics;
}
