/* src/read_ahead.h: what was expected is read beside the caller; the caller gets the same either way. */
#include "tiles/read_ahead.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

#include "core/error.h"
#include "core/random.h"
#include "harness.h"

#define BANDS 3
#define LARGEST 64

static atomic_bool overlapped; /* two reads at once, ever; only the main thread counts checks */

/* A source whose pixels tell where they are, and a record of its reads. */
typedef struct fake {
    atomic_int reads, at_once;
    atomic_bool gate; /* closed: reads wait */
    bool slow;        /* reads wait for a while */
    int broken_y;     /* rectangles that begin there fail */
} fake;

static void rest(void)
{
    const struct timespec a_little = {0, 1000000};
    nanosleep(&a_little, NULL);
}

static s2rgf_status read_fake(void *context, int source, s2_rect rect, float *pixels,
                              uint8_t *valid, s2rgf_error *err)
{
    fake *f = (fake *)context;
    if (atomic_fetch_add(&f->at_once, 1) != 0)
        atomic_store(&overlapped, true);
    while (atomic_load(&f->gate))
        rest();
    for (int i = 0; f->slow && i < 20; i++)
        rest();
    for (int y = 0; y < rect.h; y++)
        for (int x = 0; x < rect.w; x++) {
            const int p = y * rect.w + x;
            valid[p] = (uint8_t)((rect.x + x + rect.y + y) % 2);
            for (int b = 0; b < BANDS; b++)
                pixels[p * BANDS + b] =
                    (float)(1000 * (rect.y + y) + 10 * (rect.x + x) + b + 100000 * source);
        }
    atomic_fetch_add(&f->reads, 1);
    atomic_fetch_sub(&f->at_once, 1);
    if (rect.y == f->broken_y)
        return s2_fail(err, S2RGF_IO, "row %d of source %d", rect.y, source);
    return S2RGF_OK;
}

static s2_read_ahead *start_with(fake *f, bool spare_cores)
{
    const s2_reader reader = {.context = f,
                              .read = read_fake,
                              .sources = 2,
                              .bands = {BANDS, BANDS},
                              .pixels = {LARGEST, LARGEST},
                              .spare_cores = spare_cores};
    s2_read_ahead *ahead = NULL;
    f->broken_y = -1;
    REQUIRE(s2_read_ahead_start(&reader, &ahead, NULL) == S2RGF_OK);
    return ahead;
}

static s2_read_ahead *start(fake *f)
{
    return start_with(f, true);
}

/* Take a rectangle and compare it with what the source holds there. */
static void take(s2_read_ahead *ahead, int source, s2_rect rect)
{
    float pixels[LARGEST * BANDS], wanted[LARGEST * BANDS];
    uint8_t valid[LARGEST], wanted_valid[LARGEST];
    const size_t count = (size_t)rect.w * (size_t)rect.h;
    fake plain = {.broken_y = -1};
    REQUIRE(s2_read_ahead_take(ahead, source, rect, pixels, valid, NULL) == S2RGF_OK);
    REQUIRE(read_fake(&plain, source, rect, wanted, wanted_valid, NULL) == S2RGF_OK);
    CHECK(memcmp(pixels, wanted, count * BANDS * sizeof *pixels) == 0);
    CHECK(memcmp(valid, wanted_valid, count) == 0);
}

static void test_reads_beside_the_caller(void)
{
    fake f = {0};
    s2_read_ahead *ahead = start(&f);
    s2_read_ahead_expect(ahead, 0, (s2_rect){0, 0, 8, 4});
    s2_read_ahead_expect(ahead, 1, (s2_rect){3, 5, 2, 7});
    for (int i = 0; i < 10000 && atomic_load(&f.reads) < 2; i++)
        rest();
    CHECK(atomic_load(&f.reads) == 2); /* before anyone has taken anything */
    take(ahead, 0, (s2_rect){0, 0, 8, 4});
    take(ahead, 1, (s2_rect){3, 5, 2, 7});
    CHECK(atomic_load(&f.reads) == 2);
    CHECK(s2_read_ahead_seconds(ahead) > 0.0);
    s2_read_ahead_stop(ahead);
}

static void test_waits_for_what_is_on_its_way(void)
{
    fake f = {.gate = true};
    s2_read_ahead *ahead = start(&f);
    s2_read_ahead_expect(ahead, 0, (s2_rect){0, 0, 4, 4});
    CHECK(atomic_load(&f.reads) == 0); /* the caller did not wait, though the file does */
    atomic_store(&f.gate, false);
    take(ahead, 0, (s2_rect){0, 0, 4, 4});
    s2_read_ahead_stop(ahead);
}

static void test_takes_what_was_not_expected(void)
{
    fake f = {0};
    s2_read_ahead *ahead = start(&f);
    take(ahead, 1, (s2_rect){1, 2, 3, 4});
    s2_read_ahead_expect(ahead, 1, (s2_rect){1, 6, 3, 4});
    take(ahead, 1, (s2_rect){5, 6, 3, 4});
    s2_read_ahead_expect(ahead, 1, (s2_rect){1, 6, 3, 4});
    s2_read_ahead_expect(ahead, 1, (s2_rect){1, 6, 3, 5});
    take(ahead, 1, (s2_rect){1, 6, 3, 5});
    take(ahead, 1, (s2_rect){1, 6, 3, 5}); /* a rectangle is taken once, then read again */
    CHECK(atomic_load(&f.reads) >= 4 &&
          atomic_load(&f.reads) <= 6); /* of rectangles nobody took, some */
    s2_read_ahead_stop(ahead);
}

/* A failure belongs to its rectangle: no sooner, no later, and not to another source. */
static void test_failure(void)
{
    fake f = {0};
    s2_read_ahead *ahead = start(&f);
    float pixels[LARGEST * BANDS];
    uint8_t valid[LARGEST];
    s2rgf_error error = {0};
    f.broken_y = 7;
    s2_read_ahead_expect(ahead, 0, (s2_rect){0, 7, 4, 4});
    take(ahead, 1, (s2_rect){0, 3, 4, 4});
    CHECK(s2_read_ahead_take(ahead, 0, (s2_rect){0, 7, 4, 4}, pixels, valid, &error) == S2RGF_IO);
    CHECK(strstr(error.message, "row 7 of source 0") != NULL);
    take(ahead, 0, (s2_rect){0, 11, 4, 4});
    s2_read_ahead_stop(ahead);
}

/* Without a core for it the thread leaves reading to the caller, unless reading is waiting. */
static void test_without_a_core(void)
{
    fake f = {0};
    s2_read_ahead *ahead = start_with(&f, false);
    for (int i = 0; i < 300; i++)
        rest(); /* time in which nobody reads, so that a timeslice lost while reading is no part of it */
    for (int y = 0; y < 4; y++) {
        s2_read_ahead_expect(ahead, 0, (s2_rect){0, y, 4, 4});
        for (int i = 0; i < 5; i++)
            rest();
        CHECK(atomic_load(&f.reads) == y);
        take(ahead, 0, (s2_rect){0, y, 4, 4});
    }
    f.slow = true;
    for (int y = 4; y < 8; y++)
        take(ahead, 0, (s2_rect){0, y, 4, 4});
    s2_read_ahead_expect(ahead, 0, (s2_rect){0, 8, 4, 4});
    for (int i = 0; i < 10000 && atomic_load(&f.reads) < 9; i++)
        rest();
    CHECK(atomic_load(&f.reads) == 9); /* before it is taken */
    take(ahead, 0, (s2_rect){0, 8, 4, 4});
    s2_read_ahead_stop(ahead);
}

static void test_stop(void)
{
    fake f = {0};
    s2_read_ahead *ahead = start(&f);
    s2_read_ahead_expect(ahead, 0, (s2_rect){0, 0, 4, 4});
    s2_read_ahead_stop(ahead); /* with a rectangle that nobody takes */
    s2_read_ahead_stop(NULL);
}

static void test_many(bool spare_cores)
{
    fake f = {0};
    s2_read_ahead *ahead = start_with(&f, spare_cores);
    s2_random random;
    s2_random_init(&random, 5, 0);
    for (int i = 0; i < 2000; i++) {
        const int source = (int)s2_random_below(&random, 2);
        const s2_rect rect = {i % 9, i, 1 + i % 8, 1 + i % 7};
        if (s2_random_below(&random, 4) > 0)
            s2_read_ahead_expect(ahead, source, rect);
        take(ahead, source, rect);
    }
    CHECK(atomic_load(&f.reads) == 2000);
    s2_read_ahead_stop(ahead);
}

int main(void)
{
    test_reads_beside_the_caller();
    test_waits_for_what_is_on_its_way();
    test_takes_what_was_not_expected();
    test_failure();
    test_without_a_core();
    test_stop();
    test_many(true);
    test_many(false);
    CHECK(!atomic_load(&overlapped));
    return harness_end();
}
