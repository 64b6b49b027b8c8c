/* Mapping a scene, or the lines of one share of it. */
#ifndef S2_CLASSIFY_CLASSIFY_SCENE_H
#define S2_CLASSIFY_CLASSIFY_SCENE_H

#include "classify/output_names.h"
#include "s2rgf/classification.h"

/**
 * A caller's options, checked as far as they can be by themselves; model_path is that of an open
 * model. Errors: INVALID_ARGUMENT, UNSUPPORTED.
 */
s2rgf_status s2_classify_take(const s2rgf_classify_options *options, s2rgf_classify_options *own,
                              s2rgf_error *err);

/** What the scenes of a list have in common besides their model; all zeros: nothing is known yet. */
typedef struct s2_classify_common {
    const s2_output_suffixes *suffixes; /* of the outputs, NULL: each scene has its own */
    s2_map_trial trials[S2_MAP_KINDS];  /* of the first scenes' maps */
    size_t most_pixels;                 /* larger scenes are refused, is_too_large; 0: none */
    bool is_too_large;
    s2_work_rests rests;  /* in the folder of the last scene's outputs */
    size_t pixels, bytes; /* of the last scene, and its working memory with one thread */
} s2_classify_common;

/**
 * As s2rgf_classify(), but for the names: with share_count the outputs are written as they are
 * named. options are checked; common may be NULL.
 */
s2rgf_status s2_classify(const s2rgf_classify_options *options, s2_classify_common *common,
                         const s2rgf_host *host, s2rgf_error *err);

#endif
