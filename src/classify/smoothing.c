/* Smoothing of the classes' log-odds over a window, row by row of a tile. */
#include "classify/smoothing.h"

#include <math.h>

#include "assess/calibration.h"
#include "core/error.h"
#include "core/memory.h"

#define SIGMA2 20.0  /* variance of the log-odds that the window's is held against */
#define LARGEST 1e30 /* of log-odds, so that squares of their differences are numbers */

static size_t square(int side)
{
    return (size_t)side * (size_t)side;
}

s2rgf_status s2_smoothing_init(s2_smoothing *smoothing, int classes, int window, double temperature,
                               int width, s2rgf_error *err)
{
    const size_t row = (size_t)window * (size_t)width;
    *smoothing = (s2_smoothing){.classes = classes, .window = window, .temperature = temperature};
    smoothing->log_odds = s2_alloc(row, sizeof(float) * (size_t)classes);
    smoothing->valid = s2_alloc(row, 1);
    smoothing->around = s2_alloc(square(window), sizeof(float));
    smoothing->places = s2_alloc(square(window), sizeof *smoothing->places);
    if (smoothing->log_odds && smoothing->valid && smoothing->around && smoothing->places)
        return S2RGF_OK;
    return s2_fail_memory(err, "smoothing");
}

void s2_smoothing_clear(s2_smoothing *smoothing)
{
    S2_FREE_EACH(smoothing->log_odds, smoothing->valid, smoothing->around,
                 (void *)smoothing->places);
    *smoothing = (s2_smoothing){0};
}

size_t s2_smoothing_bytes(int classes, int window, int width)
{
    return (size_t)window * (size_t)width * (sizeof(float) * (size_t)classes + 1) +
           square(window) * (sizeof(float) + sizeof(float *));
}

void s2_smoothing_begin(s2_smoothing *smoothing, s2_rect tile, s2_rect reach)
{
    smoothing->reach = reach;
    smoothing->first_row = tile.y;
    smoothing->rows = tile.h;
    smoothing->added = smoothing->taken = 0;
}

/* ---- rows come in --------------------------------------------------------------------------- */

/* Where class 0 of a pixel of row y is; class k is k rows of the reach further. */
static float *place_of(const s2_smoothing *smoothing, int x, int y)
{
    const size_t width = (size_t)smoothing->reach.w;
    const size_t row = (size_t)((y - smoothing->reach.y) % smoothing->window);
    return smoothing->log_odds + row * (size_t)smoothing->classes * width +
           (size_t)(x - smoothing->reach.x);
}

static uint8_t *valid_at(const s2_smoothing *smoothing, int x, int y)
{
    const size_t row = (size_t)((y - smoothing->reach.y) % smoothing->window);
    return smoothing->valid + row * (size_t)smoothing->reach.w + (size_t)(x - smoothing->reach.x);
}

static float bounded(double x)
{
    return (float)fmax(fmin(x, LARGEST), -LARGEST);
}

/* ln p_k - ln (1 - p_k) without a difference of almost equal numbers: the sum over all other classes
   is taken relative to the largest of these. to out, with a stride; false: a score is not finite. */
static bool take_log_odds(const s2_smoothing *smoothing, const float *scores, float *to)
{
    const size_t stride = (size_t)smoothing->reach.w;
    const double t = smoothing->temperature;
    const int classes = smoothing->classes, best = s2_best_class(scores, classes);
    const double top = (double)scores[best] / t;
    double second = -INFINITY, all = 0.0, others = 0.0;
    for (int k = 0; k < classes; k++) {
        all += exp((double)scores[k] / t - top);
        if (k != best)
            second = fmax(second, (double)scores[k] / t);
    }
    if (!isfinite(all) || !isfinite(top))
        return false;
    for (int k = 0; k < classes; k++) {
        const double z = (double)scores[k] / t;
        if (!isfinite(z))
            return false;
        others += k != best ? exp(z - second) : 0.0;
        to[(size_t)k * stride] = bounded(z - top - log(all - exp(z - top)));
    }
    /* one class alone is certain: any number will do */
    to[(size_t)best * stride] = classes > 1 ? bounded(top - second - log(others)) : 0.0f;
    return true;
}

void s2_smoothing_add(s2_smoothing *smoothing, const float *scores, const uint8_t *valid)
{
    const s2_rect reach = smoothing->reach;
    const int y = reach.y + smoothing->added++;
    for (int i = 0; i < reach.w; i++)
        *valid_at(smoothing, reach.x + i, y) =
            valid[i] && take_log_odds(smoothing, scores + (size_t)i * (size_t)smoothing->classes,
                                      place_of(smoothing, reach.x + i, y));
}

bool s2_smoothing_has(const s2_smoothing *smoothing, int x, int y)
{
    return *valid_at(smoothing, x, y) != 0;
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

/* Put the largest `count` of values first, in any order; returns the least of these (Hoare). */
static float select_largest(float *values, size_t total, size_t count)
{
    size_t low = 0, high = total - 1;
    const size_t wanted = count - 1;
    while (low < high) {
        const float pivot = values[low + (high - low) / 2];
        size_t i = low, j = high;
        while (true) {
            while (values[i] > pivot)
                i++;
            while (values[j] < pivot)
                j--;
            if (i >= j)
                break;
            const float swapped = values[i];
            values[i++] = values[j];
            values[j--] = swapped;
        }
        if (wanted <= j)
            high = j;
        else
            low = j + 1;
    }
    return values[wanted];
}

/* Pixels with data in the window. */
static size_t find_places(s2_smoothing *smoothing, int x, int y)
{
    const int radius = smoothing->window / 2;
    const s2_rect window = s2_rect_intersect(
        (s2_rect){x - radius, y - radius, smoothing->window, smoothing->window}, smoothing->reach);
    size_t count = 0;
    for (int v = window.y; v < window.y + window.h; v++)
        for (int u = window.x; u < window.x + window.w; u++)
            if (*valid_at(smoothing, u, v))
                smoothing->places[count++] = place_of(smoothing, u, v);
    return count;
}

/* The posterior mean of one class, which is `offset` floats behind class 0. */
static double smooth_class(s2_smoothing *smoothing, size_t count, size_t offset, double x)
{
    const size_t half = (count + 1) / 2;
    for (size_t i = 0; i < count; i++)
        smoothing->around[i] = smoothing->places[i][offset];
    const double least = (double)select_largest(smoothing->around, count, half);
    double sum = 0.0, squares = 0.0;
    size_t above = 0;
    for (size_t i = 0; i < count; i++) {
        const double from = (double)smoothing->places[i][offset] - least;
        above += from > 0.0;
        sum += fmax(from, 0.0);
    }
    const double mean = sum / (double)half;
    for (size_t i = 0; i < count; i++) {
        const double from = (double)smoothing->places[i][offset] - least;
        squares += from > 0.0 ? (from - mean) * (from - mean) : 0.0;
    }
    squares += (double)(half - above) * mean * mean;
    const double variance = half > 1 ? squares / (double)(half - 1) : 0.0;
    return (variance * x + SIGMA2 * (least + mean)) / (variance + SIGMA2);
}

bool s2_smoothing_pixel(s2_smoothing *smoothing, int x, float *log_odds)
{
    const int y = smoothing->first_row + smoothing->taken;
    const float *own = place_of(smoothing, x, y);
    if (!*valid_at(smoothing, x, y))
        return false;
    const size_t count = find_places(smoothing, x, y);
    for (int k = 0; k < smoothing->classes; k++) {
        const size_t offset = (size_t)k * (size_t)smoothing->reach.w;
        log_odds[k] = (float)smooth_class(smoothing, count, offset, (double)own[offset]);
    }
    return true;
}
