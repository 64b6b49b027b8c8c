/* What becomes of a pixel's scores in each output of a map. */
#ifndef S2_CLASSIFY_DECISION_H
#define S2_CLASSIFY_DECISION_H

#include "geo/map/map_writer.h"

/** The pixels of a tile, in every output that is asked for. */
typedef struct s2_decision {
    const s2_class_table *classes; /* of the model; borrowed */
    double temperature;            /* of its probabilities */
    bool smoothed; /* scores are log-odds, x, and p_k is 1 / (1 + exp(-x_k)) over the sum of all */
    double reject; /* a less probable class is not mapped, but: */
    uint16_t unsure;             /* this value */
    size_t pixels;               /* of the tile at hand */
    uint16_t *values;            /* [pixels] of the map */
    float *planes[S2_MAP_KINDS]; /* [bands][pixels] of the other outputs, NULL: not asked for */
    float *probabilities;        /* [classes] of the pixel at hand */
} s2_decision;

/**
 * Room for tiles of up to that many pixels.
 * asked   in  [S2_MAP_KINDS], which outputs there are
 * Errors  NO_MEMORY.  Memory: s2_decision_clear(), after errors too.
 */
s2rgf_status s2_decision_init(s2_decision *decision, const s2_class_table *classes,
                              double temperature, const bool *asked, size_t pixels,
                              s2rgf_error *err);
void s2_decision_clear(s2_decision *decision);

/** What s2_decision_init() takes for a pixel. */
size_t s2_decision_pixel_bytes(const s2_class_table *classes, const bool *asked);

/**
 * Class, probabilities, entropy -sum p ln p and margin, the largest p less the second, of pixel
 * `at`; what is rejected keeps its probabilities. scores in [classes], logits or smoothed log-odds. false: one is not finite, and the pixel is left.
 */
bool s2_decide_pixel(s2_decision *decision, size_t at, const float *scores);

/** Pixel `at` is nodata. */
void s2_leave_pixel(s2_decision *decision, size_t at);

#endif
