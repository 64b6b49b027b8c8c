/* A rectangle of a tensor while running, and the steps that fill one from another. */
#ifndef S2_NN_RUN_REGION_H
#define S2_NN_RUN_REGION_H

#include <stdint.h>

#include "core/geometry.h"
#include "nn/layers/resample.h"
#include "nn/run/folded.h"

/**
 * Pixels rect of a tensor with `stride` floats a pixel. Coordinates are the whole scene's, so that
 * tiles agree. Where `tensors` is more than 1, that many tensors of the same rectangle lie
 * interleaved: every position holds one pixel of each. With `ring`, memory holds that many rows:
 * row y is where row y - ring was.
 */
typedef struct s2_region {
    s2_rect rect;
    int stride, tensors;
    float *data;
    int ring; /* 0: all rows of rect are there */
} s2_region;

/** Pixels `stride` floats apart. */
typedef struct s2_row {
    float *data;
    int stride;
} s2_row;

/** Address of pixel (x, y) of the first tensor; the pixel must be inside the region. */
float *s2_region_at(const s2_region *region, int x, int y);

/** One of the interleaved tensors, as a region of its own. */
s2_region s2_region_tensor(const s2_region *region, int tensor);
/** Channels first.. of a region. */
s2_region s2_region_channels(const s2_region *region, int first);

/** Zero all pixels of the region outside `inside`: what a convolution finds beyond the scene. */
void s2_region_clear_around(const s2_region *region, s2_rect inside);
/** The same for the rows first..end-1 alone. */
void s2_region_clear_rows(const s2_region *region, int first, int end, s2_rect inside);

/**
 * out = conv(in) + add over the pixels `computed` of out. in must hold all that the kernel reaches.
 * Output pixel (x, y) reads input pixels around (x, y) * stride. add: a region that holds
 * `computed`, or NULL. All regions have the same number of interleaved tensors.
 */
void s2_region_conv(s2_kernel_row_function kernel, const s2_folded_conv *conv, const s2_region *in,
                    const s2_region *add, s2_rect computed, const s2_region *out);

/** Floats from one pixel to the next in what s2_row_filter() gives. */
int s2_row_filter_stride(const s2_folded_spectral *encoder, int bands);
/**
 * u3 and u5 of a row of `count` pixels: the first 2 bands floats of each pixel of out
 * [count][s2_row_filter_stride()], after their batch-norms where those are not folded into the mix.
 */
void s2_row_filter(const s2_kernels *kernels, const s2_folded_spectral *encoder, s2_row in,
                   int bands, int count, float *out);

/** A row of `count` pixels through a 1 x 1 convolution. */
void s2_row_conv(s2_kernel_row_function kernel, const s2_folded_conv *conv, s2_row in, int count,
                 s2_row out);
/** The same, added to a row before the ReLU; add may be out, or NULL. */
void s2_row_conv_add(s2_kernel_row_function kernel, const s2_folded_conv *conv, s2_row in,
                     int count, const s2_row *add, s2_row out);

#endif
