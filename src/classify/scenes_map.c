/*
 * Mapping the scenes of a list. Threads share the tiles of a scene as long as scenes are large. After
 * a small one, of which most of the time goes into opening and writing files, each thread maps scenes
 * of its own; large ones among them wait until all threads are free.
 */
#include "classify/scenes_map.h"

#include <math.h>
#include <stdatomic.h>
#include <string.h>

#include "classify/classify_scene.h"
#include "classify/listed_options.h"
#include "classify/mapping.h"
#include "core/clock.h"
#include "core/error.h"
#include "core/log.h"
#include "core/memory.h"
#include "geo/map/map_files.h"
#include "scene/scene_host.h"
#include "tiles/tile_runner.h"

#define SMALL_PX ((size_t)512 * 512) /* of a scene that one thread maps in about half a second */
#define MB ((size_t)1024 * 1024)

static void forget(s2_classify_common *common)
{
    s2_work_rests_clear(&common->rests);
    for (s2_map_kind i = 0; i < S2_MAP_KINDS; i++)
        s2_map_trial_clear(&common->trials[i]);
}

/*
 * Map one scene unless that is done. The map gets its name last: without it whatever other output
 * is there is the rest of a call that was ended in between, and is replaced.
 */
static s2rgf_status map_scene(const s2_scene_list *list, size_t index, s2_classify_common *common,
                              s2_scene_host *own_host, s2rgf_error *err)
{
    s2_listed_scene *scene = &list->scenes[index];
    const s2rgf_host host = s2_scene_host_of(own_host);
    s2_listed_options own;
    if (!list->options->overwrite && s2_map_exists(scene->map)) {
        scene->outcome = S2_SCENE_SKIPPED;
        s2_log(own_host->outer, S2RGF_DEBUG, "%s: skipped: %s exists already", scene->name,
               scene->map);
        return s2_progress(&host, 1.0) ? S2RGF_OK : s2_fail(err, S2RGF_CANCELLED, "interrupted");
    }
    s2_log(own_host->outer, S2RGF_INFO, "Scene %zu of %zu: %s", index + 1, list->count, scene->map);
    const double start = s2_wall_seconds();
    s2rgf_status status = s2_listed_options_fill(list, scene->name, &own, &scene->error);
    own.classify.overwrite = true;
    own.classify.share = own.classify.share_count = 0;
    common->is_too_large = false;
    if (status == S2RGF_OK)
        status = s2_classify(&own.classify, common, &host, &scene->error);
    s2_listed_options_clear(&own);
    scene->seconds = round(1e3 * (s2_wall_seconds() - start)) / 1e3;
    if (status == S2RGF_CANCELLED)
        return s2_fail(err, status, "%s", scene->error.message);
    if (common->is_too_large)
        return S2RGF_OK;
    scene->outcome = status == S2RGF_OK ? S2_SCENE_MAPPED : S2_SCENE_FAILED;
    if (status != S2RGF_OK)
        s2_log(own_host->outer, S2RGF_WARNING, "%s: failed: %s", scene->name, scene->error.message);
    return S2RGF_OK;
}

/* The same with all threads, in the thread of the caller. */
static s2rgf_status map_alone(const s2_scene_list *list, size_t index, s2_classify_common *common,
                              const s2rgf_host *host, s2rgf_error *err)
{
    s2_scene_host own_host = {host, list->scenes[index].name, index, list->count};
    return map_scene(list, index, common, &own_host, err);
}

/* ---- several at once ------------------------------------------------------------------------- */

/* What is said of a scene waits until the caller's thread can say it. */
typedef struct waiting_lines {
    s2_text text; /* for each line its level, itself and 0 */
    atomic_bool whole;
    bool too_large; /* to be mapped beside others: nothing has been done */
} waiting_lines;

/* What the threads share. */
typedef struct scenes_run {
    const s2_scene_list *list; /* with the options of a scene that has one thread */
    const s2_output_suffixes *suffixes;
    const s2rgf_host *host;
    size_t first, count, told; /* scenes */
    waiting_lines *lines;      /* [count] */
} scenes_run;

/* What a thread knows of its scenes. */
typedef struct scenes_worker {
    scenes_run *run;
    s2_classify_common common;
} scenes_worker;

/* The scene at hand, as its host sees it. */
typedef struct scene_at_hand {
    waiting_lines *lines;
    s2_tile_watch *watch;
    double reported; /* part of its work */
} scene_at_hand;

static void hold_line(s2rgf_log_level level, const char *line, void *user)
{
    const scene_at_hand *scene = user;
    s2_text_append(&scene->lines->text, "%c%s%c", '0' + (int)level, line, 0);
}

static bool report_part(double fraction, void *user)
{
    scene_at_hand *scene = user;
    const double more = fraction - scene->reported;
    scene->reported = fraction;
    return s2_tile_report(scene->watch, more, NULL) == S2RGF_OK;
}

/* In the caller's thread: the lines of the next scenes, as far as they are whole. */
static void tell_lines(scenes_run *run)
{
    for (; run->told < run->count && atomic_load(&run->lines[run->told].whole); run->told++) {
        s2_text *text = &run->lines[run->told].text;
        const char *end = text->data + text->length;
        for (const char *at = text->data; at && at < end; at += strlen(at) + 1)
            s2_log(run->host, (s2rgf_log_level)(at[0] - '0'), "%s", at + 1);
        s2_free(text->data);
        *text = (s2_text){0};
    }
}

static bool tell_progress(double fraction, void *user)
{
    scenes_run *run = user;
    const double done = (double)run->first + fraction * (double)run->count;
    tell_lines(run);
    return s2_progress(run->host, done / (double)run->list->count);
}

static s2rgf_status start_mapper(void *context, void **data, s2rgf_error *err)
{
    scenes_run *run = context;
    scenes_worker *worker = s2_calloc(1, sizeof *worker);
    *data = worker;
    if (!worker)
        return s2_fail_memory(err, "worker");
    worker->run = run;
    worker->common = (s2_classify_common){.suffixes = run->suffixes, .most_pixels = SMALL_PX};
    return S2RGF_OK;
}

static void stop_mapper(void *data)
{
    scenes_worker *worker = data;
    if (!worker)
        return;
    forget(&worker->common);
    s2_free(worker);
}

static s2rgf_status map_beside(void *data, int item, s2_tile_watch *watch, s2rgf_error *err)
{
    scenes_worker *worker = data;
    scenes_run *run = worker->run;
    waiting_lines *lines = &run->lines[item];
    const size_t index = run->first + (size_t)item;
    scene_at_hand scene = {lines, watch, 0.0};
    const s2rgf_host outer = {report_part, hold_line, &scene};
    s2_scene_host own_host = {&outer, run->list->scenes[index].name, 0, 1};
    const s2rgf_status status = map_scene(run->list, index, &worker->common, &own_host, err);
    lines->too_large = worker->common.is_too_large;
    if (lines->too_large || lines->text.failed) {
        s2_free(lines->text.data);
        lines->text = (s2_text){0};
    }
    atomic_store(&lines->whole, true);
    return status;
}

/* Threads that map a scene of their own, each with its part of the working memory. */
static int count_workers(const s2rgf_classify_options *options, const s2_classify_common *common,
                         size_t scenes, const s2rgf_host *host)
{
    const size_t room = (size_t)options->memory_mb * MB / (common->bytes > MB ? common->bytes : MB);
    size_t count = (size_t)s2_threads_startable(s2_thread_count(options->threads), host);
    count = count < scenes ? count : scenes;
    return (int)(count < room ? count : room);
}

/* Map the scenes from `first` on, one a thread, then those that are too large for that. */
static s2rgf_status map_together(const s2_scene_list *list, size_t first, int workers,
                                 s2_classify_common *common, const s2rgf_host *host,
                                 s2rgf_error *err)
{
    s2rgf_classify_options options = *list->options;
    s2_scene_list part = *list;
    scenes_run run = {&part, common->suffixes, host, first, list->count - first, 0, NULL};
    const s2rgf_host told = {tell_progress, NULL, &run};
    const s2_tile_job job = {.context = &run,
                             .tile_count = (int)run.count,
                             .threads = workers,
                             .start = start_mapper,
                             .compute = map_beside,
                             .stop = stop_mapper};
    run.lines = s2_calloc(run.count, sizeof *run.lines);
    if (!run.lines)
        return s2_fail_memory(err, "scenes");
    part.options = &options;
    options.threads = 1;
    options.memory_mb /= workers;
    options.block_cache_mb = 0; /* as it is after the first scene */
    s2rgf_status status = s2_tiles_run(&job, &told, err);
    tell_lines(&run);
    for (size_t i = 0; i < run.count && status == S2RGF_OK; i++)
        if (run.lines[i].too_large)
            status = map_alone(list, first + i, common, host, err);
    for (size_t i = 0; i < run.count; i++)
        s2_free(run.lines[i].text.data);
    s2_free(run.lines);
    return status;
}

s2rgf_status s2_scenes_map(const s2_scene_list *given, const s2_output_suffixes *suffixes,
                           const s2rgf_host *host, s2rgf_error *err)
{
    s2_classify_common common = {.suffixes = suffixes};
    s2rgf_classify_options options = *given->options;
    s2_scene_list with_memory = *given;
    const s2_scene_list *list = &with_memory;
    s2rgf_status status = S2RGF_OK;
    int workers = 1;
    size_t i = 0;
    options.memory_mb = s2_mapping_memory_here(options.memory_mb);
    with_memory.options = &options;
    for (; i < list->count && workers == 1 && status == S2RGF_OK; i++) {
        status = map_alone(list, i, &common, host, err);
        if (list->scenes[i].outcome == S2_SCENE_MAPPED && common.pixels <= SMALL_PX)
            workers = count_workers(list->options, &common, list->count - i - 1, host);
    }
    if (i < list->count && status == S2RGF_OK)
        status = map_together(list, i, workers, &common, host, err);
    forget(&common);
    return status;
}
