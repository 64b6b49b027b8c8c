/* Which files a format writes beside a map. */
#ifndef S2_GEO_MAP_SIDE_FILES_H
#define S2_GEO_MAP_SIDE_FILES_H

#include "geo/map/map_writer.h"

/**
 * What is appended to the name of an output without its extension, in the names of the files that
 * are written or removed with it: ".qml", ".tif.aux.xml", and what its format needs. A small map is
 * written in memory to see that; a format that cannot hold it has no further files.
 * kind     in  classes have Bytes, the others Float32
 * format, creation_options  in  as in s2_map_spec
 * Memory   a list ended by NULL, released with s2_side_suffixes_free().
 */
char **s2_side_suffixes(const char *path, s2_map_kind kind, const char *format,
                        const char *const *creation_options, bool style);
void s2_side_suffixes_free(char **suffixes);

#endif
