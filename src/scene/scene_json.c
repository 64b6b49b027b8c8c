/* Reading a scene file, s2rgf_scene(5). */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/argument.h"
#include "core/error.h"
#include "core/file.h"
#include "core/memory.h"
#include "core/path.h"
#include "core/utf8.h"
#include "format/json_reader.h"
#include "geo/source/quality.h"
#include "s2rgf/scene.h"
#include "scene/scene_description.h"

#define LARGEST_BYTES (1 << 20)
#define MOST_FILES 10000 /* of one source */
#define MOST_TEXTS 1000  /* of one list of options */

/* A scene file while it is read. */
typedef struct scene_reader {
    const char *path; /* of the file */
    s2rgf_scene *scene;
} scene_reader;

/** The file as text ended by zero, one byte more than is allowed at most. Memory: s2_free(). */
static s2rgf_status read_scene_file(const char *path, char **text, size_t *length, s2rgf_error *err)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return s2_fail(err, S2RGF_IO, "%s: cannot be opened: %s", path, s2_open_problem(path));
    s2rgf_status status = S2RGF_OK;
    *text = s2_alloc(LARGEST_BYTES + 2, 1);
    if (!*text)
        status = s2_fail_memory(err, "scene file");
    else
        *length = fread(*text, 1, LARGEST_BYTES + 1, file);
    if (status == S2RGF_OK && ferror(file))
        status = s2_fail(err, S2RGF_IO, "%s: cannot be read: %s", path, strerror(errno));
    else if (status == S2RGF_OK)
        (*text)[*length] = '\0';
    fclose(file);
    return status;
}

static s2rgf_status get_path(const char *file, const s2_json_node *node, char **path,
                             s2rgf_error *err)
{
    const char *text = NULL;
    const s2rgf_status status = s2_json_string(node, &text, err);
    if (status != S2RGF_OK)
        return status;
    if (text[0] == '\0')
        return s2_fail(err, S2RGF_FORMAT, "%s: %s: empty: expected a file name", node->subject,
                       node->path);
    *path = s2_path_resolve(file, text);
    return *path ? S2RGF_OK : s2_fail_memory(err, "scene file");
}

/** Refuse unknown members: a mistyped option must not go unnoticed. */
static s2rgf_status check_member(const char *key, const s2_json_node *member, void *user,
                                 s2rgf_error *err)
{
    for (const char *const *known = user; *known; known++)
        if (strcmp(*known, key) == 0)
            return S2RGF_OK;
    return s2_fail(err, S2RGF_FORMAT, "%s: %s: unknown member", member->subject, member->path);
}

static s2rgf_status check_members(const s2_json_node *object, const char *const *known,
                                  s2rgf_error *err)
{
    return s2_json_visit_members(object, check_member, (void *)known, err);
}

static s2rgf_status parse_source(const scene_reader *reader, const s2_json_node *source,
                                 s2rgf_error *err)
{
    static const char *const known[] = {"name", "files", NULL};
    static const int range[2] = {1, MOST_FILES};
    char *name = NULL;
    s2_json_node files;
    int count = 0;
    s2rgf_status status = check_members(source, known, err);
    if (status == S2RGF_OK)
        status = s2_json_get_string(source, "name", &name, err);
    if (status == S2RGF_OK)
        status = s2_json_array(source, "files", range, &files, &count, err);
    for (int i = 0; i < count && status == S2RGF_OK; i++) {
        s2_json_node item;
        char *path = NULL;
        s2_json_item(&files, i, &item);
        status = get_path(reader->path, &item, &path, err);
        if (status == S2RGF_OK)
            status = s2_scene_record_add_input(reader->scene, name, path, err);
        s2_free(path);
    }
    s2_free(name);
    return status;
}

static s2rgf_status read_option_text(const s2_json_node *options, const char *key,
                                     const char **text, s2rgf_error *err)
{
    char *value = NULL;
    if (!s2_json_has(options, key))
        return S2RGF_OK;
    const s2rgf_status status = s2_json_get_string(options, key, &value, err);
    *text = value;
    return status;
}

static s2rgf_status read_option_list(const s2_json_node *options, const char *key,
                                     const char *const **list, s2rgf_error *err)
{
    static const int range[2] = {0, MOST_TEXTS};
    s2_json_node array;
    int count = 0;
    if (!s2_json_has(options, key))
        return S2RGF_OK;
    s2rgf_status status = s2_json_array(options, key, range, &array, &count, err);
    for (int i = 0; i < count && status == S2RGF_OK; i++) {
        s2_json_node item;
        const char *text = NULL;
        s2_json_item(&array, i, &item);
        status = s2_json_string(&item, &text, err);
        if (status == S2RGF_OK)
            status = s2_scene_record_append(list, text, err);
    }
    return status;
}

static s2rgf_status read_options(const s2_json_node *root, s2rgf_scene_options *options,
                                 s2rgf_error *err)
{
    static const char *const known[] = {"a_srs", "srcnodata", "oo", "if", "qa", "any_source", NULL};
    s2_json_node node;
    if (!s2_json_has(root, "options"))
        return S2RGF_OK;
    s2rgf_status status = s2_json_member(root, "options", &node, err);
    if (status == S2RGF_OK)
        status = check_members(&node, known, err);
    if (status == S2RGF_OK)
        status = read_option_text(&node, "a_srs", &options->assigned_srs, err);
    if (status == S2RGF_OK)
        status = read_option_text(&node, "srcnodata", &options->source_nodata, err);
    if (status == S2RGF_OK)
        status = read_option_list(&node, "oo", &options->open_options, err);
    if (status == S2RGF_OK)
        status = read_option_list(&node, "if", &options->input_formats, err);
    if (status == S2RGF_OK)
        status = read_option_list(&node, "qa", &options->quality, err);
    if (status == S2RGF_OK && s2_json_has(&node, "any_source"))
        status = s2_json_get_bool(&node, "any_source", &options->any_source, err);
    return status;
}

/* The version first: of a newer file nothing else can be relied on. */
static s2rgf_status check_version(const s2_json_node *root, s2rgf_error *err)
{
    int version = 0;
    const s2rgf_status status = s2_json_get_int(root, "s2rgf_scene", &version, err);
    if (status == S2RGF_OK && version < 1)
        return s2_fail(err, S2RGF_FORMAT, "%s: format version: expected 1 or more, found %d",
                       root->subject, version);
    if (status == S2RGF_OK && version > S2_SCENE_FORMAT_VERSION)
        return s2_fail(err, S2RGF_UNSUPPORTED,
                       "%s: written by a newer version: expected format version %d, found %d",
                       root->subject, S2_SCENE_FORMAT_VERSION, version);
    return status;
}

static s2rgf_status parse_scene(const scene_reader *reader, const s2_json_node *root,
                                s2rgf_error *err)
{
    static const char *const known[] = {"s2rgf_scene", "model", "sources", "options", NULL};
    static const int range[2] = {1, S2RGF_MAX_SOURCES + S2_QUALITY_RULES};
    s2_json_node node;
    char *model = NULL;
    int count = 0;
    s2rgf_status status = check_version(root, err);
    if (status == S2RGF_OK)
        status = check_members(root, known, err);
    if (status == S2RGF_OK)
        status = s2_json_member(root, "model", &node, err);
    if (status == S2RGF_OK)
        status = get_path(reader->path, &node, &model, err);
    reader->scene->model_path = model;
    if (status == S2RGF_OK)
        status = s2_json_array(root, "sources", range, &node, &count, err);
    for (int i = 0; i < count && status == S2RGF_OK; i++) {
        s2_json_node source;
        s2_json_item(&node, i, &source);
        status = parse_source(reader, &source, err);
    }
    return status == S2RGF_OK ? read_options(root, &reader->scene->options, err) : status;
}

static s2rgf_status parse_text(const char *text, size_t length, const char *path,
                               s2_json_node *root, s2rgf_error *err)
{
    const char *start = s2_utf8_skip_mark(text);
    return s2_json_parse(start, length - (size_t)(start - text), path, "scene", root, err);
}

s2rgf_status s2_scene_from_text(const char *path, const char *text, size_t length,
                                s2rgf_scene **scene, s2rgf_error *err)
{
    scene_reader reader = {.path = path};
    s2_json_node root = {0};
    *scene = NULL;
    s2rgf_status status = s2_scene_record_create(&reader.scene, err);
    if (status == S2RGF_OK && length > LARGEST_BYTES)
        status = s2_fail(err, S2RGF_FORMAT, "%s: too large for a scene: expected at most %d bytes",
                         path, LARGEST_BYTES);
    if (status == S2RGF_OK)
        status = parse_text(text, length, path, &root, err);
    if (status == S2RGF_OK)
        status = parse_scene(&reader, &root, err);
    s2_json_free(&root);
    if (status != S2RGF_OK) {
        s2rgf_scene_free(reader.scene);
        return status;
    }
    *scene = reader.scene;
    return S2RGF_OK;
}

s2rgf_status s2rgf_scene_load(const char *path, s2rgf_scene **scene, s2rgf_error *err)
{
    char *text = NULL;
    size_t length = 0;
    s2_error_clear(err);
    s2rgf_status status = S2_ARGUMENTS_GIVEN(err, {"path", path}, {"scene", scene});
    if (status != S2RGF_OK)
        return status;
    *scene = NULL;
    status = read_scene_file(path, &text, &length, err);
    if (status == S2RGF_OK)
        status = s2_scene_from_text(path, text, length, scene, err);
    s2_free(text);
    return status;
}
