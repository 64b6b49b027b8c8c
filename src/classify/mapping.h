/* What mapping a whole scene and mapping on demand share. Where geo and nn meet. */
#ifndef S2_CLASSIFY_MAPPING_H
#define S2_CLASSIFY_MAPPING_H

#include "geo/source/source_set.h"
#include "model/model.h"
#include "nn/networks/networks.h"
#include "s2rgf/classification.h"

/** name in "float" or "exact". Errors: INVALID_ARGUMENT. */
s2rgf_status s2_mapping_precision(const char *name, s2_precision *precision, s2rgf_error *err);

/**
 * A model ready to run: the one that is open, or that of the file.
 * open  in   or NULL
 * model out  for s2_mapping_leave(), also after an error
 * Errors  IO, FORMAT, UNSUPPORTED, NO_MEMORY.
 */
s2rgf_status s2_mapping_load(const char *path, const s2rgf_model *open, s2_precision precision,
                             const s2rgf_model **model, const s2_weights **weights,
                             s2rgf_error *err);

/** End the use of a model; NULL is accepted. */
void s2_mapping_leave(const s2rgf_model *model);

/**
 * Bytes that one worker needs to read and run the tiles of a tiling; quick: run_needs of
 * s2_network_ops.
 */
size_t s2_mapping_bytes(const s2_model_content *content, const s2_weights *weights,
                        const s2_run_geometry *geometry, const s2_tiling *tiling, bool quick);

/**
 * Working memory in megabytes: wanted, or when that is 0 the default, which is 512 or half of what
 * the process is granted, whichever is less.
 * granted in  bytes, as s2_granted_memory()
 */
int s2_mapping_memory_mb(int wanted, size_t granted);
/** The same of what this process is granted; that is looked up only where it matters. */
int s2_mapping_memory_here(int wanted);

/** *value: the class of a pixel with these scores, [classes]. false where one is not finite: 0. */
bool s2_mapping_class(const s2_class_table *classes, const float *scores, uint16_t *value);

/**
 * The error where not one of the pixels with data has finite scores. path in  of the model
 * Errors  FORMAT.
 */
s2rgf_status s2_mapping_fail_scores(const char *path, uint64_t pixels, s2rgf_error *err);

/**
 * KEY=VALUE lines of provenance, for the metadata of a map.
 * lines    out [size], what metadata points into
 * metadata out ended by NULL
 */
void s2_mapping_provenance(const s2_model_content *content, const s2_scene *scene, char *lines,
                           size_t size, const char *metadata[4]);

/**
 * The options that decide what its pixels are but are not in the provenance, as a KEY=VALUE line for
 * the metadata of a share.
 * line out  or NULL where none is given; released with s2_free()
 * Errors  NO_MEMORY.
 */
s2rgf_status s2_mapping_choices(const s2rgf_classify_options *options, char **line,
                                s2rgf_error *err);

#endif
