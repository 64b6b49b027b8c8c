/* The inner loops, compiled once per instruction set and chosen when a model is loaded or
   trained. */
#ifndef S2_NN_KERNELS_KERNELS_H
#define S2_NN_KERNELS_KERNELS_H

#include <stdbool.h>
#include <stddef.h>

#include "nn/kernels/pack.h"
#include "nn/kernels/pixels.h"
#include "nn/kernels/relation.h"
#include "nn/kernels/smooth.h"
#include "nn/kernels/training_kernels.h"
#include "s2rgf/base.h"

#define S2_KERNEL_BLOCK 16      /* output channels of one packed weight block */
#define S2_WINOGRAD_SIDE 4      /* output pixels of a Winograd tile along either axis */
#define S2_WINOGRAD_REACH 6     /* its input pixels: reach of a 3 x 3 kernel on both sides */
#define S2_WINOGRAD_PRODUCTS 36 /* its products, where 9 x 16 are the direct way */
#define S2_WINOGRAD_GROUP 12    /* tiles computed together */

/**
 * One row of output pixels of any convolution: input pixels are found by steps and tap offsets, so
 * no border is ever checked.
 */
typedef struct s2_kernel_row {
    const float *x;        /* first output pixel's input at tap offset 0 */
    ptrdiff_t x_step;      /* floats from one output pixel's input to the next one's */
    const ptrdiff_t *taps; /* [tap_count] offsets in floats */
    int tap_count;
    int in;            /* channels of a tap */
    const float *w;    /* packed, s2_kernel_pack() */
    const float *bias; /* [blocks * 16], padded with zeros; NULL: all zero */
    const float *add;  /* added to the result, pixel by pixel, or NULL */
    ptrdiff_t add_step;
    float *y; /* [count] pixels of out channels; may be add */
    ptrdiff_t y_step;
    int count; /* output pixels */
    /* output channels; not a multiple of 16: the rest of the last block is dropped */
    int out;
    bool relu;
} s2_kernel_row;

/**
 * y[p,o] = relu?(bias[o] + add[p,o] + sum_{t,c} x[p*x_step + taps[t] + c] w[t,c,o]), summed in the
 * order of t, then c.
 * The value of a pixel does not depend on its place in the row nor on count.
 */
typedef void (*s2_kernel_row_function)(const s2_kernel_row *row);

/**
 * A row of tiles of a 3 x 3 convolution with stride 1 by Winograd's F(4x4,3x3). Tile t covers the
 * columns 4 d (t / d) + t % d + {0, d, 2d, 3d} for dilation d, and rows d apart.
 */
typedef struct s2_kernel_winograd {
    const float *x[S2_WINOGRAD_REACH];  /* rows of the input, at column -d of the first tile */
    float *y[S2_WINOGRAD_SIDE];         /* rows of the output, at column first; NULL: not written */
    const float *add[S2_WINOGRAD_SIDE]; /* likewise, added to the result, or NULL; may be y */
    int x_stride, y_stride, add_stride; /* floats from one pixel to the next */
    int dilation, tiles;
    int first, end; /* columns first..end-1 are written */
    int in, out;    /* channels, multiples of 16 */
    const float *w; /* packed, s2_winograd_pack() */
    const float *bias;
    bool relu;
    float *scratch; /* s2_winograd_floats() */
} s2_kernel_winograd;

/** The value of a pixel depends on the input of its tile alone, not on the tiles of the row. */
typedef void (*s2_kernel_winograd_function)(const s2_kernel_winograd *strip);

/** The inner loops for one instruction set. */
typedef struct s2_kernels {
    const char *name;
    s2_kernel_row_function row;
    s2_kernel_winograd_function winograd; /* NULL: all convolutions go the direct way */
    s2_kernel_sample_function sample;
    s2_kernel_moments_function moments;
    s2_kernel_scale_function scale;
    s2_kernel_sum_function sum;
    s2_kernel_gram_function gram;
    s2_kernel_attend_function attend;
    s2_kernel_filter_function filter;
    s2_kernel_smooth_function smooth;
    const s2_winograd_passes *train_winograd; /* of training */
    const s2_tensor_passes *training_passes;
    bool fused; /* each product is added in one rounding: all forms that do give the same bits */
} s2_kernels;

/** How a network computes while running. */
typedef enum s2_precision {
    S2_PRECISION_FLOAT, /* as fast as the machine can */
    S2_PRECISION_EXACT, /* the same bits on every machine: by a form that fuses */
    S2_PRECISIONS
} s2_precision;

/**
 * The fastest form this machine runs; S2RGF_KERNELS=plain|exact|base|avx2|avx512 in the environment
 * forces one, and where that one is not exact though precision asks for it, "exact" takes its place.
 * Errors: INVALID_ARGUMENT (no such form), UNSUPPORTED (not on this machine or not in this build).
 * Threads: safe.
 */
s2rgf_status s2_kernels_select(s2_precision precision, const s2_kernels **kernels,
                               s2rgf_error *err);
/**
 * The same for the layers of training, after s2_training_create() has found that it does not fail.
 */
const s2_kernels *s2_kernels_selected(void);

#endif
