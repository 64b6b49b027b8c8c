/* 2 x 2 max pool. */
#include "nn/layers/pool.h"

void s2_pool_four(const float *const from[4], size_t count, float *to)
{
    for (size_t k = 0; k < count; k++) {
        const float top = from[1][k] > from[0][k] ? from[1][k] : from[0][k];
        const float bottom = from[3][k] > from[2][k] ? from[3][k] : from[2][k];
        to[k] = bottom > top ? bottom : top;
    }
}

/* Offset of the pixel at row i, column j of one crop. */
static size_t offset_of(const s2_tensor *tensor, int i, int j)
{
    return ((size_t)i * (size_t)tensor->w + (size_t)j) * (size_t)tensor->stride;
}

void s2_pool_forward(const s2_tensor *x, const s2_tensor *y)
{
#pragma omp parallel for schedule(static)
    for (int n = 0; n < y->n; n++)
        for (int i = 0; i < y->h; i++)
            for (int j = 0; j < y->w; j++) {
                const float *first = s2_tensor_at(x, n) + offset_of(x, 2 * i, 2 * j);
                const float *below = s2_tensor_at(x, n) + offset_of(x, 2 * i + 1, 2 * j);
                const float *const from[4] = {first, first + x->stride, below, below + x->stride};
                s2_pool_four(from, (size_t)x->c, s2_tensor_at(y, n) + offset_of(y, i, j));
            }
}

void s2_pool_backward(const s2_tensor *x, const s2_tensor *y, const s2_tensor *dy,
                      const s2_tensor *dx)
{
#pragma omp parallel for schedule(static)
    for (int n = 0; n < y->n; n++)
        for (int i = 0; i < y->h; i++)
            for (int j = 0; j < y->w; j++) {
                const float *top = s2_tensor_at(y, n) + offset_of(y, i, j);
                const float *grad = s2_tensor_at(dy, n) + offset_of(dy, i, j);
                for (int k = 0; k < y->c; k++)
                    for (int corner = 0; corner < 4; corner++) {
                        const int row = 2 * i + corner / 2;
                        const int column = 2 * j + corner % 2;
                        if (s2_tensor_at(x, n)[offset_of(x, row, column) + (size_t)k] != top[k])
                            continue;
                        s2_tensor_at(dx, n)[offset_of(dx, row, column) + (size_t)k] += grad[k];
                        break;
                    }
            }
}
