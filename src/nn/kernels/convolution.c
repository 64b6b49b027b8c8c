/* The inner loops of running: this file is compiled once per instruction set, S2_KERNEL_SUFFIX
   names the result. */
#include "nn/kernels/kernels.h"

#include <string.h>

#include "nn/kernels/kernel_vector.h"

/* Output pixels whose sums are in registers together with those of that many blocks: the more of
   both, the fewer loads for each multiply-add. */
#define FOUR_BLOCKS_PIXELS 6 /* where there are 32 registers, and a block is one */
#define TWO_BLOCKS_PIXELS 12
#define ONE_BLOCK_PIXELS (12 / VECTORS)
#define HALF_BLOCK_PIXELS (2 * ONE_BLOCK_PIXELS)

/* Channels from `first` on, the last ones, which do not fill their vectors. */
static void store_partial(const s2_kernel_row *row, int pixel, int first, float *values)
{
    const int count = row->out - first;
    if (row->add)
        for (int k = 0; k < count; k++)
            values[k] += row->add[pixel * row->add_step + first + k];
    if (row->relu)
        for (int k = 0; k < count; k++)
            values[k] = values[k] < 0.0f ? 0.0f : values[k];
    memcpy(row->y + pixel * row->y_step + first, values, (size_t)count * sizeof(float));
}

/* The same from registers: the address of the sums goes nowhere else, so that they stay there. */
static inline void finish_partial(const s2_kernel_row *row, int pixel, int block, int count,
                                  const vector *sum)
{
    float values[4 * S2_KERNEL_BLOCK];
    _Pragma("GCC unroll 4") for (int v = 0; v < count; v++) store(values + v * LANES, sum[v]);
    store_partial(row, pixel, block * S2_KERNEL_BLOCK, values);
}

/* What becomes of the sums; a copy, for what is stored might be the row's own memory for all the
   compiler knows. */
typedef struct ending {
    const float *add; /* of the first pixel and block, or NULL */
    float *y;
    ptrdiff_t add_step, y_step;
    bool relu;
} ending;

static inline ending ending_of(const s2_kernel_row *row, int pixel, int block)
{
    const int first = block * S2_KERNEL_BLOCK;
    const ending end = {row->add ? row->add + pixel * row->add_step + first : NULL,
                        row->y + pixel * row->y_step + first, row->add_step, row->y_step,
                        row->relu};
    return end;
}

/* `count` vectors of the pixel p pixels after the first. */
static inline void finish_pixel(const ending *end, int p, int count, const vector *sum)
{
    float *y = end->y + p * end->y_step;
    _Pragma("GCC unroll 4") for (int v = 0; v < count; v++)
    {
        vector value = sum[v];
        if (end->add)
            value += load(end->add + p * end->add_step + v * LANES);
        store(y + v * LANES, end->relu ? relu(value) : value);
    }
}

static inline void start_pixel(const s2_kernel_row *row, int block, int count, vector *sum)
{
    _Pragma("GCC unroll 4") for (int v = 0; v < count; v++) sum[v] =
        row->bias ? load(row->bias + block * S2_KERNEL_BLOCK + v * LANES) : (vector){0};
}

/* Define a function for `pixels` output pixels from `pixel` on and `vectors` vectors of channels
   from `block` on. Every element sees the same operations in the same order whatever the two are.
   All loops over registers must vanish; a function of its own has all registers for itself. */
#define DEFINE_GROUP(name, pixels, vectors)                                                        \
    static __attribute__((noinline)) void name(const s2_kernel_row *row, int pixel, int block)     \
    {                                                                                              \
        const ptrdiff_t x_step = row->x_step;                                                      \
        const ptrdiff_t block_floats = (ptrdiff_t)row->tap_count * row->in * S2_KERNEL_BLOCK;      \
        const float *x = row->x + pixel * x_step;                                                  \
        const float *w = row->w + block * block_floats;                                            \
        vector sum[pixels][vectors];                                                               \
        _Pragma("GCC unroll 12") for (int p = 0; p < (pixels); p++)                                \
            start_pixel(row, block, vectors, sum[p]);                                              \
        for (int t = 0; t < row->tap_count; t++) {                                                 \
            const float *from = x + row->taps[t];                                                  \
            const float *end = from + row->in;                                                     \
            for (; from < end; from++, w += S2_KERNEL_BLOCK) {                                     \
                vector weight[vectors];                                                            \
                _Pragma("GCC unroll 4") for (int v = 0; v < (vectors); v++) weight[v] =            \
                    load(w + v / VECTORS * block_floats + v % VECTORS * LANES);                    \
                _Pragma("GCC unroll 12") for (int p = 0; p < (pixels); p++)                        \
                {                                                                                  \
                    const vector value = every(from[p * x_step]);                                  \
                    _Pragma("GCC unroll 4") for (int v = 0; v < (vectors); v++) sum[p][v] =        \
                        multiply_add(weight[v], value, sum[p][v]);                                 \
                }                                                                                  \
            }                                                                                      \
        }                                                                                          \
        if (row->out < block * S2_KERNEL_BLOCK + (vectors)*LANES) {                                \
            _Pragma("GCC unroll 12") for (int p = 0; p < (pixels); p++)                            \
                finish_partial(row, pixel + p, block, vectors, sum[p]);                            \
            return;                                                                                \
        }                                                                                          \
        const ending end = ending_of(row, pixel, block);                                           \
        _Pragma("GCC unroll 12") for (int p = 0; p < (pixels); p++)                                \
            finish_pixel(&end, p, vectors, sum[p]);                                                \
    }

/* Define a function for all pixels of `vectors` vectors: `most` at a time, then fewer. */
#define DEFINE_PIXELS(name, most, vectors)                                                         \
    DEFINE_GROUP(name##_most, most, vectors)                                                       \
    DEFINE_GROUP(name##_some, ((most) + 2) / 3, vectors)                                           \
    DEFINE_GROUP(name##_one, 1, vectors)                                                           \
    static void name(const s2_kernel_row *row, int block)                                          \
    {                                                                                              \
        int pixel = 0;                                                                             \
        for (; pixel + (most) <= row->count; pixel += (most))                                      \
            name##_most(row, pixel, block);                                                        \
        for (; pixel + ((most) + 2) / 3 <= row->count; pixel += ((most) + 2) / 3)                  \
            name##_some(row, pixel, block);                                                        \
        for (; pixel < row->count; pixel++)                                                        \
            name##_one(row, pixel, block);                                                         \
    }

DEFINE_PIXELS(run_one, ONE_BLOCK_PIXELS, VECTORS)

#if VECTORS == 1
DEFINE_PIXELS(run_four, FOUR_BLOCKS_PIXELS, 4)
DEFINE_PIXELS(run_two, TWO_BLOCKS_PIXELS, 2)

void KERNEL_ROW(const s2_kernel_row *row)
{
    const int whole = row->out / S2_KERNEL_BLOCK; /* blocks that channels fill */
    int block = 0;
    for (; block + 4 <= whole; block += 4)
        run_four(row, block);
    for (; block + 2 <= whole; block += 2)
        run_two(row, block);
    for (; block * S2_KERNEL_BLOCK < row->out; block++)
        run_one(row, block);
}
#else
DEFINE_PIXELS(run_half, HALF_BLOCK_PIXELS, VECTORS / 2)

void KERNEL_ROW(const s2_kernel_row *row)
{
    for (int block = 0; block * S2_KERNEL_BLOCK < row->out; block++)
        if (row->out - block * S2_KERNEL_BLOCK > S2_KERNEL_BLOCK / 2)
            run_one(row, block);
        else
            run_half(row, block);
}
#endif

const s2_kernels KERNEL_TABLE = {KERNEL_NAME,
                                 KERNEL_ROW,
                                 KERNEL_WINOGRAD,
                                 KERNEL_SAMPLE,
                                 KERNEL_MOMENTS,
                                 KERNEL_SCALE,
                                 KERNEL_SUM,
                                 KERNEL_GRAM,
                                 KERNEL_ATTEND,
                                 KERNEL_FILTER,
                                 KERNEL_SMOOTH,
                                 &TRAINING_PASSES(s2_winograd_passes),
                                 &TRAINING_PASSES(s2_tensor_passes),
                                 S2_FUSED};
