/* The public functions with arguments that make no sense, and options of other versions. tests/rules/symbols.sh
   checks that all functions are named here. */
#include <gdal.h>
#include <limits.h>
#include <stddef.h>
#include <unistd.h>

#include "harness.h"
#include "s2rgf.h"

static char folder[] = "/tmp/s2rgf_api_XXXXXX";
static s2rgf_error err;

/* A call is refused with a message, and err may be NULL. */
#define REFUSED(call)                                                                              \
    do {                                                                                           \
        err = (s2rgf_error){0};                                                                    \
        CHECK((call) == S2RGF_INVALID_ARGUMENT);                                                   \
        CHECK(err.status == S2RGF_INVALID_ARGUMENT && err.message[0]);                             \
    } while (0)

/* ---- members of options ----------------------------------------------------------------------- */

typedef enum member_type { POINTER, INTEGER, REAL } member_type;

/* A member that is needed: NULL is refused, or a number that may not be negative. */
typedef struct member {
    const char *name;
    size_t offset;
    member_type type;
} member;

/* Options of one kind: complete, but for files that are not there. */
typedef struct options_kind {
    const char *name;
    void (*fill)(void *options);
    s2rgf_status (*call)(const void *options);
    const member *members;
    size_t count;
} options_kind;

#define LARGEST 1024 /* bytes of any options */

static const s2rgf_input INPUT = {"ms", "absent.tif"};
static const s2rgf_scene SCENE = {"absent.s2rgf", {.inputs = &INPUT, .input_count = 1}};

#define MEMBER(kind, path, type)                                                                   \
    {                                                                                              \
#path, offsetof(s2rgf_##kind##_options, path), type                                        \
    }

static void fill_train(void *data)
{
    s2rgf_train_options *options = data;
    s2rgf_train_options_init(options, sizeof *options);
    options->scene = SCENE.options;
    options->labels.path = "absent.gpkg";
    options->model_path = "new.s2rgf";
}
static s2rgf_status call_train(const void *options)
{
    return s2rgf_train(options, NULL, &err);
}
static const member TRAIN[] = {
    MEMBER(train, scene.inputs, POINTER), MEMBER(train, scene.decimation, INTEGER),
    MEMBER(train, labels.path, POINTER),  MEMBER(train, model_path, POINTER),
    MEMBER(train, network, POINTER),      MEMBER(train, redundancy, POINTER),
    MEMBER(train, channels, INTEGER),     MEMBER(train, steps, INTEGER),
    MEMBER(train, batch, INTEGER),        MEMBER(train, crop_px, INTEGER),
    MEMBER(train, learning_rate, REAL),   MEMBER(train, weight_decay, REAL),
    MEMBER(train, label_smoothing, REAL), MEMBER(train, balance, REAL),
    MEMBER(train, settle, REAL),          MEMBER(train, redundancy_weight, REAL),
    MEMBER(train, jitter, REAL),          MEMBER(train, validation, REAL),
    MEMBER(train, source_dropout, REAL),  MEMBER(train, shift_jitter, REAL),
    MEMBER(train, patience, INTEGER),     MEMBER(train, threads, INTEGER)};

static void fill_classify(void *data)
{
    s2rgf_classify_options *options = data;
    s2rgf_classify_options_init(options, sizeof *options);
    options->scene = SCENE.options;
    options->model_path = SCENE.model_path;
    options->output_path = "{}.tif";
}
static s2rgf_status call_classify(const void *options)
{
    return s2rgf_classify(options, NULL, &err);
}
static void fill_scenes(void *data)
{
    static const s2rgf_input input = {"ms", "{}_ms.tif"};
    s2rgf_classify_options *options = data;
    fill_classify(data);
    options->scene.inputs = &input;
}
static s2rgf_status call_scenes(const void *options)
{
    s2rgf_scenes_result *result = NULL;
    const s2rgf_status status = s2rgf_classify_scenes(options, "absent.txt", NULL, &result, &err);
    CHECK(!result);
    return status;
}
static const member CLASSIFY[] = {MEMBER(classify, scene.inputs, POINTER),
                                  MEMBER(classify, scene.decimation, INTEGER),
                                  MEMBER(classify, model_path, POINTER),
                                  MEMBER(classify, output_path, POINTER),
                                  MEMBER(classify, reject, REAL),
                                  MEMBER(classify, smallest_patch.hectares, REAL),
                                  MEMBER(classify, smallest_patch.pixels, INTEGER),
                                  MEMBER(classify, smooth_px, INTEGER),
                                  MEMBER(classify, tile_px, INTEGER),
                                  MEMBER(classify, threads, INTEGER),
                                  MEMBER(classify, memory_mb, INTEGER),
                                  MEMBER(classify, block_cache_mb, INTEGER),
                                  MEMBER(classify, share, INTEGER),
                                  MEMBER(classify, share_count, INTEGER),
                                  MEMBER(classify, precision, POINTER)};

static void fill_mosaic(void *data)
{
    s2rgf_mosaic_options *options = data;
    s2rgf_mosaic_options_init(options, sizeof *options);
    options->output_path = "new.tif";
}
static s2rgf_status call_mosaic(const void *options)
{
    return s2rgf_mosaic(options, NULL, &err);
}
static const member MOSAIC[] = {MEMBER(mosaic, output_path, POINTER),
                                MEMBER(mosaic, share_count, INTEGER)};

static void fill_lazy_map(void *data)
{
    s2rgf_lazy_map_options *options = data;
    s2rgf_lazy_map_options_init(options, sizeof *options);
    options->scene = &SCENE;
}
static s2rgf_status call_lazy_map(const void *options)
{
    s2rgf_lazy_map *map = NULL;
    const s2rgf_status status = s2rgf_lazy_map_open(options, NULL, &map, &err);
    CHECK(!map);
    return status;
}
static const member LAZY_MAP[] = {MEMBER(lazy_map, scene, POINTER),
                                  MEMBER(lazy_map, memory_mb, INTEGER)};

static void fill_sample(void *data)
{
    s2rgf_sample_options *options = data;
    s2rgf_sample_options_init(options, sizeof *options);
    options->map_path = "absent.tif";
    options->output_path = "new.gpkg";
    options->points = 10;
}
static s2rgf_status call_sample(const void *options)
{
    return s2rgf_sample(options, NULL, &err);
}
static const member SAMPLE[] = {
    MEMBER(sample, map_path, POINTER), MEMBER(sample, output_path, POINTER),
    MEMBER(sample, design, POINTER),   MEMBER(sample, allocation, POINTER),
    MEMBER(sample, points, INTEGER),   MEMBER(sample, target_se, REAL),
    MEMBER(sample, least, INTEGER),    MEMBER(sample, exclude_m, REAL)};

static void fill_assess(void *data)
{
    s2rgf_assess_options *options = data;
    s2rgf_assess_options_init(options, sizeof *options);
    options->map_path = "absent.tif";
    options->labels.path = "absent.gpkg";
}
static s2rgf_status call_assess(const void *options)
{
    s2rgf_assessment *result = NULL;
    const s2rgf_status status = s2rgf_assess(options, NULL, &result, &err);
    CHECK(!result);
    return status;
}
static const member ASSESS[] = {MEMBER(assess, map_path, POINTER),
                                MEMBER(assess, labels.path, POINTER),
                                MEMBER(assess, labels.buffer_m, REAL)};

static void fill_change(void *data)
{
    s2rgf_change_options *options = data;
    s2rgf_change_options_init(options, sizeof *options);
    options->before_path = options->before_confidence_path = "absent.tif";
    options->after_path = options->after_confidence_path = "absent.tif";
    options->threshold = 0.5;
    options->output_path = "new.tif";
}
static s2rgf_status call_change(const void *options)
{
    s2rgf_transitions *result = NULL;
    const s2rgf_status status = s2rgf_change(options, NULL, &result, &err);
    CHECK(!result);
    return status;
}
static const member CHANGE[] = {MEMBER(change, before_path, POINTER),
                                MEMBER(change, after_path, POINTER),
                                MEMBER(change, before_confidence_path, POINTER),
                                MEMBER(change, after_confidence_path, POINTER),
                                MEMBER(change, threshold, REAL),
                                MEMBER(change, output_path, POINTER)};

static void fill_suggest(void *data)
{
    s2rgf_suggest_options *options = data;
    s2rgf_suggest_options_init(options, sizeof *options);
    options->scene = SCENE.options;
    options->model_path = SCENE.model_path;
    options->output_path = "new.gpkg";
}
static s2rgf_status call_suggest(const void *options)
{
    return s2rgf_suggest(options, NULL, &err);
}
static const member SUGGEST[] = {
    MEMBER(suggest, scene.inputs, POINTER),  MEMBER(suggest, model_path, POINTER),
    MEMBER(suggest, output_path, POINTER),   MEMBER(suggest, points, INTEGER),
    MEMBER(suggest, distance_m, REAL),       MEMBER(suggest, tile_px, INTEGER),
    MEMBER(suggest, threads, INTEGER),       MEMBER(suggest, memory_mb, INTEGER),
    MEMBER(suggest, block_cache_mb, INTEGER)};

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const options_kind KINDS[] = {
    {"train", fill_train, call_train, TRAIN, COUNT(TRAIN)},
    {"classify", fill_classify, call_classify, CLASSIFY, COUNT(CLASSIFY)},
    {"scenes", fill_scenes, call_scenes, CLASSIFY, COUNT(CLASSIFY)},
    {"mosaic", fill_mosaic, call_mosaic, MOSAIC, COUNT(MOSAIC)},
    {"lazy map", fill_lazy_map, call_lazy_map, LAZY_MAP, COUNT(LAZY_MAP)},
    {"sample", fill_sample, call_sample, SAMPLE, COUNT(SAMPLE)},
    {"assess", fill_assess, call_assess, ASSESS, COUNT(ASSESS)},
    {"change", fill_change, call_change, CHANGE, COUNT(CHANGE)},
    {"suggest", fill_suggest, call_suggest, SUGGEST, COUNT(SUGGEST)},
};

static void spoil(char *options, const member *m, double number)
{
    const void *nothing = NULL;
    const int whole = (int)number;
    if (m->type == POINTER)
        memcpy(options + m->offset, &nothing, sizeof nothing);
    else if (m->type == INTEGER)
        memcpy(options + m->offset, &whole, sizeof whole);
    else
        memcpy(options + m->offset, &number, sizeof number);
}

static void check_member(const options_kind *kind, const member *m, double number)
{
    _Alignas(max_align_t) char options[LARGEST] = {0};
    kind->fill(options);
    spoil(options, m, number);
    err = (s2rgf_error){0};
    const s2rgf_status status = kind->call(options);
    if (!CHECK(status == S2RGF_INVALID_ARGUMENT && err.message[0]))
        printf("    %s: %s: status %d, \"%s\"\n", kind->name, m->name, status, err.message);
}

static void members_are_checked(const options_kind *kind)
{
    for (size_t i = 0; i < kind->count; i++) {
        check_member(kind, &kind->members[i], -1.0);
        if (kind->members[i].type == INTEGER)
            check_member(kind, &kind->members[i], INT_MIN);
        if (kind->members[i].type == REAL)
            check_member(kind, &kind->members[i], NAN);
    }
}

/* ---- versions of options ---------------------------------------------------------------------- */

/* Without its last bytes, and with more of them, as of an older and a newer header. */
static void sizes_are_checked(const options_kind *kind)
{
    _Alignas(max_align_t) char options[LARGEST] = {0};
    size_t size = 0;
    kind->fill(options);
    memcpy(&size, options, sizeof size);
    CHECK(size > sizeof size && size + 64 < LARGEST);
    err = (s2rgf_error){0};
    const s2rgf_status usual = kind->call(options);
    CHECK(usual != S2RGF_OK && usual != S2RGF_INVALID_ARGUMENT);
    const size_t larger = size + 64, sizes[] = {0, 1, sizeof size, SIZE_MAX, (size_t)1 << 40};
    memcpy(options, &larger, sizeof larger);
    CHECK(kind->call(options) == usual);
    options[larger - 1] = 1;
    CHECK(kind->call(options) == S2RGF_UNSUPPORTED);
    CHECK_CONTAINS(err.message, "later");
    for (size_t i = 0; i < COUNT(sizes); i++) {
        memcpy(options, &sizes[i], sizeof sizes[i]);
        REFUSED(kind->call(options));
        CHECK_CONTAINS(err.message, "_init()");
    }
    REFUSED(kind->call(NULL));
}

/* init writes no further than the caller's structure, and a member beyond it has its default. */
static void older_callers_are_served(void)
{
    s2rgf_classify_options options;
    const size_t older = offsetof(s2rgf_classify_options, confidence_path);
    memset(&options, 0x55, sizeof options);
    s2rgf_classify_options_init(&options, older);
    CHECK(options.size == older && !options.output_path);
    CHECK(((unsigned char *)&options)[older] == 0x55);
    CHECK(((unsigned char *)&options)[sizeof options - 1] == 0x55);
    options.scene = SCENE.options;
    options.model_path = SCENE.model_path;
    options.output_path = "old.tif";
    CHECK(s2rgf_classify(&options, NULL, &err) == S2RGF_IO);
    CHECK_CONTAINS(err.message, "absent");
    s2rgf_classify_options_init(&options, sizeof options);
    CHECK(options.size == sizeof options && options.style && !options.model);
    s2rgf_classify_options_init(NULL, sizeof options);
}

static void reserves_are_checked(void)
{
    s2rgf_scene scene = SCENE;
    s2rgf_assess_options assess;
    s2rgf_assessment *result = NULL;
    scene.options.reserved[6] = &scene;
    REFUSED(s2rgf_scene_save(&scene, "new.s2rgf.json", false, &err));
    CHECK_CONTAINS(err.message, "reserved");
    fill_assess(&assess);
    assess.map_path = "map.tif";
    assess.labels.reserved[0] = &scene;
    REFUSED(s2rgf_assess(&assess, NULL, &result, &err));
}

/* ---- arguments -------------------------------------------------------------------------------- */

static void inputs_need_name_and_path(void)
{
    const s2rgf_input bad[] = {{NULL, "a.tif"}, {"ms", NULL}};
    for (size_t i = 0; i < COUNT(bad); i++) {
        s2rgf_train_options train;
        s2rgf_classify_options classify;
        s2rgf_lazy_map_options lazy;
        s2rgf_lazy_map *map = NULL;
        const s2rgf_scene scene = {"m.s2rgf", {.inputs = &bad[i], .input_count = 1}};
        fill_train(&train);
        train.scene = scene.options;
        REFUSED(s2rgf_train(&train, NULL, &err));
        fill_classify(&classify);
        classify.scene = scene.options;
        REFUSED(s2rgf_classify(&classify, NULL, &err));
        REFUSED(call_scenes(&classify));
        fill_lazy_map(&lazy);
        lazy.scene = &scene;
        REFUSED(s2rgf_lazy_map_open(&lazy, NULL, &map, &err));
        REFUSED(s2rgf_scene_save(&scene, "new.s2rgf.json", false, &err));
    }
}

/* A name that is none of those an option has, where the program's table of options does not see it first. */
static void words_are_checked(void)
{
    s2rgf_train_options train;
    s2rgf_classify_options classify;
    s2rgf_sample_options sample;
    s2rgf_assess_options assess;
    s2rgf_assessment *result = NULL;
    const char **names[] = {&train.network, &train.redundancy, &train.validation_by, &train.freeze};
    for (size_t i = 0; i < COUNT(names); i++) {
        fill_train(&train);
        *names[i] = "nonsense";
        CHECK(s2rgf_train(&train, NULL, &err) != S2RGF_OK);
        CHECK_CONTAINS(err.message, "nonsense");
    }
    fill_classify(&classify);
    classify.precision = "nonsense";
    REFUSED(s2rgf_classify(&classify, NULL, &err));
    CHECK_CONTAINS(err.message, "nonsense");
    fill_sample(&sample);
    sample.design = "nonsense";
    REFUSED(s2rgf_sample(&sample, NULL, &err));
    CHECK_CONTAINS(err.message, "nonsense");
    fill_sample(&sample);
    sample.allocation = "nonsense";
    REFUSED(s2rgf_sample(&sample, NULL, &err));
    CHECK_CONTAINS(err.message, "nonsense");
    fill_assess(&assess);
    assess.design = "nonsense";
    REFUSED(s2rgf_assess(&assess, NULL, &result, &err));
    CHECK_CONTAINS(err.message, "nonsense");
}

static void verbs_need_their_arguments(void)
{
    s2rgf_classify_options classify;
    s2rgf_lazy_map_options lazy;
    s2rgf_assess_options assess;
    s2rgf_scenes_result *scenes = NULL;
    s2rgf_lazy_map *map = NULL;
    s2rgf_scene *scene = NULL;
    s2rgf_model *model = NULL;
    char *text = NULL;
    fill_scenes(&classify);
    fill_lazy_map(&lazy);
    fill_assess(&assess);
    REFUSED(s2rgf_model_open(NULL, &model, &err));
    REFUSED(s2rgf_model_open("m.s2rgf", NULL, &err));
    REFUSED(s2rgf_model_describe(NULL, true, &text, &err));
    REFUSED(s2rgf_model_stac(NULL, &text, &err));
    REFUSED(s2rgf_model_export_onnx(NULL, "m.onnx", false, &err));
    REFUSED(s2rgf_scene_load(NULL, &scene, &err));
    REFUSED(s2rgf_scene_load("a.s2rgf.json", NULL, &err));
    REFUSED(s2rgf_scene_parse(NULL, &scene, &err));
    REFUSED(s2rgf_scene_parse("model=m,a=b", NULL, &err));
    REFUSED(s2rgf_scene_save(NULL, "a.s2rgf.json", false, &err));
    REFUSED(s2rgf_scene_save(&SCENE, NULL, false, &err));
    REFUSED(s2rgf_classify_scenes(&classify, NULL, NULL, &scenes, &err));
    REFUSED(s2rgf_classify_scenes(&classify, "list.txt", NULL, NULL, &err));
    REFUSED(s2rgf_lazy_map_open(&lazy, NULL, NULL, &err));
    REFUSED(s2rgf_lazy_map_clone(NULL, &map, &err));
    REFUSED(s2rgf_lazy_map_describe(NULL, NULL, &err));
    REFUSED(s2rgf_lazy_map_read(NULL, 0, (const int[4]){0, 0, 1, 1}, NULL, &err));
    REFUSED(s2rgf_assess(&assess, NULL, NULL, &err));
    REFUSED(s2rgf_assessment_json(NULL, &text, &err));
    REFUSED(s2rgf_assessment_json(&(s2rgf_assessment){0}, NULL, &err));
    REFUSED(s2rgf_change(NULL, NULL, NULL, &err));
    REFUSED(s2rgf_transitions_json(NULL, &text, &err));
    REFUSED(s2rgf_transitions_json(&(s2rgf_transitions){0}, NULL, &err));
    REFUSED(s2rgf_assessment_html(NULL, &assess, NULL, NULL, &text, &err));
    REFUSED(s2rgf_assessment_html(&(s2rgf_assessment){0}, NULL, NULL, NULL, &text, &err));
    REFUSED(s2rgf_assessment_html(&(s2rgf_assessment){0}, &assess, NULL, NULL, NULL, &err));
    REFUSED(s2rgf_model_html(NULL, &text, &err));
    REFUSED(s2rgf_check_outputs(NULL, NULL, &err));
    REFUSED(s2rgf_text_check(NULL, false, &err));
    REFUSED(s2rgf_texts_save(NULL, 1, false, &err));
    REFUSED(s2rgf_texts_save(&(s2rgf_text_file){NULL, "text"}, 1, false, &err));
    REFUSED(s2rgf_texts_save(&(s2rgf_text_file){"a.txt", NULL}, 1, false, &err));
    CHECK(access("a.txt", F_OK) != 0);
    CHECK(s2rgf_train(NULL, NULL, NULL) == S2RGF_INVALID_ARGUMENT);
    CHECK(s2rgf_model_open(NULL, NULL, NULL) == S2RGF_INVALID_ARGUMENT);
}

/* What gives no status takes NULL. */
static void others_take_nothing(void)
{
    char line[8] = "before";
    s2rgf_train_options_init(NULL, 100);
    s2rgf_mosaic_options_init(NULL, 100);
    s2rgf_lazy_map_options_init(NULL, 100);
    s2rgf_sample_options_init(NULL, 100);
    s2rgf_assess_options_init(NULL, 100);
    s2rgf_change_options_init(NULL, 100);
    s2rgf_suggest_options_init(NULL, 100);
    s2rgf_transitions_free(NULL);
    s2rgf_model_close(NULL);
    s2rgf_scene_free(NULL);
    s2rgf_scenes_result_free(NULL);
    s2rgf_lazy_map_rest(NULL);
    s2rgf_lazy_map_close(NULL);
    s2rgf_assessment_free(NULL);
    s2rgf_free(NULL);
    CHECK(!s2rgf_model_info_get(NULL));
    CHECK(!s2rgf_lazy_map_info(NULL));
    s2rgf_printable("text", NULL, 0);
    s2rgf_printable("text", line, 0);
    CHECK_STR(line, "before");
    s2rgf_printable(NULL, line, sizeof line);
    CHECK_STR(line, "");
    CHECK(s2rgf_status_text((s2rgf_status)-1) && s2rgf_status_text(S2RGF_IO)[0]);
    CHECK(s2rgf_status_gdal_number((s2rgf_status)-1) != 0);
    CHECK(!s2rgf_blas_core_type() || s2rgf_blas_core_type()[0]);
}

static void versions_agree(void)
{
    char version[32];
    snprintf(version, sizeof version, "%d.%d.%d", S2RGF_VERSION_MAJOR, S2RGF_VERSION_MINOR,
             S2RGF_VERSION_PATCH);
    CHECK_STR(s2rgf_version(), version);
    CHECK(S2RGF_CHECK_VERSION(S2RGF_VERSION_MAJOR, S2RGF_VERSION_MINOR, S2RGF_VERSION_PATCH));
    CHECK(S2RGF_CHECK_VERSION(0, 0, 999));
    CHECK(!S2RGF_CHECK_VERSION(S2RGF_VERSION_MAJOR, S2RGF_VERSION_MINOR, S2RGF_VERSION_PATCH + 1));
    CHECK(!S2RGF_CHECK_VERSION(S2RGF_VERSION_MAJOR, S2RGF_VERSION_MINOR + 1, 0));
    CHECK(!S2RGF_CHECK_VERSION(S2RGF_VERSION_MAJOR + 1, 0, 0));
}

int main(void)
{
    GDALAllRegister();
    CPLPushErrorHandler(CPLQuietErrorHandler);
    REQUIRE(mkdtemp(folder) && chdir(folder) == 0);
    for (size_t i = 0; i < COUNT(KINDS); i++) {
        members_are_checked(&KINDS[i]);
        sizes_are_checked(&KINDS[i]);
    }
    older_callers_are_served();
    reserves_are_checked();
    inputs_need_name_and_path();
    words_are_checked();
    verbs_need_their_arguments();
    others_take_nothing();
    versions_agree();
    CHECK(chdir("/") == 0 && rmdir(folder) == 0);
    return harness_end();
}
