/* How a source's files are stored, and which pieces of them it holds decoded. */
#ifndef S2_GEO_SOURCE_SOURCE_HOLD_H
#define S2_GEO_SOURCE_SOURCE_HOLD_H

#include "geo/source/pieces.h"
#include "geo/source/source.h"

/** How a source's files are stored, and what of them is decoded together. */
typedef struct s2_block_layout {
    int width, height;           /* pixels of a block of the first band, taken for those of all */
    int file_width, file_height; /* pixels of the files */
    int x, y;                    /* of the files, the source's first pixel */
    size_t pixel_bytes;          /* of a pixel in all bands of the files */
    size_t held_bytes;           /* of a pixel in a piece that is held */
    s2_piece_plan lattice;       /* pieces of the files that suit the blocks, none held */
} s2_block_layout;

/** width 0: not known, for a source that is warped or averaged. */
s2_block_layout s2_source_blocks(const s2_source *source);
/**
 * Hold decoded pieces of the files, for this source and those that are reopened from it, which have
 * to be closed before it: so a block is decoded once, although it is read a few rows at a time and
 * by several threads. Errors: NO_MEMORY. Memory: taken as pieces are read, released with the
 * source.
 */
s2rgf_status s2_source_hold(s2_source *source, const s2_piece_plan *plan, s2rgf_error *err);
/** Release the memory of held pieces; they are read again when they are needed. */
void s2_source_drop(s2_source *source);

#endif
