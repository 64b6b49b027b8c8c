/* Folded and packed weights of the patch network. */
#ifndef S2_NN_PATCH_WEIGHTS_H
#define S2_NN_PATCH_WEIGHTS_H

#include "nn/patch/run.h"
#include "nn/run/folded.h"

/** First convolution of a spatial encoder by where a position lies in its patch. */
enum { S2_EDGE_NONE, S2_EDGE_TOP, S2_EDGE_LEFT, S2_EDGE_CORNER, S2_EDGES };

typedef struct s2_patch_spatial {
    s2_folded_conv conv1[S2_EDGES]; /* without the taps above or left of the patch */
    s2_folded_conv conv2, shortcut; /* relu follows their sum */
} s2_patch_spatial;

struct s2_patch_weights {
    s2_weights base;
    s2_kernel_row_function kernel; /* its rows */
    s2_folded_spectral spectral[S2RGF_MAX_SOURCES];
    s2_patch_spatial spatial[S2RGF_MAX_SOURCES];
    s2_folded_conv expand, reduce;
    s2_folded_trunk trunk;
    s2_folded_classifier classifier;
    s2_folded_expert expert[S2RGF_MAX_SOURCES];
};

#endif
