/* Tiles over threads: order of writing, the error that is reported, cancelling, workers' lives. */
#include "tiles/tile_runner.h"

#include <pthread.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/error.h"
#include "harness.h"
#include "tile_fixture.h"

enum { TILES = 40 };

/* What the job under test does and what it saw. */
typedef struct scenario {
    int bad_compute[2], bad_write, bad_start; /* tiles or workers that fail, -1: none */
    int started, stopped, computed;
    int written[TILES], count;
    double last;            /* fraction, of those reported */
    int reports, strangers; /* strangers: not in the caller's thread, or less than before */
    pthread_t caller;
    int parts;        /* thirds that a tile reports */
    int cancel_after; /* reports, -1: never */
} scenario;

static s2rgf_status start(void *context, void **worker, s2rgf_error *err)
{
    scenario *s = context;
    int number = 0;
#pragma omp atomic capture
    number = s->started++;
    *worker = s;
    return number == s->bad_start ? s2_fail(err, S2RGF_IO, "worker cannot start") : S2RGF_OK;
}

static s2rgf_status compute(void *worker, int tile, s2_tile_watch *watch, s2rgf_error *err)
{
    scenario *s = worker;
    for (int i = 0; i < s->parts; i++) {
        const s2rgf_status status = s2_tile_report(watch, 1.0 / 3.0, err);
        if (status != S2RGF_OK)
            return status;
    }
    /* later tiles are quicker, so that they are done before earlier ones */
    usleep(tile % 4 == 0 ? 2000 : 100);
#pragma omp atomic
    s->computed++;
    if (tile == s->bad_compute[0] || tile == s->bad_compute[1])
        return s2_fail(err, S2RGF_FORMAT, "tile %d", tile);
    return S2RGF_OK;
}

static s2rgf_status write_tile(void *worker, int tile, s2rgf_error *err)
{
    scenario *s = worker;
    if (tile == s->bad_write)
        return s2_fail(err, S2RGF_IO, "write %d", tile);
    s->written[s->count++] = tile;
    return S2RGF_OK;
}

static void stop(void *worker)
{
    scenario *s = worker;
    if (s) {
#pragma omp atomic
        s->stopped++;
    }
}

static bool progress(double fraction, void *user)
{
    scenario *s = user;
    s->strangers += !pthread_equal(pthread_self(), s->caller) || fraction < s->last - 1e-9;
    s->last = fraction;
    s->reports++;
    return s->cancel_after < 0 || s->reports <= s->cancel_after;
}

static s2rgf_status run(scenario *s, int threads, s2rgf_error *err)
{
    const s2rgf_host host = {.progress = progress, .user = s};
    const s2_tile_job job = TILE_JOB(s, threads, .write = write_tile, .stop = stop);
    s->caller = pthread_self();
    return s2_tiles_run(&job, &host, err);
}

static const scenario CLEAN = {
    .bad_compute = {-1, -1}, .bad_write = -1, .bad_start = -1, .cancel_after = -1};

static void writes_in_order(int threads)
{
    scenario s = CLEAN;
    s2rgf_error err;
    CHECK(run(&s, threads, &err) == S2RGF_OK);
    CHECK(s.count == TILES);
    for (int i = 0; i < s.count; i++)
        CHECK(s.written[i] == i);
    CHECK(s.started == threads);
    CHECK(s.stopped == threads);
    CHECK(threads > 1 || s.reports == TILES + 1);
    CHECK(s.reports >= 2 && s.strangers == 0);
    CHECK_NEAR(s.last, 1.0, 0.0);
}

/* Tile 21 is likely to fail before 20 does; the message is 20's all the same, and nothing after 19
   is written. */
static void lowest_error_wins(int threads)
{
    scenario s = CLEAN;
    s2rgf_error err;
    s.bad_compute[0] = 21;
    s.bad_compute[1] = 20;
    CHECK(run(&s, threads, &err) == S2RGF_FORMAT);
    CHECK_STR(err.message, "tile 20");
    CHECK(s.count == 20);
    CHECK(s.computed < TILES);
    CHECK(s.stopped == threads);
}

static void failed_write_ends_it(int threads)
{
    scenario s = CLEAN;
    s2rgf_error err;
    s.bad_write = 7;
    CHECK(run(&s, threads, &err) == S2RGF_IO);
    CHECK_STR(err.message, "write 7");
    CHECK(s.count == 7);
    CHECK(s.stopped == threads);
}

static void worker_that_cannot_start(int threads)
{
    scenario s = CLEAN;
    s2rgf_error err;
    s.bad_start = threads - 1;
    CHECK(run(&s, threads, &err) == S2RGF_IO);
    CHECK_STR(err.message, "worker cannot start");
    CHECK(s.count == 0);
    CHECK(s.stopped == threads); /* the half-made worker too */
}

static void host_cancels(int threads)
{
    scenario s = CLEAN;
    s2rgf_error err;
    s.cancel_after = 5; /* the report at the start, then four tiles */
    CHECK(run(&s, threads, &err) == S2RGF_CANCELLED);
    CHECK(err.status == S2RGF_CANCELLED);
    CHECK(threads > 1 ? s.count < TILES : s.count == 5);
    CHECK(s.strangers == 0);
    s = CLEAN;
    s.cancel_after = 0;
    CHECK(run(&s, threads, NULL) == S2RGF_CANCELLED);
    CHECK(s.started == 0);
}

/* Parts of tiles count: the host sees them, never less than before, and can stop a tile that is
   under way. */
static void reports_parts(int threads)
{
    scenario s = CLEAN;
    s2rgf_error err;
    s.parts = 3;
    CHECK(run(&s, threads, &err) == S2RGF_OK);
    CHECK(s.count == TILES);
    CHECK(threads > 1 || s.reports == 4 * TILES + 1);
    CHECK(s.strangers == 0);
    CHECK_NEAR(s.last, 1.0, 0.0);
    s = CLEAN;
    s.parts = 2;
    s.cancel_after = 2; /* the report at the start, the first third of the first tile */
    CHECK(run(&s, threads, &err) == S2RGF_CANCELLED);
    CHECK(s.count < TILES && s.computed < TILES);
    CHECK(s.stopped == threads);
}

/* A tile of another thread that lasts, while the caller's thread has none left. */
typedef struct slow_tile {
    pthread_t caller;
    int reports; /* while the tile lasts */
    bool lasts, stopped, cancels;
} slow_tile;

static s2rgf_status start_slow(void *context, void **worker, s2rgf_error *err)
{
    (void)err;
    *worker = context;
    return S2RGF_OK;
}

/* Of two tiles the one that the caller's thread does not take waits until the host was told five
   times, or stopped. */
static s2rgf_status compute_slow(void *worker, int tile, s2_tile_watch *watch, s2rgf_error *err)
{
    slow_tile *slow = worker;
    (void)tile;
    if (pthread_equal(pthread_self(), slow->caller)) {
        usleep(50000); /* the other thread takes the other tile meanwhile */
        return S2RGF_OK;
    }
    for (int i = 0; i < 400; i++) {
        int reports = 0;
        slow->lasts = true;
#pragma omp atomic read
        reports = slow->reports;
        if (reports >= 5 && !slow->cancels)
            return S2RGF_OK;
        const s2rgf_status status = s2_tile_report(watch, 0.0, err);
        slow->stopped = status == S2RGF_CANCELLED;
        if (status != S2RGF_OK)
            return status;
        usleep(10000);
    }
    return s2_fail(err, S2RGF_INTERNAL, "the host was not told");
}

static bool progress_of_slow(double fraction, void *user)
{
    slow_tile *slow = user;
    (void)fraction;
    CHECK(pthread_equal(pthread_self(), slow->caller));
#pragma omp atomic
    slow->reports++;
    return !slow->cancels || slow->reports < 4;
}

/* The host is told, and can stop the others, while the caller's thread waits for them. */
static void host_is_told_while_waiting(bool cancels)
{
    slow_tile slow = {.caller = pthread_self(), .cancels = cancels};
    const s2rgf_host host = {.progress = progress_of_slow, .user = &slow};
    const s2_tile_job job = {.context = &slow,
                             .tile_count = 2,
                             .threads = 2,
                             .start = start_slow,
                             .compute = compute_slow,
                             .write = write_nothing,
                             .stop = stop_nothing};
    CHECK(s2_tiles_run(&job, &host, NULL) == (cancels ? S2RGF_CANCELLED : S2RGF_OK));
    CHECK(slow.lasts && slow.stopped == cancels);
}

/* Tiles that take no time: the last one written, and the one that fails. */
typedef struct many_tiles {
    int last, bad;
    bool in_order;
} many_tiles;

static s2rgf_status start_many(void *context, void **worker, s2rgf_error *err)
{
    (void)err;
    *worker = context;
    return S2RGF_OK;
}

static s2rgf_status compute_many(void *worker, int tile, s2_tile_watch *watch, s2rgf_error *err)
{
    const many_tiles *many = worker;
    (void)watch;
    return tile == many->bad ? s2_fail(err, S2RGF_IO, "tile %d", tile) : S2RGF_OK;
}

static s2rgf_status write_many(void *worker, int tile, s2rgf_error *err)
{
    many_tiles *many = worker;
    (void)err;
    many->in_order = many->in_order && tile == many->last + 1;
    many->last = tile;
    return S2RGF_OK;
}

static void stop_many(void *worker)
{
    (void)worker;
}

/* Of a hundred million tiles the rest is left alone after a failure, not gone through one by
   one. */
static void many_tiles_end_at_once(int threads)
{
    many_tiles many = {.last = -1, .bad = 9000, .in_order = true};
    s2_tile_job job = {.context = &many,
                       .tile_count = 100000000,
                       .threads = threads,
                       .start = start_many,
                       .compute = compute_many,
                       .write = write_many,
                       .stop = stop_many};
    const double begin = s2_wall_seconds();
    CHECK(s2_tiles_run(&job, NULL, NULL) == S2RGF_IO);
    CHECK(s2_wall_seconds() - begin < 10.0);
    CHECK(many.last == 8999 && many.in_order);
    many = (many_tiles){.last = -1, .bad = -1, .in_order = true};
    job.tile_count = 10000;
    CHECK(s2_tiles_run(&job, NULL, NULL) == S2RGF_OK);
    CHECK(many.last == 9999 && many.in_order);
}

/* Of a job that hands over nothing, a slow item does not hold up those after it. */
typedef struct race {
    _Atomic int done;
    int before_first; /* others that were done when the first item was */
} race;

static s2rgf_status start_race(void *context, void **worker, s2rgf_error *err)
{
    (void)err;
    *worker = context;
    return S2RGF_OK;
}

static s2rgf_status run_item(void *worker, int item, s2_tile_watch *watch, s2rgf_error *err)
{
    race *own = worker;
    (void)watch;
    (void)err;
    for (int waited = 0; item == 0 && own->done < TILES - 1 && waited < 10000; waited++)
        usleep(1000);
    if (item == 0)
        own->before_first = own->done;
    own->done++;
    return S2RGF_OK;
}

static void leave_race(void *worker)
{
    (void)worker;
}

static void items_without_order(void)
{
    race own = {0, 0};
    const s2_tile_job job = {.context = &own,
                             .tile_count = TILES,
                             .threads = 2,
                             .start = start_race,
                             .compute = run_item,
                             .stop = leave_race};
    CHECK(s2_tiles_run(&job, NULL, NULL) == S2RGF_OK);
    CHECK(own.done == TILES && own.before_first == TILES - 1);
}

/* A job inside an item of another: only the thread that runs the outer one tells its host. */
static s2rgf_status run_inner(void *worker, int item, s2_tile_watch *watch, s2rgf_error *err)
{
    scenario inner = CLEAN;
    const s2_tile_job job = {.context = &inner,
                             .tile_count = 3,
                             .threads = 1,
                             .start = start,
                             .compute = compute,
                             .write = write_tile,
                             .stop = stop};
    (void)worker;
    (void)item;
    const s2rgf_status status = s2_tiles_run(&job, NULL, err);
    return status == S2RGF_OK ? s2_tile_report(watch, 0.5, err) : status;
}

static void jobs_inside_items(void)
{
    scenario s = CLEAN;
    s.caller = pthread_self();
    const s2rgf_host host = {progress, NULL, &s};
    const s2_tile_job job = {.context = &s,
                             .tile_count = TILES,
                             .threads = 2,
                             .start = start_race,
                             .compute = run_inner,
                             .stop = leave_race};
    CHECK(s2_tiles_run(&job, &host, NULL) == S2RGF_OK);
    CHECK(s.reports > 1 && s.strangers == 0 && s.last == 1.0);
}

int main(void)
{
    for (int threads = 1; threads <= 4; threads++) {
        writes_in_order(threads);
        lowest_error_wins(threads);
        failed_write_ends_it(threads);
        worker_that_cannot_start(threads);
        host_cancels(threads);
        reports_parts(threads);
        many_tiles_end_at_once(threads);
    }
    host_is_told_while_waiting(false);
    host_is_told_while_waiting(true);
    items_without_order();
    jobs_inside_items();
    CHECK(s2_thread_count(3) == 3);
    CHECK(s2_thread_count(0) >= 1);
    return harness_end();
}
