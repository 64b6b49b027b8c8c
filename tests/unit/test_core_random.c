/* Tests of core/random.h: fixed sequence, independent streams, sound distributions. */
#include "core/random.h"

#include "../harness.h"

/**
 * The generator's step, checked against the sequence that its definition gives by hand from state
 * 1, 2, 3, 4.
 */
static void test_known_sequence(void)
{
    s2_random random = {{1, 2, 3, 4}};
    CHECK(s2_random_bits(&random) == 11520);
    CHECK(s2_random_bits(&random) == 0);
    CHECK(s2_random_bits(&random) == 1509978240);
    CHECK(s2_random_bits(&random) == UINT64_C(1215971899390074240));
}

static void test_streams_differ(void)
{
    enum { PAIRS = 6 };
    const uint64_t pairs[PAIRS][2] = {{1, 2}, {2, 1}, {0, 0}, {0, 1}, {1, 0}, {UINT64_MAX, 0}};
    s2_random streams[PAIRS];
    for (int i = 0; i < PAIRS; i++) {
        s2_random_init(&streams[i], pairs[i][0], pairs[i][1]);
        s2_random again;
        s2_random_init(&again, pairs[i][0], pairs[i][1]);
        CHECK(memcmp(&again, &streams[i], sizeof again) == 0);
        for (int j = 0; j < i; j++)
            for (int k = 0; k < 4; k++)
                for (int l = 0; l < 4; l++)
                    CHECK(streams[i].s[k] != streams[j].s[l]);
    }
}

static void test_uniform(void)
{
    enum { DRAWS = 200000 };
    s2_random random;
    s2_random_init(&random, 7, 0);
    double sum = 0, squares = 0;
    bool in_range = true;
    for (int i = 0; i < DRAWS; i++) {
        const double u = s2_random_uniform(&random);
        in_range = in_range && u >= 0.0 && u < 1.0;
        sum += u;
        squares += u * u;
    }
    CHECK(in_range);
    CHECK_NEAR(sum / DRAWS, 0.5, 0.003);
    CHECK_NEAR(squares / DRAWS, 1.0 / 3.0, 0.003);
}

static void test_below(void)
{
    enum { DRAWS = 60000, BOUND = 6 };
    s2_random random;
    s2_random_init(&random, 11, 3);
    int counts[BOUND] = {0};
    for (int i = 0; i < DRAWS; i++) {
        const uint64_t drawn = s2_random_below(&random, BOUND);
        REQUIRE(drawn < BOUND);
        counts[drawn]++;
    }
    for (int i = 0; i < BOUND; i++)
        CHECK_NEAR(counts[i], DRAWS / BOUND, 400);
    CHECK(s2_random_below(&random, 1) == 0);
    /* A bound just above 2^63 rejects almost half of the words; plain modulo would put two thirds
       below 2^62. */
    const uint64_t bound = (UINT64_C(1) << 63) + 1;
    int low = 0;
    for (int i = 0; i < 4000; i++)
        low += s2_random_below(&random, bound) < (UINT64_C(1) << 62);
    CHECK_NEAR(low, 2000, 150);
}

static void test_normal(void)
{
    enum { DRAWS = 200000 };
    s2_random random;
    s2_random_init(&random, 5, 9);
    double sum = 0, squares = 0, fourth = 0;
    for (int i = 0; i < DRAWS; i++) {
        const double z = s2_random_normal(&random);
        sum += z;
        squares += z * z;
        fourth += z * z * z * z;
    }
    CHECK_NEAR(sum / DRAWS, 0.0, 0.01);
    CHECK_NEAR(squares / DRAWS, 1.0, 0.02);
    CHECK_NEAR(fourth / DRAWS, 3.0, 0.15);
}

static void test_shuffle(void)
{
    enum { COUNT = 5, ROUNDS = 50000 };
    s2_random random;
    s2_random_init(&random, 3, 1);
    int seen[COUNT][COUNT] = {{0}};
    for (int round = 0; round < ROUNDS; round++) {
        int items[COUNT];
        for (int i = 0; i < COUNT; i++)
            items[i] = i;
        s2_random_shuffle(&random, items, COUNT);
        for (int i = 0; i < COUNT; i++)
            seen[i][items[i]]++;
    }
    /* Every item at every place equally often: also shows that each round was a permutation. */
    for (int i = 0; i < COUNT; i++)
        for (int j = 0; j < COUNT; j++)
            CHECK_NEAR(seen[i][j], ROUNDS / COUNT, 400);
    int none = 42;
    s2_random_shuffle(&random, &none, 0);
    s2_random_shuffle(&random, &none, 1);
    CHECK(none == 42);
}

int main(void)
{
    test_known_sequence();
    test_streams_differ();
    test_uniform();
    test_below();
    test_normal();
    test_shuffle();
    return harness_end();
}
