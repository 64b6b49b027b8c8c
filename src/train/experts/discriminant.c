/* A linear discriminant in closed form: class scores that are linear in a pixel's features. */
#include "train/experts/discriminant.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/memory.h"

#define SHRINKAGE_LEAST 1e-3 /* so that the covariance can be inverted whatever the features are */
#define SHRINKAGE_MOST 0.5   /* of very few groups the estimate is too high */
#define LEAST_VARIANCE 1e-8  /* within classes: what is less is rounding */
#define PACK 4               /* samples whose products are added at once */

/* A sample by class and group. */
typedef struct sample_key {
    int class_index, group;
    size_t index;
} sample_key;

/* What a fit works with. Matrices are [width][width]; only what is not above the diagonal
   counts. */
typedef struct fit {
    const s2_samples *samples;
    size_t width, classes;
    sample_key *keys; /* [count] of the samples used, in order */
    size_t count;
    double *mean;         /* [classes][width] */
    double *class_weight; /* [classes] of one sample; those of all samples add up to 1 */
    double *within;       /* S */
    double *mixed;        /* sum over groups of weight times their part of S */
    double *part;         /* of S, one group's */
    double *rows;         /* [PACK][width] */
    double squares;       /* sum over groups of the squared norms of their parts */
    double weights;       /* sum over groups of their squared weights */
} fit;

static int compare_keys(const void *a, const void *b)
{
    const sample_key *one = a;
    const sample_key *other = b;
    if (one->class_index != other->class_index)
        return one->class_index < other->class_index ? -1 : 1;
    if (one->group != other->group)
        return one->group < other->group ? -1 : 1;
    return one->index < other->index ? -1 : one->index > other->index;
}

static s2rgf_status start_fit(fit *f, const s2_samples *samples, const bool *used, s2rgf_error *err)
{
    const size_t square = (size_t)samples->width * (size_t)samples->width;
    *f = (fit){
        .samples = samples, .width = (size_t)samples->width, .classes = (size_t)samples->classes};
    f->keys = s2_alloc(samples->count, sizeof *f->keys);
    f->mean = s2_calloc(f->classes * f->width, sizeof(double));
    f->class_weight = s2_calloc(f->classes, sizeof(double));
    f->within = s2_calloc(square, sizeof(double));
    f->mixed = s2_calloc(square, sizeof(double));
    f->part = s2_alloc(square, sizeof(double));
    f->rows = s2_alloc(PACK * f->width, sizeof(double));
    if (!f->keys || !f->mean || !f->class_weight || !f->within || !f->mixed || !f->part || !f->rows)
        return s2_fail_memory(err, "expert");
    for (size_t i = 0; i < samples->count; i++)
        if (!used || used[i])
            f->keys[f->count++] = (sample_key){samples->class_index[i], samples->group[i], i};
    qsort(f->keys, f->count, sizeof *f->keys, compare_keys);
    return S2RGF_OK;
}

static void clear_fit(fit *f)
{
    S2_FREE_EACH(f->keys, f->mean, f->class_weight, f->within, f->mixed, f->part, f->rows);
}

static const float *features_of(const fit *f, size_t key)
{
    return f->samples->features + f->keys[key].index * f->width;
}

/* Means of the classes, and what one of their samples weighs. known out [classes] */
static void find_means(fit *f, bool *known)
{
    double total = 0.0;
    for (size_t i = 0; i < f->count; i++)
        f->class_weight[f->keys[i].class_index] += 1.0;
    for (size_t i = 0; i < f->count; i++) {
        const size_t k = (size_t)f->keys[i].class_index;
        const float *x = features_of(f, i);
        double *mean = f->mean + k * f->width;
        for (size_t j = 0; j < f->width; j++)
            mean[j] += (double)x[j] / f->class_weight[k];
    }
    for (size_t k = 0; k < f->classes; k++) {
        const double samples = f->class_weight[k];
        known[k] = samples > 0.0;
        f->class_weight[k] = known[k] ? 1.0 / sqrt(samples) : 0.0;
        total += samples * f->class_weight[k];
    }
    for (size_t k = 0; k < f->classes; k++)
        f->class_weight[k] /= total;
}

/* part += weight times the sum of the products of `count` centred samples with themselves, at most
   PACK. */
static void add_products(fit *f, size_t first, size_t count)
{
    const size_t k = (size_t)f->keys[first].class_index;
    const double *mean = f->mean + k * f->width;
    const double root = sqrt(f->class_weight[k]);
    memset(f->rows, 0, PACK * f->width * sizeof(double));
    for (size_t i = 0; i < count; i++) {
        const float *x = features_of(f, first + i);
        double *row = f->rows + i * f->width;
        for (size_t j = 0; j < f->width; j++)
            row[j] = root * ((double)x[j] - mean[j]);
    }
    const double *a = f->rows;
    const double *b = a + f->width;
    const double *c = b + f->width;
    const double *d = c + f->width;
    for (size_t i = 0; i < f->width; i++) {
        double *restrict to = f->part + i * f->width;
        for (size_t j = 0; j <= i; j++)
            to[j] += a[i] * a[j] + b[i] * b[j] + c[i] * c[j] + d[i] * d[j];
    }
}

/* Sum of the products of two symmetric matrices' entries. */
static double inner_product(const double *a, const double *b, size_t width)
{
    double sum = 0.0;
    for (size_t i = 0; i < width; i++) {
        double below = 0.0;
        for (size_t j = 0; j < i; j++)
            below += a[i * width + j] * b[i * width + j];
        sum += 2.0 * below + a[i * width + i] * b[i * width + i];
    }
    return sum;
}

static void add_group(fit *f, size_t first, size_t end)
{
    const double weight = (double)(end - first) * f->class_weight[f->keys[first].class_index];
    memset(f->part, 0, f->width * f->width * sizeof(double));
    for (size_t i = first; i < end; i += PACK)
        add_products(f, i, end - i < PACK ? end - i : PACK);
    for (size_t i = 0; i < f->width; i++)
        for (size_t j = 0; j <= i; j++) {
            f->within[i * f->width + j] += f->part[i * f->width + j];
            f->mixed[i * f->width + j] += weight * f->part[i * f->width + j];
        }
    f->squares += inner_product(f->part, f->part, f->width);
    f->weights += weight * weight;
}

static void add_groups(fit *f)
{
    for (size_t first = 0, end; first < f->count; first = end) {
        for (end = first + 1; end < f->count; end++)
            if (f->keys[end].class_index != f->keys[first].class_index ||
                f->keys[end].group != f->keys[first].group)
                break;
        add_group(f, first, end);
    }
}

/* within becomes (1 - s) S + s mu I. Where all samples are their class's mean, the unit matrix. */
static double shrink(fit *f)
{
    const size_t width = f->width;
    double trace = 0.0;
    for (size_t i = 0; i < width; i++)
        trace += f->within[i * width + i];
    const bool varies = trace > LEAST_VARIANCE * (double)width;
    const double mu = varies ? trace / (double)width : 1.0;
    const double norm = inner_product(f->within, f->within, width);
    /* |S - mu I|^2, and the sum over groups of |part - weight S|^2 */
    const double distance = norm - 2.0 * mu * trace + mu * mu * (double)width;
    const double noise =
        f->squares - 2.0 * inner_product(f->mixed, f->within, width) + f->weights * norm;
    const double found = distance > 0.0 && noise > 0.0 ? noise / distance : SHRINKAGE_LEAST;
    const double s = fmin(fmax(found, SHRINKAGE_LEAST), SHRINKAGE_MOST);
    for (size_t i = 0; i < width; i++) {
        for (size_t j = 0; j <= i; j++)
            f->within[i * width + j] *= 1.0 - s;
        f->within[i * width + i] += (varies ? s : 1.0) * mu;
    }
    return s;
}

/* Cholesky: the lower triangle of a becomes L with a = L L'. */
static void factor(double *a, size_t width)
{
    for (size_t j = 0; j < width; j++) {
        double *pivot = a + j * width;
        for (size_t i = j; i < width; i++) {
            double *row = a + i * width;
            /* four sums, so that one addition does not wait for the other */
            double sum[4] = {0.0};
            size_t k = 0;
            for (; k + 4 <= j; k += 4)
                for (size_t u = 0; u < 4; u++)
                    sum[u] += row[k + u] * pivot[k + u];
            for (; k < j; k++)
                sum[0] += row[k] * pivot[k];
            const double left = row[j] - ((sum[0] + sum[1]) + (sum[2] + sum[3]));
            row[j] = i == j ? sqrt(left) : left / pivot[j];
        }
    }
}

/* x = (L L')^-1 x */
static void solve(const double *l, size_t width, double *x)
{
    for (size_t i = 0; i < width; i++) {
        for (size_t j = 0; j < i; j++)
            x[i] -= l[i * width + j] * x[j];
        x[i] /= l[i * width + i];
    }
    for (size_t i = width; i-- > 0;) {
        x[i] /= l[i * width + i];
        for (size_t j = 0; j < i; j++)
            x[j] -= l[i * width + j] * x[i];
    }
}

static void find_weights(fit *f, s2_discriminant *fitted)
{
    double *x = f->rows;
    for (size_t k = 0; k < f->classes; k++) {
        const double *mean = f->mean + k * f->width;
        memcpy(x, mean, f->width * sizeof(double));
        solve(f->within, f->width, x);
        for (size_t j = 0; j < f->width; j++) {
            fitted->weight[j * f->classes + k] = x[j];
            fitted->bias[k] -= 0.5 * mean[j] * x[j];
        }
    }
}

s2rgf_status s2_discriminant_fit(const s2_samples *samples, const bool *used,
                                 s2_discriminant *fitted, s2rgf_error *err)
{
    const size_t classes = (size_t)samples->classes;
    fit f;
    *fitted = (s2_discriminant){.width = samples->width, .classes = samples->classes};
    fitted->weight = s2_alloc((size_t)samples->width * classes, sizeof(double));
    fitted->bias = s2_calloc(classes, sizeof(double));
    fitted->known = s2_alloc(classes, sizeof *fitted->known);
    s2rgf_status status = start_fit(&f, samples, used, err);
    if (status == S2RGF_OK && !(fitted->weight && fitted->bias && fitted->known))
        status = s2_fail_memory(err, "expert");
    if (status == S2RGF_OK) {
        find_means(&f, fitted->known);
        add_groups(&f);
        fitted->shrinkage = shrink(&f);
        factor(f.within, f.width);
        find_weights(&f, fitted);
    } else {
        s2_discriminant_clear(fitted);
    }
    clear_fit(&f);
    return status;
}

void s2_discriminant_clear(s2_discriminant *discriminant)
{
    S2_FREE_EACH(discriminant->weight, discriminant->bias, discriminant->known);
    *discriminant = (s2_discriminant){0};
}

/* values in/out [classes] */
static void centre(double *values, const bool *known, int classes)
{
    double sum = 0.0;
    int count = 0;
    for (int k = 0; k < classes; k++) {
        sum += known[k] ? values[k] : 0.0;
        count += known[k];
    }
    for (int k = 0; k < classes; k++)
        values[k] -= known[k] ? sum / count : 0.0;
}

void s2_discriminant_centre(s2_discriminant *discriminant)
{
    const int classes = discriminant->classes;
    for (int j = 0; j < discriminant->width; j++)
        centre(discriminant->weight + (size_t)j * (size_t)classes, discriminant->known, classes);
    centre(discriminant->bias, discriminant->known, classes);
}

void s2_discriminant_score(const s2_discriminant *discriminant, const float *features,
                           double *scores)
{
    const size_t classes = (size_t)discriminant->classes;
    memcpy(scores, discriminant->bias, classes * sizeof(double));
    for (size_t j = 0; j < (size_t)discriminant->width; j++)
        for (size_t k = 0; k < classes; k++)
            scores[k] += (double)features[j] * discriminant->weight[j * classes + k];
}
