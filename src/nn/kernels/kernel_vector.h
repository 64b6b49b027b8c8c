/* What the files of the inner loops of running share, and the names of what they define. */
#ifndef S2_NN_KERNELS_KERNEL_VECTOR_H
#define S2_NN_KERNELS_KERNEL_VECTOR_H

#include "nn/kernels/kernels.h"
#include "nn/kernels/vector.h"

#define TEXT2(a) #a
#define TEXT(a) TEXT2(a)
#define KERNEL_NAME TEXT(S2_KERNEL_SUFFIX)
#define KERNEL_ROW S2_SUFFIXED(s2_kernel_row)
#define KERNEL_WINOGRAD S2_SUFFIXED(s2_kernel_winograd)
#define KERNEL_SAMPLE S2_SUFFIXED(s2_kernel_sample)
#define KERNEL_MOMENTS S2_SUFFIXED(s2_kernel_moments)
#define KERNEL_SCALE S2_SUFFIXED(s2_kernel_scale)
#define KERNEL_SUM S2_SUFFIXED(s2_kernel_sum)
#define KERNEL_GRAM S2_SUFFIXED(s2_kernel_gram)
#define KERNEL_ATTEND S2_SUFFIXED(s2_kernel_attend)
#define KERNEL_FILTER S2_SUFFIXED(s2_kernel_filter)
#define KERNEL_SMOOTH S2_SUFFIXED(s2_kernel_smooth)
#define KERNEL_TABLE S2_SUFFIXED(s2_kernels)

/* 16 channels are one, two or four vectors. */
#define VECTORS (S2_KERNEL_BLOCK / LANES)

/* Training has no fused form of its own. */
#ifdef S2_FUSE_ALWAYS
#define TRAINING_PASSES(name) S2_JOIN(name, base)
#else
#define TRAINING_PASSES(name) S2_SUFFIXED(name)
#endif

/** 0 where x is negative; NaN stays, so that scores tell of what overflowed before them. */
static inline vector relu(vector x)
{
    return (vector)(~(vector_mask)(x < (vector){0}) & (vector_mask)x);
}

void KERNEL_ROW(const s2_kernel_row *row);
void KERNEL_WINOGRAD(const s2_kernel_winograd *strip);
void KERNEL_SAMPLE(const s2_kernel_sample *sample);
float KERNEL_MOMENTS(const s2_kernel_moments *row);
void KERNEL_SCALE(const s2_kernel_scale *run);
void KERNEL_SUM(const float *const *terms, int count, size_t floats, float *out);
void KERNEL_GRAM(const s2_kernel_gram *cell);
void KERNEL_ATTEND(const s2_kernel_attend *attend);
void KERNEL_FILTER(const s2_kernel_filter *filter);
void KERNEL_SMOOTH(const s2_kernel_smooth *row);
extern const s2_kernels KERNEL_TABLE;

#endif
