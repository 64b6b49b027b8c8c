/* s2_classify(): follow a pixel from the raster files to the map. */
#include "classify.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "calibration.h"
#include "core/clock.h"
#include "core/error.h"
#include "core/file.h"
#include "core/log.h"
#include "core/memory.h"
#include "geo/map_writer.h"
#include "geo/overlay.h"
#include "mapping.h"
#include "nn/kind.h"
#include "scene_input.h"
#include "tile_choice.h"
#include "tile_runner.h"

#define TILE_SMALLEST_PX 16
#define TILE_LARGEST_PX 8192
#define PART_LINES 256 /* parts begin at multiples of it, or of the tile that is asked for */
#define OUTPUTS 3 /* map, confidence, probabilities */

void s2rgf_classify_options_init(s2rgf_classify_options *options)
{
    memset(options, 0, sizeof *options);
    options->style = true;
    options->memory_mb = 512;
}

/* One call of s2rgf_classify(), read-only while the workers run, but for the writers. */
typedef struct classify_job {
    const s2rgf_classify_options *options;
    s2_model_content content;
    s2_weights *weights;
    s2_scene scene; /* describes the sources; workers read through their own handles */
    s2_run_geometry geometry;
    s2_rect window;   /* reference pixels to map */
    s2_map_part part; /* count 0: no part but the whole window */
    s2_tiling tiling;
    s2_rect parts; /* of the tiling */
    int threads;
    double seconds[S2_STAGES + 1]; /* of all workers; the last: writing */
    s2_map_writer *writers[OUTPUTS];
} classify_job;

/* One thread's own handles and memory. */
typedef struct classify_worker {
    classify_job *job;
    s2_scene scene;
    s2_run *run;
    s2_overlay mask;
    s2_rect core;         /* of the tile at hand; the arrays below are [core.h][core.w] */
    uint8_t *wanted;      /* with a mask: pixels to map, else NULL */
    uint16_t *values;     /* class values */
    float *confidence;    /* if asked for */
    float *probabilities; /* if asked for: [classes][core.h][core.w] */
    s2_tile_watch *watch;
    double counted[S2_STAGES]; /* seconds of the run that the job knows */
} classify_worker;

static s2_rect tile_core(const classify_job *job, int tile)
{
    const s2_rect parts = job->parts;
    return s2_tiling_core(&job->tiling, parts.x + tile % parts.w, parts.y + tile / parts.w);
}

static void stop_worker(void *data)
{
    classify_worker *worker = data;
    if (!worker)
        return;
    s2_scene_close(&worker->scene);
    s2_run_free(worker->run);
    s2_overlay_close(&worker->mask);
    s2_free(worker->wanted);
    s2_free(worker->values);
    s2_free(worker->confidence);
    s2_free(worker->probabilities);
    s2_free(worker);
}

static s2rgf_status open_mask(const classify_job *job, s2_overlay *mask, s2rgf_error *err)
{
    return s2_overlay_open(job->options->mask_path, &job->scene.grid, "the reference", mask, err);
}

static s2rgf_status start_mask(classify_worker *worker, size_t pixels, s2rgf_error *err)
{
    worker->wanted = s2_alloc(pixels, 1);
    if (!worker->wanted)
        return s2_fail_memory(err, "mask");
    return open_mask(worker->job, &worker->mask, err);
}

static s2rgf_status start_worker(void *context, void **data, s2rgf_error *err)
{
    classify_job *job = context;
    const size_t pixels = (size_t)job->tiling.w * (size_t)job->tiling.h;
    classify_worker *worker = s2_calloc(1, sizeof *worker);
    *data = worker;
    if (!worker)
        return s2_fail_memory(err, "worker");
    worker->job = job;
    worker->values = s2_alloc(pixels, sizeof(uint16_t));
    worker->confidence = s2_alloc(job->writers[1] ? pixels : 0, sizeof(float));
    worker->probabilities =
        s2_alloc(job->writers[2] ? pixels * (size_t)job->content.classes.count : 0, sizeof(float));
    if (!worker->values || !worker->confidence || !worker->probabilities)
        return s2_fail_memory(err, "worker");
    s2rgf_status status = s2_scene_reopen(&job->scene, &worker->scene, err);
    if (status == S2RGF_OK)
        status = s2_run_create(job->weights, &job->geometry, &job->tiling, &worker->run, err);
    if (status == S2RGF_OK && job->options->mask_path)
        status = start_mask(worker, pixels, err);
    return status;
}

/* Class value, confidence and probabilities of pixel `at` of the core; scores NULL: not mapped. */
static void decide_pixel(classify_worker *worker, size_t at, const float *scores)
{
    const classify_job *job = worker->job;
    const int classes = job->content.classes.count;
    const size_t pixels = (size_t)worker->core.w * (size_t)worker->core.h;
    float *planes = job->writers[2] ? worker->probabilities + at : NULL;
    if (!scores) {
        worker->values[at] = 0;
        if (job->writers[1])
            worker->confidence[at] = -1.0f;
        for (int k = 0; planes && k < classes; k++)
            planes[(size_t)k * pixels] = -1.0f;
        return;
    }
    worker->values[at] = s2_mapping_class(&job->content.classes, scores);
    if (!job->writers[1] && !planes)
        return;
    const float largest =
        s2_probabilities(scores, classes, job->content.training.temperature, planes, pixels);
    if (job->writers[1])
        worker->confidence[at] = largest;
}

static s2rgf_status read_window(void *data, int source, s2_rect window, float *pixels,
                                uint8_t *valid, s2rgf_error *err)
{
    classify_worker *worker = data;
    return s2_scene_read(&worker->scene, &worker->job->content, source, window, pixels, valid, err);
}

static s2rgf_status take_rows(void *data, s2_rect rows, const float *scores, const uint8_t *valid,
                              s2rgf_error *err)
{
    classify_worker *worker = data;
    const size_t classes = (size_t)worker->job->content.classes.count;
    const size_t first = (size_t)(rows.y - worker->core.y) * (size_t)worker->core.w;
    const size_t count = (size_t)rows.w * (size_t)rows.h;
    for (size_t p = 0; p < count; p++) {
        const bool mapped = valid[p] && (!worker->wanted || worker->wanted[first + p]);
        decide_pixel(worker, first + p, mapped ? scores + p * classes : NULL);
    }
    return s2_tile_report(worker->watch, (double)rows.h / worker->core.h, err);
}

/* Nothing is wanted in the tile. */
static void leave_tile(classify_worker *worker)
{
    const size_t pixels = (size_t)worker->core.w * (size_t)worker->core.h;
    for (size_t p = 0; p < pixels; p++)
        decide_pixel(worker, p, NULL);
}

static s2rgf_status compute_tile(void *data, int index, s2_tile_watch *watch, s2rgf_error *err)
{
    classify_worker *worker = data;
    const s2_tile_io io = {worker, read_window, take_rows};
    s2rgf_status status = S2RGF_OK;
    bool any = true;
    worker->core = tile_core(worker->job, index);
    worker->watch = watch;
    if (worker->wanted)
        status = s2_overlay_read_mask(&worker->mask, worker->core, worker->wanted, &any, err);
    if (status == S2RGF_OK && any)
        status = s2_run_compute(worker->run, worker->core, worker->wanted, &io, err);
    else
        leave_tile(worker);
    return status;
}

/* Bring the job's times up to the worker's; writers take turns, so one thread is here at a time. */
static void count_seconds(classify_worker *worker, double writing)
{
    const double *seconds = s2_run_seconds(worker->run);
    for (int i = 0; seconds && i < S2_STAGES; i++) {
        worker->job->seconds[i] += seconds[i] - worker->counted[i];
        worker->counted[i] = seconds[i];
    }
    worker->job->seconds[S2_STAGES] += writing;
}

static s2rgf_status write_tile(void *data, int index, s2rgf_error *err)
{
    classify_worker *worker = data;
    classify_job *job = worker->job;
    const double start = s2_thread_seconds();
    s2_rect rect = tile_core(job, index);
    rect.x -= job->window.x;
    rect.y -= job->window.y;
    s2rgf_status status = s2_map_write_classes(job->writers[0], rect, worker->values, err);
    if (status == S2RGF_OK && job->writers[1])
        status = s2_map_write_floats(job->writers[1], rect, worker->confidence, err);
    if (status == S2RGF_OK && job->writers[2])
        status = s2_map_write_floats(job->writers[2], rect, worker->probabilities, err);
    count_seconds(worker, s2_thread_seconds() - start);
    return status;
}

/* The part of the reference grid to map. */
static s2rgf_status choose_window(classify_job *job, s2rgf_error *err)
{
    const s2rgf_classify_options *options = job->options;
    const s2_rect all = {0, 0, job->geometry.width, job->geometry.height};
    job->window = all;
    if (options->has_srcwin && options->has_projwin)
        return s2_fail(err, S2RGF_INVALID_ARGUMENT, "srcwin and projwin exclude each other");
    if (options->has_srcwin) {
        for (int i = 0; i < 4; i++)
            if (options->srcwin[i] != floor(options->srcwin[i]) || fabs(options->srcwin[i]) > 1e9)
                return s2_fail(err, S2RGF_INVALID_ARGUMENT,
                               "srcwin: expected whole pixels, found %.10g", options->srcwin[i]);
        job->window = (s2_rect){(int)options->srcwin[0], (int)options->srcwin[1],
                                (int)options->srcwin[2], (int)options->srcwin[3]};
    }
    if (options->has_projwin) {
        const s2rgf_status status = s2_grid_projwin(&job->scene.grid, options->projwin,
                                                    options->projwin_srs, &job->window, err);
        if (status != S2RGF_OK)
            return status;
    }
    if (s2_rect_is_empty(job->window) || !s2_rect_contains(all, job->window))
        return s2_fail(
            err, S2RGF_INVALID_ARGUMENT,
            "window: expected a part of the %d x %d reference grid, found %d x %d at %d, %d", all.w,
            all.h, job->window.w, job->window.h, job->window.x, job->window.y);
    job->part = (s2_map_part){.number = options->part, .count = options->part_count};
    if (options->part_count == 0)
        return S2RGF_OK;
    return s2_map_part_cut(&job->window, options->tile_px ? options->tile_px : PART_LINES,
                           &job->part, err);
}

static size_t worker_bytes(const classify_job *job, const s2_tiling *tiling)
{
    const s2rgf_classify_options *options = job->options;
    const size_t pixels = (size_t)tiling->w * (size_t)tiling->h;
    const size_t outputs =
        sizeof(uint16_t) + (options->confidence_path ? sizeof(float) : 0) +
        (options->probability_path ? sizeof(float) * (size_t)job->content.classes.count : 0);
    size_t bytes = s2_mapping_bytes(&job->content, job->weights, &job->geometry, tiling) +
                   pixels * outputs;
    if (options->mask_path)
        bytes += pixels + s2_overlay_bytes(&job->scene.grid);
    return bytes;
}

/* Bytes of the outputs' lines that wait until whole file blocks can be written. */
static size_t waiting_bytes(const classify_job *job, const s2_tiling *tiling)
{
    const s2rgf_classify_options *options = job->options;
    const size_t floats = (options->confidence_path ? 1 : 0) +
                          (options->probability_path ? (size_t)job->content.classes.count : 0);
    const size_t lines = (size_t)tiling->h + S2_MAP_WAITING_LINES;
    return (size_t)job->window.w * lines * (sizeof(uint16_t) + floats * sizeof(float));
}

static size_t total_bytes(const void *context, const s2_tiling *tiling, int threads)
{
    const classify_job *job = context;
    return worker_bytes(job, tiling) * (size_t)threads + waiting_bytes(job, tiling);
}

/* Tile size and workers that keep the memory limit. */
static s2rgf_status choose_tiles(classify_job *job, const s2rgf_host *host, s2rgf_error *err)
{
    const s2rgf_classify_options *options = job->options;
    const int wanted = options->tile_px;
    const int threads = s2_thread_count(options->threads);
    s2_tile_traits traits = s2_run_traits(job->weights);
    if (traits.by_rows)
        traits.width = s2_scene_tile_width(&job->scene, job->window, threads, traits.width);
    const s2_tile_demand demand = {.window = job->window,
                                   .traits = traits,
                                   .tile_px = wanted,
                                   .threads = threads,
                                   .limit_bytes = (size_t)options->memory_mb * 1024 * 1024,
                                   .bytes = total_bytes,
                                   .context = job};
    s2_tile_choice choice;
    if (wanted != 0 && (wanted < TILE_SMALLEST_PX || wanted > TILE_LARGEST_PX))
        return s2_fail(err, S2RGF_INVALID_ARGUMENT, "tile: expected %d to %d pixels, found %d",
                       TILE_SMALLEST_PX, TILE_LARGEST_PX, wanted);
    const s2rgf_status status = s2_tiles_choose(&demand, &choice, err);
    if (status != S2RGF_OK)
        return status;
    job->tiling = choice.tiling;
    job->parts = s2_tiling_parts(&job->tiling);
    job->threads = choice.threads;
    if ((wanted != 0 && choice.tiling.w != wanted) || choice.threads != demand.threads)
        s2_log(host, S2RGF_INFO, "Working memory of %d MB: tiles of %d x %d pixels, %d threads",
               options->memory_mb, choice.tiling.w, choice.tiling.h, choice.threads);
    s2_log(host, S2RGF_DEBUG, "tiles of %d x %d, %d threads, %zu MB in all", choice.tiling.w,
           choice.tiling.h, choice.threads, choice.bytes / 1024 / 1024);
    return S2RGF_OK;
}

static s2rgf_status create_outputs(classify_job *job, const s2_grid *grid, s2rgf_error *err)
{
    const s2rgf_classify_options *options = job->options;
    const char *paths[OUTPUTS] = {options->output_path, options->confidence_path,
                                  options->probability_path};
    const s2_map_kind kinds[OUTPUTS] = {S2_MAP_CLASSES, S2_MAP_CONFIDENCE, S2_MAP_PROBABILITIES};
    char lines[4096];
    const char *metadata[4];
    s2_mapping_provenance(&job->content, &job->scene, lines, sizeof lines, metadata);
    for (int i = 0; i < OUTPUTS; i++) {
        const s2_map_spec spec = {.kind = kinds[i],
                                  .path = paths[i],
                                  .format = options->format,
                                  .creation_options = options->creation_options,
                                  .overwrite = options->overwrite,
                                  .style = options->style,
                                  .grid = grid,
                                  .classes = &job->content.classes,
                                  .metadata = metadata,
                                  .part = options->part_count ? &job->part : NULL};
        if (!paths[i])
            continue;
        const s2rgf_status status = s2_map_create(&spec, &job->writers[i], err);
        if (status != S2RGF_OK)
            return status;
    }
    return S2RGF_OK;
}

/* No output may be an input or another output: refused before any work. */
static s2rgf_status check_paths(const s2rgf_classify_options *options, s2rgf_error *err)
{
    const char *outputs[OUTPUTS] = {options->output_path, options->confidence_path,
                                    options->probability_path};
    s2rgf_status status = S2RGF_OK;
    for (int i = 0; i < OUTPUTS && status == S2RGF_OK; i++) {
        status = s2_refuse_input(outputs[i], options->model_path, err);
        if (status == S2RGF_OK)
            status = s2_refuse_input(outputs[i], options->mask_path, err);
        for (size_t k = 0; k < options->scene.input_count && status == S2RGF_OK; k++)
            status = s2_refuse_input(outputs[i], options->scene.inputs[k].path, err);
        for (int k = 0; k < i && status == S2RGF_OK; k++)
            if (s2_same_file(outputs[i], outputs[k]))
                status =
                    s2_fail(err, S2RGF_INVALID_ARGUMENT, "%s: named for two outputs", outputs[i]);
    }
    return status;
}

/* Workers open the mask themselves; one that does not fit is refused before any output is made. */
static s2rgf_status check_mask(const classify_job *job, s2rgf_error *err)
{
    s2_overlay mask;
    const s2rgf_status status = open_mask(job, &mask, err);
    s2_overlay_close(&mask);
    return status;
}

static s2rgf_status prepare(classify_job *job, const s2rgf_host *host, s2rgf_error *err)
{
    s2_grid grid = {0};
    s2rgf_status status =
        s2_mapping_load(job->options->model_path, &job->content, &job->weights, err);
    if (status == S2RGF_OK)
        status =
            s2_scene_open_for_model(&job->options->scene, &job->content, host, &job->scene, err);
    if (status != S2RGF_OK)
        return status;
    s2_scene_report(&job->scene, host);
    s2_scene_geometry(&job->scene, &job->geometry);
    status = choose_window(job, err);
    if (status == S2RGF_OK && job->options->mask_path)
        status = check_mask(job, err);
    if (status == S2RGF_OK)
        status = choose_tiles(job, host, err);
    if (status == S2RGF_OK)
        status = s2_grid_window(&job->scene.grid, job->window, &grid, err);
    if (status == S2RGF_OK)
        status = create_outputs(job, &grid, err);
    s2_grid_clear(&grid);
    return status;
}

/* Seconds of all workers by stage, and the arithmetic of the map itself, halos not counted. */
static void report_seconds(const classify_job *job, const s2rgf_host *host)
{
    static const char *const stages[S2_STAGES + 1] = {"read", "encode",   "relate",
                                                      "head", "classify", "write"};
    const double part = (double)job->window.w * job->window.h /
                        ((double)job->geometry.width * job->geometry.height);
    double work[S2_STAGES + 1] = {0};
    double seconds = 0.0;
    double flops = 0.0;
    s2_run_work(job->weights, &job->geometry, work);
    for (int i = 0; i <= S2_STAGES; i++) {
        const double own = 2.0 * part * work[i];
        if (own > 0.0)
            s2_log(host, S2RGF_DEBUG, "stage %s: %.3f s, %.1f GF/s", stages[i], job->seconds[i],
                   1e-9 * own / job->seconds[i]);
        else
            s2_log(host, S2RGF_DEBUG, "stage %s: %.3f s", stages[i], job->seconds[i]);
        seconds += own > 0.0 ? job->seconds[i] : 0.0;
        flops += own;
    }
    if (flops > 0.0)
        s2_log(host, S2RGF_DEBUG, "stages that compute: %.3f s, %.1f GF/s", seconds,
               1e-9 * flops / seconds);
}

s2rgf_status s2_classify(const s2rgf_classify_options *options, const s2rgf_host *host,
                         s2rgf_error *err)
{
    classify_job job = {.options = options};
    s2_error_clear(err);
    if (!options->model_path || !options->output_path || options->scene.input_count == 0)
        return s2_fail(err, S2RGF_INVALID_ARGUMENT, "a model, an input and an output are needed");
    s2rgf_status status = check_paths(options, err);
    if (status == S2RGF_OK)
        status = prepare(&job, host, err);
    if (status == S2RGF_OK) {
        const s2_tile_job tiles = {.context = &job,
                                   .tile_count = job.parts.w * job.parts.h,
                                   .threads = job.threads,
                                   .start = start_worker,
                                   .compute = compute_tile,
                                   .write = write_tile,
                                   .stop = stop_worker};
        status = s2_tiles_run(&tiles, host, err);
    }
    if (status == S2RGF_OK)
        report_seconds(&job, host);
    for (int i = 0; i < OUTPUTS && status == S2RGF_OK; i++)
        if (job.writers[i])
            status = s2_map_finish(job.writers[i], err);
    for (int i = OUTPUTS - 1; i >= 0 && status == S2RGF_OK; i--)
        if (job.writers[i])
            status = s2_map_commit(job.writers[i], err);
    for (int i = 0; i < OUTPUTS; i++)
        s2_map_close(job.writers[i]);
    s2_scene_close(&job.scene);
    s2_weights_free(job.weights);
    s2_model_content_clear(&job.content);
    return status;
}
