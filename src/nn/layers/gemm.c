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
#define SHARED_SIDE 128          /* a product of such matrices is shared out to several threads */

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

/** A product outside of parallel regions: OpenBLAS then sees how many threads there are. */
static bool multiply_in_all_threads(void)
{
    float *matrices = s2_calloc(2 * SHARED_SIDE * SHARED_SIDE, sizeof *matrices);
    if (!matrices)
        return false;
    const s2_matrix zeros = {matrices, SHARED_SIDE, false};
    s2_gemm(SHARED_SIDE, SHARED_SIDE, SHARED_SIDE, zeros, zeros, 0.0f,
            matrices + SHARED_SIDE * SHARED_SIDE, SHARED_SIDE);
    s2_free(matrices);
    return true;
}

s2rgf_status s2_gemm_start(int threads, s2rgf_error *err)
{
    const int begun = openblas_get_num_threads();
    const size_t buffers = (size_t)threads + (size_t)(threads > begun ? threads - begun : 0);
    if (!has_room(buffers))
        return s2_fail(
            err, S2RGF_NO_MEMORY,
            "memory: expected %zu MB of address space for OpenBLAS in %d thread%s, found "
            "less: use fewer threads, or raise the limit (ulimit -v)",
            buffers * BUFFER_MIB, threads, threads == 1 ? "" : "s");
    if (!multiply_in_all_threads())
        return s2_fail_memory(err, "matrix products");
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
