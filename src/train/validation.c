/* Accuracy of a network on the labels kept for validation, through the code that maps scenes.
   */
#include "train/validation.h"

#include <math.h>
#include <string.h>

#include "core/error.h"
#include "core/memory.h"
#include "nn/networks/networks.h"
#include "scene/network_input.h"
#include "tiles/tile_runner.h"

#define TILE_PX 128

/* One tile with validation pixels. */
typedef struct validation_tile {
    int scene, x, y;
    size_t first, end; /* its pixels in the job's list */
} validation_tile;

typedef struct validation_job {
    const s2_training_set *set;
    s2_weights *weights;
    size_t
        *pixels; /* indices of the validation pixels, tile by tile, each tile's as in the labels */
    size_t pixel_count;
    validation_tile *tiles; /* scene by scene, each in the order of its lattice */
    int tile_count;
    size_t tile_room;
    const s2_fitted_expert *expert;
    s2_expert_trial trial; /* the pixels' scores; those of the expert only where there is one */
} validation_job;

typedef struct validation_worker {
    validation_job *job;
    int scene_index; /* of the scene that is open, -1: none */
    s2_scene scene;
    s2_network_input *input;
    s2_run *run;
    s2_rect core;    /* of the tile at hand */
    uint8_t *wanted; /* [TILE_PX][TILE_PX] 1 at validation pixels */
    float *scores;   /* [TILE_PX][TILE_PX][classes] */
    uint8_t *valid;  /* [TILE_PX][TILE_PX] */
} validation_worker;

static size_t count_pixels(const s2_training_set *set)
{
    size_t count = 0;
    for (size_t i = 0; i < set->labels->count; i++)
        count += set->role[i] == S2_LABEL_VALIDATE;
    return count;
}

static const s2_run_geometry *geometry_of(const validation_job *job, int scene)
{
    return &job->set->scenes->items[scene].geometry;
}

static s2rgf_status add_tile(validation_job *job, validation_tile tile, s2rgf_error *err)
{
    validation_tile *tiles =
        s2_make_room(job->tiles, (size_t)job->tile_count, &job->tile_room, sizeof *tiles);
    if (!tiles)
        return s2_fail_memory(err, "validation");
    job->tiles = tiles;
    job->tiles[job->tile_count++] = tile;
    return S2RGF_OK;
}

/* Sort a scene's validation pixels by tile behind those of other scenes, and list the tiles that
   have any. */
static s2rgf_status list_scene(validation_job *job, int index, size_t *done, s2rgf_error *err)
{
    const s2_training_scene *scene = &job->set->scenes->items[index];
    const s2_label_pixel *pixels = job->set->labels->pixels;
    const size_t columns = (size_t)((scene->geometry.width + TILE_PX - 1) / TILE_PX);
    const size_t total = columns * (size_t)((scene->geometry.height + TILE_PX - 1) / TILE_PX);
    size_t *ends = s2_calloc(total + 1, sizeof *ends);
    s2rgf_status status = ends ? S2RGF_OK : s2_fail_memory(err, "validation");
    for (size_t i = scene->first; i < scene->end && status == S2RGF_OK; i++)
        if (job->set->role[i] == S2_LABEL_VALIDATE)
            ends[(size_t)(pixels[i].y / TILE_PX) * columns + (size_t)(pixels[i].x / TILE_PX) + 1]++;
    for (size_t tile = 0; tile < total && status == S2RGF_OK; tile++) {
        const size_t first = *done;
        *done += ends[tile + 1];
        ends[tile] = first;
        if (*done > first)
            status = add_tile(job,
                              (validation_tile){index, (int)(tile % columns) * TILE_PX,
                                                (int)(tile / columns) * TILE_PX, first, *done},
                              err);
    }
    for (size_t i = scene->first; i < scene->end && status == S2RGF_OK; i++)
        if (job->set->role[i] == S2_LABEL_VALIDATE)
            job->pixels[ends[(size_t)(pixels[i].y / TILE_PX) * columns +
                             (size_t)(pixels[i].x / TILE_PX)]++] = i;
    s2_free(ends);
    return status;
}

static s2rgf_status list_tiles(validation_job *job, s2rgf_error *err)
{
    size_t done = 0;
    job->pixels = s2_alloc(job->pixel_count, sizeof *job->pixels);
    s2rgf_status status = job->pixels ? S2RGF_OK : s2_fail_memory(err, "validation");
    for (int i = 0; i < job->set->scenes->count && status == S2RGF_OK; i++)
        if (job->set->scenes->items[i].end > job->set->scenes->items[i].first)
            status = list_scene(job, i, &done, err);
    return status;
}

/* Leave the scene that is open. */
static void close_scene(validation_worker *worker)
{
    s2_network_input_close(worker->input);
    s2_scene_close(&worker->scene);
    s2_run_free(worker->run);
    worker->input = NULL;
    worker->run = NULL;
    worker->scene_index = -1;
}

/* Have a scene open, with handles of the worker's own, and the network ready to run on it. */
static s2rgf_status open_scene(validation_worker *worker, int index, s2rgf_error *err)
{
    const validation_job *job = worker->job;
    const s2_run_geometry *geometry = geometry_of(job, index);
    const s2_tiling tiling = {TILE_PX, TILE_PX, {0, 0, geometry->width, geometry->height}};
    if (worker->scene_index == index)
        return S2RGF_OK;
    close_scene(worker);
    s2rgf_status status = s2_training_scenes_copy(job->set->scenes, index, &worker->scene, err);
    if (status == S2RGF_OK)
        status = s2_network_input_open(&worker->scene, job->set->content, S2_INPUT_AT_ONCE,
                                       &worker->input, err);
    if (status == S2RGF_OK)
        status = s2_run_create(job->weights, geometry, &tiling, &worker->run, err);
    if (status == S2RGF_OK)
        worker->scene_index = index;
    return status;
}

static void close_validation_worker(void *data)
{
    validation_worker *worker = data;
    if (!worker)
        return;
    close_scene(worker);
    S2_FREE_EACH(worker->wanted, worker->scores, worker->valid, worker);
}

static s2rgf_status open_validation_worker(void *context, void **data, s2rgf_error *err)
{
    validation_job *job = context;
    validation_worker *worker = s2_calloc(1, sizeof *worker);
    *data = worker;
    if (!worker)
        return s2_fail_memory(err, "validation");
    worker->job = job;
    worker->scene_index = -1;
    worker->wanted = s2_alloc((size_t)TILE_PX * TILE_PX, 1);
    worker->scores = s2_alloc((size_t)TILE_PX * TILE_PX * (size_t)job->set->labels->classes.count,
                              sizeof(float));
    worker->valid = s2_alloc((size_t)TILE_PX * TILE_PX, 1);
    if (!worker->wanted || !worker->scores || !worker->valid)
        return s2_fail_memory(err, "validation");
    return S2RGF_OK;
}

static size_t place_in_core(s2_rect core, const s2_label_pixel *pixel)
{
    return (size_t)(pixel->y - core.y) * (size_t)core.w + (size_t)(pixel->x - core.x);
}

static void mark_wanted(validation_worker *worker, const validation_tile *tile)
{
    const validation_job *job = worker->job;
    memset(worker->wanted, 0, (size_t)worker->core.w * (size_t)worker->core.h);
    for (size_t i = tile->first; i < tile->end; i++)
        worker->wanted[place_in_core(worker->core, &job->set->labels->pixels[job->pixels[i]])] = 1;
}

static s2rgf_status count_rows(void *data, s2_rect rows, const float *scores, const uint8_t *valid,
                               s2rgf_error *err)
{
    validation_worker *worker = data;
    const size_t classes = (size_t)worker->job->set->labels->classes.count;
    const size_t first = (size_t)(rows.y - worker->core.y) * (size_t)worker->core.w;
    const size_t count = (size_t)rows.w * (size_t)rows.h;
    (void)err;
    memcpy(worker->scores + first * classes, scores, count * classes * sizeof(float));
    memcpy(worker->valid + first, valid, count);
    return S2RGF_OK;
}

static s2rgf_status validate_tile(void *data, int index, s2_tile_watch *watch, s2rgf_error *err)
{
    validation_worker *worker = data;
    const validation_tile *tile = &worker->job->tiles[index];
    const s2_run_geometry *geometry = geometry_of(worker->job, tile->scene);
    const s2rgf_status status = open_scene(worker, tile->scene, err);
    const s2_tile_io io = {.next = s2_network_input_next,
                           .input = worker->input,
                           .context = worker,
                           .take = count_rows};
    (void)watch;
    if (status != S2RGF_OK)
        return status;
    worker->core = s2_rect_intersect((s2_rect){tile->x, tile->y, TILE_PX, TILE_PX},
                                     (s2_rect){0, 0, geometry->width, geometry->height});
    mark_wanted(worker, tile);
    return worker->run->ops->run_compute(worker->run, worker->core, worker->wanted, &io, err);
}

static s2rgf_status keep_tile(void *data, int index, s2rgf_error *err)
{
    validation_worker *worker = data;
    validation_job *job = worker->job;
    const s2_label_set *labels = job->set->labels;
    const int classes = labels->classes.count;
    (void)err;
    for (size_t i = job->tiles[index].first; i < job->tiles[index].end; i++) {
        const s2_label_pixel *pixel = &labels->pixels[job->pixels[i]];
        const size_t at = place_in_core(worker->core, pixel);
        const float *scores = worker->scores + at * (size_t)classes;
        if (!worker->valid[at])
            continue;
        job->trial.group[job->trial.network.count] = pixel->group;
        s2_scored_pixels_add(&job->trial.network, scores, pixel->class_index);
        if (job->expert)
            s2_scored_pixels_add(&job->trial.expert, s2_expert_scores(job->expert, job->pixels[i]),
                                 pixel->class_index);
    }
    return S2RGF_OK;
}

static s2rgf_status start_trial(validation_job *job, int classes, s2rgf_error *err)
{
    s2_expert_trial *trial = &job->trial;
    trial->groups = job->set->labels->group_count;
    trial->group = s2_alloc(job->pixel_count, sizeof *trial->group);
    s2rgf_status status = trial->group ? S2RGF_OK : s2_fail_memory(err, "validation");
    if (status == S2RGF_OK)
        status = s2_scored_pixels_init(&trial->network, classes, job->pixel_count, err);
    if (status == S2RGF_OK && job->expert)
        status = s2_scored_pixels_init(&trial->expert, classes, job->pixel_count, err);
    return status;
}

static void count_scored(const s2_scored_pixels *scored, s2_confusion *confusion)
{
    for (size_t i = 0; i < scored->count; i++)
        s2_confusion_add(
            confusion, scored->labels[i],
            s2_best_class(scored->scores + i * (size_t)scored->classes, scored->classes));
}

/* From the scores of both to what is wanted of their sum. */
static s2rgf_status sum_up(validation_job *job, s2_validated *found, s2rgf_error *err)
{
    s2rgf_status status = S2RGF_OK;
    if (job->expert)
        status = s2_expert_choose_share(&job->trial, s2_expert_usual_share(job->expert),
                                        &found->share, err);
    if (status == S2RGF_OK)
        count_scored(&job->trial.network, &found->confusion);
    found->scored = job->trial.network;
    job->trial.network = (s2_scored_pixels){0};
    return status;
}

s2rgf_status s2_validate(const s2_validation *asked, s2_validated *found, s2rgf_error *err)
{
    const s2_training_set *set = asked->set;
    const int classes = set->labels->classes.count;
    validation_job job = {.set = set, .pixel_count = count_pixels(set), .expert = asked->expert};
    *found = (s2_validated){.share = {0.0, NAN, NAN}};
    s2rgf_status status = s2_confusion_init(&found->confusion, classes, err);
    if (status == S2RGF_OK)
        status = start_trial(&job, classes, err);
    if (status == S2RGF_OK)
        status = s2_weights_create(asked->network, S2_PRECISION_FLOAT, &job.weights, err);
    if (status == S2RGF_OK)
        status = list_tiles(&job, err);
    if (status == S2RGF_OK) {
        const s2_tile_job tiles = {.context = &job,
                                   .tile_count = job.tile_count,
                                   .threads = asked->threads,
                                   .start = open_validation_worker,
                                   .compute = validate_tile,
                                   .write = keep_tile,
                                   .stop = close_validation_worker};
        status = s2_tiles_run(&tiles, asked->host, err);
    }
    if (status == S2RGF_OK)
        status = sum_up(&job, found, err);
    s2_scored_pixels_clear(&job.trial.network);
    s2_scored_pixels_clear(&job.trial.expert);
    s2_free(job.trial.group);
    s2_weights_free(job.weights);
    S2_FREE_EACH(job.pixels, job.tiles);
    return status;
}

void s2_validated_clear(s2_validated *found)
{
    s2_scored_pixels_clear(&found->scored);
    s2_confusion_clear(&found->confusion);
}
