/* Vectors of the machine's width, for files that are compiled once per instruction set. */
#ifndef S2_NN_KERNELS_VECTOR_H
#define S2_NN_KERNELS_VECTOR_H

#ifndef S2_KERNEL_SUFFIX
#define S2_KERNEL_SUFFIX base
#endif
#define S2_JOIN2(a, b) a##_##b
#define S2_JOIN(a, b) S2_JOIN2(a, b)
#define S2_SUFFIXED(name) S2_JOIN(name, S2_KERNEL_SUFFIX)

#include "nn/kernels/fused.h"

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

#if defined(__AVX512F__)
#define LANES 16
#elif defined(__AVX2__) && (defined(__FMA__) || !defined(S2_FUSE_ALWAYS))
#define LANES 8
#else
#define LANES 4
#endif

typedef float vector __attribute__((vector_size(LANES * sizeof(float)), aligned(4), may_alias));

typedef int vector_mask __attribute__((vector_size(LANES * sizeof(float)), aligned(4), may_alias));

#define LARGEST 3.402823466e38f

#define load(from) (*(const vector *)(from))
#define store(to, value) (*(vector *)(to) = (value))

/** A number in every lane. */
static inline vector every(float value)
{
    return value - (vector){0};
}

/*
 * a b + c, rounded once where the machine can, which is everywhere but on x86-64 without FMA, and with
 * S2_FUSE_ALWAYS there too. Kernels of running contain no other product that is added, and are
 * compiled so that none is fused: thus their bits do not depend on compilers, nor on how many lanes
 * there are.
 */
#if defined(__AVX512F__)
static inline vector multiply_add(vector a, vector b, vector c)
{
    return (vector)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c);
}
#elif defined(__FMA__)
static inline vector multiply_add(vector a, vector b, vector c)
{
    return (vector)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c);
}
#elif defined(__aarch64__)
static inline vector multiply_add(vector a, vector b, vector c)
{
    return (vector)vfmaq_f32((float32x4_t)c, (float32x4_t)a, (float32x4_t)b);
}
#elif defined(S2_FUSE_ALWAYS)
static inline vector multiply_add(vector a, vector b, vector c)
{
    return (vector)s2_fuse_four((s2_four)a, (s2_four)b, (s2_four)c);
}
#else
static inline vector multiply_add(vector a, vector b, vector c)
{
    return a * b + c;
}
#endif

/** The same of single numbers. */
static inline float multiply_add_one(float a, float b, float c)
{
#if defined(__FMA__) || defined(__aarch64__)
    return __builtin_fmaf(a, b, c);
#elif defined(S2_FUSE_ALWAYS)
    return s2_fuse_one(a, b, c);
#else
    return a * b + c;
#endif
}

#if defined(__FMA__) || defined(__aarch64__) || defined(S2_FUSE_ALWAYS)
#define S2_FUSED true /* multiply_add() rounds once */
#else
#define S2_FUSED false
#endif

/** value where it is positive (of) or 0. */
static inline vector where_positive(vector of, vector value)
{
    return (vector)((vector_mask)(of > (vector){0}) & (vector_mask)value);
}

#endif
