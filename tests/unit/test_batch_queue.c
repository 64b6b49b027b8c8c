/* train/set/batch_queue.h: crops that were read ahead are those that drawing at once gives. */
#include <stdatomic.h>
#include <string.h>
#include <time.h>

#include "harness.h"
#include "nn/network.h"
#include "train/set/batch_queue.h"

/* A draw without a scene: random numbers, by whom they were drawn, and a failure on demand. */
static atomic_int drawn_by_caller, drawn_by_other;
static atomic_bool broken, busy;
static pthread_t caller;

static s2rgf_status draw(s2_training_set *set, const s2_batch_shape *shape, s2_random *random,
                         s2_batch *batch, s2rgf_error *err)
{
    const size_t values = (size_t)(shape->crops * shape->width * shape->height);
    (void)set;
    CHECK(!atomic_exchange(&busy, true));
    atomic_fetch_add(pthread_equal(pthread_self(), caller) ? &drawn_by_caller : &drawn_by_other, 1);
    for (size_t i = 0; i < values; i++)
        batch->pixels[0].data[i] = (float)s2_random_uniform(random);
    atomic_store(&busy, false);
    if (!atomic_load(&broken))
        return S2RGF_OK;
    err->status = S2RGF_IO;
    strcpy(err->message, "one.tif: broken");
    return S2RGF_IO;
}

static s2rgf_status draw_otherwise(s2_training_set *set, const s2_batch_shape *shape,
                                   s2_random *random, s2_batch *batch, s2rgf_error *err)
{
    s2_random_bits(random);
    return draw(set, shape, random, batch, err);
}

static const s2_batch_shape shape = {.crops = 2, .width = 4, .height = 3};
static const s2_network_spec spec = {
    .channels = 16, .classes = 2, .sources = 1, .bands = {1}, .on_reference = {true}};
static s2_batch batch, expected;

static s2_random stream(uint64_t number)
{
    s2_random random;
    s2_random_init(&random, 1, number);
    return random;
}

static void start(s2_batch_queue *queue, bool ahead)
{
    REQUIRE(s2_batch_queue_init(queue, NULL, &spec, &shape, ahead, NULL) == S2RGF_OK);
    atomic_store(&drawn_by_caller, 0);
    atomic_store(&drawn_by_other, 0);
}

/* Taking leaves the pixels and the random numbers as drawing at once does. Returns whether the caller
   drew them. */
static bool take(s2_batch_queue *queue, s2_batch_draw how, s2_random random)
{
    s2_random alike = random;
    s2_batch_queue_rest(queue);
    REQUIRE(how(NULL, &shape, &alike, &expected, NULL) == S2RGF_OK);
    const int before = atomic_load(&drawn_by_caller);
    CHECK(s2_batch_queue_take(queue, how, &random, &batch, NULL) == S2RGF_OK);
    CHECK(memcmp(batch.pixels[0].data, expected.pixels[0].data, 24 * sizeof(float)) == 0);
    CHECK(memcmp(&random, &alike, sizeof random) == 0);
    return atomic_load(&drawn_by_caller) > before;
}

/* Say what is next, and wait until the thread draws it. */
static void expect(s2_batch_queue *queue, s2_batch_draw how, s2_random random)
{
    const struct timespec a_little = {0, 100000};
    const int before = atomic_load(&drawn_by_other);
    s2_batch_queue_expect(queue, how, &random);
    while (atomic_load(&drawn_by_other) == before)
        nanosleep(&a_little, NULL);
}

static void reads_what_is_expected_beside_the_caller(void)
{
    s2_batch_queue queue;
    start(&queue, true);
    CHECK(take(&queue, draw, stream(0)));
    for (uint64_t step = 1; step < 50; step++) {
        expect(&queue, draw, stream(step));
        CHECK(!take(&queue, draw, stream(step)));
    }
    s2_batch_queue_clear(&queue);
}

/* The same whether the thread has begun or not. */
static void gives_the_same_without_waiting(void)
{
    s2_batch_queue queue;
    start(&queue, true);
    for (uint64_t step = 0; step < 200; step++) {
        s2_random random = stream(step);
        take(&queue, draw, random);
        random = stream(step + 1);
        s2_batch_queue_expect(&queue, draw, &random);
    }
    s2_batch_queue_clear(&queue);
}

/* Something else in between, such as statistics, leaves it in the queue. */
static void gives_what_was_not_expected(void)
{
    s2_batch_queue queue;
    start(&queue, true);
    expect(&queue, draw, stream(1));
    CHECK(take(&queue, draw_otherwise, stream(1)));
    CHECK(take(&queue, draw, stream(2)));
    CHECK(!take(&queue, draw, stream(1)));
    CHECK(take(&queue, draw, stream(1))); /* what was taken once is drawn again */
    expect(&queue, draw, stream(3));
    expect(&queue, draw_otherwise, stream(4)); /* the last word counts */
    CHECK(!take(&queue, draw_otherwise, stream(4)));
    CHECK(take(&queue, draw, stream(3)));
    s2_batch_queue_clear(&queue);
}

/* A failure belongs to its batch: no sooner and no later. */
static void failure_comes_with_its_batch(void)
{
    s2_batch_queue queue;
    s2_random random = stream(2);
    s2rgf_error error = {.status = S2RGF_OK};
    start(&queue, true);
    atomic_store(&broken, true);
    expect(&queue, draw, stream(2));
    s2_batch_queue_rest(&queue);
    atomic_store(&broken, false);
    CHECK(take(&queue, draw, stream(1)));
    CHECK(s2_batch_queue_take(&queue, draw, &random, &batch, &error) == S2RGF_IO);
    CHECK_STR(error.message, "one.tif: broken");
    CHECK(take(&queue, draw, stream(2)));
    s2_batch_queue_clear(&queue);
}

static void without_another_thread_draws_when_taken(void)
{
    s2_batch_queue queue;
    start(&queue, false);
    for (uint64_t step = 0; step < 5; step++) {
        s2_random random = stream(step + 1);
        CHECK(take(&queue, draw, stream(step)));
        s2_batch_queue_expect(&queue, draw, &random);
    }
    CHECK(atomic_load(&drawn_by_other) == 0);
    s2_batch_queue_clear(&queue);
}

static void ends_with_what_nobody_takes(void)
{
    s2_batch_queue queue;
    start(&queue, true);
    expect(&queue, draw, stream(0));
    s2_batch_queue_clear(&queue);
    CHECK(!queue.thread.running && !queue.next.valid);
}

int main(void)
{
    caller = pthread_self();
    REQUIRE(s2_batch_init(&batch, &spec, &shape, NULL) == S2RGF_OK);
    REQUIRE(s2_batch_init(&expected, &spec, &shape, NULL) == S2RGF_OK);
    reads_what_is_expected_beside_the_caller();
    gives_the_same_without_waiting();
    gives_what_was_not_expected();
    failure_comes_with_its_batch();
    without_another_thread_draws_when_taken();
    ends_with_what_nobody_takes();
    s2_batch_clear(&batch);
    s2_batch_clear(&expected);
    return harness_end();
}
