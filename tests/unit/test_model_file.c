/* The model file: what is saved is loaded, equal content gives equal bytes, saving is safe. */
#include "core/memory.h"
#include "model/file.h"

#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "core/atomic_file.h"
#include "core/error.h"
#include "harness.h"
#include "model/model.h"
#include "s2rgf/models.h"
#include "unit/model_sample.h"

static char folder[] = "/tmp/s2rgf_model_file_XXXXXX";

/** A path in the scratch folder; four at a time. */
static const char *in_folder(const char *name)
{
    static char paths[4][PATH_MAX];
    static int next;
    next = (next + 1) % 4;
    snprintf(paths[next], sizeof paths[next], "%s/%s", folder, name);
    return paths[next];
}

static bool same_file(const char *a, const char *b)
{
    sample_bytes first = sample_read_file(a), second = sample_read_file(b);
    const bool same = first.data && second.data && first.length == second.length &&
                      memcmp(first.data, second.data, first.length) == 0;
    free(first.data);
    free(second.data);
    return same;
}

static bool same_double(double a, double b)
{
    return a == b || (isnan(a) && isnan(b));
}

static void check_same_sources(const s2_model_content *a, const s2_model_content *b)
{
    REQUIRE(a->source_count == b->source_count);
    for (int s = 0; s < a->source_count; s++) {
        const s2_model_source *x = &a->sources[s], *y = &b->sources[s];
        CHECK_STR(x->name, y->name);
        CHECK(x->pixel_size == y->pixel_size && x->on_reference == y->on_reference);
        CHECK(x->pixel_unknown == y->pixel_unknown);
        REQUIRE(x->band_count == y->band_count);
        for (int i = 0; i < x->band_count; i++) {
            CHECK_STR(x->bands[i].name, y->bands[i].name);
            CHECK(same_double(x->bands[i].wavelength_nm, y->bands[i].wavelength_nm));
            CHECK(x->bands[i].mean == y->bands[i].mean && x->bands[i].std == y->bands[i].std);
            CHECK(same_double(x->bands[i].low, y->bands[i].low));
            CHECK(same_double(x->bands[i].high, y->bands[i].high));
        }
    }
}

static void check_same_training(const s2_model_training *a, const s2_model_training *b)
{
    CHECK_STR(a->labels_checksum, b->labels_checksum);
    CHECK_STR(a->initial_checksum, b->initial_checksum);
    CHECK(a->seed == b->seed);
    CHECK(a->steps == b->steps && a->train_pixels == b->train_pixels);
    CHECK(a->validation_pixels == b->validation_pixels);
    CHECK(a->validation_fraction == b->validation_fraction);
    CHECK(same_double(a->validation_distance, b->validation_distance));
    CHECK(same_double(a->validation_oa, b->validation_oa));
    CHECK(same_double(a->validation_kappa, b->validation_kappa));
    CHECK(same_double(a->calibration_before, b->calibration_before));
    CHECK(same_double(a->calibration_after, b->calibration_after));
    CHECK(a->refit == b->refit && a->temperature == b->temperature);
}

static void check_same_history(const s2_model_history *a, const s2_model_history *b, int classes)
{
    REQUIRE(a->curve.count == b->curve.count && a->curve.count == 3);
    for (int i = 0; i < a->curve.count; i++) {
        const s2_history_moment *x = &a->curve.moments[i];
        const s2_history_moment *y = &b->curve.moments[i];
        CHECK(x->step == y->step && x->refit == y->refit && x->loss == y->loss);
        CHECK(same_double(x->oa, y->oa) && same_double(x->aa, y->aa));
        CHECK(same_double(x->kappa, y->kappa));
    }
    REQUIRE(a->confusion && b->confusion);
    CHECK(memcmp(a->confusion, b->confusion, (size_t)(classes * classes) * sizeof(uint64_t)) == 0);
}

static void check_same(const s2_model_content *a, const s2_model_content *b)
{
    CHECK_STR(a->network, b->network);
    CHECK_STR(a->program_version, b->program_version);
    CHECK_STR(a->checksum, b->checksum);
    CHECK(a->channels == b->channels && a->reference == b->reference);
    check_same_sources(a, b);
    check_same_training(&a->training, &b->training);
    check_same_history(&a->history, &b->history, a->classes.count);
    REQUIRE(a->classes.count == b->classes.count);
    for (int i = 0; i < a->classes.count; i++) {
        const s2_class *x = &a->classes.items[i], *y = &b->classes.items[i];
        CHECK_STR(x->name, y->name);
        CHECK(x->value == y->value && x->has_colour == y->has_colour);
        CHECK(!x->has_colour || memcmp(x->rgb, y->rgb, 3) == 0);
    }
    REQUIRE(a->tensor_count == b->tensor_count);
    for (int i = 0; i < a->tensor_count; i++) {
        const s2_safetensors_tensor *x = &a->tensors[i], *y = &b->tensors[i];
        CHECK_STR(x->name, y->name);
        REQUIRE(x->count == y->count && x->dim_count == y->dim_count);
        CHECK(memcmp(x->dims, y->dims, (size_t)x->dim_count * sizeof *x->dims) == 0);
        CHECK(memcmp(x->data, y->data, x->count * sizeof *x->data) == 0);
    }
}

static void test_round_trip(void)
{
    s2_model_content made, loaded;
    s2rgf_error err = {S2RGF_OK, ""};
    REQUIRE(sample_build(&made, false));
    made.training.validation_kappa = NAN;
    made.training.calibration_before = NAN;
    CHECK(s2_model_save(&made, in_folder("a"), false, &err) == S2RGF_OK);
    REQUIRE(s2_model_load(in_folder("a"), &loaded, &err) == S2RGF_OK);
    check_same(&made, &loaded);
    CHECK((uintptr_t)loaded.tensors[0].data % S2_ALIGNMENT == 0);
    CHECK(s2_model_save(&loaded, in_folder("b"), false, &err) == S2RGF_OK);
    CHECK(same_file(in_folder("a"), in_folder("b")));
    s2_model_content_clear(&loaded);
    s2_model_content_clear(&made);
    s2_model_content_clear(&made);
}

static void test_order_of_tensors_does_not_matter(void)
{
    s2_model_content made;
    REQUIRE(sample_build(&made, false));
    CHECK(s2_model_save(&made, in_folder("forward"), false, NULL) == S2RGF_OK);
    s2_model_content_clear(&made);
    REQUIRE(sample_build(&made, true));
    CHECK(s2_model_save(&made, in_folder("backward"), false, NULL) == S2RGF_OK);
    CHECK(same_file(in_folder("forward"), in_folder("backward")));
    CHECK_STR(made.tensors[0].name, "a.bias");
    s2_model_content_clear(&made);
}

/** What other readers of safetensors rely on. */
static void test_container(void)
{
    static const unsigned char first_float[4] = {0x00, 0x00, 0x80, 0x3F}; /* 1.0f, little endian */
    s2_model_content made;
    REQUIRE(sample_build(&made, false));
    CHECK(s2_model_save(&made, in_folder("container"), false, NULL) == S2RGF_OK);
    sample_bytes file = sample_read_file(in_folder("container"));
    REQUIRE(file.data && file.length > 8);
    const size_t length = sample_header_length(&file);
    CHECK((8 + length) % 64 == 0);
    CHECK(file.length == 8 + length + (6 + 6 + 36 + 1) * sizeof(float));
    CHECK(file.data[8] == '{' && (file.data[7 + length] == ' ' || file.data[7 + length] == '}'));
    CHECK(memcmp(file.data + 8 + length, first_float, 4) == 0);
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < file.length; i++)
        hash = (hash ^ file.data[i]) * UINT64_C(0x100000001b3);
    char text[17];
    snprintf(text, sizeof text, "%016llx", (unsigned long long)hash);
    CHECK_STR(made.checksum, text);
    free(file.data);
    s2_model_content_clear(&made);
}

/** A tool may rewrite the file with the entries and texts of the header in another order. */
static void test_order_of_header_does_not_matter(void)
{
    s2_model_content made, loaded;
    REQUIRE(sample_build(&made, false));
    CHECK(s2_model_save(&made, in_folder("order"), false, NULL) == S2RGF_OK);
    sample_bytes file = sample_read_file(in_folder("order"));
    REQUIRE(file.data != NULL);
    static const char first[] =
        "\"a.bias\":{\"dtype\":\"F32\",\"shape\":[6],\"data_offsets\":[0,24]},";
    sample_bytes without = sample_replace(&file, first, "");
    REQUIRE(without.data != NULL);
    char last[256];
    snprintf(last, sizeof last, "}},%.*s}", (int)strlen(first) - 1, first);
    /* "}}" with a space after it ends the header alone. */
    sample_bytes moved = sample_replace(&without, "]}} ", "]}},X} ");
    if (!moved.data)
        moved = sample_replace(&without, "]}}", "]}},X}");
    REQUIRE(moved.data != NULL);
    snprintf(last, sizeof last, "]},%.*s}", (int)strlen(first) - 1, first);
    sample_bytes ready = sample_replace(&moved, "]}},X}", last);
    REQUIRE(ready.data != NULL);
    REQUIRE(sample_write_file(in_folder("moved"), ready.data, ready.length));
    if (CHECK(s2_model_load(in_folder("moved"), &loaded, NULL) == S2RGF_OK)) {
        memcpy(loaded.checksum, made.checksum, sizeof loaded.checksum);
        check_same(&made, &loaded);
        s2_model_content_clear(&loaded);
    }
    free(ready.data);
    free(moved.data);
    free(without.data);
    free(file.data);
    s2_model_content_clear(&made);
}

static int files_in_folder(void)
{
    char command[PATH_MAX + 32];
    int count = -1;
    snprintf(command, sizeof command, "ls -A %s | wc -l", folder);
    FILE *pipe = popen(command, "r");
    if (pipe && fscanf(pipe, "%d", &count) != 1)
        count = -1;
    if (pipe)
        pclose(pipe);
    return count;
}

/* Models from before there was calibration lack these members. */
static void test_without_calibration(void)
{
    s2_model_content made, loaded;
    REQUIRE(sample_build(&made, false));
    REQUIRE(s2_model_save(&made, in_folder("full"), false, NULL) == S2RGF_OK);
    sample_bytes file = sample_read_file(in_folder("full"));
    sample_bytes old = sample_replace(&file,
                                      ",\\\"calibration_error_before\\\":0.25,"
                                      "\\\"calibration_error_after\\\":0.0625",
                                      "");
    REQUIRE(old.data != NULL);
    REQUIRE(sample_write_file(in_folder("old"), old.data, old.length));
    if (CHECK(s2_model_load(in_folder("old"), &loaded, NULL) == S2RGF_OK)) {
        CHECK(isnan(loaded.training.calibration_before));
        CHECK(isnan(loaded.training.calibration_after));
        CHECK(loaded.training.temperature == 1.0);
        s2_model_content_clear(&loaded);
    }
    free(old.data);
    free(file.data);
    s2_model_content_clear(&made);
}

static void test_existing_files_are_kept(void)
{
    s2_model_content made;
    s2rgf_error err = {S2RGF_OK, ""};
    REQUIRE(sample_build(&made, false));
    REQUIRE(sample_write_file(in_folder("precious"), "precious", 8));
    const int before = files_in_folder();
    CHECK(s2_model_save(&made, in_folder("precious"), false, &err) == S2RGF_INVALID_ARGUMENT);
    CHECK_CONTAINS(err.message, "precious: exists: use -overwrite to replace it");
    CHECK(s2_atomic_check(in_folder("precious"), false, NULL) == S2RGF_INVALID_ARGUMENT);
    sample_bytes file = sample_read_file(in_folder("precious"));
    CHECK(file.length == 8 && memcmp(file.data, "precious", 8) == 0);
    free(file.data);
    CHECK(s2_atomic_check(in_folder("precious"), true, NULL) == S2RGF_OK);
    CHECK(s2_atomic_check(in_folder("new"), false, NULL) == S2RGF_OK);
    CHECK(files_in_folder() == before);
    CHECK(s2_model_save(&made, in_folder("precious"), true, &err) == S2RGF_OK);
    CHECK(same_file(in_folder("precious"), in_folder("container")));
    CHECK(files_in_folder() == before);
    CHECK(s2_model_save(&made, folder, true, &err) == S2RGF_INVALID_ARGUMENT);
    CHECK_CONTAINS(err.message, "not a regular file");
    CHECK(s2_model_save(&made, "/dev/null", true, &err) == S2RGF_INVALID_ARGUMENT);
    CHECK(s2_model_save(&made, in_folder("no/such/folder"), true, &err) == S2RGF_IO);
    CHECK_CONTAINS(err.message, "cannot create: No such file or directory");
    /* The name of a link that leads nowhere is taken: told at once, not when the model is made. */
    CHECK(symlink("nowhere", in_folder("link")) == 0);
    CHECK(s2_atomic_check(in_folder("link"), false, &err) == S2RGF_INVALID_ARGUMENT);
    CHECK_CONTAINS(err.message, "link: exists");
    CHECK(s2_model_save(&made, in_folder("link"), true, &err) == S2RGF_OK);
    CHECK(same_file(in_folder("link"), in_folder("container")));
    CHECK(unlink(in_folder("link")) == 0);
    s2_model_content_clear(&made);
}

/** A full disk: nothing is left, nothing is lost. */
static void test_failed_write_leaves_nothing(void)
{
    s2_model_content made;
    s2rgf_error err = {S2RGF_OK, ""};
    struct rlimit before, small = {100, 100};
    REQUIRE(sample_build(&made, false));
    REQUIRE(sample_write_file(in_folder("kept"), "kept", 4));
    const int files = files_in_folder();
    REQUIRE(getrlimit(RLIMIT_FSIZE, &before) == 0);
    small.rlim_max = before.rlim_max;
    signal(SIGXFSZ, SIG_IGN);
    REQUIRE(setrlimit(RLIMIT_FSIZE, &small) == 0);
    const s2rgf_status status = s2_model_save(&made, in_folder("kept"), true, &err);
    setrlimit(RLIMIT_FSIZE, &before);
    CHECK(status == S2RGF_IO);
    CHECK_CONTAINS(err.message, "kept: cannot write: File too large");
    CHECK(files_in_folder() == files);
    sample_bytes file = sample_read_file(in_folder("kept"));
    CHECK(file.length == 4 && memcmp(file.data, "kept", 4) == 0);
    free(file.data);
    s2_model_content_clear(&made);
}

/** Another program takes the name while the file is being written: its file is kept. */
static void test_name_taken_meanwhile(void)
{
    s2_atomic_file file;
    s2rgf_error err = {S2RGF_OK, ""};
    const int files = files_in_folder();
    REQUIRE(s2_atomic_open(&file, in_folder("raced"), false, &err) == S2RGF_OK);
    CHECK(s2_atomic_write(&file, "ours", 4, &err) == S2RGF_OK);
    REQUIRE(sample_write_file(in_folder("raced"), "theirs", 6));
    CHECK(s2_atomic_commit(&file, &err) == S2RGF_INVALID_ARGUMENT);
    CHECK_CONTAINS(err.message, "raced: exists");
    sample_bytes kept = sample_read_file(in_folder("raced"));
    CHECK(kept.length == 6 && memcmp(kept.data, "theirs", 6) == 0);
    free(kept.data);
    CHECK(files_in_folder() == files + 1);
    s2_atomic_discard(&file);
    const int before = dup(STDOUT_FILENO);
    CHECK(dup2(before, STDIN_FILENO) == STDIN_FILENO);
    s2_atomic_discard(&(s2_atomic_file){0});
    CHECK(fcntl(STDIN_FILENO, F_GETFD) >= 0);
    close(before);
}

/** What the loader would refuse is not written. */
static void test_bad_content_is_not_saved(void)
{
    s2_model_content made;
    s2rgf_error err = {S2RGF_OK, ""};
    REQUIRE(sample_build(&made, false));
    const int files = files_in_folder();
    made.tensors[1].data[2] = NAN;
    CHECK(s2_model_save(&made, in_folder("bad"), false, &err) == S2RGF_INVALID_ARGUMENT);
    CHECK_CONTAINS(err.message, "tensor a.weight: expected finite numbers, found nan at element 2");
    made.tensors[1].data[2] = 0;
    made.sources[0].bands[1].std = 0;
    CHECK(s2_model_check(&made, "m", &err) == S2RGF_INVALID_ARGUMENT);
    CHECK_CONTAINS(err.message, "m: sources[0].bands[1].std: out of range");
    CHECK(s2_model_save(&made, in_folder("bad"), false, NULL) == S2RGF_INVALID_ARGUMENT);
    made.sources[0].bands[1].std = 1;
    made.reference = 0;
    CHECK(s2_model_save(&made, in_folder("bad"), false, &err) == S2RGF_INVALID_ARGUMENT);
    CHECK_CONTAINS(err.message, "reference: expected a source whose on_reference is true");
    made.reference = 1;
    sample_name(&made.sources[1].bands[0], "tab\there \xFF", 500);
    CHECK(s2_model_check(&made, "m", &err) == S2RGF_INVALID_ARGUMENT);
    CHECK_CONTAINS(err.message, "sources[1].bands[0].name: expected UTF-8 text");
    s2_model_clean_name(made.sources[1].bands[0].name);
    CHECK_STR(made.sources[1].bands[0].name, "tab_here _");
    CHECK(s2_model_check(&made, "m", &err) == S2RGF_OK);
    float *data;
    REQUIRE(s2_model_add_tensor(&made, "a.bias", (const int[]){1}, 1, &data, NULL) == S2RGF_OK);
    CHECK(s2_model_save(&made, in_folder("bad"), false, &err) == S2RGF_INVALID_ARGUMENT);
    CHECK_CONTAINS(err.message, "tensor a.bias: two have this name");
    CHECK(files_in_folder() == files);
    s2_model_content_clear(&made);
}

/** Writing and reading without a file says before a training what would be refused after it. */
static void test_rehearsal(void)
{
    s2_model_content made;
    s2rgf_error err = {S2RGF_OK, ""};
    REQUIRE(sample_build(&made, false));
    const int files = files_in_folder();
    const int tensors = made.tensor_count;
    CHECK(s2_model_rehearse(&made, in_folder("never"), &err) == S2RGF_OK);
    CHECK(made.tensor_count == tensors && made.tensors[0].data);
    made.sources[0].bands[1].std = 0;
    CHECK(s2_model_rehearse(&made, "m", &err) == S2RGF_INVALID_ARGUMENT);
    CHECK_CONTAINS(err.message, "m: sources[0].bands[1].std: out of range");
    made.sources[0].bands[1].std = 1;
    /* A description that is too long for the container, though every name is allowed. */
    char name[1024];
    memset(name, '"', sizeof name);
    name[sizeof name - 1] = '\0';
    s2_class_table_clear(&made.classes);
    s2_model_history_clear(&made.history);
    for (int value = 1; value <= S2RGF_MAX_CLASSES; value++) {
        snprintf(name, 8, "%07d", value);
        name[7] = '"';
        REQUIRE(s2_class_table_add(&made.classes, value, name, NULL, &err) == S2RGF_OK);
    }
    CHECK(s2_model_check(&made, "m", &err) == S2RGF_OK);
    CHECK(s2_model_rehearse(&made, "m", &err) == S2RGF_INVALID_ARGUMENT);
    CHECK_CONTAINS(err.message, "m: description too long: expected at most");
    CHECK(s2_model_save(&made, in_folder("never"), false, NULL) == S2RGF_INVALID_ARGUMENT);
    CHECK(files_in_folder() == files);
    s2_model_content_clear(&made);
}

static void test_tensors(void)
{
    s2_model_content made = {0};
    s2rgf_error err = {S2RGF_OK, ""};
    float *data;
    const float *found;
    CHECK(s2_model_add_tensor(&made, "__metadata__", (const int[]){1}, 1, &data, &err) ==
          S2RGF_INVALID_ARGUMENT);
    CHECK(s2_model_add_tensor(&made, "a b", (const int[]){1}, 1, &data, &err) ==
          S2RGF_INVALID_ARGUMENT);
    CHECK(s2_model_add_tensor(&made, "a", (const int[]){2, 0}, 2, &data, &err) ==
          S2RGF_INVALID_ARGUMENT);
    CHECK(s2_model_add_tensor(&made, "a", (const int[]){1000000, 1000000, 1000000, 1000000}, 4,
                              &data, &err) == S2RGF_INVALID_ARGUMENT);
    CHECK(made.tensor_count == 0);
    REQUIRE(s2_model_add_tensor(&made, "a", (const int[]){2, 3}, 2, &data, &err) == S2RGF_OK);
    CHECK(s2_model_find_tensor(&made, "a", (const int[]){2, 3}, 2, &found, &err) == S2RGF_OK);
    CHECK(found == data);
    CHECK(s2_model_find_tensor(&made, "a", (const int[]){3, 2}, 2, &found, &err) == S2RGF_FORMAT);
    CHECK_STR(err.message, "tensor a: wrong shape: expected 3 x 2, found 2 x 3");
    CHECK(s2_model_find_tensor(&made, "a", (const int[]){2}, 1, &found, &err) == S2RGF_FORMAT);
    CHECK(s2_model_find_tensor(&made, "b", (const int[]){2, 3}, 2, &found, &err) == S2RGF_FORMAT);
    CHECK_STR(err.message, "tensor b: missing in the model");
    s2_model_content_clear(&made);
}

static void test_names_are_cleaned(void)
{
    static const char *const pairs[][2] = {
        {"plain", "plain"},
        {"0.45 \xB5m", "0.45 _m"},            /* Latin-1 */
        {"0.45 \xC2\xB5m", "0.45 \xC2\xB5m"}, /* UTF-8 */
        {"\x1B[31m\x7F", "_[31m_"},           /* terminal escape */
        {"a\xC2\x9B"
         "b",
         "a_b"},                      /* C1 */
        {"\xC0\xAF", "__"},           /* overlong */
        {"\xED\xA0\x80", "___"},      /* surrogate */
        {"\xF4\x90\x80\x80", "____"}, /* beyond U+10FFFF */
        {"cut \xE2\x82", "cut __"},   /* incomplete */
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        char *name = s2_strdup(pairs[i][0]);
        s2_model_clean_name(name);
        CHECK_STR(name, pairs[i][1]);
        s2_free(name);
    }
    char name[S2_MODEL_NAME_BYTES + 3];
    memset(name, 'x', sizeof name);
    memcpy(name + S2_MODEL_NAME_BYTES - 1, "\xC2\xB5", 3);
    name[S2_MODEL_NAME_BYTES + 1] = '\0';
    s2_model_clean_name(name);
    CHECK(strlen(name) == S2_MODEL_NAME_BYTES - 1);
}

/** A model with tensors that no network has, for its description. */
static s2rgf_model *open_unchecked(const char *path)
{
    s2rgf_model *model = s2_calloc(1, sizeof *model);
    REQUIRE(model);
    model->path = s2_strdup(path);
    REQUIRE(s2_model_load(path, &model->content, NULL) == S2RGF_OK);
    return model;
}

static void test_describe(void)
{
    s2rgf_model *model;
    s2rgf_error err = {S2RGF_OK, ""};
    char *text;
    CHECK(s2rgf_model_open(in_folder("absent"), &model, &err) == S2RGF_IO);
    CHECK(!model);
    CHECK_CONTAINS(err.message, "absent: cannot open: No such file or directory");
    /* what cannot map is no model */
    CHECK(s2rgf_model_open(in_folder("container"), &model, &err) == S2RGF_FORMAT);
    CHECK(!model);
    CHECK_CONTAINS(err.message, "container: tensor ");
    model = open_unchecked(in_folder("container"));
    CHECK(s2rgf_model_describe(model, false, &text, &err) == S2RGF_OK);
    CHECK_CONTAINS(text, "Network     dense, C = 32, 49 parameters in 4 tensors\n");
    CHECK_CONTAINS(text, "Written by  s2rgf 0.1.0, format version 1\n");
    CHECK_CONTAINS(text, model->content.checksum);
    CHECK_CONTAINS(text, "  hsi       3 bands, pixel size 30.5 (unit unknown)\n");
    CHECK_CONTAINS(text, "  msi-10_m  4 bands, 492.4 to 832.8 nm, pixel size 10 m, defines the "
                         "reference grid\n    B02, B03, B04, B08 \"wide\"\n");
    CHECK_CONTAINS(text, "      2  -        back\\slash\n      7  #0ab0ff  Feuchtfl\xC3\xA4"
                         "che\n");
    CHECK_CONTAINS(text, "overall accuracy 0.3000, kappa -0.1250\n");
    s2_free(text);
    CHECK(s2rgf_model_describe(model, true, &text, &err) == S2RGF_OK);
    CHECK_CONTAINS(text, "{\n  \"format_version\": 1,\n  \"checksum\": \"");
    CHECK_CONTAINS(text, "\"tensors\": 4,\n  \"parameters\": 49,\n  \"network\": \"dense\",\n");
    CHECK_CONTAINS(text, "\"reference\": \"msi-10_m\"");
    CHECK_CONTAINS(text, "\"wavelength_nm\": null");
    CHECK_CONTAINS(text, "\"validation_overall_accuracy\": 0.30000000000000004,");
    CHECK_CONTAINS(text, "\"seed\": 18446744073709551615,");
    s2_free(text);
    s2rgf_model_close(model);
    s2rgf_model_close(NULL);
}

/** What is switched off is saved, loaded and told; where nothing is, no byte says so. */
static void test_ablations(void)
{
    s2_model_content made, loaded;
    s2rgf_model *model;
    char *text;
    REQUIRE(sample_build(&made, false));
    sample_bytes plain = sample_read_file(in_folder("container"));
    REQUIRE(plain.data != NULL);
    plain.data[8 + sample_header_length(&plain)] = '\0';
    CHECK(!strstr((char *)plain.data + 8, "ablations"));
    CHECK(!strstr((char *)plain.data + 8, "redundancy"));
    free(plain.data);

    made.off = (s2_ablations){.attention = true, .redundancy = true, .source = {true, false}};
    made.training.relation = S2_RELATION_SOFTMAX;
    CHECK(s2_model_save(&made, in_folder("ablated"), false, NULL) == S2RGF_OK);
    REQUIRE(s2_model_load(in_folder("ablated"), &loaded, NULL) == S2RGF_OK);
    check_same(&made, &loaded);
    CHECK(memcmp(&made.off, &loaded.off, sizeof made.off) == 0);
    CHECK(loaded.training.relation == S2_RELATION_SOFTMAX);
    s2_model_content_clear(&loaded);
    model = open_unchecked(in_folder("ablated"));
    CHECK(s2rgf_model_describe(model, false, &text, NULL) == S2RGF_OK);
    CHECK_CONTAINS(text, "Ablations   attention, redundancy, source:hsi: switched off\n");
    CHECK_CONTAINS(text, "  redundancy          softmax, as published\n");
    s2_free(text);
    CHECK(s2rgf_model_describe(model, true, &text, NULL) == S2RGF_OK);
    CHECK_CONTAINS(text, "\"source:hsi\"");
    CHECK_CONTAINS(text, "\"redundancy\": \"softmax\"");
    s2_free(text);
    s2rgf_model_close(model);

    made.off = (s2_ablations){.spectral = true, .spatial = true};
    CHECK(s2_model_save(&made, in_folder("nothing"), false, NULL) == S2RGF_INVALID_ARGUMENT);
    s2_model_content_clear(&made);
}

int main(void)
{
    REQUIRE(mkdtemp(folder) != NULL);
    test_round_trip();
    test_order_of_tensors_does_not_matter();
    test_container();
    test_order_of_header_does_not_matter();
    test_without_calibration();
    test_existing_files_are_kept();
    test_failed_write_leaves_nothing();
    test_name_taken_meanwhile();
    test_bad_content_is_not_saved();
    test_rehearsal();
    test_tensors();
    test_names_are_cleaned();
    test_describe();
    test_ablations();
    char command[PATH_MAX + 16];
    snprintf(command, sizeof command, "rm -r %s", folder);
    CHECK(system(command) == 0);
    return harness_end();
}
