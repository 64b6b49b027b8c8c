/* 2 x 2 max pool. */
#ifndef S2_NN_LAYERS_POOL_H
#define S2_NN_LAYERS_POOL_H

#include "nn/tensor.h"

/** to[k] = the largest of from[0..3][k], k < count. */
void s2_pool_four(const float *const from[4], size_t count, float *to);

/**
 * y[n,i,j] = max of x at rows 2i, 2i+1 and columns 2j, 2j+1; an odd last row or column is left out.
 * x in [n,h,w,c]; y out [n,h/2,w/2,c], overwritten
 */
void s2_pool_forward(const s2_tensor *x, const s2_tensor *y);
/** dx added to, at the first of the four in row-major order that equals y. */
void s2_pool_backward(const s2_tensor *x, const s2_tensor *y, const s2_tensor *dy,
                      const s2_tensor *dx);

#endif
