/* Dense run: features of coarse sources that neighbouring tiles both need, computed by one of them. */
#ifndef S2_NN_DENSE_SEAM_H
#define S2_NN_DENSE_SEAM_H

#include "nn/dense_worker.h"

/** How the memory of all seams on that side of tiles is laid out, S2_RIGHT or S2_BELOW. */
void s2_dense_seams_measure(const s2_network_spec *spec, const s2_run_geometry *geometry,
                            const s2_tiling *tiling, int side, s2_seam_layout *layout);

/** Find out what crosses the seams of the tile, and plan to compute the rest. */
void s2_dense_seams_plan(s2_dense_run *run);
/** Rows of this step that the tiles on the left and above have given. Errors: those of waiting. */
s2rgf_status s2_dense_seams_take(s2_dense_run *run, int step, s2rgf_error *err);
/** Give rows of this step to the tiles on the right and below. */
void s2_dense_seams_give(s2_dense_run *run, int step);

#endif
