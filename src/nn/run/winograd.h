/* Stride-1 3 x 3 convolutions of regions by Winograd's F(4x4,3x3). */
#ifndef S2_NN_RUN_WINOGRAD_H
#define S2_NN_RUN_WINOGRAD_H

#include "nn/run/region.h"

/** Inner loop and the worker's scratch, s2_winograd_floats(). */
typedef struct s2_winograd {
    s2_kernel_winograd_function function;
    float *scratch;
} s2_winograd;

/**
 * The input that the tiles of an output rectangle reach. Tiles start at multiples of 4 dilation
 * pixels of the whole scene, whatever the rectangle, so a pixel's value never depends on it.
 */
s2_rect s2_winograd_input(s2_rect out, int dilation);
/** First row or column behind the tiles that hold those before `end`. */
int s2_winograd_tiles_end(int end, int dilation);

/**
 * s2_region_conv() for a convolution with conv->winograd. in must hold
 * s2_winograd_input(computed), zero beyond the scene; add may be out.
 */
void s2_region_winograd(s2_winograd winograd, const s2_folded_conv *conv, const s2_region *in,
                        const s2_region *add, s2_rect computed, const s2_region *out);

#endif
