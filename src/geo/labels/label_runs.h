/* Places on a grid as runs of pixels: what lies in polygons takes memory by their outlines. */
#ifndef S2_GEO_LABELS_LABEL_RUNS_H
#define S2_GEO_LABELS_LABEL_RUNS_H

#include <stdint.h>

#include "geo/source/grid.h"
#include "s2rgf/labelling.h"

/** Pixels x.. last of row y. */
typedef struct s2_label_run {
    int y, x, last;
} s2_label_run;

/** Settled: by y, then x, and between two of a row is a gap. */
typedef struct s2_label_runs {
    s2_label_run *items;
    size_t count, capacity;
} s2_label_runs;

/** Add pixels; those that go on where the newest run ends join it. Errors: NO_MEMORY. */
s2rgf_status s2_label_runs_add(s2_label_runs *runs, s2_label_run run, s2rgf_error *err);
void s2_label_runs_clear(s2_label_runs *runs);

/** Bring them in order and join those that meet. */
void s2_label_runs_settle(s2_label_runs *runs);

/**
 * Set pixels of a mask of a rectangle, [rect.h][rect.w], to 0: those in settled runs, or, not inside,
 * all others.
 */
void s2_label_runs_erase(const s2_label_runs *runs, bool inside, s2_rect rect, uint8_t *mask);

/** The number of the first of settled runs in that row or in one below; runs->count: there is none. */
size_t s2_label_runs_first(const s2_label_runs *runs, double row);

/** Whether any pixel of a rectangle is in settled runs. */
bool s2_label_runs_meet(const s2_label_runs *runs, s2_rect rect);

/**
 * Read where labels of any kind are; their class field does not matter. runs out settled, of the
 * grid. Errors: those of s2_labels_read().
 * Memory: released with s2_label_runs_clear(), after errors too.
 */
s2rgf_status s2_labels_read_places(const s2rgf_label_options *options, const s2_grid *grid,
                                   const s2rgf_host *host, s2_label_runs *runs, s2rgf_error *err);

/**
 * As s2_labels_read_places() of polygons alone: points are left out with a message, a raster is
 * refused. A layer without CRS is taken to be in the grid's.
 * layer_option in  what chooses a layer, for messages, "-cl"
 * Errors  INVALID_ARGUMENT (no polygon), those of s2_labels_read_places().
 */
s2rgf_status s2_labels_read_areas(const s2rgf_label_options *options, const char *layer_option,
                                  const s2_grid *grid, const s2rgf_host *host, s2_label_runs *runs,
                                  s2rgf_error *err);

#endif
