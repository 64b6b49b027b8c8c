/* Mapping the scenes of a list: large ones with all threads, small ones with one each. */
#ifndef S2_CLASSIFY_SCENES_MAP_H
#define S2_CLASSIFY_SCENES_MAP_H

#include "classify/classify_scenes.h"
#include "classify/output_names.h"

/**
 * Map the scenes of a list that have no map yet; what comes of each is in list->scenes. What is
 * said of them comes in the order of the list.
 * suffixes  in  of the outputs of all scenes, or NULL: each has its own
 * Errors  CANCELLED, NO_MEMORY; that a scene fails is none.
 */
s2rgf_status s2_scenes_map(const s2_scene_list *list, const s2_output_suffixes *suffixes,
                           const s2rgf_host *host, s2rgf_error *err);

#endif
