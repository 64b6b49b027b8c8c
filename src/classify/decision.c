/* What becomes of a pixel's scores in each output of a map. */
#include "classify/decision.h"

#include <math.h>

#include "assess/calibration.h"
#include "classify/mapping.h"
#include "core/error.h"
#include "core/memory.h"

#define LEFT (-1.0f) /* nodata of all outputs but the map */

size_t s2_decision_pixel_bytes(const s2_class_table *classes, const bool *asked)
{
    size_t bytes = sizeof(uint16_t);
    for (s2_map_kind kind = S2_MAP_CONFIDENCE; kind < S2_MAP_KINDS; kind++)
        bytes += asked[kind] ? sizeof(float) * (size_t)s2_map_bands(kind, classes) : 0;
    return bytes;
}

s2rgf_status s2_decision_init(s2_decision *decision, const s2_class_table *classes,
                              double temperature, const bool *asked, size_t pixels,
                              s2rgf_error *err)
{
    *decision = (s2_decision){.classes = classes, .temperature = temperature};
    decision->values = s2_alloc(pixels, sizeof *decision->values);
    decision->probabilities = s2_alloc((size_t)classes->count, sizeof(float));
    bool ready = decision->values && decision->probabilities;
    for (s2_map_kind kind = S2_MAP_CONFIDENCE; kind < S2_MAP_KINDS; kind++) {
        if (!asked[kind])
            continue;
        decision->planes[kind] =
            s2_alloc(pixels, sizeof(float) * (size_t)s2_map_bands(kind, classes));
        ready = ready && decision->planes[kind];
    }
    return ready ? S2RGF_OK : s2_fail_memory(err, "tile of the map");
}

s2rgf_status s2_decision_ask_doubts(s2_decision *decision, size_t pixels, s2rgf_error *err)
{
    decision->doubts = s2_alloc(pixels, sizeof *decision->doubts);
    return decision->doubts ? S2RGF_OK : s2_fail_memory(err, "tile of the map");
}

void s2_decision_clear(s2_decision *decision)
{
    for (int kind = 0; kind < S2_MAP_KINDS; kind++)
        s2_free(decision->planes[kind]);
    s2_free(decision->values);
    s2_free(decision->probabilities);
    s2_free(decision->doubts);
    *decision = (s2_decision){0};
}

void s2_leave_pixel(s2_decision *decision, size_t at)
{
    decision->values[at] = 0;
    if (decision->doubts)
        decision->doubts[at].margin = LEFT;
    for (s2_map_kind kind = S2_MAP_CONFIDENCE; kind < S2_MAP_KINDS; kind++)
        for (int b = 0; decision->planes[kind] && b < s2_map_bands(kind, decision->classes); b++)
            decision->planes[kind][at + (size_t)b * decision->pixels] = LEFT;
}

/* The likeliest class has the probability `largest`. */
static void set_uncertainty(s2_decision *decision, size_t at, int best, float largest)
{
    const float *p = decision->probabilities;
    float *planes = decision->planes[S2_MAP_UNCERTAINTY];
    double entropy = 0.0;
    float second = 0.0f;
    for (int k = 0; k < decision->classes->count; k++) {
        entropy -= p[k] > 0.0f ? (double)p[k] * log((double)p[k]) : 0.0;
        second = k != best && p[k] > second ? p[k] : second;
    }
    planes[at] = (float)fmax(entropy, 0.0);
    planes[at + decision->pixels] = largest - second;
}

static void set_doubt(s2_decision *decision, size_t at, int best, float largest)
{
    const float *p = decision->probabilities;
    int second = best;
    for (int k = 0; k < decision->classes->count; k++)
        if (k != best && (second == best || p[k] > p[second]))
            second = k;
    const float margin = second == best ? largest : largest - p[second];
    decision->doubts[at] = (s2_doubt){margin, (uint16_t)best, (uint16_t)second};
}

static void set_probabilities(s2_decision *decision, size_t at)
{
    const float *p = decision->probabilities;
    for (int k = 0; k < decision->classes->count; k++)
        decision->planes[S2_MAP_PROBABILITIES][at + (size_t)k * decision->pixels] = p[k];
}

/* Probabilities of the pixel at hand, if any output needs them all; returns the largest. */
static float set_pixel_probabilities(s2_decision *decision, const float *scores)
{
    const int classes = decision->classes->count;
    const bool all = decision->planes[S2_MAP_PROBABILITIES] ||
                     decision->planes[S2_MAP_UNCERTAINTY] || decision->doubts;
    float *p = decision->probabilities;
    if (!decision->smoothed)
        return s2_probabilities(scores, classes, decision->temperature, all ? p : NULL, 1);
    /* softmax of ln 1 / (1 + exp(-x)) divides 1 / (1 + exp(-x)) by its sum without underflow */
    for (int k = 0; k < classes; k++) {
        const double x = (double)scores[k];
        p[k] = (float)(x < 0.0 ? x - log1p(exp(x)) : -log1p(exp(-x)));
    }
    return s2_probabilities(p, classes, 1.0, p, 1);
}

bool s2_decide_pixel(s2_decision *decision, size_t at, const float *scores)
{
    float *const *planes = decision->planes;
    if (!s2_mapping_class(decision->classes, scores, &decision->values[at])) {
        s2_leave_pixel(decision, at);
        return false;
    }
    if (decision->reject == 0.0 && !planes[S2_MAP_CONFIDENCE] && !planes[S2_MAP_PROBABILITIES] &&
        !planes[S2_MAP_UNCERTAINTY] && !decision->doubts)
        return true;
    const int classes = decision->classes->count;
    const float largest = set_pixel_probabilities(decision, scores);
    if ((double)largest < decision->reject)
        decision->values[at] = decision->unsure;
    if (planes[S2_MAP_CONFIDENCE])
        planes[S2_MAP_CONFIDENCE][at] = largest;
    if (planes[S2_MAP_PROBABILITIES])
        set_probabilities(decision, at);
    if (planes[S2_MAP_UNCERTAINTY])
        set_uncertainty(decision, at, s2_best_class(scores, classes), largest);
    if (decision->doubts)
        set_doubt(decision, at, s2_best_class(scores, classes), largest);
    return true;
}
