/* Principal components: a sample of the scene, its covariance, and the subspace that varies most. */
#include "train/experts/components.h"

#include <math.h>
#include <string.h>

#include "core/error.h"
#include "core/memory.h"
#include "core/random.h"
#include "train/experts/window_part.h"

#define PATCHES 16           /* along either side of the scene */
#define PATCH_PX 8           /* their side */
#define SEEN_EVERY 4         /* pixels of a patch, along either side, whose windows are looked at */
#define MOST_PRODUCTS 2e9    /* of bands with each other, of all pixels */
#define ITERATIONS 60        /* of the subspace */
#define SWEEPS 30            /* of rotations */
#define VARIANCE_LEAST 1e-6  /* of a component, as a part of the largest */
#define DEVIATION_LEAST 1e-3 /* of a feature of windows */
#define START_SEED 1
#define START_STREAM 0xc0

enum { MOST = S2_EXPERT_COMPONENTS, OUTER_PX = PATCH_PX + 2 * S2_EXPERT_REACH };

/* What is worked with for one source. */
typedef struct analysis {
    size_t bands, components;
    size_t count, step; /* pixels taken, and of how many valid ones one is */
    size_t seen;        /* valid pixels */
    double *mean;       /* [bands] */
    double *covariance; /* [bands][bands] */
    double *basis;      /* [components][bands], orthonormal */
    double *image;      /* [components][bands], the covariance times that */
} analysis;

/* ---- covariance ----------------------------------------------------------------------------- */

static void add_pixel(analysis *a, const float *pixel)
{
    if (a->seen++ % a->step != 0)
        return;
    a->count++;
    for (size_t i = 0; i < a->bands; i++) {
        double *row = a->covariance + i * a->bands;
        a->mean[i] += (double)pixel[i];
        for (size_t j = 0; j <= i; j++)
            row[j] += (double)pixel[i] * (double)pixel[j];
    }
}

static void finish_covariance(analysis *a)
{
    const double count = a->count > 0 ? (double)a->count : 1.0;
    for (size_t i = 0; i < a->bands; i++)
        a->mean[i] /= count;
    for (size_t i = 0; i < a->bands; i++)
        for (size_t j = 0; j <= i; j++) {
            double *entry = &a->covariance[i * a->bands + j];
            *entry = *entry / count - a->mean[i] * a->mean[j];
            a->covariance[j * a->bands + i] = *entry;
        }
}

/* ---- patches -------------------------------------------------------------------------------- */

/* A square of the scene, and what is read around it. */
typedef struct patch {
    s2_rect inner, outer;
    float *pixels; /* [outer.h][outer.w][bands] */
    float *values; /* [outer.h][outer.w][components] */
    uint8_t *valid;
} patch;

static s2rgf_status start_patch(patch *p, const analysis *a, s2rgf_error *err)
{
    const size_t pixels = (size_t)OUTER_PX * OUTER_PX;
    p->pixels = s2_alloc(pixels * a->bands, sizeof(float));
    p->values = s2_alloc(pixels * a->components, sizeof(float));
    p->valid = s2_alloc(pixels, 1);
    return p->pixels && p->values && p->valid ? S2RGF_OK : s2_fail_memory(err, "expert");
}

static void clear_patch(patch *p)
{
    S2_FREE_EACH(p->pixels, p->values, p->valid);
}

/* Number `index` of those on a lattice over the scene; of several scenes each has some. */
static s2rgf_status read_patch(const s2_training_set *set, int source, int index, patch *p,
                               s2rgf_error *err)
{
    const int which = index % set->scenes->count;
    const s2_run_geometry *geometry = &set->scenes->items[which].geometry;
    const s2_rect scene = {0, 0, geometry->width, geometry->height};
    const int64_t across = 2 * (index % PATCHES) + 1;
    const int64_t down = 2 * (index / PATCHES) + 1;
    p->inner = s2_rect_intersect((s2_rect){(int)(across * scene.w / (2 * PATCHES)) - PATCH_PX / 2,
                                           (int)(down * scene.h / (2 * PATCHES)) - PATCH_PX / 2,
                                           PATCH_PX, PATCH_PX},
                                 scene);
    p->outer = s2_rect_intersect(s2_rect_grow(p->inner, S2_EXPERT_REACH), scene);
    return s2_training_scenes_read(set->scenes, which, source, p->outer, p->pixels, p->valid, err);
}

static size_t place_in(const patch *p, int x, int y)
{
    return (size_t)(y - p->outer.y) * (size_t)p->outer.w + (size_t)(x - p->outer.x);
}

static s2rgf_status find_covariance(const s2_training_set *set, int source, patch *p, analysis *a,
                                    s2rgf_error *err)
{
    s2rgf_status status = S2RGF_OK;
    for (int i = 0; i < PATCHES * PATCHES && status == S2RGF_OK; i++) {
        status = read_patch(set, source, i, p, err);
        for (int y = p->inner.y; y < p->inner.y + p->inner.h && status == S2RGF_OK; y++)
            for (int x = p->inner.x; x < p->inner.x + p->inner.w; x++)
                if (p->valid[place_in(p, x, y)])
                    add_pixel(a, p->pixels + place_in(p, x, y) * a->bands);
    }
    finish_covariance(a);
    return status;
}

/* What the windows around some pixels of every patch show. scale out [features] */
static s2rgf_status find_scale(const s2_training_set *set, int source, const float *matrix,
                               const analysis *a, patch *p, double (*scale)[2], s2rgf_error *err)
{
    float features[S2_WINDOW_FEATURES_MOST];
    double count = 0.0;
    const size_t width = (size_t)s2_window_feature_floats((int)a->components);
    s2rgf_status status = S2RGF_OK;
    memset(scale, 0, width * sizeof *scale);
    for (int i = 0; i < PATCHES * PATCHES && status == S2RGF_OK; i++) {
        status = read_patch(set, source, i, p, err);
        if (status != S2RGF_OK)
            break;
        const s2_window_part part = {p->outer, (int)a->components, p->values, p->valid};
        s2_window_part_fill(&part, p->pixels, (int)a->bands, matrix);
        for (int y = p->inner.y; y < p->inner.y + p->inner.h; y += SEEN_EVERY)
            for (int x = p->inner.x; x < p->inner.x + p->inner.w; x += SEEN_EVERY) {
                if (!p->valid[place_in(p, x, y)])
                    continue;
                s2_window_part_see(&part, x, y, features);
                count += 1.0;
                for (size_t j = 0; j < width; j++) {
                    scale[j][0] += (double)features[j];
                    scale[j][1] += (double)features[j] * (double)features[j];
                }
            }
    }
    for (size_t j = 0; j < width; j++) {
        const double mean = count > 0.0 ? scale[j][0] / count : 0.0;
        const double variance = count > 0.0 ? scale[j][1] / count - mean * mean : 0.0;
        scale[j][0] = mean;
        scale[j][1] = sqrt(fmax(variance, DEVIATION_LEAST * DEVIATION_LEAST));
    }
    return status;
}

/* ---- subspace ------------------------------------------------------------------------------- */

static double dot(const double *a, const double *b, size_t count)
{
    double sum = 0.0;
    for (size_t i = 0; i < count; i++)
        sum += a[i] * b[i];
    return sum;
}

static void find_image(analysis *a)
{
    for (size_t k = 0; k < a->components; k++)
        for (size_t i = 0; i < a->bands; i++)
            a->image[k * a->bands + i] =
                dot(a->covariance + i * a->bands, a->basis + k * a->bands, a->bands);
}

/* The vectors of image, made orthonormal, become the basis; one that vanishes stays as it was. */
static void take_image(analysis *a)
{
    for (size_t k = 0; k < a->components; k++) {
        double *own = a->image + k * a->bands;
        for (int twice = 0; twice < 2; twice++)
            for (size_t l = 0; l < k; l++) {
                const double *other = a->basis + l * a->bands;
                const double part = dot(own, other, a->bands);
                for (size_t i = 0; i < a->bands; i++)
                    own[i] -= part * other[i];
            }
        const double norm = sqrt(dot(own, own, a->bands));
        for (size_t i = 0; i < a->bands && norm > 0.0; i++)
            a->basis[k * a->bands + i] = own[i] / norm;
    }
}

/* Of few bands all directions; of many a random start. */
static void start_basis(analysis *a)
{
    s2_random random;
    s2_random_init(&random, START_SEED, START_STREAM);
    for (size_t k = 0; k < a->components; k++)
        for (size_t i = 0; i < a->bands; i++) {
            a->basis[k * a->bands + i] = i == k ? 1.0 : 0.0;
            a->image[k * a->bands + i] = s2_random_normal(&random);
        }
    if (a->components < a->bands)
        take_image(a);
}

/* Jacobi: turns columns p and q of the symmetric m so that m[p][q] = 0, and so the rows of `turned`. */
static void rotate(double m[MOST][MOST], double turned[MOST][MOST], size_t size, size_t p, size_t q)
{
    if (m[p][q] == 0.0)
        return;
    const double half = (m[q][q] - m[p][p]) / (2.0 * m[p][q]);
    const double t = (half < 0.0 ? -1.0 : 1.0) / (fabs(half) + sqrt(half * half + 1.0));
    const double c = 1.0 / sqrt(t * t + 1.0);
    const double s = t * c;
    for (size_t i = 0; i < size; i++) {
        const double a = m[i][p];
        const double b = m[i][q];
        m[i][p] = c * a - s * b;
        m[i][q] = s * a + c * b;
    }
    for (size_t i = 0; i < size; i++) {
        const double a = m[p][i];
        const double b = m[q][i];
        const double x = turned[p][i];
        const double y = turned[q][i];
        m[p][i] = c * a - s * b;
        m[q][i] = s * a + c * b;
        turned[p][i] = c * x - s * y;
        turned[q][i] = s * x + c * y;
    }
}

/* Within the basis, the directions of greatest variance: turned out [components][components], a row
   each; variance out [components]. */
static void turn_basis(const analysis *a, double turned[MOST][MOST], double *variance)
{
    double inner[MOST][MOST];
    for (size_t k = 0; k < a->components; k++)
        for (size_t l = 0; l < a->components; l++) {
            inner[k][l] = dot(a->basis + k * a->bands, a->image + l * a->bands, a->bands);
            turned[k][l] = k == l ? 1.0 : 0.0;
        }
    for (int sweep = 0; sweep < SWEEPS; sweep++)
        for (size_t p = 0; p < a->components; p++)
            for (size_t q = p + 1; q < a->components; q++)
                rotate(inner, turned, a->components, p, q);
    for (size_t k = 0; k < a->components; k++)
        variance[k] = inner[k][k];
}

/* matrix out [bands][components], every component of variance 1. */
static void put_components(const analysis *a, float *matrix)
{
    double turned[MOST][MOST], variance[MOST];
    double largest = 0.0;
    turn_basis(a, turned, variance);
    for (size_t k = 0; k < a->components; k++)
        largest = fmax(largest, variance[k]);
    for (size_t k = 0; k < a->components; k++) {
        const double least = largest > 0.0 ? VARIANCE_LEAST * largest : 1.0;
        const double scale = 1.0 / sqrt(fmax(variance[k], least));
        for (size_t i = 0; i < a->bands; i++) {
            double sum = 0.0;
            for (size_t l = 0; l < a->components; l++)
                sum += turned[k][l] * a->basis[l * a->bands + i];
            matrix[i * a->components + k] = (float)(scale * sum);
        }
    }
}

static void find_components(analysis *a, float *matrix)
{
    start_basis(a);
    for (int i = 0; i < ITERATIONS && a->components < a->bands; i++) {
        find_image(a);
        take_image(a);
    }
    find_image(a);
    put_components(a, matrix);
}

/* matrix, scale out: of one source */
static s2rgf_status analyse_source(const s2_training_set *set, int source, float *matrix,
                                   double (*scale)[2], s2rgf_error *err)
{
    const size_t bands = (size_t)set->content->sources[source].band_count;
    const double pixels = (double)PATCHES * PATCHES * PATCH_PX * PATCH_PX;
    analysis a = {.bands = bands, .components = (size_t)s2_expert_components((int)bands)};
    patch p = {0};
    a.step = (size_t)ceil(pixels * (double)bands * (double)bands / MOST_PRODUCTS);
    a.mean = s2_calloc(bands, sizeof(double));
    a.covariance = s2_calloc(bands * bands, sizeof(double));
    a.basis = s2_calloc(a.components * bands, sizeof(double));
    a.image = s2_calloc(a.components * bands, sizeof(double));
    s2rgf_status status = start_patch(&p, &a, err);
    if (status == S2RGF_OK && !(a.mean && a.covariance && a.basis && a.image))
        status = s2_fail_memory(err, "expert");
    if (status == S2RGF_OK)
        status = find_covariance(set, source, &p, &a, err);
    if (status == S2RGF_OK) {
        find_components(&a, matrix);
        status = find_scale(set, source, matrix, &a, &p, scale, err);
    }
    clear_patch(&p);
    S2_FREE_EACH(a.mean, a.covariance, a.basis, a.image);
    return status;
}

s2rgf_status s2_components_find(const s2_training_set *set, s2_components *found, s2rgf_error *err)
{
    s2rgf_status status = S2RGF_OK;
    *found = (s2_components){0};
    for (int s = 0; s < set->content->source_count && status == S2RGF_OK; s++) {
        const int bands = set->content->sources[s].band_count;
        const int components = s2_expert_components(bands);
        if (!set->content->sources[s].on_reference)
            continue;
        found->matrix[s] = s2_alloc((size_t)bands * (size_t)components, sizeof(float));
        found->scale[s] =
            s2_alloc((size_t)s2_window_feature_floats(components), sizeof *found->scale[s]);
        status = found->matrix[s] && found->scale[s]
                     ? analyse_source(set, s, found->matrix[s], found->scale[s], err)
                     : s2_fail_memory(err, "expert");
    }
    return status;
}

void s2_components_clear(s2_components *components)
{
    for (int s = 0; s < S2RGF_MAX_SOURCES; s++)
        S2_FREE_EACH(components->matrix[s], components->scale[s]);
    *components = (s2_components){0};
}
