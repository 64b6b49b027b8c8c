/* Confidence that means what it says. */
#include "assess/calibration.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "core/error.h"
#include "core/memory.h"

#define KEPT_CLASSES 64   /* whose exp() is not computed twice */
#define FIT_STEPS 60      /* halving alone reaches the last bit with that many */
#define FIT_ACCURACY 1e-9 /* relative, of the temperature */

int s2_best_class(const float *scores, int classes)
{
    int best = 0;
    for (int k = 1; k < classes; k++)
        if (scores[k] > scores[best])
            best = k;
    return best;
}

float s2_probabilities(const float *scores, int classes, double temperature, float *planes,
                       size_t plane)
{
    const double top = (double)scores[s2_best_class(scores, classes)];
    double kept[KEPT_CLASSES], sum = 0.0;
    for (int k = 0; k < classes; k++) {
        const double odds = exp(((double)scores[k] - top) / temperature);
        if (k < KEPT_CLASSES)
            kept[k] = odds;
        sum += odds;
    }
    for (int k = 0; planes && k < classes; k++) {
        const double odds =
            k < KEPT_CLASSES ? kept[k] : exp(((double)scores[k] - top) / temperature);
        planes[(size_t)k * plane] = (float)(odds / sum);
    }
    return (float)(1.0 / sum);
}

double s2_surprise(const float *scores, int classes, double temperature, int label)
{
    const double top = (double)scores[s2_best_class(scores, classes)];
    double sum = exp(((double)scores[0] - top) / temperature);
    for (int k = 1; k < classes; k++)
        sum += exp(((double)scores[k] - top) / temperature);
    return log(sum) - ((double)scores[label] - top) / temperature;
}

/* ---- reliability ---------------------------------------------------------------------------- */

void s2_reliability_add(s2_reliability *reliability, double confidence, bool correct)
{
    const int last = S2RGF_RELIABILITY_BINS - 1;
    const int bin = confidence > 0.0 ? (int)(confidence * S2RGF_RELIABILITY_BINS) : 0;
    const int b = bin < last ? bin : last;
    reliability->pixels[b]++;
    reliability->correct[b] += correct;
    reliability->confidence[b] += confidence;
}

double s2_reliability_error(const s2_reliability *reliability)
{
    uint64_t pixels = 0;
    double error = 0.0;
    for (int b = 0; b < S2RGF_RELIABILITY_BINS; b++) {
        pixels += reliability->pixels[b];
        error += fabs((double)reliability->correct[b] - reliability->confidence[b]);
    }
    return pixels == 0 ? (double)NAN : error / (double)pixels;
}

/* ---- pixels with scores --------------------------------------------------------------------- */

s2rgf_status s2_scored_pixels_init(s2_scored_pixels *scored, int classes, size_t capacity,
                                   s2rgf_error *err)
{
    size_t values = 0;
    *scored = (s2_scored_pixels){.classes = classes, .capacity = capacity};
    if (s2_multiply(capacity, (size_t)classes, &values)) {
        scored->scores = s2_alloc(values, sizeof(float));
        scored->labels = s2_alloc(capacity, sizeof(int16_t));
    }
    return scored->scores && scored->labels
               ? S2RGF_OK
               : s2_fail_memory(err, "scores of the validation pixels");
}

void s2_scored_pixels_clear(s2_scored_pixels *scored)
{
    s2_free(scored->scores);
    s2_free(scored->labels);
    *scored = (s2_scored_pixels){0};
}

void s2_scored_pixels_add(s2_scored_pixels *scored, const float *scores, int label)
{
    assert(scored->count < scored->capacity && label >= 0 && label < scored->classes);
    memcpy(scored->scores + scored->count * (size_t)scored->classes, scores,
           (size_t)scored->classes * sizeof(float));
    scored->labels[scored->count++] = (int16_t)label;
}

/* ---- temperature ---------------------------------------------------------------------------- */

/* First and second derivative of the negative log likelihood's sum with respect to b = 1 / T: the
   sums of E[z] - z_label and of Var[z], with the expectation over softmax(b z). */
static void likelihood_slope(const s2_scored_pixels *scored, double b, double *slope, double *curve)
{
    const int classes = scored->classes;
    *slope = 0.0;
    *curve = 0.0;
    for (size_t i = 0; i < scored->count; i++) {
        const float *scores = scored->scores + i * (size_t)classes;
        const double top = (double)scores[s2_best_class(scores, classes)];
        double sum = 0.0, mean = 0.0, square = 0.0;
        for (int k = 0; k < classes; k++) {
            /* relative to the largest, so that neither exp nor the variance loses digits */
            const double z = (double)scores[k] - top;
            const double weight = exp(b * z);
            sum += weight;
            mean += weight * z;
            square += weight * z * z;
        }
        mean /= sum;
        *slope += mean - ((double)scores[scored->labels[i]] - top);
        *curve += square / sum - mean * mean;
    }
}

/* The likelihood is convex in b, so its slope has one sign change: Newton's steps within a bracket
   that halves where they would leave it. */
static double fit_temperature(const s2_scored_pixels *scored)
{
    double low = 1.0 / S2_TEMPERATURE_MAX, high = 1.0 / S2_TEMPERATURE_MIN;
    double b = 1.0, slope, curve;
    likelihood_slope(scored, low, &slope, &curve);
    const double slope_low = slope;
    likelihood_slope(scored, high, &slope, &curve);
    /* Flat, as where all scores are equal: nothing tells one temperature from another. */
    if (!isfinite(slope_low) || !isfinite(slope) || (slope_low == 0.0 && slope == 0.0))
        return 1.0;
    if (slope_low >= 0.0)
        return S2_TEMPERATURE_MAX;
    if (slope <= 0.0)
        return S2_TEMPERATURE_MIN;
    for (int step = 0; step < FIT_STEPS && high - low > FIT_ACCURACY * b; step++) {
        likelihood_slope(scored, b, &slope, &curve);
        if (slope < 0.0)
            low = b;
        else
            high = b;
        const double next = b - slope / curve;
        const bool inside = next > low && next < high;
        const double moved = fabs(next - b);
        b = inside ? next : sqrt(low * high);
        if (inside && moved <= FIT_ACCURACY * b)
            break;
    }
    return 1.0 / b;
}

static double error_at(const s2_scored_pixels *scored, double temperature)
{
    s2_reliability reliability = {0};
    for (size_t i = 0; i < scored->count; i++) {
        const float *scores = scored->scores + i * (size_t)scored->classes;
        s2_reliability_add(&reliability,
                           (double)s2_probabilities(scores, scored->classes, temperature, NULL, 0),
                           s2_best_class(scores, scored->classes) == scored->labels[i]);
    }
    return s2_reliability_error(&reliability);
}

static s2_calibration calibration_at(const s2_scored_pixels *scored, double temperature)
{
    return (s2_calibration){.pixels = scored->count,
                            .temperature = temperature,
                            .error_before = error_at(scored, 1.0),
                            .error_after = error_at(scored, temperature)};
}

s2_calibration s2_calibrate(const s2_scored_pixels *scored)
{
    return calibration_at(scored, scored->count > 0 ? fit_temperature(scored) : 1.0);
}

s2_calibration s2_calibrate_near(const s2_scored_pixels *scored, double expected)
{
    const double fitted = scored->count > 0 ? fit_temperature(scored) : expected;
    return calibration_at(scored, sqrt(fitted * expected));
}
