/* A square lattice over a grid, thrown down at random: a systematic sample. */
#include "sample/lattice.h"

#include <limits.h>
#include <math.h>

void s2_lattice_init(s2_lattice *lattice, uint64_t pixels, uint64_t points, s2_random *random)
{
    lattice->step = fmax(1.0, sqrt((double)pixels / (double)points));
    lattice->x = lattice->step * s2_random_uniform(random);
    lattice->y = lattice->step * s2_random_uniform(random);
}

static int pixel_of(double at)
{
    return at < INT_MAX ? (int)at : INT_MAX;
}

int s2_lattice_row(const s2_lattice *lattice, int n)
{
    return pixel_of(lattice->y + n * lattice->step);
}

int s2_lattice_column(const s2_lattice *lattice, int n)
{
    return pixel_of(lattice->x + n * lattice->step);
}

uint64_t s2_lattice_most(const s2_lattice *lattice, int width, int height)
{
    return ((uint64_t)(width / lattice->step) + 1) * ((uint64_t)(height / lattice->step) + 1);
}

double s2_lattice_probability(const s2_lattice *lattice)
{
    return 1.0 / (lattice->step * lattice->step);
}
