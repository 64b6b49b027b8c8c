/* What happened to each scene of a list, as JSON. */
#include <string.h>

#include "classify/classify_scenes.h"
#include "core/memory.h"
#include "core/utf8.h"
#include "format/json_writer.h"

#define TEXT_BYTES 4096 /* of a path or message in the report */

static const char *const OUTCOMES[] = {"not reached", "mapped", "skipped", "failed"};

size_t s2_scene_list_tally(const s2_scene_list *list, s2_scene_outcome outcome)
{
    size_t count = 0;
    for (size_t i = 0; i < list->count; i++)
        count += list->scenes[i].outcome == outcome;
    return count;
}

/* File names may be any bytes; JSON is UTF-8. */
static void put_text(s2_json_writer *writer, const char *key, const char *text)
{
    char *clean = s2_strdup(text);
    if (!clean) {
        writer->text.failed = true;
        return;
    }
    s2_utf8_clean(clean, TEXT_BYTES);
    s2_json_put_string(writer, key, clean);
    s2_free(clean);
}

static void put_outcome(s2_json_writer *writer, const s2_listed_scene *scene)
{
    s2_json_begin_object(writer, NULL);
    put_text(writer, "scene", scene->name);
    put_text(writer, "map", scene->map);
    s2_json_put_string(writer, "outcome", OUTCOMES[scene->outcome]);
    if (scene->outcome == S2_SCENE_MAPPED || scene->outcome == S2_SCENE_FAILED)
        s2_json_put_double(writer, "seconds", scene->seconds);
    if (scene->outcome == S2_SCENE_FAILED) {
        s2_json_put_string(writer, "error", s2rgf_status_text(scene->error.status));
        put_text(writer, "message", scene->error.message);
    }
    s2_json_end_object(writer);
}

char *s2_scene_list_report(const s2_scene_list *list)
{
    s2_json_writer writer = {.indent = true};
    s2_json_begin_object(&writer, NULL);
    s2_json_put_string(&writer, "s2rgf_version", s2rgf_version());
    put_text(&writer, "model", list->options->model_path);
    s2_json_put_string(&writer, "model_checksum", list->model_checksum);
    s2_json_put_int(&writer, "shard", list->share);
    s2_json_put_int(&writer, "shards", list->share_count);
    s2_json_put_uint(&writer, "scenes", list->count);
    s2_json_put_uint(&writer, "mapped", s2_scene_list_tally(list, S2_SCENE_MAPPED));
    s2_json_put_uint(&writer, "skipped", s2_scene_list_tally(list, S2_SCENE_SKIPPED));
    s2_json_put_uint(&writer, "failed", s2_scene_list_tally(list, S2_SCENE_FAILED));
    s2_json_put_uint(&writer, "not_reached", s2_scene_list_tally(list, S2_SCENE_NOT_REACHED));
    s2_json_begin_array(&writer, "outcomes");
    for (size_t i = 0; i < list->count; i++)
        put_outcome(&writer, &list->scenes[i]);
    s2_json_end_array(&writer);
    s2_json_end_object(&writer);
    if (!writer.text.failed)
        return writer.text.data;
    s2_free(writer.text.data);
    return NULL;
}
