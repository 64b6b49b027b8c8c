/* Single-filter convolution along the band axis. */
#ifndef S2_NN_LAYERS_BAND_CONV_H
#define S2_NN_LAYERS_BAND_CONV_H

#include "nn/tensor.h"

/**
 * s2_band_filter() for every pixel.
 * x in [n,h,w,bands]; w in [width], width 3 or 5; y out like x
 */
void s2_band_conv_forward(const s2_tensor *x, const float *w, float bias, int width,
                          const s2_tensor *y);
/** Filter and bias, and their gradients, which are added to. */
typedef struct s2_band_filter_weights {
    const float *w;         /* [width] */
    int width;              /* 3 or 5 */
    float *dw, *db;         /* [width], [1] */
    struct s2_ranks *ranks; /* that hold other crops of the batch, or NULL */
} s2_band_filter_weights;

/** Gradients: dy consumed (masked by y > 0), dx added to or NULL. */
void s2_band_conv_backward(const s2_tensor *x, const s2_tensor *y,
                           const s2_band_filter_weights *weights, const s2_tensor *dy,
                           const s2_tensor *dx);

#endif
