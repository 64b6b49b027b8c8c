/* Bands that the user chooses of a source, by number or by wavelength. */
#ifndef S2_SCENE_BAND_CHOICE_H
#define S2_SCENE_BAND_CHOICE_H

#include "geo/source/source_set.h"

/**
 * From now on deliver, of the sources that choices name, only the bands chosen, in that order. What
 * a range of wavelengths or numbers covers but a file marks bad (bbl) is left out, unless all of
 * it is marked. Messages say what is left out, and which chosen band is marked bad.
 * choices  in  "NAME=1-4,8" or "NAME=450-900nm", of a scene with one source also without "NAME=",
 *              ended by NULL; several of one source go together. NULL: none
 * chosen   out  [scene->count] which sources they name
 * Errors  INVALID_ARGUMENT (no such source or band, a band twice, a range without bands), NO_MEMORY.
 */
s2rgf_status s2_scene_choose_bands(s2_scene *scene, const char *const *choices, bool *chosen,
                                   const s2rgf_host *host, s2rgf_error *err);

#endif
