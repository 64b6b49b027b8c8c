/* Smoothing of the classes' log-odds over a window, row by row of a tile. */
#ifndef S2_CLASSIFY_SMOOTHING_H
#define S2_CLASSIFY_SMOOTHING_H

#include <stdint.h>

#include "core/geometry.h"
#include "nn/kernels/smooth.h"
#include "s2rgf/base.h"

#define S2_SMOOTH_LEAST_PX 3 /* side of a window, odd; at most S2_SMOOTH_MOST_PX */

/**
 * Rows of log-odds that are still needed. x_k = ln p_k - ln (1 - p_k) is the log-odds of class k,
 * p = softmax(scores / temperature). m and s2 are mean and variance of the larger half, rounded up,
 * of x_k among the pixels with data in the window around a pixel, itself included; the window is
 * cut at the scene's edges. The smoothed log-odds are the mean of the posterior,
 *     (s2 x_k + sigma2 m) / (s2 + sigma2), sigma2 = 20.
 * Every sum runs over the window from its upper left to its lower right pixel, so the result does
 * not depend on the tile.
 * Source  Camara et al. 2024, Bayesian Inference for Post-Processing of Remote-Sensing Image
 *         Classification, Remote Sensing 16(23), 4572.
 */
typedef struct s2_smoothing {
    int classes, window;
    double temperature;
    s2_rect reach;       /* rows that come in: the tile and half a window around it, in the scene */
    int first_row, rows; /* of the tile */
    int added, taken;    /* rows that came in; rows of the tile that were smoothed */
    int width, stride;   /* most pixels of a row; floats of one, with what is around it */
    float *log_odds;     /* [window][classes][stride], a ring of rows; NaN: no data */
    float *smoothed;     /* [classes][width] the row at hand */
    float *least;        /* [classes][width] the least of the larger half around each pixel of it */
    int *halves;         /* [width] numbers in these halves, 0: not wanted */
    int *counts;         /* [stride] pixels with data of each column of the window */
    double *odds;        /* [classes] of a pixel */
    const float **around; /* [window] of one class */
    s2_kernel_smooth_function smooth;
} s2_smoothing;

/**
 * Room for rows of that many pixels. window in  odd
 * Errors  NO_MEMORY; those of s2_kernels_select().  Memory: s2_smoothing_clear(), after errors too.
 */
s2rgf_status s2_smoothing_init(s2_smoothing *smoothing, int classes, int window, double temperature,
                               int width, s2rgf_error *err);
void s2_smoothing_clear(s2_smoothing *smoothing);

/** What s2_smoothing_init() takes. */
size_t s2_smoothing_bytes(int classes, int window, int width);

/** A tile begins; reach holds it and whatever of half a window around it the scene has. */
void s2_smoothing_begin(s2_smoothing *smoothing, s2_rect tile, s2_rect reach);

/**
 * The next row of the reach. scores in [reach.w][classes], logits; valid in [reach.w]; a pixel with
 * scores that are not finite has no data.
 */
void s2_smoothing_add(s2_smoothing *smoothing, const float *scores, const uint8_t *valid);

/** Whether a pixel of the scene in the newest row has data. */
bool s2_smoothing_has(const s2_smoothing *smoothing, int x, int y);

/** Whether all that the next row of the tile needs is there. *y: that row, of the scene. */
bool s2_smoothing_ready(const s2_smoothing *smoothing, int *y);

/** Smooth pixels of that row, from x of the scene on. wanted in  [count] which of them; NULL: all */
void s2_smoothing_row(s2_smoothing *smoothing, int x, int count, const uint8_t *wanted);

/** What became of one of them. log_odds out [classes]; false: no data, or not wanted. */
bool s2_smoothing_pixel(const s2_smoothing *smoothing, int index, float *log_odds);

/** That row is done. */
void s2_smoothing_next(s2_smoothing *smoothing);

#endif
