/* What a network reads at single pixels: for comparing places with each other. */
#ifndef S2_SCENE_PIXEL_FEATURES_H
#define S2_SCENE_PIXEL_FEATURES_H

#include "scene/network_input.h"

/** Numbers that describe a pixel: the bands of all sources. */
size_t s2_pixel_feature_count(const s2_model_content *content);

/**
 * The bands of all sources at pixels of the reference grid, source after source: normalised, from
 * the native pixel under the centre, and divided by the root of the number of the source's bands,
 * so that all sources weigh the same; 0 where a source has no valid data.
 * places   in  [count] column and row
 * features out [count][s2_pixel_feature_count()]
 * Errors  IO, NO_MEMORY, CANCELLED.
 */
s2rgf_status s2_pixel_features_read(s2_scene *scene, const s2_model_content *content,
                                    const int (*places)[2], size_t count, const s2rgf_host *host,
                                    float *features, s2rgf_error *err);

#endif
