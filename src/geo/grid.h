/* A georeferenced pixel grid. */
#ifndef S2_GEO_GRID_H
#define S2_GEO_GRID_H

#include <gdal.h>

#include "core/geometry.h"
#include "s2rgf.h"

typedef struct s2_grid {
    s2_affine to_geo; /* pixel corner coordinates -> CRS units */
    int width, height;
    char *srs_wkt; /* owned; NULL where there is none */
} s2_grid;

/** Georeference of an open dataset; assigned_srs (anything OSRSetFromUserInput takes, or NULL) stands in where the dataset has no CRS. Errors: IO, INVALID_ARGUMENT, FORMAT (no geotransform), NO_MEMORY. */
s2rgf_status s2_grid_of_dataset(GDALDatasetH dataset, const char *subject, const char *assigned_srs,
                                s2_grid *grid, s2rgf_error *err);
s2rgf_status s2_grid_copy(const s2_grid *from, s2_grid *to, s2rgf_error *err);
/** The sub-grid of a window: moved origin, window's size. */
s2rgf_status s2_grid_window(const s2_grid *from, s2_rect window, s2_grid *to, s2rgf_error *err);
void s2_grid_clear(s2_grid *grid);

/** Size of a pixel in CRS units: sqrt of its area. */
double s2_grid_pixel_size(const s2_grid *grid);

/** True when both name the same CRS by OSR comparison (not by string), or both have none. UTM_Zone_33N without authority equals EPSG:32633. */
bool s2_srs_equal(const char *wkt_a, const char *wkt_b);

/** Window of the grid that covers ulx, uly, lrx, lry given in projwin_srs (NULL: the grid's own), rounded as gdal_translate does. Errors: INVALID_ARGUMENT. */
s2rgf_status s2_grid_projwin(const s2_grid *grid, const double projwin[4], const char *projwin_srs,
                             s2_rect *window, s2rgf_error *err);

#endif
