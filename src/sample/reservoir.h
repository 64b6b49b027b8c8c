/* A simple random sample of pixels that come one after the other, however many they are. */
#ifndef S2_SAMPLE_RESERVOIR_H
#define S2_SAMPLE_RESERVOIR_H

#include "core/random.h"
#include "s2rgf/base.h"

typedef struct s2_pixel {
    int x, y;
} s2_pixel;

/**
 * Keeps `capacity` of the pixels seen so far, every set of them equally likely.
 * Source  Li 1994, ACM Trans. Math. Softw. 20, 481, algorithm L: it jumps from one pixel that gets
 *         in to the next, so a run of pixels costs no more than one.
 */
typedef struct s2_reservoir {
    s2_pixel *items;
    size_t count, room, capacity;
    uint64_t seen, next; /* pixels so far; the number, from 0, of the next one that gets in */
    double weight;
    s2_random random;
} s2_reservoir;

/** Start empty; nothing is allocated. stream in: of the seed, one for every reservoir */
void s2_reservoir_init(s2_reservoir *reservoir, size_t capacity, uint64_t seed, uint64_t stream);
void s2_reservoir_clear(s2_reservoir *reservoir);

/** Show it pixels x.. x + length - 1 of a line. Errors: NO_MEMORY. */
s2rgf_status s2_reservoir_add(s2_reservoir *reservoir, int x, int y, int length, s2rgf_error *err);

/** Keep `count` of what it holds, at most all, in random order: a sample of that size. */
void s2_reservoir_cut(s2_reservoir *reservoir, size_t count);

#endif
