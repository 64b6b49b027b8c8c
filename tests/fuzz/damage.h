/*
 * Damage done to files, the same for the same seed and round, and what every fuzz test shares.
 *
 * As it stands, each fuzz test is a deterministic fuzzer. With -DS2_LIBFUZZER it is a target of
 * libFuzzer, see run_libfuzzer.sh.
 */
#ifndef FUZZ_DAMAGE_H
#define FUZZ_DAMAGE_H

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/random.h"
#include "harness.h"
#include "unit/model_sample.h"

#define FUZZ_ROUNDS_SHORT 5000
#define FUZZ_ROUNDS_LONG 200000
#define FUZZ_CHANGES_MAX 6  /* of one round */
#define FUZZ_GROWTH_MAX 256 /* bytes that one change adds at most */
#define FUZZ_SEEDS 64       /* files for libFuzzer to begin with: a valid one, the others damaged */

/** Tokens of JSON, for the lists below. */
#define FUZZ_JSON                                                                                  \
    "{", "}", "[", "]", "\"", "\\\"", "\\", ",", ":", "null", "true", "0", "-1", "1e999", "/*",    \
        "\\u0000", "\xFF", "\xC3", "[[[[[[[[[[[[[[[[[["

/** A reader, and what means something to it. */
typedef struct fuzz_target {
    const char *const *tokens;
    size_t token_count;
    /* after the damage: what a careful attacker would put right again; or NULL */
    void (*repair)(const sample_bytes *valid, sample_bytes *file, s2_random *random);
    /* false where the reader broke its word; *accepted tells whether it took the file, which may be
       changed and has room for a zero after its last byte */
    bool (*try_bytes)(const sample_bytes *file, bool *accepted);
    const char *name; /* of its seeds */
} fuzz_target;

/**
 * Files in memory where there are such: thousands of fsync() calls on a disk would take minutes.
 * S2RGF_FUZZ_FOLDER=FOLDER names another, for libFuzzer, after which nobody removes a file.
 */
static inline const char *fuzz_folder(void)
{
    const char *named = getenv("S2RGF_FUZZ_FOLDER");
    return named ? named : access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
}

static inline size_t fuzz_below(s2_random *random, size_t bound)
{
    return bound == 0 ? 0 : (size_t)s2_random_below(random, bound);
}

/** Replace `removed` bytes at `place` by others. */
static inline void fuzz_splice(sample_bytes *file, size_t place, size_t removed, const void *added,
                               size_t count)
{
    memmove(file->data + place + count, file->data + place + removed,
            file->length - place - removed);
    memcpy(file->data + place, added, count);
    file->length = file->length - removed + count;
}

static inline void fuzz_copy_part(sample_bytes *file, s2_random *random, size_t place)
{
    unsigned char part[FUZZ_GROWTH_MAX];
    const size_t from = fuzz_below(random, file->length);
    size_t count = 1 + fuzz_below(random, FUZZ_GROWTH_MAX);
    if (count > file->length - from)
        count = file->length - from;
    memcpy(part, file->data + from, count);
    fuzz_splice(file, place, 0, part, count);
}

static inline void fuzz_change(const fuzz_target *target, sample_bytes *file, s2_random *random)
{
    /* Most of a file's meaning is in its beginning. */
    const size_t header = file->length < 2048 ? file->length : 2048;
    const size_t place = fuzz_below(random, fuzz_below(random, 4) == 0 ? file->length : header);
    const char *token = target->tokens[fuzz_below(random, target->token_count)];
    const size_t left = file->length - place;
    const unsigned char byte = (unsigned char)s2_random_bits(random);
    switch (fuzz_below(random, 7)) {
    case 0:
        if (left > 0)
            file->data[place] ^= (unsigned char)(1u << fuzz_below(random, 8));
        break;
    case 1:
        if (left > 0)
            file->data[place] = byte;
        break;
    case 2:
        fuzz_splice(file, place, fuzz_below(random, left < 32 ? left : 32), &byte, 1);
        break;
    case 3:
        fuzz_splice(file, place, 0, token, strlen(token));
        break;
    case 4:
        fuzz_splice(file, place, strlen(token) < left ? strlen(token) : left, token, strlen(token));
        break;
    case 5:
        fuzz_copy_part(file, random, place);
        break;
    default:
        file->length = fuzz_below(random, 16) == 0 ? place : file->length;
    }
}

static inline unsigned long fuzz_number(const char *name, unsigned long otherwise)
{
    const char *text = getenv(name);
    return text && text[0] != '\0' ? strtoul(text, NULL, 10) : otherwise;
}

/** The file of one round depends on the seed and the round only, so any failure can be repeated. */
static inline void fuzz_damage(const fuzz_target *target, const sample_bytes *valid,
                               sample_bytes *file, uint64_t seed, unsigned long round)
{
    s2_random random;
    s2_random_init(&random, seed, round);
    memcpy(file->data, valid->data, valid->length);
    file->length = valid->length;
    const size_t changes = 1 + fuzz_below(&random, FUZZ_CHANGES_MAX);
    for (size_t i = 0; i < changes; i++)
        fuzz_change(target, file, &random);
    if (target->repair)
        target->repair(valid, file, &random);
}

/** Write seeds for libFuzzer. */
static inline void fuzz_write_seeds(const fuzz_target *target, const sample_bytes *valid,
                                    sample_bytes *file, const char *folder)
{
    for (unsigned long i = 0; i < FUZZ_SEEDS; i++) {
        char path[4096];
        snprintf(path, sizeof path, "%s/%s_%02lu", folder, target->name, i);
        if (i > 0)
            fuzz_damage(target, valid, file, 1, i);
        const sample_bytes *seed = i > 0 ? file : valid;
        REQUIRE(sample_write_file(path, seed->data, seed->length));
    }
}

/**
 * One trial of libFuzzer. The bytes are copied to memory of just their size, so that a read beyond
 * them is seen.
 */
static inline int fuzz_one_input(const fuzz_target *target, const unsigned char *data, size_t size)
{
    bool accepted = false;
    const sample_bytes file = {malloc(size + 1), size};
    REQUIRE(file.data != NULL);
    if (size > 0)
        memcpy(file.data, data, size);
    file.data[size] = '\0';
    if (!target->try_bytes(&file, &accepted))
        abort();
    free(file.data);
    return 0;
}

/**
 * Few rounds, many with S2RGF_TEST_LONG=1; S2RGF_FUZZ_ROUNDS=N and S2RGF_FUZZ_SEED=N choose others.
 * S2RGF_FUZZ_CORPUS=FOLDER writes seeds for libFuzzer there, and that is all.
 */
static inline void fuzz_run(const fuzz_target *target, const sample_bytes *valid)
{
    const bool is_long = fuzz_number("S2RGF_TEST_LONG", 0) != 0;
    const unsigned long rounds =
        fuzz_number("S2RGF_FUZZ_ROUNDS", is_long ? FUZZ_ROUNDS_LONG : FUZZ_ROUNDS_SHORT);
    const unsigned long seed = fuzz_number("S2RGF_FUZZ_SEED", 1);
    unsigned long taken = 0;
    sample_bytes file = {malloc(valid->length + FUZZ_CHANGES_MAX * FUZZ_GROWTH_MAX + 1), 0};
    REQUIRE(file.data != NULL);
    if (getenv("S2RGF_FUZZ_CORPUS")) {
        fuzz_write_seeds(target, valid, &file, getenv("S2RGF_FUZZ_CORPUS"));
        free(file.data);
        return;
    }
    for (unsigned long round = 0; round < rounds; round++) {
        bool accepted = false;
        fuzz_damage(target, valid, &file, seed, round);
        if (!CHECK(target->try_bytes(&file, &accepted)))
            printf("    seed %lu, round %lu\n", seed, round);
        taken += accepted;
    }
    /* Both outcomes must occur, or the damage tests nothing. */
    CHECK(taken > 0 && taken < rounds);
    printf("%lu rounds, %lu harmless\n", rounds, taken);
    free(file.data);
}

#ifdef S2_LIBFUZZER
/** Defines the entry of libFuzzer: the target's set-up at the first trial. */
#define FUZZ_ENTRY(set_up, target)                                                                 \
    int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);                                  \
    int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)                                   \
    {                                                                                              \
        static bool ready;                                                                         \
        if (!ready)                                                                                \
            set_up();                                                                              \
        ready = true;                                                                              \
        return fuzz_one_input(target, data, size);                                                 \
    }
#endif

#endif
