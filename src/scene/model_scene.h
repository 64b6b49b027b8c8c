/* A scene as a model wants it: its sources and bands found, sizes checked, geometry. */
#ifndef S2_SCENE_MODEL_SCENE_H
#define S2_SCENE_MODEL_SCENE_H

#include "geo/source/source_set.h"
#include "model/file.h"
#include "nn/networks/networks.h"
#include "s2rgf/scene.h"

/**
 * Open a scene as the model wants it: its sources in its order, its bands, its reference grid.
 * known_srs  in  [sources] s2_source_file_srs() when the scene was open before; NULL: it was not
 * Errors: as s2_scene_open(); MISMATCH names the source, what is wanted and what was found.
 */
s2rgf_status s2_scene_open_for_model(const s2rgf_scene_options *options,
                                     const s2_model_content *content, const char *const *known_srs,
                                     const s2rgf_host *host, s2_scene *scene, s2rgf_error *err);

/** Sizes and affine relations of the scene's sources. */
void s2_scene_geometry(const s2_scene *scene, s2_run_geometry *geometry);

#endif
