/* The loss: cross entropy over labelled pixels and the de-redundancy of the fused channels. */
#include "nn/loss.h"

#include <math.h>
#include <string.h>

#include "core/error.h"
#include "core/memory.h"
#include "nn/gemm.h"

/* Cross entropy of one pixel; its gradient times weight. */
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
    return loss;
}

double s2_cross_entropy(const s2_map *logits, const int16_t *labels, double smoothing,
                        const s2_map *dlogits)
{
    const size_t pixels = s2_map_pixels(logits);
    size_t labelled = 0;
    double loss = 0.0;
    for (size_t p = 0; p < pixels; p++)
        labelled += labels[p] >= 0;
    if (dlogits)
        s2_map_zero(dlogits);
    for (size_t p = 0; p < pixels; p++)
        if (labels[p] >= 0)
            loss += pixel_entropy(logits->data + p * (size_t)logits->stride, logits->c, labels[p],
                                  smoothing, 1.0 / (double)labelled,
                                  dlogits ? dlogits->data + p * (size_t)dlogits->stride : NULL);
    return labelled ? loss / (double)labelled : 0.0;
}

/* Workspace of one map's de-redundancy. */
typedef struct relation_work {
    float *unit;     /* [pixels][c], centred and normalised; 0 where invalid */
    float *matrix;   /* [c][c], R, then dL/dR */
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

static double relation_of_map(const s2_map *y, int n, const uint8_t *valid, double weight,
                              const s2_map *dy, relation_work *work)
{
    const int pixels = y->h * y->w;
    const int c = y->c;
    const size_t count = normalise_rows(y, n, valid, work);
    s2_gemm(c, c, pixels, (s2_matrix){work->unit, c, true}, (s2_matrix){work->unit, c, false}, 0.0f,
            work->matrix, c);
    const double loss = relation_of(work->matrix, c);
    /* R = U^T U: dL/dU = U (G + G^T), and G is symmetric */
    for (int i = 0; i < c * c; i++)
        work->matrix[i] *= 2.0f;
    s2_gemm(pixels, c, c, (s2_matrix){work->unit, c, false}, (s2_matrix){work->matrix, c, false},
            0.0f, work->gradient, c);
    if (count)
        backward_rows(dy, n, valid, count, weight, work);
    return loss;
}

static void relation_work_clear(relation_work *work)
{
    s2_free(work->unit);
    s2_free(work->matrix);
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
    work->gradient = s2_alloc(count, sizeof(float));
    work->mean = s2_alloc(c, sizeof(double));
    work->norm = s2_alloc(c, sizeof(double));
    work->inner = s2_alloc(c, sizeof(double));
    return work->unit && work->matrix && work->gradient && work->mean && work->norm && work->inner;
}

s2rgf_status s2_relation_loss(const s2_map *y, const uint8_t *valid, double weight,
                              const s2_map *dy, double *loss, s2rgf_error *err)
{
    const size_t pixels = (size_t)y->h * (size_t)y->w;
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
                ready ? relation_of_map(y, n, valid + (size_t)n * pixels, weight / y->n, dy, &work)
                      : 0.0;
#pragma omp ordered
            sum += one / y->n;
        }
        relation_work_clear(&work);
    }
    *loss = sum;
    return failed ? s2_fail_memory(err, "de-redundancy loss") : S2RGF_OK;
}
