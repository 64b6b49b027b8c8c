/* The shares of one map, found beside it and checked to belong together. */
#ifndef S2_GEO_MAP_SHARE_SET_H
#define S2_GEO_MAP_SHARE_SET_H

#include "core/class_table.h"
#include "geo/map/map_table.h"
#include "geo/map/map_writer.h"
#include "geo/map/share.h"
#include "geo/source/grid.h"

/** All shares of a map, in order, and what the map is to be described with. */
typedef struct s2_share_set {
    const char *map_path; /* borrowed */
    int count;
    char **paths;         /* [count] */
    s2_map_share *shares; /* [count] */
    s2_grid grid;         /* of the whole map */
    s2_map_kind kind;
    int bands;
    GDALDataType type;
    s2_class_table classes;
    char **metadata;     /* KEY=VALUE list: provenance */
    GDALDatasetH raster; /* all shares as one, or NULL */
} s2_share_set;

/**
 * Find the shares of the map at map_path, named as s2_map_share_path() names them, and check them.
 * count  in  number of shares, or 0: taken from the names of the files
 * Errors  IO (a share is missing or cannot be opened, and which), INVALID_ARGUMENT (count does not
 *         follow by the names), FORMAT (a file is no share), MISMATCH (shares of different models, sources,
 *         program versions or rectangles), NO_MEMORY.
 * Memory  released with s2_share_set_close(), also after an error.
 */
s2rgf_status s2_share_set_open(const char *map_path, int count, s2_share_set *set,
                               s2rgf_error *err);

/** An item of the map's metadata, NULL: there is none; and another value for it. */
const char *s2_share_set_item(const s2_share_set *set, const char *key);
void s2_share_set_put_item(s2_share_set *set, const char *key, const char *value);

/** Release; a set that is all zeros is accepted. */
void s2_share_set_close(s2_share_set *set);

/** Open all shares as one raster, to be read and closed with the set. Errors: IO, NO_MEMORY. */
s2rgf_status s2_share_set_join(s2_share_set *set, s2rgf_error *err);

/**
 * Read whole lines of the map from the joined shares.
 * lines  out  [bands][count][width]: uint16_t classes, or float
 * Errors IO.
 */
s2rgf_status s2_share_set_read(const s2_share_set *set, int y, int count, void *lines,
                               s2rgf_error *err);

/**
 * Write the joined shares as the VRT set->map_path, which refers to the shares beside it, with all
 * that describes a map. It gets its name when it is whole.
 * table  in  counted pixels of a class map, else NULL
 * style  in  .qml beside a class map
 * Errors IO, INVALID_ARGUMENT (exists, no overwrite), NO_MEMORY.
 */
s2rgf_status s2_share_set_write_vrt(const s2_share_set *set, s2_map_table *table, bool overwrite,
                                    bool style, s2rgf_error *err);

#endif
