/* Smoothing of the classes' log-odds over a window, row by row of a tile. */
#include "classify/smoothing.h"

#include <math.h>

#include "assess/calibration.h"
#include "core/error.h"
#include "core/memory.h"
#include "nn/kernels/kernels.h"

#define LARGEST 1e30 /* of log-odds, so that squares of their differences are numbers */
#define FAR 600.0    /* scores of classes so far below the best have odds that are inexact */

/* Floats of a row of one class. */
static size_t stride_of(int window, int width)
{
    return (size_t)width + (size_t)window + S2_SMOOTH_PAD;
}

s2rgf_status s2_smoothing_init(s2_smoothing *smoothing, int classes, int window, double temperature,
                               int width, s2rgf_error *err)
{
    const s2_kernels *kernels;
    const size_t stride = stride_of(window, width), each = sizeof(float) * (size_t)classes;
    *smoothing = (s2_smoothing){.classes = classes,
                                .window = window,
                                .temperature = temperature,
                                .width = width,
                                .stride = (int)stride};
    const s2rgf_status status = s2_kernels_select(S2_PRECISION_FLOAT, &kernels, err);
    if (status != S2RGF_OK)
        return status;
    smoothing->smooth = kernels->smooth;
    smoothing->log_odds = s2_alloc((size_t)window * stride, each);
    smoothing->smoothed = s2_alloc((size_t)width, each);
    smoothing->least = s2_calloc((size_t)width, each);
    smoothing->halves = s2_alloc((size_t)width, sizeof *smoothing->halves);
    smoothing->counts = s2_alloc(stride, sizeof *smoothing->counts);
    smoothing->odds = s2_alloc((size_t)classes, sizeof *smoothing->odds);
    smoothing->around = s2_alloc((size_t)window, sizeof *smoothing->around);
    if (!smoothing->log_odds || !smoothing->smoothed || !smoothing->least || !smoothing->halves ||
        !smoothing->counts || !smoothing->odds || !smoothing->around)
        return s2_fail_memory(err, "smoothing");
    for (size_t i = 0; i < (size_t)window * (size_t)classes * stride; i++)
        smoothing->log_odds[i] = NAN;
    return S2RGF_OK;
}

void s2_smoothing_clear(s2_smoothing *smoothing)
{
    S2_FREE_EACH(smoothing->log_odds, smoothing->smoothed, smoothing->least, smoothing->halves,
                 smoothing->counts, smoothing->odds, (void *)smoothing->around);
    *smoothing = (s2_smoothing){0};
}

size_t s2_smoothing_bytes(int classes, int window, int width)
{
    const size_t stride = stride_of(window, width), each = sizeof(float) * (size_t)classes;
    return ((size_t)window * stride + 2 * (size_t)width) * each +
           ((size_t)width + stride) * sizeof(int) + (size_t)classes * sizeof(double) +
           (size_t)window * sizeof(float *);
}

void s2_smoothing_begin(s2_smoothing *smoothing, s2_rect tile, s2_rect reach)
{
    smoothing->reach = reach;
    smoothing->first_row = tile.y;
    smoothing->rows = tile.h;
    smoothing->added = smoothing->taken = 0;
}

/* ---- rows come in --------------------------------------------------------------------------- */

/* Where class 0 of a pixel of row y is; class k is k strides further. */
static float *place_of(const s2_smoothing *smoothing, int x, int y)
{
    const size_t row = (size_t)((y - smoothing->reach.y) % smoothing->window);
    return smoothing->log_odds + row * (size_t)smoothing->classes * (size_t)smoothing->stride +
           (size_t)(x - smoothing->reach.x + smoothing->window / 2);
}

static float bounded(double x)
{
    return (float)fmax(fmin(x, LARGEST), -LARGEST);
}

/* ln sum_{k not best} exp(z_k - z_best) where the sum may be too small for a number: relative to the
   largest of them. */
static double log_of_others(const s2_smoothing *smoothing, const float *scores, int best,
                            double second)
{
    double others = 0.0;
    for (int k = 0; k < smoothing->classes; k++)
        others += k != best ? exp((double)scores[k] / smoothing->temperature - second) : 0.0;
    return second - (double)scores[best] / smoothing->temperature +
           (others > 0.0 ? log(others) : -INFINITY);
}

/* ln p_k - ln (1 - p_k) without a difference of almost equal numbers: for the best class the sum is
   taken over all others. to out, with a stride; false: a score is not finite. */
static bool take_log_odds(const s2_smoothing *smoothing, const float *scores, float *to)
{
    const size_t stride = (size_t)smoothing->stride;
    const double t = smoothing->temperature;
    const int classes = smoothing->classes, best = s2_best_class(scores, classes);
    const double top = (double)scores[best] / t;
    double second = -INFINITY, others = 0.0, *odds = smoothing->odds;
    for (int k = 0; k < classes; k++) {
        const double z = (double)scores[k] / t;
        odds[k] = exp(z - top);
        if (!isfinite(z))
            return false;
        if (k != best) {
            second = fmax(second, z);
            others += odds[k];
        }
    }
    for (int k = 0; k < classes; k++)
        to[(size_t)k * stride] = bounded((double)scores[k] / t - top - log(1.0 + others - odds[k]));
    /* one class alone is certain: any number will do */
    if (classes == 1)
        to[0] = 0.0f;
    else
        to[(size_t)best * stride] = bounded(
            top - second < FAR ? -log(others) : -log_of_others(smoothing, scores, best, second));
    return true;
}

/* A pixel has data in all classes or in none. */
static void take_pixel(const s2_smoothing *smoothing, const float *scores, bool valid, float *to)
{
    if (valid && take_log_odds(smoothing, scores, to))
        return;
    for (int k = 0; k < smoothing->classes; k++)
        to[(size_t)k * (size_t)smoothing->stride] = NAN;
}

void s2_smoothing_add(s2_smoothing *smoothing, const float *scores, const uint8_t *valid)
{
    const s2_rect reach = smoothing->reach;
    const int y = reach.y + smoothing->added++;
    float *row = place_of(smoothing, reach.x, y);
    for (int i = 0; i < reach.w; i++)
        take_pixel(smoothing, scores + (size_t)i * (size_t)smoothing->classes, valid[i] != 0,
                   row + i);
    /* what a wider tile has left there */
    for (int k = 0; k < smoothing->classes; k++)
        for (int i = reach.w; i < smoothing->stride - smoothing->window / 2; i++)
            row[(size_t)k * (size_t)smoothing->stride + (size_t)i] = NAN;
}

bool s2_smoothing_has(const s2_smoothing *smoothing, int x, int y)
{
    return !isnan(*place_of(smoothing, x, y));
}

/* ---- rows go out ---------------------------------------------------------------------------- */

bool s2_smoothing_ready(const s2_smoothing *smoothing, int *y)
{
    const int last = smoothing->reach.y + smoothing->reach.h - 1;
    const int wanted = smoothing->first_row + smoothing->taken + smoothing->window / 2;
    *y = smoothing->first_row + smoothing->taken;
    return smoothing->taken < smoothing->rows &&
           smoothing->added > (wanted < last ? wanted : last) - smoothing->reach.y;
}

void s2_smoothing_next(s2_smoothing *smoothing)
{
    smoothing->taken++;
}

/* Of the windows around pixels of a row, how many numbers are in the larger half: of all with data,
   rounded up. rows in  those of class 0 */
static void count_halves(s2_smoothing *smoothing, int rows, int count, const float *own,
                         const uint8_t *wanted)
{
    const int window = smoothing->window;
    int *columns = smoothing->counts, sum = 0;
    for (int u = 0; u < count + window - 1; u++) {
        columns[u] = 0;
        for (int r = 0; r < rows; r++)
            columns[u] += !isnan(smoothing->around[r][u]);
    }
    for (int u = 0; u < window - 1; u++)
        sum += columns[u];
    for (int i = 0; i < count; i++) {
        sum += columns[i + window - 1];
        smoothing->halves[i] = (!wanted || wanted[i]) && !isnan(own[i]) ? (sum + 1) / 2 : 0;
        sum -= columns[i];
    }
}

void s2_smoothing_row(s2_smoothing *smoothing, int x, int count, const uint8_t *wanted)
{
    const s2_rect reach = smoothing->reach;
    const int y = smoothing->first_row + smoothing->taken, radius = smoothing->window / 2;
    const int first = y - radius < reach.y ? reach.y : y - radius;
    const int end = y + radius < reach.y + reach.h ? y + radius + 1 : reach.y + reach.h;
    for (int k = 0; k < smoothing->classes; k++) {
        const size_t class_at = (size_t)k * (size_t)smoothing->stride;
        const size_t out = (size_t)k * (size_t)smoothing->width;
        for (int v = first; v < end; v++)
            smoothing->around[v - first] = place_of(smoothing, x, v) + class_at - radius;
        const s2_kernel_smooth row = {.rows = smoothing->around,
                                      .row_count = end - first,
                                      .window = smoothing->window,
                                      .own = place_of(smoothing, x, y) + class_at,
                                      .halves = smoothing->halves,
                                      .count = count,
                                      .least = smoothing->least + out,
                                      .y = smoothing->smoothed + out};
        if (k == 0)
            count_halves(smoothing, row.row_count, count, row.own, wanted);
        smoothing->smooth(&row);
    }
}

bool s2_smoothing_pixel(const s2_smoothing *smoothing, int index, float *log_odds)
{
    if (smoothing->halves[index] == 0)
        return false;
    for (int k = 0; k < smoothing->classes; k++)
        log_odds[k] = smoothing->smoothed[(size_t)k * (size_t)smoothing->width + (size_t)index];
    return true;
}
