/* A lattice over a grid, thrown down at random: a systematic sample. */
#ifndef S2_SAMPLE_LATTICE_H
#define S2_SAMPLE_LATTICE_H

#include "core/random.h"

/**
 * Points at whole steps from a start that is uniform within the first step. Steps need not be whole
 * pixels: still every pixel has the probability 1 / (step_x step_y) of being met, at most once.
 */
typedef struct s2_lattice {
    double step_x, step_y; /* pixels, at least 1 */
    double x, y;           /* of the first point, below a step */
} s2_lattice;

/**
 * A lattice that is expected to meet `points` of so many pixels, wherever these lie on a grid. It is
 * square, unless the grid is narrower than a step.
 */
void s2_lattice_init(s2_lattice *lattice, int width, int height, uint64_t pixels, uint64_t points,
                     s2_random *random);

/** Pixel of the n-th row or column of points. */
int s2_lattice_row(const s2_lattice *lattice, int n);
int s2_lattice_column(const s2_lattice *lattice, int n);

/** No more points than this lie on a grid. */
uint64_t s2_lattice_most(const s2_lattice *lattice, int width, int height);

double s2_lattice_probability(const s2_lattice *lattice);

#endif
