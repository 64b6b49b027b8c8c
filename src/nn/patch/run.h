/* The patch network at work on a scene: one patch for every wanted pixel, batch-norms folded. */
#ifndef S2_NN_PATCH_RUN_H
#define S2_NN_PATCH_RUN_H

#include "nn/patch/network.h"
#include "nn/run/tile.h"

typedef struct s2_patch_weights s2_patch_weights;
typedef struct s2_patch_run s2_patch_run;

/* For the ops of the architecture, network_ops.h. */
bool s2_patch_weights_fold(s2_weights *weights, const s2_network *network);
void s2_patch_weights_clear(s2_weights *weights);
size_t s2_patch_run_needs(const s2_weights *weights, const s2_run_geometry *geometry,
                          const s2_tiling *tiling, bool quick, size_t *read_pixels);
bool s2_patch_run_init(s2_run *run, const s2_tiling *tiling);
void s2_patch_run_clear(s2_run *run);
/**
 * A core is read and taken at once. The scores of a pixel depend on its patch alone. Positions
 * outside the scene or outside a source hold 0.
 */
s2rgf_status s2_patch_run_compute(s2_run *run, s2_rect core, const uint8_t *wanted,
                                  const s2_tile_io *io, s2rgf_error *err);

#endif
