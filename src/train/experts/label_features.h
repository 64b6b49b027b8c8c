/* What a linear expert sees of labelled pixels. */
#ifndef S2_TRAIN_EXPERTS_LABEL_FEATURES_H
#define S2_TRAIN_EXPERTS_LABEL_FEATURES_H

#include "train/experts/components.h"

/** Takes the features of a labelled pixel. label in: its index. */
typedef s2rgf_status (*s2_take_features)(void *context, size_t label, const float *features,
                                         s2rgf_error *err);

/** Features that are wanted, and who takes them. */
typedef struct s2_wanted_features {
    const s2_components *components; /* NULL: bands */
    s2_take_features take;
    void *context;
} s2_wanted_features;

/** Features of a labelled pixel: bands of all sources; or what windows around it have of components. */
int s2_label_feature_count(const s2_training_set *set, const s2_components *components);

/**
 * Hand over the features of every labelled pixel of a role. components NULL: all sources' bands,
 * source after source, normalised, sampled bilinearly at the pixel's centre as the network's detail
 * path samples; else what s2_window_features() gives of the sources on the reference. In an order
 * that depends on the labels alone, which is not theirs.
 * wanted  in  [count] the first of a scene, then the next ones: so a scene is opened once
 * Errors  those of take, IO, CANCELLED, NO_MEMORY.
 */
s2rgf_status s2_label_features(const s2_training_set *set, s2_label_role role,
                               const s2_wanted_features *wanted, int count, const s2rgf_host *host,
                               s2rgf_error *err);

#endif
