/* The attribute table of a class map for programs of Esri: NAME.tif.vat.dbf beside the TIFF. */
#ifndef S2_GEO_MAP_MAP_VAT_H
#define S2_GEO_MAP_MAP_VAT_H

#include <gdal.h>
#include <stdbool.h>

#include "geo/map/map_files.h"
#include "geo/map/map_table.h"

/** What follows the name of a map in those of its table and of the table's encoding. */
#define S2_VAT_SUFFIX ".vat.dbf"
#define S2_VAT_ENCODING_SUFFIX ".vat.cpg"

/** Whether class maps of a format have such a table: TIFF. */
bool s2_map_has_vat(GDALDriverH driver);

/**
 * Write the columns of the attribute table, a row per class, and read them back. Names that are not
 * ASCII are UTF-8, which a second file says. Where a name has more than the 254 bytes of dBASE,
 * there is no file, and a warning says so.
 * Errors  IO (what was written is not there), NO_MEMORY.
 */
s2rgf_status s2_map_vat_write(const s2_map_files *files, const s2_map_table *table,
                              s2rgf_error *err);

#endif
