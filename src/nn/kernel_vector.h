/* Vectors of the width of the instruction set a kernel file is compiled for, and the names of what
   it defines. */
#ifndef S2_NN_KERNEL_VECTOR_H
#define S2_NN_KERNEL_VECTOR_H

#include "nn/kernels.h"

#ifndef S2_KERNEL_SUFFIX
#define S2_KERNEL_SUFFIX base
#endif
#define JOIN2(a, b) a##_##b
#define JOIN(a, b) JOIN2(a, b)
#define TEXT2(a) #a
#define TEXT(a) TEXT2(a)
#define KERNEL_NAME TEXT(S2_KERNEL_SUFFIX)
#define KERNEL_ROW JOIN(s2_kernel_row, S2_KERNEL_SUFFIX)
#define KERNEL_WINOGRAD JOIN(s2_kernel_winograd, S2_KERNEL_SUFFIX)
#define KERNEL_SAMPLE JOIN(s2_kernel_sample, S2_KERNEL_SUFFIX)
#define KERNEL_MOMENTS JOIN(s2_kernel_moments, S2_KERNEL_SUFFIX)
#define KERNEL_SCALE JOIN(s2_kernel_scale, S2_KERNEL_SUFFIX)
#define KERNEL_SUM JOIN(s2_kernel_sum, S2_KERNEL_SUFFIX)
#define KERNEL_SOFTMAX JOIN(s2_kernel_softmax, S2_KERNEL_SUFFIX)
#define KERNEL_FILTER JOIN(s2_kernel_filter, S2_KERNEL_SUFFIX)
#define KERNEL_TABLE JOIN(s2_kernels, S2_KERNEL_SUFFIX)

/* 16 channels are one, two or four vectors. */
#if defined(__AVX512F__)
#define LANES 16
#elif defined(__AVX2__)
#define LANES 8
#else
#define LANES 4
#endif
#define VECTORS (S2_KERNEL_BLOCK / LANES)

typedef float vector __attribute__((vector_size(LANES * sizeof(float)), aligned(4), may_alias));
typedef int vector_bits __attribute__((vector_size(LANES * sizeof(int)), aligned(4), may_alias));

static inline vector relu(vector x)
{
    const vector zero = {0};
    return (vector)((vector_bits)x & (vector_bits)(x > zero));
}

void KERNEL_ROW(const s2_kernel_row *row);
void KERNEL_WINOGRAD(const s2_kernel_winograd *strip);
void KERNEL_SAMPLE(const s2_kernel_sample *sample);
float KERNEL_MOMENTS(const s2_kernel_moments *row);
void KERNEL_SCALE(const s2_kernel_scale *pixel);
void KERNEL_SUM(const float *const *terms, int count, size_t floats, float *out);
void KERNEL_SOFTMAX(float *row, int count);
void KERNEL_FILTER(const s2_kernel_filter *filter);
extern const s2_kernels KERNEL_TABLE;

#endif
