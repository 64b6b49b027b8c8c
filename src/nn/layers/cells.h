/* A lattice of cells and its windows: statistics over 3 x 3 cells, interpolation between cell
   centres. */
#ifndef S2_NN_LAYERS_CELLS_H
#define S2_NN_LAYERS_CELLS_H

#include <stdint.h>

#include "nn/tensor.h"

#define S2_WINDOW_STD_EPS 1e-5f

/**
 * Cells of cell_px x cell_px pixels over a tensor; one cell as large as the tensor makes it one
 * window.
 */
typedef struct s2_lattice {
    int cell_px;
    int rows, columns;
} s2_lattice;

/** The lattice over a tensor of h x w pixels; cell_px 0: without cells. */
s2_lattice s2_lattice_over(int h, int w, int cell_px);
/** Cells of cell_px along an axis of `size` pixels. */
int s2_cell_count(int size, int cell_px);

/** Part of a tensor: its pixels y0..y1-1, x0..x1-1. */
typedef struct s2_cell_span {
    int y0, y1, x0, x1;
} s2_cell_span;

/** Pixels of cell number `index`, counted row by row, inside a tensor of h x w. */
s2_cell_span s2_cell_pixels(const s2_lattice *lattice, int index, int h, int w);

/**
 * Sum, sum of squares and number of the valid pixels of a span: sum, square out [c]; returns the
 * number.
 * x in: one crop of the batch; valid in [h][w]
 */
float s2_cell_moments(const s2_tensor *x, int n, const uint8_t *valid, s2_cell_span span,
                      float *sum, float *square);

/**
 * windows[i] = sum of cells[j] over the 3 x 3 cells j around i, clipped; every cell holds `length`
 * floats. Its own adjoint. windows out, overwritten.
 */
void s2_window_sum(const float *cells, int cells_y, int cells_x, size_t length, float *windows);

/** Sums of c channels and of their squares over the `count` valid pixels of a window. */
typedef struct s2_window_sums {
    const float *sum, *square;
    float count;
} s2_window_sums;

/**
 * mean, var and std of one window; all out [c], which may be the sums; s2_window_stats_forward().
 */
void s2_window_moments(const s2_window_sums *window, int c, float *mean, float *var, float *std);

/**
 * Mean and standard deviation of every cell's window, and what backward needs. Tensors
 * [n][cells_y][cells_x][c].
 */
typedef struct s2_window_stats {
    s2_lattice lattice;
    s2_tensor mean, std;
    s2_tensor var;                   /* before the root */
    s2_tensor cell_sum, cell_square; /* of the cells alone */
    float *count, *cell_count; /* [n][cells_y][cells_x], valid positions of windows and cells */
} s2_window_stats;

s2rgf_status s2_window_stats_init(s2_window_stats *stats, int n, s2_lattice lattice, int c,
                                  s2rgf_error *err);
void s2_window_stats_clear(s2_window_stats *stats);
/**
 * mean = S/N, std = sqrt(max(var, 0) + eps), var = (Q - S^2/N)/(N-1) (0 for N < 2; mean 0 for N =
 * 0) over the valid positions of the 3 x 3 cells around each cell, clipped at the tensor.
 * x in [n,h,w,c]; valid in [n][h][w]
 */
void s2_window_stats_forward(const s2_tensor *x, const uint8_t *valid, s2_window_stats *stats);
/** dmean, dstd in like mean and std; dx added to. The cells' sums in stats are used up. */
void s2_window_stats_backward(const s2_tensor *x, const uint8_t *valid, s2_window_stats *stats,
                              const s2_tensor *dmean, const s2_tensor *dstd, const s2_tensor *dx);

/**
 * Where a position lies between cell centres along one axis: cells first and second, weight of
 * second.
 */
typedef struct s2_cell_mix {
    int first, second;
    float weight;
} s2_cell_mix;

/** (index + 0.5) / cell_px - 0.5 clamped to the cells. */
s2_cell_mix s2_cell_between(int index, int cells, int cell_px);

/**
 * y = a(p) x(p), a interpolated bilinearly between the centres of cells of cell_px, clamped at the
 * outermost ones. a in [n,cells_y,cells_x,c]
 */
void s2_cell_scale_forward(const s2_tensor *a, const s2_tensor *x, int cell_px, const s2_tensor *y);
/** da and dx added to. */
void s2_cell_scale_backward(const s2_tensor *a, const s2_tensor *x, int cell_px,
                            const s2_tensor *dy, const s2_tensor *da, const s2_tensor *dx);

#endif
