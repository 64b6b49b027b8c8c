/* A share of a map: whole rows of tiles, in a GeoTIFF of its own, to be joined with the others. */
#ifndef S2_GEO_MAP_SHARE_H
#define S2_GEO_MAP_SHARE_H

#include <stdbool.h>

#include "core/geometry.h"
#include "s2rgf/base.h"

/* metadata item that says which share a file is; its spelling stays, so that older shares can be
   read */
#define S2_MAP_SHARE_KEY "S2RGF_PART"
/* one that says with which options it was mapped, which all shares of a map have in common */
#define S2_MAP_SHARE_CHOICES_KEY "S2RGF_OPTIONS"
#define S2_MAP_SHARES_MAX 100000   /* shares of one map */
#define S2_MAP_SHARE_TEXT_BYTES 96 /* the item's value with its terminating zero */

/** Which share, and which lines of the whole map it holds. */
typedef struct s2_map_share {
    int number, count; /* number 1..count; count 0: no share but the whole */
    int first_line, lines;
    int map_lines; /* of the whole map */
} s2_map_share;

/**
 * Path of a share of the map at path: MAP_03of16.tif for share 3 of 16 of MAP.EXT, beside it.
 * Released with s2_free(); NULL when memory is out.
 */
char *s2_map_share_path(const char *path, int number, int count);

/**
 * Cut a rectangle to the lines of a share. Shares meet at multiples of tile_px from the grid's
 * origin, so that no tile is computed twice; where that gives too few rows, at multiples of a half,
 * a quarter...
 * rect    in out  reference pixels
 * share    in out  number and count in, the lines out
 * Errors  INVALID_ARGUMENT (no such share, or more shares than lines).
 */
s2rgf_status s2_map_share_cut(s2_rect *rect, int tile_px, s2_map_share *share, s2rgf_error *err);

/**
 * Value of the metadata item: "3/16, lines 512 to 767 of 4096". text out [S2_MAP_SHARE_TEXT_BYTES]
 */
void s2_map_share_write(const s2_map_share *share, char *text);

/** Read that value; false if it is none. text in, or NULL */
bool s2_map_share_read(const char *text, s2_map_share *share);

#endif
