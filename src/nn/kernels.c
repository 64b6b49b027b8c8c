/* The inner loops of running: this file is compiled once per instruction set, S2_KERNEL_SUFFIX
   names the result. */
#include "nn/kernels.h"

#include <string.h>

#ifndef S2_KERNEL_SUFFIX
#define S2_KERNEL_SUFFIX _base
#endif
#define JOIN2(a, b) a##b
#define JOIN(a, b) JOIN2(a, b)
#define KERNEL_ROW JOIN(s2_kernel_row, S2_KERNEL_SUFFIX)

void KERNEL_ROW(const s2_kernel_row *row);

/* Vectors of the machine's width: 16 channels are one, two or four of them. Accumulators take 12
   registers. */
#if defined(__AVX512F__)
#define LANES 16
#elif defined(__AVX2__)
#define LANES 8
#else
#define LANES 4
#endif
#define VECTORS (S2_KERNEL_BLOCK / LANES)
#define PIXELS (12 / VECTORS)

typedef float vector __attribute__((vector_size(LANES * sizeof(float)), aligned(4), may_alias));

/* Accumulate `pixels` output pixels of one block. Every element sees the same operations in the
   same order whatever `pixels` is. */
#define ACCUMULATE(pixels)                                                                         \
    do {                                                                                           \
        for (int t = 0; t < row->tap_count; t++) {                                                 \
            const float *from = x + row->taps[t];                                                  \
            for (int c = 0; c < row->in; c++, w += S2_KERNEL_BLOCK)                                \
                for (int v = 0; v < VECTORS; v++) {                                                \
                    const vector weight = *(const vector *)(w + v * LANES);                        \
                    _Pragma("GCC unroll 12") for (int p = 0; p < (pixels); p++) sum[p][v] +=       \
                        weight * from[p * row->x_step + c];                                        \
                }                                                                                  \
        }                                                                                          \
    } while (0)

static inline void finish_pixel(const s2_kernel_row *row, int pixel, int block,
                                const vector sum[VECTORS])
{
    float values[S2_KERNEL_BLOCK];
    const int first = block * S2_KERNEL_BLOCK;
    const int count = row->out - first < S2_KERNEL_BLOCK ? row->out - first : S2_KERNEL_BLOCK;
    memcpy(values, sum, sizeof values);
    if (row->add)
        for (int k = 0; k < count; k++)
            values[k] += row->add[pixel * row->add_step + first + k];
    if (row->relu)
        for (int k = 0; k < S2_KERNEL_BLOCK; k++)
            values[k] = values[k] > 0.0f ? values[k] : 0.0f;
    memcpy(row->y + pixel * row->y_step + first, values, (size_t)count * sizeof(float));
}

static inline void start_pixel(const s2_kernel_row *row, int block, vector sum[VECTORS])
{
    for (int v = 0; v < VECTORS; v++)
        sum[v] = *(const vector *)(row->bias + block * S2_KERNEL_BLOCK + v * LANES);
}

void KERNEL_ROW(const s2_kernel_row *row)
{
    const int blocks = (row->out + S2_KERNEL_BLOCK - 1) / S2_KERNEL_BLOCK;
    const size_t block_floats = (size_t)row->tap_count * (size_t)row->in * S2_KERNEL_BLOCK;
    for (int block = 0; block < blocks; block++) {
        int pixel = 0;
        for (; pixel + PIXELS <= row->count; pixel += PIXELS) {
            const float *x = row->x + pixel * row->x_step;
            const float *w = row->w + (size_t)block * block_floats;
            vector sum[PIXELS][VECTORS];
            for (int p = 0; p < PIXELS; p++)
                start_pixel(row, block, sum[p]);
            ACCUMULATE(PIXELS);
            for (int p = 0; p < PIXELS; p++)
                finish_pixel(row, pixel + p, block, sum[p]);
        }
        for (; pixel < row->count; pixel++) {
            const float *x = row->x + pixel * row->x_step;
            const float *w = row->w + (size_t)block * block_floats;
            vector sum[1][VECTORS];
            start_pixel(row, block, sum[0]);
            ACCUMULATE(1);
            finish_pixel(row, pixel, block, sum[0]);
        }
    }
}
