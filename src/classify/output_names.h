/* The names of all files that mapping a scene writes, held against those that it reads. */
#ifndef S2_CLASSIFY_OUTPUT_NAMES_H
#define S2_CLASSIFY_OUTPUT_NAMES_H

#include "geo/map/map_writer.h"
#include "geo/map/side_files.h"
#include "geo/map/work_folder.h"
#include "s2rgf/classification.h"
#include "scene/output_guard.h"

/** Where options have the path of the output of a kind, and that path, NULL: none. */
const char **s2_output_member(s2rgf_classify_options *options, s2_map_kind kind);
const char *s2_output_path(const s2rgf_classify_options *options, s2_map_kind kind);

/** What the formats write beside each output; the same for all scenes of a list. */
typedef struct s2_output_suffixes {
    char **of[S2_MAP_KINDS];
} s2_output_suffixes;

/** Find them. Memory: s2_output_suffixes_clear(). */
void s2_output_suffixes_find(const s2rgf_classify_options *options, s2_output_suffixes *suffixes);
void s2_output_suffixes_clear(s2_output_suffixes *suffixes);

/** Add the outputs of a scene. Errors: NO_MEMORY. */
s2rgf_status s2_guard_outputs(s2_output_guard *guard, const s2rgf_classify_options *options,
                              const s2_output_suffixes *suffixes, s2rgf_error *err);

/**
 * Refuse, before any work, whatever mapping this one scene would destroy.
 * suffixes in  of the outputs, or NULL: they are found
 * rests  inout  as s2_work_folder_sweep(), for one of many scenes
 * Errors  INVALID_ARGUMENT, NO_MEMORY.
 */
s2rgf_status s2_guard_classify(const s2rgf_classify_options *options,
                               const s2_output_suffixes *suffixes, s2_work_rests *rests,
                               s2rgf_error *err);

#endif
