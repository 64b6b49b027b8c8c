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

void s2_relation_apply(const s2_relation_space *space, s2_rect rect, const s2_region *x1,
                       const s2_region *x2, const s2_region *z)
{
    const int c = space->c;
    const size_t bytes = (size_t)c * sizeof(float);
    const s2_folded_conv both = {.conv = {1, 1, 1, 2 * c, c}, .w = space->packed};
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
