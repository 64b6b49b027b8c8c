/* Pixels and ellipsoidal area of every class of a map, and its raster attribute table. */
#ifndef S2_GEO_MAP_MAP_TABLE_H
#define S2_GEO_MAP_MAP_TABLE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/class_table.h"
#include "geo/map/class_description.h"
#include "geo/source/grid.h"

typedef struct s2_map_table s2_map_table;

#define S2_AREA_BLOCK_PX 64 /* pixels within one such block of the map count alike */

/**
 * Start counting. Area is the geodesic area (PROJ, the CRS's own ellipsoid) of every block of
 * 64 x 64 pixels, shared out evenly among its pixels: so it does not depend on how the map was cut
 * into tiles.
 * A grid without CRS, or with one that has no ellipsoid, has no areas.
 * Errors NO_MEMORY.  Memory: grid and classes are borrowed.
 */
s2rgf_status s2_map_table_create(const s2_grid *grid, const s2_class_table *classes,
                                 s2_map_table **table, s2rgf_error *err);
void s2_map_table_free(s2_map_table *table);

/**
 * Count whole lines of the map. Lines must come in order, in multiples of S2_AREA_BLOCK_PX but for
 * the last.
 * values in [height][width] class values of value_bytes, 1 or 2; 0 is nodata
 * Errors INTERNAL (a value that is no class).
 */
s2rgf_status s2_map_table_count(s2_map_table *table, const void *values, size_t value_bytes, int y,
                                int height, s2rgf_error *err);

/** Say more of the classes in the attribute table. columns are borrowed; NULL: none */
void s2_map_table_add_columns(s2_map_table *table, const s2_class_column *columns);

/** What was counted so far; borrowed from the table. */
s2_class_extents s2_map_table_extents(const s2_map_table *table);

/** Hectares of a pixel, the mean over what the CRS reaches of the map; NaN: not known. */
double s2_map_table_pixel_hectares(const s2_map_table *table);

/** The attribute table, by s2_class_make_table(). */
GDALRasterAttributeTableH s2_map_table_rows(const s2_map_table *table);
/** Give it to a band. Errors: IO, NO_MEMORY. */
s2rgf_status s2_map_table_attach(const s2_map_table *table, GDALRasterBandH band, s2rgf_error *err);

/** Whether a band has this table: its values, counts and names. */
bool s2_map_table_is_attached(const s2_map_table *table, GDALRasterBandH band);

#endif
