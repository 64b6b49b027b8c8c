/* Scenes: files read, written and refused; the same in one line. */
#include <sys/stat.h>
#include <unistd.h>

#include "core/memory.h"
#include "geo/source/quality.h"
#include "harness.h"
#include "s2rgf/scene.h"

#define SCENE(rest) "{\"s2rgf_scene\": 1, \"model\": \"m.s2rgf\", " rest "}"
#define SOURCE "{\"name\": \"ms\", \"files\": [\"a.tif\"]}"

static char folder[] = "/tmp/s2rgf_scene_XXXXXX";

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "wb");
    REQUIRE(file != NULL);
    CHECK(fputs(text, file) >= 0);
    CHECK(fclose(file) == 0);
}

static void check_refused(const char *text, s2rgf_status expected, const char *part)
{
    s2rgf_scene *scene = NULL;
    s2rgf_error err = {0};
    write_file("bad.s2rgf.json", text);
    CHECK(s2rgf_scene_load("bad.s2rgf.json", &scene, &err) == expected);
    CHECK_CONTAINS(err.message, "bad.s2rgf.json: ");
    CHECK_CONTAINS(err.message, part);
    CHECK(!scene);
}

/* Every file is refused with a message that names it and the place. */
static void refuses(void)
{
    s2rgf_scene *scene = NULL;
    s2rgf_error err = {0};
    CHECK(s2rgf_scene_load("absent.s2rgf.json", &scene, &err) == S2RGF_IO);
    CHECK_CONTAINS(err.message, "absent.s2rgf.json: ");
    check_refused("", S2RGF_FORMAT, "not JSON");
    check_refused("[1, 2]", S2RGF_FORMAT, "object");
    check_refused("{\"type\": \"FeatureCollection\"}", S2RGF_FORMAT, "\"s2rgf_scene\"");
    check_refused("{\"s2rgf_scene\": 2}", S2RGF_UNSUPPORTED, "expected format version 1, found 2");
    check_refused("{\"s2rgf_scene\": 0}", S2RGF_FORMAT, "found 0");
    check_refused("{\"s2rgf_scene\": 1}", S2RGF_FORMAT, "\"model\"");
    check_refused(SCENE("\"sources\": []"), S2RGF_FORMAT, "sources");
    check_refused(SCENE("\"sources\": [{\"name\": \"ms\"}]"), S2RGF_FORMAT, "\"files\"");
    check_refused(SCENE("\"sources\": [{\"name\": 1, \"files\": [\"a\"]}]"), S2RGF_FORMAT,
                  "sources[0].name");
    check_refused(SCENE("\"sources\": [{\"name\": \"ms\", \"files\": [\"\"]}]"), S2RGF_FORMAT,
                  "sources[0].files[0]: empty");
    check_refused(SCENE("\"sources\": [" SOURCE "], \"option\": {}"), S2RGF_FORMAT,
                  "option: unknown member");
    check_refused(SCENE("\"sources\": [" SOURCE "], \"options\": {\"srs\": \"x\"}"), S2RGF_FORMAT,
                  "options.srs: unknown member");
    check_refused(SCENE("\"sources\": [" SOURCE "], \"options\": {\"oo\": [1]}"), S2RGF_FORMAT,
                  "options.oo[0]");
    check_refused(SCENE("\"sources\": [" SOURCE "]") "}", S2RGF_FORMAT, "not JSON");
}

static void refuses_a_huge_file(void)
{
    s2rgf_scene *scene = NULL;
    s2rgf_error err = {0};
    write_file("huge.s2rgf.json", "{");
    CHECK(truncate("huge.s2rgf.json", 3 << 20) == 0);
    CHECK(s2rgf_scene_load("huge.s2rgf.json", &scene, &err) == S2RGF_FORMAT);
    CHECK_CONTAINS(err.message, "huge.s2rgf.json: too large");
    CHECK(unlink("huge.s2rgf.json") == 0);
}

/* What some editors put before the text is not part of it. */
static void skips_a_byte_order_mark(void)
{
    s2rgf_scene *scene = NULL;
    s2rgf_error err = {0};
    write_file("mark.s2rgf.json", "\xEF\xBB\xBF" SCENE("\"sources\": [" SOURCE "]"));
    CHECK(s2rgf_scene_load("mark.s2rgf.json", &scene, &err) == S2RGF_OK);
    CHECK(scene != NULL);
    s2rgf_scene_free(scene);
    CHECK(unlink("mark.s2rgf.json") == 0);
}

/* A list of nothing is no list. */
static void takes_empty_lists(void)
{
    s2rgf_scene *scene = NULL;
    s2rgf_error err = {0};
    write_file("none.s2rgf.json", SCENE("\"sources\": [" SOURCE
                                        "], \"options\": {\"oo\": [], \"if\": [], \"qa\": []}"));
    REQUIRE(s2rgf_scene_load("none.s2rgf.json", &scene, &err) == S2RGF_OK);
    CHECK(!scene->options.open_options && !scene->options.input_formats && !scene->options.quality);
    s2rgf_scene_free(scene);
    CHECK(unlink("none.s2rgf.json") == 0);
}

/* What is saved is loaded again, paths seen from the other folder; sources are put together. */
static void check_inputs(const s2rgf_scene *scene, const s2rgf_input *wanted, size_t count)
{
    REQUIRE(scene->options.input_count == count);
    for (size_t i = 0; i < count; i++) {
        CHECK_STR(scene->options.inputs[i].name, wanted[i].name);
        CHECK_STR(scene->options.inputs[i].path, wanted[i].path);
    }
}

static void saves_and_loads(void)
{
    const s2rgf_input inputs[] = {
        {"ms", "a.tif"}, {"hs", "sub/h \"1\".tif"}, {"ms", "/abs/b.tif"}, {"ms", "HDF5:c.h5://v"}};
    const char *const oo[] = {"NUM_THREADS=2", NULL};
    const s2rgf_scene scene = {"m.s2rgf",
                               {.inputs = inputs,
                                .input_count = 4,
                                .assigned_srs = "EPSG:32633",
                                .source_nodata = "none",
                                .open_options = oo}};
    s2rgf_scene *loaded = NULL;
    s2rgf_error err = {0};
    CHECK(mkdir("sub", 0777) == 0);
    CHECK(s2rgf_scene_save(&scene, "sub/s.s2rgf.json", false, &err) == S2RGF_OK);
    REQUIRE(s2rgf_scene_load("sub/s.s2rgf.json", &loaded, &err) == S2RGF_OK);
    CHECK_STR(loaded->model_path, "sub/../m.s2rgf");
    check_inputs(loaded,
                 (const s2rgf_input[]){{"ms", "sub/../a.tif"},
                                       {"ms", "/abs/b.tif"},
                                       {"ms", "HDF5:c.h5://v"},
                                       {"hs", "sub/h \"1\".tif"}},
                 4);
    CHECK_STR(loaded->options.assigned_srs, "EPSG:32633");
    CHECK_STR(loaded->options.source_nodata, "none");
    CHECK_STR(loaded->options.open_options[0], "NUM_THREADS=2");
    CHECK(!loaded->options.open_options[1]);
    CHECK(!loaded->options.input_formats);
    s2rgf_scene_free(loaded);
    CHECK(s2rgf_scene_save(&scene, "sub/s.s2rgf.json", false, &err) == S2RGF_INVALID_ARGUMENT);
    CHECK_CONTAINS(err.message, "exists");
    CHECK(s2rgf_scene_save(&scene, "sub/s.s2rgf.json", true, &err) == S2RGF_OK);
    CHECK(s2rgf_scene_save(&scene, "sub/s.json", false, &err) == S2RGF_INVALID_ARGUMENT);
    CHECK_CONTAINS(err.message, ".s2rgf.json");
    CHECK(unlink("sub/s.s2rgf.json") == 0 && rmdir("sub") == 0);
}

static void check_line_refused(const char *text, const char *part)
{
    s2rgf_scene *scene = NULL;
    s2rgf_error err = {0};
    CHECK(s2rgf_scene_parse(text, &scene, &err) == S2RGF_FORMAT);
    CHECK_CONTAINS(err.message, part);
    CHECK(!scene);
}

static void parses_lines(void)
{
    s2rgf_scene *scene = NULL;
    s2rgf_error err = {0};
    REQUIRE(s2rgf_scene_parse("model=m.s2rgf,hs=a=b.tif,ms=\"c,d.tif\",ms=e.tif", &scene, &err) ==
            S2RGF_OK);
    CHECK_STR(scene->model_path, "m.s2rgf");
    check_inputs(scene,
                 (const s2rgf_input[]){{"hs", "a=b.tif"}, {"ms", "c,d.tif"}, {"ms", "e.tif"}}, 3);
    s2rgf_scene_free(scene);
    check_line_refused("", "model=FILE");
    check_line_refused("model=m", "NAME=RASTER");
    check_line_refused("hs=a.tif", "model=FILE");
    check_line_refused("model=m,model=n,hs=a", "twice");
    check_line_refused("model=m,hs", "\"hs\"");
    check_line_refused("model=m,=a", "\"=a\"");
    check_line_refused("model=m,hs=", "hs: expected a file name");
    check_line_refused("model=m,hs=\"\"", "hs: expected a file name");
    check_line_refused("model=m,hs=\"a", "closing quote");
    check_line_refused("model=m,hs=\"a\"b", "closing quote");
}

/* What could not be read again is not written, and all text that is UTF-8 can. */
static void keeps_or_refuses(void)
{
    static const char odd[] =
        "gr\xC3\xBC\xC3\x9F \xF0\x9F\x8C\xB2 \x1B[31m \x7F \xE2\x80\xAE \"\\.tif";
    s2rgf_scene *scene = NULL, *again = NULL;
    s2rgf_error err = {0};
    /* as many sources as a model may have, as many quality layers as there may be, and one more */
    char many[512] = "model=m", expected[128];
    const int most = S2RGF_MAX_SOURCES + S2_QUALITY_RULES;
    for (int i = 0; i <= most; i++) {
        const size_t length = strlen(many);
        snprintf(many + length, sizeof many - length, ",s%d=1", i);
    }
    snprintf(expected, sizeof expected,
             "x.s2rgf.json: scene.sources: wrong length: expected 1 to %d, found %d", most,
             most + 1);
    REQUIRE(s2rgf_scene_parse(many, &scene, &err) == S2RGF_OK);
    CHECK(s2rgf_scene_save(scene, "x.s2rgf.json", false, &err) == S2RGF_INVALID_ARGUMENT);
    CHECK_STR(err.message, expected);
    CHECK(access("x.s2rgf.json", F_OK) != 0);
    s2rgf_scene_free(scene);
    REQUIRE(s2rgf_scene_parse("model=m,a=1", &scene, &err) == S2RGF_OK);
    s2_free((char *)scene->options.inputs[0].path);
    ((s2rgf_input *)scene->options.inputs)[0].path = s2_strdup(odd);
    CHECK(s2rgf_scene_save(scene, "x.s2rgf.json", false, &err) == S2RGF_OK);
    CHECK(s2rgf_scene_load("x.s2rgf.json", &again, &err) == S2RGF_OK);
    if (again)
        CHECK_STR(again->options.inputs[0].path, odd);
    s2rgf_scene_free(scene);
    s2rgf_scene_free(again);
    CHECK(unlink("x.s2rgf.json") == 0);
}

int main(void)
{
    REQUIRE(mkdtemp(folder) && chdir(folder) == 0);
    refuses();
    refuses_a_huge_file();
    skips_a_byte_order_mark();
    takes_empty_lists();
    saves_and_loads();
    parses_lines();
    keeps_or_refuses();
    CHECK(unlink("bad.s2rgf.json") == 0 && rmdir(folder) == 0);
    return harness_end();
}
