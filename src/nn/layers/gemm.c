/* Matrix products of training: the only door to BLAS. */
#include "nn/layers/gemm.h"

#include <cblas.h>
#include <stdlib.h>
#include <string.h>

#include "core/cpu.h"

void s2_gemm(int m, int n, int k, s2_matrix a, s2_matrix b, float beta, float *c, int ldc)
{
    cblas_sgemm(CblasRowMajor, a.transposed ? CblasTrans : CblasNoTrans,
                b.transposed ? CblasTrans : CblasNoTrans, m, n, k, 1.0f, a.data, a.ld, b.data, b.ld,
                beta, c, ldc);
}

const char *s2_gemm_core_type(void)
{
    /* what OpenBLAS takes for a processor that is younger than itself */
    const bool unknown = strcmp(openblas_get_corename(), "Prescott") == 0;
    if (!unknown || getenv("OPENBLAS_CORETYPE"))
        return NULL;
    if (s2_cpu_has_avx512())
        return "SkylakeX";
    if (s2_cpu_has_avx2())
        return "Haswell";
    return NULL;
}
