/* Reproducible random numbers: the same on every machine, one independent stream per purpose. */
#ifndef S2_CORE_RANDOM_H
#define S2_CORE_RANDOM_H

#include <stddef.h>
#include <stdint.h>

/** State of one stream (xoshiro256**, public domain algorithm of Blackman and Vigna). */
typedef struct s2_random {
    uint64_t s[4];
} s2_random;

/** Start stream number `stream` of `seed`. */
void s2_random_init(s2_random *random, uint64_t seed, uint64_t stream);

/** 64 uniform bits. */
uint64_t s2_random_bits(s2_random *random);

/** Uniform in [0, 1), 53 bits. */
double s2_random_uniform(s2_random *random);

/** Uniform integer in [0, bound), bound > 0, without modulo bias. */
uint64_t s2_random_below(s2_random *random, uint64_t bound);

/** Standard normal (Box-Muller, no state beyond the stream's). */
double s2_random_normal(s2_random *random);

/** Shuffle items 0..count-1 of an index array in place (Fisher-Yates). */
void s2_random_shuffle(s2_random *random, int *items, size_t count);

#endif
