/* Checkpoints of a training: written completely or not at all, and checked when read. */
#include "train/checkpoint.h"

#include <stdio.h>
#include <string.h>

#include "core/atomic_file.h"
#include "core/checksum.h"
#include "core/error.h"
#include "core/file.h"
#include "core/memory.h"

#define MAGIC "s2rgfck4"

/* Fixed part of the file, in the byte order of the machine that wrote it; the arrays follow, then a
   checksum. */
typedef struct checkpoint_head {
    char magic[8];
    uint64_t fingerprint;
    uint64_t arrays; /* floats that follow */
    int32_t phase, step, best_step, stale, adam_step, windows;
    double best_oa, best_kappa, highest_oa, loss, loss_weight;
    s2_share share;
    s2_calibration calibration;
    s2_history_curve curve;
} checkpoint_head;

/* One array of the trainer's state. */
typedef struct state_array {
    float *data;
    size_t count;
} state_array;

#define STATE_ARRAYS (S2_PARAMS_MAX + 5)

/* All arrays, in the order of the file; returns their number. */
static int list_arrays(s2_trainer *trainer, state_array arrays[STATE_ARRAYS], size_t *floats)
{
    const s2_params *params = &trainer->network->params;
    int count = 0;
    for (; count < params->count; count++)
        arrays[count] = (state_array){params->items[count].value, params->items[count].count};
    arrays[count++] = (state_array){trainer->adam.m, trainer->adam.count};
    arrays[count++] = (state_array){trainer->adam.v, trainer->adam.count};
    arrays[count++] = (state_array){trainer->average, trainer->trainable};
    arrays[count++] = (state_array){trainer->best, trainer->all};
    arrays[count++] = (state_array){trainer->confusion, s2_trainer_confusion_floats(trainer)};
    *floats = 0;
    for (int i = 0; i < count; i++)
        *floats += arrays[i].count;
    return count;
}

s2rgf_status s2_checkpoint_save(s2_trainer *trainer, s2rgf_error *err)
{
    state_array arrays[STATE_ARRAYS];
    size_t floats = 0;
    const int count = list_arrays(trainer, arrays, &floats);
    const s2_trainer_progress *progress = &trainer->progress;
    checkpoint_head head = {.fingerprint = trainer->fingerprint,
                            .arrays = floats,
                            .phase = progress->phase,
                            .step = progress->step,
                            .best_step = progress->best_step,
                            .stale = progress->stale,
                            .adam_step = trainer->adam.step,
                            .windows = progress->windows,
                            .best_oa = progress->best_oa,
                            .best_kappa = progress->best_kappa,
                            .highest_oa = progress->highest_oa,
                            .loss = progress->loss,
                            .loss_weight = progress->loss_weight,
                            .share = progress->share,
                            .calibration = progress->calibration,
                            .curve = trainer->curve};
    s2_atomic_file file = {0};
    memcpy(head.magic, MAGIC, sizeof head.magic);
    uint64_t hash = s2_checksum_add(S2_CHECKSUM_START, &head, sizeof head);
    s2rgf_status status = s2_atomic_open(&file, trainer->options->checkpoint, true, err);
    if (status != S2RGF_OK)
        return status;
    status = s2_atomic_write(&file, &head, sizeof head, err);
    for (int i = 0; i < count && status == S2RGF_OK; i++) {
        hash = s2_checksum_add(hash, arrays[i].data, arrays[i].count * sizeof(float));
        status = s2_atomic_write(&file, arrays[i].data, arrays[i].count * sizeof(float), err);
    }
    if (status == S2RGF_OK)
        status = s2_atomic_write(&file, &hash, sizeof hash, err);
    if (status == S2RGF_OK)
        return s2_atomic_commit(&file, err);
    s2_atomic_discard(&file);
    return status;
}

static s2rgf_status check_head(const s2_trainer *trainer, const checkpoint_head *head,
                               size_t floats, s2rgf_error *err)
{
    const char *path = trainer->options->checkpoint;
    const bool sane = (head->phase == 0 || head->phase == 1) && head->step >= 0 &&
                      head->best_step >= 0 && head->stale >= 0 && head->adam_step == head->step &&
                      head->curve.count >= 0 && head->curve.count <= S2_HISTORY_MOMENTS;
    if (memcmp(head->magic, MAGIC, sizeof head->magic) != 0 || !sane)
        return s2_fail(err, S2RGF_FORMAT, "%s: not a checkpoint of this program and machine", path);
    if (head->fingerprint != trainer->fingerprint || head->arrays != floats)
        return s2_fail(err, S2RGF_MISMATCH,
                       "%s: a checkpoint of another training: expected the same data, labels and "
                       "options",
                       path);
    return S2RGF_OK;
}

/* Read the arrays into memory of their own, so that a damaged file changes nothing. */
static s2rgf_status read_arrays(FILE *file, const char *path, const checkpoint_head *head,
                                size_t floats, float *data, s2rgf_error *err)
{
    uint64_t expected = 0;
    if (fread(data, sizeof(float), floats, file) != floats ||
        fread(&expected, sizeof expected, 1, file) != 1 || fgetc(file) != EOF)
        return s2_fail(err, S2RGF_FORMAT, "%s: damaged: expected %zu values and their checksum",
                       path, floats);
    uint64_t hash = s2_checksum_add(S2_CHECKSUM_START, head, sizeof *head);
    hash = s2_checksum_add(hash, data, floats * sizeof(float));
    return hash == expected
               ? S2RGF_OK
               : s2_fail(err, S2RGF_FORMAT, "%s: damaged: its checksum is wrong", path);
}

s2rgf_status s2_checkpoint_load(s2_trainer *trainer, s2rgf_error *err)
{
    const char *path = trainer->options->checkpoint;
    state_array arrays[STATE_ARRAYS];
    size_t floats = 0;
    const int count = list_arrays(trainer, arrays, &floats);
    checkpoint_head head = {0};
    s2rgf_status status = S2RGF_OK;
    float *data = s2_alloc(floats, sizeof(float));
    FILE *file = fopen(path, "rb");
    if (!data)
        status = s2_fail_memory(err, "checkpoint");
    else if (!file)
        status = s2_fail(err, S2RGF_IO, "%s: cannot open the checkpoint: %s", path,
                         s2_open_problem(path));
    else if (fread(&head, sizeof head, 1, file) != 1)
        status = s2_fail(err, S2RGF_FORMAT, "%s: not a checkpoint: too short", path);
    if (status == S2RGF_OK)
        status = check_head(trainer, &head, floats, err);
    if (status == S2RGF_OK)
        status = read_arrays(file, path, &head, floats, data, err);
    if (status == S2RGF_OK) {
        const float *from = data;
        for (int i = 0; i < count; from += arrays[i++].count)
            memcpy(arrays[i].data, from, arrays[i].count * sizeof(float));
        trainer->adam.step = head.adam_step;
        trainer->progress = (s2_trainer_progress){.phase = head.phase,
                                                  .step = head.step,
                                                  .best_step = head.best_step,
                                                  .stale = head.stale,
                                                  .best_oa = head.best_oa,
                                                  .best_kappa = head.best_kappa,
                                                  .highest_oa = head.highest_oa,
                                                  .share = head.share,
                                                  .windows = head.windows,
                                                  .loss = head.loss,
                                                  .loss_weight = head.loss_weight,
                                                  .calibration = head.calibration};
        trainer->curve = head.curve;
    }
    if (file)
        fclose(file);
    s2_free(data);
    return status;
}
