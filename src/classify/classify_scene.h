/* Mapping a scene, or the lines of one share of it. */
#ifndef S2_CLASSIFY_CLASSIFY_SCENE_H
#define S2_CLASSIFY_CLASSIFY_SCENE_H

#include "s2rgf.h"

/**
 * A caller's options, checked as far as they can be by themselves; model_path is that of an open
 * model. Errors: INVALID_ARGUMENT, UNSUPPORTED.
 */
s2rgf_status s2_classify_take(const s2rgf_classify_options *options, s2rgf_classify_options *own,
                              s2rgf_error *err);

/**
 * As s2rgf_classify(), but for the names: with share_count the outputs are written as they are
 * named.
 */
s2rgf_status s2_classify(const s2rgf_classify_options *options, const s2rgf_host *host,
                         s2rgf_error *err);

#endif
