/* From the options of a training to its scenes and their labels: one scene, or those of a list. */
#include "train/set/scene_reading.h"

#include <stdio.h>
#include <string.h>

#include "core/error.h"
#include "core/log.h"
#include "core/memory.h"
#include "core/plural.h"
#include "geo/labels/labels_merge.h"
#include "scene/scene_description.h"
#include "scene/scene_host.h"
#include "scene/usable_bands.h"
#include "train/set/description.h"

s2rgf_status s2_training_list_find(const s2rgf_train_options *options, s2_training_list *list,
                                   s2rgf_error *err)
{
    *list = (s2_training_list){0};
    if (!options->scenes_path)
        return S2RGF_OK;
    const char *raster = options->scene.inputs[0].path;
    if (!s2_scene_is_template(raster))
        return s2_fail(err, S2RGF_INVALID_ARGUMENT,
                       "%s: one input for many scenes: put {} where the name of the scene belongs",
                       raster);
    if (!s2_scene_is_folder(options->scenes_path))
        return s2_scene_read_list(options->scenes_path, &list->names, err);
    list->folder = options->scenes_path;
    return s2_scene_find(options->scenes_path, raster, &list->names, err);
}

s2rgf_status s2_training_list_labels(const s2_training_list *list,
                                     const s2rgf_train_options *options, const char *name,
                                     char **path, s2rgf_error *err)
{
    const char *labels = options->labels.path;
    s2_scene_names paths = {0};
    s2rgf_status status = S2RGF_OK;
    *path = NULL;
    if (s2_scene_is_template(labels))
        status = s2_scene_paths(list->folder, labels, name, &paths, err);
    if (status == S2RGF_OK && !(*path = s2_strdup(paths.count > 0 ? paths.items[0] : labels)))
        status = s2_fail_memory(err, "labels");
    s2_scene_names_clear(&paths);
    return status;
}

/* ---- one scene ------------------------------------------------------------------------------ */

static s2rgf_status read_labels(const s2rgf_label_options *options, s2_scene *scene, bool alone,
                                const s2rgf_host *host, s2_label_set *labels, s2rgf_error *err)
{
    s2rgf_status status = s2_labels_read(options, &scene->grid, host, labels, err);
    if (status == S2RGF_OK)
        status = s2_labels_refuse_zero(labels, options->path, err);
    if (status == S2RGF_OK)
        status = s2_training_labels_check(scene, options->path, alone, host, labels, err);
    return status;
}

static s2rgf_status read_one(const s2rgf_train_options *options, const s2rgf_host *host,
                             s2_model_content *content, s2_training_scene_data *data,
                             s2rgf_error *err)
{
    s2_scene *scene = &data->scene;
    s2rgf_status status = s2_scene_open(&options->scene, NULL, host, scene, err);
    if (status == S2RGF_OK)
        status = s2_scene_leave_out_bands(scene, options->bands, host, err);
    if (status == S2RGF_OK) {
        s2_scene_report(scene, host);
        status = read_labels(&options->labels, scene, true, host, &data->labels, err);
    }
    if (status == S2RGF_OK)
        status = s2_describe_sources(scene, content, err);
    if (status == S2RGF_OK)
        status = s2_training_scenes_add(&data->scenes, NULL, NULL, scene, err);
    if (status == S2RGF_OK)
        data->scenes.items[0].end = data->labels.count;
    return status;
}

/* ---- many scenes ---------------------------------------------------------------------------- */

/* What is at hand while the scenes of a list are read. */
typedef struct list_reader {
    const s2rgf_train_options *options;
    const s2_training_list *list;
    const s2rgf_host *host; /* of the whole call */
    s2_model_content *content;
    s2_training_scenes *scenes;
    s2_scene_labels *read; /* [names], as many as there are scenes */
    size_t without;        /* scenes whose file of labels is not there */
    char *missing;         /* the first such file, or NULL */
} list_reader;

/* The first scene says what sources there are; the others are opened as for mapping. */
static s2rgf_status open_listed(const list_reader *reader, s2rgf_scene *rasters,
                                const s2rgf_host *host, s2_scene *scene, s2rgf_error *err)
{
    const s2rgf_train_options *options = reader->options;
    s2rgf_scene_options own = options->scene;
    own.inputs = rasters->options.inputs;
    own.input_count = rasters->options.input_count;
    if (reader->scenes->count > 0)
        return s2_scene_open_for_model(&own, reader->content, NULL, host, scene, err);
    s2rgf_status status = s2_scene_open(&own, NULL, host, scene, err);
    if (status == S2RGF_OK)
        status = s2_scene_leave_out_bands(scene, options->bands, reader->host, err);
    if (status == S2RGF_OK)
        s2_scene_report(scene, reader->host);
    return status;
}

/* The labels of a scene; a file of its own may be missing. */
static s2rgf_status read_listed_labels(list_reader *reader, const char *name, s2_scene *scene,
                                       const s2rgf_host *host, s2_label_set *labels,
                                       s2rgf_error *err)
{
    s2rgf_label_options own = reader->options->labels;
    const bool template = s2_scene_is_template(own.path);
    char *path = NULL;
    s2rgf_status status = s2_training_list_labels(reader->list, reader->options, name, &path, err);
    own.path = path;
    if (status == S2RGF_OK && (!template || s2_scene_exists(path))) {
        status = read_labels(&own, scene, false, host, labels, err);
    } else if (status == S2RGF_OK && reader->without++ == 0) {
        reader->missing = path;
        path = NULL;
    }
    s2_free(path);
    return status;
}

/* Open a scene, read its labels, keep both and close it. index in  of its name */
static s2rgf_status read_listed(list_reader *reader, size_t index, s2rgf_error *err)
{
    const char *name = reader->list->names.items[index];
    s2_scene_labels *read = &reader->read[reader->scenes->count];
    s2_scene_host own_host = {reader->host, name, 0, 1};
    const s2rgf_host host = s2_scene_host_of(&own_host);
    s2rgf_scene_options templates = reader->options->scene;
    s2rgf_scene *rasters = NULL;
    s2_scene scene = {0};
    read->name = name;
    if (reader->scenes->count == 0) /* it says which sources there are */
        templates.any_source = false;
    s2rgf_status status = s2_scene_record_create(&rasters, err);
    if (status == S2RGF_OK)
        status = s2_scene_record_fill(rasters, &templates, reader->list->folder, name, err);
    if (status == S2RGF_OK)
        status = open_listed(reader, rasters, &host, &scene, err);
    if (status == S2RGF_OK)
        status = read_listed_labels(reader, name, &scene, &host, &read->set, err);
    if (status == S2RGF_OK && read->set.count == 0 && reader->scenes->count > 0)
        status = s2_scene_refuse_empty(&scene, reader->host, err);
    if (status == S2RGF_OK)
        status = s2_grid_copy(&scene.grid, &read->grid, err);
    if (status == S2RGF_OK && reader->scenes->count == 0)
        status = s2_describe_sources(&scene, reader->content, err);
    if (status == S2RGF_OK)
        status = s2_training_scenes_add(reader->scenes, name, rasters, &scene, err);
    if (status != S2RGF_OK) {
        s2rgf_scene_free(rasters);
        s2_label_set_clear(&read->set);
        s2_grid_clear(&read->grid);
    }
    s2_scene_close(&scene);
    return status;
}

/* A scene that cannot be used ends the run, unless it may be left out. */
static s2rgf_status judge(const list_reader *reader, const char *name, s2rgf_status status,
                          const s2rgf_error *own, s2rgf_error *err)
{
    const bool fatal = status == S2RGF_NO_MEMORY || status == S2RGF_CANCELLED;
    if (status == S2RGF_OK)
        return S2RGF_OK;
    if (fatal || !reader->options->skip_bad)
        return s2_fail(err, status, "scene %s: %s", name, own->message);
    s2_log(reader->host, S2RGF_WARNING, "scene %s: left out: %s", name, own->message);
    return S2RGF_OK;
}

static s2rgf_status read_all(list_reader *reader, s2rgf_error *err)
{
    const s2_scene_names *names = &reader->list->names;
    s2rgf_status status = S2RGF_OK;
    for (size_t i = 0; i < names->count && status == S2RGF_OK; i++) {
        s2rgf_error own = {.status = S2RGF_OK};
        const s2rgf_status read = read_listed(reader, i, &own);
        status = judge(reader, names->items[i], read, &own, err);
        if (status == S2RGF_OK && !s2_progress(reader->host, 0.0))
            status = s2_fail(err, S2RGF_CANCELLED, "interrupted");
    }
    if (status == S2RGF_OK && reader->scenes->count == 0)
        status = s2_fail(err, S2RGF_FORMAT, "%s: no scene of %zu can be used",
                         reader->options->scenes_path, names->count);
    return status;
}

/* Scenes without labels may be meant, or the template of the labels may be wrong. */
static s2rgf_status tell_without(const list_reader *reader, const s2_label_set *labels,
                                 s2rgf_error *err)
{
    const int scenes = reader->scenes->count;
    char missing[S2RGF_MESSAGE_BYTES / 2] = "";
    if (reader->without > 0)
        snprintf(missing, sizeof missing, "; %zu %s no file of labels, as %s", reader->without,
                 s2_plural(reader->without, "has", "have"), reader->missing);
    if (labels->count == 0)
        return s2_fail(err, S2RGF_FORMAT, "%s: no labelled pixel in any of %d %s%s",
                       reader->options->labels.path, scenes,
                       s2_plural((uint64_t)scenes, "scene", "scenes"), missing);
    if (reader->without > 0)
        s2_log(reader->host, S2RGF_INFO, "%d %s%s", scenes,
               s2_plural((uint64_t)scenes, "scene", "scenes"), missing);
    return S2RGF_OK;
}

static s2rgf_status merge(const list_reader *reader, s2_label_set *labels, s2rgf_error *err)
{
    s2_training_scenes *scenes = reader->scenes;
    const bool whole = strcmp(reader->options->validation_by, "scene") == 0;
    const s2_merge_rules rules = {!s2_scene_is_template(reader->options->labels.path), whole};
    if (whole && scenes->count == 1)
        s2_log(
            reader->host, S2RGF_WARNING,
            "there is only one scene: validation takes polygons or blocks of it, not whole scenes");
    size_t *first = s2_alloc((size_t)scenes->count + 1, sizeof *first);
    s2rgf_status status = first ? s2_labels_merge(reader->read, scenes->count, rules, reader->host,
                                                  labels, first, err)
                                : s2_fail_memory(err, "labels");
    for (int i = 0; i < scenes->count && status == S2RGF_OK; i++) {
        scenes->items[i].first = first[i];
        scenes->items[i].end = first[i + 1];
    }
    s2_free(first);
    if (status == S2RGF_OK)
        status = tell_without(reader, labels, err);
    return status;
}

static s2rgf_status read_many(const s2rgf_train_options *options, const s2_training_list *list,
                              const s2rgf_host *host, s2_model_content *content,
                              s2_training_scene_data *data, s2rgf_error *err)
{
    list_reader reader = {.options = options,
                          .list = list,
                          .host = host,
                          .content = content,
                          .scenes = &data->scenes,
                          .read = s2_calloc(list->names.count, sizeof *reader.read)};
    if (!reader.read)
        return s2_fail_memory(err, "scenes");
    s2rgf_status status = read_all(&reader, err);
    if (status == S2RGF_OK)
        status = merge(&reader, &data->labels, err);
    for (int i = 0; i < data->scenes.count; i++) {
        s2_label_set_clear(&reader.read[i].set);
        s2_grid_clear(&reader.read[i].grid);
    }
    S2_FREE_EACH(reader.read, reader.missing);
    return status;
}

s2rgf_status s2_training_read_scenes(const s2rgf_train_options *options,
                                     const s2_training_list *list, const s2rgf_host *host,
                                     s2_model_content *content, s2_training_scene_data *data,
                                     s2rgf_error *err)
{
    *data = (s2_training_scene_data){0};
    s2_training_scenes_init(&data->scenes, &options->scene, content);
    s2rgf_status status = list->names.count == 0
                              ? read_one(options, host, content, data, err)
                              : read_many(options, list, host, content, data, err);
    if (status == S2RGF_OK && options->validation > 0.0 && !data->labels.whole_scenes)
        status = s2_training_labels_block(&data->labels, err);
    return status;
}

void s2_training_scene_data_clear(s2_training_scene_data *data)
{
    s2_training_scenes_clear(&data->scenes);
    s2_label_set_clear(&data->labels);
    s2_scene_close(&data->scene);
}
