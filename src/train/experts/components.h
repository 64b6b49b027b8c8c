/* Principal components of a scene's sources on the reference grid. */
#ifndef S2_TRAIN_EXPERTS_COMPONENTS_H
#define S2_TRAIN_EXPERTS_COMPONENTS_H

#include "train/set/training_set.h"

typedef struct s2_components {
    /* [bands][s2_expert_components(bands)], so that every component of the scene has variance 1;
       NULL where a source is not on the reference */
    float *matrix[S2RGF_MAX_SOURCES];
    /* [s2_window_feature_floats()] mean and deviation, over the scene, of what windows show, and of the
       components */
    double (*scale[S2RGF_MAX_SOURCES])[2];
} s2_components;

/**
 * The components of greatest variance, from small patches all over the scene.
 * Errors  IO, NO_MEMORY. Memory  s2_components_clear(), whatever is returned. Source  network.md 7
 */
s2rgf_status s2_components_find(const s2_training_set *set, s2_components *found, s2rgf_error *err);
void s2_components_clear(s2_components *components);

#endif
