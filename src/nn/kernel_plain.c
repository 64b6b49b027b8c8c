/* The inner loops of running as their formula says: what the fast ones are tested against. */
#include "nn/kernels.h"

void s2_kernel_row_plain(const s2_kernel_row *row);
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

const s2_kernels s2_kernels_plain = {"plain", s2_kernel_row_plain, NULL};
