/* Smoothing of the classes' log-odds over a window, row by row of a tile. */
#include "classify/smoothing.h"

#include <math.h>
#include <string.h>

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
    smoothing->around = s2_alloc(3 * square(window), sizeof(float));
    smoothing->guess = s2_calloc((size_t)classes, sizeof(float));
    smoothing->places = s2_alloc(square(window) + 1, sizeof *smoothing->places);
    if (smoothing->log_odds && smoothing->valid && smoothing->around && smoothing->guess &&
        smoothing->places)
        return S2RGF_OK;
    return s2_fail_memory(err, "smoothing");
}

void s2_smoothing_clear(s2_smoothing *smoothing)
{
    S2_FREE_EACH(smoothing->log_odds, smoothing->valid, smoothing->around, smoothing->guess,
                 (void *)smoothing->places);
    *smoothing = (s2_smoothing){0};
}

size_t s2_smoothing_bytes(int classes, int window, int width)
{
    return (size_t)window * (size_t)width * (sizeof(float) * (size_t)classes + 1) +
           square(window) * (3 * sizeof(float) + sizeof(float *));
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

/* Pixels with data in the window. */
static size_t find_places(s2_smoothing *smoothing, int x, int y)
{
    const int radius = smoothing->window / 2;
    const s2_rect window = s2_rect_intersect(
        (s2_rect){x - radius, y - radius, smoothing->window, smoothing->window}, smoothing->reach);
    size_t count = 0;
    for (int v = window.y; v < window.y + window.h; v++) {
        const uint8_t *valid = valid_at(smoothing, window.x, v);
        const float *place = place_of(smoothing, window.x, v);
        for (int u = 0; u < window.w; u++) {
            smoothing->places[count] = place + u;
            count += valid[u] != 0;
        }
    }
    return count;
}

/* The wanted-th largest of `count` values, which are lost. guess in  any number: the nearer, the
   faster. room out [count] */
static float find_largest(float *values, size_t count, size_t wanted, float guess, float *room)
{
    while (true) {
        /* without branches, which no processor could foresee: larger ones stay, smaller ones move */
        size_t larger = 0, smaller = 0;
        for (size_t i = 0; i < count; i++) {
            const float v = values[i];
            values[larger] = v;
            room[smaller] = v;
            larger += v > guess;
            smaller += v < guess;
        }
        if (larger < wanted && wanted <= count - smaller)
            return guess;
        if (larger >= wanted) {
            count = larger;
        } else {
            wanted -= count - smaller;
            count = smaller;
            memcpy(values, room, count * sizeof *values);
        }
        guess = values[count / 2];
    }
}

/* The posterior mean of one class, which is `offset` floats behind class 0. */
static double smooth_class(s2_smoothing *smoothing, size_t count, int class_index, double x)
{
    const size_t half = (count + 1) / 2, offset = (size_t)class_index * (size_t)smoothing->reach.w;
    float *around = smoothing->around, *copy = around + count;
    for (size_t i = 0; i < count; i++)
        around[i] = copy[i] = smoothing->places[i][offset];
    const float least =
        find_largest(copy, count, half, smoothing->guess[class_index], copy + count);
    smoothing->guess[class_index] = least;
    /* relative to the least of the half, so that equal ones add nothing */
    double sum = 0.0, squares = 0.0;
    for (size_t i = 0; i < count; i++) {
        const double from = around[i] > least ? (double)around[i] - (double)least : 0.0;
        sum += from;
        squares += from * from;
    }
    const double mean = sum / (double)half;
    const double about = fmax(squares - sum * mean, 0.0);
    const double variance = half > 1 ? about / (double)(half - 1) : 0.0;
    return (variance * x + SIGMA2 * ((double)least + mean)) / (variance + SIGMA2);
}

bool s2_smoothing_pixel(s2_smoothing *smoothing, int x, float *log_odds)
{
    const int y = smoothing->first_row + smoothing->taken;
    const float *own = place_of(smoothing, x, y);
    if (!*valid_at(smoothing, x, y))
        return false;
    const size_t count = find_places(smoothing, x, y);
    for (int k = 0; k < smoothing->classes; k++) {
        const double odds = (double)own[(size_t)k * (size_t)smoothing->reach.w];
        log_odds[k] = (float)smooth_class(smoothing, count, k, odds);
    }
    return true;
}
