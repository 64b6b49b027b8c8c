/* One worker of a patch run: its buffers and the steps it is made of. */
#ifndef S2_NN_PATCH_WORKER_H
#define S2_NN_PATCH_WORKER_H

#include "nn/layers/resample.h"
#include "nn/patch/weights.h"
#include "nn/run/relation.h"

#define S2_PATCH_BLOCK_PX 32 /* side of the part of a core whose patches share their encoders */
#define S2_PATCH_BATCH 12    /* patches computed together, their tensors interleaved */
/* Floats between positions of one patch in unfold: not a power of 2, for the sake of the cache. */
#define S2_UNFOLD_STRIDE (S2_UNFOLD_WIDTH + 16)

/* A worker's buffers. */
enum {
    S2_SHORTCUT,       /* of the batch: the spatial encoder of one source */
    S2_MIDDLE,         /* padded */
    S2_STACK_SPECTRAL, /* encoded features of all sources */
    S2_STACK_SPATIAL,
    S2_EXPANDED, /* of one patch */
    S2_UNFOLDED,
    S2_ATTENTION, /* of every patch */
    S2_MOMENTS,   /* of one patch, then work */
    S2_MIXED,     /* output of ADRF, padded above and left */
    S2_NECK,
    S2_JOINT_SPECTRAL, /* pooled necks */
    S2_JOINT_SPATIAL,
    S2_RELATION,     /* SSJA of one patch: Gram matrices, then workspace */
    S2_FUSED,        /* output of SSJA, padded */
    S2_BLOCK_MIDDLE, /* head; padded */
    S2_BLOCK_SHORTCUT,
    S2_BLOCK, /* padded */
    S2_HEAD,
    S2_POOLED,
    S2_FLAT,
    S2_HIDDEN_ROWS,
    S2_SCORES,
    S2_FILTERED, /* of a block: two rows of u3 and u5, one pooled row */
    /* from here some for every source, all of a block */
    S2_SOURCES
};
/* Pixels on the reference grid, spectral features, shortcut, first convolution for every edge. */
enum { S2_OF_PIXELS, S2_OF_SPECTRAL, S2_OF_SHORTCUT, S2_OF_CONV1, S2_PER_SOURCE = 3 + S2_EDGES };
#define S2_BUFFERS (S2_SOURCES + S2_PER_SOURCE * S2RGF_MAX_SOURCES)

struct s2_patch_run {
    s2_run base;
    const s2_patch_weights *weights;
    const s2_run_geometry *geometry;
    s2_tile tile;
    s2_rect source_rects[S2RGF_MAX_SOURCES];              /* of the tile's core */
    s2_rect block;                                        /* around the wanted pixels at hand */
    int wanted[S2_PATCH_BLOCK_PX * S2_PATCH_BLOCK_PX][2]; /* their x and y */
    int wanted_count;
    uint8_t all_valid[S2_UNFOLD_WIDTH]; /* ones */
    ptrdiff_t turned[S2_UNFOLD_WIDTH];  /* offsets of one channel at all positions of a patch */
    float *buffer[S2_BUFFERS];
};

/** Reference pixels that the patches around the pixels of rect cover. */
s2_rect s2_patch_reach(s2_rect rect);
/** Rectangle of a source's buffer S2_OF_... for a block. */
s2_rect s2_patch_block_rect(int part, s2_rect block);
/** A source's buffer as a region of the block at hand. */
s2_region s2_patch_block_region(const s2_patch_run *run, int source, int part);

/** Encode all sources as far as the patches of the block share the work. */
void s2_patch_encode(s2_patch_run *run);
/** Scores of up to S2_PATCH_BATCH wanted pixels, from number `first` on, to the tile. */
void s2_patch_classify(s2_patch_run *run, int first);

#endif
