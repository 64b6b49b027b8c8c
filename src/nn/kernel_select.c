/* Choice of the inner loops and packing of their weights. */
#include "nn/kernels.h"

#include <stdlib.h>
#include <string.h>

void s2_kernel_row_base(const s2_kernel_row *row);
#ifdef HAVE_KERNELS_AVX2
void s2_kernel_row_avx2(const s2_kernel_row *row);
#endif
#ifdef HAVE_KERNELS_AVX512
void s2_kernel_row_avx512(const s2_kernel_row *row);
#endif

s2_kernel_row_function s2_kernel_select(void)
{
    const char *wanted = getenv("S2RGF_KERNELS");
    if (wanted && !*wanted)
        wanted = NULL;
#ifdef HAVE_KERNELS_AVX512
    if ((!wanted || strcmp(wanted, "avx512") == 0) && __builtin_cpu_supports("avx512f") &&
        __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512dq"))
        return s2_kernel_row_avx512;
#endif
#ifdef HAVE_KERNELS_AVX2
    if ((!wanted || strcmp(wanted, "avx2") == 0) && __builtin_cpu_supports("avx2") &&
        __builtin_cpu_supports("fma"))
        return s2_kernel_row_avx2;
#endif
    (void)wanted;
    return s2_kernel_row_base;
}

static int block_count(int out)
{
    return (out + S2_KERNEL_BLOCK - 1) / S2_KERNEL_BLOCK;
}

size_t s2_kernel_packed_floats(int tap_count, int in, int out)
{
    return (size_t)tap_count * (size_t)in * (size_t)block_count(out) * S2_KERNEL_BLOCK;
}

void s2_kernel_pack(const float *w, const float *scale, int tap_count, int in, int out,
                    float *packed)
{
    const int rows = tap_count * in;
    for (int block = 0; block < block_count(out); block++)
        for (int r = 0; r < rows; r++)
            for (int k = 0; k < S2_KERNEL_BLOCK; k++) {
                const int o = block * S2_KERNEL_BLOCK + k;
                const float value = o < out ? w[(size_t)r * (size_t)out + (size_t)o] : 0.0f;
                *packed++ = value * (scale && o < out ? scale[o] : 1.0f);
            }
}
