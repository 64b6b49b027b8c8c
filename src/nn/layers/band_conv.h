/* Single-filter convolution along the band axis. */
#ifndef S2_NN_LAYERS_BAND_CONV_H
#define S2_NN_LAYERS_BAND_CONV_H

#include "nn/tensor.h"

/**
 * s2_band_filter() for every pixel.
 * x in [n,h,w,bands]; w in [width], width odd; y out like x
 */
void s2_band_conv_forward(const s2_tensor *x, const float *w, float bias, int width,
                          const s2_tensor *y);
/** Gradients: dy consumed (masked by y > 0), dw [width] and *db added to, dx added to or NULL. */
void s2_band_conv_backward(const s2_tensor *x, const s2_tensor *y, const float *w, int width,
                           const s2_tensor *dy, const s2_tensor *dx, float *dw, float *db);

#endif
