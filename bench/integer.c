/* integer: what a map would gain from products in 8 bits, for bench/integer.py. Of every layer of a
 * dense network with a fine source of 4 bands and one of 64 bands with pixels four times as large:
 * nanoseconds a pixel of the map, with the program's own kernels and in 8 bits.
 *
 *   integer CHANNELS     prints both forms, then lines of layer, float ns, 8-bit ns: the best of some
 *                        rounds, in turns
 *
 * Activations follow a rectifier: they become 0 to 127, scaled by the largest of their pixel; weights
 * become -127 to 127; sums have 32 bits and become float by one multiply-add. A form is measured only
 * if its results are those of a plain loop. 3 x 3 layers find their taps gathered already, which
 * favours 8 bits.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/random.h"
#include "nn/kernels/kernels.h"

#if defined(__x86_64__)
#include <immintrin.h>
#define X86 1
#else
#define X86 0
#endif

enum { PIXELS = 192, GROUP = 4, BLOCK = S2_KERNEL_BLOCK, HIDDEN = 128, CLASSES = 16, ROUNDS = 200 };

/* A row of pixels before and after a layer, in both forms. */
typedef struct row {
    int in, out;
    const float *x, *w_float, *bias, *w_scale;
    const int8_t *w; /* [out / 16][in / 4][16][4] */
    uint8_t *q;      /* [PIXELS][in] */
    float *scale;    /* [PIXELS] */
    float *y;
} row;

typedef struct form {
    const char *name;
    void (*quantise)(const row *);
    void (*multiply)(const row *);
} form;

/* ---- plain, which is right ------------------------------------------------------------------ */

static int32_t plain_sum(const row *r, int pixel, int o)
{
    const int8_t *w = r->w + (size_t)(o / BLOCK) * BLOCK * (size_t)r->in + (size_t)(o % BLOCK) * 4;
    int32_t sum = 0;
    for (int k = 0; k < r->in; k++)
        sum += r->q[pixel * r->in + k] * w[k / 4 * BLOCK * 4 + k % 4];
    return sum;
}

static void quantise_plain(const row *r)
{
    for (int p = 0; p < PIXELS; p++) {
        const float *x = r->x + (ptrdiff_t)p * r->in;
        float most = 0.0f;
        for (int k = 0; k < r->in; k++)
            most = x[k] > most ? x[k] : most;
        const float factor = most > 0.0f ? 127.0f / most : 0.0f;
        r->scale[p] = most / 127.0f;
        for (int k = 0; k < r->in; k++)
            r->q[p * r->in + k] = (uint8_t)lrintf(x[k] * factor);
    }
}

static void multiply_plain(const row *r)
{
    for (int p = 0; p < PIXELS; p++)
        for (int o = 0; o < r->out; o++)
            r->y[p * r->out + o] =
                fmaf((float)plain_sum(r, p, o) * r->w_scale[o], r->scale[p], r->bias[o]);
}

/* ---- x86-64 --------------------------------------------------------------------------------- */

#if X86
#define AVX2 __attribute__((target("avx2,fma")))

AVX2 static void quantise_avx2(const row *r)
{
    for (int p = 0; p < PIXELS; p++) {
        const float *x = r->x + (ptrdiff_t)p * r->in;
        uint8_t *q = r->q + (ptrdiff_t)p * r->in;
        __m256 most = _mm256_setzero_ps();
        for (int k = 0; k < r->in; k += 8)
            most = _mm256_max_ps(most, _mm256_loadu_ps(x + k));
        __m128 half = _mm_max_ps(_mm256_castps256_ps128(most), _mm256_extractf128_ps(most, 1));
        half = _mm_max_ps(half, _mm_movehl_ps(half, half));
        const float top = _mm_cvtss_f32(_mm_max_ss(half, _mm_shuffle_ps(half, half, 1)));
        const __m256 factor = _mm256_set1_ps(top > 0.0f ? 127.0f / top : 0.0f);
        r->scale[p] = top / 127.0f;
        for (int k = 0; k < r->in; k += 16) {
            const __m256i left = _mm256_cvtps_epi32(_mm256_mul_ps(factor, _mm256_loadu_ps(x + k)));
            const __m256i right =
                _mm256_cvtps_epi32(_mm256_mul_ps(factor, _mm256_loadu_ps(x + k + 8)));
            const __m256i both = _mm256_permute4x64_epi64(_mm256_packs_epi32(left, right), 0xd8);
            _mm_storeu_si128(
                (__m128i *)(void *)(q + k),
                _mm_packus_epi16(_mm256_castsi256_si128(both), _mm256_extracti128_si256(both, 1)));
        }
    }
}

static inline int four_of(const uint8_t *q)
{
    int four = 0;
    memcpy(&four, q, sizeof four);
    return four;
}

AVX2 static void group_avx2(const row *r, int pixel, int block)
{
    const __m256i ones = _mm256_set1_epi16(1);
    const int8_t *w = r->w + (ptrdiff_t)block * BLOCK * r->in;
    const uint8_t *q = r->q + (ptrdiff_t)pixel * r->in;
    __m256i sum[GROUP][2];
    for (int p = 0; p < GROUP; p++)
        sum[p][0] = sum[p][1] = _mm256_setzero_si256();
    for (int k = 0; k < r->in; k += 4, w += 4 * BLOCK) {
        const __m256i w0 = _mm256_loadu_si256((const __m256i *)(const void *)w);
        const __m256i w1 = _mm256_loadu_si256((const __m256i *)(const void *)(w + 32));
        _Pragma("GCC unroll 4") for (int p = 0; p < GROUP; p++)
        {
            const __m256i four = _mm256_set1_epi32(four_of(q + p * r->in + k));
            sum[p][0] = _mm256_add_epi32(sum[p][0],
                                         _mm256_madd_epi16(_mm256_maddubs_epi16(four, w0), ones));
            sum[p][1] = _mm256_add_epi32(sum[p][1],
                                         _mm256_madd_epi16(_mm256_maddubs_epi16(four, w1), ones));
        }
    }
    for (int p = 0; p < GROUP; p++)
        for (int v = 0; v < 2; v++) {
            const int o = block * BLOCK + 8 * v;
            const __m256 value =
                _mm256_mul_ps(_mm256_cvtepi32_ps(sum[p][v]), _mm256_loadu_ps(r->w_scale + o));
            _mm256_storeu_ps(r->y + (ptrdiff_t)(pixel + p) * r->out + o,
                             _mm256_fmadd_ps(value, _mm256_set1_ps(r->scale[pixel + p]),
                                             _mm256_loadu_ps(r->bias + o)));
        }
}

AVX2 static void multiply_avx2(const row *r)
{
    for (int block = 0; block * BLOCK < r->out; block++)
        for (int p = 0; p < PIXELS; p += GROUP)
            group_avx2(r, p, block);
}

#define VNNI __attribute__((target("avx512f,avx512bw,avx512vl,avx512vnni")))

enum { PART = 8 }; /* pixels together */

VNNI static void quantise_vnni(const row *r)
{
    for (int p = 0; p < PIXELS; p++) {
        const float *x = r->x + (ptrdiff_t)p * r->in;
        uint8_t *q = r->q + (ptrdiff_t)p * r->in;
        __m512 most = _mm512_setzero_ps();
        for (int k = 0; k < r->in; k += BLOCK)
            most = _mm512_max_ps(most, _mm512_loadu_ps(x + k));
        const float top = _mm512_reduce_max_ps(most);
        const __m512 factor = _mm512_set1_ps(top > 0.0f ? 127.0f / top : 0.0f);
        r->scale[p] = top / 127.0f;
        for (int k = 0; k < r->in; k += BLOCK)
            _mm_storeu_si128((__m128i *)(void *)(q + k),
                             _mm512_cvtepi32_epi8(_mm512_cvtps_epi32(
                                 _mm512_mul_ps(factor, _mm512_loadu_ps(x + k)))));
    }
}

/* One or two blocks of outputs of some pixels: as many sums as hide the latency. */
VNNI static inline __attribute__((always_inline)) void group_vnni(const row *r, int pixel,
                                                                  int block, int blocks)
{
    const ptrdiff_t step = (ptrdiff_t)BLOCK * r->in;
    const int8_t *w = r->w + block * step;
    const uint8_t *q = r->q + (ptrdiff_t)pixel * r->in;
    __m512i sum[PART][2];
    for (int p = 0; p < PART; p++)
        sum[p][0] = sum[p][1] = _mm512_setzero_si512();
    for (int k = 0; k < r->in; k += 4, w += 4 * BLOCK) {
        const __m512i w0 = _mm512_loadu_si512(w);
        const __m512i w1 = blocks > 1 ? _mm512_loadu_si512(w + step) : w0;
        _Pragma("GCC unroll 8") for (int p = 0; p < PART; p++)
        {
            const __m512i four = _mm512_set1_epi32(four_of(q + p * r->in + k));
            sum[p][0] = _mm512_dpbusd_epi32(sum[p][0], four, w0);
            if (blocks > 1)
                sum[p][1] = _mm512_dpbusd_epi32(sum[p][1], four, w1);
        }
    }
    for (int p = 0; p < PART; p++)
        for (int v = 0; v < blocks; v++) {
            const int o = (block + v) * BLOCK;
            const __m512 value =
                _mm512_mul_ps(_mm512_cvtepi32_ps(sum[p][v]), _mm512_loadu_ps(r->w_scale + o));
            _mm512_storeu_ps(r->y + (ptrdiff_t)(pixel + p) * r->out + o,
                             _mm512_fmadd_ps(value, _mm512_set1_ps(r->scale[pixel + p]),
                                             _mm512_loadu_ps(r->bias + o)));
        }
}

VNNI static void multiply_vnni(const row *r)
{
    const int blocks = r->out / BLOCK;
    for (int p = 0; p < PIXELS; p += PART)
        for (int block = 0; block < blocks; block += 2)
            if (block + 1 < blocks)
                group_vnni(r, p, block, 2);
            else
                group_vnni(r, p, block, 1);
}
#endif

static form find_form(void)
{
#if X86
    if (__builtin_cpu_supports("avx512vnni") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512vl"))
        return (form){"AVX-512 VNNI", quantise_vnni, multiply_vnni};
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        return (form){"AVX2", quantise_avx2, multiply_avx2};
#endif
    return (form){"plain C", quantise_plain, multiply_plain};
}

/* ---- layers --------------------------------------------------------------------------------- */

typedef struct layer {
    const char *name;
    int taps, in, out;
    double each; /* times a pixel of the map */
} layer;

static void *need(size_t count, size_t size)
{
    void *memory = calloc(count, size);
    if (!memory) {
        fprintf(stderr, "integer: no memory\n");
        exit(1);
    }
    return memory;
}

static void fill(float *values, size_t count, float least, s2_random *source)
{
    for (size_t i = 0; i < count; i++)
        values[i] = fmaxf(least, (float)s2_random_uniform(source) - 0.5f);
}

/* Weights in both forms, rectified activations. */
static row make_row(int in, int out)
{
    s2_random source;
    const size_t weights = (size_t)in * (size_t)out;
    const row r = {in,
                   out,
                   need((size_t)PIXELS * (size_t)in, sizeof(float)),
                   need(weights, sizeof(float)),
                   need((size_t)out, sizeof(float)),
                   need((size_t)out, sizeof(float)),
                   need(weights, 1),
                   need((size_t)PIXELS * (size_t)in, 1),
                   need(PIXELS, sizeof(float)),
                   need((size_t)PIXELS * (size_t)out, sizeof(float))};
    s2_random_init(&source, 1, 0);
    fill((float *)r.x, (size_t)PIXELS * (size_t)in, 0.0f, &source);
    fill((float *)r.w_float, weights, -0.5f, &source);
    for (int o = 0; o < out; o++) {
        const size_t block = (size_t)(o / BLOCK) * BLOCK * (size_t)in;
        ((float *)r.w_scale)[o] = 0.5f / 127.0f;
        for (int k = 0; k < in; k++)
            ((int8_t *)r.w)[block + (size_t)(k / 4 * BLOCK * 4 + o % BLOCK * 4 + k % 4)] =
                (int8_t)lrintf(r.w_float[block + (size_t)(k * BLOCK + o % BLOCK)] / r.w_scale[o]);
    }
    return r;
}

static void free_row(row *r)
{
    const void *const all[] = {r->x, r->w_float, r->bias, r->w_scale, r->w, r->q, r->scale, r->y};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        free((void *)all[i]);
}

/* Whether a form's results are, bit by bit, those of the plain loops. */
static bool is_right(const form *f, const row *r)
{
    const size_t values = (size_t)PIXELS * (size_t)r->out;
    float *found = need(values, sizeof(float));
    f->quantise(r);
    f->multiply(r);
    memcpy(found, r->y, values * sizeof(float));
    quantise_plain(r);
    multiply_plain(r);
    const bool right = memcmp(found, r->y, values * sizeof(float)) == 0;
    free(found);
    return right;
}

static void run_float(const row *r, const s2_kernels *kernels)
{
    static const ptrdiff_t here = 0;
    const s2_kernel_row float_row = {.x = r->x,
                                     .x_step = r->in,
                                     .taps = &here,
                                     .tap_count = 1,
                                     .in = r->in,
                                     .w = r->w_float,
                                     .bias = r->bias,
                                     .y = r->y,
                                     .y_step = r->out,
                                     .count = PIXELS,
                                     .out = r->out};
    kernels->row(&float_row);
}

/* As many pixels of a 3 x 3 layer by Winograd's tiles of 4 rows. */
static void run_winograd(const row *r, const s2_kernels *kernels, float *input, float *output,
                         float *scratch)
{
    const int channels = r->out;
    const int columns = PIXELS / S2_WINOGRAD_SIDE;
    s2_kernel_winograd strip = {.x_stride = channels,
                                .y_stride = channels,
                                .dilation = 1,
                                .tiles = columns / S2_WINOGRAD_SIDE,
                                .end = columns,
                                .in = channels,
                                .out = channels,
                                .w = scratch,
                                .bias = r->bias,
                                .scratch = scratch + S2_WINOGRAD_PRODUCTS * channels * channels};
    for (int i = 0; i < S2_WINOGRAD_REACH; i++)
        strip.x[i] = input + (ptrdiff_t)i * (columns + 2) * channels;
    for (int i = 0; i < S2_WINOGRAD_SIDE; i++)
        strip.y[i] = output + (ptrdiff_t)i * columns * channels;
    kernels->winograd(&strip);
}

/* Nanoseconds a pixel of the layer: float, 8 bits. */
static void measure(const layer *l, const s2_kernels *kernels, const form *f, double best[2])
{
    row r = make_row(l->taps * l->in, l->out);
    const size_t wino = (size_t)S2_WINOGRAD_PRODUCTS * (size_t)l->out * (size_t)l->out;
    float *scratch = need(wino + s2_winograd_floats(l->out, l->out), sizeof(float));
    float *input =
        need((size_t)S2_WINOGRAD_REACH * (PIXELS / S2_WINOGRAD_SIDE + 2) * (size_t)l->out,
             sizeof(float));
    const long times = 1 + 20000000L / ((long)PIXELS * r.in * r.out);
    best[0] = best[1] = INFINITY;
    if (!is_right(f, &r)) {
        fprintf(stderr, "integer: %s: other sums than the plain loop's\n", f->name);
        exit(1);
    }
    for (int i = 0; i < ROUNDS; i++) {
        double start = s2_thread_seconds();
        for (long k = 0; k < times; k++)
            if (l->taps > 1)
                run_winograd(&r, kernels, input, r.y, scratch);
            else
                run_float(&r, kernels);
        best[0] = fmin(best[0], s2_thread_seconds() - start);
        start = s2_thread_seconds();
        for (long k = 0; k < times; k++) {
            if (l->taps == 1)
                f->quantise(&r);
            f->multiply(&r);
        }
        best[1] = fmin(best[1], s2_thread_seconds() - start);
    }
    for (int i = 0; i < 2; i++)
        best[i] *= 1e9 / ((double)times * PIXELS);
    free(input);
    free(scratch);
    free_row(&r);
}

int main(int argc, char **argv)
{
    const int c = argc == 2 ? atoi(argv[1]) : 0;
    if (c < BLOCK || c > 256 || c % (2 * BLOCK) != 0) {
        fprintf(stderr, "usage: integer CHANNELS, a multiple of 32 up to 256\n");
        return 2;
    }
    const int spectral = c + c / 4; /* of both sources */
    const layer layers[] = {{"hidden layer of the classifier, detail", 1, c, HIDDEN, 1},
                            {"hidden layer of the classifier, head", 1, c, HIDDEN, 0.25},
                            {"classes", 1, HIDDEN, CLASSES, 1},
                            {"detail of the fine source", 1, c / 4, c, 1},
                            {"detail of the coarse source", 1, c, c, 1 / 16.0},
                            {"mix of the coarse source's bands", 1, 128, c, 1 / 16.0},
                            {"mix of ADRF, spectral", 1, spectral, c, 0.25},
                            {"mix of ADRF, spatial", 1, 2 * c, c, 0.25},
                            {"shortcut of the head", 1, c, c, 0.25},
                            {"3 x 3: encoders, necks, head", 9, c, c, 6 * 0.25 + 2 / 16.0}};
    const s2_kernels *kernels = NULL;
    s2rgf_error error;
    if (s2_kernels_select(S2_PRECISION_FLOAT, &kernels, &error) != S2RGF_OK || !kernels->winograd) {
        fprintf(stderr, "integer: needs kernels with Winograd\n");
        return 1;
    }
    const form f = find_form();
    printf("%s\t%s\n", kernels->name, f.name);
    for (size_t i = 0; i < sizeof layers / sizeof *layers; i++) {
        double best[2];
        measure(&layers[i], kernels, &f, best);
        printf("%s\t%.3f\t%.3f\n", layers[i].name, best[0] * layers[i].each,
               best[1] * layers[i].each);
    }
    return 0;
}
