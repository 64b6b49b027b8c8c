/* A scene in one line, s2rgf_scene(5). */
#include <string.h>

#include "core/argument.h"
#include "core/error.h"
#include "core/memory.h"
#include "s2rgf/scene.h"
#include "scene/scene_description.h"

/** Length of a value: up to its closing quote, or to the next comma; quoted tells which. */
static size_t value_length(const char *value, bool *quoted)
{
    *quoted = value[0] == '"';
    return *quoted ? strcspn(value + 1, "\"") + 2 : strcspn(value, ",");
}

/** Take "name=value" from the front of *text, with the comma after it. Memory: s2_free(). */
static s2rgf_status take_item(const char **text, char **name, char **value, s2rgf_error *err)
{
    const char *start = *text;
    const size_t length = strcspn(start, "=,");
    bool quoted = false;
    if (length == 0 || start[length] != '=')
        return s2_fail(err, S2RGF_FORMAT, "scene: expected name=value, found \"%s\"", start);
    const char *from = start + length + 1;
    const size_t count = value_length(from, &quoted);
    const size_t quotes = quoted ? 1 : 0;
    if (count <= 2 * quotes)
        return s2_fail(err, S2RGF_FORMAT, "scene: %.*s: expected a file name, found nothing",
                       (int)length, start);
    if (count > strlen(from) || (from[count] != ',' && from[count] != '\0'))
        return s2_fail(err, S2RGF_FORMAT, "scene: %.*s: expected a closing quote and a comma",
                       (int)length, start);
    *name = s2_asprintf("%.*s", (int)length, start);
    *value = s2_asprintf("%.*s", (int)(count - 2 * quotes), from + quotes);
    *text = from + count + (from[count] == ',');
    return *name && *value ? S2RGF_OK : s2_fail_memory(err, "scene");
}

static s2rgf_status add_item(s2rgf_scene *scene, const char *name, const char *value,
                             s2rgf_error *err)
{
    if (strcmp(name, "model") != 0)
        return s2_scene_record_add_input(scene, name, value, err);
    if (scene->model_path)
        return s2_fail(err, S2RGF_FORMAT, "scene: model: given twice");
    return s2_scene_record_set(&scene->model_path, value, err);
}

s2rgf_status s2rgf_scene_parse(const char *text, s2rgf_scene **scene, s2rgf_error *err)
{
    s2rgf_scene *made = NULL;
    s2_error_clear(err);
    s2rgf_status status = S2_ARGUMENTS_GIVEN(err, {"text", text}, {"scene", scene});
    if (status != S2RGF_OK)
        return status;
    *scene = NULL;
    status = s2_scene_record_create(&made, err);
    while (status == S2RGF_OK && *text) {
        char *name = NULL, *value = NULL;
        status = take_item(&text, &name, &value, err);
        if (status == S2RGF_OK)
            status = add_item(made, name, value, err);
        s2_free(name);
        s2_free(value);
    }
    if (status == S2RGF_OK && (!made->model_path || made->options.input_count == 0))
        status =
            s2_fail(err, S2RGF_FORMAT, "scene: expected model=FILE and one NAME=RASTER or more");
    if (status != S2RGF_OK) {
        s2rgf_scene_free(made);
        return status;
    }
    *scene = made;
    return S2RGF_OK;
}
