/* A lattice over a grid, thrown down at random: a systematic sample. */
#include "sample/lattice.h"

#include <limits.h>
#include <math.h>

void s2_lattice_init(s2_lattice *lattice, int width, int height, uint64_t pixels, uint64_t points,
                     s2_random *random)
{
    const double area = (double)pixels / (double)points; /* of a point, in pixels */
    const double narrow = width < height ? width : height;
    const double across = fmax(1.0, fmin(sqrt(area), narrow)), along = fmax(1.0, area / across);
    lattice->step_x = fmin(width < height ? across : along, width);
    lattice->step_y = fmin(width < height ? along : across, height);
    lattice->x = lattice->step_x * s2_random_uniform(random);
    lattice->y = lattice->step_y * s2_random_uniform(random);
}

static int pixel_of(double at)
{
    return at < INT_MAX ? (int)at : INT_MAX;
}

int s2_lattice_row(const s2_lattice *lattice, int n)
{
    return pixel_of(lattice->y + n * lattice->step_y);
}

int s2_lattice_column(const s2_lattice *lattice, int n)
{
    return pixel_of(lattice->x + n * lattice->step_x);
}

uint64_t s2_lattice_most(const s2_lattice *lattice, int width, int height)
{
    return ((uint64_t)(width / lattice->step_x) + 1) * ((uint64_t)(height / lattice->step_y) + 1);
}

double s2_lattice_probability(const s2_lattice *lattice)
{
    return 1.0 / (lattice->step_x * lattice->step_y);
}
