/* Places that no point of a sample may lie in, or near. */
#ifndef S2_SAMPLE_EXCLUSION_H
#define S2_SAMPLE_EXCLUSION_H

#include "geo/labels/label_runs.h"
#include "geo/source/ground.h"
#include "s2rgf/labelling.h"

typedef struct s2_exclusion {
    s2_label_runs runs;
    size_t first; /* run that may still reach the next row */
    s2_ground ground;
    double distance_m;
    int width;
} s2_exclusion;

/**
 * Read places: labels of any kind, whose classes do not matter.
 * distance_m in  pixels with their centre at most so far from that of a place are excluded, too
 * Errors  INVALID_ARGUMENT (a distance where areas are not known), those of
 *         s2_labels_read_places().
 * Memory  released with s2_exclusion_clear(); grows with the runs of excluded pixels.
 */
s2rgf_status s2_exclusion_read(const s2rgf_label_options *places, double distance_m,
                               const s2_grid *grid, const s2rgf_host *host, s2_exclusion *exclusion,
                               s2rgf_error *err);
void s2_exclusion_clear(s2_exclusion *exclusion);

/** Set values [width] of a row to -1 where it is excluded. Rows come from the top. */
void s2_exclusion_apply(s2_exclusion *exclusion, int y, int *values);

/** Begin again with the top row. */
void s2_exclusion_rewind(s2_exclusion *exclusion);

#endif
