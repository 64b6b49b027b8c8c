/* The patch network at work on a scene: one patch for every wanted pixel, batch-norms folded. */
#ifndef S2_NN_PATCH_RUN_H
#define S2_NN_PATCH_RUN_H

#include "nn/patch/network.h"
#include "nn/run/tile.h"

/** Folded and packed weights; read-only, shared by all workers. */
typedef struct s2_patch_weights s2_patch_weights;
/** One worker's maps; one thread at a time. */
typedef struct s2_patch_run s2_patch_run;

/** Errors: NO_MEMORY. Memory: s2_patch_weights_free(). The network may be freed afterwards. */
s2rgf_status s2_patch_weights_create(const s2_patch_network *network, s2_patch_weights **weights,
                                     s2rgf_error *err);
void s2_patch_weights_free(s2_patch_weights *weights);

/**
 * Bytes one worker takes for the parts of a tiling. read_pixels out [sources]: pixels of the
 * largest window of each source that is read at once.
 */
size_t s2_patch_run_bytes(const s2_patch_weights *weights, const s2_run_geometry *geometry,
                          const s2_tiling *tiling, size_t *read_pixels);
/** Errors: NO_MEMORY. Memory: s2_patch_run_free(). weights and geometry are borrowed. */
s2rgf_status s2_patch_run_create(const s2_patch_weights *weights, const s2_run_geometry *geometry,
                                 const s2_tiling *tiling, s2_patch_run **run, s2rgf_error *err);
void s2_patch_run_free(s2_patch_run *run);

/**
 * Scores of the wanted pixels and validity of a core that is a part of the tiling; they are taken
 * at once. The scores of a pixel depend on its patch alone. Positions outside the scene or outside
 * a source hold 0. Errors: those of io.
 */
s2rgf_status s2_patch_run_compute(s2_patch_run *run, s2_rect core, const uint8_t *wanted,
                                  const s2_tile_io *io, s2rgf_error *err);

/** Of no bytes: every pixel has a patch of its own, so tiles have nothing to share. */
void s2_patch_seam_layout(const s2_patch_weights *weights, const s2_run_geometry *geometry,
                          const s2_tiling *tiling, int side, s2_seam_layout *layout);
/** NULL: not counted. */
const s2_run_counts *s2_patch_run_counts(const s2_patch_run *run);
/** 0: not known. */
void s2_patch_work(const s2_patch_weights *weights, const s2_run_geometry *geometry,
                   s2_work work[S2_STAGES]);

#endif
