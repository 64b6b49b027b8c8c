/* a b + c rounded once, for processors that have no such operation. */
#ifndef S2_NN_KERNELS_FUSED_H
#define S2_NN_KERNELS_FUSED_H

#if defined(__SSE2__)
#include <immintrin.h>
#endif

typedef float s2_four __attribute__((vector_size(4 * sizeof(float)), aligned(4), may_alias));

/*
 * A double holds the product of two floats. Their sum with a third is rounded to 53 bits, then to 24:
 * that is not rounding once only where the first rounding ended midway between two floats, or below
 * the smallest normal float, where floats have fewer bits. Then the C library has to do it, slowly.
 */
#define S2_MIDWAY_MASK 0x1fffffff /* the bits that a float does not have */
#define S2_MIDWAY 0x10000000
#define S2_NORMAL_TOP 0x38100000 /* upper half of the smallest normal float as a double */

/** a b + c. */
static inline float s2_fuse_one(float a, float b, float c)
{
    const union {
        double value;
        unsigned long long bits;
    } sum = {(double)a * b + c};
    const unsigned top = (unsigned)(sum.bits >> 32) & 0x7fffffffU;
    if ((sum.bits & S2_MIDWAY_MASK) == S2_MIDWAY || (top > 0 && top < S2_NORMAL_TOP))
        return __builtin_fmaf(a, b, c);
    return (float)sum.value;
}

#if defined(__SSE2__)
/* Out of the way of the loops that hardly ever need it. */
static __attribute__((unused, noinline, cold)) s2_four s2_fuse_rare(s2_four a, s2_four b, s2_four c)
{
    for (int i = 0; i < 4; i++)
        c[i] = s2_fuse_one(a[i], b[i], c[i]);
    return c;
}

/* Of two lanes, as doubles. */
static inline __m128d s2_sum_two(__m128 a, __m128 b, __m128 c)
{
    return _mm_add_pd(_mm_mul_pd(_mm_cvtps_pd(a), _mm_cvtps_pd(b)), _mm_cvtps_pd(c));
}

/** The same of four numbers each. */
static inline s2_four s2_fuse_four(s2_four a, s2_four b, s2_four c)
{
    const __m128 x = (__m128)a;
    const __m128 y = (__m128)b;
    const __m128 z = (__m128)c;
    const __m128d low = s2_sum_two(x, y, z);
    const __m128d high = s2_sum_two(_mm_movehl_ps(x, x), _mm_movehl_ps(y, y), _mm_movehl_ps(z, z));
    const __m128i ends =
        _mm_castps_si128(_mm_shuffle_ps(_mm_castpd_ps(low), _mm_castpd_ps(high), 0x88));
    const __m128i tops = _mm_and_si128(
        _mm_castps_si128(_mm_shuffle_ps(_mm_castpd_ps(low), _mm_castpd_ps(high), 0xdd)),
        _mm_set1_epi32(0x7fffffff));
    const __m128i midway = _mm_cmpeq_epi32(_mm_and_si128(ends, _mm_set1_epi32(S2_MIDWAY_MASK)),
                                           _mm_set1_epi32(S2_MIDWAY));
    const __m128i small = _mm_and_si128(_mm_cmpgt_epi32(tops, _mm_setzero_si128()),
                                        _mm_cmpgt_epi32(_mm_set1_epi32(S2_NORMAL_TOP), tops));
    if (__builtin_expect(_mm_movemask_epi8(_mm_or_si128(midway, small)), 0))
        return s2_fuse_rare(a, b, c);
    return (s2_four)_mm_movelh_ps(_mm_cvtpd_ps(low), _mm_cvtpd_ps(high));
}
#else
/** The same of four numbers each. */
static inline s2_four s2_fuse_four(s2_four a, s2_four b, s2_four c)
{
    for (int i = 0; i < 4; i++)
        c[i] = s2_fuse_one(a[i], b[i], c[i]);
    return c;
}
#endif

#endif
