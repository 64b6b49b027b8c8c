/* Tiles over threads: order of writing, the error that is reported, cancelling, workers' lives. */
#include "tiles/tile_runner.h"

#include <unistd.h>

#include "core/clock.h"
#include "core/error.h"
#include "harness.h"

enum { TILES = 40 };

/* What the job under test does and what it saw. */
typedef struct scenario {
    int bad_compute[2], bad_write, bad_start; /* tiles or workers that fail, -1: none */
    int started, stopped, computed;
    int written[TILES], count;
    double fractions[4 * TILES + 1];
    int reports;
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
    s->fractions[s->reports++] = fraction;
    return s->cancel_after < 0 || s->reports <= s->cancel_after;
}

static s2rgf_status run(scenario *s, int threads, s2rgf_error *err)
{
    const s2rgf_host host = {.progress = progress, .user = s};
    const s2_tile_job job = {.context = s,
                             .tile_count = TILES,
                             .threads = threads,
                             .start = start,
                             .compute = compute,
                             .write = write_tile,
                             .stop = stop};
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
    CHECK(s.reports == TILES + 1);
    CHECK_NEAR(s.fractions[0], 0.0, 0.0);
    CHECK_NEAR(s.fractions[TILES], 1.0, 0.0);
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
    CHECK(s.count == 5);
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
    CHECK(s.reports == 4 * TILES + 1);
    for (int i = 1; i < s.reports; i++)
        CHECK(s.fractions[i] >= s.fractions[i - 1] - 1e-9);
    CHECK_NEAR(s.fractions[s.reports - 1], 1.0, 0.0);
    s = CLEAN;
    s.parts = 2;
    s.cancel_after = 2; /* the report at the start, the first third of the first tile */
    CHECK(run(&s, threads, &err) == S2RGF_CANCELLED);
    CHECK(s.count < TILES && s.computed < TILES);
    CHECK(s.stopped == threads);
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
    CHECK(s2_thread_count(3) == 3);
    CHECK(s2_thread_count(0) >= 1);
    return harness_end();
}
