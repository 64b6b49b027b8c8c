/* Two-dimensional convolution for training: through Winograd's transforms, or columns and BLAS. */
#include "nn/layers/conv.h"

#include <string.h>

#include "core/error.h"
#include "core/memory.h"
#include "nn/layers/conv_winograd.h"
#include "nn/layers/gemm.h"
#include "nn/ranks/ranks.h"

/* Columns of one strip of output rows should stay in the second-level cache. */
#define STRIP_FLOATS (192 * 1024)

int s2_conv_out_size(const s2_conv *conv, int size)
{
    return (size + conv->stride - 1) / conv->stride;
}

/* A 1 x 1 convolution without stride reads its input directly as a matrix. */
static bool is_pointwise(const s2_conv *conv)
{
    return conv->kernel == 1 && conv->stride == 1;
}

static int column_length(const s2_conv *conv)
{
    return conv->kernel * conv->kernel * conv->in;
}

static int strip_rows(const s2_conv *conv, const s2_tensor *y)
{
    const int rows = STRIP_FLOATS / (column_length(conv) * y->w);
    return rows < 1 ? 1 : rows > y->h ? y->h : rows;
}

static size_t workspace_floats(const s2_conv *conv, const s2_tensor *y)
{
    if (is_pointwise(conv))
        return 0;
    return (size_t)strip_rows(conv, y) * (size_t)y->w * (size_t)column_length(conv);
}

/* Output rows first..first+rows-1 of one crop. */
typedef struct strip {
    int crop, first, rows, width;
} strip;

/* What tap (u, v) of output (i, j) sees of the pixels of one crop; NULL beyond its edges. */
static float *seen(const s2_conv *conv, const s2_tensor *x, float *pixels, const int at[4])
{
    const int pad = conv->dilation * (conv->kernel - 1) / 2;
    const int yy = at[0] * conv->stride + at[2] * conv->dilation - pad;
    const int xx = at[1] * conv->stride + at[3] * conv->dilation - pad;
    if (yy < 0 || yy >= x->h || xx < 0 || xx >= x->w)
        return NULL;
    return pixels + ((size_t)yy * (size_t)x->w + (size_t)xx) * (size_t)x->stride;
}

/* Columns of a strip: [rows*width][k][k][in]. */
static void gather_columns(const s2_conv *conv, const s2_tensor *x, const strip *of, float *columns)
{
    const size_t bytes = (size_t)conv->in * sizeof(float);
    float *pixels = s2_tensor_at(x, of->crop);
    for (int i = of->first; i < of->first + of->rows; i++)
        for (int j = 0; j < of->width; j++)
            for (int u = 0; u < conv->kernel; u++)
                for (int v = 0; v < conv->kernel; v++, columns += conv->in) {
                    const float *from = seen(conv, x, pixels, (const int[]){i, j, u, v});
                    if (from)
                        memcpy(columns, from, bytes);
                    else
                        memset(columns, 0, bytes);
                }
}

/* The transpose of gather_columns(): add columns to the pixels they came from. */
static void scatter_columns(const s2_conv *conv, const s2_tensor *dx, const strip *of,
                            const float *columns)
{
    float *pixels = s2_tensor_at(dx, of->crop);
    for (int i = of->first; i < of->first + of->rows; i++)
        for (int j = 0; j < of->width; j++)
            for (int u = 0; u < conv->kernel; u++)
                for (int v = 0; v < conv->kernel; v++, columns += conv->in) {
                    float *to = seen(conv, dx, pixels, (const int[]){i, j, u, v});
                    for (int c = 0; to && c < conv->in; c++)
                        to[c] += columns[c];
                }
}

/* Values of a strip of an output. */
static float *strip_at(const s2_tensor *y, const strip *of)
{
    return s2_tensor_at(y, of->crop) + (size_t)of->first * (size_t)of->width * (size_t)y->stride;
}

/* Left matrix of a strip: the tensor itself or its gathered columns. */
static s2_matrix left_matrix(const s2_conv *conv, const s2_tensor *x, const strip *of,
                             float *columns)
{
    if (is_pointwise(conv))
        return (s2_matrix){strip_at(x, of), x->stride, false};
    gather_columns(conv, x, of, columns);
    return (s2_matrix){columns, column_length(conv), false};
}

/* The strip of crop n from row `first` on. */
static strip next_strip(const s2_conv *conv, const s2_tensor *y, int n, int first)
{
    const int step = is_pointwise(conv) ? y->h : strip_rows(conv, y);
    return (strip){n, first, first + step > y->h ? y->h - first : step, y->w};
}

static void forward_crop(const s2_conv *conv, const s2_conv_weights *weights, const s2_tensor *x,
                         int n, const s2_tensor *y, float *columns)
{
    strip of = {0};
    for (int first = 0; first < y->h; first += of.rows) {
        of = next_strip(conv, y, n, first);
        float *out = strip_at(y, &of);
        s2_gemm(of.rows * y->w, conv->out, column_length(conv), left_matrix(conv, x, &of, columns),
                (s2_matrix){weights->w, conv->out, false}, 0.0f, out, y->stride);
        if (!weights->b)
            continue;
        for (int p = 0; p < of.rows * y->w; p++)
            for (int o = 0; o < conv->out; o++)
                out[(size_t)p * (size_t)y->stride + (size_t)o] += weights->b[o];
    }
}

s2rgf_status s2_conv_forward_then(const s2_conv *conv, const s2_conv_weights *weights,
                                  const s2_tensor *x, const s2_tensor *y,
                                  const s2_tensor_task *then, s2rgf_error *err)
{
    bool failed = false;
    if (s2_conv_winograd_suits(conv, y))
        return s2_conv_winograd_forward(conv, weights, x, y, then, err);
#pragma omp parallel reduction(|| : failed)
    {
        float *columns = s2_alloc(workspace_floats(conv, y), sizeof(float));
        failed = !columns;
#pragma omp for schedule(static)
        for (int n = 0; n < x->n; n++)
            if (columns) {
                forward_crop(conv, weights, x, n, y, columns);
                then->run(then->context, n);
            }
        s2_free(columns);
    }
    return failed ? s2_fail_memory(err, "convolution") : S2RGF_OK;
}

/* Gradients of one crop; those of the weights are this crop's own, zero at the start. */
static void backward_crop(const s2_conv *conv, const s2_conv_weights *weights, const s2_tensor *x,
                          int n, const s2_tensor *dy, const s2_tensor *dx, float *columns)
{
    const int length = column_length(conv);
    strip of = {0};
    if (dx && !weights->add_dx && !is_pointwise(conv))
        s2_tensor_zero(&(s2_tensor){s2_tensor_at(dx, n), 1, dx->h, dx->w, dx->c, dx->stride});
    for (int first = 0; first < dy->h; first += of.rows) {
        of = next_strip(conv, dy, n, first);
        const size_t pixels = (size_t)of.rows * (size_t)dy->w;
        const float *out = strip_at(dy, &of);
        s2_matrix left = left_matrix(conv, x, &of, columns);
        left.transposed = true;
        s2_gemm(length, conv->out, (int)pixels, left, (s2_matrix){out, dy->stride, false}, 1.0f,
                weights->dw, conv->out);
        for (size_t p = 0; weights->db && p < pixels; p++)
            for (int o = 0; o < conv->out; o++)
                weights->db[o] += out[p * (size_t)dy->stride + (size_t)o];
        if (!dx)
            continue;
        const s2_matrix gradient = {out, dy->stride, false};
        const s2_matrix turned = {weights->w, conv->out, true};
        if (is_pointwise(conv)) {
            s2_gemm((int)pixels, length, conv->out, gradient, turned, weights->add_dx ? 1.0f : 0.0f,
                    strip_at(dx, &of), dx->stride);
        } else {
            s2_gemm((int)pixels, length, conv->out, gradient, turned, 0.0f, columns, length);
            scatter_columns(conv, dx, &of, columns);
        }
    }
}

/* Gradients of all crops through their columns; sums as in s2_conv_winograd_backward(). */
static s2rgf_status column_backward(const s2_conv *conv, const s2_conv_weights *weights,
                                    const s2_tensor *x, const s2_tensor *dx, const s2_tensor *dy,
                                    const s2_tensor_task *first, float *sums)
{
    const size_t count = (size_t)column_length(conv) * (size_t)conv->out;
    bool failed = false;
#pragma omp parallel reduction(|| : failed)
    {
        float *columns = s2_alloc(workspace_floats(conv, dy), sizeof(float));
        failed = !columns;
#pragma omp for schedule(static)
        for (int n = 0; n < x->n; n++)
            if (columns) {
                s2_conv_weights own = *weights;
                own.dw = sums + (size_t)n * (count + (size_t)conv->out);
                own.db = weights->db ? own.dw + count : NULL;
                first->run(first->context, n);
                backward_crop(conv, &own, x, n, dy, dx, columns);
            }
        s2_free(columns);
    }
    return failed ? S2RGF_NO_MEMORY : S2RGF_OK;
}

/* Add each crop's own gradients to those of the crops before it. */
static void add_crops(const s2_conv *conv, const s2_conv_weights *weights, const float *sums,
                      int crops)
{
    const size_t count = (size_t)column_length(conv) * (size_t)conv->out;
    const size_t out = weights->db ? (size_t)conv->out : 0;
    s2_ranks_take_sum(weights->ranks, weights->dw, count);
    s2_ranks_take_sum(weights->ranks, weights->db, out);
    for (int n = 0; n < crops; n++) {
        const float *sum = sums + (size_t)n * (count + (size_t)conv->out);
        for (size_t i = 0; i < count; i++)
            weights->dw[i] += sum[i];
        for (size_t o = 0; o < out; o++)
            weights->db[o] += sum[count + o];
    }
    s2_ranks_pass_sum(weights->ranks, weights->dw, count);
    s2_ranks_pass_sum(weights->ranks, weights->db, out);
}

s2rgf_status s2_conv_backward_after(const s2_conv *conv, const s2_conv_weights *weights,
                                    const s2_tensor *x, const s2_tensor *dx, const s2_tensor *dy,
                                    const s2_tensor_task *first, s2rgf_error *err)
{
    const size_t count = (size_t)column_length(conv) * (size_t)conv->out;
    const size_t each = count + (size_t)conv->out;
    /* one sum a crop, added up in order: the result does not depend on the number of threads */
    float *sums = s2_calloc((size_t)x->n, each * sizeof(float));
    s2rgf_status status = sums ? S2RGF_OK : S2RGF_NO_MEMORY;
    if (status == S2RGF_OK)
        status = s2_conv_winograd_suits(conv, dy)
                     ? s2_conv_winograd_backward(conv, weights, x, dx, dy, first, sums)
                     : column_backward(conv, weights, x, dx, dy, first, sums);
    if (status == S2RGF_OK)
        add_crops(conv, weights, sums, x->n);
    s2_free(sums);
    return status == S2RGF_OK ? status : s2_fail_memory(err, "convolution gradient");
}
