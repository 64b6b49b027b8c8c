/* How the files of a scene are read under tiles: which pieces are held decoded, what decoding
   costs. */
#ifndef S2_SCENE_READING_H
#define S2_SCENE_READING_H

#include "geo/source/source_hold.h"
#include "geo/source/source_set.h"
#include "nn/networks/networks.h"

/** How all sources of a scene are stored. */
typedef struct s2_scene_blocks {
    s2_block_layout of[S2RGF_MAX_SOURCES];
    int sources;
} s2_scene_blocks;

void s2_scene_describe_blocks(const s2_scene *scene, s2_scene_blocks *blocks);

/** Tiles that are mapped by `threads` workers in the order of a tile runner. */
typedef struct s2_reading_demand {
    const s2_scene_blocks *blocks;
    const s2_run_geometry *geometry;
    const s2_tiling *tiling;
    int threads;
    int halo_px; /* reference pixels that are read around a tile */
    int rows;    /* of pieces to hold under the tiles at hand, if there is memory */
    size_t limit_bytes;
} s2_reading_demand;

typedef struct s2_reading {
    s2_piece_plan pieces[S2RGF_MAX_SOURCES]; /* count 0: none is held */
    size_t bytes;                            /* of all pieces that are held at once */
    double decoded_bytes;                    /* of the files, by the whole map */
} s2_reading;

/**
 * What fits the limit: all pieces under the tiles at work, of whole blocks; or fewer rows of them;
 * or lower pieces, for each of which its blocks are decoded again; or none.
 */
void s2_scene_plan_reading(const s2_reading_demand *demand, s2_reading *reading);

/** Let the scene's sources hold these pieces. Errors: NO_MEMORY. */
s2rgf_status s2_scene_hold(s2_scene *scene, const s2_reading *reading, s2rgf_error *err);

/** Release the memory of what the sources hold; it is read again when it is needed. */
void s2_scene_drop(s2_scene *scene);

/**
 * Bytes of GDAL's cache for that many reading threads: a block of every file, in all bands, for
 * each, since some drivers decode all bands of a block at once. SIZE_MAX: nothing is known of a
 * source's blocks.
 */
size_t s2_scene_cache_bytes(const s2_scene_blocks *blocks, int threads);

#endif
