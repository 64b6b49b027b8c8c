/* Start, compute, write in order, stop: tiles over worker threads. */
#include "tiles/tile_runner.h"

#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <time.h>

#include "core/error.h"
#include "core/granted.h"
#include "core/log.h"
#include "core/memory.h"

#define SECOND_NS 1000000000L
#define LEAVE_TRIES 100          /* milliseconds for threads that have ended to be gone */
#define TELL_EVERY_NS 100000000L /* while the caller's thread waits for others */

int s2_thread_count(int wanted)
{
    if (wanted > 0)
        return wanted;
    const int usable = s2_usable_processors();
    const int granted = s2_granted_processors("");
    return usable < granted ? usable : granted;
}

/* Threads of this process and a constant, 0: unknown. */
static long running_threads(void)
{
    struct stat tasks;
    return stat("/proc/self/task", &tasks) == 0 ? (long)tasks.st_nlink : 0;
}

static void *wait_for_lock(void *mutex)
{
    pthread_mutex_lock(mutex);
    pthread_mutex_unlock(mutex);
    return NULL;
}

/* Threads that can run at the same time beside this one, at most so many. */
static int start_beside(pthread_t *threads, int most)
{
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    const long before = running_threads();
    int count = 0;
    pthread_mutex_lock(&mutex);
    while (count < most && pthread_create(&threads[count], NULL, wait_for_lock, &mutex) == 0)
        count++;
    pthread_mutex_unlock(&mutex);
    for (int i = 0; i < count; i++)
        pthread_join(threads[i], NULL);
    /* one that has ended counts against the limit for a little longer */
    for (int i = 0; i < LEAVE_TRIES && running_threads() > before; i++)
        nanosleep(&(struct timespec){.tv_nsec = SECOND_NS / 1000}, NULL);
    return count;
}

int s2_threads_startable(int wanted, const s2rgf_host *host)
{
    /* found before: OpenMP keeps the threads of a team, which count against the limit */
    static atomic_int started = 1, refused = INT_MAX;
    if (wanted <= atomic_load(&started))
        return wanted;
    if (wanted >= atomic_load(&refused))
        return atomic_load(&started);
    pthread_t *threads = s2_alloc((size_t)wanted - 1, sizeof *threads);
    const int beside = threads ? start_beside(threads, wanted - 1) : 0;
    s2_free(threads);
    if (beside + 1 > atomic_load(&started))
        atomic_store(&started, beside + 1);
    const int found = atomic_load(&started);
    if (found >= wanted)
        return wanted;
    atomic_store(&refused, wanted);
    s2_log(host, S2RGF_WARNING,
           "the system starts only %d of %d threads, and the work continues with these: see the "
           "limits of processes and memory (ulimit -u, -v)",
           found, wanted);
    return found;
}

/* What the workers share. failed is only ever set in tile order, or by a worker that could not
   start. */
typedef struct run_state {
    const s2_tile_job *job;
    const s2rgf_host *host;
    pthread_t caller;       /* of s2_tiles_run(), in which alone the host is called */
    pthread_mutex_t mutex;  /* for what follows */
    pthread_cond_t changed; /* what threads wait for: ready, workers, finished or failed */
    int workers;            /* threads that work */
    int ready;              /* of them, with their worker started, or failed to */
    int next;               /* tile to compute */
    int finished;           /* tiles, all before the next to be written */
    double parts;           /* of the others, as they were reported */
    bool interrupted;       /* the host has said so */
    double told;            /* to the host, by the caller's thread alone */
    bool failed;
    s2rgf_error error;
} run_state;

struct s2_tile_watch {
    run_state *state;
    double reported;
};

static bool is_caller(const run_state *state)
{
    return pthread_equal(state->caller, pthread_self()) != 0;
}

static void record_failure(run_state *state, const s2rgf_error *error)
{
    pthread_mutex_lock(&state->mutex);
    if (!state->failed)
        state->error = *error;
    state->failed = true;
    pthread_cond_broadcast(&state->changed);
    pthread_mutex_unlock(&state->mutex);
}

static void *start_worker(run_state *state)
{
    s2rgf_error error = {0};
    void *worker = NULL;
    if (state->job->start(state->job->context, &worker, &error) != S2RGF_OK)
        record_failure(state, &error);
    return worker;
}

/* Tell the host how far all threads are, and note that it wants to stop. */
static void tell_host(run_state *state)
{
    const int count = state->job->tile_count;
    pthread_mutex_lock(&state->mutex);
    const double done = state->finished == count ? count : state->finished + state->parts;
    const bool wanted = !state->interrupted && !state->failed;
    pthread_mutex_unlock(&state->mutex);
    state->told = done / count;
    if (!wanted || s2_progress(state->host, state->told))
        return;
    pthread_mutex_lock(&state->mutex);
    state->interrupted = true;
    pthread_mutex_unlock(&state->mutex);
}

/* Count what was done; false: there is no point in going on. */
static bool count_work(run_state *state, int finished, double parts)
{
    pthread_mutex_lock(&state->mutex);
    state->finished += finished;
    state->parts += parts;
    if (finished)
        pthread_cond_broadcast(&state->changed);
    pthread_mutex_unlock(&state->mutex);
    if (is_caller(state))
        tell_host(state);
    pthread_mutex_lock(&state->mutex);
    const bool go_on = !state->failed && !state->interrupted;
    pthread_mutex_unlock(&state->mutex);
    return go_on;
}

s2rgf_status s2_tile_report(s2_tile_watch *watch, double part, s2rgf_error *err)
{
    const double left = 1.0 - watch->reported;
    const double counted = part < left ? part : left;
    watch->reported += counted;
    return count_work(watch->state, 0, counted) ? S2RGF_OK
                                                : s2_fail(err, S2RGF_CANCELLED, "interrupted");
}

/* Until so many tiles are finished; false after a failure. The caller's thread goes on to tell the
   host. */
static bool wait_for(run_state *state, int tiles)
{
    struct timespec until;
    pthread_mutex_lock(&state->mutex);
    while (state->finished < tiles && !state->failed) {
        if (!is_caller(state)) {
            pthread_cond_wait(&state->changed, &state->mutex);
            continue;
        }
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += TELL_EVERY_NS;
        until.tv_sec += until.tv_nsec / SECOND_NS;
        until.tv_nsec %= SECOND_NS;
        pthread_cond_timedwait(&state->changed, &state->mutex, &until);
        pthread_mutex_unlock(&state->mutex);
        tell_host(state);
        pthread_mutex_lock(&state->mutex);
    }
    const bool succeeded = !state->failed;
    pthread_mutex_unlock(&state->mutex);
    return succeeded;
}

/* The next tile to compute, or -1. */
static int take_tile(run_state *state)
{
    pthread_mutex_lock(&state->mutex);
    const bool none = state->failed || state->next == state->job->tile_count;
    const int tile = none ? -1 : state->next++;
    pthread_mutex_unlock(&state->mutex);
    return tile;
}

/* In the order of the tiles, if they are written: the first failure met here is that of the lowest
   tile. */
static void finish_tile(s2_tile_watch *watch, void *worker, int tile, s2rgf_status status,
                        s2rgf_error *error)
{
    run_state *state = watch->state;
    if (state->job->write && !wait_for(state, tile))
        return;
    if (status == S2RGF_OK && state->job->write)
        status = state->job->write(worker, tile, error);
    if (status == S2RGF_OK && !count_work(state, 1, -watch->reported))
        status = s2_fail(error, S2RGF_CANCELLED, "interrupted");
    if (status != S2RGF_OK)
        record_failure(state, error);
}

static void run_tiles(run_state *state, void *worker)
{
    for (int tile = take_tile(state); tile >= 0; tile = take_tile(state)) {
        s2_tile_watch watch = {.state = state};
        s2rgf_error error = {0};
        const s2rgf_status status = state->job->compute(worker, tile, &watch, &error);
        finish_tile(&watch, worker, tile, status, &error);
    }
    if (is_caller(state) && wait_for(state, state->job->tile_count) && state->told < 1.0)
        tell_host(state);
}

/* No tile is computed before all know whether one has failed to start. */
static void meet_workers(run_state *state)
{
    pthread_mutex_lock(&state->mutex);
    state->ready++;
    pthread_cond_broadcast(&state->changed);
    while (state->ready < state->workers)
        pthread_cond_wait(&state->changed, &state->mutex);
    pthread_mutex_unlock(&state->mutex);
}

static void *work(void *data)
{
    run_state *state = data;
    void *worker = start_worker(state);
    meet_workers(state);
    run_tiles(state, worker);
    state->job->stop(worker);
    return NULL;
}

/* Threads beside the caller's; where the system has no more, those that there are do the work. */
static int start_threads(run_state *state, pthread_t *threads)
{
    int count = 0;
    while (count < state->job->threads - 1 &&
           pthread_create(&threads[count], NULL, work, state) == 0)
        count++;
    pthread_mutex_lock(&state->mutex);
    state->workers = count + 1;
    pthread_cond_broadcast(&state->changed);
    pthread_mutex_unlock(&state->mutex);
    return count;
}

s2rgf_status s2_tiles_run(const s2_tile_job *job, const s2rgf_host *host, s2rgf_error *err)
{
    run_state state = {.job = job, .host = host, .caller = pthread_self(), .workers = job->threads};
    if (!s2_progress(host, 0.0))
        return s2_fail(err, S2RGF_CANCELLED, "interrupted");
    pthread_t *threads = s2_alloc((size_t)job->threads, sizeof *threads);
    if (!threads)
        return s2_fail_memory(err, "threads");
    pthread_mutex_init(&state.mutex, NULL);
    pthread_cond_init(&state.changed, NULL);
    const int others = start_threads(&state, threads);
    work(&state);
    for (int i = 0; i < others; i++)
        pthread_join(threads[i], NULL);
    pthread_cond_destroy(&state.changed);
    pthread_mutex_destroy(&state.mutex);
    s2_free(threads);
    if (state.interrupted && !state.failed)
        return s2_fail(err, S2RGF_CANCELLED, "interrupted");
    if (state.failed && err)
        *err = state.error;
    return state.failed ? state.error.status : S2RGF_OK;
}
