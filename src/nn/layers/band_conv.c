/* Single-filter convolution along the band axis. */
#include "nn/layers/band_conv.h"

#include <string.h>

#include "nn/kernels/pixels.h"
#include "nn/ranks/ranks.h"

enum { WIDEST = 5 };

void s2_band_conv_forward(const s2_tensor *x, const float *w, float bias, int width,
                          const s2_tensor *y)
{
    const size_t pixels = s2_tensor_pixels(x);
#pragma omp parallel for schedule(static)
    for (size_t p = 0; p < pixels; p++)
        s2_band_filter(x->data + p * (size_t)x->stride, x->c, w, bias, width,
                       y->data + p * (size_t)y->stride);
}

/* Sums of gradients: one for every weight of the filter, and that of its bias. */
typedef struct filter_sums {
    float weights[WIDEST];
    double bias;
} filter_sums;

/* Bands first..end-1, of which some have a neighbour that is no band. */
static void add_edge(const float *grad, const float *in, int bands, int first, int end, int width,
                     filter_sums *sums)
{
    for (int b = first; b < end; b++) {
        sums->bias += (double)grad[b];
        for (int k = 0; k < width; k++) {
            const int from = b + k - (width - 1) / 2;
            if (from >= 0 && from < bands)
                sums->weights[k] += grad[b] * in[from];
        }
    }
}

/* Add a pixel. A sum takes its bands in order, and the sums run side by side: with a width that the
   compiler knows they stay in registers. */
static inline void add_pixel(const float *grad, const float *in, int bands, int width,
                             filter_sums *sums)
{
    const int reach = (width - 1) / 2;
    const int first = reach < bands ? reach : bands;
    const int end = bands - reach > first ? bands - reach : first;
    add_edge(grad, in, bands, 0, first, width, sums);
    filter_sums inner = *sums;
    for (int b = first; b < end; b++) {
        inner.bias += (double)grad[b];
        for (int k = 0; k < width; k++)
            inner.weights[k] += grad[b] * in[b + k - reach];
    }
    *sums = inner;
    add_edge(grad, in, bands, end, bands, width, sums);
}

/* Filter and bias gradients of crop n, and its dx. */
static void backward_crop(const s2_tensor *x, const s2_tensor *y, int n, const float *w, int width,
                          const s2_tensor *dy, const s2_tensor *dx, double *sums)
{
    const int reach = (width - 1) / 2;
    const size_t pixels = (size_t)x->h * (size_t)x->w;
    for (size_t p = 0; p < pixels; p++) {
        const float *in = s2_tensor_at(x, n) + p * (size_t)x->stride;
        const float *out = s2_tensor_at(y, n) + p * (size_t)y->stride;
        float *grad = s2_tensor_at(dy, n) + p * (size_t)dy->stride;
        float *to = dx ? s2_tensor_at(dx, n) + p * (size_t)dx->stride : NULL;
        filter_sums of_pixel = {.bias = sums[width]};
        for (int b = 0; b < x->c; b++)
            grad[b] = out[b] > 0.0f ? grad[b] : 0.0f;
        if (width == 3)
            add_pixel(grad, in, x->c, 3, &of_pixel);
        else
            add_pixel(grad, in, x->c, WIDEST, &of_pixel);
        sums[width] = of_pixel.bias;
        for (int k = 0; k < width; k++) {
            const int shift = k - reach;
            const int first = shift < 0 ? -shift : 0;
            const int end = shift > 0 ? x->c - shift : x->c;
            sums[k] += (double)of_pixel.weights[k];
            for (int b = first; to && b < end; b++)
                to[b + shift] += w[k] * grad[b];
        }
    }
}

void s2_band_conv_backward(const s2_tensor *x, const s2_tensor *y,
                           const s2_band_filter_weights *weights, const s2_tensor *dy,
                           const s2_tensor *dx)
{
    const int width = weights->width;
    s2_ranks_take_sum(weights->ranks, weights->dw, (size_t)width);
    s2_ranks_take_sum(weights->ranks, weights->db, 1);
#pragma omp parallel for ordered schedule(static, 1)
    for (int n = 0; n < x->n; n++) {
        double sums[WIDEST + 1] = {0}; /* the bias last */
        backward_crop(x, y, n, weights->w, width, dy, dx, sums);
#pragma omp ordered
        {
            for (int k = 0; k < width; k++)
                weights->dw[k] += (float)sums[k];
            *weights->db += (float)sums[width];
        }
    }
    s2_ranks_pass_sum(weights->ranks, weights->dw, (size_t)width);
    s2_ranks_pass_sum(weights->ranks, weights->db, 1);
}
