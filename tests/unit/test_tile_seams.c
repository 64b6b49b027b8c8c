/* Seams between tiles: who finds what where, who waits for whom, and that no failure leaves anybody
   waiting. */
#include "tiles/tile_seams.h"

#include <string.h>
#include <unistd.h>

#include "core/error.h"
#include "harness.h"
#include "tile_fixture.h"

enum { COLUMNS = 5, ROWS = 4, TILES = COLUMNS * ROWS, STEPS = 12, FIRST_STEP = 3 };

static const s2_tiling TILING = {64, 256, {0, 0, COLUMNS * 64, ROWS * 256}};

/* Tiles that leave their number and step on the right, and their number below. */
typedef struct scenario {
    s2_tile_seams *seams;
    int bad_tile;     /* fails half-way; -1: none */
    int cancel_after; /* reports; -1: never */
    int reports, computed;
    int slower_us; /* a step */
    int wrong;     /* what tiles found otherwise than it should be */
} scenario;

/* Tiles run in threads, which must not check for themselves. */
static void expect(scenario *s, bool holds)
{
#pragma omp atomic
    s->wrong += !holds;
}

static int mark_of(int tile, int step)
{
    return 1000 * tile + step;
}

static bool is_at(s2_rect core, int tile)
{
    return s2_rect_equal(core, s2_tiling_core(&TILING, tile % COLUMNS, tile / COLUMNS));
}

static s2rgf_status start(void *context, void **worker, s2rgf_error *err)
{
    (void)err;
    *worker = context;
    return S2RGF_OK;
}

static void check_sides(scenario *s, const s2_seam *sides, int tile)
{
    const int column = tile % COLUMNS, row = tile / COLUMNS;
    expect(s, (sides[S2_LEFT].memory != NULL) == (column > 0));
    expect(s, (sides[S2_RIGHT].memory != NULL) == (column < COLUMNS - 1));
    expect(s, (sides[S2_ABOVE].memory != NULL) == (row > 0));
    expect(s, (sides[S2_BELOW].memory != NULL) == (row < ROWS - 1));
    if (column > 0)
        expect(s, is_at(sides[S2_LEFT].from, tile - 1) && is_at(sides[S2_LEFT].to, tile));
    if (row > 0) {
        expect(s, is_at(sides[S2_ABOVE].from, tile - COLUMNS) && is_at(sides[S2_ABOVE].to, tile));
        expect(s, *(const int *)sides[S2_ABOVE].memory == mark_of(tile - COLUMNS, STEPS));
    }
}

static s2rgf_status compute(void *worker, int tile, s2_tile_watch *watch, s2rgf_error *err)
{
    scenario *s = worker;
    s2_seam sides[S2_SIDES];
    s2rgf_status status = s2_tile_seams_begin(s->seams, tile, watch, sides, err);
    if (status != S2RGF_OK)
        return status;
    check_sides(s, sides, tile);
    for (int step = 0; step < STEPS && status == S2RGF_OK; step++) {
        if (tile == s->bad_tile && step == STEPS / 2)
            return s2_fail(err, S2RGF_FORMAT, "tile %d", tile);
        if (sides[S2_LEFT].memory) {
            status = s2_tile_seams_await(s->seams, tile, FIRST_STEP + step, watch, err);
            if (status == S2RGF_OK)
                expect(s, ((const int *)sides[S2_LEFT].memory)[step] == mark_of(tile - 1, step));
        }
        usleep((useconds_t)(tile * 7 % 5 * 20 + s->slower_us));
        if (status == S2RGF_OK && sides[S2_RIGHT].memory) {
            ((int *)sides[S2_RIGHT].memory)[step] = mark_of(tile, step);
            s2_tile_seams_give(s->seams, tile, FIRST_STEP + step);
        }
    }
    if (status != S2RGF_OK)
        return status;
    if (sides[S2_BELOW].memory)
        *(int *)sides[S2_BELOW].memory = mark_of(tile, STEPS);
    s2_tile_seams_end(s->seams, tile);
#pragma omp atomic
    s->computed++;
    return status;
}

static bool progress(double fraction, void *user)
{
    scenario *s = user;
    (void)fraction;
    return s->cancel_after < 0 || s->reports++ < s->cancel_after;
}

static s2rgf_status run(scenario *s, int threads, s2rgf_error *err)
{
    const s2_seam_demand demand = {.right = {.bytes = STEPS * sizeof(int)},
                                   .right_count = threads + 1,
                                   .below = {.bytes = sizeof(int)},
                                   .below_count = COLUMNS};
    const s2rgf_host host = {.progress = progress, .user = s};
    const s2_tile_job job = TILE_JOB(s, threads, .write = write_nothing, .stop = stop_nothing);
    REQUIRE(s2_tile_seams_create(&demand, &TILING, &s->seams, NULL) == S2RGF_OK);
    const s2rgf_status status = s2_tiles_run(&job, &host, err);
    s2_tile_seams_free(s->seams);
    return status;
}

static void test_order(int threads)
{
    scenario s = {.bad_tile = -1, .cancel_after = -1};
    CHECK(run(&s, threads, NULL) == S2RGF_OK);
    CHECK(s.computed == TILES && s.wrong == 0);
}

/* Those that wait for a tile that fails, or for one that is never begun, end with it. */
static void test_failure(int threads)
{
    s2rgf_error err;
    scenario s = {.bad_tile = 7, .cancel_after = -1};
    CHECK(run(&s, threads, &err) == S2RGF_FORMAT);
    CHECK_STR(err.message, "tile 7");
    CHECK(s.wrong == 0);
    /* slow enough for the host to be asked again before all is done */
    scenario interrupted = {.bad_tile = -1, .cancel_after = 1, .slower_us = 5000};
    CHECK(run(&interrupted, threads, &err) == S2RGF_CANCELLED);
    CHECK(interrupted.computed < TILES && interrupted.wrong == 0);
}

/* A scene of a fine source and a coarse one. */
static s2_weights *make_weights(const s2_network_ops *ops, s2_run_geometry *geometry)
{
    const s2_network_spec spec = {
        .sources = 2, .bands = {3, 8}, .on_reference = {true}, .channels = 64, .classes = 4};
    s2_network *network = NULL;
    s2_weights *weights = NULL;
    *geometry = (s2_run_geometry){.width = TILING.rect.w,
                                  .height = TILING.rect.h,
                                  .source_width = {TILING.rect.w, TILING.rect.w / 4},
                                  .source_height = {TILING.rect.h, TILING.rect.h / 4}};
    geometry->ref_to_source[0] = S2_AFFINE_IDENTITY;
    geometry->ref_to_source[1] = (s2_affine){{0, 0.25, 0, 0, 0, 0.25}};
    REQUIRE(s2_network_create(ops, &spec, &network, NULL) == S2RGF_OK);
    REQUIRE(s2_weights_create(network, S2_PRECISION_FLOAT, &weights, NULL) == S2RGF_OK);
    s2_network_free(network);
    return weights;
}

static void test_demand(void)
{
    const size_t plenty = (size_t)1 << 30;
    s2_run_geometry geometry;
    s2_weights *weights = make_weights(&s2_dense_ops, &geometry);
    const s2_seam_demand two = s2_tile_seams_measure(weights, &geometry, &TILING, 2, plenty);
    CHECK(two.right.bytes > 0 && two.right_count == 3);
    CHECK(two.below.bytes > 0 && two.below_count == COLUMNS);
    CHECK(s2_tile_seams_bytes(&two) == 3 * two.right.bytes + COLUMNS * two.below.bytes);
    /* never more than there are tiles */
    CHECK(s2_tile_seams_measure(weights, &geometry, &TILING, 64, plenty).right_count == TILES - 1);
    /* with more workers than columns nobody waits for the tile above */
    const s2_seam_demand six = s2_tile_seams_measure(weights, &geometry, &TILING, 6, plenty);
    CHECK(six.right.bytes == two.right.bytes && six.below.bytes == 0);
    /* each kind has an eighth of the limit */
    const size_t enough = 8 * COLUMNS * two.below.bytes;
    CHECK(s2_tile_seams_measure(weights, &geometry, &TILING, 2, enough).below.bytes > 0);
    CHECK(s2_tile_seams_measure(weights, &geometry, &TILING, 2, enough - 8 * COLUMNS).below.bytes ==
          0);
    const s2_seam_demand none = s2_tile_seams_measure(weights, &geometry, &TILING, 2, 4096);
    CHECK(s2_tile_seams_bytes(&none) == 0);
    s2_weights_free(weights);

    weights = make_weights(&s2_patch_ops, &geometry);
    const s2_seam_demand patch = s2_tile_seams_measure(weights, &geometry, &TILING, 2, plenty);
    CHECK(s2_tile_seams_bytes(&patch) == 0);
    s2_weights_free(weights);
}

int main(void)
{
    for (int threads = 1; threads <= 7; threads += 2) {
        test_order(threads);
        test_failure(threads);
    }
    test_demand();
    return harness_end();
}
