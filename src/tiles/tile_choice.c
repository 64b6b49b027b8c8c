/* Size of tiles and number of workers for a memory limit. */
#include "tiles/tile_choice.h"

#include <math.h>
#include <stdlib.h>

#include "core/error.h"
#include "core/memory.h"

#define SMALL_PX 64 /* below, halos cost more than a worker less */
#define SMALLEST_PX 16
#define SIDES 32 /* candidates for a side */

#define UNEVEN 0.15  /* of a tile's time, by which workers are apart at the end */
#define TOO_WIDE 0.1 /* of a tile's time: rows that drop out of the caches */

typedef struct candidate {
    s2_tiling tiling;
    s2_tile_need need; /* as it is known */
    bool measured;     /* exactly */
    double cost;
} candidate;

typedef struct candidates {
    candidate *items; /* [SIDES * SIDES] */
    size_t count;
} candidates;

/* Length of all parts that a lattice cuts a stretch into, each with the halos it has in its
   neighbours. */
static double computed_length(int length, int parts, int halo)
{
    return (double)length + 2.0 * halo * (parts - 1);
}

static size_t bytes_of(const s2_tile_need *need, int threads)
{
    return need->each * (size_t)threads + need->shared;
}

/* Pixels computed or waited for: all, as if the last round kept every worker busy, and what workers
   are apart at the end. Reading counts as computing. */
static double cost_of(const s2_tile_demand *demand, const candidate *one, int threads)
{
    const s2_tiling *tiling = &one->tiling;
    const s2_rect rect = demand->rect;
    const s2_rect tiles = s2_tiling_tiles(tiling);
    const double count = (double)tiles.w * tiles.h;
    const double rounds = ceil(count / threads);
    /* in this order, so that tiles and the same tiles turned come to the same */
    const double each = computed_length(rect.w, tiles.w, demand->traits.halo_px) *
                        computed_length(rect.h, tiles.h, demand->traits.halo_px) / count;
    const double wide = tiling->w > demand->traits.width ? 1.0 + TOO_WIDE : 1.0;
    const double spare = (double)demand->limit_bytes - (double)bytes_of(&one->need, threads);
    const double reading =
        demand->reading ? demand->reading(demand->context, tiling, threads, (size_t)spare) : 0.0;
    return (rounds * threads + UNEVEN * (threads - 1)) * (each * wide + reading / count);
}

/* Equal parts of a stretch, up to the largest side of use and down to the smallest: out [SIDES]. */
static int list_sides(int length, int largest, int *sides)
{
    int count = 0;
    for (int parts = 1; count < SIDES; parts += parts < 4 ? 1 : parts / 4) {
        const int side = (length + parts - 1) / parts;
        const int whole = (side + SMALLEST_PX - 1) / SMALLEST_PX * SMALLEST_PX;
        if (side > largest)
            continue;
        sides[count++] = whole > SMALL_PX ? whole : SMALL_PX;
        if (whole <= SMALL_PX)
            break;
    }
    return count;
}

/* Of two that cost the same the narrower one: its rows are more likely to stay in the caches. */
static int compare_costs(const void *a, const void *b)
{
    const candidate *one = a;
    const candidate *other = b;
    const int cost = (one->cost > other->cost) - (one->cost < other->cost);
    return cost ? cost : one->tiling.w - other->tiling.w;
}

static s2rgf_status list_candidates(const s2_tile_demand *demand, candidates *list,
                                    s2rgf_error *err)
{
    const int widest =
        demand->widest_px > demand->traits.width ? demand->widest_px : demand->traits.width;
    int widths[SIDES];
    int heights[SIDES];
    const int columns = list_sides(demand->rect.w, widest, widths);
    const int rows = list_sides(demand->rect.h, demand->traits.height, heights);
    s2rgf_status status = S2RGF_OK;
    list->count = 0;
    for (int i = 0; i < columns; i++)
        for (int j = 0; j < rows && status == S2RGF_OK; j++) {
            candidate *added = &list->items[list->count++];
            *added = (candidate){.tiling = {widths[i], heights[j], demand->rect}};
            status = demand->measure(demand->context, &added->tiling, true, &added->need, err);
        }
    return status;
}

/* The most workers for which some candidate seems to keep the limit; 0: none does. */
static int most_threads(const s2_tile_demand *demand, const candidates *list)
{
    int low = 0;
    int high = demand->threads;
    while (low < high) {
        const int middle = (low + high + 1) / 2;
        bool fits = false;
        for (size_t i = 0; i < list->count && !fits; i++)
            fits = bytes_of(&list->items[i].need, middle) <= demand->limit_bytes;
        low = fits ? middle : low;
        high = fits ? high : middle - 1;
    }
    return low;
}

static s2rgf_status measure_exactly(const s2_tile_demand *demand, candidate *one, s2rgf_error *err)
{
    if (one->measured)
        return S2RGF_OK;
    one->measured = true;
    return demand->measure(demand->context, &one->tiling, false, &one->need, err);
}

/* Of the candidates for that many workers, the first in the order of their costs that keeps the
   limit; choice->threads 0: none does. */
static s2rgf_status try_candidates(const s2_tile_demand *demand, candidates *list, int threads,
                                   s2_tile_choice *choice, s2rgf_error *err)
{
    s2rgf_status status = S2RGF_OK;
    for (size_t i = 0; i < list->count; i++) {
        candidate *one = &list->items[i];
        const bool fits = bytes_of(&one->need, threads) <= demand->limit_bytes;
        one->cost = fits ? cost_of(demand, one, threads) : INFINITY;
    }
    qsort(list->items, list->count, sizeof *list->items, compare_costs);
    choice->threads = 0;
    for (size_t i = 0; i < list->count && choice->threads == 0 && status == S2RGF_OK; i++) {
        candidate *one = &list->items[i];
        if (isinf(one->cost))
            break;
        status = measure_exactly(demand, one, err);
        const size_t bytes = bytes_of(&one->need, threads);
        if (status == S2RGF_OK && bytes <= demand->limit_bytes)
            *choice = (s2_tile_choice){one->tiling, threads, bytes};
    }
    return status;
}

/* Free choice. */
static s2rgf_status choose_freely(const s2_tile_demand *demand, s2_tile_choice *choice,
                                  s2rgf_error *err)
{
    candidates list = {s2_alloc(SIDES * SIDES, sizeof(candidate)), 0};
    choice->threads = 0;
    if (!list.items)
        return s2_fail_memory(err, "tiles");
    s2rgf_status status = list_candidates(demand, &list, err);
    int threads = status == S2RGF_OK ? most_threads(demand, &list) : 0;
    for (; threads >= 1 && choice->threads == 0 && status == S2RGF_OK; threads--)
        status = try_candidates(demand, &list, threads, choice, err);
    s2_free(list.items);
    return status;
}

/* Squares of the side asked for, halved as long as they are no smaller than `smallest`, for at most
   that many workers; choice->threads 0: none keeps the limit. */
static s2rgf_status choose_halves(const s2_tile_demand *demand, int side, int smallest, int threads,
                                  s2_tile_choice *choice, s2rgf_error *err)
{
    s2rgf_status status = S2RGF_OK;
    choice->threads = 0;
    for (bool first = true; first || side >= smallest; side /= 2, first = false) {
        const s2_tiling tiling = {side, side, demand->rect};
        s2_tile_need need;
        status = demand->measure(demand->context, &tiling, false, &need, err);
        if (status != S2RGF_OK)
            break;
        int fitting = threads;
        while (fitting > choice->threads && bytes_of(&need, fitting) > demand->limit_bytes)
            fitting--;
        if (fitting > choice->threads || first)
            *choice = (s2_tile_choice){tiling, fitting, bytes_of(&need, fitting)};
        if (choice->threads == 0)
            choice->bytes = bytes_of(&need, 1);
    }
    return status;
}

s2rgf_status s2_tiles_choose(const s2_tile_demand *demand, s2_tile_choice *choice, s2rgf_error *err)
{
    s2rgf_status status = demand->tile_px ? choose_halves(demand, demand->tile_px, SMALL_PX,
                                                          demand->threads, choice, err)
                                          : choose_freely(demand, choice, err);
    if (status != S2RGF_OK || choice->threads > 0)
        return status;
    const int side = demand->tile_px && demand->tile_px < SMALL_PX ? demand->tile_px : SMALL_PX;
    status = choose_halves(demand, side, SMALLEST_PX, 1, choice, err);
    if (status != S2RGF_OK || choice->threads > 0)
        return status;
    return s2_fail(err, S2RGF_NO_MEMORY,
                   "working memory: expected at least %zu MB for one tile, found %zu MB",
                   choice->bytes / 1024 / 1024 + 1, demand->limit_bytes / 1024 / 1024);
}
