/* Size of tiles and number of workers for a memory limit. */
#ifndef S2_TILES_TILE_CHOICE_H
#define S2_TILES_TILE_CHOICE_H

#include "nn/networks/networks.h"

/** What is known before the choice. */
typedef struct s2_tile_demand {
    s2_rect window;        /* reference pixels to map */
    s2_tile_traits traits; /* of the network */
    int tile_px;           /* side that is asked for, 0: any */
    int threads;           /* at most */
    size_t limit_bytes;
    /* Bytes of that many workers together with what waits to be written. */
    size_t (*bytes)(const void *context, const s2_tiling *tiling, int threads);
    const void *context;
} s2_tile_demand;

typedef struct s2_tile_choice {
    s2_tiling tiling;
    int threads;
    size_t bytes;
} s2_tile_choice;

/**
 * The tiles that cost least, halos and the idle end of the last ones counted, among those that keep
 * the limit; or those asked for, halved until they do. Smaller tiles come before fewer threads,
 * and fewer threads before tiles that are mostly halo.
 * Errors: NO_MEMORY, when not even one small tile keeps the limit.
 */
s2rgf_status s2_tiles_choose(const s2_tile_demand *demand, s2_tile_choice *choice,
                             s2rgf_error *err);

#endif
