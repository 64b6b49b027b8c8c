/* The options of one scene of a list: templates become paths. */
#include "classify/listed_options.h"

#include "core/error.h"
#include "core/memory.h"
#include "core/path.h"
#include "scene/scene_description.h"

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

static s2rgf_status fill_places(const s2_scene_list *list, const char *name, s2_listed_options *own,
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
static s2rgf_status check_outputs(const s2_scene_list *list, const s2_listed_options *own,
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

s2rgf_status s2_listed_outputs_fill(const char *name, s2_listed_options *own, s2rgf_error *err)
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

s2rgf_status s2_listed_options_fill(const s2_scene_list *list, const char *name,
                                    s2_listed_options *own, s2rgf_error *err)
{
    const s2rgf_classify_options *common = list->options;
    s2rgf_classify_options *classify = &own->classify;
    *own = (s2_listed_options){.classify = *common};
    s2rgf_status status = s2_scene_record_create(&own->scene, err);
    if (status == S2RGF_OK)
        status = s2_scene_record_fill(own->scene, &common->scene, list->folder, name, err);
    if (status == S2RGF_OK) {
        classify->scene.inputs = own->scene->options.inputs;
        classify->scene.input_count = own->scene->options.input_count;
        status = s2_listed_outputs_fill(name, own, err);
    }
    if (status == S2RGF_OK && !list->folder)
        status = check_outputs(list, own, err);
    return status == S2RGF_OK ? fill_places(list, name, own, err) : status;
}

void s2_listed_options_clear(s2_listed_options *own)
{
    s2rgf_scene_free(own->scene);
    for (int i = 0; i < S2_MAP_KINDS; i++)
        s2_free(own->outputs[i]);
    S2_FREE_EACH(own->mask, own->cutline, own->exclude);
}
