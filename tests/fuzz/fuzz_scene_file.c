/*
 * Damaged scene files, and scenes in one line: whatever the bytes, the reader refuses with a
 * message or yields a scene that is whole. It can be saved, or not with a message, and what was
 * saved is read again as the same.
 */
#include "fuzz/damage.h"
#include "s2rgf/scene.h"

#define DAMAGED "damaged.s2rgf.json"
#define AGAIN "again.s2rgf.json"

static char folder[64]; /* of these files, which is also the working one */

/** Text that means something to the readers. */
static const char *const TOKENS[] = {FUZZ_JSON,        "=",
                                     "model=",         "ms=",
                                     "\"\"",           "../../",
                                     "/vsizip/",       "\"oo\":",
                                     "\"files\": [],", "\"s2rgf_scene\": 2,"};

static bool same_text(const char *a, const char *b)
{
    return (!a && !b) || (a && b && strcmp(a, b) == 0);
}

static bool same_scene(const s2rgf_scene *a, const s2rgf_scene *b)
{
    bool same =
        same_text(a->model_path, b->model_path) && a->options.input_count == b->options.input_count;
    for (size_t i = 0; same && i < a->options.input_count; i++)
        same = same_text(a->options.inputs[i].name, b->options.inputs[i].name) &&
               same_text(a->options.inputs[i].path, b->options.inputs[i].path);
    return same;
}

static bool is_whole(const s2rgf_scene *scene)
{
    bool whole = scene->model_path && scene->options.input_count >= 1;
    for (size_t i = 0; whole && i < scene->options.input_count; i++)
        whole = scene->options.inputs[i].name && scene->options.inputs[i].path;
    return whole;
}

/**
 * Save and load. false: not kept, which is to be told: text that is no UTF-8, a folder that is not.
 */
static bool save_and_load(const s2rgf_scene *scene, s2rgf_scene **again, bool *told)
{
    s2rgf_error err = {S2RGF_OK, ""};
    const s2rgf_status status = s2rgf_scene_save(scene, AGAIN, true, &err);
    *again = NULL;
    *told = (status == S2RGF_INVALID_ARGUMENT || status == S2RGF_IO) && err.message[0] != '\0';
    return status == S2RGF_OK && s2rgf_scene_load(AGAIN, again, NULL) == S2RGF_OK;
}

/** Saving puts the files of a source together: from then on it changes nothing. */
static bool is_kept(const s2rgf_scene *scene)
{
    s2rgf_scene *once = NULL, *twice = NULL;
    bool told = false;
    if (!is_whole(scene) || !save_and_load(scene, &once, &told))
        return is_whole(scene) && told;
    const bool kept = once->options.input_count == scene->options.input_count &&
                      save_and_load(once, &twice, &told) && same_scene(once, twice);
    s2rgf_scene_free(once);
    s2rgf_scene_free(twice);
    return kept;
}

static bool is_refused(s2rgf_status status, const s2rgf_scene *scene, const s2rgf_error *err,
                       const char *subject)
{
    return (status == S2RGF_FORMAT || status == S2RGF_UNSUPPORTED) && err->status == status &&
           strncmp(err->message, subject, strlen(subject)) == 0 && !scene;
}

static bool try_file(const sample_bytes *file, bool *accepted)
{
    s2rgf_scene *scene = NULL;
    s2rgf_error err = {S2RGF_OK, ""};
    REQUIRE(sample_write_file(DAMAGED, file->data, file->length));
    const s2rgf_status status = s2rgf_scene_load(DAMAGED, &scene, &err);
    *accepted = status == S2RGF_OK;
    const bool held = *accepted ? is_kept(scene) : is_refused(status, scene, &err, DAMAGED);
    s2rgf_scene_free(scene);
    return held;
}

static bool try_line(const sample_bytes *line, bool *accepted)
{
    s2rgf_scene *scene = NULL;
    s2rgf_error err = {S2RGF_OK, ""};
    line->data[line->length] = '\0';
    const s2rgf_status status = s2rgf_scene_parse((const char *)line->data, &scene, &err);
    *accepted = status == S2RGF_OK;
    const bool held = *accepted ? is_kept(scene) : is_refused(status, scene, &err, "scene");
    s2rgf_scene_free(scene);
    return held;
}

#define TOKEN_COUNT (sizeof TOKENS / sizeof *TOKENS)

static const fuzz_target files = {TOKENS, TOKEN_COUNT, NULL, try_file, "scene_file"};
static const fuzz_target lines = {TOKENS, TOKEN_COUNT, NULL, try_line, "scene_line"};

static void set_up(void)
{
    snprintf(folder, sizeof folder, "%s/s2rgf_fuzz_XXXXXX", fuzz_folder());
    REQUIRE(mkdtemp(folder) && chdir(folder) == 0);
}

#ifdef S2_LIBFUZZER
#ifdef S2_FUZZ_LINES
FUZZ_ENTRY(set_up, &lines)
#else
FUZZ_ENTRY(set_up, &files)
#endif
#else

int main(void)
{
    static char line[] = "model=m.s2rgf,ms=\"a, b.tif\",hs=/data/c.vrt,hs=d.tif";
    const sample_bytes valid_line = {(unsigned char *)line, strlen(line)};
    s2rgf_scene *scene = NULL;
    set_up();
    REQUIRE(s2rgf_scene_parse(line, &scene, NULL) == S2RGF_OK);
    REQUIRE(s2rgf_scene_save(scene, DAMAGED, true, NULL) == S2RGF_OK);
    s2rgf_scene_free(scene);
    sample_bytes valid_file = sample_read_file(DAMAGED);
    REQUIRE(valid_file.data != NULL);
    fuzz_run(&files, &valid_file);
    fuzz_run(&lines, &valid_line);
    free(valid_file.data);
    CHECK(unlink(DAMAGED) == 0 && (unlink(AGAIN) == 0 || getenv("S2RGF_FUZZ_CORPUS")));
    CHECK(chdir("/") == 0 && rmdir(folder) == 0);
    return harness_end();
}

#endif
