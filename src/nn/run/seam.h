/* Between two tiles: what one of them computes and both need. */
#ifndef S2_NN_RUN_SEAM_H
#define S2_NN_RUN_SEAM_H

#include "core/geometry.h"
#include "s2rgf/base.h"

/** Sides of a tile. */
enum { S2_LEFT, S2_ABOVE, S2_RIGHT, S2_BELOW, S2_SIDES };

#define S2_SEAM_TENSORS 4 /* spectral and spatial features, validity, scores of the expert */

/** Where the tensors of every source are in the memory of a seam: the same for all of a tiling. */
typedef struct s2_seam_layout {
    size_t first[S2RGF_MAX_SOURCES][S2_SEAM_TENSORS]; /* byte */
    int rows[S2RGF_MAX_SOURCES][S2_SEAM_TENSORS];
    size_t bytes; /* of all; 0: there is nothing to share */
} s2_seam_layout;

/**
 * Where a tile puts those features of coarse sources that its neighbour on the right or below needs
 * too. No memory: nothing is given here.
 */
typedef struct s2_seam {
    s2_rect from, to; /* cores of the tile that gives and of the one that takes */
    const s2_seam_layout *layout;
    void *memory; /* [layout->bytes] */
} s2_seam;

#endif
