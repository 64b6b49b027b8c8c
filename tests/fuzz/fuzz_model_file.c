/*
 * Damaged model files: whatever the bytes, the loader refuses with a message or yields a model that
 * holds together and can be saved again.
 *
 * As it stands, a deterministic fuzzer: a fixed number of mutations of a valid file (few in `make
 * check`, many with S2RGF_TEST_LONG=1; S2RGF_FUZZ_ROUNDS=N and S2RGF_FUZZ_SEED=N choose others).
 * With -DS2_LIBFUZZER, a target of libFuzzer:
 *     clang -g -fsanitize=fuzzer,address,undefined -DS2_LIBFUZZER ... tests/fuzz/fuzz_model_file.c
 */
#include <limits.h>

#include "core/random.h"
#include "harness.h"
#include "nn/model_file.h"
#include "unit/model_sample.h"

#define ROUNDS_SHORT 5000
#define ROUNDS_LONG 200000
#define CHANGES_MAX 6  /* of one round */
#define GROWTH_MAX 256 /* bytes that one change adds at most */

static char path[64]; /* the damaged file */

/**
 * Files in memory where there are such: thousands of fsync() calls on a disk would take minutes.
 */
static const char *scratch_folder(void)
{
    return access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
}

/** What the library relies on once a model is loaded. */
static bool is_sound(const s2_model_content *content)
{
    bool sound = content->source_count >= 1 && content->source_count <= S2RGF_MAX_SOURCES &&
                 content->reference >= 0 && content->reference < content->source_count &&
                 content->classes.count >= 1 && content->classes.count <= S2RGF_MAX_CLASSES &&
                 content->tensor_count >= 1 && strlen(content->checksum) == 16;
    for (int i = 0; sound && i < content->tensor_count; i++) {
        const s2_model_tensor *tensor = &content->tensors[i];
        size_t count = 1;
        for (int d = 0; d < tensor->dim_count; d++)
            count *= (size_t)tensor->dims[d];
        sound = count == tensor->count;
        for (size_t k = 0; k < count; k++)
            sound = sound && isfinite(tensor->data[k]);
        if (i > 0)
            sound = sound && strcmp(content->tensors[i - 1].name, tensor->name) < 0;
    }
    for (int i = 0; sound && i < content->source_count; i++)
        for (int b = 0; b < content->sources[i].band_count; b++)
            sound = sound && content->sources[i].bands[b].std > 0 &&
                    isfinite(content->sources[i].bands[b].mean);
    return sound;
}

/** Load the file; false when the loader broke its word. *accepted tells whether it was taken. */
static bool try_file(bool *accepted)
{
    s2_model_content content;
    s2rgf_error err = {S2RGF_OK, ""};
    const s2rgf_status status = s2_model_load(path, &content, &err);
    *accepted = status == S2RGF_OK;
    if (status != S2RGF_OK)
        return (status == S2RGF_FORMAT || status == S2RGF_UNSUPPORTED) && err.status == status &&
               strncmp(err.message, path, strlen(path)) == 0 && content.tensors == NULL &&
               content.sources == NULL;
    const bool held = is_sound(&content) && s2_model_save(&content, path, true, &err) == S2RGF_OK;
    s2_model_content_clear(&content);
    return held;
}

#ifdef S2_LIBFUZZER

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    bool accepted;
    if (path[0] == '\0')
        snprintf(path, sizeof path, "%s/s2rgf_fuzz_%ld", scratch_folder(), (long)getpid());
    if (!sample_write_file(path, data, size) || !try_file(&accepted))
        abort();
    return 0;
}

#else

/** Text that means something to the loader. */
static const char *const TOKENS[] = {
    "{",
    "}",
    "[",
    "]",
    "\"",
    "\\\"",
    "\\",
    ",",
    ":",
    "null",
    "true",
    "0",
    "-1",
    "1e999",
    "1e-320",
    "NaN",
    "4294967296",
    "18446744073709551616",
    "/*",
    "\\u0000",
    "\\u009b",
    "\xFF",
    "\xC3",
    "F64",
    "\"dtype\":\"F32\",",
    "\"shape\":[1],",
    "\"data_offsets\":[0,4],",
    "__metadata__",
    "\\\"bands\\\":[{}],",
    "\\\"std\\\":0,",
    "[[[[[[[[[[[[[[[[[[",
};

static size_t below(s2_random *random, size_t bound)
{
    return bound == 0 ? 0 : (size_t)s2_random_below(random, bound);
}

/** Replace `removed` bytes at `place` by others. */
static void splice(sample_bytes *file, size_t place, size_t removed, const void *added,
                   size_t count)
{
    memmove(file->data + place + count, file->data + place + removed,
            file->length - place - removed);
    memcpy(file->data + place, added, count);
    file->length = file->length - removed + count;
}

static void copy_part(sample_bytes *file, s2_random *random, size_t place)
{
    unsigned char part[GROWTH_MAX];
    const size_t from = below(random, file->length);
    size_t count = 1 + below(random, GROWTH_MAX);
    if (count > file->length - from)
        count = file->length - from;
    memcpy(part, file->data + from, count);
    splice(file, place, 0, part, count);
}

static void mutate(sample_bytes *file, s2_random *random)
{
    /* Most of the file's meaning is in its header. */
    const size_t header = file->length < 2048 ? file->length : 2048;
    const size_t place = below(random, below(random, 4) == 0 ? file->length : header);
    const char *token = TOKENS[below(random, sizeof TOKENS / sizeof *TOKENS)];
    const size_t left = file->length - place;
    const unsigned char byte = (unsigned char)s2_random_bits(random);
    switch (below(random, 7)) {
    case 0:
        if (left > 0)
            file->data[place] ^= (unsigned char)(1u << below(random, 8));
        break;
    case 1:
        if (left > 0)
            file->data[place] = byte;
        break;
    case 2:
        splice(file, place, below(random, left < 32 ? left : 32), &byte, 1);
        break;
    case 3:
        splice(file, place, 0, token, strlen(token));
        break;
    case 4:
        splice(file, place, strlen(token) < left ? strlen(token) : left, token, strlen(token));
        break;
    case 5:
        copy_part(file, random, place);
        break;
    default:
        file->length = below(random, 16) == 0 ? place : file->length;
    }
}

/**
 * After a change of length make the header's declared length fit again, as a careful attacker
 * would.
 */
static void repair_length(sample_bytes *file, size_t data_bytes)
{
    if (file->length >= 8 + data_bytes)
        sample_set_header_length(file->data, file->length - 8 - data_bytes);
}

static unsigned long from_environment(const char *name, unsigned long otherwise)
{
    const char *text = getenv(name);
    return text != NULL && text[0] != '\0' ? strtoul(text, NULL, 10) : otherwise;
}

/** The file of one round depends on the seed and the round only, so any failure can be repeated. */
static void make_round(const sample_bytes *valid, sample_bytes *file, uint64_t seed,
                       unsigned long round)
{
    s2_random random;
    const size_t data_bytes = valid->length - 8 - sample_header_length(valid);
    s2_random_init(&random, seed, round);
    memcpy(file->data, valid->data, valid->length);
    file->length = valid->length;
    const size_t changes = 1 + below(&random, CHANGES_MAX);
    for (size_t i = 0; i < changes; i++)
        mutate(file, &random);
    if (below(&random, 4) != 0)
        repair_length(file, data_bytes);
}

static void fuzz(const sample_bytes *valid, uint64_t seed, unsigned long rounds)
{
    unsigned long taken = 0;
    sample_bytes file = {malloc(valid->length + CHANGES_MAX * GROWTH_MAX), 0};
    REQUIRE(file.data != NULL);
    for (unsigned long round = 0; round < rounds; round++) {
        bool accepted;
        make_round(valid, &file, seed, round);
        REQUIRE(sample_write_file(path, file.data, file.length));
        if (!CHECK(try_file(&accepted)))
            printf("    seed %llu, round %lu\n", (unsigned long long)seed, round);
        taken += accepted;
    }
    /* Both outcomes must occur, or the mutations test nothing. */
    CHECK(taken > 0 && taken < rounds);
    printf("%lu mutations, %lu harmless\n", rounds, taken);
    free(file.data);
}

int main(void)
{
    const bool is_long = from_environment("S2RGF_TEST_LONG", 0) != 0;
    const unsigned long rounds =
        from_environment("S2RGF_FUZZ_ROUNDS", is_long ? ROUNDS_LONG : ROUNDS_SHORT);
    s2_model_content made;
    snprintf(path, sizeof path, "%s/s2rgf_fuzz_XXXXXX", scratch_folder());
    const int descriptor = mkstemp(path);
    REQUIRE(descriptor >= 0 && close(descriptor) == 0 && sample_build(&made, false));
    REQUIRE(s2_model_save(&made, path, true, NULL) == S2RGF_OK);
    sample_bytes valid = sample_read_file(path);
    REQUIRE(valid.data != NULL);
    fuzz(&valid, from_environment("S2RGF_FUZZ_SEED", 1), rounds);
    free(valid.data);
    s2_model_content_clear(&made);
    CHECK(unlink(path) == 0);
    return harness_end();
}

#endif
