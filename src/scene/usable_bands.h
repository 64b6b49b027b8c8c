/* Which bands of a source can be used: those that a file marks bad or has nothing in are left
   out. */
#ifndef S2_SCENE_USABLE_BANDS_H
#define S2_SCENE_USABLE_BANDS_H

#include "geo/source/source_set.h"

/**
 * From now on deliver, of every source, the bands chosen, else those that are not marked bad (bbl),
 * as far as they have a valid pixel; a message says which are left out. If a file marks all bands
 * bad, none is left out.
 * choices in  as for s2_scene_choose_bands(), or NULL
 * Errors FORMAT (a source without any valid pixel), those of s2_scene_choose_bands(), IO, CANCELLED.
 */
s2rgf_status s2_scene_leave_out_bands(s2_scene *scene, const char *const *choices,
                                      const s2rgf_host *host, s2rgf_error *err);

/**
 * From now on deliver only bands that are not marked bad.
 * *some out whether any band was left out: not so where all are marked
 * Errors NO_MEMORY.
 */
s2rgf_status s2_source_leave_out_marked(s2_source *source, bool *some, s2rgf_error *err);

/** The same for bands without any valid pixel. Errors IO, CANCELLED, NO_MEMORY. */
s2rgf_status s2_source_leave_out_empty(s2_source *source, const s2rgf_host *host, bool *some,
                                       s2rgf_error *err);

/**
 * Refuse a scene without a valid pixel in one of the delivered bands, or, where one source is enough,
 * in some of every source.
 * Errors FORMAT (such a scene), IO, CANCELLED, NO_MEMORY.
 */
s2rgf_status s2_scene_refuse_empty(s2_scene *scene, const s2rgf_host *host, s2rgf_error *err);

/** Warn of delivered bands that are marked bad. */
void s2_source_tell_marked(const s2_source *source, const s2rgf_host *host);

#endif
