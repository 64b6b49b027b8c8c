/* The scenes of a training: what is known of each while it is closed, a few that are open, and small
   sources that are kept in memory. */
#include "train/set/training_scenes.h"

#include <string.h>

#include "core/error.h"
#include "core/memory.h"

#define OPEN_FILES 128                /* at most, of all open scenes */
#define KEPT_BYTES ((size_t)64 << 20) /* at most, of all kept sources */

void s2_training_scenes_init(s2_training_scenes *scenes, const s2rgf_scene_options *options,
                             const s2_model_content *content)
{
    *scenes = (s2_training_scenes){.content = content, .kept_room = KEPT_BYTES};
    if (options)
        scenes->options = *options;
}

static void close_scene(s2_open_scene *open)
{
    s2_network_input_close(open->input);
    if (open->scene == &open->own)
        s2_scene_close(&open->own);
    *open = (s2_open_scene){.index = -1};
}

void s2_training_scenes_clear(s2_training_scenes *scenes)
{
    for (int i = 0; i < scenes->open_room; i++)
        close_scene(&scenes->open[i]);
    for (int i = 0; i < scenes->count; i++) {
        for (int s = 0; s < S2RGF_MAX_SOURCES; s++)
            S2_FREE_EACH(scenes->items[i].kept[s].pixels, scenes->items[i].kept[s].valid);
        s2rgf_scene_free(scenes->items[i].rasters);
        s2_free((char *)scenes->items[i].name);
    }
    s2_strings_free(scenes->srs, scenes->srs_count);
    S2_FREE_EACH(scenes->open, scenes->items);
    *scenes = (s2_training_scenes){0};
}

/* A CRS in the list of all, where most scenes have the same. */
static s2rgf_status list_srs(s2_training_scenes *scenes, const char *wkt, const char **listed,
                             s2rgf_error *err)
{
    for (size_t i = 0; i < scenes->srs_count && wkt && !*listed; i++)
        if (strcmp(scenes->srs[i], wkt) == 0)
            *listed = scenes->srs[i];
    if (!wkt || *listed)
        return S2RGF_OK;
    char **list = s2_make_room(scenes->srs, scenes->srs_count, &scenes->srs_room, sizeof *list);
    if (!list)
        return s2_fail_memory(err, "scenes");
    scenes->srs = list;
    *listed = list[scenes->srs_count] = s2_strdup(wkt);
    scenes->srs_count += *listed != NULL;
    return *listed ? S2RGF_OK : s2_fail_memory(err, "scenes");
}

s2rgf_status s2_training_scenes_add(s2_training_scenes *scenes, const char *name,
                                    s2rgf_scene *rasters, s2_scene *scene, s2rgf_error *err)
{
    s2_training_scene added = {.rasters = rasters, .borrowed = rasters ? NULL : scene};
    s2_training_scene *items =
        s2_make_room(scenes->items, (size_t)scenes->count, &scenes->room, sizeof *items);
    if (!items)
        return s2_fail_memory(err, "scenes");
    scenes->items = items;
    s2_scene_geometry(scene, &added.geometry);
    s2rgf_status status = S2RGF_OK;
    for (int s = 0; s < scene->count && status == S2RGF_OK; s++)
        status = list_srs(scenes, s2_source_file_srs(scene->sources[s].source), &added.srs[s], err);
    if (status == S2RGF_OK && name && !(added.name = s2_strdup(name)))
        status = s2_fail_memory(err, "scenes");
    if (status == S2RGF_OK)
        scenes->items[scenes->count++] = added;
    return status;
}

/* ---- opening -------------------------------------------------------------------------------- */

static bool is_as_before(const s2_run_geometry *known, const s2_scene *scene)
{
    s2_run_geometry found;
    s2_scene_geometry(scene, &found);
    bool same = found.width == known->width && found.height == known->height;
    for (int s = 0; s < scene->count; s++)
        same = same && found.source_width[s] == known->source_width[s] &&
               found.source_height[s] == known->source_height[s];
    return same;
}

s2rgf_status s2_training_scenes_copy(const s2_training_scenes *scenes, int index, s2_scene *copy,
                                     s2rgf_error *err)
{
    const s2_training_scene *item = &scenes->items[index];
    s2rgf_scene_options options = scenes->options;
    if (item->borrowed)
        return s2_scene_reopen(item->borrowed, copy, err);
    options.inputs = item->rasters->options.inputs;
    options.input_count = item->rasters->options.input_count;
    s2rgf_status status =
        s2_scene_open_for_model(&options, scenes->content, item->srs, NULL, copy, err);
    if (status == S2RGF_OK && !is_as_before(&item->geometry, copy)) {
        s2_scene_close(copy);
        status = s2_fail(err, S2RGF_IO, "scene %s: changed while it was in use", item->name);
    }
    return status;
}

/* Room for as many scenes as have no more than OPEN_FILES files together. */
static s2rgf_status make_room(s2_training_scenes *scenes, s2rgf_error *err)
{
    size_t most = 1;
    for (int i = 0; i < scenes->count; i++) {
        const s2rgf_scene *rasters = scenes->items[i].rasters;
        if (rasters && rasters->options.input_count > most)
            most = rasters->options.input_count;
    }
    const int room = most < OPEN_FILES ? (int)(OPEN_FILES / most) : 1;
    scenes->open = s2_calloc((size_t)room, sizeof *scenes->open);
    if (!scenes->open)
        return s2_fail_memory(err, "scenes");
    scenes->open_room = room;
    for (int i = 0; i < room; i++)
        scenes->open[i].index = -1;
    return S2RGF_OK;
}

/* The open scene. Where there is no room, that of before is closed: whoever goes over all scenes in
   turn, again and again, then finds the others open. */
static s2rgf_status find_open(s2_training_scenes *scenes, int index, s2_open_scene **found,
                              s2rgf_error *err)
{
    s2rgf_status status = scenes->open ? S2RGF_OK : make_room(scenes, err);
    if (status != S2RGF_OK)
        return status;
    s2_open_scene *open = &scenes->open[scenes->last];
    for (int i = 0; i < scenes->open_room && open->index != index; i++)
        if (scenes->open[i].index == index || scenes->open[i].index < 0)
            open = &scenes->open[i];
    if (open->index != index) {
        close_scene(open);
        open->scene = scenes->items[index].borrowed;
        if (!open->scene) {
            status = s2_training_scenes_copy(scenes, index, &open->own, err);
            open->scene = status == S2RGF_OK ? &open->own : NULL;
        }
        open->index = status == S2RGF_OK ? index : -1;
    }
    scenes->last = (int)(open - scenes->open);
    *found = open;
    return status;
}

s2rgf_status s2_training_scenes_open(s2_training_scenes *scenes, int index, s2_scene **scene,
                                     s2rgf_error *err)
{
    s2_open_scene *open = NULL;
    const s2rgf_status status = find_open(scenes, index, &open, err);
    *scene = status == S2RGF_OK ? open->scene : NULL;
    return status;
}

/* ---- reading -------------------------------------------------------------------------------- */

static s2rgf_status read_files(s2_training_scenes *scenes, int index, int source, s2_rect rect,
                               float *pixels, uint8_t *valid, s2rgf_error *err)
{
    s2_open_scene *open = NULL;
    s2rgf_status status = find_open(scenes, index, &open, err);
    if (status == S2RGF_OK && !open->input)
        status = s2_network_input_open(open->scene, scenes->content, S2_INPUT_AT_ONCE, &open->input,
                                       err);
    return status == S2RGF_OK ? s2_network_input_read(open->input, source, rect, pixels, valid, err)
                              : status;
}

/* A scene that is wholly kept leaves its place among the open ones to another. */
static void close_kept(s2_training_scenes *scenes, int index)
{
    s2_open_scene *open = &scenes->open[scenes->last];
    bool all = open->index == index;
    for (int s = 0; s < scenes->content->source_count; s++)
        all = all && scenes->items[index].kept[s].pixels;
    if (all)
        close_scene(open);
}

/* Keep a source if there is room for it. */
static s2rgf_status keep_source(s2_training_scenes *scenes, int index, int source, s2_rect whole,
                                s2rgf_error *err)
{
    s2_kept_source *kept = &scenes->items[index].kept[source];
    const size_t count = (size_t)whole.w * (size_t)whole.h;
    const size_t floats = (size_t)scenes->content->sources[source].band_count * sizeof(float);
    kept->settled = true;
    if (count > scenes->kept_room / (floats + 1))
        return S2RGF_OK;
    float *pixels = s2_alloc(count, floats);
    uint8_t *valid = s2_alloc(count, 1);
    s2rgf_status status = S2RGF_OK;
    if (pixels && valid)
        status = read_files(scenes, index, source, whole, pixels, valid, err);
    if (!pixels || !valid || status != S2RGF_OK) {
        S2_FREE_EACH(pixels, valid);
        return status;
    }
    kept->pixels = pixels;
    kept->valid = valid;
    scenes->kept_room -= count * (floats + 1);
    close_kept(scenes, index);
    return S2RGF_OK;
}

s2rgf_status s2_training_scenes_read(s2_training_scenes *scenes, int index, int source,
                                     s2_rect rect, float *pixels, uint8_t *valid, s2rgf_error *err)
{
    const s2_run_geometry *geometry = &scenes->items[index].geometry;
    const s2_rect whole = {0, 0, geometry->source_width[source], geometry->source_height[source]};
    const s2_kept_source *kept = &scenes->items[index].kept[source];
    const size_t bands = (size_t)scenes->content->sources[source].band_count;
    const s2rgf_status status =
        kept->settled ? S2RGF_OK : keep_source(scenes, index, source, whole, err);
    if (status != S2RGF_OK)
        return status;
    if (!kept->pixels)
        return read_files(scenes, index, source, rect, pixels, valid, err);
    for (int y = 0; y < rect.h; y++) {
        const size_t from = (size_t)(rect.y + y) * (size_t)whole.w + (size_t)rect.x;
        const size_t to = (size_t)y * (size_t)rect.w;
        memcpy(pixels + to * bands, kept->pixels + from * bands,
               (size_t)rect.w * bands * sizeof(float));
        memcpy(valid + to, kept->valid + from, (size_t)rect.w);
    }
    return S2RGF_OK;
}

int s2_training_scenes_of_label(const s2_training_scenes *scenes, size_t label)
{
    int low = 0, high = scenes->count - 1;
    while (low < high) {
        const int middle = low + (high - low) / 2;
        if (label < scenes->items[middle].end)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}
