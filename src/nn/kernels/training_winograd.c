/* Winograd's transforms of 3 x 3 convolutions: this file is compiled once per instruction set,
   S2_KERNEL_SUFFIX names the result. */
#include <string.h>

#include "nn/kernels/training_kernels.h"
#include "nn/kernels/vector.h"
#include "nn/kernels/winograd_lines.h"

#define PX S2_WINOGRAD_PX
#define SIDE 6 /* of a tile and its border, and of a transformed tile */
#define FINE_PX S2_WINOGRAD_FINE_PX
#define FINE_SIDE 4

/* Upper left pixel of a tile. */
typedef struct tile_place {
    int y, x;
} tile_place;

static tile_place place_of(const s2_winograd_tensor *tensor, int tile, int px)
{
    const int each = tensor->rows * tensor->columns;
    const int grid = tile / each;
    const int row = tile % each / tensor->columns;
    const int column = tile % each % tensor->columns;
    return (tile_place){grid / tensor->dilation + row * px * tensor->dilation,
                        grid % tensor->dilation + column * px * tensor->dilation};
}

/* Which of `side` pixels from `first` on, `step` apart, lie in 0..size-1: from *begin to *end - 1.
   */
static void clip_line(int first, int step, int side, int size, int *begin, int *end)
{
    *begin = 0;
    *end = side;
    while (*begin < side && first + *begin * step < 0)
        ++*begin;
    while (*end > *begin && first + (*end - 1) * step >= size)
        --*end;
}

/* The part of a square of pixels that lies in the tensor. */
typedef struct square {
    float *at; /* its first pixel, if that lies in the tensor */
    ptrdiff_t down, right;
    int top, bottom, left, end;
} square;

static square square_at(const s2_winograd_tensor *tensor, int y, int x, int side)
{
    square s = {.down = (ptrdiff_t)tensor->dilation * tensor->w * tensor->stride,
                .right = (ptrdiff_t)tensor->dilation * tensor->stride};
    clip_line(y, tensor->dilation, side, tensor->h, &s.top, &s.bottom);
    clip_line(x, tensor->dilation, side, tensor->w, &s.left, &s.end);
    s.at = tensor->data + ((ptrdiff_t)y * tensor->w + x) * tensor->stride;
    return s;
}

static bool is_whole(const square *s, int side)
{
    return s->top == 0 && s->left == 0 && s->bottom == side && s->end == side;
}

/* Channels k.. of the square; 0 outside the tensor. */
static inline void load_square(const square *s, int side, int k, vector *d)
{
    if (is_whole(s, side)) {
        for (int i = 0; i < side; i++)
            for (int j = 0; j < side; j++)
                d[i * side + j] = load(s->at + i * s->down + j * s->right + k);
        return;
    }
    memset(d, 0, (size_t)(side * side) * sizeof(vector));
    for (int i = s->top; i < s->bottom; i++)
        for (int j = s->left; j < s->end; j++)
            d[i * side + j] = load(s->at + i * s->down + j * s->right + k);
}

static void input(const s2_winograd_tensor *tensor, int first, int count, float *v)
{
    const size_t plane = (size_t)count * (size_t)tensor->c;
    for (int n = 0; n < count; n++) {
        const tile_place place = place_of(tensor, first + n, PX);
        const square from =
            square_at(tensor, place.y - tensor->dilation, place.x - tensor->dilation, SIDE);
        for (int k = 0; k < tensor->c; k += LANES) {
            vector d[SIDE * SIDE];
            float *to = v + (size_t)n * (size_t)tensor->c + k;
            load_square(&from, SIDE, k, d);
            for (int j = 0; j < SIDE; j++)
                transform_six(d + j, SIDE);
            for (int i = 0; i < SIDE; i++)
                transform_six(d + i * SIDE, 1);
            for (size_t e = 0; e < S2_WINOGRAD_PLANES; e++)
                store(to + e * plane, d[e]);
        }
    }
}

/* One line of B^T d: four values `step` apart. */
static inline void fine_input_line(const vector *d, int step, vector *t)
{
    t[0] = d[0] - d[2 * step];
    t[step] = d[step] + d[2 * step];
    t[2 * step] = d[2 * step] - d[step];
    t[3 * step] = d[step] - d[3 * step];
}

static void fine_input(const s2_winograd_tensor *tensor, int first, int count, float *v)
{
    const size_t plane = (size_t)count * (size_t)tensor->c;
    for (int n = 0; n < count; n++) {
        const tile_place place = place_of(tensor, first + n, FINE_PX);
        const square from =
            square_at(tensor, place.y - tensor->dilation, place.x - tensor->dilation, FINE_SIDE);
        for (int k = 0; k < tensor->c; k += LANES) {
            vector d[FINE_SIDE * FINE_SIDE];
            vector t[FINE_SIDE * FINE_SIDE];
            float *to = v + (size_t)n * (size_t)tensor->c + k;
            load_square(&from, FINE_SIDE, k, d);
            for (int j = 0; j < FINE_SIDE; j++)
                fine_input_line(d + j, FINE_SIDE, t + j);
            for (int i = 0; i < FINE_SIDE; i++)
                fine_input_line(t + i * FINE_SIDE, 1, d + i * FINE_SIDE);
            for (size_t e = 0; e < S2_WINOGRAD_FINE_PLANES; e++)
                store(to + e * plane, d[e]);
        }
    }
}

static void output(const s2_winograd_tensor *tensor, int first, int count, const float *m, bool add)
{
    const size_t plane = (size_t)count * (size_t)tensor->c;
    for (int n = 0; n < count; n++) {
        const tile_place place = place_of(tensor, first + n, PX);
        const square to = square_at(tensor, place.y, place.x, PX);
        for (int k = 0; k < tensor->c; k += LANES) {
            vector d[SIDE * SIDE];
            const float *from = m + (size_t)n * (size_t)tensor->c + k;
            for (size_t e = 0; e < S2_WINOGRAD_PLANES; e++)
                d[e] = load(from + e * plane);
            for (int j = 0; j < SIDE; j++)
                transform_four(d + j, SIDE);
            for (int i = 0; i < PX; i++)
                transform_four(d + i * SIDE, 1);
            for (int i = to.top; i < to.bottom; i++)
                for (int j = to.left; j < to.end; j++) {
                    float *pixel = to.at + i * to.down + j * to.right + k;
                    if (add)
                        d[i * SIDE + j] += load(pixel);
                    store(pixel, d[i * SIDE + j]);
                }
        }
    }
}

/* One line of A^T m: four values `step` apart to two `to_step` apart. */
static inline void fine_output_line(const vector *m, int step, vector *y, int to_step)
{
    y[0] = m[0] + m[step] + m[2 * step];
    y[to_step] = m[step] - m[2 * step] - m[3 * step];
}

static void fine_output(const s2_winograd_tensor *tensor, int first, int count, const float *m,
                        const float *bias)
{
    const size_t plane = (size_t)count * (size_t)tensor->c;
    for (int n = 0; n < count; n++) {
        const tile_place place = place_of(tensor, first + n, FINE_PX);
        const square to = square_at(tensor, place.y, place.x, FINE_PX);
        for (int k = 0; k < tensor->c; k += LANES) {
            vector d[FINE_SIDE * FINE_SIDE];
            vector t[FINE_PX * FINE_SIDE];
            vector y[FINE_PX * FINE_PX];
            const float *from = m + (size_t)n * (size_t)tensor->c + k;
            const vector shift = bias ? load(bias + k) : (vector){0};
            for (size_t e = 0; e < S2_WINOGRAD_FINE_PLANES; e++)
                d[e] = load(from + e * plane);
            for (int j = 0; j < FINE_SIDE; j++)
                fine_output_line(d + j, FINE_SIDE, t + j, FINE_SIDE);
            for (int i = 0; i < FINE_PX; i++)
                fine_output_line(t + i * FINE_SIDE, 1, y + i * FINE_PX, 1);
            for (int i = to.top; i < to.bottom; i++)
                for (int j = to.left; j < to.end; j++)
                    store(to.at + i * to.down + j * to.right + k, y[i * FINE_PX + j] + shift);
        }
    }
}

/* One line of A y: four values `step` apart to six `to_step` apart. */
static inline void gradient_line(const vector *y, int step, vector *m, int to_step)
{
    const vector near_even = y[0] + y[2 * step];
    const vector near_odd = y[step] + y[3 * step];
    const vector far_even = y[0] + 4.0f * y[2 * step];
    const vector far_odd = 2.0f * y[step] + 8.0f * y[3 * step];
    m[0] = y[0];
    m[to_step] = near_even + near_odd;
    m[2 * to_step] = near_even - near_odd;
    m[3 * to_step] = far_even + far_odd;
    m[4 * to_step] = far_even - far_odd;
    m[5 * to_step] = y[3 * step];
}

static void output_gradient(const s2_winograd_tensor *tensor, int first, int count, float *m,
                            float *sum)
{
    const size_t plane = (size_t)count * (size_t)tensor->c;
    for (int n = 0; n < count; n++) {
        const tile_place place = place_of(tensor, first + n, PX);
        const square from = square_at(tensor, place.y, place.x, PX);
        for (int k = 0; k < tensor->c; k += LANES) {
            vector y[PX * PX];
            vector t[SIDE * PX];
            vector d[SIDE * SIDE];
            float *to = m + (size_t)n * (size_t)tensor->c + k;
            vector total = {0};
            load_square(&from, PX, k, y);
            for (int i = 0; i < PX * PX; i++)
                total += y[i];
            store(sum + k, load(sum + k) + total);
            for (int j = 0; j < PX; j++)
                gradient_line(y + j, PX, t + j, PX);
            for (int i = 0; i < SIDE; i++)
                gradient_line(t + i * PX, 1, d + i * SIDE, 1);
            for (size_t e = 0; e < S2_WINOGRAD_PLANES; e++)
                store(to + e * plane, d[e]);
        }
    }
}

/* One line of G g: three values `step` apart to six `to_step` apart. */
static inline void weights_line(const vector *g, int step, vector *u, int to_step)
{
    const vector near_even = (g[0] + g[2 * step]) * (-1.0f / 6.0f);
    const vector near_odd = g[step] * (1.0f / 6.0f);
    const vector far_even = g[0] * (1.0f / 24.0f) + g[2 * step] * (1.0f / 6.0f);
    const vector far_odd = g[step] * (1.0f / 12.0f);
    u[0] = g[0] * 0.25f;
    u[to_step] = near_even - near_odd;
    u[2 * to_step] = near_even + near_odd;
    u[3 * to_step] = far_even + far_odd;
    u[4 * to_step] = far_even - far_odd;
    u[5 * to_step] = g[2 * step];
}

static void turned_weights(const float *w, int in, int out, int c, float *u)
{
    const size_t plane = (size_t)in * (size_t)out;
    const size_t row = (size_t)c * (size_t)out;
    for (size_t k = row; k < row + (size_t)out; k += LANES) {
        vector g[3 * 3];
        vector t[SIDE * 3];
        vector d[SIDE * SIDE];
        for (size_t tap = 0; tap < 9; tap++)
            g[8 - tap] = load(w + tap * plane + k);
        for (int j = 0; j < 3; j++)
            weights_line(g + j, 3, t + j, 3);
        for (int i = 0; i < SIDE; i++)
            weights_line(t + i * 3, 1, d + i * SIDE, 1);
        for (size_t e = 0; e < S2_WINOGRAD_PLANES; e++)
            store(u + e * plane + k, d[e]);
    }
}

/* One line of G g: three values `step` apart to four `to_step` apart. */
static inline void fine_weights_line(const vector *g, int step, vector *u, int to_step)
{
    const vector even = 0.5f * (g[0] + g[2 * step]);
    const vector odd = 0.5f * g[step];
    u[0] = g[0];
    u[to_step] = even + odd;
    u[2 * to_step] = even - odd;
    u[3 * to_step] = g[2 * step];
}

static void fine_weights(const float *w, int in, int out, int c, float *u)
{
    const size_t plane = (size_t)in * (size_t)out;
    const size_t row = (size_t)c * (size_t)out;
    for (size_t k = row; k < row + (size_t)out; k += LANES) {
        vector g[3 * 3];
        vector t[FINE_SIDE * 3];
        vector d[FINE_SIDE * FINE_SIDE];
        for (size_t tap = 0; tap < 9; tap++)
            g[tap] = load(w + tap * plane + k);
        for (int j = 0; j < 3; j++)
            fine_weights_line(g + j, 3, t + j, 3);
        for (int i = 0; i < FINE_SIDE; i++)
            fine_weights_line(t + i * 3, 1, d + i * FINE_SIDE, 1);
        for (size_t e = 0; e < S2_WINOGRAD_FINE_PLANES; e++)
            store(u + e * plane + k, d[e]);
    }
}

/* One line of G^T u: six values `step` apart to three `to_step` apart. */
static inline void kernel_line(const vector *u, int step, vector *g, int to_step)
{
    const vector near_sum = (u[step] + u[2 * step]) * (-1.0f / 6.0f);
    const vector near_difference = (u[2 * step] - u[step]) * (1.0f / 6.0f);
    const vector far_sum = u[3 * step] + u[4 * step];
    const vector far_difference = u[3 * step] - u[4 * step];
    g[0] = u[0] * 0.25f + near_sum + far_sum * (1.0f / 24.0f);
    g[to_step] = near_difference + far_difference * (1.0f / 12.0f);
    g[2 * to_step] = near_sum + far_sum * (1.0f / 6.0f) + u[5 * step];
}

static void weights_gradient(const float *du, int in, int out, float *dw)
{
    const size_t plane = (size_t)in * (size_t)out;
    for (size_t k = 0; k < plane; k += LANES) {
        vector d[SIDE * SIDE];
        vector t[3 * SIDE];
        vector g[3 * 3];
        for (size_t e = 0; e < S2_WINOGRAD_PLANES; e++)
            d[e] = load(du + e * plane + k);
        for (int j = 0; j < SIDE; j++)
            kernel_line(d + j, SIDE, t + j, SIDE);
        for (int i = 0; i < 3; i++)
            kernel_line(t + i * SIDE, 1, g + i * 3, 1);
        for (size_t tap = 0; tap < 9; tap++)
            store(dw + tap * plane + k, load(dw + tap * plane + k) + g[tap]);
    }
}

const s2_winograd_passes S2_SUFFIXED(s2_winograd_passes) = {
    fine_input,      input,        fine_output,    output,
    output_gradient, fine_weights, turned_weights, weights_gradient};
