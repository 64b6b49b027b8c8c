/* What the experts of windows see of a pixel: box sums, first along rows, then down columns. */
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
    return S2_EXPERT_WINDOWS * window_floats(components) + components;
}

int s2_window_feature_floats(int components)
{
    return (S2_EXPERT_FEATURES + 1) * components;
}

size_t s2_window_work_floats(int components, int count)
{
    return (size_t)(count + 2 * FAR) * (size_t)window_floats(components);
}

/* out = the sum, in their order, of the terms that there are. */
static void sum_terms(const float *const *terms, int count, size_t floats, float *restrict out)
{
    memset(out, 0, floats * sizeof(float));
    for (int i = 0; i < count; i++)
        for (size_t k = 0; terms[i] && k < floats; k++)
            out[k] += terms[i][k];
}

/* What every pixel of a row gives to sums, 0 where there is none: out [FAR + count + FAR][each] */
static void fill_pixels(const float *values, const uint8_t *valid, int components,
                        const int around[2], int count, float *restrict out)
{
    const size_t each = (size_t)window_floats(components);
    memset(out, 0, (size_t)(count + 2 * FAR) * each * sizeof(float));
    out += (size_t)(FAR - around[0]) * each;
    for (int x = 0; x < around[0] + count + around[1]; x++, values += components, out += each) {
        for (int k = 0; k < components; k++) {
            out[k] = values[k];
            out[components + k] = values[k] * values[k];
        }
        out[2 * components] = valid[x] ? 1.0f : 0.0f;
    }
}

void s2_window_sum_row(const float *values, const uint8_t *valid, int components,
                       const int around[2], int count, float *sums, float *work)
{
    const size_t each = (size_t)window_floats(components);
    const size_t floats = (size_t)count * each;
    float *middle = work + FAR * each;
    const float *const near[] = {middle - 2 * each, middle - each, middle, middle + each,
                                 middle + 2 * each};
    const float *const far[] = {sums, middle - 4 * each, middle - 3 * each, middle + 3 * each,
                                middle + 4 * each};
    fill_pixels(values, valid, components, around, count, work);
    sum_terms(near, 2 * NEAR + 1, floats, sums);
    sum_terms(far, 2 * (FAR - NEAR) + 1, floats, sums + floats);
    memcpy(sums + S2_EXPERT_WINDOWS * floats, values + (size_t)around[0] * (size_t)components,
           (size_t)count * (size_t)components * sizeof(float));
}

/* Mean and deviation of every component in one window. */
static void put_features(const float *restrict sums, int components, float *restrict out)
{
    const float pixels = fmaxf(sums[2 * components], 1.0f);
    float mean[S2_EXPERT_COMPONENTS], variance[S2_EXPERT_COMPONENTS];
    for (int k = 0; k < components; k++) {
        mean[k] = sums[k] / pixels;
        variance[k] = sums[components + k] / pixels - mean[k] * mean[k];
        variance[k] = (variance[k] > 0.0f ? variance[k] : 0.0f) + S2_EXPERT_FLOOR;
    }
    for (int k = 0; k < components; k++, out += S2_EXPERT_FEATURES) {
        out[0] = mean[k];
        out[1] = sqrtf(variance[k]);
    }
}

void s2_window_features(const float *const *rows, int width, int components, int first, int count,
                        float *out)
{
    enum { ROWS = 2 * FAR + 1, TOGETHER = 16 };
    const size_t each = (size_t)window_floats(components), to_far = (size_t)width * each;
    const float *values =
        rows[FAR] + S2_EXPERT_WINDOWS * to_far + (size_t)first * (size_t)components;
    for (int done = 0; done < count; done += TOGETHER) {
        const int some = count - done < TOGETHER ? count - done : TOGETHER;
        float near[TOGETHER * S2_WINDOW_MOST], far[TOGETHER * S2_WINDOW_MOST];
        const float *near_rows[ROWS], *far_rows[ROWS];
        for (int i = 0; i < ROWS; i++) {
            near_rows[i] = rows[i] ? rows[i] + (size_t)(first + done) * each : NULL;
            far_rows[i] = rows[i] ? near_rows[i] + to_far : NULL;
        }
        sum_terms(near_rows + FAR - NEAR, 2 * NEAR + 1, (size_t)some * each, near);
        sum_terms(far_rows, ROWS, (size_t)some * each, far);
        for (int x = 0; x < some; x++, values += components) {
            put_features(near + (size_t)x * each, components, out);
            put_features(far + (size_t)x * each, components, out + 2);
            out += S2_EXPERT_FEATURES * components;
            memcpy(out, values, (size_t)components * sizeof(float));
            out += components;
        }
    }
}
