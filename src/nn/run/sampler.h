/* Rows of a grid sampled bilinearly from a region of another, with the columns' taps found once. */
#ifndef S2_NN_RUN_SAMPLER_H
#define S2_NN_RUN_SAMPLER_H

#include "nn/run/region.h"

/** Where the columns first_x.. of a target grid lie in a source. */
typedef struct s2_sampler {
    s2_sampling sampling;
    s2_kernel_sample_function kernel;
    int first_x, count;
    bool upright;         /* columns lie the same in every row: the arrays below hold them */
    int *left, *right;    /* [count] */
    float *right_weights; /* [count] */
} s2_sampler;

/** Bytes of memory for `count` columns. */
size_t s2_sampler_bytes(int count);
/** memory: s2_sampler_bytes(count), 4-byte aligned, borrowed. */
s2_sampler s2_sampler_make(s2_kernel_sample_function kernel, const s2_sampling *sampling,
                           int first_x, int count, void *memory);

/**
 * Target pixels (x.., y), `count` of them inside the sampler's columns, from a region that holds
 * their taps; all its channels. The values of a pixel do not depend on the others.
 * out: set, or added to with `add`
 */
void s2_sampler_row(const s2_sampler *sampler, const s2_region *from, s2_rect pixels, bool add,
                    s2_row out);

#endif
