/* A georeferenced pixel grid. */
#ifndef S2_GEO_SOURCE_GRID_H
#define S2_GEO_SOURCE_GRID_H

#include <gdal.h>
#include <ogr_srs_api.h>

#include "core/geometry.h"
#include "s2rgf/base.h"

#define S2_GRID_SAME_PX 0.01 /* how far corners of one grid may lie apart: rounding in headers */

typedef struct s2_grid {
    s2_affine to_geo; /* pixel corner coordinates -> CRS units */
    int width, height;
    char *srs_wkt; /* WKT 2, owned; NULL where there is none */
} s2_grid;

/**
 * Georeference of an open dataset.
 * subject       in  what messages call the dataset
 * assigned_srs  in  anything OSRSetFromUserInput takes, or NULL: for a dataset without CRS
 * grid          out released with s2_grid_clear()
 * Errors  FORMAT (no geotransform, or one that cannot be inverted), INVALID_ARGUMENT, NO_MEMORY.
 */
s2rgf_status s2_grid_of_dataset(GDALDatasetH dataset, const char *subject, const char *assigned_srs,
                                s2_grid *grid, s2rgf_error *err);
/**
 * The same where the CRS is known, or not wanted (NULL): to find it takes GDAL longer than all else
 * about a GeoTIFF.
 */
s2rgf_status s2_grid_with_srs(GDALDatasetH dataset, const char *subject, const char *srs_wkt,
                              s2_grid *grid, s2rgf_error *err);

/** Deep copy; *to is overwritten. Errors: NO_MEMORY. */
s2rgf_status s2_grid_copy(const s2_grid *from, s2_grid *to, s2rgf_error *err);

/** The sub-grid of a rectangle: moved origin, rectangle's size. Errors: NO_MEMORY. */
s2rgf_status s2_grid_cut(const s2_grid *from, s2_rect rect, s2_grid *to, s2rgf_error *err);

/** Make the pixels of a grid `decimation` times as large, over the same extent; sizes round up. */
void s2_grid_coarsen(s2_grid *grid, int decimation);

/** Release what the grid owns and leave it empty. */
void s2_grid_clear(s2_grid *grid);

/** Size of a pixel in CRS units: square root of its area. */
double s2_grid_pixel_size(const s2_grid *grid);

/** Least and greatest x of a grid's corners in its CRS. */
void s2_grid_extent(const s2_grid *grid, double *west, double *east);

/** Largest distance between the corners of two grids of one size and CRS, in pixels of b. */
double s2_grid_distance_px(const s2_grid *a, const s2_grid *b);

/**
 * Refuse a grid that is not the expected one but for rounding in headers: size, CRS and corners.
 * subject, whose in  for the message: "SUBJECT: another size than WHOSE grid"
 * Errors MISMATCH, NO_MEMORY.
 */
s2rgf_status s2_grid_check_same(const char *subject, const s2_grid *found, const char *whose,
                                const s2_grid *expected, s2rgf_error *err);

/**
 * Size of a pixel on the ground at the grid's centre, in metres: square root of its area on the
 * CRS's ellipsoid, whatever the projection makes of it there. NaN where that is not known: without
 * CRS, or where its units are of no length.
 */
double s2_grid_pixel_metres(const s2_grid *grid);

/** "10 m", "9e-05 degrees, 9.98 m on the ground", "10 of unknown unit": for messages. */
void s2_grid_pixel_text(const s2_grid *grid, char *text, size_t size);

/**
 * Pixels of the grid that lie in ulx, uly, lrx, lry at least in part.
 * projwin_srs  in  CRS of projwin, NULL: the grid's own
 * Errors  INVALID_ARGUMENT (unusable CRS, empty or outside, or the grid is rotated).
 */
s2rgf_status s2_grid_projwin(const s2_grid *grid, const double projwin[4], const char *projwin_srs,
                             s2_rect *rect, s2rgf_error *err);

#endif
