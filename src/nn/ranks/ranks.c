/* Processes that train one network together: each holds some crops of a batch. */
#include "nn/ranks/ranks.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "core/error.h"
#include "core/memory.h"

s2rgf_status s2_ranks_init(s2_ranks *ranks, const s2_rank_link *link, s2rgf_error *err)
{
    *ranks = (s2_ranks){.link = *link};
    ranks->held = s2_calloc((size_t)link->count, sizeof *ranks->held);
    ranks->rows = s2_calloc((size_t)link->count, sizeof *ranks->rows);
    if (ranks->held && ranks->rows)
        return S2RGF_OK;
    s2_ranks_clear(ranks);
    return s2_fail_memory(err, "ranks");
}

void s2_ranks_clear(s2_ranks *ranks)
{
    S2_FREE_EACH(ranks->held, ranks->rows, ranks->room);
    *ranks = (s2_ranks){0};
}

s2rgf_status s2_ranks_divide(s2_ranks *ranks, int crops, s2rgf_error *err)
{
    if (!ranks)
        return S2RGF_OK;
    const int count = ranks->link.count;
    if (crops < count)
        return s2_fail(err, S2RGF_INVALID_ARGUMENT,
                       "ranks: expected at most %d, one a crop of a step, found %d: start fewer, "
                       "or take larger batches",
                       crops, count);
    ranks->crops = crops;
    ranks->first = 0;
    for (int r = 0; r < count; r++) {
        ranks->held[r] = crops / count + (r < crops % count);
        ranks->first += r < ranks->link.rank ? ranks->held[r] : 0;
    }
    return S2RGF_OK;
}

int s2_ranks_own(const s2_ranks *ranks, int crops)
{
    return ranks ? ranks->held[ranks->link.rank] : crops;
}

int s2_ranks_crops(const s2_ranks *ranks, int own)
{
    return ranks ? ranks->crops : own;
}

int s2_ranks_first_crop(const s2_ranks *ranks)
{
    return ranks ? ranks->first : 0;
}

bool s2_ranks_leads(const s2_ranks *ranks)
{
    return !ranks || ranks->link.rank == 0;
}

void s2_ranks_break(s2_ranks *ranks, s2rgf_status status)
{
    if (ranks && ranks->broken == S2RGF_OK)
        ranks->broken = status;
}

/* What a function of the link returned. */
static bool went_well(s2_ranks *ranks, bool reached)
{
    if (!reached)
        s2_ranks_break(ranks, S2RGF_IO);
    return reached;
}

static bool is_sound(const s2_ranks *ranks)
{
    return ranks && ranks->broken == S2RGF_OK;
}

/* Room for so many bytes. */
static bool reserve(s2_ranks *ranks, size_t count, size_t bytes)
{
    size_t needed;
    if (s2_multiply(count, bytes, &needed) && needed <= ranks->room_bytes)
        return true;
    s2_free(ranks->room);
    ranks->room = s2_alloc(count, bytes);
    ranks->room_bytes = ranks->room ? needed : 0;
    if (!ranks->room)
        s2_ranks_break(ranks, S2RGF_NO_MEMORY);
    return ranks->room;
}

const void *s2_ranks_gather(s2_ranks *ranks, const void *own, size_t bytes)
{
    if (!ranks)
        return own;
    if (!is_sound(ranks) || !reserve(ranks, (size_t)ranks->crops, bytes))
        return NULL;
    memcpy((char *)ranks->room + (size_t)ranks->first * bytes, own,
           (size_t)ranks->held[ranks->link.rank] * bytes);
    const bool reached = ranks->link.gather(&ranks->link, ranks->room, bytes, ranks->held);
    return went_well(ranks, reached) ? ranks->room : NULL;
}

/* One value of every rank. values out [count] */
static bool gather_numbers(s2_ranks *ranks, void *values, const void *own, size_t bytes)
{
    for (int r = 0; r < ranks->link.count; r++)
        ranks->rows[r] = 1;
    memcpy((char *)values + (size_t)ranks->link.rank * bytes, own, bytes);
    return went_well(ranks, ranks->link.gather(&ranks->link, values, bytes, ranks->rows));
}

size_t s2_ranks_count(s2_ranks *ranks, size_t own, size_t *before)
{
    size_t all = 0;
    *before = 0;
    if (!ranks)
        return own;
    if (!is_sound(ranks) || !reserve(ranks, (size_t)ranks->link.count, sizeof(int)))
        return 0;
    int *counts = ranks->room;
    const int rows = (int)own;
    if (own > INT_MAX) {
        s2_ranks_break(ranks, S2RGF_UNSUPPORTED);
        return 0;
    }
    if (!gather_numbers(ranks, counts, &rows, sizeof rows))
        return 0;
    for (int r = 0; r < ranks->link.count; r++) {
        ranks->rows[r] = counts[r];
        *before += r < ranks->link.rank ? (size_t)counts[r] : 0;
        all += (size_t)counts[r];
    }
    return all;
}

void s2_ranks_gather_rows(s2_ranks *ranks, void *all, size_t bytes)
{
    if (is_sound(ranks))
        went_well(ranks, ranks->link.gather(&ranks->link, all, bytes, ranks->rows));
}

void s2_ranks_take_sum(s2_ranks *ranks, float *sum, size_t count)
{
    if (is_sound(ranks) && ranks->link.rank > 0)
        went_well(ranks, ranks->link.receive(&ranks->link, ranks->link.rank - 1, sum,
                                             count * sizeof *sum));
}

void s2_ranks_pass_sum(s2_ranks *ranks, const float *sum, size_t count)
{
    if (is_sound(ranks) && ranks->link.rank + 1 < ranks->link.count)
        went_well(ranks,
                  ranks->link.send(&ranks->link, ranks->link.rank + 1, sum, count * sizeof *sum));
}

/* All gradients between the parameters and one array. Returns their number. */
static size_t copy_gradients(const s2_params *params, bool to_params, float *array)
{
    size_t done = 0;
    for (int i = 0; i < params->count; i++) {
        const s2_param *param = &params->items[i];
        if (!param->grad)
            continue;
        if (array && to_params)
            memcpy(param->grad, array + done, param->count * sizeof *array);
        else if (array)
            memcpy(array + done, param->grad, param->count * sizeof *array);
        done += param->count;
    }
    return done;
}

void s2_ranks_spread_gradients(s2_ranks *ranks, const s2_params *params)
{
    if (!is_sound(ranks))
        return;
    const size_t count = copy_gradients(params, false, NULL);
    if (!reserve(ranks, count, sizeof(float)))
        return;
    copy_gradients(params, false, ranks->room);
    if (went_well(ranks, ranks->link.broadcast(&ranks->link, ranks->link.count - 1, ranks->room,
                                               count * sizeof(float))))
        copy_gradients(params, true, ranks->room);
}

s2rgf_status s2_ranks_check(const s2_ranks *ranks, s2rgf_error *err)
{
    if (!ranks || ranks->broken == S2RGF_OK)
        return S2RGF_OK;
    if (ranks->broken == S2RGF_NO_MEMORY)
        return s2_fail_memory(err, "ranks");
    if (ranks->broken == S2RGF_IO)
        return s2_fail(err, S2RGF_IO, "ranks: another one can no longer be reached");
    return s2_fail(err, ranks->broken, "ranks: a step has more labelled pixels than fit a message");
}

/* The message of the first rank that failed, on all ranks. */
static void spread_message(s2_ranks *ranks, int from, s2rgf_error *err)
{
    s2rgf_error told = {.status = S2RGF_OK};
    if (ranks->link.rank == from && err)
        told = *err;
    if (!went_well(ranks, ranks->link.broadcast(&ranks->link, from, &told, sizeof told)))
        return;
    told.message[sizeof told.message - 1] = '\0';
    if (from == 0)
        s2_fail(err, told.status, "%s", told.message);
    else
        s2_fail(err, told.status, "rank %d: %s", from, told.message);
}

s2rgf_status s2_ranks_agree(s2_ranks *ranks, s2rgf_status status, s2rgf_error *err)
{
    if (!ranks)
        return status;
    if (!is_sound(ranks) || !reserve(ranks, (size_t)ranks->link.count, sizeof status))
        return status != S2RGF_OK ? status : s2_ranks_check(ranks, err);
    s2rgf_status *all = ranks->room;
    if (!gather_numbers(ranks, all, &status, sizeof status))
        return s2_ranks_check(ranks, err);
    for (int r = 0; r < ranks->link.count; r++)
        if (all[r] != S2RGF_OK) {
            status = all[r];
            ranks->ended = true;
            spread_message(ranks, r, err);
            return status;
        }
    return S2RGF_OK;
}

bool s2_ranks_all(s2_ranks *ranks, bool yes)
{
    if (!is_sound(ranks) || !reserve(ranks, (size_t)ranks->link.count, sizeof yes))
        return yes;
    bool *all = ranks->room;
    if (!gather_numbers(ranks, all, &yes, sizeof yes))
        return yes;
    for (int r = 0; r < ranks->link.count; r++)
        yes = yes && all[r];
    return yes;
}

s2rgf_status s2_ranks_compare(s2_ranks *ranks, uint64_t number, const char *what, s2rgf_error *err)
{
    if (!is_sound(ranks))
        return s2_ranks_check(ranks, err);
    if (!reserve(ranks, (size_t)ranks->link.count, sizeof number))
        return s2_ranks_check(ranks, err);
    uint64_t *all = ranks->room;
    if (!gather_numbers(ranks, all, &number, sizeof number))
        return s2_ranks_check(ranks, err);
    for (int r = 1; r < ranks->link.count; r++)
        if (all[r] != all[0]) {
            ranks->ended = true;
            return s2_fail(err, S2RGF_MISMATCH, "rank %d has other %s than rank 0", r, what);
        }
    return S2RGF_OK;
}

s2rgf_status s2_ranks_tell(s2_ranks *ranks, void *data, size_t bytes, s2rgf_error *err)
{
    const s2rgf_status status = s2_ranks_agree(ranks, S2RGF_OK, err);
    if (status != S2RGF_OK)
        return status;
    if (is_sound(ranks))
        went_well(ranks, ranks->link.broadcast(&ranks->link, 0, data, bytes));
    return s2_ranks_check(ranks, err);
}
