/* Inner loops of SSJA: compiled once per instruction set, S2_KERNEL_SUFFIX names the result. */
#include "nn/kernels/relation.h"

#include <math.h>

#include "nn/kernels/kernel_vector.h"

#define SIDE S2_GRAM_SIDE
#define SQUARE (SIDE * SIDE)
_Static_assert(SIDE == S2_KERNEL_BLOCK, "a square is as wide as a packed block");

/* ---- Gram matrices --------------------------------------------------------------------------- */

/* Rows and squares whose sums are in registers together. */
#if LANES == 16
#define ROWS 8
#else
#define ROWS (12 / VECTORS)
#endif

/* Define a function for ROWS rows of `squares` squares side by side:
   out[i][j] = sum_p left[p][i] right[p][j]. */
#define DEFINE_GRAM(name, squares)                                                                 \
    static __attribute__((noinline)) void name(const float *left, const float *right, int count,   \
                                               int channels, float *out)                           \
    {                                                                                              \
        vector sum[ROWS][(squares)*VECTORS] = {{{0}}};                                             \
        for (int p = 0; p < count; p++, left += channels, right += channels) {                     \
            vector row[(squares)*VECTORS];                                                         \
            _Pragma("GCC unroll 4") for (int v = 0; v < (squares)*VECTORS; v++) row[v] =           \
                load(right + v * LANES);                                                           \
            _Pragma("GCC unroll 8") for (int i = 0; i < ROWS; i++)                                 \
                _Pragma("GCC unroll 4") for (int v = 0; v < (squares)*VECTORS; v++) sum[i][v] =    \
                    multiply_add(row[v], every(left[i]), sum[i][v]);                               \
        }                                                                                          \
        _Pragma("GCC unroll 8") for (int i = 0; i < ROWS; i++)                                     \
            _Pragma("GCC unroll 4") for (int v = 0; v < (squares)*VECTORS; v++)                    \
                store(out + v / VECTORS * SQUARE + i * SIDE + v % VECTORS * LANES, sum[i][v]);     \
    }

DEFINE_GRAM(gram_one, 1)
#if LANES == 16
DEFINE_GRAM(gram_two, 2)
#endif

/* First row of the next group of ROWS; the last one may overlap the one before it. */
static int group_row(int first)
{
    return first < SIDE - ROWS ? first : SIDE - ROWS;
}

/* A row of squares. */
static void gram_row(const s2_kernel_gram *cell, const float *left, const float *right, int squares,
                     float *out)
{
    for (int first = 0; first < SIDE; first += ROWS) {
        const int i = group_row(first);
        int square = 0;
#if LANES == 16
        for (; square + 2 <= squares; square += 2)
            gram_two(left + i, right + square * SIDE, cell->count, cell->channels,
                     out + square * SQUARE + i * SIDE);
#endif
        for (; square < squares; square++)
            gram_one(left + i, right + square * SIDE, cell->count, cell->channels,
                     out + square * SQUARE + i * SIDE);
    }
}

static float *symmetric_gram(const s2_kernel_gram *cell, const float *x, float *out)
{
    const int side = cell->channels / SIDE;
    for (int row = 0; row < side; row++) {
        gram_row(cell, x + row * SIDE, x + row * SIDE, side - row, out);
        out += (side - row) * SQUARE;
    }
    return out;
}

void KERNEL_GRAM(const s2_kernel_gram *cell)
{
    const int side = cell->channels / SIDE;
    float *out = symmetric_gram(cell, cell->x1, cell->grams);
    out = symmetric_gram(cell, cell->x2, out);
    for (int row = 0; row < side; row++, out += side * SQUARE)
        gram_row(cell, cell->x2 + row * SIDE, cell->x1, side, out);
}

/* ---- attention ------------------------------------------------------------------------------- */

/* The three matrices of a window, and one over the norms of the channels. */
typedef struct window {
    int channels;
    const float *g11, *g22, *g21;
    float *d1, *d2;
} window;

static void turn_square(const float *restrict from, float *restrict to)
{
    for (int i = 0; i < SIDE; i++)
        for (int j = 0; j < SIDE; j++)
            to[i * SIDE + j] = from[j * SIDE + i];
}

/* A square of a symmetric matrix: where it is, or turned in `space`. */
static const float *find_square(const float *matrix, int channels, int row, int column,
                                float *space)
{
    if (row <= column)
        return matrix + s2_gram_symmetric_at(channels, row, column);
    turn_square(matrix + s2_gram_symmetric_at(channels, column, row), space);
    return space;
}

static void inverse_norms(const float *matrix, int channels, float *norms)
{
    for (int first = 0; first < channels; first += SIDE) {
        const float *square = matrix + s2_gram_symmetric_at(channels, first / SIDE, first / SIDE);
        for (int k = 0; k < SIDE; k++)
            norms[first + k] = 1.0f / sqrtf(square[k * (SIDE + 1)] + S2_SSJA_NORM_EPS);
    }
}

/* exp(x) = 2^n p(r) with n = round(x / ln 2), |r| <= ln 2 / 2; for x between -80 and 80. */
static inline vector exponential(vector x)
{
    /* adding 1.5 2^23 rounds, and leaves n in the last bits */
    const vector shift = every(12582912.0f);
    const vector shifted = multiply_add(x, every(1.44269504f), shift);
    const vector n = shifted - shift;
    const vector r =
        multiply_add(n, every(2.12194440e-4f), multiply_add(n, every(-0.693359375f), x));
    vector tail = multiply_add(every(1.9875691500e-4f), r, every(1.3981999507e-3f));
    tail = multiply_add(tail, r, every(8.3334519073e-3f));
    tail = multiply_add(tail, r, every(4.1665795894e-2f));
    tail = multiply_add(tail, r, every(1.6666665459e-1f));
    tail = multiply_add(tail, r, every(5.0000001201e-1f));
    const vector_mask power = ((vector_mask)shifted - (vector_mask)shift + 127) << 23;
    return (multiply_add(tail * r, r, r) + 1.0f) * (vector)power;
}

/* exp of the logits of 16 output channels, those of column `column`, and their sums: packed out at
   the block's first. No logit is shifted: it is the sum of two cosines, 2 at most. */
static void find_exponentials(const window *w, int column, float *packed, vector sum[2][VECTORS])
{
    const int channels = w->channels;
    float space[3][SQUARE];
    for (int row = 0; row < channels / SIDE; row++) {
        const float *one = find_square(w->g11, channels, row, column, space[0]);
        const float *two = find_square(w->g22, channels, row, column, space[1]);
        const float *cross = w->g21 + s2_gram_whole_at(channels, row, column);
        turn_square(w->g21 + s2_gram_whole_at(channels, column, row), space[2]);
        for (int k = 0; k < SIDE; k++) {
            const int j = row * SIDE + k;
            _Pragma("GCC unroll 4") for (int v = 0; v < VECTORS; v++)
            {
                const int at = k * SIDE + v * LANES;
                const vector d1 = load(w->d1 + column * SIDE + v * LANES);
                const vector d2 = load(w->d2 + column * SIDE + v * LANES);
                const vector logit1 = multiply_add(load(one + at), d1, load(space[2] + at) * d2);
                const vector logit2 = multiply_add(load(two + at), d2, load(cross + at) * d1);
                const vector exp1 = exponential(logit1 * w->d1[j]);
                const vector exp2 = exponential(logit2 * w->d2[j]);
                store(packed + j * SIDE + v * LANES, exp1);
                store(packed + (channels + j) * SIDE + v * LANES, exp2);
                sum[0][v] += exp1;
                sum[1][v] += exp2;
            }
        }
    }
}

void KERNEL_ATTEND(const s2_kernel_attend *attend)
{
    const int channels = attend->channels;
    const size_t symmetric = s2_gram_symmetric_floats(channels);
    const window w = {channels,
                      attend->grams,
                      attend->grams + symmetric,
                      attend->grams + 2 * symmetric,
                      attend->norms,
                      attend->norms + channels};
    inverse_norms(w.g11, channels, w.d1);
    inverse_norms(w.g22, channels, w.d2);
    for (int column = 0; column < channels / SIDE; column++) {
        float *packed = attend->packed + (ptrdiff_t)column * 2 * channels * SIDE;
        vector sum[2][VECTORS] = {{{0}}};
        find_exponentials(&w, column, packed, sum);
        for (int matrix = 0; matrix < 2; matrix++, packed += channels * SIDE) {
            for (int v = 0; v < VECTORS; v++) {
                const vector part = 1.0f / sum[matrix][v];
                for (int j = 0; j < channels; j++)
                    store(packed + j * SIDE + v * LANES,
                          load(packed + j * SIDE + v * LANES) * part);
            }
            for (int k = 0; k < SIDE; k++)
                packed[(column * SIDE + k) * SIDE + k] += 1.0f;
        }
    }
}
