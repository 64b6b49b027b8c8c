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

typedef struct validation_job {
    const s2_training_set *set;
    s2_weights *weights;
    s2_run_geometry geometry;
    int columns; /* tiles a row of the lattice */
    size_t
        *pixels; /* indices of the validation pixels, tile by tile, each tile's as in the labels */
    size_t pixel_count;
    size_t *first; /* [tiles of the lattice + 1] where a tile's pixels begin */
    int *tiles;    /* lattice index of every tile with validation pixels */
    int tile_count;
    const s2_fitted_expert *expert;
    s2_expert_trial trial; /* the pixels' scores; those of the expert only where there is one */
} validation_job;

typedef struct validation_worker {
    validation_job *job;
    s2_scene scene;
    s2_network_input *input;
    s2_run *run;
    s2_rect core;    /* of the tile at hand */
    uint8_t *wanted; /* [TILE_PX][TILE_PX] 1 at validation pixels */
    float *scores;   /* [TILE_PX][TILE_PX][classes] */
    uint8_t *valid;  /* [TILE_PX][TILE_PX] */
} validation_worker;

static size_t tile_of(const validation_job *job, const s2_label_pixel *pixel)
{
    return (size_t)(pixel->y / TILE_PX) * (size_t)job->columns + (size_t)(pixel->x / TILE_PX);
}

static size_t count_pixels(const s2_training_set *set)
{
    size_t count = 0;
    for (size_t i = 0; i < set->labels->count; i++)
        count += set->role[i] == S2_LABEL_VALIDATE;
    return count;
}

/* Sort the validation pixels by tile and list the tiles that have any, in the order of the lattice.
   */
static s2rgf_status list_tiles(validation_job *job, s2rgf_error *err)
{
    const int rows = (job->geometry.height + TILE_PX - 1) / TILE_PX;
    const size_t total = (size_t)rows * (size_t)job->columns;
    const s2_label_set *labels = job->set->labels;
    job->pixels = s2_alloc(job->pixel_count, sizeof *job->pixels);
    job->first = s2_calloc(total + 1, sizeof *job->first);
    job->tiles = s2_alloc(total, sizeof *job->tiles);
    if (!job->pixels || !job->first || !job->tiles)
        return s2_fail_memory(err, "validation");
    for (size_t i = 0; i < labels->count; i++)
        if (job->set->role[i] == S2_LABEL_VALIDATE)
            job->first[tile_of(job, &labels->pixels[i])]++;
    size_t end = 0;
    for (size_t tile = 0; tile < total; tile++) {
        if (job->first[tile] > 0)
            job->tiles[job->tile_count++] = (int)tile;
        end += job->first[tile];
        job->first[tile] = end;
    }
    job->first[total] = end;
    /* from behind, so that every tile's end moves down to its beginning */
    for (size_t i = labels->count; i-- > 0;)
        if (job->set->role[i] == S2_LABEL_VALIDATE)
            job->pixels[--job->first[tile_of(job, &labels->pixels[i])]] = i;
    return S2RGF_OK;
}

static void close_validation_worker(void *data)
{
    validation_worker *worker = data;
    if (!worker)
        return;
    s2_network_input_close(worker->input);
    s2_scene_close(&worker->scene);
    s2_run_free(worker->run);
    S2_FREE_EACH(worker->wanted, worker->scores, worker->valid, worker);
}

static s2rgf_status open_validation_worker(void *context, void **data, s2rgf_error *err)
{
    validation_job *job = context;
    validation_worker *worker = s2_calloc(1, sizeof *worker);
    *data = worker;
    if (!worker)
        return s2_fail_memory(err, "validation");
    const s2_tiling tiling = {TILE_PX, TILE_PX, {0, 0, job->geometry.width, job->geometry.height}};
    worker->job = job;
    worker->wanted = s2_alloc((size_t)TILE_PX * TILE_PX, 1);
    worker->scores = s2_alloc((size_t)TILE_PX * TILE_PX * (size_t)job->set->labels->classes.count,
                              sizeof(float));
    worker->valid = s2_alloc((size_t)TILE_PX * TILE_PX, 1);
    if (!worker->wanted || !worker->scores || !worker->valid)
        return s2_fail_memory(err, "validation");
    s2rgf_status status = s2_scene_reopen(job->set->scene, &worker->scene, err);
    if (status == S2RGF_OK)
        status = s2_network_input_open(&worker->scene, job->set->content, S2_INPUT_AT_ONCE,
                                       &worker->input, err);
    if (status == S2RGF_OK)
        status = s2_run_create(job->weights, &job->geometry, &tiling, &worker->run, err);
    return status;
}

static size_t place_in_core(s2_rect core, const s2_label_pixel *pixel)
{
    return (size_t)(pixel->y - core.y) * (size_t)core.w + (size_t)(pixel->x - core.x);
}

static void mark_wanted(validation_worker *worker, int lattice_index)
{
    const validation_job *job = worker->job;
    memset(worker->wanted, 0, (size_t)worker->core.w * (size_t)worker->core.h);
    for (size_t i = job->first[lattice_index]; i < job->first[lattice_index + 1]; i++)
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
    const validation_job *job = worker->job;
    const s2_tile_io io = {.next = s2_network_input_next,
                           .input = worker->input,
                           .context = worker,
                           .take = count_rows};
    (void)watch;
    const int x = job->tiles[index] % job->columns * TILE_PX;
    const int y = job->tiles[index] / job->columns * TILE_PX;
    worker->core = s2_rect_intersect((s2_rect){x, y, TILE_PX, TILE_PX},
                                     (s2_rect){0, 0, job->geometry.width, job->geometry.height});
    mark_wanted(worker, job->tiles[index]);
    return worker->run->ops->run_compute(worker->run, worker->core, worker->wanted, &io, err);
}

static s2rgf_status keep_tile(void *data, int index, s2rgf_error *err)
{
    validation_worker *worker = data;
    validation_job *job = worker->job;
    const s2_label_set *labels = job->set->labels;
    const int classes = labels->classes.count;
    (void)err;
    const size_t *first = &job->first[job->tiles[index]];
    for (size_t i = first[0]; i < first[1]; i++) {
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
        status = s2_expert_choose_share(&job->trial, &found->share, err);
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
    s2_scene_geometry(set->scene, &job.geometry);
    job.columns = (job.geometry.width + TILE_PX - 1) / TILE_PX;
    s2rgf_status status = s2_confusion_init(&found->confusion, classes, err);
    if (status == S2RGF_OK)
        status = start_trial(&job, classes, err);
    if (status == S2RGF_OK)
        status = s2_weights_create(asked->network, &job.weights, err);
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
    S2_FREE_EACH(job.pixels, job.first, job.tiles);
    return status;
}

void s2_validated_clear(s2_validated *found)
{
    s2_scored_pixels_clear(&found->scored);
    s2_confusion_clear(&found->confusion);
}
