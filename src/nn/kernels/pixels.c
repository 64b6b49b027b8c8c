/* Inner loops over whole pixels that are no convolutions: compiled once per instruction set,
   S2_KERNEL_SUFFIX names the result. */
#include "nn/kernels/pixels.h"

#include "nn/kernels/kernel_vector.h"

void KERNEL_SAMPLE(const s2_kernel_sample *sample)
{
    const int whole = sample->channels / LANES * LANES;
    const float v = sample->bottom_weight;
    for (int p = 0; p < sample->count; p++) {
        const ptrdiff_t left = (ptrdiff_t)(sample->left[p] - sample->first_column) * sample->stride;
        const ptrdiff_t right =
            (ptrdiff_t)(sample->right[p] - sample->first_column) * sample->stride;
        const float u = sample->right_weights[p];
        const float *const at[4] = {sample->top + left, sample->top + right, sample->bottom + left,
                                    sample->bottom + right};
        const float weight[4] = {(1.0f - v) * (1.0f - u), (1.0f - v) * u, v * (1.0f - u), v * u};
        float *y = sample->y + p * sample->y_step;
        for (int k = 0; k < whole; k += LANES) {
            vector value = sample->add ? load(y + k) : (vector){0};
            _Pragma("GCC unroll 4") for (int i = 0; i < 4; i++) value =
                multiply_add(every(weight[i]), load(at[i] + k), value);
            store(y + k, value);
        }
        for (int k = whole; k < sample->channels; k++) {
            float value = sample->add ? y[k] : 0.0f;
            for (int i = 0; i < 4; i++)
                value = multiply_add_one(weight[i], at[i][k], value);
            y[k] = value;
        }
    }
}

float KERNEL_MOMENTS(const s2_kernel_moments *row)
{
    const int channels = row->channels;
    float *restrict sum = row->sum;
    float *restrict square = row->square;
    float count = 0.0f;
    for (int p = 0; p < row->count; p++) {
        const float *x = row->x + (ptrdiff_t)p * row->stride;
        if (!row->valid[p])
            continue;
        count += 1.0f;
#pragma omp simd
        for (int k = 0; k < channels; k++) {
            sum[k] += x[k];
            square[k] = multiply_add_one(x[k], x[k], square[k]);
        }
    }
    return count;
}

void KERNEL_SCALE(const s2_kernel_scale *run)
{
    const int channels = run->channels;
    const int whole = channels / LANES * LANES;
    const float v = run->bottom_weight;
    const float *const *at = run->corners;
    for (int k = 0; k < whole; k += LANES) {
        const vector left =
            multiply_add(every(v), load(at[2] + k) - load(at[0] + k), load(at[0] + k));
        const vector right =
            multiply_add(every(v), load(at[3] + k) - load(at[1] + k), load(at[1] + k));
        const vector step = right - left;
        for (int p = 0; p < run->count; p++)
            store(run->y + p * channels + k,
                  load(run->x + p * channels + k) *
                      multiply_add(every(run->right_weights[p]), step, left));
    }
    for (int k = whole; k < channels; k++) {
        const float left = multiply_add_one(v, at[2][k] - at[0][k], at[0][k]);
        const float step = multiply_add_one(v, at[3][k] - at[1][k], at[1][k]) - left;
        for (int p = 0; p < run->count; p++)
            run->y[p * channels + k] =
                run->x[p * channels + k] * multiply_add_one(run->right_weights[p], step, left);
    }
}

void KERNEL_SUM(const float *const *terms, int count, size_t floats, float *out)
{
    const size_t whole = floats / LANES * LANES;
    for (size_t k = 0; k < whole; k += LANES) {
        vector sum = load(terms[0] + k);
        for (int i = 1; i < count; i++)
            sum += load(terms[i] + k);
        store(out + k, sum);
    }
    for (size_t k = whole; k < floats; k++) {
        float sum = terms[0][k];
        for (int i = 1; i < count; i++)
            sum += terms[i][k];
        out[k] = sum;
    }
}

/* One filter of 2 reach + 1 taps at one band; the bands beyond count as 0. */
static inline float filter_band(const float *x, int bands, int b, const float *w, int reach)
{
    float sum = 0.0f;
    for (int k = -reach; k <= reach; k++)
        if (b + k >= 0 && b + k < bands)
            sum = multiply_add_one(w[k + reach], x[b + k], sum);
    return sum;
}

void KERNEL_FILTER(const s2_kernel_filter *filter)
{
    const int bands = filter->bands;
    const float *w3 = filter->filter3;
    const float *w5 = filter->filter5;
    for (int p = 0; p < filter->count; p++) {
        const float *x = filter->pixels + (ptrdiff_t)p * bands;
        float *restrict u3 = filter->out + (ptrdiff_t)p * 2 * bands;
        float *restrict u5 = u3 + bands;
        for (int b = 0; b < bands; b++) {
            if (b == 2 && bands > 4)
                b = bands - 2; /* those between have all their neighbours */
            u3[b] = filter_band(x, bands, b, w3, 1);
            u5[b] = filter_band(x, bands, b, w5, 2);
        }
#pragma omp simd
        for (int b = 2; b < bands - 2; b++) {
            float sum3 = w3[0] * x[b - 1];
            float sum5 = w5[0] * x[b - 2];
            sum3 = multiply_add_one(w3[1], x[b], sum3);
            sum3 = multiply_add_one(w3[2], x[b + 1], sum3);
            for (int k = 1; k < 5; k++)
                sum5 = multiply_add_one(w5[k], x[b + k - 2], sum5);
            u3[b] = sum3;
            u5[b] = sum5;
        }
#pragma omp simd
        for (int b = 0; b < bands; b++) {
            const float v3 = u3[b] + filter->bias3;
            const float v5 = u5[b] + filter->bias5;
            u3[b] = v3 < 0.0f ? 0.0f : v3;
            u5[b] = v5 < 0.0f ? 0.0f : v5;
        }
    }
}
