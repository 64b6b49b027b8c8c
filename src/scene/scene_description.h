/* A scene with its model that owns its texts. */
#ifndef S2_SCENE_SCENE_DESCRIPTION_H
#define S2_SCENE_SCENE_DESCRIPTION_H

#include "s2rgf/scene.h"

#define S2_SCENE_FORMAT_VERSION 1 /* of scene files */

/**
 * What a caller says of a scene. Errors: INVALID_ARGUMENT (an input without name or path, a number
 * out of range).
 */
s2rgf_status s2_scene_options_check(const s2rgf_scene_options *options, s2rgf_error *err);

/** A scene without model and inputs. Errors: NO_MEMORY. Memory: s2rgf_scene_free(). */
s2rgf_status s2_scene_record_create(s2rgf_scene **scene, s2rgf_error *err);

/**
 * A scene from the text of a scene file. text in  [length], with a zero after the last byte
 * path in  of the file, in whose folder relative paths begin
 * Errors  FORMAT, UNSUPPORTED (a newer format), NO_MEMORY.  Memory: s2rgf_scene_free().
 */
s2rgf_status s2_scene_from_text(const char *path, const char *text, size_t length,
                                s2rgf_scene **scene, s2rgf_error *err);

/** Deep copy. Errors: NO_MEMORY. Memory: s2rgf_scene_free(). */
s2rgf_status s2_scene_record_copy(const s2rgf_scene *from, s2rgf_scene **copy, s2rgf_error *err);

/** Make relative paths of inputs absolute, for a process that may go to another folder. Errors: NO_MEMORY. */
s2rgf_status s2_scene_record_settle(s2rgf_scene *scene, s2rgf_error *err);

/** Append an input; name and path are copied. Errors: NO_MEMORY. */
s2rgf_status s2_scene_record_add_input(s2rgf_scene *scene, const char *name, const char *path,
                                       s2rgf_error *err);

/**
 * Append the rasters that templates stand for: "{}" in their paths is the name of a scene. With
 * templates->any_source, named ones that do not exist are left out.
 * templates in  inputs
 * folder    in  of relative templates, or NULL for the current one
 * Errors  IO (nothing matches), NO_MEMORY.
 */
s2rgf_status s2_scene_record_fill(s2rgf_scene *scene, const s2rgf_scene_options *templates,
                                  const char *folder, const char *name, s2rgf_error *err);

/** Set a text of an owned scene that is NULL so far; NULL leaves it so. Errors: NO_MEMORY. */
s2rgf_status s2_scene_record_set(const char **text, const char *value, s2rgf_error *err);

/** Append to a list of an owned scene, which stays ended by NULL. Errors: NO_MEMORY. */
s2rgf_status s2_scene_record_append(const char *const **list, const char *value, s2rgf_error *err);

#endif
