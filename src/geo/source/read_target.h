/* Where the pixels that a source reads go. */
#ifndef S2_GEO_SOURCE_READ_TARGET_H
#define S2_GEO_SOURCE_READ_TARGET_H

#include <stdint.h>

#include "core/geometry.h"
#include "core/row_ring.h"

/** Where pixels of a rectangle go, from its first column on. */
typedef struct s2_read_target {
    s2_row_ring
        pixels; /* float32, `bands` of a pixel side by side; data NULL: only validity counts */
    s2_row_ring valid; /* bytes */
    int bands;
    const double *mean, *std; /* [bands]: (x - mean) / std is delivered; NULL: x as it is */
} s2_read_target;

/**
 * All rows of a rectangle, one below the other. pixels out [h][w][bands], or NULL; valid out [h][w]
 */
s2_read_target s2_read_target_whole(s2_rect rect, int bands, float *pixels, uint8_t *valid);

#endif
