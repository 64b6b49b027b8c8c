/* Winograd's F(4x4,3x3) along one line of a tile, for files that are compiled once per instruction
   set.
   Source: Lavin and Gray, Fast Algorithms for Convolutional Neural Networks, 2015. */
#ifndef S2_NN_KERNELS_WINOGRAD_LINES_H
#define S2_NN_KERNELS_WINOGRAD_LINES_H

#include "nn/kernels/vector.h"

/** Six values, `step` apart, through B^T, in place. */
static inline void transform_six(vector *d, int step)
{
    const vector d0 = d[0];
    const vector d1 = d[step];
    const vector d2 = d[2 * step];
    const vector d3 = d[3 * step];
    const vector d4 = d[4 * step];
    const vector d5 = d[5 * step];
    const vector even = multiply_add(every(-4.0f), d2, d4);
    const vector odd = multiply_add(every(-4.0f), d1, d3);
    const vector near = d4 - d2;
    const vector far = 2.0f * (d3 - d1);
    d[0] = multiply_add(every(4.0f), d0, multiply_add(every(-5.0f), d2, d4));
    d[step] = even + odd;
    d[2 * step] = even - odd;
    d[3 * step] = near + far;
    d[4 * step] = near - far;
    d[5 * step] = multiply_add(every(4.0f), d1, multiply_add(every(-5.0f), d3, d5));
}

/** Six values, `step` apart, through A^T: four, in place. */
static inline void transform_four(vector *m, int step)
{
    const vector sum1 = m[step] + m[2 * step];
    const vector gap1 = m[step] - m[2 * step];
    const vector sum2 = m[3 * step] + m[4 * step];
    const vector gap2 = m[3 * step] - m[4 * step];
    m[0] = m[0] + sum1 + sum2;
    m[step] = multiply_add(every(2.0f), gap2, gap1);
    m[2 * step] = multiply_add(every(4.0f), sum2, sum1);
    m[3 * step] = multiply_add(every(8.0f), gap2, gap1) + m[5 * step];
}

#endif
