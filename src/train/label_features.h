/* What a linear expert sees of labelled pixels. */
#ifndef S2_TRAIN_LABEL_FEATURES_H
#define S2_TRAIN_LABEL_FEATURES_H

#include "train/training_set.h"

/** Takes the features of a labelled pixel, [bands of all sources]. label in: its index. */
typedef s2rgf_status (*s2_take_features)(void *context, size_t label, const float *features,
                                         s2rgf_error *err);

/**
 * Hand over the features of every labelled pixel of a role: all sources' bands, source after
 * source, normalised, sampled bilinearly at the pixel's centre as the network's detail path
 * samples. In an order that depends on the labels alone, which is not theirs.
 * Errors  those of take, IO, CANCELLED, NO_MEMORY.
 */
s2rgf_status s2_label_features(const s2_training_set *set, s2_label_role role,
                               const s2rgf_host *host, s2_take_features take, void *context,
                               s2rgf_error *err);

#endif
