/* No output may replace an input, a part of one, another output or a part of another data set. */
#include "scene/output_guard.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/argument.h"
#include "core/error.h"
#include "core/file.h"
#include "core/memory.h"

/* ---- outputs --------------------------------------------------------------------------------- */

void s2_output_guard_clear(s2_output_guard *guard)
{
    for (size_t i = 0; i < guard->count; i++) {
        S2_FREE_EACH(guard->files[i].path, guard->files[i].key, guard->files[i].output);
    }
    s2_free(guard->files);
    *guard = (s2_output_guard){0};
}

static bool reserve_file(s2_output_guard *guard)
{
    s2_guarded_file *files =
        s2_make_room(guard->files, guard->count, &guard->capacity, sizeof *files);
    if (!files)
        return false;
    guard->files = files;
    return true;
}

/* Takes over path, which may be NULL when memory is out. */
static s2rgf_status add_file(s2_output_guard *guard, char *path, const char *output,
                             s2rgf_error *err)
{
    struct stat there;
    s2_guarded_file file = {.path = path,
                            .key = path ? s2_file_key(path) : NULL,
                            .output = output ? s2_strdup(output) : NULL,
                            .replaces = path && stat(path, &there) == 0 &&
                                        (S_ISREG(there.st_mode) || S_ISDIR(there.st_mode))};
    if (!file.key || (output && !file.output) || !reserve_file(guard)) {
        S2_FREE_EACH(file.path, file.key, file.output);
        return s2_fail_memory(err, "names of outputs");
    }
    guard->files[guard->count++] = file;
    guard->any_replaces |= file.replaces;
    return S2RGF_OK;
}

s2rgf_status s2_output_guard_add(s2_output_guard *guard, const char *path, s2rgf_error *err)
{
    return path ? add_file(guard, s2_strdup(path), NULL, err) : S2RGF_OK;
}

/* Length of a path without its extension. */
static int stem_length(const char *path)
{
    const char *slash = strrchr(path, '/'), *dot = strrchr(slash ? slash : path, '.');
    return (int)(dot ? (size_t)(dot - path) : strlen(path));
}

s2rgf_status s2_output_guard_add_map(s2_output_guard *guard, const char *path,
                                     char *const *suffixes, s2rgf_error *err)
{
    s2rgf_status status = s2_output_guard_add(guard, path, err);
    for (size_t i = 0; path && suffixes && suffixes[i] && status == S2RGF_OK; i++)
        status =
            add_file(guard, s2_asprintf("%.*s%s", stem_length(path), path, suffixes[i]), path, err);
    return status;
}

static int compare_keys(const void *a, const void *b)
{
    const s2_guarded_file *one = a, *other = b;
    return strcmp(one->key, other->key);
}

/* The same file twice: two outputs, or a file that is written with both. */
static s2rgf_status check_pair(const s2_guarded_file *a, const s2_guarded_file *b, s2rgf_error *err)
{
    const char *one = a->output ? a->output : a->path, *other = b->output ? b->output : b->path;
    if (strcmp(a->key, b->key) != 0 || (a->output && b->output && strcmp(one, other) == 0))
        return S2RGF_OK;
    if (s2_same_file(one, other))
        return s2_fail(err, S2RGF_INVALID_ARGUMENT, "%s: named for two outputs%s%s", one,
                       strcmp(one, other) == 0 ? "" : ", also as ",
                       strcmp(one, other) == 0 ? "" : other);
    return s2_fail(err, S2RGF_INVALID_ARGUMENT,
                   "%s: two outputs, %s and %s, would write it: choose other names", a->path, one,
                   other);
}

s2rgf_status s2_output_guard_close(s2_output_guard *guard, s2rgf_error *err)
{
    s2rgf_status status = S2RGF_OK;
    if (guard->count > 0)
        qsort(guard->files, guard->count, sizeof *guard->files, compare_keys);
    guard->is_closed = true;
    for (size_t i = 1; i < guard->count && status == S2RGF_OK; i++)
        status = check_pair(&guard->files[i - 1], &guard->files[i], err);
    return status;
}

/* ---- inputs ---------------------------------------------------------------------------------- */

/* Names to be looked at, each once. */
typedef struct name_queue {
    char **items;
    size_t count, capacity;
} name_queue;

static s2rgf_status push(name_queue *queue, const char *name, s2rgf_error *err)
{
    for (size_t i = 0; i < queue->count; i++)
        if (strcmp(queue->items[i], name) == 0)
            return S2RGF_OK;
    char **items = s2_make_room(queue->items, queue->count, &queue->capacity, sizeof *items);
    if (!items)
        return s2_fail_memory(err, "files of an input");
    queue->items = items;
    queue->items[queue->count] = s2_strdup(name);
    return queue->items[queue->count++] ? S2RGF_OK : s2_fail_memory(err, "files of an input");
}

/* The guarded file that a name leads to; NULL: there is none. */
static const s2_guarded_file *find_file(const s2_output_guard *guard, const char *key)
{
    const s2_guarded_file wanted = {.key = (char *)key};
    assert(guard->is_closed);
    return guard->count > 0
               ? bsearch(&wanted, guard->files, guard->count, sizeof *guard->files, compare_keys)
               : NULL;
}

/* input  in  what the user named, of which file is a part */
static s2rgf_status check_file(const s2_output_guard *guard, const char *file, const char *input,
                               s2rgf_error *err)
{
    char *key = s2_file_key(file);
    if (!key)
        return s2_fail_memory(err, "files of an input");
    const s2_guarded_file *found = find_file(guard, key);
    s2_free(key);
    if (!found)
        return S2RGF_OK;
    const bool itself = s2_same_file(found->path, input);
    const char *of = input[0] == '<' ? "a VRT in place of a name" : input;
    return s2_fail(err, S2RGF_INVALID_ARGUMENT, "%s: is an input too%s%s: it would be lost%s%s",
                   found->path, itself ? "" : ", as a file of ", itself ? "" : of,
                   found->output ? " with the output " : "", found->output ? found->output : "");
}

s2rgf_status s2_output_guard_file(const s2_output_guard *guard, const char *input, s2rgf_error *err)
{
    return input ? check_file(guard, input, input, err) : S2RGF_OK;
}

#define SCENE_PREFIX "S2RGF:" /* names of GDAL's plugin */
#define SCENE_SUFFIX ".s2rgf.json"

/* What follows the prefix of a scene's name, or the whole name. */
static const char *scene_text(const char *name)
{
    const size_t prefix = strlen(SCENE_PREFIX);
    return strncmp(name, SCENE_PREFIX, prefix) == 0 ? name + prefix : name;
}

static bool is_scene_file(const char *name)
{
    const size_t length = strlen(name), suffix = strlen(SCENE_SUFFIX);
    return length > suffix && strcmp(name + length - suffix, SCENE_SUFFIX) == 0;
}

static bool is_scene_name(const char *name)
{
    return scene_text(name) != name || is_scene_file(name);
}

/* Its model and its rasters. false: it is no scene, or one that others will refuse to map */
static bool push_scene(name_queue *queue, const char *name, s2rgf_status *status, s2rgf_error *err)
{
    const char *text = scene_text(name);
    const bool is_file = is_scene_file(text);
    s2rgf_scene *scene = NULL;
    if (!is_scene_name(name) || (is_file ? s2rgf_scene_load(text, &scene, NULL)
                                         : s2rgf_scene_parse(text, &scene, NULL)) != S2RGF_OK)
        return false;
    if (is_file)
        *status = push(queue, text, err);
    if (*status == S2RGF_OK)
        *status = push(queue, scene->model_path, err);
    for (size_t i = 0; i < scene->options.input_count && *status == S2RGF_OK; i++)
        *status = push(queue, scene->options.inputs[i].path, err);
    s2rgf_scene_free(scene);
    return true;
}

static s2rgf_status push_files(name_queue *queue, const s2_dataset_name *name, s2rgf_error *err)
{
    s2rgf_status status = S2RGF_OK;
    if (push_scene(queue, name->path, &status, err))
        return status;
    char **files = s2_dataset_files(name);
    for (size_t i = 0; files && files[i] && status == S2RGF_OK; i++)
        status = push(queue, files[i], err);
    s2_dataset_files_free(files);
    return status;
}

bool s2_output_guard_leads_on(const char *path)
{
    struct stat there;
    return stat(path, &there) != 0 || s2_dataset_refers(path) || is_scene_name(path);
}

s2rgf_status s2_output_guard_input(const s2_output_guard *guard, const s2_dataset_name *input,
                                   s2rgf_error *err)
{
    name_queue queue = {0};
    s2rgf_status status = check_file(guard, input->path, input->path, err);
    if (status != S2RGF_OK || !guard->any_replaces)
        return status;
    status = push_files(&queue, input, err);
    for (size_t i = 0; i < queue.count && status == S2RGF_OK; i++) {
        const s2_dataset_name file = {.path = queue.items[i]};
        status = check_file(guard, file.path, input->path, err);
        /* what only has files beside it is found from there, by s2_output_guard_strangers() */
        if (status == S2RGF_OK && strcmp(file.path, input->path) != 0 &&
            s2_output_guard_leads_on(file.path))
            status = push_files(&queue, &file, err);
    }
    s2_strings_free(queue.items, queue.count);
    return status;
}

static s2rgf_status guard_paths(const s2_output_guard *guard, const char *const *paths,
                                size_t count, s2rgf_error *err)
{
    s2rgf_status status = S2RGF_OK;
    for (size_t i = 0; i < count && status == S2RGF_OK; i++)
        if (paths[i])
            status = s2_output_guard_input(guard, &(s2_dataset_name){.path = paths[i]}, err);
    return status;
}

s2rgf_status s2_output_guard_scene(const s2_output_guard *guard, const s2rgf_scene_options *scene,
                                   s2rgf_error *err)
{
    s2rgf_status status = S2RGF_OK;
    for (size_t i = 0; i < scene->input_count && status == S2RGF_OK; i++) {
        const s2_dataset_name input = {scene->inputs[i].path, scene->open_options,
                                       scene->input_formats};
        status = s2_output_guard_input(guard, &input, err);
    }
    return status;
}

/* ---- other data sets ------------------------------------------------------------------------- */

static bool is_style(const char *path)
{
    const size_t length = strlen(path);
    return length > 4 && strcmp(path + length - 4, ".qml") == 0;
}

/* What is named after the whole output is of no other: y.tif.aux.xml, but not y.qml of an output y */
static bool is_named_after(const s2_guarded_file *file)
{
    const char *output = file->output;
    const size_t length = output ? strlen(output) : 0;
    return output && (size_t)stem_length(output) < length &&
           strncmp(file->path, output, length) == 0;
}

/* An s2_dataset_filter: what is written too, as the .shx of a shapefile. */
static bool is_written(const void *of, const char *path)
{
    char *key = s2_file_key(path);
    const bool found = key && find_file(of, key);
    s2_free(key);
    return found;
}

/* What an output would become a part of by its name alone: the overviews, the mask or the metadata
   of a file that is there. */
static s2rgf_status check_suffix(const char *path, s2rgf_error *err)
{
    static const char *const suffixes[] = {".ovr", ".msk", ".aux.xml"};
    const size_t length = strlen(path);
    s2rgf_status status = S2RGF_OK;
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes && status == S2RGF_OK; i++) {
        const size_t suffix = strlen(suffixes[i]);
        if (length <= suffix || strcmp(path + length - suffix, suffixes[i]) != 0)
            continue;
        char *owner = s2_asprintf("%.*s", (int)(length - suffix), path);
        if (!owner)
            return s2_fail_memory(err, "names of outputs");
        if (access(owner, F_OK) == 0)
            status = s2_fail(err, S2RGF_INVALID_ARGUMENT,
                             "%s: would be read as a part of %s: choose another name", path, owner);
        s2_free(owner);
    }
    return status;
}

static s2rgf_status check_stranger(const s2_output_guard *guard, const s2_guarded_file *file,
                                   bool overwrite, s2rgf_error *err)
{
    const char *with = file->output ? " with the output " : "";
    const char *output = file->output ? file->output : "";
    struct stat there;
    if (!file->replaces && !file->output)
        return check_suffix(file->path, err);
    if (!file->replaces || is_named_after(file))
        return S2RGF_OK;
    if (file->output && !overwrite && stat(output, &there) == 0)
        return s2_fail(err, S2RGF_INVALID_ARGUMENT, "%s: exists: use -overwrite to replace it",
                       output);
    if (file->output && !overwrite)
        return s2_fail(err, S2RGF_INVALID_ARGUMENT,
                       "%s: exists: use -overwrite to replace it with the output %s", file->path,
                       output);
    if (file->output && is_style(file->path) && !s2_is_raster_style(file->path))
        return s2_fail(
            err, S2RGF_INVALID_ARGUMENT,
            "%s: is not the style of a raster: it would be lost%s%s: choose another name, or "
            "write no style",
            file->path, with, output);
    /* an output that is there has its style there, too */
    if (file->output && is_style(file->path) && stat(output, &there) == 0)
        return S2RGF_OK;
    char *owner = s2_dataset_owner(file->path, is_written, guard);
    if (!owner)
        return file->output ? S2RGF_OK : check_suffix(file->path, err);
    s2_fail(err, S2RGF_INVALID_ARGUMENT, "%s: belongs to %s: it would be lost%s%s", file->path,
            owner, with, output);
    s2_free(owner);
    return S2RGF_INVALID_ARGUMENT;
}

s2rgf_status s2_output_guard_strangers(const s2_output_guard *guard, bool overwrite,
                                       s2rgf_error *err)
{
    s2rgf_status status = S2RGF_OK;
    for (size_t i = 0; i < guard->count && status == S2RGF_OK; i++)
        status = check_stranger(guard, &guard->files[i], overwrite, err);
    return status;
}

s2rgf_status s2_output_guard_check(s2_output_guard *guard, const s2_guarded_inputs *inputs,
                                   bool overwrite, s2rgf_error *err)
{
    s2rgf_status status = s2_output_guard_close(guard, err);
    if (status == S2RGF_OK)
        status = s2_output_guard_file(guard, inputs->model_path, err);
    if (status == S2RGF_OK && inputs->scene)
        status = s2_output_guard_scene(guard, inputs->scene, err);
    if (status == S2RGF_OK)
        status = guard_paths(guard, inputs->paths, inputs->count, err);
    return status == S2RGF_OK ? s2_output_guard_strangers(guard, overwrite, err) : status;
}

s2rgf_status s2rgf_check_outputs(const char *const *paths, const char *const *others,
                                 s2rgf_error *err)
{
    s2_output_guard guard = {0};
    s2_guarded_inputs inputs = {.paths = others};
    s2_error_clear(err);
    s2rgf_status status = S2_ARGUMENTS_GIVEN(err, {"paths", paths}, {"others", others});
    for (size_t i = 0; status == S2RGF_OK && paths[i]; i++)
        status = s2_output_guard_add(&guard, paths[i], err);
    while (status == S2RGF_OK && others[inputs.count])
        inputs.count++;
    if (status == S2RGF_OK)
        status = s2_output_guard_check(&guard, &inputs, true, err);
    s2_output_guard_clear(&guard);
    return status;
}
