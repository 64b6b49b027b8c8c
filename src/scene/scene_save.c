/* Writing a scene file, s2rgf_scene(5). */
#include <string.h>

#include "core/argument.h"
#include "core/atomic_file.h"
#include "core/error.h"
#include "core/memory.h"
#include "core/path.h"
#include "core/utf8.h"
#include "format/json_writer.h"
#include "s2rgf/scene.h"
#include "scene/output_guard.h"
#include "scene/scene_description.h"

#define SUFFIX ".s2rgf.json" /* by which GDAL's plugin knows scene files */

static s2rgf_status check_scene_target(const s2rgf_scene *scene, const char *path, s2rgf_error *err)
{
    const size_t length = strlen(path), suffix = strlen(SUFFIX);
    if (length <= suffix || strcmp(path + length - suffix, SUFFIX) != 0)
        return s2_fail(err, S2RGF_INVALID_ARGUMENT,
                       "%s: not a name of a scene file: expected one that ends in " SUFFIX, path);
    s2_output_guard guard = {0};
    s2rgf_status status = s2_output_guard_add(&guard, path, err);
    if (status == S2RGF_OK)
        status = s2_output_guard_check(
            &guard, &(s2_guarded_inputs){scene->model_path, &scene->options, NULL, 0}, true, err);
    s2_output_guard_clear(&guard);
    return status;
}

/* A text of the scene as a member, or nothing where it is NULL. */
static s2rgf_status put_text(s2_json_writer *writer, const char *key, const char *text,
                             s2rgf_error *err)
{
    if (!text)
        return S2RGF_OK;
    if (!s2_utf8_valid(text, strlen(text)))
        return s2_fail(err, S2RGF_INVALID_ARGUMENT,
                       "%s: cannot be written to a scene file: expected UTF-8", text);
    s2_json_put_string(writer, key, text);
    return S2RGF_OK;
}

static s2rgf_status put_path(s2_json_writer *writer, const char *key, const char *file,
                             const char *path, s2rgf_error *err)
{
    char *relative = NULL;
    s2rgf_status status = s2_path_relate(file, path, &relative, err);
    if (status == S2RGF_OK)
        status = put_text(writer, key, relative, err);
    s2_free(relative);
    return status;
}

static bool is_first_of_name(const s2rgf_scene_options *options, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (strcmp(options->inputs[i].name, options->inputs[index].name) == 0)
            return false;
    return true;
}

/* Sources in the order of their first files. */
static s2rgf_status put_sources(s2_json_writer *writer, const s2rgf_scene_options *options,
                                const char *file, s2rgf_error *err)
{
    s2rgf_status status = S2RGF_OK;
    s2_json_begin_array(writer, "sources");
    for (size_t i = 0; i < options->input_count && status == S2RGF_OK; i++) {
        if (!is_first_of_name(options, i))
            continue;
        s2_json_begin_object(writer, NULL);
        status = put_text(writer, "name", options->inputs[i].name, err);
        s2_json_begin_array(writer, "files");
        for (size_t k = i; k < options->input_count && status == S2RGF_OK; k++)
            if (strcmp(options->inputs[k].name, options->inputs[i].name) == 0)
                status = put_path(writer, NULL, file, options->inputs[k].path, err);
        s2_json_end_array(writer);
        s2_json_end_object(writer);
    }
    s2_json_end_array(writer);
    return status;
}

static s2rgf_status put_list(s2_json_writer *writer, const char *key, const char *const *list,
                             s2rgf_error *err)
{
    s2rgf_status status = S2RGF_OK;
    if (!list || !list[0])
        return S2RGF_OK;
    s2_json_begin_array(writer, key);
    for (size_t i = 0; list[i] && status == S2RGF_OK; i++)
        status = put_text(writer, NULL, list[i], err);
    s2_json_end_array(writer);
    return status;
}

static s2rgf_status put_options(s2_json_writer *writer, const s2rgf_scene_options *options,
                                s2rgf_error *err)
{
    const bool any = options->assigned_srs || options->source_nodata || options->open_options ||
                     options->input_formats || options->quality || options->any_source;
    if (!any)
        return S2RGF_OK;
    s2_json_begin_object(writer, "options");
    s2rgf_status status = put_text(writer, "a_srs", options->assigned_srs, err);
    if (status == S2RGF_OK)
        status = put_text(writer, "srcnodata", options->source_nodata, err);
    if (status == S2RGF_OK)
        status = put_list(writer, "oo", options->open_options, err);
    if (status == S2RGF_OK)
        status = put_list(writer, "if", options->input_formats, err);
    if (status == S2RGF_OK)
        status = put_list(writer, "qa", options->quality, err);
    if (options->any_source)
        s2_json_put_bool(writer, "any_source", true);
    s2_json_end_object(writer);
    return status;
}

static s2rgf_status put_scene(s2_json_writer *writer, const s2rgf_scene *scene, const char *file,
                              s2rgf_error *err)
{
    s2_json_begin_object(writer, NULL);
    s2_json_put_int(writer, "s2rgf_scene", S2_SCENE_FORMAT_VERSION);
    s2rgf_status status = put_path(writer, "model", file, scene->model_path, err);
    if (status == S2RGF_OK)
        status = put_sources(writer, &scene->options, file, err);
    if (status == S2RGF_OK)
        status = put_options(writer, &scene->options, err);
    s2_json_end_object(writer);
    s2_text_append(&writer->text, "\n");
    return status == S2RGF_OK && writer->text.failed ? s2_fail_memory(err, "scene file") : status;
}

/* Read back what was written, so that the rules of reading apply. */
static s2rgf_status check_readable(const s2rgf_scene *scene, const s2_json_writer *writer,
                                   const char *path, s2rgf_error *err)
{
    s2rgf_scene *again = NULL;
    const s2rgf_status status =
        s2_scene_from_text(path, writer->text.data, writer->text.length, &again, err);
    const bool whole =
        status == S2RGF_OK && again->options.input_count == scene->options.input_count;
    s2rgf_scene_free(again);
    if (status == S2RGF_NO_MEMORY || whole)
        return status;
    return status == S2RGF_OK
               ? s2_fail(err, S2RGF_INVALID_ARGUMENT, "%s: the scene cannot be kept", path)
               : s2_fail(err, S2RGF_INVALID_ARGUMENT, "%s", err ? err->message : "");
}

s2rgf_status s2rgf_scene_save(const s2rgf_scene *scene, const char *path, bool overwrite,
                              s2rgf_error *err)
{
    s2_json_writer writer = {.indent = true};
    s2_error_clear(err);
    s2rgf_status status = S2_ARGUMENTS_GIVEN(err, {"scene", scene}, {"path", path});
    if (status == S2RGF_OK)
        status = s2_scene_options_check(&scene->options, err);
    if (status == S2RGF_OK && (!scene->model_path || scene->options.input_count == 0))
        status = s2_fail(err, S2RGF_INVALID_ARGUMENT, "%s: a model and an input are needed", path);
    if (status == S2RGF_OK)
        status = check_scene_target(scene, path, err);
    if (status == S2RGF_OK)
        status = put_scene(&writer, scene, path, err);
    if (status == S2RGF_OK)
        status = check_readable(scene, &writer, path, err);
    if (status == S2RGF_OK)
        status = s2_atomic_save(path, writer.text.data, writer.text.length, overwrite, err);
    s2_free(writer.text.data);
    return status;
}
