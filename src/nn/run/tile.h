/* A tile at work: where the sources of its scene lie, its input and its output. */
#ifndef S2_NN_RUN_TILE_H
#define S2_NN_RUN_TILE_H

#include "core/row_ring.h"
#include "nn/network.h"
#include "nn/run/seam.h"

/** Where the sources lie; the same for every tile, so tiles agree. */
typedef struct s2_run_geometry {
    int width, height; /* reference grid */
    int margin_px;     /* of it, that are computed around a tile for what is done afterwards */
    int source_width[S2RGF_MAX_SOURCES], source_height[S2RGF_MAX_SOURCES];
    s2_affine ref_to_source[S2RGF_MAX_SOURCES];
    bool any_source; /* a pixel is valid where one source has data, not only where all have */
} s2_run_geometry;

/**
 * The tiles into which a lattice of w x h reference pixels, which starts at the reference origin,
 * cuts a rectangle of the reference grid.
 */
typedef struct s2_tiling {
    int w, h;
    s2_rect rect;
} s2_tiling;

/** Rows of a source that a run asks for, and where they go. */
typedef struct s2_input_rows {
    s2_rect rect;  /* inside the source; empty: none */
    s2_rect after; /* what the next call will ask for, in the same columns; it may be read now */
    s2_row_ring pixels; /* floats [bands] of a pixel, normalised, 0 where invalid, from rect.x on */
    s2_row_ring valid;  /* bytes, likewise */
} s2_input_rows;

/** Where a run gets a tile's input from and gives its output to, rows at a time, in order. */
typedef struct s2_tile_io {
    /* Fill rows of all sources, [sources]. */
    s2rgf_status (*next)(void *input, const s2_input_rows *rows, s2rgf_error *err);
    void *input;
    void *context; /* of what follows */
    /* Rows of the core, as wide as it: scores in [h][w][K], logits; valid in [h][w], validity.h */
    s2rgf_status (*take)(void *context, s2_rect rows, const float *scores, const uint8_t *valid,
                         s2rgf_error *err);
    /* Seams of the tile on every side [S2_SIDES]; NULL: it shares nothing. What the one above holds
       is whole when the tile begins. Both it and the one below may have the same memory. */
    const s2_seam *seams;
    /* The seam on the left is about to be read up to what its tile gives at `step`. */
    s2rgf_status (*await)(void *context, int step, s2rgf_error *err);
    /* The seam on the right holds what this tile gives at `step`. */
    void (*give)(void *context, int step);
} s2_tile_io;

/** What the time of a run goes to. */
enum {
    S2_STAGE_READ,
    S2_STAGE_ENCODE,
    S2_STAGE_RELATE,
    S2_STAGE_HEAD,
    S2_STAGE_CLASSIFY,
    S2_STAGES
};

/** What a run did so far. */
typedef struct s2_run_counts {
    double seconds[S2_STAGES];         /* of the thread's own time */
    double encoded[S2RGF_MAX_SOURCES]; /* pixels of every source, by its spectral encoder */
} s2_run_counts;

/** Multiply-adds: those of direct convolutions, and those that are done instead of them. */
typedef struct s2_work {
    double direct, done;
} s2_work;

/** One tile's input and output, as a whole. */
typedef struct s2_tile {
    /* in: reference pixels asked for, inside one tile of the lattice */
    s2_rect core;
    /* in: the rectangle a core needs, [h][w][bands], normalised, 0 where invalid */
    float *pixels[S2RGF_MAX_SOURCES];
    uint8_t *source_valid[S2RGF_MAX_SOURCES]; /* in: [h][w] */
    /* in: [core.h][core.w], 0 where scores are not needed and may stay unset; NULL: all are */
    const uint8_t *wanted;
    float *scores;  /* out: [core.h][core.w][K] logits */
    uint8_t *valid; /* out: [core.h][core.w], validity.h */
} s2_tile;

/** Columns and rows of the tiling's tiles, counted from the reference origin. */
s2_rect s2_tiling_tiles(const s2_tiling *tiling);
/**
 * Columns, or rows, of tiles at which to look, of `count`: all, or, quickly, the first, second,
 * middle, last but one and last, for the others are like the middle one but for rounding.
 */
int s2_tiling_looks(int count, bool quick);
/** The i-th of them, from 0. */
int s2_tiling_look(int count, bool quick, int i);
/** Whether rows and columns of a source are none of the reference's: else a tile's rows of it depend
    on the tile's row alone, and columns on the column. */
bool s2_is_turned(const s2_run_geometry *geometry, int source);
/** The tile in that column and row; what is computed for one: it and its margin in the scene. */
s2_rect s2_tiling_core(const s2_tiling *tiling, int column, int row);
s2_rect s2_tile_reach(const s2_run_geometry *geometry, s2_rect tile);

/**
 * Buffers of a tile for cores and source rectangles of up to that many pixels; source_pixels in
 * [sources]. false: no memory, and what there is has to be cleared.
 */
bool s2_tile_init(s2_tile *tile, const s2_network_spec *spec, size_t core_pixels,
                  const size_t *source_pixels);
void s2_tile_clear(s2_tile *tile);
/** What s2_tile_init() takes. */
size_t s2_tile_bytes(const s2_network_spec *spec, size_t core_pixels, const size_t *source_pixels);
/**
 * valid out [rect.h][rect.w]: 1 where all sources have data at the centre of a reference pixel of
 * rect, or where one has, as the geometry wants it. source_rects in [sources]: the native rectangles that tile holds.
 */
void s2_tile_validity(const s2_network_spec *spec, const s2_run_geometry *geometry,
                      const s2_tile *tile, const s2_rect *source_rects, s2_rect rect,
                      uint8_t *valid);

#endif
