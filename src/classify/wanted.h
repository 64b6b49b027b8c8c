/* Which pixels of a scene are to be mapped: by a mask, inside a cutline, outside what is excluded. */
#ifndef S2_CLASSIFY_WANTED_H
#define S2_CLASSIFY_WANTED_H

#include "geo/labels/label_runs.h"
#include "geo/source/overlay.h"
#include "s2rgf/classification.h"

/** The polygons, shared by all workers; pixels are those whose centre is inside. */
typedef struct s2_wanted_areas {
    bool has_cutline, has_exclusion;
    s2_label_runs cutline, exclusion; /* on the reference grid */
} s2_wanted_areas;

/** Whether options leave out any pixel of the rectangle to map. */
bool s2_wanted_is_asked(const s2rgf_classify_options *options);

/**
 * Read the polygons, and look at the mask, before any work.
 * rect    in  of the reference grid, to map
 * Errors  INVALID_ARGUMENT (no pixel of the rectangle lies in the cutline, or all that do are excluded),
 *         those of s2_labels_read_areas() and s2_overlay_open().
 * Memory  released with s2_wanted_areas_clear(), after errors too; grows with the outlines.
 */
s2rgf_status s2_wanted_areas_read(const s2rgf_classify_options *options, const s2_grid *grid,
                                  s2_rect rect, const s2rgf_host *host, s2_wanted_areas *areas,
                                  s2rgf_error *err);
void s2_wanted_areas_clear(s2_wanted_areas *areas);

/** One worker's view of both. */
typedef struct s2_wanted {
    const s2_wanted_areas *areas;
    s2_overlay mask;
    bool has_mask;
} s2_wanted;

/** Errors: as s2_overlay_open().  Memory: s2_wanted_close(), after errors too. */
s2rgf_status s2_wanted_open(const s2rgf_classify_options *options, const s2_grid *grid,
                            const s2_wanted_areas *areas, s2_wanted *wanted, s2rgf_error *err);
void s2_wanted_close(s2_wanted *wanted);

/**
 * pixels out [rect.h][rect.w] 1 where pixels of the reference grid are to be mapped; any out whether
 * there is one. Errors: as s2_overlay_read_mask().
 */
s2rgf_status s2_wanted_read(s2_wanted *wanted, s2_rect rect, uint8_t *pixels, bool *any,
                            s2rgf_error *err);

#endif
