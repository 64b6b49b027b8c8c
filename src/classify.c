/* s2_classify(): follow a pixel from the raster files to the map. */
#include "classify.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "calibration.h"
#include "core/error.h"
#include "core/file.h"
#include "core/log.h"
#include "core/memory.h"
#include "geo/map_writer.h"
#include "geo/overlay.h"
#include "nn/kind.h"
#include "nn/network_model.h"
#include "scene_input.h"
#include "tile_runner.h"

#define TILE_DEFAULT_PX 256
#define TILE_SMALL_PX 64 /* below, halos cost more than a worker less */
#define TILE_SMALLEST_PX 16
#define TILE_LARGEST_PX 8192
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
    s2_rect lattice;  /* tiles that meet the window, counted from the reference origin */
    int tile_px, threads;
    s2_map_writer *writers[OUTPUTS];
} classify_job;

/* One thread's own handles and memory. */
typedef struct classify_worker {
    classify_job *job;
    s2_scene scene;
    s2_run *run;
    s2_overlay mask;
    uint8_t *wanted;      /* [tile][tile] with a mask: pixels to map, else NULL */
    uint16_t *values;     /* [tile][tile] class values */
    float *confidence;    /* [tile][tile] */
    float *probabilities; /* [classes][tile][tile] */
} classify_worker;

static s2_rect tile_core(const classify_job *job, int tile)
{
    const int x = (job->lattice.x + tile % job->lattice.w) * job->tile_px;
    const int y = (job->lattice.y + tile / job->lattice.w) * job->tile_px;
    return s2_rect_intersect((s2_rect){x, y, job->tile_px, job->tile_px}, job->window);
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
    worker->run->tile->wanted = worker->wanted;
    return open_mask(worker->job, &worker->mask, err);
}

static s2rgf_status start_worker(void *context, void **data, s2rgf_error *err)
{
    classify_job *job = context;
    const size_t pixels = (size_t)job->tile_px * (size_t)job->tile_px;
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
        status = s2_run_create(job->weights, &job->geometry, job->tile_px, &worker->run, err);
    if (status == S2RGF_OK && job->options->mask_path)
        status = start_mask(worker, pixels, err);
    return status;
}

/* Scores to class values, confidence and probabilities. */
static void decide_pixels(classify_worker *worker, const s2_tile *tile)
{
    const classify_job *job = worker->job;
    const int classes = job->content.classes.count;
    const size_t pixels = (size_t)tile->core.w * (size_t)tile->core.h;
    const double temperature = job->content.training.temperature;
    for (size_t p = 0; p < pixels; p++) {
        const float *scores = tile->scores + p * (size_t)classes;
        float *planes = job->writers[2] ? worker->probabilities + p : NULL;
        /* validity is unset where a tile was not computed */
        if ((tile->wanted && !tile->wanted[p]) || !tile->valid[p]) {
            worker->values[p] = 0;
            if (job->writers[1])
                worker->confidence[p] = -1.0f;
            for (int k = 0; planes && k < classes; k++)
                planes[(size_t)k * pixels] = -1.0f;
            continue;
        }
        worker->values[p] =
            (uint16_t)job->content.classes.items[s2_best_class(scores, classes)].value;
        if (!job->writers[1] && !planes)
            continue;
        const float largest = s2_probabilities(scores, classes, temperature, planes, pixels);
        if (job->writers[1])
            worker->confidence[p] = largest;
    }
}

static s2rgf_status compute_tile(void *data, int index, s2rgf_error *err)
{
    classify_worker *worker = data;
    classify_job *job = worker->job;
    s2_tile *tile = worker->run->tile;
    s2rgf_status status = S2RGF_OK;
    bool any = true;
    tile->core = tile_core(job, index);
    if (worker->wanted)
        status = s2_overlay_read_mask(&worker->mask, tile->core, worker->wanted, &any, err);
    if (status == S2RGF_OK && any)
        status = s2_scene_read_tile(&worker->scene, &job->content, job->weights, &job->geometry,
                                    tile, err);
    if (status != S2RGF_OK)
        return status;
    if (any)
        s2_run_compute(worker->run);
    decide_pixels(worker, tile);
    return S2RGF_OK;
}

static s2rgf_status write_tile(void *data, int index, s2rgf_error *err)
{
    classify_worker *worker = data;
    classify_job *job = worker->job;
    s2_rect rect = tile_core(job, index);
    rect.x -= job->window.x;
    rect.y -= job->window.y;
    s2rgf_status status = s2_map_write_classes(job->writers[0], rect, worker->values, err);
    if (status == S2RGF_OK && job->writers[1])
        status = s2_map_write_floats(job->writers[1], rect, worker->confidence, err);
    if (status == S2RGF_OK && job->writers[2])
        status = s2_map_write_floats(job->writers[2], rect, worker->probabilities, err);
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
    return s2_map_part_cut(&job->window, options->tile_px ? options->tile_px : TILE_DEFAULT_PX,
                           &job->part, err);
}

static size_t worker_bytes(const classify_job *job, int tile_px)
{
    const s2rgf_classify_options *options = job->options;
    const size_t pixels = (size_t)tile_px * (size_t)tile_px;
    const size_t outputs =
        sizeof(uint16_t) + (options->confidence_path ? sizeof(float) : 0) +
        (options->probability_path ? sizeof(float) * (size_t)job->content.classes.count : 0);
    size_t bytes = s2_run_bytes(job->weights, &job->geometry, tile_px) + pixels * outputs;
    if (options->mask_path)
        bytes += pixels + s2_overlay_bytes(&job->scene.grid);
    /* reading goes through a buffer of the window's size, one source at a time */
    for (int s = 0; s < job->scene.count; s++) {
        const s2_rect core =
            s2_rect_intersect((s2_rect){0, 0, tile_px, tile_px},
                              (s2_rect){0, 0, job->geometry.width, job->geometry.height});
        const s2_rect window = s2_run_window(job->weights, &job->geometry, s, core);
        bytes += (size_t)window.w * (size_t)window.h * (size_t)job->content.sources[s].band_count *
                 sizeof(float);
    }
    return bytes;
}

/* Bytes of the outputs' lines that wait until whole file blocks can be written. */
static size_t waiting_bytes(const classify_job *job, int tile_px)
{
    const s2rgf_classify_options *options = job->options;
    const size_t floats = (options->confidence_path ? 1 : 0) +
                          (options->probability_path ? (size_t)job->content.classes.count : 0);
    const size_t lines = (size_t)tile_px + S2_MAP_WAITING_LINES;
    return (size_t)job->window.w * lines * (sizeof(uint16_t) + floats * sizeof(float));
}

static size_t total_bytes(const classify_job *job)
{
    return worker_bytes(job, job->tile_px) * (size_t)job->threads +
           waiting_bytes(job, job->tile_px);
}

/* Tile size and workers that keep the memory limit: first smaller tiles, then fewer workers. */
static s2rgf_status choose_tiles(classify_job *job, const s2rgf_host *host, s2rgf_error *err)
{
    const s2rgf_classify_options *options = job->options;
    const size_t limit = (size_t)options->memory_mb * 1024 * 1024;
    const int wanted = options->tile_px ? options->tile_px : TILE_DEFAULT_PX;
    if (wanted < TILE_SMALLEST_PX || wanted > TILE_LARGEST_PX)
        return s2_fail(err, S2RGF_INVALID_ARGUMENT, "tile: expected %d to %d pixels, found %d",
                       TILE_SMALLEST_PX, TILE_LARGEST_PX, wanted);
    job->tile_px = wanted;
    job->threads = s2_thread_count(options->threads);
    while (total_bytes(job) > limit && job->tile_px / 2 >= TILE_SMALL_PX)
        job->tile_px /= 2;
    while (total_bytes(job) > limit && job->threads > 1)
        job->threads--;
    while (total_bytes(job) > limit && job->tile_px / 2 >= TILE_SMALLEST_PX)
        job->tile_px /= 2;
    if (total_bytes(job) > limit)
        return s2_fail(err, S2RGF_NO_MEMORY,
                       "working memory: expected at least %zu MB for one tile, found %d MB",
                       total_bytes(job) / 1024 / 1024 + 1, options->memory_mb);
    if (job->tile_px != wanted || job->threads != s2_thread_count(options->threads))
        s2_log(host, S2RGF_INFO, "Working memory of %d MB: tiles of %d pixels, %d threads",
               options->memory_mb, job->tile_px, job->threads);
    const int x0 = job->window.x / job->tile_px;
    const int y0 = job->window.y / job->tile_px;
    job->lattice = (s2_rect){x0, y0, (job->window.x + job->window.w - 1) / job->tile_px - x0 + 1,
                             (job->window.y + job->window.h - 1) / job->tile_px - y0 + 1};
    s2_log(host, S2RGF_DEBUG, "tiles of %d, %d threads, %zu MB in all", job->tile_px, job->threads,
           total_bytes(job) / 1024 / 1024);
    return S2RGF_OK;
}

/* KEY=VALUE lines of provenance. */
static void write_provenance(const classify_job *job, char *lines, size_t size,
                             const char *metadata[4])
{
    int at = 0;
    int length = snprintf(lines, size, "S2RGF_VERSION=%s", s2rgf_version());
    metadata[0] = lines;
    at += length + 1;
    length = snprintf(lines + at, size - (size_t)at, "S2RGF_MODEL=%s", job->content.checksum);
    metadata[1] = lines + at;
    at += length + 1;
    metadata[2] = lines + at;
    at += snprintf(lines + at, size - (size_t)at, "S2RGF_SOURCES=");
    for (int s = 0; s < job->scene.count && at < (int)size - 1; s++)
        at += snprintf(lines + at, size - (size_t)at, "%s%s: %s", s ? "; " : "",
                       job->content.sources[s].name, s2_source_label(job->scene.sources[s].source));
    metadata[3] = NULL;
}

static s2rgf_status create_outputs(classify_job *job, const s2_grid *grid, s2rgf_error *err)
{
    const s2rgf_classify_options *options = job->options;
    const char *paths[OUTPUTS] = {options->output_path, options->confidence_path,
                                  options->probability_path};
    const s2_map_kind kinds[OUTPUTS] = {S2_MAP_CLASSES, S2_MAP_CONFIDENCE, S2_MAP_PROBABILITIES};
    char lines[4096];
    const char *metadata[4];
    write_provenance(job, lines, sizeof lines, metadata);
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

static s2rgf_status load_weights(classify_job *job, s2rgf_error *err)
{
    s2_network *network = NULL;
    s2rgf_status status = s2_model_load(job->options->model_path, &job->content, err);
    if (status == S2RGF_OK)
        status = s2_network_from_model(&job->content, job->options->model_path, &network, err);
    if (status == S2RGF_OK)
        status = s2_weights_create(network, &job->weights, err);
    s2_network_free(network);
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
    s2rgf_status status = load_weights(job, err);
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
                                   .tile_count = job.lattice.w * job.lattice.h,
                                   .threads = job.threads,
                                   .start = start_worker,
                                   .compute = compute_tile,
                                   .write = write_tile,
                                   .stop = stop_worker};
        status = s2_tiles_run(&tiles, host, err);
    }
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
