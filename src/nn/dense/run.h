/* The dense network at work on a scene, tile by tile: batch-norms folded, no statistics, exact
   halos. */
#ifndef S2_NN_DENSE_RUN_H
#define S2_NN_DENSE_RUN_H

#include "nn/dense/network.h"
#include "nn/run/tile.h"

typedef struct s2_dense_weights s2_dense_weights;
typedef struct s2_dense_run s2_dense_run;

/* For the ops of the architecture, network_ops.h. */
bool s2_dense_weights_fold(s2_weights *weights, const s2_network *network);
void s2_dense_weights_clear(s2_weights *weights);
size_t s2_dense_run_needs(const s2_weights *weights, const s2_run_geometry *geometry,
                          const s2_tiling *tiling, bool quick, size_t *read_pixels);
void s2_dense_seam_layout(const s2_weights *weights, const s2_run_geometry *geometry,
                          const s2_tiling *tiling, int side, s2_seam_layout *layout);
bool s2_dense_run_init(s2_run *run, const s2_tiling *tiling);
void s2_dense_run_clear(s2_run *run);
/** All pixels are computed, wanted or not. */
s2rgf_status s2_dense_run_compute(s2_run *run, s2_rect core, const uint8_t *wanted,
                                  const s2_tile_io *io, s2rgf_error *err);
void s2_dense_work(const s2_weights *weights, const s2_run_geometry *geometry,
                   s2_work work[S2_STAGES]);

#endif
