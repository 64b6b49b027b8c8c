/* Batch normalisation of channels, with its optional ReLU. */
#include "nn/batchnorm.h"

#include <math.h>
#include <string.h>

#include "core/error.h"
#include "core/memory.h"

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
    if (state->mean && state->inv_std && state->mean_sum && state->square_sum)
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
    *state = (s2_batchnorm_state){0};
}

#define LANES 256 /* channels handled at once, so that sums stay on the stack */

/* Sums over the pixels of map n: sum_a of a, sum_ab of (a - shift) b; with b NULL, of (a -
   shift)^2. */
static void column_sums(const s2_map *a, const s2_map *b, int n, int first, int count,
                        const float *shift, double *sum_a, double *sum_ab)
{
    float part_a[LANES];
    float part_ab[LANES];
    const size_t width = (size_t)a->w;
    for (int y = 0; y < a->h; y++) {
        const float *row_a = s2_map_at(a, n) + (size_t)y * width * (size_t)a->stride + first;
        const float *row_b =
            b ? s2_map_at(b, n) + (size_t)y * width * (size_t)b->stride + first : NULL;
        memset(part_a, 0, sizeof part_a);
        memset(part_ab, 0, sizeof part_ab);
        for (size_t x = 0; x < width; x++) {
            const float *pa = row_a + x * (size_t)a->stride;
            const float *pb = b ? row_b + x * (size_t)b->stride : NULL;
            for (int c = 0; c < count; c++) {
                const float centred = pa[c] - shift[first + c];
                part_a[c] += pb ? pb[c] : pa[c];
                part_ab[c] += centred * (pb ? pb[c] : centred);
            }
        }
        for (int c = 0; c < count; c++) {
            sum_a[c] += (double)part_a[c];
            sum_ab[c] += (double)part_ab[c];
        }
    }
}

/* For channels first..first+count-1 over the whole batch, added up map by map in order. */
static void batch_sums(const s2_map *a, const s2_map *b, int first, int count, const float *shift,
                       double *sum_a, double *sum_ab)
{
    memset(sum_a, 0, LANES * sizeof(double));
    memset(sum_ab, 0, LANES * sizeof(double));
#pragma omp parallel for ordered schedule(static, 1)
    for (int n = 0; n < a->n; n++) {
        double own_a[LANES] = {0};
        double own_ab[LANES] = {0};
        column_sums(a, b, n, first, count, shift, own_a, own_ab);
#pragma omp ordered
        for (int c = 0; c < count; c++) {
            sum_a[c] += own_a[c];
            sum_ab[c] += own_ab[c];
        }
    }
}

/* y = relu?(scale x + shift) per channel. */
static void apply(const s2_map *x, const float *scale, const float *shift, bool relu,
                  const s2_map *y)
{
    const float floor_value = relu ? 0.0f : -INFINITY;
    const size_t pixels = s2_map_pixels(x);
#pragma omp parallel for schedule(static)
    for (size_t p = 0; p < pixels; p++) {
        const float *from = x->data + p * (size_t)x->stride;
        float *to = y->data + p * (size_t)y->stride;
        for (int c = 0; c < x->c; c++) {
            const float value = from[c] * scale[c] + shift[c];
            to[c] = value > floor_value ? value : floor_value;
        }
    }
}

/* Mean and biased variance of channels first.., in two passes' accuracy from one: shifted by the
   first pixel. */
static void channel_moments(const s2_batchnorm_state *state, const s2_map *x, int first, int count,
                            double *mean, double *var)
{
    const double pixels = (double)s2_map_pixels(x);
    double sum[LANES];
    double square[LANES];
    /* inv_std and mean are free until the moments are known: mean holds the shift */
    memcpy(state->mean + first, x->data + first, (size_t)count * sizeof(float));
    batch_sums(x, NULL, first, count, state->mean, sum, square);
    for (int c = 0; c < count; c++) {
        mean[c] = sum[c] / pixels;
        const double offset = mean[c] - (double)state->mean[first + c];
        var[c] = square[c] / pixels - offset * offset;
        if (var[c] < 0.0)
            var[c] = 0.0;
    }
}

/* The running statistics of channels first.. */
static void recall_moments(const s2_batchnorm *bn, int first, int count, double *mean, double *var)
{
    for (int c = 0; c < count; c++) {
        mean[c] = (double)bn->mean->value[first + c];
        var[c] = (double)bn->var->value[first + c];
    }
}

void s2_batchnorm_forward(const s2_batchnorm *bn, s2_batchnorm_state *state, const s2_map *x,
                          bool relu, const s2_map *y)
{
    double mean[LANES];
    double var[LANES];
    for (int first = 0; first < bn->channels; first += LANES) {
        const int count = bn->channels - first < LANES ? bn->channels - first : LANES;
        if (state->statistics == S2_STATISTICS_SETTLED)
            recall_moments(bn, first, count, mean, var);
        else
            channel_moments(state, x, first, count, mean, var);
        float scale[LANES];
        float shift[LANES];
        for (int c = 0; c < count; c++) {
            state->mean[first + c] = (float)mean[c];
            state->inv_std[first + c] = (float)(1.0 / sqrt(var[c] + (double)S2_BATCHNORM_EPS));
            if (state->statistics == S2_STATISTICS_GATHER) {
                state->mean_sum[first + c] += mean[c];
                state->square_sum[first + c] += var[c] + mean[c] * mean[c];
            }
            scale[c] = bn->weight->value[first + c] * state->inv_std[first + c];
            shift[c] = bn->bias->value[first + c] - state->mean[first + c] * scale[c];
        }
        const s2_map from = s2_map_channels(x, first, count);
        const s2_map to = s2_map_channels(y, first, count);
        apply(&from, scale, shift, relu, &to);
    }
    state->gathered += state->statistics == S2_STATISTICS_GATHER;
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
    float scale[LANES];
    float shift[LANES];
    for (int first = 0; first < bn->channels; first += LANES) {
        const int count = bn->channels - first < LANES ? bn->channels - first : LANES;
        for (int c = 0; c < count; c++) {
            const int k = first + c;
            scale[c] = bn->weight->value[k] / sqrtf(bn->var->value[k] + S2_BATCHNORM_EPS);
            shift[c] = bn->bias->value[k] - bn->mean->value[k] * scale[c];
        }
        const s2_map from = s2_map_channels(x, first, count);
        const s2_map to = s2_map_channels(y, first, count);
        apply(&from, scale, shift, relu, &to);
    }
}

static void mask_by_output(const s2_map *y, const s2_map *dy)
{
    const size_t pixels = s2_map_pixels(y);
#pragma omp parallel for schedule(static)
    for (size_t p = 0; p < pixels; p++) {
        const float *out = y->data + p * (size_t)y->stride;
        float *grad = dy->data + p * (size_t)dy->stride;
        for (int c = 0; c < y->c; c++)
            grad[c] = out[c] > 0.0f ? grad[c] : 0.0f;
    }
}

/* dx = a dy + b x + c per channel. */
static void combine(const s2_map *dy, const s2_map *x, const float *a, const float *b,
                    const float *c, const s2_map *dx)
{
    const size_t pixels = s2_map_pixels(x);
#pragma omp parallel for schedule(static)
    for (size_t p = 0; p < pixels; p++) {
        const float *grad = dy->data + p * (size_t)dy->stride;
        const float *in = x->data + p * (size_t)x->stride;
        float *out = dx->data + p * (size_t)dx->stride;
        for (int k = 0; k < x->c; k++)
            out[k] = a[k] * grad[k] + b[k] * in[k] + c[k];
    }
}

void s2_batchnorm_backward(const s2_batchnorm *bn, const s2_batchnorm_state *state, const s2_map *x,
                           const s2_map *y, const s2_map *dy, const s2_map *dx)
{
    /* of one pixel in the statistics: none where they are constants */
    const double share =
        state->statistics == S2_STATISTICS_SETTLED ? 0.0 : 1.0 / (double)s2_map_pixels(x);
    if (y)
        mask_by_output(y, dy);
    for (int first = 0; first < bn->channels; first += LANES) {
        const int count = bn->channels - first < LANES ? bn->channels - first : LANES;
        double sum[LANES];     /* of dy */
        double product[LANES]; /* of (x - mean) dy */
        float a[LANES];
        float b[LANES];
        float c[LANES];
        batch_sums(x, dy, first, count, state->mean, sum, product);
        for (int k = 0; k < count; k++) {
            const double inv = (double)state->inv_std[first + k];
            const double gamma = (double)bn->weight->value[first + k];
            bn->weight->grad[first + k] += (float)(product[k] * inv);
            bn->bias->grad[first + k] += (float)sum[k];
            const double slope = -share * gamma * inv * inv * inv * product[k];
            a[k] = (float)(gamma * inv);
            b[k] = (float)slope;
            c[k] = (float)(-share * gamma * inv * sum[k] - slope * (double)state->mean[first + k]);
        }
        const s2_map grad = s2_map_channels(dy, first, count);
        const s2_map in = s2_map_channels(x, first, count);
        const s2_map out = s2_map_channels(dx, first, count);
        combine(&grad, &in, a, b, c, &out);
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
