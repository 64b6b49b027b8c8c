/* Dense run: features of coarse sources that neighbouring tiles both need, computed by one of
   them. */
#ifndef S2_NN_DENSE_SEAM_H
#define S2_NN_DENSE_SEAM_H

#include "nn/dense/worker.h"

/** Find out what crosses the seams of the tile, and plan to compute the rest. */
void s2_dense_seams_plan(s2_dense_run *run);
/** Rows of this step that the tiles on the left and above have given. Errors: those of waiting. */
s2rgf_status s2_dense_seams_take(s2_dense_run *run, int step, s2rgf_error *err);
/** Give rows of this step to the tiles on the right and below. */
void s2_dense_seams_give(s2_dense_run *run, int step);

#endif
