/* Many scenes: their names, and the files that a template with "{}" stands for. */
#ifndef S2_GEO_FILES_SCENE_LIST_H
#define S2_GEO_FILES_SCENE_LIST_H

#include <stdbool.h>

#include "s2rgf/base.h"

/** Names or paths, released with s2_scene_names_clear(). */
typedef struct s2_scene_names {
    char **items; /* ended by NULL */
    size_t count;
} s2_scene_names;

/** Release; names that are all zeros are accepted. */
void s2_scene_names_clear(s2_scene_names *names);

/** Whether a path is a template: has "{}". NULL is none. */
bool s2_scene_is_template(const char *path);

/** Whether this is a folder on any of GDAL's file systems. */
bool s2_scene_is_folder(const char *path);

/** Whether there is something of this name on any of GDAL's file systems. */
bool s2_scene_exists(const char *path);

/**
 * A template with the name in the place of every "{}", released with s2_free(); NULL: no memory.
 */
char *s2_scene_insert(const char *template, const char *name);

/** What a template has before its first "{}", released with s2_free(); NULL: no memory. */
char *s2_scene_before(const char *template);

/**
 * Names of the scenes in a folder: all texts without '/' that, put for "{}", turn the template into the
 * path of something that exists. In byte order, each once.
 * template in  relative to the folder unless absolute; * and ? match within one file name and may
 *              not stand between the '/' before the first "{}" and it, nor * right behind it
 * Errors   INVALID_ARGUMENT (no such template), IO (no scene, or a folder that cannot be read).
 */
s2rgf_status s2_scene_find(const char *folder, const char *template, s2_scene_names *names,
                           s2rgf_error *err);

/**
 * Names of the scenes in a text file, one per line, in its order; blank lines and lines that begin
 * with # are skipped.
 * Errors   IO, FORMAT (no name, one twice, or one that leads out of a folder).
 */
s2rgf_status s2_scene_read_list(const char *path, s2_scene_names *names, s2rgf_error *err);

/**
 * Paths that a template and a name stand for: with * or ?, those that match, in byte order;
 * otherwise one, which need not exist.
 * folder in  of relative templates, or NULL for the current one
 * Errors IO (nothing matches), NO_MEMORY.
 */
s2rgf_status s2_scene_paths(const char *folder, const char *template, const char *name,
                            s2_scene_names *paths, s2rgf_error *err);

#endif
