/* What mapping a whole scene and mapping on demand share. Where geo and nn meet. */
#ifndef S2_MAPPING_H
#define S2_MAPPING_H

#include "geo/scene.h"
#include "nn/kind.h"
#include "nn/model_file.h"

/**
 * Load a model and make its weights ready to run.
 * Errors  IO, FORMAT, UNSUPPORTED, NO_MEMORY.
 * Memory  content and *weights are the caller's to release, after an error too.
 */
s2rgf_status s2_mapping_load(const char *model_path, s2_model_content *content,
                             s2_weights **weights, s2rgf_error *err);

/** Bytes that one worker needs to read and run tiles. */
size_t s2_mapping_bytes(const s2_model_content *content, const s2_weights *weights,
                        const s2_run_geometry *geometry, int tile_px);

/**
 * Class values of a tile's core.
 * values out [core.h][core.w], 0 where not valid or, with tile->wanted, not wanted
 */
void s2_mapping_classes(const s2_tile *tile, const s2_class_table *classes, uint16_t *values);

/**
 * KEY=VALUE lines of provenance, for the metadata of a map.
 * lines    out [size], what metadata points into
 * metadata out ended by NULL
 */
void s2_mapping_provenance(const s2_model_content *content, const s2_scene *scene, char *lines,
                           size_t size, const char *metadata[4]);

#endif
