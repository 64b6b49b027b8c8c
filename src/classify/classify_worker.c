/* The workers of s2rgf_classify(): a tile from the source files to the map's. */
#include <string.h>

#include "classify/classify_job.h"
#include "classify/decision.h"
#include "classify/smoothing.h"
#include "core/clock.h"
#include "core/error.h"
#include "core/memory.h"
#include "nn/networks/networks.h"
#include "scene/network_input.h"
#include "tiles/tile_runner.h"

/* One thread's own handles and memory. */
typedef struct classify_worker {
    s2_classify_job *job;
    s2_scene own_scene; /* empty where there is one worker, in the thread that opened the job's */
    s2_network_input *input;
    s2_run *run;
    s2_wanted wanted;
    s2_rect core, reach; /* of the tile at hand; what is computed for it */
    uint8_t *pixels;     /* of the core that are to be mapped, [core.h][core.w]; NULL: all */
    uint8_t *near;       /* with smoothing, pixels around these, [reach.h][reach.w] */
    s2_decision decision;
    s2_smoothing smoothing; /* window 0: none */
    float *log_odds;        /* [classes] of a smoothed pixel */
    int tile;               /* the one at hand */
    s2_tile_watch *watch;
    s2_run_counts counted;               /* what the job knows of the run's */
    s2_input_counts read;                /* likewise of the input's */
    uint64_t scored_pixels, lost_pixels; /* that it does not know yet */
} classify_worker;

static s2_rect tile_core(const s2_classify_job *job, int tile)
{
    const s2_rect tiles = job->tiles;
    return s2_tiling_core(&job->tiling, tiles.x + tile % tiles.w, tiles.y + tile / tiles.w);
}

static void close_worker(void *data)
{
    classify_worker *worker = data;
    if (!worker)
        return;
    s2_network_input_close(worker->input); /* it may be writing to the run's memory */
    s2_scene_close(&worker->own_scene);
    s2_run_free(worker->run);
    s2_wanted_close(&worker->wanted);
    s2_decision_clear(&worker->decision);
    s2_smoothing_clear(&worker->smoothing);
    S2_FREE_EACH(worker->pixels, worker->near, worker->log_odds, worker);
}

/* One thread does everything one after the other; with more, none need wait for a file. */
static s2_input_mode input_mode(const s2_classify_job *job)
{
    const int tiles = job->tiles.w * job->tiles.h;
    const int busy = job->threads < tiles ? job->threads : tiles; /* workers */
    if (job->threads == 1 || !job->weights->ops->tiles.by_rows)
        return S2_INPUT_AT_ONCE;
    return busy < s2_thread_count(0) ? S2_INPUT_AHEAD_ALWAYS : S2_INPUT_AHEAD_SLOW;
}

/* A tile with its margin, as large as any. */
static s2_rect largest_reach(const s2_classify_job *job, const s2_tiling *tiling)
{
    return s2_rect_grow((s2_rect){0, 0, tiling->w, tiling->h}, job->geometry.margin_px);
}

static s2rgf_status start_wanted(classify_worker *worker, size_t pixels, s2rgf_error *err)
{
    const s2_classify_job *job = worker->job;
    const s2_rect reach = largest_reach(job, &job->tiling);
    worker->pixels = s2_alloc(pixels, 1);
    if (worker->smoothing.window > 0)
        worker->near = s2_alloc((size_t)reach.w * (size_t)reach.h, 1);
    if (!worker->pixels || (worker->smoothing.window > 0 && !worker->near))
        return s2_fail_memory(err, "mask");
    return s2_wanted_open(job->options, &job->scene.grid, &job->areas, &worker->wanted, err);
}

static s2rgf_status start_smoothing(classify_worker *worker, s2rgf_error *err)
{
    const s2_classify_job *job = worker->job;
    const int classes = job->content->classes.count;
    worker->decision.smoothed = true;
    worker->log_odds = s2_alloc((size_t)classes, sizeof(float));
    if (!worker->log_odds)
        return s2_fail_memory(err, "smoothing");
    return s2_smoothing_init(&worker->smoothing, classes, job->options->smooth_px,
                             job->content->training.temperature, largest_reach(job, &job->tiling).w,
                             err);
}

static s2rgf_status open_worker(void *context, void **data, s2rgf_error *err)
{
    s2_classify_job *job = context;
    const size_t pixels = (size_t)job->tiling.w * (size_t)job->tiling.h;
    classify_worker *worker = s2_calloc(1, sizeof *worker);
    *data = worker;
    if (!worker)
        return s2_fail_memory(err, "worker");
    worker->job = job;
    s2rgf_status status =
        s2_decision_init(&worker->decision, &job->content->classes,
                         job->content->training.temperature, job->asked, pixels, err);
    if (status == S2RGF_OK && job->candidates)
        status = s2_decision_ask_doubts(&worker->decision, pixels, err);
    worker->decision.reject = job->options->reject;
    if (!job->options->reject_nodata)
        worker->decision.unsure =
            (uint16_t)job->map_classes.items[job->map_classes.count - 1].value;
    if (status == S2RGF_OK && job->options->smooth_px > 0)
        status = start_smoothing(worker, err);
    if (status == S2RGF_OK && job->threads > 1)
        status = s2_scene_reopen(&job->scene, &worker->own_scene, err);
    if (status == S2RGF_OK)
        status = s2_run_create(job->weights, &job->geometry, &job->tiling, &worker->run, err);
    if (status == S2RGF_OK && s2_wanted_is_asked(job->options))
        status = start_wanted(worker, pixels, err);
    if (status == S2RGF_OK)
        status = s2_network_input_open(job->threads > 1 ? &worker->own_scene : &job->scene,
                                       job->content, input_mode(job), &worker->input, err);
    return status;
}

static s2rgf_status write_rows(void *data, s2_rect rows, const float *scores, const uint8_t *valid,
                               s2rgf_error *err)
{
    classify_worker *worker = data;
    const size_t classes = (size_t)worker->job->content->classes.count;
    const size_t first = (size_t)(rows.y - worker->core.y) * (size_t)worker->core.w;
    const size_t count = (size_t)rows.w * (size_t)rows.h;
    for (size_t p = 0; p < count; p++) {
        const bool mapped = valid[p] && (!worker->pixels || worker->pixels[first + p]);
        worker->scored_pixels += mapped;
        if (!mapped)
            s2_leave_pixel(&worker->decision, first + p);
        else if (!s2_decide_pixel(&worker->decision, first + p, scores + p * classes))
            worker->lost_pixels++;
    }
    return s2_tile_report(worker->watch, (double)rows.h / worker->core.h, err);
}

/* A row of the tile that is smoothed. */
static void write_smoothed_row(classify_worker *worker, int y)
{
    const s2_rect core = worker->core;
    const size_t first = (size_t)(y - core.y) * (size_t)core.w;
    s2_smoothing_row(&worker->smoothing, core.x, core.w,
                     worker->pixels ? worker->pixels + first : NULL);
    for (int i = 0; i < core.w; i++) {
        const size_t at = first + (size_t)i;
        if (s2_smoothing_pixel(&worker->smoothing, i, worker->log_odds))
            s2_decide_pixel(&worker->decision, at, worker->log_odds);
        else
            s2_leave_pixel(&worker->decision, at);
    }
}

/* Pixels of a row of the tile that has come in: those with data, and those without finite scores. */
static void count_row(classify_worker *worker, int y, const uint8_t *valid)
{
    const s2_rect core = worker->core;
    if (y < core.y || y >= core.y + core.h)
        return;
    for (int x = core.x; x < core.x + core.w; x++) {
        const size_t at = (size_t)(y - core.y) * (size_t)core.w + (size_t)(x - core.x);
        const bool mapped = valid[x - worker->reach.x] && (!worker->pixels || worker->pixels[at]);
        worker->scored_pixels += mapped;
        worker->lost_pixels += mapped && !s2_smoothing_has(&worker->smoothing, x, y);
    }
}

/* Rows of the reach come in; of the tile go out those for which all rows around them have. */
static s2rgf_status smooth_rows(void *data, s2_rect rows, const float *scores, const uint8_t *valid,
                                s2rgf_error *err)
{
    classify_worker *worker = data;
    const size_t classes = (size_t)worker->job->content->classes.count;
    int y;
    for (int row = 0; row < rows.h; row++) {
        const size_t first = (size_t)row * (size_t)rows.w;
        s2_smoothing_add(&worker->smoothing, scores + first * classes, valid + first);
        count_row(worker, rows.y + row, valid + first);
        for (; s2_smoothing_ready(&worker->smoothing, &y); s2_smoothing_next(&worker->smoothing))
            write_smoothed_row(worker, y);
    }
    return s2_tile_report(worker->watch, (double)rows.h / worker->reach.h, err);
}

static s2rgf_status await_seam(void *data, int step, s2rgf_error *err)
{
    classify_worker *worker = data;
    return s2_tile_seams_await(worker->job->seams, worker->tile, step, worker->watch, err);
}

static void give_seam(void *data, int step)
{
    classify_worker *worker = data;
    s2_tile_seams_give(worker->job->seams, worker->tile, step);
}

/* Of the reach, the pixels that smoothing needs for those that are wanted. */
static void spread_wanted(classify_worker *worker)
{
    const s2_rect core = worker->core, reach = worker->reach;
    const int radius = worker->smoothing.window / 2;
    memset(worker->near, 0, (size_t)reach.w * (size_t)reach.h);
    for (int y = core.y; y < core.y + core.h; y++) {
        const uint8_t *row = worker->pixels + (size_t)(y - core.y) * (size_t)core.w;
        for (int x = 0, end; x < core.w; x = end) {
            for (end = x + 1; end < core.w && row[end] == row[x];)
                end++;
            if (!row[x])
                continue;
            const s2_rect around = s2_rect_intersect(
                s2_rect_grow((s2_rect){core.x + x, y, end - x, 1}, radius), reach);
            for (int v = around.y; v < around.y + around.h; v++)
                memset(worker->near + (size_t)(v - reach.y) * (size_t)reach.w +
                           (size_t)(around.x - reach.x),
                       1, (size_t)around.w);
        }
    }
}

/* Nothing is wanted in the tile. */
static void leave_tile(classify_worker *worker)
{
    for (size_t p = 0; p < worker->decision.pixels; p++)
        s2_leave_pixel(&worker->decision, p);
}

static s2rgf_status compute_tile(void *data, int index, s2_tile_watch *watch, s2rgf_error *err)
{
    classify_worker *worker = data;
    s2_tile_seams *seams = worker->job->seams;
    const bool smooth = worker->smoothing.window > 0;
    s2_seam sides[S2_SIDES];
    const s2_tile_io io = {.next = s2_network_input_next,
                           .input = worker->input,
                           .context = worker,
                           .take = smooth ? smooth_rows : write_rows,
                           .seams = seams ? sides : NULL,
                           .await = await_seam,
                           .give = give_seam};
    s2rgf_status status = S2RGF_OK;
    bool any = true;
    worker->core = tile_core(worker->job, index);
    worker->decision.pixels = (size_t)worker->core.w * (size_t)worker->core.h;
    worker->reach = s2_tile_reach(&worker->job->geometry, worker->core);
    worker->tile = index;
    worker->watch = watch;
    if (seams)
        status = s2_tile_seams_begin(seams, index, watch, sides, err);
    if (status == S2RGF_OK && worker->pixels)
        status = s2_wanted_read(&worker->wanted, worker->core, worker->pixels, &any, err);
    if (status == S2RGF_OK && any && smooth) {
        s2_smoothing_begin(&worker->smoothing, worker->core, worker->reach);
        if (worker->pixels)
            spread_wanted(worker);
    }
    if (status == S2RGF_OK && any)
        status = worker->run->ops->run_compute(worker->run, worker->reach,
                                               smooth ? worker->near : worker->pixels, &io, err);
    else
        leave_tile(worker);
    if (status == S2RGF_OK && seams)
        s2_tile_seams_end(seams, index);
    return status;
}

/* Bring the job's times and counts up to the worker's; writers take turns, so one thread is here at
   a time. */
static void count_work(classify_worker *worker, double writing)
{
    s2_classify_job *job = worker->job;
    const s2_input_counts read = s2_network_input_counts(worker->input);
    s2_run_counts now = worker->run->counts;
    now.seconds[S2_STAGE_READ] += read.ahead_seconds;
    for (int i = 0; i < S2_STAGES; i++)
        job->seconds[i] += now.seconds[i] - worker->counted.seconds[i];
    job->seconds[S2_STAGES] += writing;
    for (int s = 0; s < S2RGF_MAX_SOURCES; s++) {
        job->encoded_pixels[s] += now.encoded[s] - worker->counted.encoded[s];
        job->read_pixels[s] += read.pixels[s] - worker->read.pixels[s];
    }
    job->scored_pixels += worker->scored_pixels;
    job->lost_pixels += worker->lost_pixels;
    worker->scored_pixels = worker->lost_pixels = 0;
    worker->counted = now;
    worker->read = read;
}

static s2rgf_status write_outputs(classify_worker *worker, s2_rect rect, s2rgf_error *err)
{
    s2_classify_job *job = worker->job;
    s2rgf_status status =
        s2_map_write_classes(job->writers[S2_MAP_CLASSES], rect, worker->decision.values, err);
    for (s2_map_kind kind = S2_MAP_CONFIDENCE; kind < S2_MAP_KINDS && status == S2RGF_OK; kind++)
        if (job->asked[kind])
            status =
                s2_map_write_floats(job->writers[kind], rect, worker->decision.planes[kind], err);
    return status;
}

static s2rgf_status write_tile(void *data, int index, s2rgf_error *err)
{
    classify_worker *worker = data;
    s2_classify_job *job = worker->job;
    const double start = s2_thread_seconds();
    s2_rect rect = tile_core(job, index);
    rect.x -= job->rect.x;
    rect.y -= job->rect.y;
    s2rgf_status status =
        job->candidates ? s2_candidates_take(job->candidates, rect, worker->decision.doubts, err)
                        : write_outputs(worker, rect, err);
    count_work(worker, s2_thread_seconds() - start);
    return status;
}

size_t s2_classify_worker_bytes(const s2_classify_job *job, const s2_tiling *tiling, bool quick)
{
    const size_t pixels = (size_t)tiling->w * (size_t)tiling->h;
    const s2_rect reach = largest_reach(job, tiling);
    size_t bytes = s2_mapping_bytes(job->content, job->weights, &job->geometry, tiling, quick) +
                   pixels * s2_decision_pixel_bytes(&job->content->classes, job->asked);
    if (job->candidates)
        bytes += pixels * sizeof(s2_doubt);
    if (job->options->smooth_px > 0)
        bytes += s2_smoothing_bytes(job->content->classes.count, job->options->smooth_px, reach.w) +
                 (s2_wanted_is_asked(job->options) ? (size_t)reach.w * (size_t)reach.h : 0);
    if (s2_wanted_is_asked(job->options))
        bytes += pixels + (job->options->mask_path ? s2_overlay_bytes(&job->scene.grid) : 0);
    return bytes;
}

s2rgf_status s2_classify_tiles(s2_classify_job *job, const s2rgf_host *host, s2rgf_error *err)
{
    if (s2_tile_seams_bytes(&job->seam_demand) > 0) {
        const s2rgf_status status =
            s2_tile_seams_create(&job->seam_demand, &job->tiling, &job->seams, err);
        if (status != S2RGF_OK)
            return status;
    }
    const s2_tile_job tiles = {.context = job,
                               .tile_count = job->tiles.w * job->tiles.h,
                               .threads = job->threads,
                               .start = open_worker,
                               .compute = compute_tile,
                               .write = write_tile,
                               .stop = close_worker};
    const s2rgf_status status = s2_tiles_run(&tiles, host, err);
    s2_tile_seams_free(job->seams);
    job->seams = NULL;
    return status;
}
