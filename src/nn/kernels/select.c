/* Choice of the inner loops: one table, for running and for training. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/cpu.h"
#include "core/error.h"
#include "nn/kernels/kernels.h"

extern const s2_kernels s2_kernels_plain;
extern const s2_kernels s2_kernels_base;
extern const s2_kernels s2_kernels_exact;
#ifdef HAVE_KERNELS_AVX2
extern const s2_kernels s2_kernels_avx2;
#define AVX2 (&s2_kernels_avx2)
#else
#define AVX2 NULL
#endif
#ifdef HAVE_KERNELS_AVX512
extern const s2_kernels s2_kernels_avx512;
#define AVX512 (&s2_kernels_avx512)
#else
#define AVX512 NULL
#endif

/* Fastest first. */
static const struct {
    const char *name;
    const s2_kernels *kernels; /* NULL: not in this build */
    bool (*has)(void);         /* NULL: every machine has it */
} FORMS[] = {{"avx512", AVX512, s2_cpu_has_avx512},
             {"avx2", AVX2, s2_cpu_has_avx2},
             {"base", &s2_kernels_base, NULL},
             {"exact", &s2_kernels_exact, NULL},
             {"plain", &s2_kernels_plain, NULL}};

#define COUNT (sizeof FORMS / sizeof *FORMS)

static s2rgf_status fail_unknown(const char *wanted, s2rgf_error *err)
{
    char names[64] = "";
    size_t at = 0;
    for (size_t i = 0; i < COUNT && at < sizeof names; i++)
        at += (size_t)snprintf(names + at, sizeof names - at, "%s%s",
                               i == 0           ? ""
                               : i == COUNT - 1 ? " or "
                                                : ", ",
                               FORMS[i].name);
    return s2_fail(err, S2RGF_INVALID_ARGUMENT, "S2RGF_KERNELS: expected %s, found %s", names,
                   wanted);
}

s2rgf_status s2_kernels_select(s2_precision precision, const s2_kernels **kernels, s2rgf_error *err)
{
    const char *wanted = getenv("S2RGF_KERNELS");
    const bool any = !wanted || !*wanted;
    const bool exact = precision == S2_PRECISION_EXACT;
    for (size_t i = 0; i < COUNT; i++) {
        if (!any && strcmp(wanted, FORMS[i].name) != 0)
            continue;
        *kernels = FORMS[i].kernels;
        const bool runs = *kernels && (!FORMS[i].has || FORMS[i].has());
        if (runs && exact && !(*kernels)->fused) {
            *kernels = &s2_kernels_exact;
            return S2RGF_OK;
        }
        if (runs)
            return S2RGF_OK;
        if (!any)
            return s2_fail(err, S2RGF_UNSUPPORTED,
                           "S2RGF_KERNELS: this machine or this build does not have %s", wanted);
    }
    return fail_unknown(wanted, err);
}

const s2_kernels *s2_kernels_selected(void)
{
    const s2_kernels *kernels = NULL;
    const s2rgf_status status = s2_kernels_select(S2_PRECISION_FLOAT, &kernels, NULL);
    assert(status == S2RGF_OK);
    return status == S2RGF_OK ? kernels : &s2_kernels_base;
}
