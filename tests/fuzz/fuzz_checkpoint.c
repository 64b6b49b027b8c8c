/*
 * Damaged checkpoints: whatever the bytes, the reader refuses them with a message and leaves the
 * training as it was, or restores a state that is written again as the same bytes.
 */
#include "core/checksum.h"
#include "fuzz/damage.h"
#include "s2rgf/training.h"
#include "train/checkpoint.h"

#define WEIGHTS 3
#define CLASSES 2
#define CHECKSUM_BYTES 8

static char path[64]; /* the damaged file */
static s2rgf_train_options options;
static float weights[WEIGHTS], moments[2][WEIGHTS], average[WEIGHTS], best[WEIGHTS];
static float confusion[CLASSES * CLASSES];
static const s2_label_set labels = {.classes.count = CLASSES};
static s2_training_set set = {.labels = &labels};
static s2_network network;
static s2_trainer trainer;

static const char *const TOKENS[] = {"s2rgfck2", "s2rgfck1", "\x7F\x80", "\xFF\xFF\xFF\xFF",
                                     "\x01"};

/* A training with a single parameter; state in  what all its numbers are */
static void fill(float state)
{
    for (int i = 0; i < WEIGHTS; i++)
        weights[i] = moments[0][i] = moments[1][i] = average[i] = best[i] = state;
    for (int i = 0; i < CLASSES * CLASSES; i++)
        confusion[i] = state;
    trainer.adam.step = (int)state;
    trainer.progress = (s2_trainer_progress){.phase = 1, .step = (int)state};
}

static bool is_filled(float state)
{
    bool same = trainer.adam.step == (int)state && trainer.progress.step == (int)state;
    for (int i = 0; i < WEIGHTS; i++)
        same = same && weights[i] == state && moments[0][i] == state && moments[1][i] == state &&
               average[i] == state && best[i] == state;
    for (int i = 0; i < CLASSES * CLASSES; i++)
        same = same && confusion[i] == state;
    return same;
}

static void set_up(void)
{
    snprintf(path, sizeof path, "%s/s2rgf_fuzz_XXXXXX", fuzz_folder());
    const int descriptor = mkstemp(path);
    REQUIRE(descriptor >= 0 && close(descriptor) == 0);
    options.checkpoint = path;
    network.params.count = 1;
    network.params.items[0] = (s2_param){.value = weights, .count = WEIGHTS};
    trainer = (s2_trainer){.options = &options,
                           .set = &set,
                           .network = &network,
                           .adam = {.m = moments[0], .v = moments[1], .count = WEIGHTS},
                           .average = average,
                           .best = best,
                           .confusion = confusion,
                           .trainable = WEIGHTS,
                           .all = WEIGHTS,
                           .fingerprint = 42};
    fill(2);
}

/* Most damage would only be found by its checksum. */
static void repair_checksum(sample_bytes *file)
{
    if (file->length < CHECKSUM_BYTES)
        return;
    const size_t length = file->length - CHECKSUM_BYTES;
    const uint64_t hash = s2_checksum_add(S2_CHECKSUM_START, file->data, length);
    memcpy(file->data + length, &hash, sizeof hash);
}

static void repair(const sample_bytes *valid, sample_bytes *file, s2_random *random)
{
    (void)valid;
    if (fuzz_below(random, 4) != 0)
        repair_checksum(file);
}

static bool try_bytes(const sample_bytes *file, bool *accepted)
{
    s2rgf_error err = {S2RGF_OK, ""};
    fill(7);
    REQUIRE(sample_write_file(path, file->data, file->length));
    const s2rgf_status status = s2_checkpoint_load(&trainer, &err);
    *accepted = status == S2RGF_OK;
    if (!*accepted)
        return (status == S2RGF_FORMAT || status == S2RGF_MISMATCH) && is_filled(7) &&
               strncmp(err.message, path, strlen(path)) == 0;
    const s2_trainer_progress *progress = &trainer.progress;
    bool held = progress->step >= 0 && progress->step == trainer.adam.step &&
                (progress->phase == 0 || progress->phase == 1) && progress->best_step >= 0 &&
                s2_checkpoint_save(&trainer, &err) == S2RGF_OK;
    sample_bytes again = sample_read_file(path);
    held = held && again.data && again.length == file->length;
    free(again.data);
    return held;
}

static const fuzz_target target = {TOKENS, sizeof TOKENS / sizeof *TOKENS, repair, try_bytes,
                                   "checkpoint"};

#ifdef S2_LIBFUZZER
static bool try_repaired(const sample_bytes *file, bool *accepted)
{
    sample_bytes repaired = *file;
    repair_checksum(&repaired);
    return try_bytes(&repaired, accepted);
}
static const fuzz_target repaired = {NULL, 0, NULL, try_repaired, "checkpoint"};
FUZZ_ENTRY(set_up, &repaired)
#else

int main(void)
{
    set_up();
    REQUIRE(s2_checkpoint_save(&trainer, NULL) == S2RGF_OK);
    sample_bytes valid = sample_read_file(path);
    REQUIRE(valid.data != NULL);
    fuzz_run(&target, &valid);
    free(valid.data);
    CHECK(unlink(path) == 0);
    return harness_end();
}

#endif
