/* s2rgf_classify_scenes(): many scenes with one model. */
#include "classify/classify_scenes.h"

#include <string.h>

#include "classify/classify_scene.h"
#include "classify/listed_options.h"
#include "classify/mapping.h"
#include "classify/scenes_map.h"
#include "core/argument.h"
#include "core/error.h"
#include "core/memory.h"
#include "model/model.h"

void s2rgf_scenes_result_free(s2rgf_scenes_result *result)
{
    if (!result)
        return;
    s2_free(result->json);
    s2_free(result);
}

/* ---- what the scenes would destroy of each other --------------------------------------------- */

static s2rgf_status guard_outputs(const s2_scene_list *list, const s2_output_suffixes *suffixes,
                                  s2_output_guard *guard, s2rgf_error *err)
{
    s2rgf_classify_options options = *list->options;
    options.share_count = 0;
    s2rgf_status status = s2_output_guard_add(guard, options.report_path, err);
    for (size_t i = 0; i < list->names.count && status == S2RGF_OK; i++) {
        s2_listed_options own = {.classify = options};
        status = s2_listed_outputs_fill(list->names.items[i], &own, err);
        if (status == S2RGF_OK)
            status = s2_guard_outputs(guard, &own.classify, suffixes, err);
        s2_listed_options_clear(&own);
    }
    return status == S2RGF_OK ? s2_output_guard_close(guard, err) : status;
}

/* Names suffice, except of what refers to other files, because each scene checks its own files. */
static s2rgf_status guard_raster(const s2_scene_list *list, const s2_output_guard *guard,
                                 const char *path, s2rgf_error *err)
{
    const s2_dataset_name raster = {path, list->options->scene.open_options,
                                    list->options->scene.input_formats};
    if (!path)
        return S2RGF_OK;
    if (list->options->overwrite && guard->any_replaces && s2_output_guard_leads_on(path))
        return s2_output_guard_input(guard, &raster, err);
    return s2_output_guard_file(guard, path, err);
}

/* No output of a scene or report may be read for any other scene, in whatever process that is. */
static s2rgf_status guard_scenes(const s2_scene_list *list, const char *scenes_path,
                                 const s2_output_suffixes *suffixes, s2rgf_error *err)
{
    s2_output_guard guard = {0};
    s2rgf_status status = guard_outputs(list, suffixes, &guard, err);
    if (status == S2RGF_OK)
        status = s2_output_guard_file(&guard, list->options->model_path, err);
    if (status == S2RGF_OK)
        status = s2_output_guard_file(&guard, scenes_path, err);
    for (size_t i = 0; i < list->names.count && status == S2RGF_OK; i++) {
        s2_listed_options own;
        /* a scene that lacks files fails by itself */
        const s2rgf_status filled = s2_listed_options_fill(list, list->names.items[i], &own, NULL);
        const s2rgf_scene_options *rasters = &own.classify.scene;
        for (size_t k = 0; filled == S2RGF_OK && k < rasters->input_count && status == S2RGF_OK;
             k++)
            status = guard_raster(list, &guard, rasters->inputs[k].path, err);
        const char *const places[] = {own.classify.mask_path, own.classify.cutline.path,
                                      own.classify.exclude.path};
        for (size_t k = 0; k < 3 && filled == S2RGF_OK && status == S2RGF_OK; k++)
            status = guard_raster(list, &guard, places[k], err);
        s2_listed_options_clear(&own);
    }
    s2_output_guard_clear(&guard);
    return status;
}

/* Whether the names of all scenes' outputs end alike: then their formats are alike. */
static bool end_alike(const s2rgf_classify_options *options)
{
    for (s2_map_kind i = 0; i < S2_MAP_KINDS; i++) {
        const char *path = s2_output_path(options, i);
        const char *end = path ? strrchr(path, '.') : NULL;
        if (path && (!end || strchr(end, '/') || s2_scene_is_template(end)))
            return false;
    }
    return true;
}

/* ---- running -------------------------------------------------------------------------------- */

/* What would make every scene fail, or all of them write one file. */
static s2rgf_status check_list_options(const s2rgf_classify_options *options,
                                       const char *scenes_path, s2rgf_error *err)
{
    if (!options->model_path || !options->output_path || !scenes_path ||
        options->scene.input_count == 0)
        return s2_fail(err, S2RGF_INVALID_ARGUMENT,
                       "a model, scenes, an input and an output are needed");
    for (s2_map_kind i = 0; i < S2_MAP_KINDS; i++) {
        const char *path = s2_output_path(options, i);
        if (path && !s2_scene_is_template(path))
            return s2_fail(
                err, S2RGF_INVALID_ARGUMENT,
                "%s: one output for many scenes: put {} where the name of the scene belongs", path);
    }
    if (!s2_scene_is_template(options->scene.inputs[0].path))
        return s2_fail(err, S2RGF_INVALID_ARGUMENT,
                       "%s: one input for many scenes: put {} where the name of the scene belongs",
                       options->scene.inputs[0].path);
    return S2RGF_OK;
}

/* The scenes of this share: every share_count'th of all. */
static s2rgf_status find_scenes(s2_scene_list *list, const char *scenes_path, s2rgf_error *err)
{
    const s2rgf_classify_options *options = list->options;
    s2rgf_status status;
    if (s2_scene_is_folder(scenes_path)) {
        list->folder = scenes_path;
        status = s2_scene_find(scenes_path, options->scene.inputs[0].path, &list->names, err);
    } else {
        status = s2_scene_read_list(scenes_path, &list->names, err);
    }
    const size_t all = list->names.count;
    if (status == S2RGF_OK && !(list->scenes = s2_calloc(all, sizeof *list->scenes)))
        status = s2_fail_memory(err, "scenes");
    for (size_t i = (size_t)list->share - 1; i < all && status == S2RGF_OK;
         i += (size_t)list->share_count) {
        s2_listed_scene *scene = &list->scenes[list->count++];
        scene->name = list->names.items[i];
        scene->map = s2_scene_insert(options->output_path, scene->name);
        if (!scene->map)
            status = s2_fail_memory(err, "scenes");
    }
    return status;
}

static s2rgf_status make_result(const s2_scene_list *list, s2rgf_scenes_result **result,
                                s2rgf_error *err)
{
    s2rgf_scenes_result *made = s2_calloc(1, sizeof *made);
    if (!made)
        return s2_fail_memory(err, "report");
    *made = (s2rgf_scenes_result){.scenes = list->count,
                                  .mapped = s2_scene_list_tally(list, S2_SCENE_MAPPED),
                                  .skipped = s2_scene_list_tally(list, S2_SCENE_SKIPPED),
                                  .failed = s2_scene_list_tally(list, S2_SCENE_FAILED),
                                  .not_reached = s2_scene_list_tally(list, S2_SCENE_NOT_REACHED),
                                  .json = s2_scene_list_report(list)};
    if (!made->json) {
        s2rgf_scenes_result_free(made);
        return s2_fail_memory(err, "report");
    }
    *result = made;
    return S2RGF_OK;
}

s2rgf_status s2rgf_classify_scenes(const s2rgf_classify_options *options, const char *scenes_path,
                                   const s2rgf_host *host, s2rgf_scenes_result **result,
                                   s2rgf_error *err)
{
    s2rgf_classify_options own;
    s2_scene_list list = {.options = &own, .share = 1, .share_count = 1};
    s2_output_suffixes suffixes = {{NULL}};
    s2rgf_model *model = NULL;
    s2_precision precision = S2_PRECISION_FLOAT;
    s2_error_clear(err);
    s2rgf_status status = S2_ARGUMENTS_GIVEN(err, {"result", result});
    if (status != S2RGF_OK)
        return status;
    *result = NULL;
    status = s2_classify_take(options, &own, err);
    if (status == S2RGF_OK)
        status = check_list_options(&own, scenes_path, err);
    if (status == S2RGF_OK && own.share_count) {
        list.share = own.share;
        list.share_count = own.share_count;
    }
    /* read once for all scenes */
    if (status == S2RGF_OK)
        status = s2_mapping_precision(own.precision, &precision, err);
    if (status == S2RGF_OK && !own.model) {
        status = s2_model_open_to_run(own.model_path, precision, &model, err);
        own.model = model;
    }
    if (status == S2RGF_OK)
        status = find_scenes(&list, scenes_path, err);
    if (status == S2RGF_OK) {
        s2rgf_classify_options whole = own;
        whole.share_count = 0;
        s2_output_suffixes_find(&whole, &suffixes);
        status = guard_scenes(&list, scenes_path, &suffixes, err);
    }
    if (status == S2RGF_OK) {
        list.model_checksum = own.model->content.checksum;
        status = s2_scenes_map(&list, end_alike(&own) ? &suffixes : NULL, host, err);
        const s2rgf_status reported = make_result(&list, result, status == S2RGF_OK ? err : NULL);
        status = status == S2RGF_OK ? reported : status;
    }
    for (size_t i = 0; i < list.count; i++)
        s2_free(list.scenes[i].map);
    s2_free(list.scenes);
    s2_scene_names_clear(&list.names);
    s2_output_suffixes_clear(&suffixes);
    s2rgf_model_close(model);
    return status;
}
