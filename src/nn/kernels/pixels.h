/* Inner loops over whole pixels that are no convolutions. */
#ifndef S2_NN_KERNELS_PIXELS_H
#define S2_NN_KERNELS_PIXELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** A row of pixels, each between two columns of the same two rows. */
typedef struct s2_kernel_sample {
    const float *top, *bottom; /* rows of the source, at column first_column */
    float bottom_weight;
    int first_column, stride;   /* floats from one pixel of the source to the next */
    const int *left, *right;    /* [count] columns */
    const float *right_weights; /* [count] */
    int count, channels;
    bool add; /* to what is in y */
    float *y;
    ptrdiff_t y_step;
} s2_kernel_sample;

/** Bilinear samples, pixel by pixel. */
typedef void (*s2_kernel_sample_function)(const s2_kernel_sample *sample);

/** A row of pixels of a cell. */
typedef struct s2_kernel_moments {
    const float *x;
    int stride;
    const uint8_t *valid; /* [count] */
    int count, channels;
    float *sum, *square; /* [channels], added to */
} s2_kernel_moments;

/** Add the valid pixels and their squares, in order; returns their number. */
typedef float (*s2_kernel_moments_function)(const s2_kernel_moments *row);

/** Pixels of a row between the centres of the same four cells, and the attention of these. */
typedef struct s2_kernel_scale {
    const float *x;             /* `channels` floats from one pixel to the next */
    const float *corners[4];    /* upper left, upper right, lower left, lower right */
    const float *right_weights; /* [count] */
    float bottom_weight;
    int count, channels;
    float *y; /* like x */
} s2_kernel_scale;

/**
 * y = x times the attention interpolated bilinearly; a pixel's value does not depend on the others.
 */
typedef void (*s2_kernel_scale_function)(const s2_kernel_scale *run);

/** out[k] = terms[0][k] + terms[1][k] + ..., in order; count at least 1. */
typedef void (*s2_kernel_sum_function)(const float *const *terms, int count, size_t floats,
                                       float *out);

/**
 * One pixel: y[b] = relu(bias + sum_k w[k] x[b + k - (width-1)/2]), zero outside the bands. x in, y
 * out [bands].
 */
void s2_band_filter(const float *restrict x, int bands, const float *w, float bias, int width,
                    float *restrict y);

/** The two filters of a spectral encoder over a row of pixels. */
typedef struct s2_kernel_filter {
    const float *filter3, *filter5; /* [3], [5] */
    float bias3, bias5;
    const float *pixels; /* [count][bands] */
    int bands, count;
    float *out; /* [count][2 bands]: relu of the first filter, then of the second */
} s2_kernel_filter;

/** Zero beyond the bands. */
typedef void (*s2_kernel_filter_function)(const s2_kernel_filter *filter);

#endif
