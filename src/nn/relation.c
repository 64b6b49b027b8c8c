/* The relations of one window while running: attention of ADRF and of SSJA. */
#include "nn/relation.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "nn/cells.h"

void s2_relation_adrf(s2_kernel_row_function kernel, const s2_folded_adrf *adrf,
                      const s2_window_sums *window, float *work, float *attention)
{
    const int channels = adrf->mix.conv.in;
    const size_t n = (size_t)channels;
    float *mean = work;
    float *std = mean + n;
    float *from_mean = std + n;
    float *from_std = from_mean + n; /* holds the variance before */
    s2_window_moments(window->sum, window->square, window->count, channels, mean, from_std, std);
    s2_row_conv(kernel, &adrf->from_mean, (s2_row){mean, channels}, 1,
                (s2_row){from_mean, channels});
    s2_row_conv(kernel, &adrf->from_std, (s2_row){std, channels}, 1, (s2_row){from_std, channels});
    for (size_t k = 0; k < n; k++)
        attention[k] = 1.0f / (1.0f + expf(-(from_mean[k] + from_std[k])));
}

size_t s2_relation_floats(int c)
{
    const size_t n = (size_t)c;
    return 5 * n * n + 4 * S2_RELATION_CELL_MAX * n;
}

s2_relation_space s2_relation_divide(const s2_kernels *kernels, int c, float *memory)
{
    const size_t n = (size_t)c;
    s2_relation_space space = {.kernels = kernels, .c = c, .a1 = memory};
    assert(c % S2_KERNEL_BLOCK == 0);
    space.a2 = space.a1 + n * n;
    space.packed = space.a2 + n * n;
    space.norms = space.packed + 2 * n * n;
    space.zeros = space.norms + 2 * n;
    space.x1 = memory + 5 * n * n;
    space.x2 = space.x1 + S2_RELATION_CELL_MAX * n;
    space.packed_cell = space.x2 + S2_RELATION_CELL_MAX * n;
    space.z = space.packed_cell + S2_RELATION_CELL_MAX * n;
    memset(space.zeros, 0, n * sizeof(float));
    return space;
}

/* gram[i][j] = sum_p left[p][i] right[p][j]; right packed. */
static void gram(const s2_relation_space *space, const float *left, const float *right, int count,
                 float *out)
{
    const int c = space->c;
    ptrdiff_t taps[S2_RELATION_CELL_MAX];
    for (int p = 0; p < count; p++)
        taps[p] = (ptrdiff_t)p * c;
    const s2_kernel_row row = {.x = left,
                               .x_step = 1,
                               .taps = taps,
                               .tap_count = count,
                               .in = 1,
                               .w = right,
                               .bias = space->zeros,
                               .y = out,
                               .y_step = c,
                               .count = c,
                               .out = c};
    space->kernels->row(&row);
}

void s2_relation_grams(const s2_relation_space *space, int count, float *const g[3])
{
    s2_kernel_pack(space->x1, NULL, count, 1, space->c, space->packed_cell);
    gram(space, space->x1, space->packed_cell, count, g[0]);
    gram(space, space->x2, space->packed_cell, count, g[2]);
    s2_kernel_pack(space->x2, NULL, count, 1, space->c, space->packed_cell);
    gram(space, space->x2, space->packed_cell, count, g[1]);
}

/* One over the norms of the rows whose Gram matrix is g. */
static void inverse_norms(const float *g, int c, float *norms)
{
    for (int k = 0; k < c; k++)
        norms[k] = 1.0f / sqrtf(g[(size_t)k * (size_t)c + (size_t)k] + S2_SSJA_NORM_EPS);
}

/* s2_ssja_attention() with products in place of quotients. */
static void find_attention(const s2_relation_space *space, const float *g11, const float *g22,
                           const float *g21)
{
    const size_t c = (size_t)space->c;
    float *restrict d1 = space->norms;
    float *restrict d2 = d1 + c;
    inverse_norms(g11, space->c, d1);
    inverse_norms(g22, space->c, d2);
    for (size_t i = 0; i < c; i++)
        for (size_t j = 0; j < c; j++)
            space->a2[j * c + i] = g21[i * c + j];
    for (size_t i = 0; i < c; i++) {
        float *restrict row1 = space->a1 + i * c;
        float *restrict row2 = space->a2 + i * c;
        for (size_t j = 0; j < c; j++) {
            row1[j] = (g11[i * c + j] * d1[i] + g21[i * c + j] * d2[i]) * d1[j];
            row2[j] = (g22[i * c + j] * d2[i] + row2[j] * d1[i]) * d2[j];
        }
        space->kernels->softmax(row1, space->c);
        space->kernels->softmax(row2, space->c);
    }
}

/* Rows j of A1 + I, then of A2 + I, transposed, in the order of s2_kernel_pack(). */
void s2_relation_join(const s2_relation_space *space, const float *g11, const float *g22,
                      const float *g21)
{
    const size_t c = (size_t)space->c;
    const size_t width = S2_KERNEL_BLOCK;
    find_attention(space, g11, g22, g21);
    for (size_t i = 0; i < c; i++) {
        float *to = space->packed + i / width * 2 * c * width + i % width;
        for (size_t j = 0; j < c; j++) {
            const float self = i == j ? 1.0f : 0.0f;
            to[j * width] = space->a1[i * c + j] + self;
            to[(c + j) * width] = space->a2[i * c + j] + self;
        }
    }
}

void s2_relation_apply(const s2_relation_space *space, s2_rect rect, const s2_region *x1,
                       const s2_region *x2, const s2_region *z)
{
    const int c = space->c;
    const size_t bytes = (size_t)c * sizeof(float);
    const s2_folded_conv both = {
        .conv = {1, 1, 1, 2 * c, c}, .w = space->packed, .bias = space->zeros};
    float *to = space->x1;
    for (int y = rect.y; y < rect.y + rect.h; y++)
        for (int x = rect.x; x < rect.x + rect.w; x++, to += 2 * c) {
            memcpy(to, s2_region_at(x1, x, y), bytes);
            memcpy(to + c, s2_region_at(x2, x, y), bytes);
        }
    s2_row_conv(space->kernels->row, &both, (s2_row){space->x1, 2 * c}, rect.w * rect.h,
                (s2_row){space->z, c});
    for (int p = 0; p < rect.w * rect.h; p++)
        memcpy(s2_region_at(z, rect.x + p % rect.w, rect.y + p / rect.w), space->z + p * c, bytes);
}

void s2_relation_add(s2_rect rect, const s2_region *x1, const s2_region *x2, const s2_region *z)
{
    const size_t floats = (size_t)(z->stride * z->maps);
    for (int y = rect.y; y < rect.y + rect.h; y++)
        for (int x = rect.x; x < rect.x + rect.w; x++) {
            const float *one = s2_region_at(x1, x, y);
            const float *other = s2_region_at(x2, x, y);
            float *to = s2_region_at(z, x, y);
            for (size_t k = 0; k < floats; k++)
                to[k] = one[k] + other[k];
        }
}
