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
    const s2_param *windows = expert->windows[index], *components = expert->components[index];
    const int at[2] = {x, y}, rows = windows->dims[0], own = components->dims[1];
    double score = 0, seen[5 * S2_EXPERT_COMPONENTS] = {0};
    for (int row = 0; row < rows; row += 4) {
        oracle_window(s, components, row / 4, at, 2, seen + row);
        oracle_window(s, components, row / 4, at, 4, seen + row + 2);
    }
    for (int row = 0; row < rows; row++)
        score += seen[row] * (double)windows->value[row * windows->dims[1] + k];
    for (int c = 0; expert->hidden[index] && c < own; c++)
        for (int b = 0; b < s->bands; b++)
            seen[rows + c] += (double)s->pixels[(y * s->width + x) * s->bands + b] *
                              (double)components->value[b * own + c];
    for (int u = 0; expert->hidden[index] && u < S2_EXPERT_HIDDEN; u++) {
        double unit = (double)expert->hidden_bias[index]->value[u];
        for (int row = 0; row < rows + own; row++)
            unit += seen[row] * (double)expert->hidden[index]->value[row * S2_EXPERT_HIDDEN + u];
        score +=
            fmax(unit, 0) * (double)expert->unit_scores[index]->value[u * windows->dims[1] + k];
    }
    return score;
}

#endif
