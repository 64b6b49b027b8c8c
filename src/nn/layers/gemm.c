/* Matrix products of training: the only door to BLAS. */
#include "nn/layers/gemm.h"

#include <cblas.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "core/cpu.h"
#include "core/error.h"
#include "core/memory.h"

#define MIB ((size_t)1 << 20)
#define BUFFER_MIB ((size_t)128) /* what OpenBLAS maps for each call at work, on x86-64 */
#define SHARES 16     /* of a shared product, at most: the same for any number of threads */
#define SHARE_ROWS 64 /* of a share, at least */

/* OpenBLAS's own, which its LAPACK calls, too: a call's buffer, kept for the next call when it is
   freed. */
extern void *blas_memory_alloc(int unused) __attribute__((weak));
extern void blas_memory_free(void *buffer) __attribute__((weak));

void s2_gemm(int m, int n, int k, s2_matrix a, s2_matrix b, float beta, float *c, int ldc)
{
    cblas_sgemm(CblasRowMajor, a.transposed ? CblasTrans : CblasNoTrans,
                b.transposed ? CblasTrans : CblasNoTrans, m, n, k, 1.0f, a.data, a.ld, b.data, b.ld,
                beta, c, ldc);
}

void s2_gemm_shared(int m, int n, int k, s2_matrix a, s2_matrix b, float beta, float *c, int ldc)
{
    const int share = (m + SHARES - 1) / SHARES;
    const int rows = share < SHARE_ROWS ? SHARE_ROWS : share;
#pragma omp parallel for schedule(static)
    for (int first = 0; first < m; first += rows) {
        s2_matrix own = a;
        own.data += (size_t)first * (a.transposed ? 1 : (size_t)a.ld);
        s2_gemm(first + rows > m ? m - first : rows, n, k, own, b, beta,
                c + (size_t)first * (size_t)ldc, ldc);
    }
}

static bool is_one_of(const char *word, const char *const *words)
{
    while (*words && strcmp(*words, word) != 0)
        words++;
    return *words;
}

const char *s2rgf_blas_core_type(void)
{
    static const char *const wide[] = {"SkylakeX", "Cooperlake", "SapphireRapids", NULL};
    /* What OpenBLAS takes for a processor that is younger than itself. An AMD with AVX-512 may be
       a Zen to it, one from Intel a Haswell. */
    static const char *const old[] = {"Prescott", "Core2", "Nehalem", NULL};
    const char *core_type = openblas_get_corename();
    if (getenv("OPENBLAS_CORETYPE"))
        return NULL;
    if (s2_cpu_has_avx512())
        return is_one_of(core_type, wide) ? NULL : "SkylakeX";
    return s2_cpu_has_avx2() && is_one_of(core_type, old) ? "Haswell" : NULL;
}

/** Is there address space for that many buffers? */
static bool has_room(size_t buffers)
{
    size_t bytes;
    if (!s2_multiply(buffers, BUFFER_MIB * MIB, &bytes))
        return false;
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return false;
    munmap(memory, bytes);
    return true;
}

s2rgf_status s2_gemm_start(int threads, s2rgf_error *err)
{
    if (!has_room((size_t)threads))
        return s2_fail(
            err, S2RGF_NO_MEMORY,
            "memory: expected %zu MB of address space for OpenBLAS in %d thread%s, found "
            "less: use fewer threads, or raise the limit (ulimit -v)",
            (size_t)threads * BUFFER_MIB, threads, threads == 1 ? "" : "s");
    if (!blas_memory_alloc || !blas_memory_free)
        return S2RGF_OK;
#pragma omp parallel num_threads(threads)
    {
        void *buffer = blas_memory_alloc(0);
#pragma omp barrier
        blas_memory_free(buffer);
    }
    return S2RGF_OK;
}
