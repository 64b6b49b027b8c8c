/* Vectors of the machine's width, for files that are compiled once per instruction set. */
#ifndef S2_NN_KERNELS_VECTOR_H
#define S2_NN_KERNELS_VECTOR_H

#ifndef S2_KERNEL_SUFFIX
#define S2_KERNEL_SUFFIX base
#endif
#define S2_JOIN2(a, b) a##_##b
#define S2_JOIN(a, b) S2_JOIN2(a, b)
#define S2_SUFFIXED(name) S2_JOIN(name, S2_KERNEL_SUFFIX)

#if defined(__AVX512F__)
#define LANES 16
#elif defined(__AVX2__)
#define LANES 8
#else
#define LANES 4
#endif

typedef float vector __attribute__((vector_size(LANES * sizeof(float)), aligned(4), may_alias));

typedef int vector_mask __attribute__((vector_size(LANES * sizeof(float)), aligned(4), may_alias));

#define LARGEST 3.402823466e38f

#define load(from) (*(const vector *)(from))
#define store(to, value) (*(vector *)(to) = (value))

/** value where it is positive (of) or 0. */
static inline vector where_positive(vector of, vector value)
{
    return (vector)((vector_mask)(of > (vector){0}) & (vector_mask)value);
}

/** The larger of each pair. */
static inline vector larger(vector a, vector b)
{
    const vector_mask first = (vector_mask)(a > b);
    return (vector)((first & (vector_mask)a) | (~first & (vector_mask)b));
}

#endif
