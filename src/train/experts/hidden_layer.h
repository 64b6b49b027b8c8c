/* A random layer of units that see windows and components, and what becomes of it beside a network. */
#ifndef S2_TRAIN_EXPERTS_HIDDEN_LAYER_H
#define S2_TRAIN_EXPERTS_HIDDEN_LAYER_H

#include "train/experts/components.h"

/** Of the sources on the reference; NULL for others. */
typedef struct s2_hidden_layer {
    int seen[S2RGF_MAX_SOURCES];      /* features of a source: s2_window_feature_floats() */
    float *weight[S2RGF_MAX_SOURCES]; /* [seen][S2_EXPERT_HIDDEN] */
    float *bias[S2RGF_MAX_SOURCES];   /* [S2_EXPERT_HIDDEN] */
} s2_hidden_layer;

/**
 * Weights for features that are brought to mean 0 and deviation 1 over the scene, drawn from a normal
 * distribution, the same for all trainings.
 * Errors  NO_MEMORY. Memory  s2_hidden_layer_clear(), whatever is returned. Source  network.md 7
 */
s2rgf_status s2_hidden_layer_draw(const s2_training_set *set, const s2_components *components,
                                  s2_hidden_layer *layer, s2rgf_error *err);
void s2_hidden_layer_clear(s2_hidden_layer *layer);

/** Units of all sources. */
int s2_hidden_layer_units(const s2_hidden_layer *layer);

/**
 * features in  of one pixel, source after source
 * units    out [s2_hidden_layer_units()]
 */
void s2_hidden_layer_see(const s2_hidden_layer *layer, const float *features, float *units);

#endif
