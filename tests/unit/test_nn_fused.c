/* a b + c rounded once without the processor's own operation: the bits of fmaf(), also where rounding
   twice would give others. */
#define S2_FUSE_ALWAYS
#include <math.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/random.h"
#include "harness.h"
#include "nn/kernels/vector.h"

#define RANDOM_TIMES 400000

static float of_bits(uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static bool same(float a, float b)
{
    return (isnan(a) && isnan(b)) || memcmp(&a, &b, sizeof a) == 0;
}

/* The operation alone and in every lane, among lanes that are harmless. */
static void check(float a, float b, float c)
{
    const float expected = fmaf(a, b, c);
    CHECK(same(multiply_add_one(a, b, c), expected));
    for (int lane = 0; lane < LANES; lane++) {
        float x[LANES], y[LANES], z[LANES], found[LANES];
        for (int i = 0; i < LANES; i++) {
            x[i] = i == lane ? a : 3;
            y[i] = i == lane ? b : 5;
            z[i] = i == lane ? c : 7;
        }
        store(found, multiply_add(load(x), load(y), load(z)));
        for (int i = 0; i < LANES; i++)
            CHECK(same(found[i], i == lane ? expected : 22));
    }
}

/* Sums a hair beside the middle of two floats, which doubles take for the middle. */
static void test_midway(void)
{
    const float above = 1 + 0x1p-23f;
    const float below = 1 - 0x1p-23f;
    CHECK(fmaf(0x1p-24f * above, below, above) == above); /* rounding twice gives 1 + 2^-22 */
    for (int sign = -1; sign <= 1; sign += 2)
        for (int k = 0; k < 4; k++) {
            const float c = 1 + (float)k * 0x1p-23f;
            check(0x1p-24f * above, below * (float)sign, c);
            check(0x1p-24f * above, above * (float)sign, c);
            check(0x1p-24f, (float)sign, c);
            check(0x1p-24f * below, below * (float)sign, -c);
        }
}

/* Results with fewer bits than normal floats have, and beyond the largest. */
static void test_ends(void)
{
    static const float values[] = {
        0,         -0.0f,    0x1p-149f, 0x1.8p-148f, 0x1p-126f,       0x1.fffffep-127f,
        0x1p-75f,  0x1p-74f, 1,         0x1p127f,    0x1.fffffep127f, INFINITY,
        -INFINITY, NAN,      -1,        -0x1.8p-75f, 0x1.000002p-75f, 0x1p-63f};
    const int count = sizeof values / sizeof values[0];
    for (int i = 0; i < count; i++)
        for (int j = 0; j < count; j++)
            for (int k = 0; k < count; k++)
                check(values[i], values[j], values[k]);
}

static void test_random(void)
{
    s2_random source = {0};
    s2_random_init(&source, 1, 0);
    for (int i = 0; i < RANDOM_TIMES; i++) {
        const float a = of_bits((uint32_t)s2_random_bits(&source));
        const float b = of_bits((uint32_t)s2_random_bits(&source));
        float c = of_bits((uint32_t)s2_random_bits(&source));
        if (i % 2 == 0) /* a sum of the product's size */
            c = ldexpf(a * b, (int)(s2_random_bits(&source) % 50) - 25);
        const float expected = fmaf(a, b, c);
        CHECK(same(multiply_add_one(a, b, c), expected));
        const vector found = multiply_add(every(a), every(b), every(c));
        float lanes[LANES];
        store(lanes, found);
        CHECK(same(lanes[0], expected) && same(lanes[LANES - 1], expected));
    }
}

int main(void)
{
    CHECK(S2_FUSED);
    test_midway();
    test_ends();
    test_random();
    return harness_end();
}
