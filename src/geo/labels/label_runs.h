/* Places on a grid as runs of pixels: what lies in polygons takes memory by their outlines. */
#ifndef S2_GEO_LABELS_LABEL_RUNS_H
#define S2_GEO_LABELS_LABEL_RUNS_H

#include <stdint.h>

#include "core/geometry.h"
#include "s2rgf.h"

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

/** Whether any pixel of a rectangle is in settled runs. */
bool s2_label_runs_meet(const s2_label_runs *runs, s2_rect rect);

#endif
