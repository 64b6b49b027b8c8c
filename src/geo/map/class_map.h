/* An existing class raster, read row by row. */
#ifndef S2_GEO_MAP_CLASS_MAP_H
#define S2_GEO_MAP_CLASS_MAP_H

#include <stdint.h>

#include "core/class_table.h"
#include "geo/labels/class_band.h"
#include "geo/source/grid.h"

typedef struct s2_class_map {
    GDALDatasetH dataset;
    char *path;
    s2_class_band band;
    s2_grid grid;
    s2_class_table classes;
} s2_class_map;

/**
 * Open the first band of a class raster.
 * Errors  IO, FORMAT (no geotransform), UNSUPPORTED (complex), NO_MEMORY; whatever
 *         s2_class_band_classes() finds.
 * Memory  released with s2_class_map_close().
 */
s2rgf_status s2_class_map_open(const char *path, const char *assigned_srs, const s2rgf_host *host,
                               s2_class_map *map, s2rgf_error *err);

/**
 * As s2_class_map_open(), but no pixel is read: classes has those with names, until
 * s2_class_band_add() knows which others occur.
 */
s2rgf_status s2_class_map_open_unread(const char *path, const char *assigned_srs,
                                      const s2rgf_host *host, s2_class_map *map, s2rgf_error *err);

/** Release; a map that is all zeros is accepted. */
void s2_class_map_close(s2_class_map *map);

/**
 * Read one row.
 * indices out [grid.width] index into classes, -1 where the map holds nodata
 * Errors  IO, FORMAT (a value that is no class), NO_MEMORY.  Threads: one per map.
 */
s2rgf_status s2_class_map_read_row(s2_class_map *map, int y, int *indices, s2rgf_error *err);

/**
 * The same with values of classes, whether these are known yet or not; -1 where it holds nodata.
 */
s2rgf_status s2_class_map_read_values(s2_class_map *map, int y, int *values, s2rgf_error *err);

/** What it says of itself: KEY=VALUE list ended by NULL, or NULL; valid until it is closed. */
const char *const *s2_class_map_metadata(const s2_class_map *map);

#endif
