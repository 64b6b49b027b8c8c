/* From one pixel grid to another: bilinear sampling under an affine transform, 2 x 2 averages,
   validity. */
#include "nn/layers/resample.h"

#include <math.h>

#include "nn/kernels/kernels.h"

static int clamped_index(double *position, int size)
{
    const double last = (double)(size - 1);
    *position = *position < 0.0 ? 0.0 : *position > last ? last : *position;
    return (int)*position;
}

s2_tap s2_sampling_tap(const s2_sampling *sampling, int x, int y)
{
    double u = 0.0;
    double v = 0.0;
    s2_tap tap;
    s2_affine_apply(&sampling->to_source, (x + 0.5) * sampling->scale, (y + 0.5) * sampling->scale,
                    &u, &v);
    u -= 0.5;
    v -= 0.5;
    tap.x0 = clamped_index(&u, sampling->width);
    tap.y0 = clamped_index(&v, sampling->height);
    tap.x1 = tap.x0 + 1 < sampling->width ? tap.x0 + 1 : tap.x0;
    tap.y1 = tap.y0 + 1 < sampling->height ? tap.y0 + 1 : tap.y0;
    tap.fx = (float)(u - tap.x0);
    tap.fy = (float)(v - tap.y0);
    return tap;
}

bool s2_sampling_inside(const s2_sampling *sampling, int x, int y)
{
    double u = 0.0;
    double v = 0.0;
    s2_affine_apply(&sampling->to_source, (x + 0.5) * sampling->scale, (y + 0.5) * sampling->scale,
                    &u, &v);
    return u >= 0.0 && u < (double)sampling->width && v >= 0.0 && v < (double)sampling->height;
}

s2_rect s2_sampling_bounds(const s2_sampling *sampling, s2_rect target)
{
    const int right = target.x + target.w - 1;
    const int bottom = target.y + target.h - 1;
    const int corners[4][2] = {
        {target.x, target.y}, {right, target.y}, {target.x, bottom}, {right, bottom}};
    int x0 = sampling->width;
    int y0 = sampling->height;
    int x1 = -1;
    int y1 = -1;
    if (s2_rect_is_empty(target))
        return (s2_rect){0, 0, 0, 0};
    for (int i = 0; i < 4; i++) {
        const s2_tap tap = s2_sampling_tap(sampling, corners[i][0], corners[i][1]);
        x0 = tap.x0 < x0 ? tap.x0 : x0;
        y0 = tap.y0 < y0 ? tap.y0 : y0;
        x1 = tap.x1 > x1 ? tap.x1 : x1;
        y1 = tap.y1 > y1 ? tap.y1 : y1;
    }
    return (s2_rect){x0, y0, x1 - x0 + 1, y1 - y0 + 1};
}

static s2_corners corners_of(const s2_tap *tap, const s2_tensor *x)
{
    const size_t width = (size_t)x->w;
    const size_t stride = (size_t)x->stride;
    const size_t top = (size_t)tap->y0 * width;
    const size_t bottom = (size_t)tap->y1 * width;
    return (s2_corners){{(top + (size_t)tap->x0) * stride, (top + (size_t)tap->x1) * stride,
                         (bottom + (size_t)tap->x0) * stride, (bottom + (size_t)tap->x1) * stride},
                        {(1.0f - tap->fx) * (1.0f - tap->fy), tap->fx * (1.0f - tap->fy),
                         (1.0f - tap->fx) * tap->fy, tap->fx * tap->fy}};
}

#define CHUNK 32 /* pixels whose corners are known at a time */

/* Corners in tensor x of the pixels of target row i, columns[0]..columns[1]-1. */
static void find_corners(const s2_sampling *sampling, const s2_tensor *x, int i,
                         const int columns[2], s2_corners *corners)
{
    for (int j = columns[0]; j < columns[1]; j++) {
        const s2_tap tap = s2_sampling_tap(sampling, j, i);
        *corners++ = corners_of(&tap, x);
    }
}

void s2_sample_forward(const s2_sampling *sampling, const s2_tensor *x, const s2_tensor *y)
{
    const s2_tensor_passes *passes = s2_kernels_selected()->training_passes;
#pragma omp parallel for collapse(2) schedule(static)
    for (int n = 0; n < y->n; n++)
        for (int i = 0; i < y->h; i++) {
            const float *from = s2_tensor_at(x, n);
            float *to = s2_tensor_at(y, n) + (size_t)i * (size_t)y->w * (size_t)y->stride;
            for (int j = 0; j < y->w; j += CHUNK) {
                const int columns[2] = {j, j + CHUNK < y->w ? j + CHUNK : y->w};
                s2_corners corners[CHUNK];
                find_corners(&sampling[n], x, i, columns, corners);
                passes->sample(from, corners, (size_t)(columns[1] - j), y->c,
                               (s2_rows){to + (size_t)j * (size_t)y->stride, (size_t)y->stride});
            }
        }
}

void s2_sample_backward(const s2_sampling *sampling, const s2_tensor *dy, const s2_tensor *dx)
{
    const s2_tensor_passes *passes = s2_kernels_selected()->training_passes;
#pragma omp parallel for schedule(static)
    for (int n = 0; n < dy->n; n++)
        for (int i = 0; i < dy->h; i++) {
            float *from = s2_tensor_at(dy, n) + (size_t)i * (size_t)dy->w * (size_t)dy->stride;
            for (int j = 0; j < dy->w; j += CHUNK) {
                const int columns[2] = {j, j + CHUNK < dy->w ? j + CHUNK : dy->w};
                s2_corners corners[CHUNK];
                find_corners(&sampling[n], dx, i, columns, corners);
                passes->sample_gradient(
                    s2_tensor_at(dx, n), corners, (size_t)(columns[1] - j), dy->c,
                    (s2_rows){from + (size_t)j * (size_t)dy->stride, (size_t)dy->stride});
            }
        }
}

void s2_halve_forward(const s2_tensor *x, const s2_tensor *y)
{
#pragma omp parallel for collapse(2) schedule(static)
    for (int n = 0; n < y->n; n++)
        for (int i = 0; i < y->h; i++)
            for (int j = 0; j < y->w; j++) {
                const int rows = 2 * i + 1 < x->h ? 2 : 1;
                const int columns = 2 * j + 1 < x->w ? 2 : 1;
                const float part = 1.0f / (float)(rows * columns);
                const size_t at = (size_t)(2 * i) * (size_t)x->w + (size_t)(2 * j);
                const float *from = s2_tensor_at(x, n) + at * (size_t)x->stride;
                const size_t right = (size_t)(columns - 1) * (size_t)x->stride;
                const size_t down = (size_t)(rows - 1) * (size_t)x->w * (size_t)x->stride;
                float *to =
                    s2_tensor_at(y, n) + ((size_t)i * (size_t)y->w + (size_t)j) * (size_t)y->stride;
                for (int c = 0; c < y->c; c++) {
                    float sum = from[c];
                    sum += columns == 2 ? from[right + (size_t)c] : 0.0f;
                    sum += rows == 2 ? from[down + (size_t)c] : 0.0f;
                    sum += rows * columns == 4 ? from[down + right + (size_t)c] : 0.0f;
                    to[c] = sum * part;
                }
            }
}

void s2_halve_backward(const s2_tensor *dy, const s2_tensor *dx)
{
#pragma omp parallel for collapse(2) schedule(static)
    for (int n = 0; n < dx->n; n++)
        for (int i = 0; i < dx->h; i++)
            for (int j = 0; j < dx->w; j++) {
                const int rows = (i | 1) < dx->h ? 2 : 1;
                const int columns = (j | 1) < dx->w ? 2 : 1;
                const float part = 1.0f / (float)(rows * columns);
                const size_t at = (size_t)(i / 2) * (size_t)dy->w + (size_t)(j / 2);
                const float *from = s2_tensor_at(dy, n) + at * (size_t)dy->stride;
                float *to = s2_tensor_at(dx, n) +
                            ((size_t)i * (size_t)dx->w + (size_t)j) * (size_t)dx->stride;
                for (int c = 0; c < dx->c; c++)
                    to[c] += part * from[c];
            }
}

void s2_halve_validity(const uint8_t *reference, int h, int w, uint8_t *feature)
{
    const int columns = (w + 1) / 2;
    for (int i = 0; i < (h + 1) / 2; i++)
        for (int j = 0; j < columns; j++) {
            const uint8_t *row = reference + (size_t)(2 * i) * (size_t)w + (size_t)(2 * j);
            const bool right = 2 * j + 1 < w;
            const bool down = 2 * i + 1 < h;
            feature[(size_t)i * (size_t)columns + (size_t)j] = row[0] && (!right || row[1]) &&
                                                               (!down || row[w]) &&
                                                               (!right || !down || row[w + 1]);
        }
}
