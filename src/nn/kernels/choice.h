/* One or the other of two vectors, lane by lane. */
#ifndef S2_NN_KERNELS_CHOICE_H
#define S2_NN_KERNELS_CHOICE_H

#include "nn/kernels/vector.h"

#if LANES == 16
#define S2_ORDERED(which, a, b) (vector) _mm512_##which##_ps((__m512)(a), (__m512)(b))
#elif LANES == 8
#define S2_ORDERED(which, a, b) (vector) _mm256_##which##_ps((__m256)(a), (__m256)(b))
#elif defined(__x86_64__)
#define S2_ORDERED(which, a, b) (vector) _mm_##which##_ps((__m128)(a), (__m128)(b))
#endif

static inline vector choose(vector_mask mask, vector yes, vector no)
{
    return (vector)((mask & (vector_mask)yes) | (~mask & (vector_mask)no));
}

/** The smaller of each pair; b where one is NaN. */
static inline vector smaller(vector a, vector b)
{
#ifdef S2_ORDERED
    return S2_ORDERED(min, a, b);
#else
    return choose((vector_mask)(a < b), a, b);
#endif
}

/** The larger of each pair; b where one is NaN. */
static inline vector larger(vector a, vector b)
{
#ifdef S2_ORDERED
    return S2_ORDERED(max, a, b);
#else
    return choose((vector_mask)(a > b), a, b);
#endif
}

#endif
