/* Matrix products of training: the only door to BLAS. */
#ifndef S2_NN_LAYERS_GEMM_H
#define S2_NN_LAYERS_GEMM_H

#include <stdbool.h>

#include "s2rgf/base.h"

/**
 * A row-major matrix as BLAS sees it: `ld` floats from one row to the next, optionally taken
 * transposed.
 */
typedef struct s2_matrix {
    const float *data;
    int ld;
    bool transposed;
} s2_matrix;

/**
 * c[m][n] = beta c + sum_k a[m][k] b[k][n], row-major, c with leading dimension ldc.
 * Errors none.  Threads: inside a parallel region only, in the thread that calls. OpenBLAS would
 * otherwise share the product out, and its sums would depend on the number of threads.
 */
void s2_gemm(int m, int n, int k, s2_matrix a, s2_matrix b, float beta, float *c, int ldc);

/** The same outside of parallel regions, by all threads, with the same bits for any number. */
void s2_gemm_shared(int m, int n, int k, s2_matrix a, s2_matrix b, float beta, float *c, int ldc);

/**
 * Before the first product of a training in so many threads, after omp_set_num_threads(): OpenBLAS
 * takes the buffers that it will need. Later, where there is no room for one, it would try again
 * for ever.
 * Errors: S2RGF_NO_MEMORY.  Memory: OpenBLAS keeps the buffers as long as the process lives.
 */
s2rgf_status s2_gemm_start(int threads, s2rgf_error *err);

#endif
