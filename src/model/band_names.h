/* What the names of bands have in common across scenes: their band, not their date or tile. */
#ifndef S2_MODEL_BAND_NAMES_H
#define S2_MODEL_BAND_NAMES_H

#include <stdbool.h>

#include "s2rgf/base.h"

#define S2_BAND_MARK_BYTES 32

/** What the name of a band can say, the most reliable first. */
typedef enum s2_band_mark {
    S2_MARK_NUMBER, /* "b2" of B2, B02, T33UUU_20210708T101031_B02_10m, SR_B2, Band 2 */
    S2_MARK_COLOUR, /* "nir", "rededge1", "swir16", "vv" */
    S2_MARK_REST,   /* what is left without the words that all names share */
    S2_MARKS
} s2_band_mark;

/** The marks of one name; "" where a name has none of that kind, or more than one. */
typedef struct s2_band_marks {
    char of[S2_MARKS][S2_BAND_MARK_BYTES];
} s2_band_marks;

/**
 * The marks of names that belong to one source. What all of them share, such as a date or a tile,
 * says nothing and is left out. Names that only count ("Band 1" to "Band N") have no marks.
 * names in  [count]
 * marks out [count], released with s2_free()
 * Errors  NO_MEMORY.
 */
s2rgf_status s2_band_marks_read(const char *const *names, int count, s2_band_marks **marks,
                                s2rgf_error *err);

/** Whether two marks of one kind say that their bands are different ones. */
bool s2_band_marks_differ(s2_band_mark kind, const s2_band_marks *a, const s2_band_marks *b);

#endif
