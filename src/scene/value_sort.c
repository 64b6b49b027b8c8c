/* Sorting of many values. */
#include "scene/value_sort.h"

#include <stdbool.h>
#include <string.h>

#define SIGN UINT32_C(0x80000000)
#define BYTE_VALUES 256

/** Bits that are in the order of the numbers: greater for a greater one, of either sign. */
static uint32_t key_of(float value)
{
    uint32_t bits;
    value += 0.0f; /* -0 + 0 is 0 */
    memcpy(&bits, &value, sizeof bits);
    return bits & SIGN ? ~bits : bits | SIGN;
}

static float value_of(uint32_t key)
{
    const uint32_t bits = key & SIGN ? key & ~SIGN : ~key;
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/** Keys in the order of one byte, and within it as they came; false: all are alike there. */
static bool pass(const uint32_t *from, uint32_t *to, size_t count, unsigned shift)
{
    size_t starts[BYTE_VALUES] = {0}, start = 0;
    for (size_t i = 0; i < count; i++)
        starts[from[i] >> shift & (BYTE_VALUES - 1)]++;
    if (starts[from[0] >> shift & (BYTE_VALUES - 1)] == count)
        return false;
    for (int b = 0; b < BYTE_VALUES; b++) {
        const size_t keys = starts[b];
        starts[b] = start;
        start += keys;
    }
    for (size_t i = 0; i < count; i++)
        to[starts[from[i] >> shift & (BYTE_VALUES - 1)]++] = from[i];
    return true;
}

void s2_value_sort(float *values, size_t count, uint32_t *room)
{
    uint32_t *keys = room, *other = room + count;
    for (size_t i = 0; i < count; i++)
        keys[i] = key_of(values[i]);
    for (unsigned shift = 0; shift < 32 && count > 0; shift += 8)
        if (pass(keys, other, count, shift)) {
            uint32_t *sorted = other;
            other = keys;
            keys = sorted;
        }
    for (size_t i = 0; i < count; i++)
        values[i] = value_of(keys[i]);
}
