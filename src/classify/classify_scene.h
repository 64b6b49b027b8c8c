/* Mapping a scene, or the lines of one share of it. */
#ifndef S2_CLASSIFY_CLASSIFY_SCENE_H
#define S2_CLASSIFY_CLASSIFY_SCENE_H

#include "s2rgf.h"

/**
 * As s2rgf_classify(), but for the names: with share_count the outputs are written as they are
 * named.
 */
s2rgf_status s2_classify(const s2rgf_classify_options *options, const s2rgf_host *host,
                         s2rgf_error *err);

#endif
