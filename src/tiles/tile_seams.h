/* Where tiles put what their neighbours need too, and who waits for whom. */
#ifndef S2_TILES_TILE_SEAMS_H
#define S2_TILES_TILE_SEAMS_H

#include "nn/networks/networks.h"
#include "tiles/tile_runner.h"

/** Seams on the right of tiles and below them; layouts of no bytes: nothing is shared there. */
typedef struct s2_seam_demand {
    s2_seam_layout right, below;
    int right_count, below_count;
} s2_seam_demand;

/** The seams of one run over tiles; all functions may be called by several threads at once. */
typedef struct s2_tile_seams s2_tile_seams;

/**
 * What the tiles of a tiling, computed by `threads` workers in the order of a tile runner, share:
 * what is on the left always, what is above only where a row of tiles keeps all workers busy, so
 * that none waits. Each only if it takes no more than an eighth of limit_bytes.
 */
s2_seam_demand s2_tile_seams_measure(const s2_weights *weights, const s2_run_geometry *geometry,
                                     const s2_tiling *tiling, int threads, size_t limit_bytes);
/** Bytes that s2_tile_seams_create() takes. */
size_t s2_tile_seams_bytes(const s2_seam_demand *demand);

/** Errors: NO_MEMORY. Memory: s2_tile_seams_free(). */
s2rgf_status s2_tile_seams_create(const s2_seam_demand *demand, const s2_tiling *tiling,
                                  s2_tile_seams **seams, s2rgf_error *err);
/** NULL is accepted. */
void s2_tile_seams_free(s2_tile_seams *seams);

/**
 * The seams of a tile that is about to be computed, out [S2_SIDES]; waits for the tile above.
 * Errors: CANCELLED, those of s2_tile_report().
 */
s2rgf_status s2_tile_seams_begin(s2_tile_seams *seams, int tile, s2_tile_watch *watch,
                                 s2_seam *sides, s2rgf_error *err);
/** Wait until the tile on the left has given what it does at `step`. Errors: as before. */
s2rgf_status s2_tile_seams_await(s2_tile_seams *seams, int tile, int step, s2_tile_watch *watch,
                                 s2rgf_error *err);
/** The tile's seam on the right holds what it gives at `step`. */
void s2_tile_seams_give(s2_tile_seams *seams, int tile, int step);
/** The tile is computed: its seam below is whole. */
void s2_tile_seams_end(s2_tile_seams *seams, int tile);

#endif
