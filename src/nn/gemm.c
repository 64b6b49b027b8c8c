/* Matrix products of training: the only door to BLAS. */
#include "nn/gemm.h"

#include <cblas.h>

void s2_gemm(int m, int n, int k, s2_matrix a, s2_matrix b, float beta, float *c, int ldc)
{
    cblas_sgemm(CblasRowMajor, a.transposed ? CblasTrans : CblasNoTrans,
                b.transposed ? CblasTrans : CblasNoTrans, m, n, k, 1.0f, a.data, a.ld, b.data, b.ld,
                beta, c, ldc);
}
