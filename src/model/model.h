/* What an open model is inside the library. */
#ifndef S2_MODEL_MODEL_H
#define S2_MODEL_MODEL_H

#include "model/file.h"
#include "nn/networks/networks.h"
#include "s2rgf/models.h"

struct s2rgf_model {
    _Atomic int users; /* who opened it, and lazy maps */
    char *path;        /* as it was opened */
    s2_model_content content;
    s2_class_table painted; /* the classes, all with a colour */
    s2rgf_model_info info;
    s2rgf_source_info *sources; /* [source_count] of the info; they own their bands */
    const s2rgf_source_info **source_list;
    s2rgf_class *classes;
    s2_weights *_Atomic weights[S2_PRECISIONS]; /* NULL until they are wanted */
};

/** The description as JSON for people, without the file's checksum where it is not known. */
void s2_model_put_description(const s2_model_content *content, s2_text *text);

/**
 * Open a model only to run it with that precision: it keeps no tensors, and cannot be exported or described.
 * Errors  as s2rgf_model_open().
 * Memory  s2rgf_model_close().
 */
s2rgf_status s2_model_open_to_run(const char *path, s2_precision precision, s2rgf_model **model,
                                  s2rgf_error *err);

/**
 * The model's weights, ready to run. The first call builds them; the model owns them.
 * Errors  FORMAT, UNSUPPORTED, NO_MEMORY.
 * Threads any.
 */
s2rgf_status s2_model_weights(const s2rgf_model *model, s2_precision precision,
                              const s2_weights **weights, s2rgf_error *err);

/** Another user of the model, who ends with s2rgf_model_close(). Threads any. */
const s2rgf_model *s2_model_share(const s2rgf_model *model);

/** Fill model->info from its content. Errors: NO_MEMORY. Memory: s2_model_info_clear(). */
s2rgf_status s2_model_info_fill(s2rgf_model *model, s2rgf_error *err);
void s2_model_info_clear(s2rgf_model *model);

/** Elements of all tensors. */
size_t s2_model_parameters(const s2_model_content *content);

#endif
