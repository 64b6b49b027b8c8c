/* Two-dimensional convolution for training: through Winograd's transforms, or columns and BLAS. */
#ifndef S2_NN_LAYERS_CONV_H
#define S2_NN_LAYERS_CONV_H

#include "nn/tensor.h"

/**
 * Kernel k x k (odd), zero padding dilation*(k-1)/2: stride 1 keeps the size, stride 2 gives
 * ceil(size/2).
 */
typedef struct s2_conv {
    int kernel, stride, dilation;
    int in, out; /* channels */
} s2_conv;

int s2_conv_out_size(const s2_conv *conv, int size);

/**
 * Weights and bias, and their gradients, which are added to; b, or db, is NULL where there is none.
 */
typedef struct s2_conv_weights {
    const float *w, *b;
    float *dw, *db;
    bool add_dx;            /* dx is added to; otherwise it is overwritten */
    struct s2_ranks *ranks; /* that hold other crops of the batch, or NULL */
} s2_conv_weights;

/** What to do with crop n while it is in the cache. Called by several threads. */
typedef struct s2_tensor_task {
    void (*run)(const void *context, int n);
    const void *context;
} s2_tensor_task;

/**
 * y[n,i,j,o] = b[o] + sum_{u,v,c} w[u,v,c,o] x[n, i*s+u*d-p, j*s+v*d-p, c], p = d (k-1)/2
 * x    in   [n,h,w,in]         w  in  [k,k,in,out]      b  in  [out] or NULL
 * y    out  [n,ho,wo,out], overwritten
 * then in   runs for every crop of y that is done
 * Errors  NO_MEMORY (workspace).  Threads: parallel over n; the result does not depend on their
 *         number.
 */
s2rgf_status s2_conv_forward_then(const s2_conv *conv, const s2_conv_weights *weights,
                                  const s2_tensor *x, const s2_tensor *y,
                                  const s2_tensor_task *then, s2rgf_error *err);
/**
 * Gradients of s2_conv_forward_then().
 * dy    in      like y          dw  in/out  added to      db  in/out  added to, or NULL
 * With ranks, dw and db are the sums of the crops up to this rank's last.
 * dx    in/out  added to or overwritten, or NULL if not needed
 * first in      runs for every crop of dy, to make it what it is to be
 */
s2rgf_status s2_conv_backward_after(const s2_conv *conv, const s2_conv_weights *weights,
                                    const s2_tensor *x, const s2_tensor *dx, const s2_tensor *dy,
                                    const s2_tensor_task *first, s2rgf_error *err);

#endif
