/* Where tiles put what their neighbours need too, and who waits for whom.

       +--------+--------+--------+   Tiles are computed in this order, each by one worker, which
       |   0    |   1    |   2    |   walks down it in steps. What it encodes beyond its core goes
       |      >>|>>    >>|>>      |
       |   vv   |   vv   |   vv   |   >>  to the tile on the right, row by row: at each step that
       +---vv---+---vv---+---vv---+       tile waits until this one has done the step;
       |   3    |   4    |   5    |   vv  to the tile below, when all is done: that tile waits
       |      >>|>>    >>|>>      |       before its first step.
       +--------+--------+--------+   The lowest tile at work waits for no other: no deadlock.

   Each seam in use has a slot of memory. On the right there are at most threads + 1, used in turns,
   because tiles end in order; below there is one for each column of tiles. */
#include "tiles/tile_seams.h"

#include <errno.h>
#include <pthread.h>
#include <time.h>

#include "core/error.h"
#include "core/memory.h"

#define LARGEST_FRACTION 8      /* of the limit: one in so many bytes, for each kind of seam */
#define LOOK_AROUND_NS 50000000 /* while waiting: whether it is still of use */

/* The tile whose seam has this memory, and its last step. */
typedef struct progress {
    int tile, step;
} progress;

struct s2_tile_seams {
    s2_seam_demand demand;
    s2_tiling tiling;
    s2_rect tiles;
    char *right;              /* [right_count][right.bytes], for the tiles in turns */
    char *below;              /* [tiles.w][below.bytes] */
    pthread_mutex_t mutex;    /* for what follows */
    pthread_cond_t changed;   /* any of it */
    progress *right_progress; /* [right_count] */
    progress *below_progress; /* [tiles.w], of tiles that are computed */
};

/* A layout, or one of no bytes if that many seams take more than their part of the limit. */
static s2_seam_layout keep_seams(s2_seam_layout layout, int count, size_t limit_bytes)
{
    size_t all;
    if (!s2_multiply(layout.bytes, (size_t)count, &all) || all > limit_bytes / LARGEST_FRACTION)
        layout.bytes = 0;
    return layout;
}

s2_seam_demand s2_tile_seams_measure(const s2_weights *weights, const s2_run_geometry *geometry,
                                     const s2_tiling *tiling, int threads, size_t limit_bytes)
{
    const s2_rect tiles = s2_tiling_tiles(tiling);
    const int count = tiles.w * tiles.h;
    s2_seam_demand demand = {.right_count = 0};
    if (!weights->ops->seam_layout)
        return demand;
    /* A seam is in use until the next tile is computed. Tiles end in order, so that at most
       `threads` from that one on have begun by then. */
    if (tiles.w > 1) {
        demand.right_count = threads + 1 < count ? threads + 1 : count - 1;
        weights->ops->seam_layout(weights, geometry, tiling, S2_RIGHT, &demand.right);
    }
    if (tiles.h > 1 && tiles.w >= threads) {
        demand.below_count = tiles.w;
        weights->ops->seam_layout(weights, geometry, tiling, S2_BELOW, &demand.below);
    }
    demand.right = keep_seams(demand.right, demand.right_count, limit_bytes);
    demand.below = keep_seams(demand.below, demand.below_count, limit_bytes);
    return demand;
}

size_t s2_tile_seams_bytes(const s2_seam_demand *demand)
{
    return demand->right.bytes * (size_t)demand->right_count +
           demand->below.bytes * (size_t)demand->below_count;
}

/* Of no tile yet. */
static progress *make_progress(int count)
{
    progress *made = s2_calloc((size_t)count, sizeof *made);
    for (int i = 0; made && i < count; i++)
        made[i].tile = -1;
    return made;
}

void s2_tile_seams_free(s2_tile_seams *seams)
{
    if (!seams)
        return;
    pthread_cond_destroy(&seams->changed);
    pthread_mutex_destroy(&seams->mutex);
    S2_FREE_EACH(seams->right, seams->below, seams->right_progress, seams->below_progress, seams);
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
    own->tiles = s2_tiling_tiles(tiling);
    pthread_mutex_init(&own->mutex, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&own->changed, &attributes);
    pthread_condattr_destroy(&attributes);
    own->right = s2_alloc_large((size_t)demand->right_count, demand->right.bytes);
    own->below = s2_alloc_large((size_t)demand->below_count, demand->below.bytes);
    own->right_progress = make_progress(demand->right_count);
    own->below_progress = make_progress(own->tiles.w);
    if (!own->right || !own->below || !own->right_progress || !own->below_progress) {
        s2_tile_seams_free(own);
        return s2_fail_memory(err, "seams");
    }
    *seams = own;
    return S2RGF_OK;
}

static s2_rect core_of(const s2_tile_seams *seams, int tile)
{
    const s2_rect tiles = seams->tiles;
    return s2_tiling_core(&seams->tiling, tiles.x + tile % tiles.w, tiles.y + tile / tiles.w);
}

/* Between a tile and the next one on the right. */
static s2_seam right_seam(const s2_tile_seams *seams, int tile)
{
    const s2_seam_layout *layout = &seams->demand.right;
    const size_t slot = (size_t)(tile % seams->demand.right_count);
    return (s2_seam){core_of(seams, tile), core_of(seams, tile + 1), layout,
                     seams->right + slot * layout->bytes};
}

/* Between a tile and the one below. */
static s2_seam below_seam(const s2_tile_seams *seams, int tile)
{
    const s2_seam_layout *layout = &seams->demand.below;
    const size_t slot = (size_t)(tile % seams->tiles.w);
    return (s2_seam){core_of(seams, tile), core_of(seams, tile + seams->tiles.w), layout,
                     seams->below + slot * layout->bytes};
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

/* Wait until a tile has reached that. One that fails says nothing here: the tile runner knows. */
static s2rgf_status wait_for(s2_tile_seams *seams, const progress *at, progress awaited,
                             s2_tile_watch *watch, s2rgf_error *err)
{
    s2rgf_status status = S2RGF_OK;
    struct timespec time = soon();
    pthread_mutex_lock(&seams->mutex);
    while (status == S2RGF_OK && (at->tile != awaited.tile || at->step < awaited.step))
        if (pthread_cond_timedwait(&seams->changed, &seams->mutex, &time) == ETIMEDOUT) {
            pthread_mutex_unlock(&seams->mutex);
            status = s2_tile_report(watch, 0.0, err);
            time = soon();
            pthread_mutex_lock(&seams->mutex);
        }
    pthread_mutex_unlock(&seams->mutex);
    return status;
}

static void announce(s2_tile_seams *seams, progress *at, progress reached)
{
    pthread_mutex_lock(&seams->mutex);
    *at = reached;
    pthread_cond_broadcast(&seams->changed);
    pthread_mutex_unlock(&seams->mutex);
}

s2rgf_status s2_tile_seams_begin(s2_tile_seams *seams, int tile, s2_tile_watch *watch,
                                 s2_seam *sides, s2rgf_error *err)
{
    const s2_rect tiles = seams->tiles;
    const int column = tile % tiles.w;
    const int row = tile / tiles.w;
    for (int side = 0; side < S2_SIDES; side++)
        sides[side] = (s2_seam){.memory = NULL};
    if (seams->demand.right.bytes > 0 && column > 0)
        sides[S2_LEFT] = right_seam(seams, tile - 1);
    if (seams->demand.right.bytes > 0 && column < tiles.w - 1)
        sides[S2_RIGHT] = right_seam(seams, tile);
    if (seams->demand.below.bytes > 0 && row < tiles.h - 1)
        sides[S2_BELOW] = below_seam(seams, tile);
    if (seams->demand.below.bytes == 0 || row == 0)
        return S2RGF_OK;
    const int above = tile - tiles.w;
    sides[S2_ABOVE] = below_seam(seams, above);
    return wait_for(seams, &seams->below_progress[column], (progress){above, 0}, watch, err);
}

s2rgf_status s2_tile_seams_await(s2_tile_seams *seams, int tile, int step, s2_tile_watch *watch,
                                 s2rgf_error *err)
{
    const int left = tile - 1;
    return wait_for(seams, &seams->right_progress[left % seams->demand.right_count],
                    (progress){left, step}, watch, err);
}

void s2_tile_seams_give(s2_tile_seams *seams, int tile, int step)
{
    announce(seams, &seams->right_progress[tile % seams->demand.right_count],
             (progress){tile, step});
}

void s2_tile_seams_end(s2_tile_seams *seams, int tile)
{
    announce(seams, &seams->below_progress[tile % seams->tiles.w], (progress){tile, 0});
}
