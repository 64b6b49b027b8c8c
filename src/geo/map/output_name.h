/* Whether a name can be that of an output; asked before any work. */
#ifndef S2_GEO_MAP_OUTPUT_NAME_H
#define S2_GEO_MAP_OUTPUT_NAME_H

#include "geo/map/map_files.h"

/**
 * Refuse a path that is no file's, or in a place where no file can be renamed.
 * Errors  INVALID_ARGUMENT (no file name, too long), UNSUPPORTED (a stream, an archive).
 */
s2rgf_status s2_output_name_check(const char *path, s2rgf_error *err);

/**
 * Refuse a name that is too long with what is appended to it.
 * files   in  with its names
 * Errors  INVALID_ARGUMENT.
 */
s2rgf_status s2_output_name_fits(const s2_map_target *target, const s2_map_files *files,
                                 s2rgf_error *err);

/**
 * Refuse a name that exists already, or that another file beside it would spoil.
 * files   in  with its names
 * Errors  INVALID_ARGUMENT, NO_MEMORY.
 */
s2rgf_status s2_output_name_is_free(const s2_map_target *target, const s2_map_files *files,
                                    s2rgf_error *err);

#endif
