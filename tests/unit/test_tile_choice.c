/* Tiles and workers for a memory limit. */
#include "tiles/tile_choice.h"

#include "harness.h"

/* Bytes as if a worker needed 10 a pixel of a tile. */
static size_t ten_a_pixel(const void *context, const s2_tiling *tiling, int threads)
{
    (void)context;
    return 10 * (size_t)tiling->w * (size_t)tiling->h * (size_t)threads;
}

static const s2_tile_demand LARGE = {.window = {0, 0, 8192, 8192},
                                     .traits = {.halo_px = 40, .width = 2048, .height = 2048},
                                     .threads = 4,
                                     .limit_bytes = 1u << 30,
                                     .bytes = ten_a_pixel};

/* With memory to spare tiles are large, but every worker has some. */
static void spends_memory(void)
{
    s2_tile_demand demand = LARGE;
    s2_tile_choice choice;
    CHECK(s2_tiles_choose(&demand, &choice, NULL) == S2RGF_OK);
    CHECK(choice.threads == 4);
    CHECK(choice.tiling.w >= 1024 && choice.tiling.w <= 2048 && choice.tiling.h <= 2048);
    demand.window = (s2_rect){0, 0, 512, 512};
    CHECK(s2_tiles_choose(&demand, &choice, NULL) == S2RGF_OK);
    const s2_rect parts = s2_tiling_parts(&choice.tiling);
    CHECK(parts.w * parts.h >= 4);
    demand.threads = 1;
    CHECK(s2_tiles_choose(&demand, &choice, NULL) == S2RGF_OK);
    CHECK(choice.tiling.w == 512 && choice.tiling.h == 512);
    /* two halves cost the same either way: upright ones have shorter rows */
    demand.window = (s2_rect){0, 0, 2048, 2048};
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

/* A window is cut where the lattice of the whole reference grid is; windows of one pixel are fine. */
static void parts_of_a_window(void)
{
    const s2_tiling tiling = {64, 32, {70, 10, 100, 30}};
    const s2_rect parts = s2_tiling_parts(&tiling);
    CHECK(parts.x == 1 && parts.y == 0 && parts.w == 2 && parts.h == 2);
    const s2_rect core = s2_tiling_core(&tiling, 2, 1);
    CHECK(core.x == 128 && core.y == 32 && core.w == 42 && core.h == 8);
    s2_tile_demand demand = LARGE;
    s2_tile_choice choice;
    demand.window = (s2_rect){5, 7, 1, 1};
    CHECK(s2_tiles_choose(&demand, &choice, NULL) == S2RGF_OK);
}

int main(void)
{
    spends_memory();
    keeps_limit();
    takes_what_is_asked();
    parts_of_a_window();
    return harness_end();
}
