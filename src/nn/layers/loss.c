/* The loss: cross entropy over labelled pixels and the de-redundancy of the fused channels. */
#include "nn/layers/loss.h"

#include <math.h>
#include <string.h>

#include "core/error.h"
#include "core/memory.h"
#include "nn/kernels/kernels.h"
#include "nn/layers/gemm.h"
#include "nn/ranks/ranks.h"

/* Cross entropy of one pixel and its gradient, both times weight. */
static double pixel_entropy(const float *scores, int classes, int label, double smoothing,
                            double weight, float *gradient)
{
    double top = (double)scores[0];
    double loss = 0.0;
    for (int k = 1; k < classes; k++)
        top = (double)scores[k] > top ? (double)scores[k] : top;
    double sum = exp((double)scores[0] - top);
    for (int k = 1; k < classes; k++)
        sum += exp((double)scores[k] - top);
    const double log_sum = top + log(sum);
    for (int k = 0; k < classes; k++) {
        const double target = (k == label ? 1.0 - smoothing : 0.0) + smoothing / classes;
        const double log_part = (double)scores[k] - log_sum;
        loss -= target * log_part;
        if (gradient)
            gradient[k] = (float)(weight * (exp(log_part) - target));
    }
    return weight * loss;
}

/* weight out [classes]: of one pixel of each class, so that all labelled pixels together weigh
   1. */
static void weigh_classes(const int16_t *labels, size_t pixels, int classes, double balance,
                          double *weight)
{
    double total = 0.0;
    for (int k = 0; k < classes; k++)
        weight[k] = 0.0;
    for (size_t p = 0; p < pixels; p++)
        if (labels[p] >= 0)
            weight[labels[p]] += 1.0;
    for (int k = 0; k < classes; k++)
        if (weight[k] > 0.0) {
            total += pow(weight[k], 1.0 - balance);
            weight[k] = pow(weight[k], -balance);
        }
    for (int k = 0; k < classes && total > 0.0; k++)
        weight[k] /= total;
}

double s2_cross_entropy(const s2_tensor *logits, const int16_t *labels,
                        const s2_entropy_options *options, double *class_weight,
                        const s2_tensor *dlogits)
{
    const size_t pixels = s2_tensor_pixels(logits);
    double loss = 0.0;
    if (dlogits)
        s2_tensor_zero(dlogits);
    weigh_classes(labels, pixels, logits->c, options->balance, class_weight);
    for (size_t p = 0; p < pixels; p++)
        if (labels[p] >= 0)
            loss += pixel_entropy(logits->data + p * (size_t)logits->stride, logits->c, labels[p],
                                  options->smoothing, class_weight[labels[p]],
                                  dlogits ? dlogits->data + p * (size_t)dlogits->stride : NULL);
    return loss;
}

/* Workspace of one crop's de-redundancy; its rows are those of the valid pixels. */
typedef struct relation_work {
    const s2_tensor_passes *passes;
    float *unit;     /* [pixels][c], centred and normalised, or plain */
    float *matrix;   /* [c][c], R, then dL/dR or the gradient of the product of unit with itself */
    float *softmax;  /* [2][c][c], after the softmax along the rows, then along the columns */
    float *gradient; /* [pixels][c], dL/dunit */
    float *lines;    /* [3][c], a channel's terms in a pass over the rows */
    double *sum, *norm, *inner; /* [c] */
} relation_work;

/* The valid pixels of crop n as rows of work->unit. Returns their number. */
static size_t gather_rows(const s2_tensor *y, int n, const uint8_t *valid, relation_work *work)
{
    const size_t pixels = (size_t)y->h * (size_t)y->w;
    const size_t c = (size_t)y->c;
    size_t count = 0;
    for (size_t p = 0; p < pixels; p++)
        if (valid[p])
            memcpy(work->unit + count++ * c, s2_tensor_at(y, n) + p * (size_t)y->stride,
                   c * sizeof(float));
    return count;
}

/* dy += weight * work->gradient. */
static void add_rows(const relation_work *work, const uint8_t *valid, double weight,
                     const s2_tensor *dy, int n)
{
    const size_t pixels = (size_t)dy->h * (size_t)dy->w;
    const size_t c = (size_t)dy->c;
    const float *from = work->gradient;
    const float factor = (float)weight;
    for (size_t p = 0; p < pixels; p++) {
        float *to = s2_tensor_at(dy, n) + p * (size_t)dy->stride;
        if (!valid[p])
            continue;
        for (size_t k = 0; k < c; k++)
            to[k] += factor * from[k];
        from += c;
    }
}

/* Centre the channels of the rows and divide them by their norm, which is left in work->norm. */
static void normalise_rows(relation_work *work, size_t count, int c)
{
    const s2_rows rows = {work->unit, (size_t)c};
    float *scale = work->lines;
    float *shift = work->lines + c;
    float *first = work->lines + 2 * (size_t)c;
    memcpy(first, work->unit, (size_t)c * sizeof(float));
    memset(work->sum, 0, (size_t)c * sizeof(double));
    memset(work->norm, 0, (size_t)c * sizeof(double));
    work->passes->moments(rows, count, c, first, work->sum, work->norm);
    for (int k = 0; k < c; k++) {
        const double offset = work->sum[k] / (double)count;
        const double square = work->norm[k] - offset * work->sum[k];
        work->norm[k] = sqrt(fmax(square, 0.0) + S2_RELATION_EPS);
        scale[k] = (float)(1.0 / work->norm[k]);
        shift[k] = (float)(-((double)first[k] + offset) / work->norm[k]);
    }
    work->passes->line(rows, count, c, &(s2_line){scale, shift, false}, rows);
}

/* Loss of R; R becomes dL/dR. */
static double relation_of(float *matrix, int c)
{
    double loss = 0.0;
    for (int i = 0; i < c; i++)
        for (int j = 0; j < c; j++) {
            float *r = &matrix[(size_t)i * (size_t)c + (size_t)j];
            const double off = i == j ? (double)*r - 1.0 : (double)*r;
            loss += off * off / c;
            *r = (float)(2.0 * off / c);
        }
    return loss;
}

/* Through normalisation and centring: g becomes (g - unit <g, unit>) / norm, less its mean, that of
   unit being 0. */
static void backward_rows(relation_work *work, size_t count, int c)
{
    const s2_rows g = {work->gradient, (size_t)c};
    const s2_gradient_rows rows = {{work->unit, (size_t)c}, {NULL, 0}, g};
    float *own = work->lines;
    float *along = work->lines + c;
    float *mean = work->lines + 2 * (size_t)c;
    memset(work->sum, 0, (size_t)c * sizeof(double));
    memset(work->inner, 0, (size_t)c * sizeof(double));
    memset(mean, 0, (size_t)c * sizeof(float));
    work->passes->gradient_sums(&rows, count, c, mean, work->sum, work->inner);
    for (int k = 0; k < c; k++) {
        const double norm = work->norm[k];
        own[k] = (float)(1.0 / norm);
        along[k] = (float)(-work->inner[k] / norm);
        mean[k] = (float)(-work->sum[k] / norm / (double)count);
    }
    work->passes->gradient(&rows, count, c, (const float *const[3]){own, along, mean}, g);
}

/* matrix = U^T U. */
static void multiply_rows(const relation_work *work, int pixels, int c)
{
    s2_gemm(c, c, pixels, (s2_matrix){work->unit, c, true}, (s2_matrix){work->unit, c, false}, 0.0f,
            work->matrix, c);
}

/* gradient = U (G + G^T), matrix holding G + G^T. */
static void multiply_back(const relation_work *work, int pixels, int c)
{
    s2_gemm(pixels, c, c, (s2_matrix){work->unit, c, false}, (s2_matrix){work->matrix, c, false},
            0.0f, work->gradient, c);
}

static double correlation_of_crop(const s2_tensor *y, int n, const uint8_t *valid, double weight,
                                  const s2_tensor *dy, relation_work *work)
{
    const int c = y->c;
    const size_t count = gather_rows(y, n, valid, work);
    if (count)
        normalise_rows(work, count, c);
    multiply_rows(work, (int)count, c);
    const double loss = relation_of(work->matrix, c);
    for (int i = 0; i < c * c; i++) /* G is symmetric */
        work->matrix[i] *= 2.0f;
    if (!count)
        return loss;
    multiply_back(work, (int)count, c);
    backward_rows(work, count, c);
    add_rows(work, valid, weight, dy, n);
    return loss;
}

/* Softmax of c values `step` apart, in place; the largest is taken off first, so that nothing
   overflows. */
static void softmax_line(float *line, int c, size_t step)
{
    double top = (double)line[0];
    double sum = 0.0;
    for (size_t k = 1; k < (size_t)c; k++)
        top = (double)line[k * step] > top ? (double)line[k * step] : top;
    for (size_t k = 0; k < (size_t)c; k++)
        sum += exp((double)line[k * step] - top);
    for (size_t k = 0; k < (size_t)c; k++)
        line[k * step] = (float)(exp((double)line[k * step] - top) / sum);
}

/* gradient = softmax * (gradient - <softmax, gradient>) over c values `step` apart. */
static void softmax_line_backward(const float *softmax, int c, size_t step, float *gradient)
{
    double inner = 0.0;
    for (size_t k = 0; k < (size_t)c; k++)
        inner += (double)softmax[k * step] * (double)gradient[k * step];
    for (size_t k = 0; k < (size_t)c; k++)
        gradient[k * step] =
            (float)((double)softmax[k * step] * ((double)gradient[k * step] - inner));
}

/* Loss of the R that two softmaxes make of matrix, which becomes the gradient. */
static double softmax_relation(relation_work *work, int c)
{
    const size_t width = (size_t)c;
    float *rows = work->softmax;
    float *columns = rows + width * width;
    for (size_t i = 0; i < width; i++)
        softmax_line(work->matrix + i * width, c, 1);
    memcpy(rows, work->matrix, width * width * sizeof(float));
    for (size_t j = 0; j < width; j++)
        softmax_line(work->matrix + j, c, width);
    memcpy(columns, work->matrix, width * width * sizeof(float));
    const double loss = relation_of(work->matrix, c);
    for (size_t j = 0; j < width; j++)
        softmax_line_backward(columns + j, c, width, work->matrix + j);
    for (size_t i = 0; i < width; i++)
        softmax_line_backward(rows + i * width, c, 1, work->matrix + i * width);
    return loss;
}

static double softmax_of_crop(const s2_tensor *y, int n, const uint8_t *valid, double weight,
                              const s2_tensor *dy, relation_work *work)
{
    const size_t c = (size_t)y->c;
    const int count = (int)gather_rows(y, n, valid, work);
    multiply_rows(work, count, y->c);
    const double loss = softmax_relation(work, y->c);
    for (size_t i = 0; i < c; i++)
        for (size_t j = 0; j <= i; j++) {
            float *one = &work->matrix[i * c + j];
            float *other = &work->matrix[j * c + i];
            *one = *other = *one + *other;
        }
    multiply_back(work, count, y->c);
    add_rows(work, valid, weight, dy, n);
    return loss;
}

static void relation_work_clear(relation_work *work)
{
    S2_FREE_EACH(work->unit, work->matrix, work->softmax, work->gradient, work->lines, work->sum,
                 work->norm, work->inner);
}

static bool relation_work_init(relation_work *work, const s2_tensor *y)
{
    const size_t c = (size_t)y->c;
    const size_t count = (size_t)y->h * (size_t)y->w * c;
    work->unit = s2_alloc(count, sizeof(float));
    work->matrix = s2_alloc(c * c, sizeof(float));
    work->softmax = s2_alloc(2 * c * c, sizeof(float));
    work->gradient = s2_alloc(count, sizeof(float));
    work->passes = s2_kernels_selected()->training_passes;
    work->lines = s2_alloc(3 * c, sizeof(float));
    work->sum = s2_alloc(c, sizeof(double));
    work->norm = s2_alloc(c, sizeof(double));
    work->inner = s2_alloc(c, sizeof(double));
    return work->unit && work->matrix && work->softmax && work->gradient && work->lines &&
           work->sum && work->norm && work->inner;
}

/* Mean over all crops of the batch, summed in their order. losses in: of this rank's crops */
static double mean_loss(const double *losses, int crops, struct s2_ranks *ranks)
{
    const double *all = s2_ranks_gather(ranks, losses, sizeof *losses);
    double sum = 0.0;
    for (int n = 0; all && n < crops; n++)
        sum += all[n] / crops;
    return sum;
}

s2rgf_status s2_relation_loss(const s2_relation_options *options, const s2_tensor *y,
                              const uint8_t *valid, const s2_tensor *dy, double *loss,
                              s2rgf_error *err)
{
    const size_t pixels = (size_t)y->h * (size_t)y->w;
    const int crops = s2_ranks_crops(options->ranks, y->n);
    const double weight = options->weight / crops;
    double (*const of_crop)(const s2_tensor *, int, const uint8_t *, double, const s2_tensor *,
                            relation_work *) =
        options->form == S2_RELATION_SOFTMAX ? softmax_of_crop : correlation_of_crop;
    double *losses = s2_alloc((size_t)y->n, sizeof *losses);
    bool failed = !losses;
#pragma omp parallel reduction(|| : failed)
    {
        relation_work work = {0};
        const bool ready = relation_work_init(&work, y) && losses;
        failed = !ready;
#pragma omp for schedule(static, 1)
        for (int n = 0; n < y->n; n++)
            if (ready)
                losses[n] = of_crop(y, n, valid + (size_t)n * pixels, weight, dy, &work);
        relation_work_clear(&work);
    }
    *loss = failed ? 0.0 : mean_loss(losses, crops, options->ranks);
    s2_free(losses);
    return failed ? s2_fail_memory(err, "de-redundancy loss") : S2RGF_OK;
}
