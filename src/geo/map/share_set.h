/* The parts of one map, found beside it and checked to belong together. */
#ifndef S2_GEO_MAP_SHARE_SET_H
#define S2_GEO_MAP_SHARE_SET_H

#include "core/class_table.h"
#include "geo/map/map_table.h"
#include "geo/map/map_writer.h"
#include "geo/map/share.h"
#include "geo/source/grid.h"

/** All parts of a map, in order, and what the map is to be described with. */
typedef struct s2_part_set {
    const char *map_path; /* borrowed */
    int count;
    char **paths;       /* [count] */
    s2_map_part *parts; /* [count] */
    s2_grid grid;       /* of the whole map */
    s2_map_kind kind;
    int bands;
    GDALDataType type;
    s2_class_table classes;
    char **metadata;     /* KEY=VALUE list: provenance */
    GDALDatasetH raster; /* all parts as one, or NULL */
} s2_part_set;

/**
 * Find the parts of the map at map_path, named as s2_map_part_path() names them, and check them.
 * count  in  number of parts, or 0: told from the names that are there
 * Errors  IO (a part is missing or cannot be opened, and which), INVALID_ARGUMENT (count is not told
 *         by the names), FORMAT (a file is no part), MISMATCH (parts of different models, sources,
 *         program versions or windows), NO_MEMORY.
 * Memory  released with s2_part_set_close(), also after an error.
 */
s2rgf_status s2_part_set_open(const char *map_path, int count, s2_part_set *set, s2rgf_error *err);

/** Release; a set that is all zeros is accepted. */
void s2_part_set_close(s2_part_set *set);

/** Open all parts as one raster, to be read and closed with the set. Errors: IO, NO_MEMORY. */
s2rgf_status s2_part_set_join(s2_part_set *set, s2rgf_error *err);

/**
 * Read whole lines of the map from the joined parts.
 * lines  out  [bands][count][width]: uint16_t classes, or float
 * Errors IO.
 */
s2rgf_status s2_part_set_read(const s2_part_set *set, int y, int count, void *lines,
                              s2rgf_error *err);

/**
 * Write the joined parts as the VRT set->map_path, which refers to the parts beside it, with all that
 * describes a map. It gets its name when it is whole.
 * table  in  counted pixels of a class map, else NULL
 * style  in  .qml beside a class map
 * Errors IO, INVALID_ARGUMENT (exists, no overwrite), NO_MEMORY.
 */
s2rgf_status s2_part_set_write_vrt(const s2_part_set *set, s2_map_table *table, bool overwrite,
                                   bool style, s2rgf_error *err);

#endif
