/* Accuracy of a network on the labels kept for validation, through the very code that maps scenes.
   */
#include "validation.h"

#include "core/error.h"
#include "core/memory.h"
#include "nn/kind.h"
#include "scene_input.h"
#include "tile_runner.h"

#define TILE_PX 128

typedef struct validation_job {
    const s2_training_set *set;
    s2_weights *weights;
    s2_run_geometry geometry;
    int columns; /* tiles a row of the lattice */
    int *tiles;  /* lattice index of every tile with validation pixels */
    int tile_count;
    s2_confusion *confusion;
} validation_job;

typedef struct validation_worker {
    validation_job *job;
    s2_scene scene;
    s2_run *run;
} validation_worker;

static int tile_of(const validation_job *job, const s2_label_pixel *pixel)
{
    return pixel->y / TILE_PX * job->columns + pixel->x / TILE_PX;
}

/* List the tiles that hold validation pixels, in the order of the lattice. */
static s2rgf_status list_tiles(validation_job *job, s2rgf_error *err)
{
    const int rows = (job->geometry.height + TILE_PX - 1) / TILE_PX;
    const size_t total = (size_t)rows * (size_t)job->columns;
    const s2_label_set *labels = job->set->labels;
    uint8_t *wanted = s2_calloc(total, 1);
    job->tiles = s2_alloc(total, sizeof(int));
    if (!wanted || !job->tiles) {
        s2_free(wanted);
        return s2_fail_memory(err, "validation");
    }
    for (size_t i = 0; i < labels->count; i++)
        if (job->set->role[i] == S2_LABEL_VALIDATE)
            wanted[tile_of(job, &labels->pixels[i])] = 1;
    for (size_t i = 0; i < total; i++)
        if (wanted[i])
            job->tiles[job->tile_count++] = (int)i;
    s2_free(wanted);
    return S2RGF_OK;
}

static void stop_worker(void *data)
{
    validation_worker *worker = data;
    if (!worker)
        return;
    s2_scene_close(&worker->scene);
    s2_run_free(worker->run);
    s2_free(worker);
}

static s2rgf_status start_worker(void *context, void **data, s2rgf_error *err)
{
    validation_job *job = context;
    validation_worker *worker = s2_calloc(1, sizeof *worker);
    *data = worker;
    if (!worker)
        return s2_fail_memory(err, "validation");
    worker->job = job;
    const s2rgf_status status = s2_scene_reopen(job->set->scene, &worker->scene, err);
    return status != S2RGF_OK
               ? status
               : s2_run_create(job->weights, &job->geometry, TILE_PX, &worker->run, err);
}

static s2rgf_status compute_tile(void *data, int index, s2rgf_error *err)
{
    validation_worker *worker = data;
    const validation_job *job = worker->job;
    s2_tile *tile = worker->run->tile;
    const int x = job->tiles[index] % job->columns * TILE_PX;
    const int y = job->tiles[index] / job->columns * TILE_PX;
    tile->core = s2_rect_intersect((s2_rect){x, y, TILE_PX, TILE_PX},
                                   (s2_rect){0, 0, job->geometry.width, job->geometry.height});
    const s2rgf_status status = s2_scene_read_tile(&worker->scene, job->set->content, job->weights,
                                                   &job->geometry, tile, err);
    if (status != S2RGF_OK)
        return status;
    s2_run_compute(worker->run);
    return S2RGF_OK;
}

static s2rgf_status count_tile(void *data, int index, s2rgf_error *err)
{
    validation_worker *worker = data;
    const validation_job *job = worker->job;
    const s2_tile *tile = worker->run->tile;
    const s2_label_set *labels = job->set->labels;
    const int classes = labels->classes.count;
    (void)err;
    for (size_t i = 0; i < labels->count; i++) {
        const s2_label_pixel *pixel = &labels->pixels[i];
        if (job->set->role[i] != S2_LABEL_VALIDATE || tile_of(job, pixel) != job->tiles[index])
            continue;
        const size_t at = (size_t)(pixel->y - tile->core.y) * (size_t)tile->core.w +
                          (size_t)(pixel->x - tile->core.x);
        if (tile->valid[at])
            s2_confusion_add(job->confusion, pixel->class_index,
                             s2_best_class(tile->scores + at * (size_t)classes, classes));
    }
    return S2RGF_OK;
}

s2rgf_status s2_validate(const s2_training_set *set, const s2_network *network, int threads,
                         s2_confusion *confusion, s2rgf_error *err)
{
    validation_job job = {.set = set, .confusion = confusion};
    s2_scene_geometry(set->scene, &job.geometry);
    job.columns = (job.geometry.width + TILE_PX - 1) / TILE_PX;
    s2rgf_status status = s2_weights_create(network, &job.weights, err);
    if (status == S2RGF_OK)
        status = list_tiles(&job, err);
    if (status == S2RGF_OK) {
        const s2_tile_job tiles = {.context = &job,
                                   .tile_count = job.tile_count,
                                   .threads = threads,
                                   .start = start_worker,
                                   .compute = compute_tile,
                                   .write = count_tile,
                                   .stop = stop_worker};
        status = s2_tiles_run(&tiles, NULL, err);
    }
    s2_weights_free(job.weights);
    s2_free(job.tiles);
    return status;
}
