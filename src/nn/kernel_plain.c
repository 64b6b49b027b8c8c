/* The inner loops of running as their formula says: what the fast ones are tested against. */
#include "nn/kernels.h"

#include <math.h>

#include "nn/band_conv.h"

void s2_kernel_row_plain(const s2_kernel_row *row);
void s2_kernel_sample_plain(const s2_kernel_sample *sample);
float s2_kernel_moments_plain(const s2_kernel_moments *row);
void s2_kernel_scale_plain(const s2_kernel_scale *pixel);
void s2_kernel_sum_plain(const float *const *terms, int count, size_t floats, float *out);
void s2_kernel_softmax_plain(float *row, int count);
void s2_kernel_filter_plain(const s2_kernel_filter *filter);
extern const s2_kernels s2_kernels_plain;

static float plain_value(const s2_kernel_row *row, int pixel, int o)
{
    const size_t block_floats = (size_t)row->tap_count * (size_t)row->in * S2_KERNEL_BLOCK;
    const float *w = row->w + (size_t)(o / S2_KERNEL_BLOCK) * block_floats + o % S2_KERNEL_BLOCK;
    float sum = row->bias ? row->bias[o] : 0.0f;
    for (int t = 0; t < row->tap_count; t++)
        for (int c = 0; c < row->in; c++, w += S2_KERNEL_BLOCK)
            sum += row->x[pixel * row->x_step + row->taps[t] + c] * *w;
    if (row->add)
        sum += row->add[pixel * row->add_step + o];
    return row->relu && !(sum > 0.0f) ? 0.0f : sum;
}

void s2_kernel_row_plain(const s2_kernel_row *row)
{
    for (int p = 0; p < row->count; p++)
        for (int o = 0; o < row->out; o++)
            row->y[p * row->y_step + o] = plain_value(row, p, o);
}

void s2_kernel_sample_plain(const s2_kernel_sample *sample)
{
    for (int p = 0; p < sample->count; p++) {
        const ptrdiff_t left = (ptrdiff_t)(sample->left[p] - sample->first_column) * sample->stride;
        const ptrdiff_t right =
            (ptrdiff_t)(sample->right[p] - sample->first_column) * sample->stride;
        const float u = sample->right_weights[p];
        const float v = sample->bottom_weight;
        float *y = sample->y + p * sample->y_step;
        for (int k = 0; k < sample->channels; k++) {
            const float top = (1.0f - u) * sample->top[left + k] + u * sample->top[right + k];
            const float bottom =
                (1.0f - u) * sample->bottom[left + k] + u * sample->bottom[right + k];
            const float value = (1.0f - v) * top + v * bottom;
            y[k] = sample->add ? y[k] + value : value;
        }
    }
}

float s2_kernel_moments_plain(const s2_kernel_moments *row)
{
    const int channels = row->channels;
    float *sum = row->sum;
    float *square = row->square;
    float count = 0.0f;
    for (int p = 0; p < row->count; p++) {
        const float *x = row->x + (ptrdiff_t)p * row->stride;
        if (!row->valid[p])
            continue;
        count += 1.0f;
        for (int k = 0; k < channels; k++) {
            sum[k] += x[k];
            square[k] += x[k] * x[k];
        }
    }
    return count;
}

void s2_kernel_scale_plain(const s2_kernel_scale *pixel)
{
    const float u = pixel->right_weight;
    const float v = pixel->bottom_weight;
    const float upper_left = (1.0f - v) * (1.0f - u);
    const float upper_right = (1.0f - v) * u;
    const float lower_left = v * (1.0f - u);
    const float lower_right = v * u;
    const float *const *at = pixel->corners;
    float *y = pixel->y;
    for (int k = 0; k < pixel->channels; k++)
        y[k] = pixel->x[k] * (upper_left * at[0][k] + upper_right * at[1][k] +
                              lower_left * at[2][k] + lower_right * at[3][k]);
}

void s2_kernel_sum_plain(const float *const *terms, int count, size_t floats, float *out)
{
    for (size_t k = 0; k < floats; k++) {
        float sum = terms[0][k];
        for (int i = 1; i < count; i++)
            sum += terms[i][k];
        out[k] = sum;
    }
}

void s2_kernel_softmax_plain(float *row, int count)
{
    float top = row[0];
    float sum = 0.0f;
    for (int k = 1; k < count; k++)
        top = row[k] > top ? row[k] : top;
    for (int k = 0; k < count; k++) {
        row[k] = expf(row[k] - top);
        sum += row[k];
    }
    for (int k = 0; k < count; k++)
        row[k] /= sum;
}

void s2_kernel_filter_plain(const s2_kernel_filter *filter)
{
    const int bands = filter->bands;
    for (int p = 0; p < filter->count; p++) {
        const float *x = filter->pixels + (ptrdiff_t)p * bands;
        float *out = filter->out + (ptrdiff_t)p * 2 * bands;
        s2_band_filter(x, bands, filter->filter3, filter->bias3, 3, out);
        s2_band_filter(x, bands, filter->filter5, filter->bias5, 5, out + bands);
    }
}

/* training has no plain form of its own */
const s2_kernels s2_kernels_plain = {"plain",
                                     s2_kernel_row_plain,
                                     NULL,
                                     s2_kernel_sample_plain,
                                     s2_kernel_moments_plain,
                                     s2_kernel_scale_plain,
                                     s2_kernel_sum_plain,
                                     s2_kernel_softmax_plain,
                                     s2_kernel_filter_plain,
                                     &s2_winograd_passes_base,
                                     &s2_map_passes_base};
