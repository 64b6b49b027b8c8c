/* The inner loops of running: this file is compiled once per instruction set, S2_KERNEL_SUFFIX
   names the result. */
#include "nn/kernels.h"

#include <string.h>

#include "nn/kernel_vector.h"

#define PIXELS (12 / VECTORS) /* accumulators take 12 registers */

/* Accumulate `pixels` output pixels of one block. Every element sees the same operations in the
   same order whatever `pixels` is. All loops over registers must vanish. */
#define ACCUMULATE(pixels)                                                                         \
    do {                                                                                           \
        for (int t = 0; t < row->tap_count; t++) {                                                 \
            const float *from = x + row->taps[t];                                                  \
            for (int c = 0; c < row->in; c++, w += S2_KERNEL_BLOCK) {                              \
                vector weight[VECTORS];                                                            \
                _Pragma("GCC unroll 4") for (int v = 0; v < VECTORS; v++) weight[v] =              \
                    *(const vector *)(w + v * LANES);                                              \
                _Pragma("GCC unroll 12") for (int p = 0; p < (pixels); p++)                        \
                {                                                                                  \
                    const float value = from[p * row->x_step + c];                                 \
                    _Pragma("GCC unroll 4") for (int v = 0; v < VECTORS; v++) sum[p][v] +=         \
                        weight[v] * value;                                                         \
                }                                                                                  \
            }                                                                                      \
        }                                                                                          \
    } while (0)

/* The last block of a row whose channels do not fill it. */
static void finish_partial(const s2_kernel_row *row, int pixel, int first, const vector *sum)
{
    float values[S2_KERNEL_BLOCK];
    const int count = row->out - first;
    memcpy(values, sum, sizeof values);
    if (row->add)
        for (int k = 0; k < count; k++)
            values[k] += row->add[pixel * row->add_step + first + k];
    if (row->relu)
        for (int k = 0; k < S2_KERNEL_BLOCK; k++)
            values[k] = values[k] > 0.0f ? values[k] : 0.0f;
    memcpy(row->y + pixel * row->y_step + first, values, (size_t)count * sizeof(float));
}

static inline void finish_pixel(const s2_kernel_row *row, int pixel, int block, const vector *sum)
{
    const int first = block * S2_KERNEL_BLOCK;
    float *y = row->y + pixel * row->y_step + first;
    if (row->out - first < S2_KERNEL_BLOCK) {
        finish_partial(row, pixel, first, sum);
        return;
    }
    _Pragma("GCC unroll 4") for (int v = 0; v < VECTORS; v++)
    {
        vector value = sum[v];
        if (row->add)
            value += *(const vector *)(row->add + pixel * row->add_step + first + v * LANES);
        *(vector *)(y + v * LANES) = row->relu ? relu(value) : value;
    }
}

static inline void start_pixel(const s2_kernel_row *row, int block, vector *sum)
{
    _Pragma("GCC unroll 4") for (int v = 0; v < VECTORS; v++) sum[v] =
        row->bias ? *(const vector *)(row->bias + block * S2_KERNEL_BLOCK + v * LANES)
                  : (vector){0};
}

/* Groups of `pixels` output pixels of one block, as many as are left. */
#define RUN_GROUPS(pixels)                                                                         \
    for (; pixel + (pixels) <= row->count; pixel += (pixels)) {                                    \
        const float *x = row->x + pixel * row->x_step;                                             \
        const float *w = row->w + (size_t)block * block_floats;                                    \
        vector sum[pixels][VECTORS];                                                               \
        _Pragma("GCC unroll 12") for (int p = 0; p < (pixels); p++)                                \
            start_pixel(row, block, sum[p]);                                                       \
        ACCUMULATE(pixels);                                                                        \
        _Pragma("GCC unroll 12") for (int p = 0; p < (pixels); p++)                                \
            finish_pixel(row, pixel + p, block, sum[p]);                                           \
    }

void KERNEL_ROW(const s2_kernel_row *row)
{
    const int blocks = (row->out + S2_KERNEL_BLOCK - 1) / S2_KERNEL_BLOCK;
    const size_t block_floats = (size_t)row->tap_count * (size_t)row->in * S2_KERNEL_BLOCK;
    for (int block = 0; block < blocks; block++) {
        int pixel = 0;
        RUN_GROUPS(PIXELS)
        RUN_GROUPS((PIXELS + 2) / 3)
        RUN_GROUPS(1)
    }
}

const s2_kernels KERNEL_TABLE = {KERNEL_NAME,   KERNEL_ROW,     KERNEL_WINOGRAD,
                                 KERNEL_SAMPLE, KERNEL_MOMENTS, KERNEL_SCALE,
                                 KERNEL_SUM,    KERNEL_SOFTMAX, KERNEL_FILTER,
                                 &S2_SUFFIXED(s2_winograd_passes), &S2_SUFFIXED(s2_map_passes)};
