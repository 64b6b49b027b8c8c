/* The inner loops of running, compiled once per instruction set and chosen when the program starts.
   */
#ifndef S2_NN_KERNELS_H
#define S2_NN_KERNELS_H

#include <stdbool.h>
#include <stddef.h>

#define S2_KERNEL_BLOCK 16 /* output channels of one packed weight block */

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
    const float *bias; /* [blocks * 16], padded with zeros */
    const float *add;  /* added to the result, pixel by pixel, or NULL */
    ptrdiff_t add_step;
    float *y; /* [count] pixels of out channels */
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
 * The fastest form this machine runs; S2RGF_KERNELS=base|avx2|avx512 in the environment forces one.
 * Threads: safe.
 */
s2_kernel_row_function s2_kernel_select(void);

/** Floats of packed weights for tap_count * in x out. */
size_t s2_kernel_packed_floats(int tap_count, int in, int out);
/**
 * w [tap_count*in][out] to [blocks][tap_count*in][16], padded with zeros. scale [out] multiplies
 * the columns, or NULL.
 */
void s2_kernel_pack(const float *w, const float *scale, int tap_count, int in, int out,
                    float *packed);

#endif
