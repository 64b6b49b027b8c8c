/* A single-band raster that lies on a given grid: masks, confidence. */
#ifndef S2_GEO_SOURCE_OVERLAY_H
#define S2_GEO_SOURCE_OVERLAY_H

#include <stdint.h>

#include "geo/source/grid.h"

/** One thread at a time; every thread opens its own. */
typedef struct s2_overlay {
    GDALDatasetH dataset;
    char *path;
    double *line; /* [width of the grid] */
} s2_overlay;

/**
 * Open a raster that must have one band and the grid's size, CRS and georeference; corners may be
 * off by a hundredth of a pixel. A raster without CRS is taken to be in the grid's.
 * whose  in  what messages call the grid, "the map's"
 * Errors  IO, FORMAT (bands, no geotransform), UNSUPPORTED (complex), MISMATCH (another grid),
 *         NO_MEMORY.
 * Memory  released with s2_overlay_close().
 */
s2rgf_status s2_overlay_open(const char *path, const s2_grid *grid, const char *whose,
                             s2_overlay *overlay, s2rgf_error *err);

/** Release; an overlay that is all zeros is accepted. */
void s2_overlay_close(s2_overlay *overlay);

/**
 * Read a rectangle of the grid.
 * values  out [h][w] as stored, without scale and offset
 * valid   out [h][w] 0 where the raster has nodata, by value or by mask, or NaN, else 1
 * Errors  IO.
 */
s2rgf_status s2_overlay_read(s2_overlay *overlay, s2_rect rect, double *values, uint8_t *valid,
                             s2rgf_error *err);

/**
 * Read a rectangle as confidences: the same with scale and offset applied, as for a Byte that
 * holds 0 to 1. What these make of 0 or 1 but for their rounding is 0 or 1.
 */
s2rgf_status s2_overlay_read_confidence(s2_overlay *overlay, s2_rect rect, double *values,
                                        uint8_t *valid, s2rgf_error *err);

/**
 * Read a rectangle as a mask.
 * wanted  out [h][w] 0 where the raster has 0, nodata or NaN, else 1
 * any     out whether any is 1
 * Errors  IO.
 */
s2rgf_status s2_overlay_read_mask(s2_overlay *overlay, s2_rect rect, uint8_t *wanted, bool *any,
                                  s2rgf_error *err);

/** Bytes that an open overlay takes beside GDAL's. */
size_t s2_overlay_bytes(const s2_grid *grid);

#endif
