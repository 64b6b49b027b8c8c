/* Which band of a raster serves which band of a model. */
#ifndef S2_MODEL_BANDS_H
#define S2_MODEL_BANDS_H

#include "model/file.h"

/** What a raster offers for one band. */
typedef struct s2_band_offer {
    const char *name;     /* "" where unknown */
    double wavelength_nm; /* NaN where unknown */
} s2_band_offer;

/** All that a raster offers. */
typedef struct s2_band_offers {
    const s2_band_offer *items; /* [count] */
    int count;
    const int *numbers; /* [count] among all bands of the files, from 1 */
    int file_bands;     /* how many these are; 0: unknown, as the numbers are */
} s2_band_offers;

/**
 * Which offered band serves each band of a model's source: by wavelength where all on both sides
 * have one (nearest, within 10 nm or half the distance to the model's next wavelength, whichever is
 * larger; never one offer twice), else by name, else by what names keep across dates and tiles
 * (band_names.h). Where only some of the bands are found so, the wrong files were given: a
 * mismatch. Else by number or, with equal count, by order, with a warning; it is refused where
 * anything speaks against it.
 * order out  [source->band_count], index of an offer
 * host  in   or NULL
 * Errors  MISMATCH: the message names the source, what is missing first, wanted and found counts;
 *         NO_MEMORY.
 */
s2rgf_status s2_model_match_bands(const s2_model_source *source, const s2_band_offers *offers,
                                  int *order, const s2rgf_host *host, s2rgf_error *err);
/**
 * Whether the bands lie in files as those of the training: as many, with the same names and
 * wavelengths where the model has bands; always false where it does not tell their numbers.
 * order out  [source->band_count], index of an offer, where *same
 * Errors  NO_MEMORY.
 */
s2rgf_status s2_model_match_same(const s2_model_source *source, const s2_band_offers *offers,
                                 int *order, bool *same, s2rgf_error *err);

/**
 * The bands are not simply all of the training's files in their order: their numbers tell which.
 */
bool s2_model_bands_numbered(const s2_model_source *source);
bool s2_model_bands_named(const s2_model_source *source); /* all have names, different ones */

#endif
