/* A scene as a network sees it: band order, normalised rectangles, geometry. Where geo and nn meet. */
#ifndef S2_SCENE_NETWORK_INPUT_H
#define S2_SCENE_NETWORK_INPUT_H

#include "geo/source/source_set.h"
#include "model/file.h"
#include "nn/networks/networks.h"

/**
 * Open a scene as the model wants it: its sources in its order, its bands, its reference grid.
 * Errors: as s2_scene_open(); MISMATCH names the source, what is wanted and what was found.
 */
s2rgf_status s2_scene_open_for_model(const s2rgf_scene_options *options,
                                     const s2_model_content *content, const s2rgf_host *host,
                                     s2_scene *scene, s2rgf_error *err);

/** Sizes and affine relations of the scene's sources. */
void s2_scene_geometry(const s2_scene *scene, s2_run_geometry *geometry);

/** Read a rectangle (inside the source) and normalise it; all 0 if the model switches the source off. */
s2rgf_status s2_scene_read(s2_scene *scene, const s2_model_content *content, int source,
                           s2_rect rect, float *pixels, uint8_t *valid, s2rgf_error *err);

#endif
