/* One worker of a dense run: its buffers and the steps it is made of. */
#ifndef S2_NN_DENSE_WORKER_H
#define S2_NN_DENSE_WORKER_H

#include "nn/dense/front.h"
#include "nn/dense/weights.h"
#include "nn/run/relation.h"
#include "nn/run/sampler.h"
#include "nn/run/winograd.h"

#define S2_SEGMENT_PX                                                                              \
    192 /* pixels whose rows go through pointwise layers together: they stay in L2 */

/* A worker's buffers. Those of tensors and cells are rings of rows, as many as any tile needs at
   once. */
enum {
    S2_STACK_SPECTRAL, /* encoded features of all sources */
    S2_STACK_SPATIAL,
    S2_MIXED_SPECTRAL, /* outputs of ADRF */
    S2_MIXED_SPATIAL,
    S2_JOINT_SPECTRAL, /* outputs of the necks */
    S2_JOINT_SPATIAL,
    S2_FUSED,  /* output of SSJA */
    S2_MIDDLE, /* head */
    S2_BLOCK,
    S2_HEAD,            /* what the head gives to the hidden layer of the classifier */
    S2_MOMENTS,         /* of the cells of plan.stat_cells: count, sums, squares of both stacks */
    S2_ATTENTION,       /* of the cells of plan.scale_cells, both fusions */
    S2_GRAMS,           /* of the cells of plan.gram_cells: three matrices each */
    S2_FEATURE_VALID,   /* bytes */
    S2_REFERENCE_VALID, /* bytes */
    S2_RINGS,
    S2_CELL_WORK = S2_RINGS, /* statistics of one window; or S2_GRAM_SUMS, then SSJA of one cell */
    S2_WINOGRAD,             /* scratch of the inner loop */
    S2_SEGMENT,              /* a segment of a row in pointwise layers */
    S2_ROWS,                 /* two rows of an aligned encoder, one of the head */
    S2_SCORES,               /* rows of the core at hand */
    S2_VALID,                /* bytes, of the same rows */
    S2_COLUMNS,              /* taps of the samplers */
    S2_SOURCES               /* from here some for every source */
};
enum {
    S2_OF_PIXELS,   /* with zeros beyond the source */
    S2_OF_VALID,    /* bytes */
    S2_OF_SPECTRAL, /* on_reference: under the core alone */
    S2_OF_DETAIL,   /* not on_reference: what the spectral features give to the detail path */
    S2_OF_MIDDLE,
    S2_OF_SPATIAL, /* not on_reference */
    S2_OF_EXPERT,  /* scores of the experts, wherever spectral features are kept */
    S2_OF_SUMS,    /* on_reference: sums of the windows of an expert, along rows */
    S2_PER_SOURCE
};
#define S2_BUFFERS (S2_SOURCES + S2_PER_SOURCE * S2RGF_MAX_SOURCES)

/** Sizes of a worker's buffers. */
typedef struct s2_dense_sizes {
    size_t bytes[S2_BUFFERS];
    int rings[S2_BUFFERS];                 /* rows */
    size_t read_pixels[S2RGF_MAX_SOURCES]; /* of the largest rectangle read at once */
} s2_dense_sizes;

struct s2_dense_run {
    s2_run base;
    const s2_dense_weights *weights;
    const s2_run_geometry *geometry;
    s2_dense_sizes sizes;
    void *buffer[S2_BUFFERS];
    s2_dense_plan plan;
    const s2_tile_io *io; /* of the tile at hand */
    s2_source_seam seams[S2_SIDES][S2RGF_MAX_SOURCES];
    /* at every step: the fronts before it and after it */
    s2_dense_front now, next;
    s2_sampler upsampler;                   /* head to core */
    s2_sampler to_stack[S2RGF_MAX_SOURCES]; /* of sources that are not on the reference */
    s2_sampler to_core[S2RGF_MAX_SOURCES];  /* likewise */
};

#define S2_GRAM_SUMS 4 /* Gram matrices of a window and of its three columns */

/** Number of a source's buffer. */
int s2_dense_buffer(int source, int part);
/** Sizes that hold for every tile of the tiling; quick: for a few of them, so none is larger. */
void s2_dense_measure(const s2_network_spec *spec, const s2_run_geometry *geometry,
                      const s2_tiling *tiling, bool quick, s2_dense_sizes *sizes);

/** A buffer seen as the ring of a tensor of `channels`. */
s2_region s2_dense_region(const s2_dense_run *run, int buffer, s2_rect rect, int channels);
/** Row y of a ring of bytes over rect. */
uint8_t *s2_dense_bytes(const s2_dense_run *run, int buffer, s2_rect rect, int y);
/** What a ring keeps of the cell in place x of row y of `cells`, `floats` each. */
float *s2_dense_cell(const s2_dense_run *run, int buffer, s2_rect cells, int x, int y,
                     size_t floats);
/** Rows first..end-1 of a rectangle. */
s2_rect s2_dense_rows(s2_rect rect, int first, int end);
/** A convolution of a region, in the fastest way there is. */
void s2_dense_conv(const s2_dense_run *run, const s2_folded_conv *conv, const s2_region *in,
                   const s2_region *add, s2_rect computed, const s2_region *out);

/* The steps: every one brings its tensors from run->now to run->next. */

/** Read the sources' rows; the next step will go on from run->next to `after`. */
s2rgf_status s2_dense_input(s2_dense_run *run, const s2_dense_front *after, s2rgf_error *err);
/** Validity of the rows of the reference grid under the stack, then of the stack's rows. */
void s2_dense_validity(s2_dense_run *run);
/** Encode one source and put its features into the stacks. */
void s2_dense_encode(s2_dense_run *run, int source);
/** The linear expert's scores of `count` pixels from (x, y) of a source. */
void s2_dense_expert_bands(const s2_dense_run *run, int source, int x, int y, int count);
/** The sums of a source's windows, and what they add to the scores of the rows they are whole for. */
void s2_dense_expert_windows(const s2_dense_run *run, int source);
/** From the stacks to the fused tensor: ADRF, necks, SSJA. */
void s2_dense_relate(s2_dense_run *run);
/** From the fused tensor to the head. */
void s2_dense_head(s2_dense_run *run);
/** From head and spectral features to scores of the core's rows. */
void s2_dense_classify(s2_dense_run *run);

#endif
