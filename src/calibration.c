/* How far a confidence can be believed: reliability of probabilities, temperature of scores. */
#include "calibration.h"

#include <math.h>

#define SEARCH_STEPS 60 /* of golden sections: far below the precision that matters */

void s2_reliability_add(s2_reliability *table, double confidence, bool right)
{
    const int wanted = (int)(confidence * S2_RELIABILITY_BINS);
    const int bin = wanted < S2_RELIABILITY_BINS ? wanted : S2_RELIABILITY_BINS - 1;
    table->pixels[bin]++;
    table->right[bin] += right;
    table->confidence[bin] += confidence;
}

double s2_reliability_error(const s2_reliability *table)
{
    uint64_t pixels = 0;
    double difference = 0.0;
    for (int b = 0; b < S2_RELIABILITY_BINS; b++) {
        pixels += table->pixels[b];
        difference += fabs((double)table->right[b] - table->confidence[b]);
    }
    return pixels ? difference / (double)pixels : NAN;
}

/* Index of the largest score, and sum_k exp((score_k - largest) / T). */
static int sum_exponentials(const float *scores, int classes, double temperature, double *sum)
{
    int best = 0;
    for (int k = 1; k < classes; k++)
        if (scores[k] > scores[best])
            best = k;
    *sum = 0.0;
    for (int k = 0; k < classes; k++)
        *sum += exp(((double)scores[k] - (double)scores[best]) / temperature);
    return best;
}

static double negative_log_likelihood(const s2_scored_pixels *pixels, double temperature)
{
    double total = 0.0;
    for (size_t i = 0; i < pixels->count; i++) {
        const float *scores = pixels->scores + i * (size_t)pixels->classes;
        double sum = 0.0;
        const int best = sum_exponentials(scores, pixels->classes, temperature, &sum);
        total +=
            log(sum) + ((double)scores[best] - (double)scores[pixels->labels[i]]) / temperature;
    }
    return total;
}

double s2_fit_temperature(const s2_scored_pixels *pixels)
{
    const double golden = 0.5 * (sqrt(5.0) - 1.0);
    double low = log(S2_TEMPERATURE_MIN);
    double high = log(S2_TEMPERATURE_MAX);
    if (pixels->count == 0)
        return 1.0;
    /* convex in 1/T, hence with a single valley in log T */
    double left = high - golden * (high - low);
    double right = low + golden * (high - low);
    double at_left = negative_log_likelihood(pixels, exp(left));
    double at_right = negative_log_likelihood(pixels, exp(right));
    for (int i = 0; i < SEARCH_STEPS; i++) {
        if (at_left <= at_right) {
            high = right;
            right = left;
            at_right = at_left;
            left = high - golden * (high - low);
            at_left = negative_log_likelihood(pixels, exp(left));
        } else {
            low = left;
            left = right;
            at_left = at_right;
            right = low + golden * (high - low);
            at_right = negative_log_likelihood(pixels, exp(right));
        }
    }
    return exp(0.5 * (low + high));
}

double s2_calibration_error(const s2_scored_pixels *pixels, double temperature)
{
    s2_reliability table = {0};
    for (size_t i = 0; i < pixels->count; i++) {
        double sum = 0.0;
        const int best = sum_exponentials(pixels->scores + i * (size_t)pixels->classes,
                                          pixels->classes, temperature, &sum);
        s2_reliability_add(&table, 1.0 / sum, best == pixels->labels[i]);
    }
    return s2_reliability_error(&table);
}
