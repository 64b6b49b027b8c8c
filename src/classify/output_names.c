/* The names of all files that mapping a scene writes, compared with those that it reads. */
#include "classify/output_names.h"

#include "geo/map/map_files.h"

const char **s2_output_member(s2rgf_classify_options *options, s2_map_kind kind)
{
    const char **members[S2_MAP_KINDS] = {
        [S2_MAP_CLASSES] = &options->output_path,
        [S2_MAP_CONFIDENCE] = &options->confidence_path,
        [S2_MAP_PROBABILITIES] = &options->probability_path,
        [S2_MAP_UNCERTAINTY] = &options->uncertainty_path,
    };
    return members[kind];
}

const char *s2_output_path(const s2rgf_classify_options *options, s2_map_kind kind)
{
    s2rgf_classify_options copy = *options;
    return *s2_output_member(&copy, kind);
}

void s2_output_suffixes_find(const s2rgf_classify_options *options, s2_output_suffixes *suffixes)
{
    for (s2_map_kind i = 0; i < S2_MAP_KINDS; i++) {
        const char *path = s2_output_path(options, i);
        suffixes->of[i] = NULL;
        if (path)
            suffixes->of[i] = s2_side_suffixes(
                path, i, i == S2_MAP_CLASSES ? options->format : NULL, options->creation_options,
                options->style && options->share_count == 0);
    }
}

void s2_output_suffixes_clear(s2_output_suffixes *suffixes)
{
    for (s2_map_kind i = 0; i < S2_MAP_KINDS; i++)
        s2_side_suffixes_free(suffixes->of[i]);
}

s2rgf_status s2_guard_outputs(s2_output_guard *guard, const s2rgf_classify_options *options,
                              const s2_output_suffixes *suffixes, s2rgf_error *err)
{
    s2rgf_status status = S2RGF_OK;
    for (s2_map_kind i = 0; i < S2_MAP_KINDS && status == S2RGF_OK; i++)
        status = s2_output_guard_add_map(guard, s2_output_path(options, i), suffixes->of[i], err);
    return status;
}

s2rgf_status s2_guard_classify(const s2rgf_classify_options *options,
                               const s2_output_suffixes *suffixes, s2_work_rests *rests,
                               s2rgf_error *err)
{
    const char *const others[] = {options->mask_path, options->cutline.path, options->exclude.path};
    const s2_guarded_inputs inputs = {options->model_path, &options->scene, others,
                                      sizeof others / sizeof others[0]};
    s2_output_suffixes own = {{NULL}};
    s2_output_guard guard = {0};
    for (s2_map_kind i = 0; i < S2_MAP_KINDS; i++)
        if (s2_output_path(options, i))
            s2_map_files_recover_one(s2_output_path(options, i), rests);
    if (!suffixes)
        s2_output_suffixes_find(options, &own);
    s2rgf_status status = s2_guard_outputs(&guard, options, suffixes ? suffixes : &own, err);
    if (status == S2RGF_OK)
        status = s2_output_guard_check(&guard, &inputs, options->overwrite, err);
    s2_output_guard_clear(&guard);
    s2_output_suffixes_clear(&own);
    return status;
}
