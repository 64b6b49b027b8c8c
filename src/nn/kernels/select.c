/* Choice of the inner loops. */
#include <stdlib.h>
#include <string.h>

#include "core/cpu.h"
#include "core/error.h"
#include "nn/kernels/kernels.h"

extern const s2_kernels s2_kernels_plain;
extern const s2_kernels s2_kernels_base;
#ifdef HAVE_KERNELS_AVX2
extern const s2_kernels s2_kernels_avx2;
#endif
#ifdef HAVE_KERNELS_AVX512
extern const s2_kernels s2_kernels_avx512;
#endif

static const s2_kernels *find_avx512(void)
{
#ifdef HAVE_KERNELS_AVX512
    if (s2_cpu_has_avx512())
        return &s2_kernels_avx512;
#endif
    return NULL;
}

static const s2_kernels *find_avx2(void)
{
#ifdef HAVE_KERNELS_AVX2
    if (s2_cpu_has_avx2())
        return &s2_kernels_avx2;
#endif
    return NULL;
}

s2rgf_status s2_kernels_select(const s2_kernels **kernels, s2rgf_error *err)
{
    /* fastest first; NULL: not here */
    const struct {
        const char *name;
        const s2_kernels *kernels;
    } forms[] = {{"avx512", find_avx512()},
                 {"avx2", find_avx2()},
                 {"base", &s2_kernels_base},
                 {"plain", &s2_kernels_plain}};
    const char *wanted = getenv("S2RGF_KERNELS");
    const bool any = !wanted || !*wanted;
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        if (!any && strcmp(wanted, forms[i].name) != 0)
            continue;
        *kernels = forms[i].kernels;
        if (*kernels)
            return S2RGF_OK;
        if (!any)
            return s2_fail(err, S2RGF_UNSUPPORTED,
                           "S2RGF_KERNELS: this machine or this build does not have %s", wanted);
    }
    return s2_fail(err, S2RGF_INVALID_ARGUMENT,
                   "S2RGF_KERNELS: expected plain, base, avx2 or avx512, found %s", wanted);
}
