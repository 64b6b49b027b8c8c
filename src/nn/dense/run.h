/* The dense network at work on a scene, tile by tile: batch-norms folded, no statistics, exact
   halos. */
#ifndef S2_NN_DENSE_RUN_H
#define S2_NN_DENSE_RUN_H

#include "nn/dense/network.h"
#include "nn/run/tile.h"

/** Folded and packed weights; read-only, shared by all workers. */
typedef struct s2_dense_weights s2_dense_weights;
/** One worker's maps; one thread at a time. */
typedef struct s2_dense_run s2_dense_run;

/** Errors: NO_MEMORY. Memory: s2_dense_weights_free(). The network may be freed afterwards. */
s2rgf_status s2_dense_weights_create(const s2_dense_network *network, s2_dense_weights **weights,
                                     s2rgf_error *err);
void s2_dense_weights_free(s2_dense_weights *weights);

/**
 * Bytes one worker takes for the parts of a tiling. read_pixels out [sources]: pixels of the
 * largest window of each source that is read at once.
 */
size_t s2_dense_run_bytes(const s2_dense_weights *weights, const s2_run_geometry *geometry,
                          const s2_tiling *tiling, size_t *read_pixels);
/** Layout of all seams of a tiling on that side of a tile, S2_RIGHT or S2_BELOW. */
void s2_dense_seam_layout(const s2_dense_weights *weights, const s2_run_geometry *geometry,
                          const s2_tiling *tiling, int side, s2_seam_layout *layout);
/** Errors: NO_MEMORY. Memory: s2_dense_run_free(). weights and geometry are borrowed. */
s2rgf_status s2_dense_run_create(const s2_dense_weights *weights, const s2_run_geometry *geometry,
                                 const s2_tiling *tiling, s2_dense_run **run, s2rgf_error *err);
void s2_dense_run_free(s2_dense_run *run);

/**
 * Scores and validity of a core, which is a part of the tiling. All pixels are computed.
 * Errors: those of io.
 */
s2rgf_status s2_dense_run_compute(s2_dense_run *run, s2_rect core, const uint8_t *wanted,
                                  const s2_tile_io *io, s2rgf_error *err);

/** What this run did so far. */
const s2_run_counts *s2_dense_run_counts(const s2_dense_run *run);
/** Work of every stage over a whole scene, without halos. */
void s2_dense_work(const s2_dense_weights *weights, const s2_run_geometry *geometry,
                   s2_work work[S2_STAGES]);

#endif
