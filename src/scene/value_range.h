/* Values of a scene beside those that its model was trained on. */
#ifndef S2_SCENE_VALUE_RANGE_H
#define S2_SCENE_VALUE_RANGE_H

#include "geo/source/source_set.h"
#include "model/file.h"

/**
 * Look at a sample of every source of a scene that was opened for a model. Warns of values that
 * look like undeclared nodata, of bands that are beyond the range of the training's values, and of
 * sources all of whose bands are shifted alike.
 * rect    in  of the reference grid
 * search  in  read on where the sample has no valid pixel: warns of bands without any in the scene
 * A sample that cannot be read says nothing.
 * Errors  FORMAT (search found nothing but values that are not finite), NO_MEMORY, CANCELLED.
 */
s2rgf_status s2_scene_check_values(s2_scene *scene, const s2_model_content *content, s2_rect rect,
                                   bool search, const s2rgf_host *host, s2rgf_error *err);

#endif
