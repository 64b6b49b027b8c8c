/* Tiles and workers for a memory limit. */
#include "tiles/tile_choice.h"

#include <math.h>

#include "core/clock.h"
#include "core/error.h"
#include "core/random.h"
#include "harness.h"
#include "nn/run/tile.h"

/* Bytes as if a worker needed 10 a pixel of a tile. */
static s2rgf_status ten_a_pixel(const void *context, const s2_tiling *tiling, bool quick,
                                s2_tile_need *need, s2rgf_error *err)
{
    const size_t bytes = 10 * (size_t)tiling->w * (size_t)tiling->h;
    (void)context;
    (void)quick;
    (void)err;
    *need = (s2_tile_need){.each = bytes};
    return S2RGF_OK;
}

static const s2_tile_demand LARGE = {.rect = {0, 0, 8192, 8192},
                                     .traits = {.halo_px = 40, .width = 2048, .height = 2048},
                                     .threads = 4,
                                     .limit_bytes = 1u << 30,
                                     .measure = ten_a_pixel};

/* With memory to spare tiles are large, but every worker has some. */
static void spends_memory(void)
{
    s2_tile_demand demand = LARGE;
    s2_tile_choice choice;
    CHECK(s2_tiles_choose(&demand, &choice, NULL) == S2RGF_OK);
    CHECK(choice.threads == 4);
    CHECK(choice.tiling.w >= 1024 && choice.tiling.w <= 2048 && choice.tiling.h <= 2048);
    demand.rect = (s2_rect){0, 0, 512, 512};
    CHECK(s2_tiles_choose(&demand, &choice, NULL) == S2RGF_OK);
    const s2_rect tiles = s2_tiling_tiles(&choice.tiling);
    CHECK(tiles.w * tiles.h >= 4);
    demand.threads = 1;
    CHECK(s2_tiles_choose(&demand, &choice, NULL) == S2RGF_OK);
    CHECK(choice.tiling.w == 512 && choice.tiling.h == 512);
    /* two halves cost the same either way: upright ones have shorter rows */
    demand.rect = (s2_rect){0, 0, 2048, 2048};
    demand.threads = 2;
    CHECK(s2_tiles_choose(&demand, &choice, NULL) == S2RGF_OK);
    CHECK(choice.tiling.w == 1024 && choice.tiling.h == 2048);
}

/* The limit is kept: first by smaller tiles, then by fewer threads, then by tiles below 64. */
static void keeps_limit(void)
{
    s2_tile_demand demand = LARGE;
    s2_tile_choice choice;
    demand.limit_bytes = 4 * 100 * 100 * 10;
    CHECK(s2_tiles_choose(&demand, &choice, NULL) == S2RGF_OK);
    CHECK(choice.threads == 4 && choice.bytes <= demand.limit_bytes);
    demand.limit_bytes = 2 * 64 * 64 * 10;
    CHECK(s2_tiles_choose(&demand, &choice, NULL) == S2RGF_OK);
    CHECK(choice.threads == 2 && choice.tiling.w == 64 && choice.tiling.h == 64);
    demand.limit_bytes = 16 * 16 * 10;
    CHECK(s2_tiles_choose(&demand, &choice, NULL) == S2RGF_OK);
    CHECK(choice.threads == 1 && choice.tiling.w == 16 && choice.tiling.h == 16);
    s2rgf_error error = {0};
    demand.limit_bytes = 16 * 16 * 10 - 1;
    CHECK(s2_tiles_choose(&demand, &choice, &error) == S2RGF_NO_MEMORY);
    CHECK(strstr(error.message, "memory") != NULL);
}

/* A side that is asked for is taken, or halved until it fits. */
static void takes_what_is_asked(void)
{
    s2_tile_demand demand = LARGE;
    s2_tile_choice choice;
    demand.tile_px = 1000;
    CHECK(s2_tiles_choose(&demand, &choice, NULL) == S2RGF_OK);
    CHECK(choice.tiling.w == 1000 && choice.tiling.h == 1000 && choice.threads == 4);
    demand.limit_bytes = 4 * 250 * 250 * 10;
    CHECK(s2_tiles_choose(&demand, &choice, NULL) == S2RGF_OK);
    CHECK(choice.tiling.w == 250 && choice.tiling.h == 250 && choice.threads == 4);
    demand.tile_px = 16;
    demand.limit_bytes = 1u << 30;
    CHECK(s2_tiles_choose(&demand, &choice, NULL) == S2RGF_OK);
    CHECK(choice.tiling.w == 16);
}

/* A rectangle is cut where the lattice of the whole reference grid is; rectangles of one pixel are
   fine. */
static void tiles_of_a_rect(void)
{
    const s2_tiling tiling = {64, 32, {70, 10, 100, 30}};
    const s2_rect tiles = s2_tiling_tiles(&tiling);
    CHECK(tiles.x == 1 && tiles.y == 0 && tiles.w == 2 && tiles.h == 2);
    const s2_rect core = s2_tiling_core(&tiling, 2, 1);
    CHECK(core.x == 128 && core.y == 32 && core.w == 42 && core.h == 8);
    s2_tile_demand demand = LARGE;
    s2_tile_choice choice;
    demand.rect = (s2_rect){5, 7, 1, 1};
    CHECK(s2_tiles_choose(&demand, &choice, NULL) == S2RGF_OK);
}

/* Reading that costs more for narrow tiles makes them wider, even than the network likes. */
static double dear_columns(const void *context, const s2_tiling *tiling, int threads,
                           size_t spare_bytes)
{
    (void)context;
    (void)threads;
    (void)spare_bytes;
    return 1e7 * s2_tiling_tiles(tiling).w;
}

static void reading_counts(void)
{
    s2_tile_demand demand = LARGE;
    s2_tile_choice choice;
    demand.threads = 1;
    demand.widest_px = 8192;
    CHECK(s2_tiles_choose(&demand, &choice, NULL) == S2RGF_OK);
    CHECK(choice.tiling.w <= 2048);
    demand.reading = dear_columns;
    CHECK(s2_tiles_choose(&demand, &choice, NULL) == S2RGF_OK);
    CHECK(choice.tiling.w == 8192);
    demand.limit_bytes = 10 * 4096 * 64;
    CHECK(s2_tiles_choose(&demand, &choice, NULL) == S2RGF_OK);
    CHECK(choice.tiling.w <= 4096 && choice.bytes <= demand.limit_bytes);
}

static s2rgf_status cancelled(const void *context, const s2_tiling *tiling, bool quick,
                              s2_tile_need *need, s2rgf_error *err)
{
    (void)context;
    (void)tiling;
    (void)quick;
    (void)need;
    return s2_fail(err, S2RGF_CANCELLED, "interrupted");
}

static void choosing_can_be_cancelled(void)
{
    s2_tile_demand demand = LARGE;
    s2_tile_choice choice;
    demand.measure = cancelled;
    CHECK(s2_tiles_choose(&demand, &choice, NULL) == S2RGF_CANCELLED);
    demand.tile_px = 256;
    CHECK(s2_tiles_choose(&demand, &choice, NULL) == S2RGF_CANCELLED);
}

/* ---- a few tiles instead of all --------------------------------------------------------------- */

/* What a real network needs. */
typedef struct network_case {
    const s2_weights *weights;
    s2_run_geometry geometry;
    bool never_quick; /* measure everything */
} network_case;

static s2rgf_status measure_network(const void *context, const s2_tiling *tiling, bool quick,
                                    s2_tile_need *need, s2rgf_error *err)
{
    const network_case *with = context;
    size_t read_pixels[S2RGF_MAX_SOURCES];
    (void)err;
    const size_t bytes = with->weights->ops->run_needs(with->weights, &with->geometry, tiling,
                                                       quick && !with->never_quick, read_pixels);
    *need =
        (s2_tile_need){.each = bytes, .shared = (size_t)tiling->rect.w * (size_t)(tiling->h + 256)};
    return S2RGF_OK;
}

static s2_weights *make_weights(const s2_network_ops *ops)
{
    const s2_network_spec spec = {.sources = 2,
                                  .bands = {4, 30},
                                  .on_reference = {true},
                                  .channels = ops == &s2_dense_ops ? 16 : 64,
                                  .classes = 5};
    s2_network *network = NULL;
    s2_weights *weights = NULL;
    REQUIRE(s2_network_create(ops, &spec, &network, NULL) == S2RGF_OK);
    REQUIRE(s2_weights_create(network, S2_PRECISION_FLOAT, &weights, NULL) == S2RGF_OK);
    s2_network_free(network);
    return weights;
}

static int below(s2_random *random, int count)
{
    return (int)s2_random_below(random, (uint64_t)count);
}

/* A scene of two sources, the second with pixels of some other size, here and there turned. */
static s2_run_geometry draw_geometry(s2_random *random, int largest)
{
    const double ratio = 0.05 + 1.2 * s2_random_uniform(random);
    s2_run_geometry geometry = {.width = 1 + below(random, largest),
                                .height = 1 + below(random, largest)};
    const double shear = below(random, 8) == 0 ? 0.1 : 0.0;
    geometry.source_width[0] = geometry.width;
    geometry.source_height[0] = geometry.height;
    geometry.source_width[1] = 1 + (int)(ratio * geometry.width * s2_random_uniform(random) * 1.5);
    geometry.source_height[1] = 1 + (int)(ratio * geometry.height);
    geometry.ref_to_source[0] = S2_AFFINE_IDENTITY;
    geometry.ref_to_source[1] = (s2_affine){{-3.0 + 6.0 * s2_random_uniform(random), ratio, shear,
                                             2.0 * s2_random_uniform(random), -shear, ratio}};
    return geometry;
}

/* What a tiling needs is enough for each of its parts, although not all are looked at together. */
static void enough_for_every_tile(const network_case *with, const s2_tiling *tiling)
{
    const s2_rect tiles = s2_tiling_tiles(tiling);
    s2_tile_need all, quick, one;
    measure_network(with, tiling, false, &all, NULL);
    measure_network(with, tiling, true, &quick, NULL);
    CHECK(quick.each <= all.each);
    for (int row = tiles.y; row < tiles.y + tiles.h; row++)
        for (int column = tiles.x; column < tiles.x + tiles.w; column++) {
            const s2_tiling part = {tiling->w, tiling->h, s2_tiling_core(tiling, column, row)};
            measure_network(with, &part, false, &one, NULL);
            CHECK(one.each <= all.each);
        }
}

/* Quick measures are never more than exact ones, so what is chosen with them is what is chosen by
   measuring everything. */
static void a_few_tiles_tell(void)
{
    s2_weights *weights[2] = {make_weights(&s2_dense_ops), make_weights(&s2_patch_ops)};
    s2_random random;
    s2_random_init(&random, 5, 0);
    for (int i = 0; i < 50; i++) {
        network_case with = {weights[i % 5 == 4], draw_geometry(&random, 1500), false};
        const s2_rect rect = {0, 0, with.geometry.width, with.geometry.height};
        const s2_tile_demand demand = {.rect = rect,
                                       .traits = with.weights->ops->tiles,
                                       .threads = 1 + below(&random, 40),
                                       .limit_bytes = (size_t)(2 + below(&random, 300)) << 20,
                                       .measure = measure_network,
                                       .context = &with};
        s2_tile_choice quick, all;
        const s2rgf_status status = s2_tiles_choose(&demand, &quick, NULL);
        with.never_quick = true;
        CHECK(s2_tiles_choose(&demand, &all, NULL) == status);
        CHECK(status != S2RGF_OK ||
              (quick.tiling.w == all.tiling.w && quick.tiling.h == all.tiling.h &&
               quick.threads == all.threads && quick.bytes == all.bytes));
        enough_for_every_tile(&with, &(s2_tiling){97 + 40 * (i % 4), 100 + 50 * (i % 3), rect});
    }
    s2_weights_free(weights[0]);
    s2_weights_free(weights[1]);
}

/* A scene of 100000 x 100000 pixels for 256 threads, and little memory: planned at once. */
static void a_huge_scene_is_planned_at_once(void)
{
    network_case with = {.weights = make_weights(&s2_dense_ops)};
    with.geometry = (s2_run_geometry){.width = 100000,
                                      .height = 100000,
                                      .source_width = {100000, 15625},
                                      .source_height = {100000, 15625}};
    with.geometry.ref_to_source[0] = S2_AFFINE_IDENTITY;
    with.geometry.ref_to_source[1] = (s2_affine){{0.3, 0.15625, 0, 0.1, 0, 0.15625}};
    s2_tile_demand demand = {.rect = {0, 0, 100000, 100000},
                             .traits = with.weights->ops->tiles,
                             .threads = 256,
                             .measure = measure_network,
                             .context = &with};
    for (demand.limit_bytes = (size_t)64 << 20; demand.limit_bytes <= (size_t)64 << 30;
         demand.limit_bytes *= 8) {
        s2_tile_choice choice;
        const double start = s2_thread_seconds();
        CHECK(s2_tiles_choose(&demand, &choice, NULL) == S2RGF_OK);
        const double seconds = s2_thread_seconds() - start;
        printf("%zu MB: tiles of %d x %d, %d threads, planned in %.3f s\n",
               demand.limit_bytes >> 20, choice.tiling.w, choice.tiling.h, choice.threads, seconds);
        CHECK(seconds < 1.0);
    }
    s2_weights_free((s2_weights *)with.weights);
}

int main(void)
{
    spends_memory();
    keeps_limit();
    takes_what_is_asked();
    tiles_of_a_rect();
    reading_counts();
    choosing_can_be_cancelled();
    a_few_tiles_tell();
    a_huge_scene_is_planned_at_once();
    return harness_end();
}
