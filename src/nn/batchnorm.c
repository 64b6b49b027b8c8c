/* Batch normalisation of channels, with its optional ReLU. */
#include "nn/batchnorm.h"

#include <math.h>
#include <string.h>

#include "core/error.h"
#include "core/memory.h"
#include "nn/passes.h"

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

s2rgf_status s2_batchnorm_state_init(s2_batchnorm_state *state, int channels, s2rgf_error *err)
{
    const size_t count = (size_t)channels;
    *state = (s2_batchnorm_state){0};
    state->mean = s2_calloc(count, sizeof(float));
    state->inv_std = s2_calloc(count, sizeof(float));
    state->mean_sum = s2_calloc(count, sizeof(double));
    state->square_sum = s2_calloc(count, sizeof(double));
    state->scale = s2_calloc(count, sizeof(float));
    state->shift = s2_calloc(count, sizeof(float));
    if (state->mean && state->inv_std && state->mean_sum && state->square_sum && state->scale &&
        state->shift)
        return S2RGF_OK;
    s2_batchnorm_state_clear(state);
    return s2_fail_memory(err, "batch-norm");
}

void s2_batchnorm_state_clear(s2_batchnorm_state *state)
{
    s2_free(state->mean);
    s2_free(state->inv_std);
    s2_free(state->mean_sum);
    s2_free(state->square_sum);
    s2_free(state->scale);
    s2_free(state->shift);
    *state = (s2_batchnorm_state){0};
}

#define CHANNELS 256 /* handled at once, so that sums stay on the stack */

/* Pixels of map n. */
static s2_rows rows_of(const s2_map *x, int n)
{
    return (s2_rows){s2_map_at(x, n), (size_t)x->stride};
}

static s2_gradient_rows gradient_rows(const s2_map *x, const s2_map *y, const s2_map *dy, int n)
{
    return (s2_gradient_rows){rows_of(x, n), y ? rows_of(y, n) : (s2_rows){NULL, 0},
                              rows_of(dy, n)};
}

static size_t pixels_each(const s2_map *x)
{
    return (size_t)x->h * (size_t)x->w;
}

/* Sums over the batch, added up map by map in order: of x - shift and its square. */
static void batch_moments(const s2_map *x, const float *shift, double *sum, double *square)
{
    const s2_map_passes *passes = s2_map_passes_select();
    memset(sum, 0, CHANNELS * sizeof(double));
    memset(square, 0, CHANNELS * sizeof(double));
#pragma omp parallel for ordered schedule(static, 1)
    for (int n = 0; n < x->n; n++) {
        double own_sum[CHANNELS] = {0};
        double own_square[CHANNELS] = {0};
        passes->moments(rows_of(x, n), pixels_each(x), x->c, shift, own_sum, own_square);
#pragma omp ordered
        for (int c = 0; c < x->c; c++) {
            sum[c] += own_sum[c];
            square[c] += own_square[c];
        }
    }
}

/* The same of dy and of (x - shift) dy, where y > 0. */
static void batch_gradient_sums(const s2_map *x, const s2_map *y, const s2_map *dy,
                                const float *shift, double *sum, double *product)
{
    const s2_map_passes *passes = s2_map_passes_select();
    memset(sum, 0, CHANNELS * sizeof(double));
    memset(product, 0, CHANNELS * sizeof(double));
#pragma omp parallel for ordered schedule(static, 1)
    for (int n = 0; n < x->n; n++) {
        const s2_gradient_rows rows = gradient_rows(x, y, dy, n);
        double own_sum[CHANNELS] = {0};
        double own_product[CHANNELS] = {0};
        passes->gradient_sums(&rows, pixels_each(x), x->c, shift, own_sum, own_product);
#pragma omp ordered
        for (int c = 0; c < x->c; c++) {
            sum[c] += own_sum[c];
            product[c] += own_product[c];
        }
    }
}

/* Mean and biased variance of channels first.., which are x: one pass, centred by the first pixel, is
   as accurate as two. */
static void measure_moments(s2_batchnorm_state *state, const s2_map *x, int first, double *mean,
                            double *var)
{
    const double pixels = (double)s2_map_pixels(x);
    double sum[CHANNELS];
    double square[CHANNELS];
    float *shift = state->mean + first; /* free until the mean is known */
    memcpy(shift, x->data, (size_t)x->c * sizeof(float));
    batch_moments(x, shift, sum, square);
    for (int c = 0; c < x->c; c++) {
        const double offset = sum[c] / pixels;
        mean[c] = (double)shift[c] + offset;
        var[c] = fmax(square[c] / pixels - offset * offset, 0.0);
    }
    for (int c = 0; state->statistics == S2_STATISTICS_GATHER && c < x->c; c++) {
        state->mean_sum[first + c] += mean[c];
        state->square_sum[first + c] += var[c] + mean[c] * mean[c];
    }
}

static void recall_moments(const s2_batchnorm *bn, int first, int count, double *mean, double *var)
{
    for (int c = 0; c < count; c++) {
        mean[c] = (double)bn->mean->value[first + c];
        var[c] = (double)bn->var->value[first + c];
    }
}

void s2_batchnorm_measure(const s2_batchnorm *bn, s2_batchnorm_state *state, const s2_map *x)
{
    double mean[CHANNELS];
    double var[CHANNELS];
    for (int first = 0; first < bn->channels; first += CHANNELS) {
        const int count = bn->channels - first < CHANNELS ? bn->channels - first : CHANNELS;
        const s2_map part = s2_map_channels(x, first, count);
        if (state->statistics == S2_STATISTICS_SETTLED)
            recall_moments(bn, first, count, mean, var);
        else
            measure_moments(state, &part, first, mean, var);
        for (int c = 0; c < count; c++) {
            const int k = first + c;
            state->mean[k] = (float)mean[c];
            state->inv_std[k] = (float)(1.0 / sqrt(var[c] + (double)S2_BATCHNORM_EPS));
            state->scale[k] = bn->weight->value[k] * state->inv_std[k];
            state->shift[k] = bn->bias->value[k] - state->mean[k] * state->scale[k];
        }
    }
    state->gathered += state->statistics == S2_STATISTICS_GATHER;
}

static void apply(const s2_map *x, const s2_line *line, const s2_map *y)
{
    const s2_map_passes *passes = s2_map_passes_select();
#pragma omp parallel for schedule(static)
    for (int n = 0; n < x->n; n++)
        passes->line(rows_of(x, n), pixels_each(x), x->c, line, rows_of(y, n));
}

void s2_batchnorm_forward(const s2_batchnorm *bn, s2_batchnorm_state *state, const s2_map *x,
                          bool relu, const s2_map *y)
{
    s2_batchnorm_measure(bn, state, x);
    s2_batchnorm_apply(state, x, relu, y);
}

void s2_batchnorm_apply(const s2_batchnorm_state *state, const s2_map *x, bool relu,
                        const s2_map *y)
{
    apply(x, &(s2_line){state->scale, state->shift, relu}, y);
}

void s2_batchnorm_apply_sum(const s2_batchnorm_state *const state[2], const s2_map *const x[2],
                            const s2_map *y)
{
    const s2_map_passes *passes = s2_map_passes_select();
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

void s2_batchnorm_infer(const s2_batchnorm *bn, const s2_map *x, bool relu, const s2_map *y)
{
    float scale[CHANNELS];
    float shift[CHANNELS];
    for (int first = 0; first < bn->channels; first += CHANNELS) {
        const int count = bn->channels - first < CHANNELS ? bn->channels - first : CHANNELS;
        for (int c = 0; c < count; c++) {
            const int k = first + c;
            scale[c] = bn->weight->value[k] / sqrtf(bn->var->value[k] + S2_BATCHNORM_EPS);
            shift[c] = bn->bias->value[k] - bn->mean->value[k] * scale[c];
        }
        const s2_map from = s2_map_channels(x, first, count);
        const s2_map to = s2_map_channels(y, first, count);
        apply(&from, &(s2_line){scale, shift, relu}, &to);
    }
}

/* Channels first.. of the maps. */
static void backward_channels(const s2_batchnorm *bn, const s2_batchnorm_state *state,
                              const s2_map maps[4], int first)
{
    const s2_map_passes *passes = s2_map_passes_select();
    const s2_map *x = &maps[0];
    const s2_map *y = maps[1].data ? &maps[1] : NULL;
    /* of one pixel in the statistics: none where they are constants */
    const double share =
        state->statistics == S2_STATISTICS_SETTLED ? 0.0 : 1.0 / (double)s2_map_pixels(x);
    double sum[CHANNELS];     /* of dy */
    double product[CHANNELS]; /* of (x - mean) dy */
    float a[CHANNELS];
    float b[CHANNELS];
    float d[CHANNELS];
    const float *const of[3] = {a, b, d};
    batch_gradient_sums(x, y, &maps[2], state->mean + first, sum, product);
    for (int c = 0; c < x->c; c++) {
        const int k = first + c;
        const double inv = (double)state->inv_std[k];
        const double gamma = (double)bn->weight->value[k];
        bn->weight->grad[k] += (float)(product[c] * inv);
        bn->bias->grad[k] += (float)sum[c];
        const double slope = -share * gamma * inv * inv * inv * product[c];
        a[c] = (float)(gamma * inv);
        b[c] = (float)slope;
        d[c] = (float)(-share * gamma * inv * sum[c] - slope * (double)state->mean[k]);
    }
#pragma omp parallel for schedule(static)
    for (int n = 0; n < x->n; n++) {
        const s2_gradient_rows rows = gradient_rows(x, y, &maps[2], n);
        passes->gradient(&rows, pixels_each(x), x->c, of, rows_of(&maps[3], n));
    }
}

void s2_batchnorm_backward(const s2_batchnorm *bn, const s2_batchnorm_state *state, const s2_map *x,
                           const s2_map *y, const s2_map *dy, const s2_map *dx)
{
    for (int first = 0; first < bn->channels; first += CHANNELS) {
        const int count = bn->channels - first < CHANNELS ? bn->channels - first : CHANNELS;
        const s2_map maps[4] = {
            s2_map_channels(x, first, count), y ? s2_map_channels(y, first, count) : (s2_map){0},
            s2_map_channels(dy, first, count), s2_map_channels(dx, first, count)};
        backward_channels(bn, state, maps, first);
    }
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
