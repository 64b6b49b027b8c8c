/* Reproducible random numbers: the same on every machine, one independent stream per purpose. */
#include "core/random.h"

#include <assert.h>
#include <math.h>

/** SplitMix64: advance *state and return a well-mixed word. */
static uint64_t split_mix(uint64_t *state)
{
    *state += UINT64_C(0x9E3779B97F4A7C15);
    uint64_t z = *state;
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

static uint64_t rotate_left(uint64_t x, int bits)
{
    return (x << bits) | (x >> (64 - bits));
}

void s2_random_init(s2_random *random, uint64_t seed, uint64_t stream)
{
    /* Both words are mixed before they meet: seed + stream would make (1, 2) and (2, 1) one stream.
       */
    uint64_t seed_state = seed;
    uint64_t stream_state = ~stream;
    uint64_t state = split_mix(&seed_state) ^ rotate_left(split_mix(&stream_state), 32);
    for (int i = 0; i < 4; i++)
        random->s[i] = split_mix(&state);
}

uint64_t s2_random_bits(s2_random *random)
{
    uint64_t *s = random->s;
    const uint64_t result = rotate_left(s[1] * 5, 7) * 9;
    const uint64_t t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate_left(s[3], 45);
    return result;
}

double s2_random_uniform(s2_random *random)
{
    return (double)(s2_random_bits(random) >> 11) * 0x1.0p-53;
}

uint64_t s2_random_below(s2_random *random, uint64_t bound)
{
    assert(bound > 0);
    /* 2^64 mod bound words would make small results likelier: draw again. */
    const uint64_t surplus = (UINT64_C(0) - bound) % bound;
    uint64_t bits;
    do {
        bits = s2_random_bits(random);
    } while (bits < surplus);
    return bits % bound;
}

double s2_random_normal(s2_random *random)
{
    const double two_pi = 6.283185307179586476925;
    const double u = 1.0 - s2_random_uniform(random); /* in (0, 1]: the logarithm stays finite */
    const double v = s2_random_uniform(random);
    return sqrt(-2.0 * log(u)) * cos(two_pi * v);
}

void s2_random_shuffle(s2_random *random, int *items, size_t count)
{
    for (size_t i = count; i > 1; i--) {
        const size_t j = (size_t)s2_random_below(random, i);
        const int swapped = items[i - 1];
        items[i - 1] = items[j];
        items[j] = swapped;
    }
}
