/* One worker of a dense run: its buffers and the steps it is made of. */
#ifndef S2_NN_DENSE_WORKER_H
#define S2_NN_DENSE_WORKER_H

#include "nn/dense_plan.h"
#include "nn/dense_weights.h"
#include "nn/relation.h"
#include "nn/winograd.h"

/* A worker's buffers; the numbers of floats any tile needs are found before anything is allocated.
   */
enum {
    S2_STACK_SPECTRAL, /* encoded features of all sources */
    S2_STACK_SPATIAL,
    S2_MIXED_SPECTRAL, /* outputs of ADRF */
    S2_MIXED_SPATIAL,
    S2_JOINT_SPECTRAL, /* outputs of the necks */
    S2_JOINT_SPATIAL,
    S2_FUSED,        /* output of SSJA */
    S2_BLOCK_MIDDLE, /* head */
    S2_BLOCK_SHORTCUT,
    S2_BLOCK,
    S2_HEAD,
    S2_ATTENTION, /* of both fusions, one after the other */
    S2_CELL_WORK, /* sums of cells and windows; later Gram matrices */
    S2_WINOGRAD,  /* scratch of the inner loop */
    S2_ROWS,      /* a few rows of the classifier or of an encoder */
    S2_VALIDITY,  /* bytes: reference pixels, then feature pixels of the stack */
    /* from here four a source: spectral features, middle, padded input, spatial features */
    S2_SOURCES
};
enum { S2_OF_SPECTRAL, S2_OF_MIDDLE, S2_OF_PADDED, S2_OF_SPATIAL, S2_PER_SOURCE };
#define S2_BUFFERS (S2_SOURCES + S2_PER_SOURCE * S2RGF_MAX_SOURCES)

struct s2_dense_run {
    const s2_dense_weights *weights;
    const s2_run_geometry *geometry;
    int tile_px; /* side of the lattice's tiles */
    s2_dense_plan plan;
    s2_tile tile;
    float *buffer[S2_BUFFERS];
};

/** A buffer seen as a region. */
s2_region s2_dense_region(const s2_dense_run *run, int buffer, s2_rect rect, int channels);
/** A convolution of a region, in the fastest way there is. */
void s2_dense_conv(const s2_dense_run *run, const s2_folded_conv *conv, const s2_region *in,
                   const s2_region *add, s2_rect computed, const s2_region *out);
/** Reference pixels under a rectangle of the feature grid. */
s2_rect s2_dense_reference_under(s2_rect feature, const s2_run_geometry *geometry);
/** Reference pixels under the stack, their validity, and that of the stack's feature pixels. */
s2_rect s2_dense_reference_rect(const s2_dense_run *run);
uint8_t *s2_dense_reference_valid(const s2_dense_run *run);
uint8_t *s2_dense_feature_valid(const s2_dense_run *run);

/** Encode one source of the tile and put its features into the stacks. */
void s2_dense_encode(s2_dense_run *run, int source);
/** From the stacks to the fused map: ADRF, necks, SSJA. */
void s2_dense_relate(s2_dense_run *run);

#endif
