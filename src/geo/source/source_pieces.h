/* Samples of the pieces of a source's files: loaded with all bands, taken out in parts. */
#ifndef S2_GEO_SOURCE_SOURCE_PIECES_H
#define S2_GEO_SOURCE_SOURCE_PIECES_H

#include "geo/source/source_values.h"

/** Clear `valid` where masks and alpha bands of files and bands that are delivered say so. */
s2rgf_status s2_source_read_masks(s2_source *source, s2_rect rect, uint8_t *valid,
                                  s2rgf_error *err);

/** Choose the lattice of pieces that suits the blocks of open files. */
void s2_source_choose_lattice(s2_source *source);
/** A piece's samples: planes of all delivered bands in one type, then the validity by masks. */
s2rgf_status s2_piece_load(s2_source *source, s2_rect piece, void *samples, s2rgf_error *err);

/** Where a piece's samples are, of an overlap and delivered bands first.. first + count - 1. */
s2_samples s2_piece_samples(const s2_source *source, const void *samples, s2_rect piece,
                            s2_rect overlap, int first, int count);
/** valid out [overlap.h][overlap.w] */
void s2_piece_copy_valid(const s2_source *source, const void *samples, s2_rect piece,
                         s2_rect overlap, uint8_t *valid);

#endif
