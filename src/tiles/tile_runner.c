/* Start, compute, write in order, stop: tiles over worker threads. */
#include "tiles/tile_runner.h"

#include <omp.h>

#include "core/error.h"
#include "core/granted.h"
#include "core/log.h"

#define LOOP_TILES 4096 /* handed out by one loop: the rest of it is gone through after a failure */

int s2_thread_count(int wanted)
{
    if (wanted > 0)
        return wanted;
    const int usable = omp_get_num_procs();
    const int granted = s2_granted_processors("");
    return usable < granted ? usable : granted;
}

/* What the workers share. failed is only ever set in tile order, or by a worker that could not
   start. */
typedef struct run_state {
    const s2_tile_job *job;
    const s2rgf_host *host;
    bool failed;
    s2rgf_error error;
    int finished;     /* tiles */
    double parts;     /* of the others, as they were reported */
    bool interrupted; /* the host has said so */
} run_state;

struct s2_tile_watch {
    run_state *state;
    double reported;
};

static bool has_failed(run_state *state)
{
    bool failed = false;
#pragma omp atomic read
    failed = state->failed;
    return failed;
}

static void record_failure(run_state *state, const s2rgf_error *error)
{
    state->error = *error;
#pragma omp atomic write
    state->failed = true;
}

static void *start_worker(run_state *state)
{
    s2rgf_error error = {0};
    void *worker = NULL;
    if (state->job->start(state->job->context, &worker, &error) != S2RGF_OK) {
#pragma omp critical(s2_tile_runner_start)
        if (!has_failed(state))
            record_failure(state, &error);
    }
    return worker;
}

/* Tell the host; false: it wants to stop, or wanted to before. */
static bool tell_host(run_state *state, int finished, double parts)
{
    bool go_on = false;
#pragma omp critical(s2_tile_runner_progress)
    {
        const int count = state->job->tile_count;
        state->finished += finished;
        state->parts += parts;
        const double done = state->finished == count ? count : state->finished + state->parts;
        if (!state->interrupted)
            state->interrupted = !s2_progress(state->host, done / count);
        go_on = !state->interrupted;
    }
    return go_on;
}

s2rgf_status s2_tile_report(s2_tile_watch *watch, double part, s2rgf_error *err)
{
    const double left = 1.0 - watch->reported;
    const double counted = part < left ? part : left;
    watch->reported += counted;
    if (has_failed(watch->state) || !tell_host(watch->state, 0, counted))
        return s2_fail(err, S2RGF_CANCELLED, "interrupted");
    return S2RGF_OK;
}

/* In the order of the tiles: the first failure met here is that of the lowest tile. */
static void finish_tile(s2_tile_watch *watch, void *worker, int tile, s2rgf_status status,
                        s2rgf_error *error)
{
    run_state *state = watch->state;
    if (has_failed(state))
        return;
    if (status == S2RGF_OK)
        status = state->job->write(worker, tile, error);
    if (status == S2RGF_OK && !tell_host(state, 1, -watch->reported))
        status = s2_fail(error, S2RGF_CANCELLED, "interrupted");
    if (status != S2RGF_OK)
        record_failure(state, error);
}

/* Tiles first..end-1, by the threads of a team together. */
static void run_tiles(run_state *state, void *worker, int first, int end)
{
#pragma omp for ordered schedule(dynamic, 1)
    for (int tile = first; tile < end; tile++) {
        s2_tile_watch watch = {.state = state};
        s2rgf_error error = {0};
        s2rgf_status status = S2RGF_OK;
        if (!has_failed(state))
            status = state->job->compute(worker, tile, &watch, &error);
#pragma omp ordered
        finish_tile(&watch, worker, tile, status, &error);
    }
}

s2rgf_status s2_tiles_run(const s2_tile_job *job, const s2rgf_host *host, s2rgf_error *err)
{
    const int count = job->tile_count;
    run_state state = {.job = job, .host = host};
    if (!s2_progress(host, 0.0))
        return s2_fail(err, S2RGF_CANCELLED, "interrupted");
#pragma omp parallel num_threads(job->threads)
    {
        void *worker = start_worker(&state);
#pragma omp barrier
        bool go_on = true;
        for (int first = 0; go_on && first < count; first += LOOP_TILES) {
            run_tiles(&state, worker, first,
                      count - first > LOOP_TILES ? first + LOOP_TILES : count);
            go_on = !has_failed(&state);
            /* none fails in the next loop before all know whether there is one */
#pragma omp barrier
        }
        job->stop(worker);
    }
    if (!state.failed)
        return S2RGF_OK;
    if (err)
        *err = state.error;
    return state.error.status;
}
