/* What the networks share: what decides their shapes, their batches and their tiles. */
#ifndef S2_NN_NETWORK_H
#define S2_NN_NETWORK_H

#include <stdint.h>

#include "core/geometry.h"
#include "nn/tensor.h"

/** What decides all shapes. */
typedef struct s2_network_spec {
    int channels; /* C */
    int classes;  /* K */
    int sources;
    int bands[S2RGF_MAX_SOURCES];
    bool on_reference[S2RGF_MAX_SOURCES]; /* source lies on the reference grid */
} s2_network_spec;

/** Sizes of a batch: every crop is a small scene of its own, all of equal size. */
typedef struct s2_batch_shape {
    int crops;
    int width, height; /* of a crop, reference pixels */
    /* of the sources' windows, native pixels; ignored for */
    int source_width[S2RGF_MAX_SOURCES];
    int source_height[S2RGF_MAX_SOURCES]; /* sources on the reference grid */
} s2_batch_shape;

/** One batch, filled by the caller before a forward. */
typedef struct s2_batch {
    s2_map pixels[S2RGF_MAX_SOURCES]; /* [crops,h,w,bands], normalised, 0 where invalid */
    /* [crops]: crop's reference corner coordinates to its window's */
    s2_affine *ref_to_source[S2RGF_MAX_SOURCES];
    uint8_t *valid;  /* [crops][height][width], all sources valid */
    int16_t *labels; /* [crops][height][width], class index or -1 */
} s2_batch;

/** Knobs of the loss. */
typedef struct s2_loss_options {
    double label_smoothing, redundancy_weight, dropout;
} s2_loss_options;

/** Where the sources lie; the same for every tile, so tiles agree. */
typedef struct s2_run_geometry {
    int width, height; /* reference grid */
    int source_width[S2RGF_MAX_SOURCES], source_height[S2RGF_MAX_SOURCES];
    s2_affine ref_to_source[S2RGF_MAX_SOURCES];
} s2_run_geometry;

/** One tile's input and output. */
typedef struct s2_tile {
    /* in: reference pixels asked for, inside one tile of the lattice */
    s2_rect core;
    /* in: the window a core needs, [h][w][bands], normalised, 0 where invalid */
    float *pixels[S2RGF_MAX_SOURCES];
    uint8_t *source_valid[S2RGF_MAX_SOURCES]; /* in: [h][w] */
    /* in: [core.h][core.w], 0 where scores are not needed and may stay unset; NULL: all are */
    const uint8_t *wanted;
    float *scores;  /* out: [core.h][core.w][K] logits */
    uint8_t *valid; /* out: [core.h][core.w], all sources valid */
} s2_tile;

/** Index of the largest of `classes` scores, the first of equals. */
int s2_best_class(const float *scores, int classes);

#endif
