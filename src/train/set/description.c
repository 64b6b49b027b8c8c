/* What a model says of its sources and its training, before it is trained. */
#include "train/set/description.h"

#include <math.h>
#include <string.h>

#include "core/error.h"
#include "core/memory.h"
#include "model/ablations.h"

/* What the model says of one source; normalisation comes later. */
static s2rgf_status describe_source(const s2_scene_source *from, s2_model_source *to,
                                    s2rgf_error *err)
{
    to->name = s2_strdup(s2_source_name(from->source));
    to->pixel_size = s2_grid_pixel_metres(s2_source_grid(from->source));
    to->pixel_unknown = isnan(to->pixel_size);
    if (to->pixel_unknown)
        to->pixel_size = s2_grid_pixel_size(s2_source_grid(from->source));
    to->on_reference = from->on_reference;
    to->band_count = s2_source_band_count(from->source);
    to->file_bands = s2_source_file_bands(from->source);
    to->bands = s2_calloc((size_t)to->band_count, sizeof *to->bands);
    if (!to->name || !to->bands)
        return s2_fail_memory(err, "model");
    for (int b = 0; b < to->band_count; b++) {
        const s2_band_desc *band = s2_source_band(from->source, b);
        to->bands[b] = (s2_model_band){.name = s2_strdup(band->name ? band->name : ""),
                                       .wavelength_nm = band->wavelength_nm,
                                       .number = band->number,
                                       .std = 1.0,
                                       .low = NAN,
                                       .high = NAN};
        if (!to->bands[b].name)
            return s2_fail_memory(err, "model");
        s2_model_clean_name(to->bands[b].name);
    }
    return S2RGF_OK;
}

/* What is switched off, and the form of the loss where there is any. */
static s2rgf_status describe_ablations(const s2rgf_train_options *options,
                                       s2_model_content *content, s2rgf_error *err)
{
    s2rgf_status status = S2RGF_OK;
    for (size_t i = 0; options->ablations && options->ablations[i] && status == S2RGF_OK; i++)
        status =
            s2_model_ablate(content, options->ablations[i], "ablate", S2RGF_INVALID_ARGUMENT, err);
    if (strcmp(options->redundancy, "softmax") == 0 && !content->off.redundancy &&
        options->redundancy_weight > 0.0)
        content->training.relation = S2_RELATION_SOFTMAX;
    return status;
}

s2rgf_status s2_describe_sources(const s2_scene *scene, s2_model_content *content, s2rgf_error *err)
{
    content->reference = scene->reference;
    content->sources = s2_calloc((size_t)scene->count, sizeof *content->sources);
    if (!content->sources)
        return s2_fail_memory(err, "model");
    content->source_count = scene->count;
    s2rgf_status status = S2RGF_OK;
    for (int s = 0; s < scene->count && status == S2RGF_OK; s++)
        status = describe_source(&scene->sources[s], &content->sources[s], err);
    return status;
}

s2rgf_status s2_describe_training(const s2rgf_train_options *options, const s2_label_set *labels,
                                  s2_model_content *content, s2rgf_error *err)
{
    content->network = s2_strdup(options->network);
    content->program_version = s2_strdup(s2rgf_version());
    content->channels = options->channels;
    if (!content->network || !content->program_version)
        return s2_fail_memory(err, "model");
    s2rgf_status status = describe_ablations(options, content, err);
    if (status == S2RGF_OK)
        status = s2_class_table_copy(&labels->classes, &content->classes, err);
    s2_class_table_paint(&content->classes);
    content->training.seed = options->seed;
    content->training.temperature = 1.0;
    content->training.validation_fraction = options->validation;
    memcpy(content->training.labels_checksum, labels->checksum,
           sizeof content->training.labels_checksum);
    content->training.validation_distance = NAN;
    content->training.validation_oa = NAN;
    content->training.validation_kappa = NAN;
    content->training.calibration_before = NAN;
    content->training.calibration_after = NAN;
    content->training.train_pixels = labels->count;
    return status == S2RGF_OK ? s2_model_check(content, options->model_path, err) : status;
}
