/* What the processor supports, to choose inner loops by. */
#ifndef S2_CORE_CPU_H
#define S2_CORE_CPU_H

#include <stdbool.h>

/** AVX-512 with all that its inner loops are compiled for: F, VL, BW and DQ. */
static inline bool s2_cpu_has_avx512(void)
{
#ifdef __x86_64__
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq");
#else
    return false;
#endif
}

/** AVX2 with FMA. */
static inline bool s2_cpu_has_avx2(void)
{
#ifdef __x86_64__
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#else
    return false;
#endif
}

#endif
