/* Weights in the order in which the inner loops read them. */
#ifndef S2_NN_KERNELS_PACK_H
#define S2_NN_KERNELS_PACK_H

#include <stddef.h>

/** Floats of packed weights for tap_count * in x out. */
size_t s2_kernel_packed_floats(int tap_count, int in, int out);
/**
 * w [tap_count*in][out] to [blocks][tap_count*in][16], padded with zeros. scale [out] multiplies
 * the columns, or NULL.
 */
void s2_kernel_pack(const float *w, const float *scale, int tap_count, int in, int out,
                    float *packed);

/** Floats of scratch for one strip. */
size_t s2_winograd_floats(int in, int out);
/** Floats of packed weights. */
size_t s2_winograd_packed_floats(int in, int out);
/**
 * Transform the weights of a 3 x 3 convolution, G w G^T, from what s2_kernel_pack() made of them:
 * packed out [36][blocks][in][16].
 */
void s2_winograd_pack(const float *direct, int in, int out, float *packed);

#endif
