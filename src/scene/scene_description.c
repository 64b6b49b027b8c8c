/* A scene with its model that owns its texts. */
#include "scene/scene_description.h"

#include <stdlib.h>
#include <string.h>

#include "core/argument.h"
#include "core/error.h"
#include "core/memory.h"
#include "core/path.h"
#include "geo/files/scene_list.h"

#define LARGEST_DECIMATION 32768

/* What an owned scene points to is const for its readers only. */
static void release(const void *memory)
{
    s2_free((void *)memory);
}

static size_t list_length(const char *const *list)
{
    size_t count = 0;
    while (list && list[count])
        count++;
    return count;
}

static void release_list(const char *const *list)
{
    for (size_t i = 0; list && list[i]; i++)
        release(list[i]);
    release(list);
}

s2rgf_status s2_scene_options_check(const s2rgf_scene_options *options, s2rgf_error *err)
{
    s2rgf_status status =
        S2_ARGUMENTS_IN_RANGE(err, {"decimation", options->decimation, 0, LARGEST_DECIMATION});
    if (status == S2RGF_OK)
        status = s2_argument_reserve("scene", options->reserved,
                                     sizeof options->reserved / sizeof *options->reserved, err);
    if (status == S2RGF_OK && options->input_count > 0)
        status = S2_ARGUMENTS_GIVEN(err, {"inputs", options->inputs});
    for (size_t i = 0; i < options->input_count && status == S2RGF_OK; i++)
        status = S2_ARGUMENTS_GIVEN(err, {"name of an input", options->inputs[i].name},
                                    {"path of an input", options->inputs[i].path});
    return status;
}

s2rgf_status s2_scene_record_create(s2rgf_scene **scene, s2rgf_error *err)
{
    *scene = s2_calloc(1, sizeof **scene);
    return *scene ? S2RGF_OK : s2_fail_memory(err, "scene");
}

void s2rgf_scene_free(s2rgf_scene *scene)
{
    if (!scene)
        return;
    s2rgf_scene_options *options = &scene->options;
    for (size_t i = 0; i < options->input_count; i++) {
        release(options->inputs[i].name);
        release(options->inputs[i].path);
    }
    release(options->inputs);
    release(options->assigned_srs);
    release(options->source_nodata);
    release_list(options->open_options);
    release_list(options->input_formats);
    release_list(options->quality);
    release(scene->model_path);
    s2_free(scene);
}

s2rgf_status s2_scene_record_add_input(s2rgf_scene *scene, const char *name, const char *path,
                                       s2rgf_error *err)
{
    s2rgf_scene_options *options = &scene->options;
    const size_t count = options->input_count;
    s2rgf_input *inputs = s2_alloc(count + 1, sizeof *inputs);
    const s2rgf_input added = {s2_strdup(name), s2_strdup(path)};
    if (!inputs || !added.name || !added.path) {
        s2_free(inputs);
        release(added.name);
        release(added.path);
        return s2_fail_memory(err, "scene");
    }
    if (count > 0)
        memcpy(inputs, options->inputs, count * sizeof *inputs);
    inputs[count] = added;
    release(options->inputs);
    options->inputs = inputs;
    options->input_count = count + 1;
    return S2RGF_OK;
}

s2rgf_status s2_scene_record_settle(s2rgf_scene *scene, s2rgf_error *err)
{
    char *here = realpath(".", NULL);
    char *folder = s2_asprintf("%s%s", here ? here : "", here ? "/" : "");
    s2rgf_input *inputs = (s2rgf_input *)scene->options.inputs;
    s2rgf_status status = S2RGF_OK;
    for (size_t i = 0; i < scene->options.input_count; i++) {
        char *path = folder ? s2_path_resolve(folder, inputs[i].path) : NULL;
        if (!path) {
            status = s2_fail_memory(err, "scene");
            break;
        }
        release(inputs[i].path);
        inputs[i].path = path;
    }
    free(here);
    s2_free(folder);
    return status;
}

/* A source that the scene may do without, and whose file is not there. What is no path on a file system, such as
   DRIVER:"file":name, GDAL alone knows. */
static bool is_lacked(const s2rgf_scene_options *templates, const s2rgf_input *input,
                      const char *path)
{
    return templates->any_source && input->name && !strchr(path, ':') && !s2_scene_exists(path);
}

s2rgf_status s2_scene_record_fill(s2rgf_scene *scene, const s2rgf_scene_options *templates,
                                  const char *folder, const char *name, s2rgf_error *err)
{
    s2rgf_status status = S2RGF_OK;
    for (size_t i = 0; i < templates->input_count && status == S2RGF_OK; i++) {
        const s2rgf_input *input = &templates->inputs[i];
        s2_scene_names paths = {0};
        if (!s2_scene_is_template(input->path))
            status = s2_scene_record_add_input(scene, input->name, input->path, err);
        else
            status = s2_scene_paths(folder, input->path, name, &paths, err);
        for (size_t k = 0; k < paths.count && status == S2RGF_OK; k++)
            if (!is_lacked(templates, input, paths.items[k]))
                status = s2_scene_record_add_input(scene, input->name, paths.items[k], err);
        s2_scene_names_clear(&paths);
    }
    return status;
}

s2rgf_status s2_scene_record_set(const char **text, const char *value, s2rgf_error *err)
{
    *text = s2_strdup(value);
    return value && !*text ? s2_fail_memory(err, "scene") : S2RGF_OK;
}

s2rgf_status s2_scene_record_append(const char *const **list, const char *value, s2rgf_error *err)
{
    const size_t count = list_length(*list);
    const char **longer = s2_calloc(count + 2, sizeof *longer);
    char *added = s2_strdup(value);
    if (!longer || !added) {
        s2_free(longer);
        s2_free(added);
        return s2_fail_memory(err, "scene");
    }
    for (size_t i = 0; i < count; i++)
        longer[i] = (*list)[i];
    longer[count] = added;
    release(*list);
    *list = longer;
    return S2RGF_OK;
}

static s2rgf_status copy_list(const char *const *from, const char *const **to, s2rgf_error *err)
{
    s2rgf_status status = S2RGF_OK;
    for (size_t i = 0; from && from[i] && status == S2RGF_OK; i++)
        status = s2_scene_record_append(to, from[i], err);
    return status;
}

s2rgf_status s2_scene_record_copy(const s2rgf_scene *from, s2rgf_scene **copy, s2rgf_error *err)
{
    const s2rgf_scene_options *options = &from->options;
    s2rgf_scene *made = NULL;
    s2rgf_status status = s2_scene_record_create(&made, err);
    if (status == S2RGF_OK)
        status = s2_scene_record_set(&made->model_path, from->model_path, err);
    for (size_t i = 0; i < options->input_count && status == S2RGF_OK; i++)
        status =
            s2_scene_record_add_input(made, options->inputs[i].name, options->inputs[i].path, err);
    if (status == S2RGF_OK)
        status = s2_scene_record_set(&made->options.assigned_srs, options->assigned_srs, err);
    if (status == S2RGF_OK)
        status = s2_scene_record_set(&made->options.source_nodata, options->source_nodata, err);
    if (status == S2RGF_OK)
        status = copy_list(options->open_options, &made->options.open_options, err);
    if (status == S2RGF_OK)
        status = copy_list(options->input_formats, &made->options.input_formats, err);
    if (status == S2RGF_OK)
        status = copy_list(options->quality, &made->options.quality, err);
    if (status != S2RGF_OK) {
        s2rgf_scene_free(made);
        return status;
    }
    made->options.decimation = options->decimation;
    made->options.any_source = options->any_source;
    *copy = made;
    return S2RGF_OK;
}
