/* Where tiles put what their neighbours need too, and who waits for whom. */
#include "tile_seams.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <time.h>

#include "core/error.h"
#include "core/memory.h"

#define LARGEST_PART 8          /* of the limit: one in so many bytes, for each kind of seam */
#define LOOK_AROUND_NS 50000000 /* while waiting: whether it is still of use */

/* How far a tile has got. */
typedef struct progress {
    int tile, step;
} progress;

struct s2_tile_seams {
    s2_seam_demand demand;
    s2_tiling tiling;
    s2_rect parts;
    char *right,
        *below; /* [right_count][right_bytes], tile by tile in turns; [parts.w][below_bytes] */
    pthread_mutex_t mutex;  /* for what follows */
    pthread_cond_t changed; /* any of it */
    progress *given;        /* of the tile whose seam is in `right`, [right_count] */
    int *rows_done;         /* rows of tiles that are computed, in every column */
};

/* Bytes of one of so many seams, or 0 if they take more than their part of the limit. */
static size_t keep_part(size_t bytes, int count, size_t limit_bytes)
{
    size_t all;
    return s2_multiply(bytes, (size_t)count, &all) && all <= limit_bytes / LARGEST_PART ? bytes : 0;
}

s2_seam_demand s2_tile_seams_measure(const s2_weights *weights, const s2_run_geometry *geometry,
                                     const s2_tiling *tiling, int threads, size_t limit_bytes)
{
    const s2_rect parts = s2_tiling_parts(tiling);
    const int tiles = parts.w * parts.h;
    s2_seam_demand demand = {0};
    /* A seam is in use until the next tile is computed. Tiles end in order, so that at most
       `threads` from that one on have begun by then. */
    if (parts.w > 1) {
        demand.right_count = threads + 1 < tiles ? threads + 1 : tiles - 1;
        demand.right_bytes = s2_run_seam_bytes(weights, geometry, tiling, S2_RIGHT);
    }
    if (parts.h > 1 && parts.w >= threads) {
        demand.below_count = parts.w;
        demand.below_bytes = s2_run_seam_bytes(weights, geometry, tiling, S2_BELOW);
    }
    demand.right_bytes = keep_part(demand.right_bytes, demand.right_count, limit_bytes);
    demand.below_bytes = keep_part(demand.below_bytes, demand.below_count, limit_bytes);
    return demand;
}

size_t s2_tile_seams_bytes(const s2_seam_demand *demand)
{
    return demand->right_bytes * (size_t)demand->right_count +
           demand->below_bytes * (size_t)demand->below_count;
}

s2rgf_status s2_tile_seams_create(const s2_seam_demand *demand, const s2_tiling *tiling,
                                  s2_tile_seams **seams, s2rgf_error *err)
{
    pthread_condattr_t attributes;
    *seams = NULL;
    s2_tile_seams *own = s2_calloc(1, sizeof *own);
    if (!own)
        return s2_fail_memory(err, "seams");
    own->demand = *demand;
    own->tiling = *tiling;
    own->parts = s2_tiling_parts(tiling);
    pthread_mutex_init(&own->mutex, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&own->changed, &attributes);
    pthread_condattr_destroy(&attributes);
    own->right = s2_alloc_large((size_t)demand->right_count, demand->right_bytes);
    own->below = s2_alloc_large((size_t)demand->below_count, demand->below_bytes);
    own->given = s2_calloc((size_t)demand->right_count, sizeof *own->given);
    own->rows_done = s2_calloc((size_t)own->parts.w, sizeof *own->rows_done);
    if (!own->right || !own->below || !own->given || !own->rows_done) {
        s2_tile_seams_free(own);
        return s2_fail_memory(err, "seams");
    }
    for (int i = 0; i < demand->right_count; i++)
        own->given[i].tile = -1;
    *seams = own;
    return S2RGF_OK;
}

void s2_tile_seams_free(s2_tile_seams *seams)
{
    if (!seams)
        return;
    pthread_cond_destroy(&seams->changed);
    pthread_mutex_destroy(&seams->mutex);
    s2_free(seams->right);
    s2_free(seams->below);
    s2_free(seams->given);
    s2_free(seams->rows_done);
    s2_free(seams);
}

/* Between two tiles: number `slot` of the seams of `bytes` each in memory. */
static s2_seam seam_between(const s2_tile_seams *seams, int from, int to, char *memory, int slot,
                            size_t bytes)
{
    const s2_rect parts = seams->parts;
    const s2_tiling *tiling = &seams->tiling;
    return (s2_seam){s2_tiling_core(tiling, parts.x + from % parts.w, parts.y + from / parts.w),
                     s2_tiling_core(tiling, parts.x + to % parts.w, parts.y + to / parts.w),
                     memory + (size_t)slot * bytes};
}

/* Between a tile and the next one on the right. */
static s2_seam right_seam(const s2_tile_seams *seams, int tile)
{
    return seam_between(seams, tile, tile + 1, seams->right, tile % seams->demand.right_count,
                        seams->demand.right_bytes);
}

/* Between a tile and the one below. */
static s2_seam below_seam(const s2_tile_seams *seams, int tile)
{
    return seam_between(seams, tile, tile + seams->parts.w, seams->below, tile % seams->parts.w,
                        seams->demand.below_bytes);
}

/* What a tile gives at `step`; step INT_MAX: all that it computes. */
typedef struct awaited {
    const s2_tile_seams *seams;
    int tile, step;
} awaited;

static bool is_there(const awaited *what)
{
    const s2_tile_seams *seams = what->seams;
    if (what->step == INT_MAX)
        return seams->rows_done[what->tile % seams->parts.w] > what->tile / seams->parts.w;
    const progress *given = &seams->given[what->tile % seams->demand.right_count];
    return given->tile == what->tile && given->step >= what->step;
}

static struct timespec soon(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    time.tv_nsec += LOOK_AROUND_NS;
    time.tv_sec += time.tv_nsec / 1000000000;
    time.tv_nsec %= 1000000000;
    return time;
}

/* A tile that fails says nothing here: the tile runner knows. */
static s2rgf_status wait_for(s2_tile_seams *seams, const awaited *what, s2_tile_watch *watch,
                             s2rgf_error *err)
{
    s2rgf_status status = S2RGF_OK;
    struct timespec time = soon();
    pthread_mutex_lock(&seams->mutex);
    while (status == S2RGF_OK && !is_there(what))
        if (pthread_cond_timedwait(&seams->changed, &seams->mutex, &time) == ETIMEDOUT) {
            pthread_mutex_unlock(&seams->mutex);
            status = s2_tile_report(watch, 0.0, err);
            time = soon();
            pthread_mutex_lock(&seams->mutex);
        }
    pthread_mutex_unlock(&seams->mutex);
    return status;
}

s2rgf_status s2_tile_seams_begin(s2_tile_seams *seams, int tile, s2_tile_watch *watch,
                                 s2_seam *sides, s2rgf_error *err)
{
    const s2_rect parts = seams->parts;
    const int column = tile % parts.w;
    const int row = tile / parts.w;
    for (int side = 0; side < S2_SIDES; side++)
        sides[side] = (s2_seam){.memory = NULL};
    if (seams->demand.right_bytes > 0 && column > 0)
        sides[S2_LEFT] = right_seam(seams, tile - 1);
    if (seams->demand.right_bytes > 0 && column < parts.w - 1)
        sides[S2_RIGHT] = right_seam(seams, tile);
    if (seams->demand.below_bytes > 0 && row < parts.h - 1)
        sides[S2_BELOW] = below_seam(seams, tile);
    if (seams->demand.below_bytes == 0 || row == 0)
        return S2RGF_OK;
    sides[S2_ABOVE] = below_seam(seams, tile - parts.w);
    return wait_for(seams, &(awaited){seams, tile - parts.w, INT_MAX}, watch, err);
}

s2rgf_status s2_tile_seams_await(s2_tile_seams *seams, int tile, int step, s2_tile_watch *watch,
                                 s2rgf_error *err)
{
    return wait_for(seams, &(awaited){seams, tile - 1, step}, watch, err);
}

void s2_tile_seams_give(s2_tile_seams *seams, int tile, int step)
{
    pthread_mutex_lock(&seams->mutex);
    seams->given[tile % seams->demand.right_count] = (progress){tile, step};
    pthread_cond_broadcast(&seams->changed);
    pthread_mutex_unlock(&seams->mutex);
}

void s2_tile_seams_end(s2_tile_seams *seams, int tile)
{
    pthread_mutex_lock(&seams->mutex);
    seams->rows_done[tile % seams->parts.w] = tile / seams->parts.w + 1;
    pthread_cond_broadcast(&seams->changed);
    pthread_mutex_unlock(&seams->mutex);
}
