/* Names of files that are written relative to the folder of another file. */
#ifndef S2_CORE_PATH_H
#define S2_CORE_PATH_H

#include <stdbool.h>

#include "s2rgf/base.h"

/**
 * True for what is not absolute and not a name of GDAL's own: it does not begin with '/' or '<',
 * and has no ':' before its first '/'.
 */
bool s2_path_is_relative(const char *path);

/**
 * The name under which a file is opened that another file calls by path; NULL when memory is out.
 * file in  the file in whose folder relative paths begin
 * Memory   released with s2_free().
 */
char *s2_path_resolve(const char *file, const char *path);

/**
 * The reverse: what file is to call a path by. What is not relative stays as it is.
 * Errors  IO (a folder that does not exist), NO_MEMORY.
 * Memory  *relative is released with s2_free().
 */
s2rgf_status s2_path_relate(const char *file, const char *path, char **relative, s2rgf_error *err);

/**
 * Whether a file lies in the folder of another one or below it, links followed. Also true where one
 * of the folders does not exist or is not on the system's file systems: writing there reports it.
 * Errors  NO_MEMORY.
 */
s2rgf_status s2_path_is_below(const char *path, const char *top, bool *below, s2rgf_error *err);

#endif
