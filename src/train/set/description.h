/* What a model says of its sources and its training, before it is trained. */
#ifndef S2_TRAIN_SET_DESCRIPTION_H
#define S2_TRAIN_SET_DESCRIPTION_H

#include "geo/labels/labels.h"
#include "geo/source/source_set.h"
#include "model/file.h"
#include "s2rgf/training.h"

/** Sources, bands and pixel sizes of a scene; their normalisation is not known yet. Errors: NO_MEMORY. */
s2rgf_status s2_describe_sources(const s2_scene *scene, s2_model_content *content,
                                 s2rgf_error *err);

/**
 * Everything else that is known before the first step; the sources must be described.
 * Errors  INVALID_ARGUMENT (what no model may say), NO_MEMORY.
 */
s2rgf_status s2_describe_training(const s2rgf_train_options *options, const s2_label_set *labels,
                                  s2_model_content *content, s2rgf_error *err);

#endif
