/* Names of an output and its side files: a temporary stem beside it, then its own. */
#ifndef S2_GEO_MAP_MAP_FILES_H
#define S2_GEO_MAP_MAP_FILES_H

#include <stdbool.h>

#include "s2rgf.h"

/** All that belongs to one output under its final and its temporary names. */
typedef struct s2_map_files {
    char *folder;    /* "." where the path has none */
    char *stem;      /* final name without extension */
    char *temporary; /* temporary stem: what is to get the final stem */
    char *scratch;   /* another temporary stem: what is removed in any case */
    char *extension; /* ".tif", or "" */
    char *path;      /* final path */
    bool overwrite;
} s2_map_files;

/** Whether something has this name, on any of GDAL's file systems. */
bool s2_map_exists(const char *path);

/**
 * Work out the names and try them: the path must be free unless overwrite, the folder must take new
 * files and rename them. With style the .qml must be free too.
 * Errors INVALID_ARGUMENT (exists), IO (folder), UNSUPPORTED (a stream), NO_MEMORY.
 * Memory released with s2_map_files_clear(), also after an error.
 */
s2rgf_status s2_map_files_prepare(const char *path, bool overwrite, bool style, s2_map_files *files,
                                  s2rgf_error *err);

/**
 * Path of a stem with a suffix in the output's folder, released with s2_free(); NULL when memory is
 * out.
 */
char *s2_map_files_path(const s2_map_files *files, const char *stem, const char *suffix);

/**
 * Give everything with the temporary stem its final name, the output itself last and in one step,
 * then remove side files of the output that was replaced.
 * Errors  IO, INVALID_ARGUMENT (a file appeared meanwhile), NO_MEMORY; a former output and its side
 *         files are then as they were.
 */
s2rgf_status s2_map_files_publish(const s2_map_files *files, s2rgf_error *err);

/** Remove everything with either temporary stem. */
void s2_map_files_discard(const s2_map_files *files);

void s2_map_files_clear(s2_map_files *files);

#endif
