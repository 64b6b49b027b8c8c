/* What the expert of windows sees of a pixel: box sums, first along rows, then down columns. */
#include "nn/networks/windows.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

enum { NEAR = 2, FAR = S2_EXPERT_REACH }; /* reach of the windows */

/* Sums of one window. */
static int window_floats(int components)
{
    return 2 * components + 1;
}

int s2_window_sum_floats(int components)
{
    return S2_EXPERT_WINDOWS * window_floats(components);
}

/* sums += what one pixel gives */
static void add_pixel(const float *values, uint8_t valid, int components, float *restrict sums)
{
    for (int k = 0; k < components; k++) {
        sums[k] += values[k];
        sums[components + k] += values[k] * values[k];
    }
    sums[2 * components] += valid ? 1.0f : 0.0f;
}

void s2_window_sum_row(const float *values, const uint8_t *valid, int components,
                       const int around[2], int count, float *sums)
{
    static const int outer[] = {-FAR, 1 - FAR, FAR - 1, FAR};
    const int each = window_floats(components);
    const int end = count + around[1];
    for (int x = 0; x < count; x++, sums += 2 * each) {
        float *near = sums;
        float *far = sums + each;
        memset(near, 0, (size_t)each * sizeof(float));
        for (int at = x - NEAR; at <= x + NEAR; at++)
            if (at >= -around[0] && at < end)
                add_pixel(values + (ptrdiff_t)(at + around[0]) * components, valid[at + around[0]],
                          components, near);
        memcpy(far, near, (size_t)each * sizeof(float));
        for (int i = 0; i < 4; i++) {
            const int at = x + outer[i];
            if (at >= -around[0] && at < end)
                add_pixel(values + (ptrdiff_t)(at + around[0]) * components, valid[at + around[0]],
                          components, far);
        }
    }
}

/* Mean and deviation of every component in one window. */
static void put_features(const float *sums, int components, float *out)
{
    const float pixels = fmaxf(sums[2 * components], 1.0f);
    for (int k = 0; k < components; k++, out += S2_EXPERT_FEATURES) {
        const float mean = sums[k] / pixels;
        const float variance = sums[components + k] / pixels - mean * mean;
        out[0] = mean;
        out[1] = sqrtf(fmaxf(variance, 0.0f) + S2_EXPERT_FLOOR);
    }
}

void s2_window_features(const float *const *rows, int components, int count, float *out)
{
    enum { MOST = 2 * S2_EXPERT_COMPONENTS + 1 };
    const int each = window_floats(components);
    for (int x = 0; x < count; x++, out += S2_EXPERT_FEATURES * components) {
        float near[MOST] = {0.0f};
        float far[MOST] = {0.0f};
        for (int dy = -FAR; dy <= FAR; dy++) {
            const float *row = rows[dy + FAR];
            if (!row)
                continue;
            row += (ptrdiff_t)x * 2 * each;
            for (int i = 0; i < each && dy >= -NEAR && dy <= NEAR; i++)
                near[i] += row[i];
            for (int i = 0; i < each; i++)
                far[i] += row[each + i];
        }
        put_features(near, components, out);
        put_features(far, components, out + 2);
    }
}
