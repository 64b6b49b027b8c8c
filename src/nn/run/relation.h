/* The relations of one window while running: attention of ADRF and of SSJA. */
#ifndef S2_NN_RUN_RELATION_H
#define S2_NN_RUN_RELATION_H

#include "nn/layers/cells.h"
#include "nn/run/folded.h"
#include "nn/run/region.h"

#define S2_RELATION_CELL_MAX 64 /* pixels of a cell of SSJA */

/** Attention of ADRF over one window: attention out [n]; work tmp [4n]. */
void s2_relation_adrf(s2_kernel_row_function kernel, const s2_folded_adrf *adrf,
                      const s2_window_sums *window, float *work, float *attention);

/** Workspace of SSJA for cells of up to S2_RELATION_CELL_MAX pixels of c channels, c a multiple of 16.
 */
typedef struct s2_relation_space {
    const s2_kernels *kernels;
    int c;
    float *packed;  /* [2c][c]: both attentions, as one convolution, for the kernel */
    float *norms;   /* [2c], one over the norms of rows */
    float *x1, *x2; /* [pixels][c], spectral and spatial, one after the other in memory */
    float *z;       /* [pixels][c] */
} s2_relation_space;

/** Floats of memory that s2_relation_divide() divides. */
size_t s2_relation_floats(int c);
s2_relation_space s2_relation_divide(const s2_kernels *kernels, int c, float *memory);

/**
 * Gram matrices of the first `count` rows of space->x1 and space->x2: grams out [s2_gram_floats()].
 */
void s2_relation_grams(const s2_relation_space *space, int count, float *grams);
/** Find A1 and A2 of a window from its Gram matrices; kept in space. */
void s2_relation_join(const s2_relation_space *space, const float *grams);
/** z = A1 x1 + x1 + A2 x2 + x2 over the pixels of rect, which lie in one cell. */
void s2_relation_apply(const s2_relation_space *space, s2_rect rect, const s2_region *x1,
                       const s2_region *x2, const s2_region *z);
/** z = x1 + x2, which is what A1 = A2 = 0 leaves; the regions may be of interleaved tensors. */
void s2_relation_add(s2_rect rect, const s2_region *x1, const s2_region *x2, const s2_region *z);

#endif
