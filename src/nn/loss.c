/* The loss: cross entropy over labelled pixels and the de-redundancy of the fused channels. */
#include "nn/loss.h"

#include <math.h>
#include <string.h>

#include "core/error.h"
#include "core/memory.h"
#include "nn/gemm.h"

/* Cross entropy of one pixel and its gradient, both times weight. */
static double pixel_entropy(const float *scores, int classes, int label, double smoothing,
                            double weight, float *gradient)
{
    double top = (double)scores[0];
    double sum = 0.0;
    double loss = 0.0;
    for (int k = 1; k < classes; k++)
        top = (double)scores[k] > top ? (double)scores[k] : top;
    for (int k = 0; k < classes; k++)
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

/* weight out [classes]: of one pixel of each class, so that all labelled pixels together weigh 1. */
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

double s2_cross_entropy(const s2_map *logits, const int16_t *labels,
                        const s2_entropy_options *options, double *class_weight,
                        const s2_map *dlogits)
{
    const size_t pixels = s2_map_pixels(logits);
    double loss = 0.0;
    if (dlogits)
        s2_map_zero(dlogits);
    weigh_classes(labels, pixels, logits->c, options->balance, class_weight);
    for (size_t p = 0; p < pixels; p++)
        if (labels[p] >= 0)
            loss += pixel_entropy(logits->data + p * (size_t)logits->stride, logits->c, labels[p],
                                  options->smoothing, class_weight[labels[p]],
                                  dlogits ? dlogits->data + p * (size_t)dlogits->stride : NULL);
    return loss;
}

/* Workspace of one map's de-redundancy. */
typedef struct relation_work {
    float *unit;     /* [pixels][c], centred and normalised, or plain; 0 where invalid */
    float *matrix;   /* [c][c], R, then dL/dR or the gradient of the product of unit with itself */
    float *softmax;  /* [2][c][c], after the softmax along the rows, then along the columns */
    float *gradient; /* [pixels][c], dL/dunit */
    double *mean, *norm, *inner;
} relation_work;

/* Centre the channels over the valid pixels and divide them by their norm. Returns the valid
   pixels. */
static size_t normalise_rows(const s2_map *y, int n, const uint8_t *valid, relation_work *work)
{
    const size_t pixels = (size_t)y->h * (size_t)y->w;
    const size_t c = (size_t)y->c;
    size_t count = 0;
    memset(work->mean, 0, c * sizeof(double));
    memset(work->norm, 0, c * sizeof(double));
    for (size_t p = 0; p < pixels; p++) {
        count += valid[p] != 0;
        for (size_t k = 0; valid[p] && k < c; k++)
            work->mean[k] += (double)s2_map_at(y, n)[p * (size_t)y->stride + k];
    }
    for (size_t k = 0; count && k < c; k++)
        work->mean[k] /= (double)count;
    for (size_t p = 0; p < pixels; p++)
        for (size_t k = 0; k < c; k++) {
            const double centred =
                valid[p] ? (double)s2_map_at(y, n)[p * (size_t)y->stride + k] - work->mean[k] : 0.0;
            work->norm[k] += centred * centred;
            work->unit[p * c + k] = (float)centred;
        }
    for (size_t k = 0; k < c; k++)
        work->norm[k] = sqrt(work->norm[k] + S2_RELATION_EPS);
    for (size_t p = 0; p < pixels; p++)
        for (size_t k = 0; k < c; k++)
            work->unit[p * c + k] = (float)((double)work->unit[p * c + k] / work->norm[k]);
    return count;
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

/* Through normalisation and centring: dy += weight * (g - unit <g, unit>) / norm, less its mean
   over valid pixels. */
static void backward_rows(const s2_map *dy, int n, const uint8_t *valid, size_t count,
                          double weight, relation_work *work)
{
    const size_t pixels = (size_t)dy->h * (size_t)dy->w;
    const size_t c = (size_t)dy->c;
    memset(work->inner, 0, c * sizeof(double));
    memset(work->mean, 0, c * sizeof(double));
    for (size_t p = 0; p < pixels; p++)
        for (size_t k = 0; k < c; k++)
            work->inner[k] += (double)work->gradient[p * c + k] * (double)work->unit[p * c + k];
    for (size_t p = 0; p < pixels; p++)
        for (size_t k = 0; valid[p] && k < c; k++) {
            const double g =
                (double)work->gradient[p * c + k] - work->inner[k] * (double)work->unit[p * c + k];
            work->gradient[p * c + k] = (float)(g / work->norm[k]);
            work->mean[k] += g / work->norm[k];
        }
    for (size_t p = 0; p < pixels; p++)
        for (size_t k = 0; valid[p] && k < c; k++)
            s2_map_at(dy, n)[p * (size_t)dy->stride + k] +=
                (float)(weight *
                        ((double)work->gradient[p * c + k] - work->mean[k] / (double)count));
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

static double correlation_of_map(const s2_map *y, int n, const uint8_t *valid, double weight,
                                 const s2_map *dy, relation_work *work)
{
    const int pixels = y->h * y->w;
    const int c = y->c;
    const size_t count = normalise_rows(y, n, valid, work);
    multiply_rows(work, pixels, c);
    const double loss = relation_of(work->matrix, c);
    for (int i = 0; i < c * c; i++) /* G is symmetric */
        work->matrix[i] *= 2.0f;
    multiply_back(work, pixels, c);
    if (count)
        backward_rows(dy, n, valid, count, weight, work);
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

static double softmax_of_map(const s2_map *y, int n, const uint8_t *valid, double weight,
                             const s2_map *dy, relation_work *work)
{
    const size_t pixels = (size_t)y->h * (size_t)y->w;
    const size_t c = (size_t)y->c;
    for (size_t p = 0; p < pixels; p++)
        for (size_t k = 0; k < c; k++)
            work->unit[p * c + k] = valid[p] ? s2_map_at(y, n)[p * (size_t)y->stride + k] : 0.0f;
    multiply_rows(work, (int)pixels, y->c);
    const double loss = softmax_relation(work, y->c);
    for (size_t i = 0; i < c; i++)
        for (size_t j = 0; j <= i; j++) {
            float *one = &work->matrix[i * c + j];
            float *other = &work->matrix[j * c + i];
            *one = *other = *one + *other;
        }
    multiply_back(work, (int)pixels, y->c);
    for (size_t p = 0; p < pixels; p++)
        for (size_t k = 0; valid[p] && k < c; k++)
            s2_map_at(dy, n)[p * (size_t)dy->stride + k] +=
                (float)(weight * (double)work->gradient[p * c + k]);
    return loss;
}

static void relation_work_clear(relation_work *work)
{
    s2_free(work->unit);
    s2_free(work->matrix);
    s2_free(work->softmax);
    s2_free(work->gradient);
    s2_free(work->mean);
    s2_free(work->norm);
    s2_free(work->inner);
}

static bool relation_work_init(relation_work *work, const s2_map *y)
{
    const size_t c = (size_t)y->c;
    const size_t count = (size_t)y->h * (size_t)y->w * c;
    work->unit = s2_alloc(count, sizeof(float));
    work->matrix = s2_alloc(c * c, sizeof(float));
    work->softmax = s2_alloc(2 * c * c, sizeof(float));
    work->gradient = s2_alloc(count, sizeof(float));
    work->mean = s2_alloc(c, sizeof(double));
    work->norm = s2_alloc(c, sizeof(double));
    work->inner = s2_alloc(c, sizeof(double));
    return work->unit && work->matrix && work->softmax && work->gradient && work->mean &&
           work->norm && work->inner;
}

s2rgf_status s2_relation_loss(s2_relation_form form, const s2_map *y, const uint8_t *valid,
                              double weight, const s2_map *dy, double *loss, s2rgf_error *err)
{
    const size_t pixels = (size_t)y->h * (size_t)y->w;
    double (*const of_map)(const s2_map *, int, const uint8_t *, double, const s2_map *,
                           relation_work *) =
        form == S2_RELATION_SOFTMAX ? softmax_of_map : correlation_of_map;
    bool failed = false;
    double sum = 0.0;
#pragma omp parallel reduction(|| : failed)
    {
        relation_work work = {0};
        const bool ready = relation_work_init(&work, y);
        failed = !ready;
#pragma omp for ordered schedule(static, 1)
        for (int n = 0; n < y->n; n++) {
            const double one =
                ready ? of_map(y, n, valid + (size_t)n * pixels, weight / y->n, dy, &work) : 0.0;
#pragma omp ordered
            sum += one / y->n;
        }
        relation_work_clear(&work);
    }
    *loss = sum;
    return failed ? s2_fail_memory(err, "de-redundancy loss") : S2RGF_OK;
}
