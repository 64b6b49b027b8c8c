/* The relations of one window while running: attention of ADRF and of SSJA. */
#include "nn/run/relation.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "nn/layers/cells.h"

void s2_relation_adrf(s2_kernel_row_function kernel, const s2_folded_adrf *adrf,
                      const s2_window_sums *window, float *work, float *attention)
{
    const int channels = adrf->mix.conv.in;
    const size_t n = (size_t)channels;
    float *mean = work;
    float *std = mean + n;
    float *from_mean = std + n;
    float *from_std = from_mean + n; /* holds the variance before */
    s2_window_moments(window, channels, mean, from_std, std);
    s2_row_conv(kernel, &adrf->from_mean, (s2_row){mean, channels}, 1,
                (s2_row){from_mean, channels});
    s2_row_conv(kernel, &adrf->from_std, (s2_row){std, channels}, 1, (s2_row){from_std, channels});
    /* the last bits of exp() differ between C libraries, and vanish in the rounding to float */
    for (size_t k = 0; k < n; k++)
        attention[k] = (float)(1.0 / (1.0 + exp(-(double)(from_mean[k] + from_std[k]))));
}

size_t s2_relation_floats(int c)
{
    const size_t n = (size_t)c;
    return 2 * n * n + 2 * n + 3 * S2_RELATION_CELL_MAX * n;
}

s2_relation_space s2_relation_divide(const s2_kernels *kernels, int c, float *memory)
{
    const size_t n = (size_t)c;
    s2_relation_space space = {.kernels = kernels, .c = c, .packed = memory};
    assert(c % S2_KERNEL_BLOCK == 0);
    space.norms = space.packed + 2 * n * n;
    space.x1 = space.norms + 2 * n;
    space.x2 = space.x1 + S2_RELATION_CELL_MAX * n;
    space.z = space.x2 + S2_RELATION_CELL_MAX * n;
    return space;
}

void s2_relation_grams(const s2_relation_space *space, int count, float *grams)
{
    const s2_kernel_gram cell = {space->x1, space->x2, count, space->c, grams};
    space->kernels->gram(&cell);
}

void s2_relation_join(const s2_relation_space *space, const float *grams)
{
    const s2_kernel_attend window = {grams, space->c, space->norms, space->packed};
    space->kernels->attend(&window);
}

/* Pixels of rect, row by row, to or from an array [pixels][c]. */
static void copy_pixels(const s2_region *region, s2_rect rect, int c, float *array, bool to_array)
{
    const bool whole_rows = region->stride == c && region->tensors == 1;
    const int pixels = whole_rows ? rect.w : 1; /* copied together */
    const size_t floats = (size_t)pixels * (size_t)c;
    for (int y = rect.y; y < rect.y + rect.h; y++)
        for (int x = rect.x; x < rect.x + rect.w; x += pixels, array += floats) {
            float *there = s2_region_at(region, x, y);
            memcpy(to_array ? array : there, to_array ? there : array, floats * sizeof(float));
        }
}

void s2_relation_apply(const s2_relation_space *space, s2_rect rect, const s2_region *x1,
                       const s2_region *x2, const s2_region *z)
{
    const int c = space->c;
    const ptrdiff_t taps[2] = {0, space->x2 - space->x1};
    const s2_kernel_row both = {.x = space->x1,
                                .x_step = c,
                                .taps = taps,
                                .tap_count = 2,
                                .in = c,
                                .w = space->packed,
                                .y = space->z,
                                .y_step = c,
                                .count = rect.w * rect.h,
                                .out = c};
    copy_pixels(x1, rect, c, space->x1, true);
    copy_pixels(x2, rect, c, space->x2, true);
    space->kernels->row(&both);
    copy_pixels(z, rect, c, space->z, false);
}

void s2_relation_add(s2_rect rect, const s2_region *x1, const s2_region *x2, const s2_region *z)
{
    const size_t floats = (size_t)(z->stride * z->tensors);
    for (int y = rect.y; y < rect.y + rect.h; y++)
        for (int x = rect.x; x < rect.x + rect.w; x++) {
            const float *one = s2_region_at(x1, x, y);
            const float *other = s2_region_at(x2, x, y);
            float *to = s2_region_at(z, x, y);
            for (size_t k = 0; k < floats; k++)
                to[k] = one[k] + other[k];
        }
}
