/* Windows around pixels of a part of a source, as the expert of windows sees them. */
#ifndef S2_TRAIN_EXPERTS_WINDOW_PART_H
#define S2_TRAIN_EXPERTS_WINDOW_PART_H

#include <stdint.h>

#include "core/geometry.h"
#include "nn/networks/windows.h"

/** Components of the pixels of a rectangle of the reference grid. */
typedef struct s2_window_part {
    s2_rect rect;
    int components;
    float *values;        /* [h][w][components] */
    const uint8_t *valid; /* [h][w] */
} s2_window_part;

/** values from pixels [h][w][bands] by matrix [bands][components]. */
void s2_window_part_fill(const s2_window_part *part, const float *pixels, int bands,
                         const float *matrix);
/**
 * Features of pixel (x, y), around which the part has S2_EXPERT_REACH pixels on every side, or as
 * many as the scene has. features out [s2_window_feature_floats()]
 */
void s2_window_part_see(const s2_window_part *part, int x, int y, float *features);

#endif
