/* No output may replace an input, a part of one, another output or a part of another data set. */
#ifndef S2_SCENE_OUTPUT_GUARD_H
#define S2_SCENE_OUTPUT_GUARD_H

#include "geo/files/dataset_files.h"
#include "s2rgf/scene.h"

/** A file that is to be written. */
typedef struct s2_guarded_file {
    char *path;
    char *key;     /* s2_file_key() */
    char *output;  /* with which it is written; NULL: it is one itself */
    bool replaces; /* it exists and is a file; a pipe must not be opened */
} s2_guarded_file;

/** The files that a call is to write; all zeros: none so far. */
typedef struct s2_output_guard {
    s2_guarded_file *files;
    size_t count, capacity;
    bool any_replaces;
    bool is_closed; /* sorted by key */
} s2_output_guard;

/** Release what it holds. */
void s2_output_guard_clear(s2_output_guard *guard);

/** Add an output of one file; NULL is none. Errors: NO_MEMORY. */
s2rgf_status s2_output_guard_add(s2_output_guard *guard, const char *path, s2rgf_error *err);

/**
 * Add an output with the files beside it; NULL is none.
 * suffixes  in  what follows the output's name without its extension, as ".qml"; ended by NULL
 * Errors  NO_MEMORY.
 */
s2rgf_status s2_output_guard_add_map(s2_output_guard *guard, const char *path,
                                     char *const *suffixes, s2rgf_error *err);

/**
 * When all outputs are added: refuse two that are one file, or have one file beside them.
 * Errors  INVALID_ARGUMENT.
 */
s2rgf_status s2_output_guard_close(s2_output_guard *guard, s2rgf_error *err);

/**
 * Refuse outputs that are a file of an input: itself, one that it consists of, or one that a VRT or
 * scene file among these refers to. Opens nothing where no output exists.
 * Errors  INVALID_ARGUMENT, NO_MEMORY.
 */
s2rgf_status s2_output_guard_input(const s2_output_guard *guard, const s2_dataset_name *input,
                                   s2rgf_error *err);

/** As s2_output_guard_input() for all rasters of a scene. */
s2rgf_status s2_output_guard_scene(const s2_output_guard *guard, const s2rgf_scene_options *scene,
                                   s2rgf_error *err);

/** Whether an input may consist of files in other places: a VRT, a scene, an archive. */
bool s2_output_guard_leads_on(const char *path);

/** As s2_output_guard_input() for a file that is no data set, and opens nothing; NULL is none. */
s2rgf_status s2_output_guard_file(const s2_output_guard *guard, const char *input,
                                  s2rgf_error *err);

/**
 * Refuse to replace what belongs to another data set in its folder, and a style that is none of a
 * raster; without leave to overwrite, whatever an output would be written with.
 * Errors  INVALID_ARGUMENT.
 */
s2rgf_status s2_output_guard_strangers(const s2_output_guard *guard, bool overwrite,
                                       s2rgf_error *err);

/** What an output may not replace besides the data sets of others; all may be left out. */
typedef struct s2_guarded_inputs {
    const char *model_path;
    const s2rgf_scene_options *scene;
    const char *const *paths; /* [count] data sets that need no options to open, or NULL */
    size_t count;
} s2_guarded_inputs;

/**
 * All of the above when the outputs are added: close the guard, then refuse outputs that are a file
 * of an input or of a stranger. Errors: INVALID_ARGUMENT, NO_MEMORY.
 */
s2rgf_status s2_output_guard_check(s2_output_guard *guard, const s2_guarded_inputs *inputs,
                                   bool overwrite, s2rgf_error *err);

#endif
