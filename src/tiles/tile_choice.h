/* Size of tiles and number of workers for a memory limit. */
#ifndef S2_TILES_TILE_CHOICE_H
#define S2_TILES_TILE_CHOICE_H

#include "nn/networks/networks.h"

/** Bytes of tiles at work. */
typedef struct s2_tile_need {
    size_t each;   /* a worker */
    size_t shared; /* all together: what waits to be written */
} s2_tile_need;

/** What is known before the choice. */
typedef struct s2_tile_demand {
    s2_rect rect;          /* reference pixels to map */
    s2_tile_traits traits; /* of the network */
    int widest_px;         /* tiles may be so wide, at some cost: at least traits.width */
    int tile_px;           /* side that is asked for, 0: any */
    int threads;           /* at most */
    size_t limit_bytes;
    /* quick: a lower bound, from a few tiles; otherwise exact. CANCELLED: stop choosing. */
    s2rgf_status (*measure)(const void *context, const s2_tiling *tiling, bool quick,
                            s2_tile_need *need, s2rgf_error *err);
    /* What reading costs by that many workers with spare_bytes left, in pixels computed; NULL:
       nothing. */
    double (*reading)(const void *context, const s2_tiling *tiling, int threads,
                      size_t spare_bytes);
    const void *context;
} s2_tile_demand;

typedef struct s2_tile_choice {
    s2_tiling tiling;
    int threads;
    size_t bytes; /* at most limit_bytes */
} s2_tile_choice;

/**
 * The tiles that cost least, reading, halos and the idle end of the last ones counted, among those
 * that keep the limit; or those asked for, halved until they do. Smaller tiles come before fewer
 * threads, and fewer threads before tiles that are mostly halo.
 * Errors: NO_MEMORY, when not even one small tile keeps the limit; CANCELLED.
 */
s2rgf_status s2_tiles_choose(const s2_tile_demand *demand, s2_tile_choice *choice,
                             s2rgf_error *err);

#endif
