/* Which pixel of a raster lies under the centre of a pixel of another grid. */
#ifndef S2_GEO_LABELS_PIXEL_LOOKUP_H
#define S2_GEO_LABELS_PIXEL_LOOKUP_H

#include "geo/source/grid.h"

/** A raster as it is seen from another grid, of any CRS. One thread at a time. */
typedef struct s2_pixel_lookup {
    s2_affine grid_to_geo, geo_to_raster;
    OGRCoordinateTransformationH transformation; /* CRS of the grid -> of the raster; NULL: same */
    double turn, west;                           /* s2_srs_turn() of its CRS, its west end */
    int width, height;                           /* of the raster */
    size_t most;                                 /* pixels of a block */
    double *u, *v;                               /* [most] raster coordinates of centres */
    double *found;                               /* [most] what is in the raster there */
} s2_pixel_lookup;

/**
 * Get ready to look up blocks of at most `most` pixels of grid in raster.
 * path    in  the raster's, for messages
 * Errors  INVALID_ARGUMENT (no transformation), FORMAT (singular geotransform), NO_MEMORY.
 * Memory  released with s2_pixel_lookup_clear(), after errors too; nothing is borrowed.
 */
s2rgf_status s2_pixel_lookup_init(s2_pixel_lookup *lookup, const char *path, const s2_grid *raster,
                                  const s2_grid *grid, size_t most, s2rgf_error *err);
void s2_pixel_lookup_clear(s2_pixel_lookup *lookup);

/** Find the centres of a block of the grid: they are what the following functions speak of. */
void s2_pixel_lookup_find(s2_pixel_lookup *lookup, s2_rect block);

/** Column and row of the pixel under centre i; false: it is not in the raster. */
bool s2_pixel_lookup_at(const s2_pixel_lookup *lookup, size_t i, int *x, int *y);

/**
 * Reads a rectangle of the raster. pixels out [h][w], valid until the next call
 */
typedef s2rgf_status (*s2_pixel_reader)(void *raster, s2_rect rect, const double **pixels,
                                        s2rgf_error *err);

/**
 * Values of the pixels under the first `count` centres, NaN outside the raster: in one piece, or
 * pixel by pixel where they lie far apart.
 * values  out  [count], owned by lookup, until the next call
 * Errors  those of read.
 */
s2rgf_status s2_pixel_lookup_read(s2_pixel_lookup *lookup, size_t count, s2_pixel_reader read,
                                  void *raster, const double **values, s2rgf_error *err);

#endif
