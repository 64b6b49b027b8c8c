/* The names of all files that mapping a scene writes, compared with those that it reads. */
#include "classify/output_names.h"

#include "geo/map/map_files.h"

static const s2_map_kind KINDS[S2_CLASSIFY_OUTPUTS] = {S2_MAP_CLASSES, S2_MAP_CONFIDENCE,
                                                       S2_MAP_PROBABILITIES};

static const char *output_path(const s2rgf_classify_options *options, int output)
{
    const char *const paths[S2_CLASSIFY_OUTPUTS] = {options->output_path, options->confidence_path,
                                                    options->probability_path};
    return paths[output];
}

void s2_output_suffixes_find(const s2rgf_classify_options *options, s2_output_suffixes *suffixes)
{
    for (int i = 0; i < S2_CLASSIFY_OUTPUTS; i++) {
        const char *path = output_path(options, i);
        suffixes->of[i] = NULL;
        if (path)
            suffixes->of[i] = s2_side_suffixes(path, KINDS[i], i == 0 ? options->format : NULL,
                                               options->creation_options,
                                               options->style && options->share_count == 0);
    }
}

void s2_output_suffixes_clear(s2_output_suffixes *suffixes)
{
    for (int i = 0; i < S2_CLASSIFY_OUTPUTS; i++)
        s2_side_suffixes_free(suffixes->of[i]);
}

s2rgf_status s2_guard_outputs(s2_output_guard *guard, const s2rgf_classify_options *options,
                              const s2_output_suffixes *suffixes, s2rgf_error *err)
{
    s2rgf_status status = S2RGF_OK;
    for (int i = 0; i < S2_CLASSIFY_OUTPUTS && status == S2RGF_OK; i++)
        status = s2_output_guard_add_map(guard, output_path(options, i), suffixes->of[i], err);
    return status;
}

/** Refuse outputs that a scene reads. Errors: as s2_output_guard_input(). */
static s2rgf_status guard_inputs(const s2_output_guard *guard,
                                 const s2rgf_classify_options *options, s2rgf_error *err)
{
    const s2_dataset_name mask = {.path = options->mask_path};
    s2rgf_status status = s2_output_guard_file(guard, options->model_path, err);
    if (status == S2RGF_OK && options->mask_path)
        status = s2_output_guard_input(guard, &mask, err);
    return status == S2RGF_OK ? s2_output_guard_scene(guard, &options->scene, err) : status;
}

s2rgf_status s2_guard_classify(const s2rgf_classify_options *options, s2rgf_error *err)
{
    s2_output_suffixes suffixes;
    s2_output_guard guard = {0};
    for (int i = 0; i < S2_CLASSIFY_OUTPUTS; i++)
        if (output_path(options, i))
            s2_map_files_recover(output_path(options, i));
    s2_output_suffixes_find(options, &suffixes);
    s2rgf_status status = s2_guard_outputs(&guard, options, &suffixes, err);
    if (status == S2RGF_OK)
        status = s2_output_guard_close(&guard, err);
    if (status == S2RGF_OK)
        status = guard_inputs(&guard, options, err);
    if (status == S2RGF_OK)
        status = s2_output_guard_strangers(&guard, options->overwrite, err);
    s2_output_guard_clear(&guard);
    s2_output_suffixes_clear(&suffixes);
    return status;
}
