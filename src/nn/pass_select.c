/* Choice of the inner loops of training. */
#include <stdlib.h>
#include <string.h>

#include "nn/passes.h"

extern const s2_winograd_passes s2_winograd_passes_base;
extern const s2_map_passes s2_map_passes_base;
#ifdef HAVE_KERNELS_AVX2
extern const s2_winograd_passes s2_winograd_passes_avx2;
extern const s2_map_passes s2_map_passes_avx2;
#endif
#ifdef HAVE_KERNELS_AVX512
extern const s2_winograd_passes s2_winograd_passes_avx512;
extern const s2_map_passes s2_map_passes_avx512;
#endif

typedef enum instruction_set { BASE, AVX2, AVX512 } instruction_set;

static instruction_set best_set(void)
{
    const char *wanted = getenv("S2RGF_KERNELS");
    if (wanted && !*wanted)
        wanted = NULL;
#ifdef HAVE_KERNELS_AVX512
    if ((!wanted || strcmp(wanted, "avx512") == 0) && __builtin_cpu_supports("avx512f") &&
        __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512dq"))
        return AVX512;
#endif
#ifdef HAVE_KERNELS_AVX2
    if ((!wanted || strcmp(wanted, "avx2") == 0) && __builtin_cpu_supports("avx2") &&
        __builtin_cpu_supports("fma"))
        return AVX2;
#endif
    (void)wanted;
    return BASE;
}

const s2_winograd_passes *s2_winograd_select(void)
{
    switch (best_set()) {
#ifdef HAVE_KERNELS_AVX512
    case AVX512:
        return &s2_winograd_passes_avx512;
#endif
#ifdef HAVE_KERNELS_AVX2
    case AVX2:
        return &s2_winograd_passes_avx2;
#endif
    default:
        return &s2_winograd_passes_base;
    }
}

const s2_map_passes *s2_map_passes_select(void)
{
    switch (best_set()) {
#ifdef HAVE_KERNELS_AVX512
    case AVX512:
        return &s2_map_passes_avx512;
#endif
#ifdef HAVE_KERNELS_AVX2
    case AVX2:
        return &s2_map_passes_avx2;
#endif
    default:
        return &s2_map_passes_base;
    }
}
