/* Files that turn every failed write into an error, even if GDAL's driver ignores it. */
#ifndef S2_GEO_MAP_CHECKED_FILES_H
#define S2_GEO_MAP_CHECKED_FILES_H

#include "s2rgf/base.h"

#define S2_CHECKED_PREFIX "/vsis2rgf/" /* before an absolute path */

/**
 * A name for GDAL under which a file of the system is checked: what fails of writing, seeking,
 * truncating, flushing and closing it is reported by CPLError(), in the thread in which it fails,
 * whatever the driver makes of it. Files of GDAL's virtual file systems keep their names.
 * path   in: absolute, or of a virtual file system
 * name   out: released with s2_free()
 * Errors  NO_MEMORY. Threads: any.
 */
s2rgf_status s2_checked_name(const char *path, char **name, s2rgf_error *err);

#endif
