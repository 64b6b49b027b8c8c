/* Where to label next, first round: the most doubtful pixel of each class in each cell of a scene. */
#ifndef S2_CLASSIFY_CANDIDATES_H
#define S2_CLASSIFY_CANDIDATES_H

#include "classify/decision.h"
#include "core/geometry.h"

/** A pixel that may be suggested. */
typedef struct s2_candidate {
    int x, y; /* of the reference grid */
    s2_doubt doubt;
} s2_candidate;

/** The best of every cell and class; what it holds does not depend on the order of pixels. */
typedef struct s2_candidates {
    int classes, cell_px, cells_x, cells_y;
    s2_candidate *
        *best; /* [classes][cells_y * cells_x] margin -1: none; NULL until a class is met */
} s2_candidates;

/**
 * Cells as small as a bounded memory allows, 4 pixels at least, or larger where the scene has few.
 * Errors: NO_MEMORY.  Memory: s2_candidates_clear(), after errors too.
 */
s2rgf_status s2_candidates_init(s2_candidates *candidates, int width, int height, int classes,
                                s2rgf_error *err);
void s2_candidates_clear(s2_candidates *candidates);

/** Take the pixels of a rectangle. doubts in [h][w] Errors: NO_MEMORY. */
s2rgf_status s2_candidates_take(s2_candidates *candidates, s2_rect rect, const s2_doubt *doubts,
                                s2rgf_error *err);

/**
 * The most doubtful, at most `most` of each class, from the top, by rows.
 * list out [*count] released with s2_free()
 * Errors  NO_MEMORY.
 */
s2rgf_status s2_candidates_list(const s2_candidates *candidates, size_t most, s2_candidate **list,
                                size_t *count, s2rgf_error *err);

#endif
