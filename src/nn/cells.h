/* The lattice of cells and its windows: statistics over 3 x 3 cells, interpolation between cell centres. */
#ifndef S2_NN_CELLS_H
#define S2_NN_CELLS_H

#include <stdint.h>

#include "nn/tensor.h"

#define S2_CELL_FEATURE_PX 8                         /* side of a cell on the feature grid */
#define S2_CELL_REFERENCE_PX (2 * S2_CELL_FEATURE_PX) /* and on the reference grid */
#define S2_WINDOW_STD_EPS 1e-5f

/** Cells along an axis of `size` feature pixels. */
int s2_cell_count(int size);

/** Mean and standard deviation of every cell's window, and what backward needs. All [n][cells_y][cells_x][c], counts without c. */
typedef struct s2_window_stats {
    s2_map mean, std;
    s2_map var;    /* before the root, 0 where fewer than 2 valid positions */
    float *count;  /* valid positions in the window */
} s2_window_stats;

s2rgf_status s2_window_stats_init(s2_window_stats *stats, int n, int h, int w, int c,
                                  s2rgf_error *err);
void s2_window_stats_clear(s2_window_stats *stats);
/**
 * mean = S/N, std = sqrt(max(var, 0) + eps), var = (Q - S^2/N)/(N-1) (0 for N < 2; mean 0 for N = 0) over the valid
 * positions of the 3 x 3 cells around each cell, clipped at the map.
 * x in [n,h,w,c]; valid in [n][h][w]
 */
void s2_window_stats_forward(const s2_map *x, const uint8_t *valid, s2_window_stats *stats);
/** dmean, dstd in like mean and std; dx added to. Errors: NO_MEMORY. */
s2rgf_status s2_window_stats_backward(const s2_map *x, const uint8_t *valid,
                                      const s2_window_stats *stats, const s2_map *dmean,
                                      const s2_map *dstd, const s2_map *dx, s2rgf_error *err);

/** y = a(p) x(p), a interpolated bilinearly between cell centres, clamped at the outermost ones. a in [n,cells_y,cells_x,c] */
void s2_cell_scale_forward(const s2_map *a, const s2_map *x, const s2_map *y);
/** da and dx added to. */
void s2_cell_scale_backward(const s2_map *a, const s2_map *x, const s2_map *dy, const s2_map *da,
                            const s2_map *dx);

#endif
