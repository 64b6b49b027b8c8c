/* What the expert of windows says of a pixel, from its definition, in double precision. */
#ifndef S2_TESTS_WINDOWS_ORACLE_H
#define S2_TESTS_WINDOWS_ORACLE_H

#include <math.h>
#include <stdint.h>

#include "nn/networks/networks.h"

/** A source on the reference grid: pixels [h][w][bands], 0 where not valid [h][w]. */
typedef struct oracle_source {
    int width, height, bands;
    const float *pixels;
    const uint8_t *valid;
} oracle_source;

/** Mean and deviation of a component in the window of that reach around a pixel: out [2]. */
static inline void oracle_window(const oracle_source *s, const s2_param *matrix, int component,
                                 const int at[2], int reach, double *out)
{
    double sum = 0, squares = 0, count = 0;
    for (int y = at[1] - reach; y <= at[1] + reach; y++)
        for (int x = at[0] - reach; x <= at[0] + reach; x++) {
            double value = 0;
            if (x < 0 || y < 0 || x >= s->width || y >= s->height || !s->valid[y * s->width + x])
                continue;
            for (int b = 0; b < s->bands; b++)
                value += (double)s->pixels[(y * s->width + x) * s->bands + b] *
                         (double)matrix->value[b * matrix->dims[1] + component];
            sum += value;
            squares += value * value;
            count++;
        }
    count = fmax(count, 1);
    out[0] = sum / count;
    out[1] = sqrt(fmax(squares / count - out[0] * out[0], 0) + 1e-4);
}

/** What the windows of source number `index` around pixel (x, y) add to the score of class k. */
static inline double oracle_windows_score(const s2_expert *expert, int index,
                                          const oracle_source *s, int x, int y, int k)
{
    const s2_param *windows = expert->windows[index];
    const int at[2] = {x, y};
    double score = 0;
    for (int row = 0; row < windows->dims[0]; row += 4) {
        double seen[4];
        oracle_window(s, expert->components[index], row / 4, at, 2, seen);
        oracle_window(s, expert->components[index], row / 4, at, 4, seen + 2);
        for (int f = 0; f < 4; f++)
            score += seen[f] * (double)windows->value[(row + f) * windows->dims[1] + k];
    }
    return score;
}

#endif
