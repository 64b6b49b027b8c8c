/* Two maps of one area, read side by side on the grid of the first. */
#ifndef S2_CHANGE_COMPARED_MAPS_H
#define S2_CHANGE_COMPARED_MAPS_H

#include "geo/labels/pixel_lookup.h"
#include "geo/map/class_map.h"
#include "geo/source/overlay.h"
#include "s2rgf/changes.h"

/* Blocks in which maps are read: whole area blocks of an attribute table, bounded working memory. */
#define S2_PAIR_BLOCK_WIDTH 1024
#define S2_PAIR_BLOCK_HEIGHT 64
#define S2_PAIR_BLOCK_PIXELS (S2_PAIR_BLOCK_WIDTH * S2_PAIR_BLOCK_HEIGHT)

/** A raster of confidences on the grid of its map, and one rectangle of it. */
typedef struct s2_pair_confidence {
    s2_overlay overlay;
    double *values; /* [room] NaN: none */
    uint8_t *valid; /* [room] */
    size_t room;
} s2_pair_confidence;

/** Two maps, perhaps with their confidences; all zeros: none is open. */
typedef struct s2_compared_maps {
    s2_class_map before, after;
    s2_pixel_lookup lookup; /* of after, from the grid of before */
    bool has_confidence;
    s2_pair_confidence before_confidence, after_confidence;
    double threshold;
    int *before_values, *after_values; /* [S2_PAIR_BLOCK_PIXELS] */
    uint8_t *sure;                     /* [S2_PAIR_BLOCK_PIXELS] */
    uint64_t without_confidence;       /* pixels of both maps that were read */
} s2_compared_maps;

/**
 * Open the maps; no pixel is read, and their classes are those with names. The host is told if
 * they lie on different grids.
 * Errors  IO, FORMAT, UNSUPPORTED, INVALID_ARGUMENT (no transformation), MISMATCH (a confidence on
 *         another grid than its map), NO_MEMORY.
 * Memory  released with s2_compared_maps_close(), after errors too.
 */
s2rgf_status s2_compared_maps_open(const s2rgf_change_options *options, const s2rgf_host *host,
                                   s2_compared_maps *pair, s2rgf_error *err);
void s2_compared_maps_close(s2_compared_maps *pair);

/**
 * Use the values of a block: before, after [h][w], -1 where a map has no class; sure [h][w] 0 where
 * a confidence is missing or below the threshold.
 */
typedef s2rgf_status (*s2_pair_visit)(void *context, s2_rect block, const int *before,
                                      const int *after, const uint8_t *sure, s2rgf_error *err);

/**
 * Read both maps once, block by block from the upper left, by rows.
 * from, to  in  what progress it is, from 0 to 1
 * Errors  IO, FORMAT (a pixel that is no class, or no confidence), CANCELLED; those of visit.
 */
s2rgf_status s2_compared_maps_read(s2_compared_maps *pair, const s2rgf_host *host, double from,
                                   double to, s2_pair_visit visit, void *context, s2rgf_error *err);

#endif
