/* Start, compute, write in order, stop: tiles over worker threads. */
#ifndef S2_TILES_TILE_RUNNER_H
#define S2_TILES_TILE_RUNNER_H

#include "s2rgf/base.h"

/** How one tile gets on. */
typedef struct s2_tile_watch s2_tile_watch;

/**
 * Another part of the tile's work, 0 to 1, is done. Errors: CANCELLED, when there is no point in
 * going on.
 */
s2rgf_status s2_tile_report(s2_tile_watch *watch, double part, s2rgf_error *err);

/** What is done with tiles 0..tile_count-1. */
typedef struct s2_tile_job {
    void *context;
    int tile_count;
    int threads; /* at least 1 */
    /* Make a worker, inside the thread that will use it. */
    s2rgf_status (*start)(void *context, void **worker, s2rgf_error *err);
    /* Compute one tile; tiles run at the same time in different workers. */
    s2rgf_status (*compute)(void *worker, int tile, s2_tile_watch *watch, s2rgf_error *err);
    /* Hand over the tile just computed: called in the order of the tiles, one at a time. NULL: there
       is nothing to hand over, and no order. */
    s2rgf_status (*write)(void *worker, int tile, s2rgf_error *err);
    /* Release a worker; NULL is accepted. */
    void (*stop)(void *worker);
} s2_tile_job;

/**
 * Run a job. After an error nothing more is written; the error of the lowest tile is the one
 * returned, so that the message does not depend on the threads.
 * host  progress in the calling thread, when that has done some work or waits; may cancel
 * Errors  those of the job's functions, CANCELLED.
 */
s2rgf_status s2_tiles_run(const s2_tile_job *job, const s2rgf_host *host, s2rgf_error *err);

/**
 * Threads to use: wanted, or when that is 0 one for each processor that affinity and CPU quota
 * leave.
 */
int s2_thread_count(int wanted);

/**
 * As many threads as wanted, or, with a warning, as many of them as the system starts: OpenMP would
 * end the program where it cannot have those that it is asked for.
 */
int s2_threads_startable(int wanted, const s2rgf_host *host);

#endif
