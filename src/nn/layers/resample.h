/* From one pixel grid to another: bilinear sampling under an affine transform, 2 x 2 averages,
   validity. */
#ifndef S2_NN_LAYERS_RESAMPLE_H
#define S2_NN_LAYERS_RESAMPLE_H

#include <stdint.h>

#include "core/geometry.h"
#include "nn/tensor.h"

/**
 * Where the pixels of a target grid lie in a source tensor. Pixel (x, y) of the target has its
 * centre at ((x + 0.5) scale, (y + 0.5) scale) in reference corner coordinates (scale 1: reference
 * grid, 2:
 * feature grid), mapped by to_source to the source's
 * corner coordinates, less 0.5, clamped to [0, width-1] x [0, height-1].
 */
typedef struct s2_sampling {
    s2_affine to_source;
    double scale;
    int width, height; /* of the whole source, for clamping */
} s2_sampling;

/**
 * The four neighbours of a sampled position: pixels x0..x1, y0..y1 and the weights of x1 and y1.
 */
typedef struct s2_tap {
    int x0, y0, x1, y1;
    float fx, fy;
} s2_tap;

/** Position of target pixel (x, y); depends on nothing but its arguments, so tiles agree. */
s2_tap s2_sampling_tap(const s2_sampling *sampling, int x, int y);
/** Whether the centre of target pixel (x, y) lies in the source. */
bool s2_sampling_inside(const s2_sampling *sampling, int x, int y);
/**
 * Smallest source rectangle that holds all taps of a target rectangle (affine: its corners decide).
 */
s2_rect s2_sampling_bounds(const s2_sampling *sampling, s2_rect target);

/**
 * y[n,i,j,:] = bilinear sample of x[n] at the tap of target pixel (j, i).
 * sampling in, one per crop of the batch [n]
 */
void s2_sample_forward(const s2_sampling *sampling, const s2_tensor *x, const s2_tensor *y);
/** dx added to. */
void s2_sample_backward(const s2_sampling *sampling, const s2_tensor *dy, const s2_tensor *dx);

/** y[n,i,j] = mean of the (up to four) pixels of x at 2i, 2i+1, 2j, 2j+1 that exist. */
void s2_halve_forward(const s2_tensor *x, const s2_tensor *y);
/** dx added to. */
void s2_halve_backward(const s2_tensor *dy, const s2_tensor *dx);

/**
 * Feature position valid where all its existing reference pixels are. reference in [h][w], feature
 * out [(h+1)/2][(w+1)/2].
 */
void s2_halve_validity(const uint8_t *reference, int h, int w, uint8_t *feature);

#endif
