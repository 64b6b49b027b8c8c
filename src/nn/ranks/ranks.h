/* Processes that train one network together: each holds some crops of a batch. */
#ifndef S2_NN_RANKS_RANKS_H
#define S2_NN_RANKS_RANKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "nn/ranks/link.h"
#include "nn/tensor.h"

/**
 * This process among the others. Where functions take a pointer, NULL is a process alone. What is
 * computed from all crops is the same bits for any number of ranks: crop by crop it is gathered and
 * then summed in order, or a sum is handed from rank to rank and each adds its crops.
 *
 * When a process cannot be reached, or there is no memory, the functions do nothing more, and
 * s2_ranks_check() says so: a step checks once, at its end.
 */
typedef struct s2_ranks {
    s2_rank_link link;
    int crops;           /* of a batch, on all ranks */
    int first;           /* number in the batch of the first crop of this rank */
    int *held;           /* [count] crops of each rank */
    int *rows;           /* [count] rows of each rank, of s2_ranks_count() */
    void *room;          /* of what was gathered */
    size_t room_bytes;   /* its size */
    s2rgf_status broken; /* OK while all is well */
    bool ended;          /* all ranks know that the work ends here */
} s2_ranks;

/** Over a link that is open. Errors: NO_MEMORY. Memory: s2_ranks_clear(). */
s2rgf_status s2_ranks_init(s2_ranks *ranks, const s2_rank_link *link, s2rgf_error *err);
void s2_ranks_clear(s2_ranks *ranks);

/** Share the crops of a batch out, in order. Errors: INVALID_ARGUMENT (more ranks than crops). */
s2rgf_status s2_ranks_divide(s2_ranks *ranks, int crops, s2rgf_error *err);
/** This rank's part of so many crops; all of a batch of which it holds `own`; the first of its own. */
int s2_ranks_own(const s2_ranks *ranks, int crops);
int s2_ranks_crops(const s2_ranks *ranks, int own);
int s2_ranks_first_crop(const s2_ranks *ranks);
/** Is this the process that writes, and talks to the user? */
bool s2_ranks_leads(const s2_ranks *ranks);

/* ---- within a step */

/**
 * `bytes` of every crop of the batch. own in [own crops][bytes].
 * Returns [crops][bytes], own itself for a process alone; NULL when it failed. Memory: until the
 * next call.
 */
const void *s2_ranks_gather(s2_ranks *ranks, const void *own, size_t bytes);
/** Rows of all ranks, of which this one has `own`; before out: rows of the ranks before it. */
size_t s2_ranks_count(s2_ranks *ranks, size_t own, size_t *before);
/** all in/out [rows of all][bytes]: as counted last; this rank's are in their place. */
void s2_ranks_gather_rows(s2_ranks *ranks, void *all, size_t bytes);
/** Go on with the sum of the crops before this rank's, and hand the sum on. sum in/out [count] */
void s2_ranks_take_sum(s2_ranks *ranks, float *sum, size_t count);
void s2_ranks_pass_sum(s2_ranks *ranks, const float *sum, size_t count);
/** After the backward of a batch: all gradients as they are on the last rank, which has the sums. */
void s2_ranks_spread_gradients(s2_ranks *ranks, const s2_params *params);
/** Errors: IO or NO_MEMORY, what broke. */
s2rgf_status s2_ranks_check(const s2_ranks *ranks, s2rgf_error *err);

/* ---- between steps */

/**
 * All ranks wait here. OK when all are well; else the status and message of the first that is not,
 * and no rank waits for another again.
 */
s2rgf_status s2_ranks_agree(s2_ranks *ranks, s2rgf_status status, s2rgf_error *err);
/** Do all ranks say yes? */
bool s2_ranks_all(s2_ranks *ranks, bool yes);
/** Errors: MISMATCH, and which rank has another number than the first; what: has been numbered. */
s2rgf_status s2_ranks_compare(s2_ranks *ranks, uint64_t number, const char *what, s2rgf_error *err);
/**
 * All ranks have what the leading one has found, if all are well: as s2_ranks_agree().
 * data in  on the leading rank, out on all others
 */
s2rgf_status s2_ranks_tell(s2_ranks *ranks, void *data, size_t bytes, s2rgf_error *err);
/** From now on nothing can be agreed: this rank has left the others in the middle of a step. */
void s2_ranks_break(s2_ranks *ranks, s2rgf_status status);

#endif
