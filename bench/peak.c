/* peak: what this machine can do, for bench/speed: multiply-adds in registers with the widest vectors
 * that s2rgf uses, and the triad a = b + s c over arrays larger than the caches. Prints the
 * instruction set, then lines of threads, GF/s and GB/s; the best of some rounds.
 *
 *   peak THREADS MB      of 1 and of THREADS threads; MB: size of one array of all threads together
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "core/cpu.h"

enum { ROUNDS = 20, CHAINS = 12, THREADS_MOST = 1024 };

#define STEPS 4000000L /* of every chain, in one round */

/* Independent chains, so that no multiply-add waits for another; their sum is to be kept. */
#define DEFINE_CHAINS(name, lanes, set)                                                            \
    typedef float name##_vector __attribute__((vector_size(4 * (lanes))));                         \
    set static float name(long steps, float factor)                                                \
    {                                                                                              \
        name##_vector sums[CHAINS];                                                                \
        const name##_vector m = (name##_vector){0} + factor;                                       \
        for (int i = 0; i < CHAINS; i++)                                                           \
            sums[i] = m + (float)i;                                                                \
        for (long k = 0; k < steps; k++)                                                           \
            for (int i = 0; i < CHAINS; i++)                                                       \
                sums[i] = sums[i] * m + m;                                                         \
        for (int i = 1; i < CHAINS; i++)                                                           \
            sums[0] += sums[i];                                                                    \
        return sums[0][0];                                                                         \
    }

DEFINE_CHAINS(chains_base, 4, )
#if defined __x86_64__
DEFINE_CHAINS(chains_avx2, 8, __attribute__((target("avx2,fma"))))
DEFINE_CHAINS(chains_avx512, 16, __attribute__((target("avx512f"))))
#endif

typedef struct {
    const char *name;
    int lanes;
    float (*run)(long steps, float factor);
} vectors;

typedef struct {
    pthread_t thread;
    pthread_barrier_t *start;
    const vectors *set;
    float *a, *b, *c; /* this thread's part of the arrays; NULL: multiply-adds */
    size_t count;
    volatile float kept;
    double began, ended; /* seconds */
} work;

/* As src/nn/kernel_select.c chooses. */
static vectors find_vectors(void)
{
#if defined __x86_64__
    if (s2_cpu_has_avx512())
        return (vectors){"avx512", 16, chains_avx512};
    if (s2_cpu_has_avx2())
        return (vectors){"avx2", 8, chains_avx2};
#endif
    return (vectors){"base", 4, chains_base};
}

static double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void run_triad(work *own, float factor)
{
    for (size_t i = 0; i < own->count; i++)
        own->a[i] = own->b[i] + factor * own->c[i];
    own->kept = own->a[own->count / 2];
}

static void *run_work(void *argument)
{
    work *own = argument;
    pthread_barrier_wait(own->start);
    own->began = seconds_now();
    if (own->a)
        run_triad(own, own->kept);
    else
        own->kept = own->set->run(STEPS, own->kept);
    own->ended = seconds_now();
    return NULL;
}

/* Seconds of the best round, from the first thread's start to the last one's end. */
static double best_seconds(work *all, int threads)
{
    double best = 1e300;
    pthread_barrier_t start;
    pthread_barrier_init(&start, NULL, (unsigned)threads);
    for (int round = 0; round < ROUNDS; round++) {
        for (int t = 0; t < threads; t++) {
            all[t].start = &start;
            all[t].kept = 0.5F;
            if (pthread_create(&all[t].thread, NULL, run_work, &all[t]) != 0) {
                fprintf(stderr, "peak: no thread\n");
                exit(1);
            }
        }
        double began = 1e300;
        double ended = 0.0;
        for (int t = 0; t < threads; t++) {
            pthread_join(all[t].thread, NULL);
            began = all[t].began < began ? all[t].began : began;
            ended = all[t].ended > ended ? all[t].ended : ended;
        }
        best = ended - began < best ? ended - began : best;
    }
    pthread_barrier_destroy(&start);
    return best;
}

static void measure(const vectors *set, int threads, float *arrays, size_t count)
{
    static work all[THREADS_MOST];
    for (int t = 0; t < threads; t++)
        all[t] = (work){.set = set};
    const double flops = 2.0 * CHAINS * set->lanes * (double)STEPS * threads;
    const double arithmetic = best_seconds(all, threads);
    const size_t part = count / (size_t)threads;
    for (int t = 0; t < threads; t++) {
        float *own = arrays + part * (size_t)t;
        all[t] = (work){.a = own, .b = own + count, .c = own + 2 * count, .count = part};
    }
    const double bytes = 3.0 * sizeof(float) * (double)part * threads;
    const double triad = best_seconds(all, threads);
    printf("%d %.2f %.2f\n", threads, 1e-9 * flops / arithmetic, 1e-9 * bytes / triad);
}

int main(int argc, char **argv)
{
    const int threads = argc == 3 ? atoi(argv[1]) : 0;
    const int size_mb = argc == 3 ? atoi(argv[2]) : 0;
    if (threads < 1 || threads > THREADS_MOST || size_mb < 1) {
        fprintf(stderr, "peak THREADS MB\n");
        return 2;
    }
    const vectors set = find_vectors();
    const size_t count = ((size_t)size_mb << 20) / sizeof(float);
    float *arrays = malloc(3 * count * sizeof(float));
    if (!arrays) {
        fprintf(stderr, "peak: no memory\n");
        return 1;
    }
    for (size_t i = 0; i < 3 * count; i++)
        arrays[i] = 1.0F;
    printf("%s\n", set.name);
    measure(&set, 1, arrays, count);
    if (threads > 1)
        measure(&set, threads, arrays, count);
    free(arrays);
    return 0;
}
