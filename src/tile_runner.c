/* Start, compute, write in order, stop: tiles over worker threads. */
#include "tile_runner.h"

#include <omp.h>

#include "core/error.h"
#include "core/log.h"

int s2_thread_count(int wanted)
{
    return wanted > 0 ? wanted : omp_get_num_procs();
}

/* What the workers share. failed is only ever set in tile order, or by a worker that could not
   start. */
typedef struct run_state {
    const s2_tile_job *job;
    const s2rgf_host *host;
    bool failed;
    s2rgf_error error;
} run_state;

static bool has_failed(run_state *state)
{
    bool failed = false;
#pragma omp atomic read
    failed = state->failed;
    return failed;
}

static void fail_with(run_state *state, const s2rgf_error *error)
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
            fail_with(state, &error);
    }
    return worker;
}

/* In the order of the tiles: the first failure met here is that of the lowest tile. */
static void finish_tile(run_state *state, void *worker, int tile, s2rgf_status status,
                        s2rgf_error *error)
{
    if (has_failed(state))
        return;
    if (status == S2RGF_OK)
        status = state->job->write(worker, tile, error);
    if (status == S2RGF_OK &&
        !s2_progress(state->host, (double)(tile + 1) / state->job->tile_count))
        status = s2_fail(error, S2RGF_CANCELLED, "interrupted");
    if (status != S2RGF_OK)
        fail_with(state, error);
}

s2rgf_status s2_tiles_run(const s2_tile_job *job, const s2rgf_host *host, s2rgf_error *err)
{
    run_state state = {.job = job, .host = host};
    if (!s2_progress(host, 0.0))
        return s2_fail(err, S2RGF_CANCELLED, "interrupted");
#pragma omp parallel num_threads(job->threads)
    {
        void *worker = start_worker(&state);
#pragma omp barrier
#pragma omp for ordered schedule(dynamic, 1)
        for (int tile = 0; tile < job->tile_count; tile++) {
            s2rgf_error error = {0};
            s2rgf_status status = S2RGF_OK;
            if (!has_failed(&state))
                status = job->compute(worker, tile, &error);
#pragma omp ordered
            finish_tile(&state, worker, tile, status, &error);
        }
        job->stop(worker);
    }
    if (!state.failed)
        return S2RGF_OK;
    if (err)
        *err = state.error;
    return state.error.status;
}
