/* The patch network at work on a scene: one patch for every wanted pixel, batch-norms folded. */
#ifndef S2_NN_PATCH_RUN_H
#define S2_NN_PATCH_RUN_H

#include "core/geometry.h"
#include "nn/patch_network.h"

/** Folded and packed weights; read-only, shared by all workers. */
typedef struct s2_patch_weights s2_patch_weights;
/** One worker's maps; one thread at a time. */
typedef struct s2_patch_run s2_patch_run;

/** Errors: NO_MEMORY. Memory: s2_patch_weights_free(). The network may be freed afterwards. */
s2rgf_status s2_patch_weights_create(const s2_patch_network *network, s2_patch_weights **weights,
                                     s2rgf_error *err);
void s2_patch_weights_free(s2_patch_weights *weights);

/**
 * Bytes one worker takes. Tiles are those of the lattice of tile_px x tile_px anchored at the
 * reference origin.
 */
size_t s2_patch_run_bytes(const s2_patch_weights *weights, const s2_run_geometry *geometry,
                          int tile_px);
/** Errors: NO_MEMORY. Memory: s2_patch_run_free(). weights and geometry are borrowed. */
s2rgf_status s2_patch_run_create(const s2_patch_weights *weights, const s2_run_geometry *geometry,
                                 int tile_px, s2_patch_run **run, s2rgf_error *err);
void s2_patch_run_free(s2_patch_run *run);

/** Native pixels of a source that a core needs, its patches included, inside the source. */
s2_rect s2_patch_run_window(const s2_patch_weights *weights, const s2_run_geometry *geometry,
                            int source, s2_rect core);
/** The worker's own tile with buffers large enough for any core inside one tile of the lattice. */
s2_tile *s2_patch_run_tile(s2_patch_run *run);
/**
 * Compute run's tile: scores of the wanted pixels and validity of its core. The scores of a pixel
 * depend on its patch alone. Positions outside the scene or outside a source hold 0.
 */
void s2_patch_run_compute(s2_patch_run *run);

#endif
