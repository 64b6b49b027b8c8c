/* 3 x 3 convolutions without stride in training, by Winograd's transforms: F(2 x 2, 3 x 3) forward,
   because a rectifier distinguishes 0 from almost 0; F(4 x 4, 3 x 3), with fewer multiplications,
   backward. */
#ifndef S2_NN_LAYERS_CONV_WINOGRAD_H
#define S2_NN_LAYERS_CONV_WINOGRAD_H

#include "nn/layers/conv.h"

/** Whether tensors like y, of this convolution, are large enough for it. */
bool s2_conv_winograd_suits(const s2_conv *conv, const s2_tensor *y);

/** As s2_conv_forward_then(). */
s2rgf_status s2_conv_winograd_forward(const s2_conv *conv, const s2_conv_weights *weights,
                                      const s2_tensor *x, const s2_tensor *y,
                                      const s2_tensor_task *then, s2rgf_error *err);

/**
 * As s2_conv_backward_after(), but with one sum a crop: sums in/out [n][3*3*in*out + out],
 * gradients of the weights, then of the bias, added to. Errors: NO_MEMORY, without a message.
 */
s2rgf_status s2_conv_winograd_backward(const s2_conv *conv, const s2_conv_weights *weights,
                                       const s2_tensor *x, const s2_tensor *dx, const s2_tensor *dy,
                                       const s2_tensor_task *first, float *sums);

#endif
