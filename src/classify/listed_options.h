/* The options of one scene of a list: templates become paths. */
#ifndef S2_CLASSIFY_LISTED_OPTIONS_H
#define S2_CLASSIFY_LISTED_OPTIONS_H

#include "classify/classify_scenes.h"
#include "classify/output_names.h"

/** Options of one scene; its own are the inputs with their paths, and the other paths. */
typedef struct s2_listed_options {
    s2rgf_classify_options classify;
    s2rgf_scene *scene;
    char *outputs[S2_MAP_KINDS], *mask, *cutline, *exclude;
} s2_listed_options;

/**
 * Fill all templates for a scene. own out
 * Errors  IO (no file fits), INVALID_ARGUMENT (an output would leave its folder), NO_MEMORY.
 * Memory  s2_listed_options_clear(), after an error too.
 */
s2rgf_status s2_listed_options_fill(const s2_scene_list *list, const char *name,
                                    s2_listed_options *own, s2rgf_error *err);

/** Fill the templates of the outputs alone. own in, out  Errors, Memory: as above. */
s2rgf_status s2_listed_outputs_fill(const char *name, s2_listed_options *own, s2rgf_error *err);

/** Release what it holds. */
void s2_listed_options_clear(s2_listed_options *own);

#endif
