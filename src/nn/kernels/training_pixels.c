/* Passes over tensors in training: this file is compiled once per instruction set, S2_KERNEL_SUFFIX
   names the result. Channels beyond the last whole vector go one by one. */
#include "nn/kernels/choice.h"
#include "nn/kernels/training_kernels.h"

#define CHUNK 16 /* pixels added up in single precision */

static inline size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static inline void add_lanes(vector value, double *sum)
{
    for (int l = 0; l < LANES; l++)
        sum[l] += (double)value[l];
}

/* Sums of one vector of channels; pixels by twos, for two sums each to be under way. */
static inline void moments_of_vector(const float *x, size_t stride, size_t pixels,
                                     const float *shift, double *sum, double *square)
{
    const vector centre = load(shift);
    vector sums[2] = {{0}};
    vector squares[2] = {{0}};
    size_t p = 0;
    for (; p + 2 <= pixels; p += 2)
        for (size_t i = 0; i < 2; i++) {
            const vector centred = load(x + (p + i) * stride) - centre;
            sums[i] += centred;
            squares[i] += centred * centred;
        }
    if (p < pixels) {
        const vector centred = load(x + p * stride) - centre;
        sums[0] += centred;
        squares[0] += centred * centred;
    }
    add_lanes(sums[0] + sums[1], sum);
    add_lanes(squares[0] + squares[1], square);
}

/* The same for the channels that fill no vector. */
static void moments_of_rest(const float *x, size_t stride, size_t pixels, int count,
                            const float *shift, double *sums[2])
{
    for (int l = 0; l < count; l++) {
        float sum = 0.0f, square = 0.0f;
        for (size_t p = 0; p < pixels; p++) {
            const float centred = x[p * stride + (size_t)l] - shift[l];
            sum += centred;
            square += centred * centred;
        }
        sums[0][l] += (double)sum;
        sums[1][l] += (double)square;
    }
}

static void moments(s2_rows x, size_t pixels, int c, const float *shift, double *sum,
                    double *square)
{
    for (size_t first = 0; first < pixels; first += CHUNK) {
        const float *from = x.data + first * x.stride;
        const size_t count = least(CHUNK, pixels - first);
        int k = 0;
        for (; k + LANES <= c; k += LANES)
            moments_of_vector(from + k, x.stride, count, shift + k, sum + k, square + k);
        if (k < c)
            moments_of_rest(from + k, x.stride, count, c - k, shift + k,
                            (double *[2]){sum + k, square + k});
    }
}

static void line(s2_rows x, size_t pixels, int c, const s2_line *of, s2_rows y)
{
    const vector lowest = (vector){0} + (of->relu ? 0.0f : -LARGEST);
    for (size_t p = 0; p < pixels; p++) {
        const float *from = x.data + p * x.stride;
        float *to = y.data + p * y.stride;
        int k = 0;
        for (; k + LANES <= c; k += LANES)
            store(to + k,
                  larger(load(from + k) * load(of->scale + k) + load(of->shift + k), lowest));
        for (; k < c; k++) {
            const float value = from[k] * of->scale[k] + of->shift[k];
            to[k] = value > lowest[0] ? value : lowest[0];
        }
    }
}

static void line_sum(const s2_rows x[2], size_t pixels, int c, const s2_line of[2], s2_rows y)
{
    for (size_t p = 0; p < pixels; p++) {
        const float *one = x[0].data + p * x[0].stride;
        const float *other = x[1].data + p * x[1].stride;
        float *to = y.data + p * y.stride;
        int k = 0;
        for (; k + LANES <= c; k += LANES)
            store(to + k,
                  larger(load(one + k) * load(of[0].scale + k) + load(of[0].shift + k) +
                             load(other + k) * load(of[1].scale + k) + load(of[1].shift + k),
                         (vector){0}));
        for (; k < c; k++) {
            const float value = one[k] * of[0].scale[k] + of[0].shift[k] +
                                other[k] * of[1].scale[k] + of[1].shift[k];
            to[k] = value > 0.0f ? value : 0.0f;
        }
    }
}

/* Channels k.. of the gradient of pixel p, as far as it counts. */
static inline vector masked(const s2_gradient_rows *rows, size_t p, size_t k)
{
    const vector dy = load(rows->dy.data + p * rows->dy.stride + k);
    return rows->y.data ? where_positive(load(rows->y.data + p * rows->y.stride + k), dy) : dy;
}

static inline float masked_one(const s2_gradient_rows *rows, size_t p, size_t k)
{
    const float dy = rows->dy.data[p * rows->dy.stride + k];
    return !rows->y.data || rows->y.data[p * rows->y.stride + k] > 0.0f ? dy : 0.0f;
}

/* Sums over pixels first..end-1 of one vector of channels. */
static inline void sums_of_vector(const s2_gradient_rows *rows, size_t first, size_t end, size_t k,
                                  const float *shift, double *const sums[2])
{
    const vector centre = load(shift + k);
    vector part[2] = {{0}};
    vector products[2] = {{0}};
    size_t p = first;
    for (; p + 2 <= end; p += 2)
        for (size_t i = 0; i < 2; i++) {
            const vector dy = masked(rows, p + i, k);
            part[i] += dy;
            products[i] += dy * (load(rows->x.data + (p + i) * rows->x.stride + k) - centre);
        }
    if (p < end) {
        const vector dy = masked(rows, p, k);
        part[0] += dy;
        products[0] += dy * (load(rows->x.data + p * rows->x.stride + k) - centre);
    }
    add_lanes(part[0] + part[1], sums[0] + k);
    add_lanes(products[0] + products[1], sums[1] + k);
}

/* The same for the channels k.. that fill no vector. */
static void sums_of_rest(const s2_gradient_rows *rows, size_t first, size_t end, size_t k,
                         size_t count, const float *shift, double *const sums[2])
{
    for (size_t l = k; l < k + count; l++) {
        float sum = 0.0f, product = 0.0f;
        for (size_t p = first; p < end; p++) {
            const float dy = masked_one(rows, p, l);
            sum += dy;
            product += dy * (rows->x.data[p * rows->x.stride + l] - shift[l]);
        }
        sums[0][l] += (double)sum;
        sums[1][l] += (double)product;
    }
}

static void gradient_sums(const s2_gradient_rows *rows, size_t pixels, int c, const float *shift,
                          double *sum, double *product)
{
    double *const sums[2] = {sum, product};
    for (size_t first = 0; first < pixels; first += CHUNK) {
        const size_t end = least(first + CHUNK, pixels);
        size_t k = 0;
        for (; k + LANES <= (size_t)c; k += LANES)
            sums_of_vector(rows, first, end, k, shift, sums);
        if (k < (size_t)c)
            sums_of_rest(rows, first, end, k, (size_t)c - k, shift, sums);
    }
}

static void gradient(const s2_gradient_rows *rows, size_t pixels, int c, const float *const of[3],
                     s2_rows dx)
{
    for (size_t p = 0; p < pixels; p++) {
        const float *in = rows->x.data + p * rows->x.stride;
        float *to = dx.data + p * dx.stride;
        size_t k = 0;
        for (; k + LANES <= (size_t)c; k += LANES)
            store(to + k, load(of[0] + k) * masked(rows, p, k) + load(of[1] + k) * load(in + k) +
                              load(of[2] + k));
        for (; k < (size_t)c; k++)
            to[k] = of[0][k] * masked_one(rows, p, k) + of[1][k] * in[k] + of[2][k];
    }
}

static void sample(const float *x, const s2_corners *corners, size_t pixels, int c, s2_rows y)
{
    for (size_t p = 0; p < pixels; p++) {
        const s2_corners *of = &corners[p];
        const float *from[4] = {x + of->at[0], x + of->at[1], x + of->at[2], x + of->at[3]};
        float *to = y.data + p * y.stride;
        int k = 0;
        for (; k + LANES <= c; k += LANES)
            store(to + k, of->weight[0] * load(from[0] + k) + of->weight[1] * load(from[1] + k) +
                              of->weight[2] * load(from[2] + k) +
                              of->weight[3] * load(from[3] + k));
        for (; k < c; k++)
            to[k] = of->weight[0] * from[0][k] + of->weight[1] * from[1][k] +
                    of->weight[2] * from[2][k] + of->weight[3] * from[3][k];
    }
}

static bool is_zero(const float *values, int count)
{
    int others = 0;
    for (int k = 0; k < count; k++)
        others |= values[k] != 0.0f;
    return others == 0;
}

static void sample_gradient(float *dx, const s2_corners *corners, size_t pixels, int c, s2_rows dy)
{
    for (size_t p = 0; p < pixels; p++) {
        const s2_corners *of = &corners[p];
        const float *from = dy.data + p * dy.stride;
        if (is_zero(from, c))
            continue;
        for (int q = 0; q < 4; q++) {
            float *to = dx + of->at[q];
            int k = 0;
            for (; k + LANES <= c; k += LANES)
                store(to + k, load(to + k) + of->weight[q] * load(from + k));
            for (; k < c; k++)
                to[k] += of->weight[q] * from[k];
        }
    }
}

const s2_tensor_passes S2_SUFFIXED(s2_tensor_passes) = {
    moments, line, line_sum, gradient_sums, gradient, sample, sample_gradient};
