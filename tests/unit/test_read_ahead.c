/* scene/network_input.h: rows that come after are read beside the caller, who gets the same either
   way. */
#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#include "core/random.h"
#include "geo_fixture.h"
#include "s2rgf/scene.h"
#include "scene/network_input.h"
#include "unit/watched_files.h"

enum { WIDTH = 8, HEIGHT = 64, BANDS = 3, RING = 24 };

/* ---- files and who reads them ------------------------------------------------------------------ */

static pthread_t caller;
static atomic_int read_by_caller, read_by_other, at_once;
static atomic_bool overlapped; /* two reads at once, ever; only the caller counts checks */
static atomic_bool gate;       /* closed: other threads wait before they read */
static atomic_bool broken;     /* reads of other threads fail */
static atomic_bool slow;       /* reads wait for a while */

static void rest(void)
{
    const struct timespec a_little = {0, 1000000};
    nanosleep(&a_little, NULL);
}

static bool watch(size_t bytes)
{
    const bool own = pthread_equal(pthread_self(), caller) != 0;
    (void)bytes;
    if (atomic_fetch_add(&at_once, 1) != 0)
        atomic_store(&overlapped, true);
    while (!own && atomic_load(&gate))
        rest();
    for (int i = 0; atomic_load(&slow) && i < 20; i++)
        rest();
    atomic_fetch_add(own ? &read_by_caller : &read_by_other, 1);
    atomic_fetch_sub(&at_once, 1);
    return own || !atomic_load(&broken);
}

static int16_t sample(int source, int band, int x, int y)
{
    return (int16_t)(5000 * source + 50 * y + 5 * x + band);
}

/* A line a block, not compressed: every line is a read. */
static void make_file(const char *path, int source)
{
    static const char *const options[] = {"BLOCKYSIZE=1", "INTERLEAVE=PIXEL", NULL};
    double values[WIDTH * HEIGHT];
    GDALDatasetH dataset = create_int16(path, WIDTH, HEIGHT, BANDS, options);
    for (int b = 0; b < BANDS; b++) {
        for (int p = 0; p < WIDTH * HEIGHT; p++)
            values[p] = sample(source, b, p % WIDTH, p / WIDTH);
        write_band(dataset, b + 1, values);
    }
    GDALClose(dataset);
}

/* ---- an input and what it has to give ----------------------------------------------------------- */

#define BAND                                                                                       \
    {                                                                                              \
        .name = (char *)"", .wavelength_nm = NAN, .std = 1.0, .low = NAN, .high = NAN              \
    }
#define SOURCE(called)                                                                             \
    {                                                                                              \
        .name = (char *)(called), .pixel_size = 10.0, .on_reference = true, .band_count = BANDS,   \
        .bands = bands                                                                             \
    }

static s2_model_band bands[BANDS] = {BAND, BAND, BAND};
static s2_model_source sources[2] = {SOURCE("one"), SOURCE("two")};
static const s2_model_content content = {.source_count = 2, .sources = sources};

/* An open scene and rings of rows. */
typedef struct reader {
    s2_scene scene;
    s2_network_input *input;
    float pixels[2][RING][WIDTH * BANDS];
    uint8_t valid[2][RING][WIDTH];
} reader;

static void start(reader *r, s2_input_mode mode)
{
    const s2rgf_input inputs[] = {{"one", WATCHED "/vsimem/one.tif"},
                                  {"two", WATCHED "/vsimem/two.tif"}};
    const s2rgf_scene_options options = {.inputs = inputs, .input_count = 2};
    memset(r, 0, sizeof *r);
    REQUIRE(s2_scene_open_for_model(&options, &content, NULL, NULL, &r->scene, NULL) == S2RGF_OK);
    REQUIRE(s2_network_input_open(&r->scene, &content, mode, &r->input, NULL) == S2RGF_OK);
    atomic_store(&read_by_caller, 0);
    atomic_store(&read_by_other, 0);
}

static void stop(reader *r)
{
    s2_network_input_close(r->input);
    s2_scene_close(&r->scene);
}

/* Lines first.. first + count - 1 of both sources, and what is said to come after. */
static s2rgf_status ask(reader *r, s2_rect rect, s2_rect after, s2rgf_error *err)
{
    s2_input_rows rows[2];
    for (int s = 0; s < 2; s++)
        rows[s] = (s2_input_rows){.rect = rect,
                                  .after = after,
                                  .pixels = {r->pixels[s], sizeof r->pixels[s][0], 0, RING},
                                  .valid = {r->valid[s], sizeof r->valid[s][0], 0, RING}};
    return s2_network_input_next(r->input, rows, err);
}

static s2_rect lines(int first, int count)
{
    return (s2_rect){1, first, WIDTH - 2, count};
}

static const s2_rect NOTHING = {0, 0, 0, 0};

static void check_rows(const reader *r, s2_rect rect)
{
    bool same = true;
    for (int s = 0; s < 2; s++)
        for (int y = rect.y; y < rect.y + rect.h; y++)
            for (int i = 0; i < rect.w; i++) {
                const float *pixel = r->pixels[s][y % RING] + BANDS * i;
                same = same && r->valid[s][y % RING][i] == 1;
                for (int b = 0; b < BANDS; b++)
                    same = same && pixel[b] == (float)sample(s, b, rect.x + i, y);
            }
    CHECK(same);
}

/* Ask and compare with what the sources hold. */
static void take(reader *r, s2_rect rect, s2_rect after)
{
    REQUIRE(ask(r, rect, after, NULL) == S2RGF_OK);
    check_rows(r, rect);
}

static void wait_for_other(int reads)
{
    for (int i = 0; i < 10000 && atomic_load(&read_by_other) < reads; i++)
        rest();
    CHECK(atomic_load(&read_by_other) >= reads);
}

/* ---- tests -------------------------------------------------------------------------------------- */

static void reads_beside_the_caller(void)
{
    reader r;
    start(&r, S2_INPUT_AHEAD_ALWAYS);
    take(&r, lines(0, 4), lines(4, 3));
    wait_for_other(2 * 3); /* before anyone has asked for them */
    const int before = atomic_load(&read_by_caller);
    take(&r, lines(4, 3), NOTHING);
    CHECK(atomic_load(&read_by_caller) == before && before > 0);
    check_rows(&r, lines(0, 4)); /* they have kept their place */
    CHECK(s2_network_input_counts(r.input).ahead_seconds > 0.0);
    CHECK(s2_network_input_counts(r.input).pixels[1] == 7.0 * (WIDTH - 2));
    stop(&r);
}

static void *open_gate(void *unused)
{
    for (int i = 0; i < 30; i++)
        rest();
    atomic_store(&gate, false);
    return unused;
}

static void waits_for_what_is_on_its_way(void)
{
    reader r;
    pthread_t opener;
    start(&r, S2_INPUT_AHEAD_ALWAYS);
    atomic_store(&gate, true);
    take(&r, lines(0, 4), lines(4, 4)); /* the caller does not wait, though the other thread does */
    while (atomic_load(&at_once) == 0)
        rest();
    REQUIRE(pthread_create(&opener, NULL, open_gate, NULL) == 0);
    const int before = atomic_load(&read_by_caller);
    take(&r, lines(4, 4), NOTHING);
    CHECK(atomic_load(&read_by_caller) == before);
    REQUIRE(pthread_join(opener, NULL) == 0);
    stop(&r);
}

static void gives_what_was_not_expected(void)
{
    reader r;
    start(&r, S2_INPUT_AHEAD_ALWAYS);
    take(&r, lines(0, 4), lines(4, 4));
    take(&r, lines(10, 4), lines(4, 4));
    take(&r, lines(4, 5), lines(9, 2));
    take(&r, lines(9, 2), NOTHING);
    take(&r, lines(9, 2), NOTHING); /* what was taken once is read again */
    stop(&r);
}

/* A failure belongs to its rows: no sooner and no later. */
static void failure_comes_with_its_rows(void)
{
    reader r;
    s2rgf_error error = {0};
    start(&r, S2_INPUT_AHEAD_ALWAYS);
    atomic_store(&broken, true);
    take(&r, lines(0, 4), lines(4, 4));
    wait_for_other(1);
    CHECK(ask(&r, lines(4, 4), NOTHING, &error) == S2RGF_IO);
    CHECK_CONTAINS(error.message, "/vsimem/one.tif");
    atomic_store(&broken, false);
    take(&r, lines(8, 4), NOTHING);
    stop(&r);
}

/* Without a core for it the thread leaves reading to the caller, unless reading is waiting. */
static void without_a_core_reads_only_what_waits(void)
{
    reader r;
    start(&r, S2_INPUT_AHEAD_SLOW);
    for (int i = 0; i < 300; i++)
        rest(); /* time in which nobody reads, so that a timeslice lost while reading is no part of it */
    for (int y = 0; y < 4; y++) {
        take(&r, lines(y, 1), lines(y + 1, 1));
        for (int i = 0; i < 5; i++)
            rest();
        CHECK(atomic_load(&read_by_other) == 0);
    }
    atomic_store(&slow, true);
    for (int y = 4; y < 8; y++)
        take(&r, lines(y, 1), NOTHING);
    take(&r, lines(8, 1), lines(9, 1));
    wait_for_other(2);
    take(&r, lines(9, 1), NOTHING);
    atomic_store(&slow, false);
    stop(&r);
}

static void at_once_has_no_thread(void)
{
    reader r;
    start(&r, S2_INPUT_AT_ONCE);
    for (int y = 0; y < 20; y++)
        take(&r, lines(y, 1), lines(y + 1, 1));
    CHECK(atomic_load(&read_by_other) == 0);
    stop(&r);
}

static void stops_with_rows_that_nobody_takes(void)
{
    reader r;
    start(&r, S2_INPUT_AHEAD_ALWAYS);
    take(&r, lines(0, 4), lines(4, 4));
    stop(&r);
    s2_network_input_close(NULL);
}

static void gives_the_same_whatever_it_is_told(s2_input_mode mode)
{
    reader r;
    s2_random random;
    start(&r, mode);
    s2_random_init(&random, 5, 0);
    s2_rect rect = lines(0, 5);
    for (int i = 0; i < 500; i++) {
        const int end = rect.y + rect.h;
        const int first =
            end < HEIGHT - 8 ? end : end % RING; /* whose places follow those of rect */
        const s2_rect next = lines(first, 1 + i % 8);
        const s2_rect other = lines(first, 1 + (i + 3) % 8);
        const int said = (int)s2_random_below(&random, 4);
        take(&r, rect, said == 0 ? NOTHING : said == 1 ? other : next);
        rect = next;
    }
    stop(&r);
}

int main(void)
{
    GDALAllRegister();
    s2_block_cache_resize(0);
    caller = pthread_self();
    watch_files(watch);
    make_file("/vsimem/one.tif", 0);
    make_file("/vsimem/two.tif", 1);
    reads_beside_the_caller();
    waits_for_what_is_on_its_way();
    gives_what_was_not_expected();
    failure_comes_with_its_rows();
    without_a_core_reads_only_what_waits();
    at_once_has_no_thread();
    stops_with_rows_that_nobody_takes();
    gives_the_same_whatever_it_is_told(S2_INPUT_AHEAD_ALWAYS);
    gives_the_same_whatever_it_is_told(S2_INPUT_AHEAD_SLOW);
    CHECK(!atomic_load(&overlapped));
    return harness_end();
}
