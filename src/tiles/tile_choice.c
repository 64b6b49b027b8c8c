/* Size of tiles and number of workers for a memory limit. */
#include "tiles/tile_choice.h"

#include <math.h>
#include <stdlib.h>

#include "core/error.h"

#define SMALL_PX 64 /* below, halos cost more than a worker less */
#define SMALLEST_PX 16
#define SIDES 32 /* candidates for a side */

typedef struct candidate {
    s2_tiling tiling;
    double cost;
} candidate;

#define UNEVEN 0.15 /* of a tile's time, by which workers are apart at the end */

/* Length of all parts that a lattice cuts a stretch into, each with the halos it has in its
   neighbours. */
static double computed_length(int length, int parts, int halo)
{
    return (double)length + 2.0 * halo * (parts - 1);
}

/* Pixels computed or waited for: all, as if the last round kept every worker busy, and what workers
   are apart at the end. */
static double cost_of(const s2_tile_demand *demand, const s2_tiling *tiling, int threads)
{
    const s2_rect window = demand->window;
    const s2_rect parts = s2_tiling_parts(tiling);
    const double count = (double)parts.w * parts.h;
    const double rounds = ceil(count / threads);
    /* in this order, so that tiles and the same tiles turned come to the same */
    const double each = computed_length(window.w, parts.w, demand->traits.halo_px) *
                        computed_length(window.h, parts.h, demand->traits.halo_px) / count;
    return (rounds * threads + UNEVEN * (threads - 1)) * each;
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

/* Whether tiles keep the limit; then they are the choice. */
static bool try_tiles(const s2_tile_demand *demand, const s2_tiling *tiling, int threads,
                      s2_tile_choice *choice)
{
    *choice = (s2_tile_choice){*tiling, threads, demand->bytes(demand->context, tiling, threads)};
    return choice->bytes <= demand->limit_bytes;
}

/* Free choice: the first in the order of their costs that keeps the limit. */
static bool try_candidates(const s2_tile_demand *demand, int threads, s2_tile_choice *choice)
{
    candidate candidates[SIDES * SIDES];
    int widths[SIDES];
    int heights[SIDES];
    size_t count = 0;
    const int columns = list_sides(demand->window.w, demand->traits.width, widths);
    const int rows = list_sides(demand->window.h, demand->traits.height, heights);
    for (int i = 0; i < columns; i++)
        for (int j = 0; j < rows; j++) {
            const s2_tiling tiling = {widths[i], heights[j], demand->window};
            candidates[count++] = (candidate){tiling, cost_of(demand, &tiling, threads)};
        }
    qsort(candidates, count, sizeof *candidates, compare_costs);
    for (size_t i = 0; i < count; i++)
        if (try_tiles(demand, &candidates[i].tiling, threads, choice))
            return true;
    return false;
}

/* Squares of the side asked for, halved as long as they are no smaller than `smallest`. */
static bool try_halves(const s2_tile_demand *demand, int side, int smallest, int threads,
                       s2_tile_choice *choice)
{
    bool fits = false;
    for (bool first = true; !fits && (first || side >= smallest); side /= 2, first = false) {
        const s2_tiling tiling = {side, side, demand->window};
        fits = try_tiles(demand, &tiling, threads, choice);
    }
    return fits;
}

s2rgf_status s2_tiles_choose(const s2_tile_demand *demand, s2_tile_choice *choice, s2rgf_error *err)
{
    for (int threads = demand->threads; threads >= 1; threads--)
        if (demand->tile_px ? try_halves(demand, demand->tile_px, SMALL_PX, threads, choice)
                            : try_candidates(demand, threads, choice))
            return S2RGF_OK;
    const int side = demand->tile_px && demand->tile_px < SMALL_PX ? demand->tile_px : SMALL_PX;
    if (try_halves(demand, side, SMALLEST_PX, 1, choice))
        return S2RGF_OK;
    return s2_fail(err, S2RGF_NO_MEMORY,
                   "working memory: expected at least %zu MB for one tile, found %zu MB",
                   choice->bytes / 1024 / 1024 + 1, demand->limit_bytes / 1024 / 1024);
}
