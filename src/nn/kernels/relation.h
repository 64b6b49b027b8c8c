/* Inner loops of SSJA: the Gram matrices of a cell, the attention of a window. */
#ifndef S2_NN_KERNELS_RELATION_H
#define S2_NN_KERNELS_RELATION_H

#include <stddef.h>

#define S2_GRAM_SIDE 16        /* channels along a side of a square */
#define S2_SSJA_NORM_EPS 1e-6f /* added to squared norms of channels */

/**
 * Pixels of a cell: x1 spectral, x2 spatial, both in [count][channels], channels a multiple of 16.
 * grams out: G11 = X1 X1^T, G22 = X2 X2^T and G21 = X2 X1^T over the pixels, s2_gram_floats(). A
 * matrix is cut into squares of 16 x 16, each in row-major order, its squares likewise; of the two
 * that are symmetric, only the squares on the diagonal and right of it are there.
 */
typedef struct s2_kernel_gram {
    const float *x1, *x2;
    int count, channels;
    float *grams;
} s2_kernel_gram;

/** Every sum goes over the pixels in their order. */
typedef void (*s2_kernel_gram_function)(const s2_kernel_gram *cell);

/**
 * grams: of a window, summed over its cells. packed out [2 channels][channels]: A1 + I above A2 +
 * I, transposed, in the order of s2_kernel_pack(), so that they are one convolution of (x1, x2).
 * tmp norms [2 channels].
 */
typedef struct s2_kernel_attend {
    const float *grams;
    int channels;
    float *norms, *packed;
} s2_kernel_attend;

/** s2_ssja_attention() with products in place of quotients, and exp to 4e-7 of its value. */
typedef void (*s2_kernel_attend_function)(const s2_kernel_attend *attend);

/** Floats of a symmetric matrix: of its squares on the diagonal and right of it. */
static inline size_t s2_gram_symmetric_floats(int channels)
{
    const size_t side = (size_t)channels / S2_GRAM_SIDE;
    return side * (side + 1) / 2 * S2_GRAM_SIDE * S2_GRAM_SIDE;
}

/** Floats of the three matrices. */
static inline size_t s2_gram_floats(int channels)
{
    return 2 * s2_gram_symmetric_floats(channels) + (size_t)channels * (size_t)channels;
}

/** First float of a square of a symmetric matrix; row and column of squares, row <= column. */
static inline size_t s2_gram_symmetric_at(int channels, int row, int column)
{
    const int side = channels / S2_GRAM_SIDE;
    return (size_t)(row * side - row * (row - 1) / 2 + column - row) * S2_GRAM_SIDE * S2_GRAM_SIDE;
}

/** The same in the matrix that is not symmetric. */
static inline size_t s2_gram_whole_at(int channels, int row, int column)
{
    return (size_t)(row * (channels / S2_GRAM_SIDE) + column) * S2_GRAM_SIDE * S2_GRAM_SIDE;
}

#endif
