/* s2rgf_classify_scenes(): many scenes with one model, one after the other. */
#include "classify/classify_scenes.h"

#include <math.h>
#include <string.h>

#include "classify/classify_scene.h"
#include "classify/output_names.h"
#include "core/argument.h"
#include "core/clock.h"
#include "core/error.h"
#include "core/log.h"
#include "core/memory.h"
#include "core/path.h"
#include "geo/files/scene_list.h"
#include "geo/map/map_files.h"
#include "model/model.h"
#include "scene/scene_description.h"
#include "scene/scene_host.h"

/* Options of one scene; own are the inputs with their paths, and the other paths. */
typedef struct scene_options {
    s2rgf_classify_options classify;
    s2rgf_scene *scene;
    char *outputs[S2_MAP_KINDS], *mask, *cutline, *exclude;
} scene_options;

void s2rgf_scenes_result_free(s2rgf_scenes_result *result)
{
    if (!result)
        return;
    s2_free(result->json);
    s2_free(result);
}

/* ---- the options of a scene ----------------------------------------------------------------- */

/* A file that says where to map: *target, a template, becomes the first path that fits, *text. */
static s2rgf_status fill_place(const s2_scene_list *list, const char *name, const char **target,
                               char **text, s2rgf_error *err)
{
    s2_scene_names paths = {0};
    s2rgf_status status = S2RGF_OK;
    if (!s2_scene_is_template(*target))
        return S2RGF_OK;
    status = s2_scene_paths(list->folder, *target, name, &paths, err);
    if (status == S2RGF_OK && !(*text = s2_strdup(paths.items[0])))
        status = s2_fail_memory(err, "mask");
    *target = *text;
    s2_scene_names_clear(&paths);
    return status;
}

static s2rgf_status fill_places(const s2_scene_list *list, const char *name, scene_options *own,
                                s2rgf_error *err)
{
    s2rgf_classify_options *classify = &own->classify;
    s2rgf_status status = fill_place(list, name, &classify->mask_path, &own->mask, err);
    if (status == S2RGF_OK)
        status = fill_place(list, name, &classify->cutline.path, &own->cutline, err);
    if (status == S2RGF_OK)
        status = fill_place(list, name, &classify->exclude.path, &own->exclude, err);
    return status;
}

/* A listed name may lead into folders below, but not through a link to somewhere else. */
static s2rgf_status check_outputs(const s2_scene_list *list, const scene_options *own,
                                  s2rgf_error *err)
{
    s2rgf_status status = S2RGF_OK;
    for (s2_map_kind i = 0; i < S2_MAP_KINDS && status == S2RGF_OK; i++) {
        const char *path = own->outputs[i];
        bool below = true;
        char *top = path ? s2_scene_before(s2_output_path(list->options, i)) : NULL;
        if (top)
            status = s2_path_is_below(path, top, &below, err);
        else if (path)
            status = s2_fail_memory(err, "name of an output");
        if (status == S2RGF_OK && !below)
            status = s2_fail(err, S2RGF_INVALID_ARGUMENT,
                             "%s: a link leads out of the folder of the outputs: expected a folder "
                             "below \"%s\"",
                             path, top);
        s2_free(top);
    }
    return status;
}

/* Templates of outputs become paths. */
static s2rgf_status fill_outputs(const char *name, scene_options *own, s2rgf_error *err)
{
    for (s2_map_kind i = 0; i < S2_MAP_KINDS; i++) {
        const char **output = s2_output_member(&own->classify, i);
        if (!*output)
            continue;
        *output = own->outputs[i] = s2_scene_insert(*output, name);
        if (!*output)
            return s2_fail_memory(err, "name of an output");
    }
    return S2RGF_OK;
}

static s2rgf_status fill_options(const s2_scene_list *list, const char *name, scene_options *own,
                                 s2rgf_error *err)
{
    const s2rgf_classify_options *common = list->options;
    s2rgf_classify_options *classify = &own->classify;
    *own = (scene_options){.classify = *common};
    s2rgf_status status = s2_scene_record_create(&own->scene, err);
    if (status == S2RGF_OK)
        status = s2_scene_record_fill(own->scene, &common->scene, list->folder, name, err);
    if (status == S2RGF_OK) {
        classify->scene.inputs = own->scene->options.inputs;
        classify->scene.input_count = own->scene->options.input_count;
        status = fill_outputs(name, own, err);
    }
    if (status == S2RGF_OK && !list->folder)
        status = check_outputs(list, own, err);
    return status == S2RGF_OK ? fill_places(list, name, own, err) : status;
}

static void clear_options(scene_options *own)
{
    s2rgf_scene_free(own->scene);
    for (int i = 0; i < S2_MAP_KINDS; i++)
        s2_free(own->outputs[i]);
    S2_FREE_EACH(own->mask, own->cutline, own->exclude);
}

/* ---- what the scenes would destroy of each other --------------------------------------------- */

static s2rgf_status guard_outputs(const s2_scene_list *list, const s2_output_suffixes *suffixes,
                                  s2_output_guard *guard, s2rgf_error *err)
{
    s2rgf_classify_options options = *list->options;
    options.share_count = 0;
    s2rgf_status status = s2_output_guard_add(guard, options.report_path, err);
    for (size_t i = 0; i < list->names.count && status == S2RGF_OK; i++) {
        scene_options own = {.classify = options};
        status = fill_outputs(list->names.items[i], &own, err);
        if (status == S2RGF_OK)
            status = s2_guard_outputs(guard, &own.classify, suffixes, err);
        clear_options(&own);
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
        scene_options own;
        /* a scene that lacks files fails by itself */
        const s2rgf_status filled = fill_options(list, list->names.items[i], &own, NULL);
        const s2rgf_scene_options *rasters = &own.classify.scene;
        for (size_t k = 0; filled == S2RGF_OK && k < rasters->input_count && status == S2RGF_OK;
             k++)
            status = guard_raster(list, &guard, rasters->inputs[k].path, err);
        const char *const places[] = {own.classify.mask_path, own.classify.cutline.path,
                                      own.classify.exclude.path};
        for (size_t k = 0; k < 3 && filled == S2RGF_OK && status == S2RGF_OK; k++)
            status = guard_raster(list, &guard, places[k], err);
        clear_options(&own);
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

/*
 * Map one scene unless that is done. The map gets its name last: without it whatever other output
 * is there is the rest of a call that was ended in between, and is replaced.
 */
static s2rgf_status run_scene(const s2_scene_list *list, size_t index, s2_classify_common *common,
                              const s2rgf_host *outer, s2rgf_error *err)
{
    s2_listed_scene *scene = &list->scenes[index];
    s2_scene_host own_host = {outer, scene->name, index, list->count};
    const s2rgf_host host = s2_scene_host_of(&own_host);
    scene_options own;
    if (!list->options->overwrite && s2_map_exists(scene->map)) {
        scene->outcome = S2_SCENE_SKIPPED;
        s2_log(outer, S2RGF_DEBUG, "%s: skipped: %s exists already", scene->name, scene->map);
        return s2_progress(outer, (double)(index + 1) / (double)list->count)
                   ? S2RGF_OK
                   : s2_fail(err, S2RGF_CANCELLED, "interrupted");
    }
    s2_log(outer, S2RGF_INFO, "Scene %zu of %zu: %s", index + 1, list->count, scene->map);
    const double start = s2_wall_seconds();
    s2rgf_status status = fill_options(list, scene->name, &own, &scene->error);
    own.classify.overwrite = true;
    own.classify.share = own.classify.share_count = 0;
    if (status == S2RGF_OK)
        status = s2_classify(&own.classify, common, &host, &scene->error);
    clear_options(&own);
    scene->seconds = round(1e3 * (s2_wall_seconds() - start)) / 1e3;
    if (status == S2RGF_CANCELLED)
        return s2_fail(err, status, "%s", scene->error.message);
    scene->outcome = status == S2RGF_OK ? S2_SCENE_MAPPED : S2_SCENE_FAILED;
    if (status != S2RGF_OK)
        s2_log(outer, S2RGF_WARNING, "%s: failed: %s", scene->name, scene->error.message);
    return S2RGF_OK;
}

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
    s2_classify_common common = {.suffixes = NULL};
    s2rgf_model *model = NULL;
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
    if (status == S2RGF_OK && !own.model) {
        status = s2_model_open_to_run(own.model_path, &model, err);
        own.model = model;
    }
    if (status == S2RGF_OK)
        status = find_scenes(&list, scenes_path, err);
    if (status == S2RGF_OK) {
        s2rgf_classify_options whole = own;
        whole.share_count = 0;
        s2_output_suffixes_find(&whole, &suffixes);
        common.suffixes = end_alike(&own) ? &suffixes : NULL;
        status = guard_scenes(&list, scenes_path, &suffixes, err);
    }
    if (status == S2RGF_OK) {
        list.model_checksum = own.model->content.checksum;
        for (size_t i = 0; i < list.count && status == S2RGF_OK; i++)
            status = run_scene(&list, i, &common, host, err);
        const s2rgf_status reported = make_result(&list, result, status == S2RGF_OK ? err : NULL);
        status = status == S2RGF_OK ? reported : status;
    }
    for (size_t i = 0; i < list.count; i++)
        s2_free(list.scenes[i].map);
    s2_free(list.scenes);
    s2_scene_names_clear(&list.names);
    for (s2_map_kind i = 0; i < S2_MAP_KINDS; i++)
        s2_map_trial_clear(&common.trials[i]);
    s2_output_suffixes_clear(&suffixes);
    s2rgf_model_close(model);
    return status;
}
