/* A simple random sample of pixels that come one after the other, however many they are. */
#include "sample/reservoir.h"

#include <math.h>
#include <string.h>

#include "core/error.h"
#include "core/memory.h"

#define FIRST_ROOM 64

void s2_reservoir_init(s2_reservoir *reservoir, size_t capacity, uint64_t seed, uint64_t stream)
{
    *reservoir = (s2_reservoir){.capacity = capacity, .weight = 1.0};
    s2_random_init(&reservoir->random, seed, stream);
}

void s2_reservoir_clear(s2_reservoir *reservoir)
{
    s2_free(reservoir->items);
    *reservoir = (s2_reservoir){0};
}

/** Logarithm of a number in (0, 1]. */
static double log_uniform(s2_random *random)
{
    return log(1.0 - s2_random_uniform(random));
}

/** Choose the next pixel that gets in, after number `last`. */
static void jump(s2_reservoir *reservoir, uint64_t last)
{
    reservoir->weight *= exp(log_uniform(&reservoir->random) / (double)reservoir->capacity);
    const double skipped = floor(log_uniform(&reservoir->random) / log1p(-reservoir->weight));
    const double limit = 0x1p62;
    reservoir->next = last + 1 + (skipped < limit ? (uint64_t)skipped : (uint64_t)limit);
}

static s2rgf_status grow_items(s2_reservoir *reservoir, s2rgf_error *err)
{
    size_t room = reservoir->room == 0 ? FIRST_ROOM : 2 * reservoir->room;
    if (room > reservoir->capacity)
        room = reservoir->capacity;
    s2_pixel *items = s2_grow(reservoir->items, reservoir->count, room, sizeof *items);
    if (!items)
        return s2_fail_memory(err, "sample");
    reservoir->items = items;
    reservoir->room = room;
    return S2RGF_OK;
}

s2rgf_status s2_reservoir_add(s2_reservoir *reservoir, int x, int y, int length, s2rgf_error *err)
{
    const uint64_t first = reservoir->seen;
    int used = 0;
    for (; used < length && reservoir->count < reservoir->capacity; used++) {
        if (reservoir->count == reservoir->room) {
            const s2rgf_status status = grow_items(reservoir, err);
            if (status != S2RGF_OK)
                return status;
        }
        reservoir->items[reservoir->count++] = (s2_pixel){x + used, y};
        if (reservoir->count == reservoir->capacity)
            jump(reservoir, first + (uint64_t)used);
    }
    reservoir->seen += (uint64_t)length;
    while (reservoir->capacity > 0 && reservoir->count == reservoir->capacity &&
           reservoir->next < reservoir->seen) {
        const uint64_t place = s2_random_below(&reservoir->random, reservoir->capacity);
        reservoir->items[place] = (s2_pixel){x + (int)(reservoir->next - first), y};
        jump(reservoir, reservoir->next);
    }
    return S2RGF_OK;
}

void s2_reservoir_cut(s2_reservoir *reservoir, size_t count)
{
    const size_t held = reservoir->count;
    if (count > held)
        count = held;
    for (size_t i = 0; i < count; i++) {
        const size_t other = i + (size_t)s2_random_below(&reservoir->random, held - i);
        const s2_pixel chosen = reservoir->items[other];
        reservoir->items[other] = reservoir->items[i];
        reservoir->items[i] = chosen;
    }
    reservoir->count = count;
}
