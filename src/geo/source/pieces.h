/* Decoded pieces of a source's files, held once for all threads that read the source. */
#ifndef S2_GEO_SOURCE_PIECES_H
#define S2_GEO_SOURCE_PIECES_H

#include "core/geometry.h"
#include "s2rgf/base.h"

/** A lattice of pieces over the files' grid, from its origin. */
typedef struct s2_piece_plan {
    int width, height; /* of a piece, file pixels */
    int count;         /* pieces held at once; 0: none */
} s2_piece_plan;

typedef struct s2_pieces s2_pieces;

/**
 * bytes  of a whole piece
 * Errors NO_MEMORY.  Memory s2_pieces_free(); that of a piece is taken when it is first loaded.
 */
s2rgf_status s2_pieces_create(const s2_piece_plan *plan, size_t bytes, s2_pieces **pieces,
                              s2rgf_error *err);
/** NULL is accepted. */
void s2_pieces_free(s2_pieces *pieces);
/** Release the memory of all pieces; none may be in use. NULL is accepted. */
void s2_pieces_drop(s2_pieces *pieces);

/**
 * The samples of a piece, which are the caller's to read until s2_pieces_release(). The first
 * thread to need a piece fills it; others wait. The one that was not used for longest makes room.
 * empty out  the caller has to fill samples, and to say so with s2_pieces_filled()
 * Errors  NO_MEMORY.
 * Threads all at once; a thread may have one piece at a time.
 */
s2rgf_status s2_pieces_take(s2_pieces *pieces, s2_rect piece, void **samples, bool *empty,
                            s2rgf_error *err);
/** whole false: filling failed, and samples are released. */
void s2_pieces_filled(s2_pieces *pieces, const void *samples, bool whole);
void s2_pieces_release(s2_pieces *pieces, const void *samples);

#endif
