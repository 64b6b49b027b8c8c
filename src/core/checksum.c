/* Checksums against damage, and to compare; not against malice. */
#include "core/checksum.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define PRIME UINT64_C(0x100000001b3)
#define WORD_FACTOR UINT64_C(0x9e3779b97f4a7c15)

uint64_t s2_checksum_add(uint64_t sum, const void *bytes, size_t count)
{
    const unsigned char *next = bytes;
    for (size_t i = 0; i < count; i++)
        sum = (sum ^ next[i]) * PRIME;
    return sum;
}

uint64_t s2_checksum_add_words(uint64_t sum, const void *bytes, size_t count)
{
    const unsigned char *next = bytes;
    for (size_t i = 0; i < count; i += sizeof(uint64_t)) {
        const size_t left = count - i;
        uint64_t word = 0;
        memcpy(&word, next + i, left < sizeof word ? left : sizeof word);
        sum = (sum ^ word) * WORD_FACTOR;
        sum ^= sum >> 29;
    }
    return sum;
}

void s2_checksum_text(uint64_t sum, char text[S2_CHECKSUM_BYTES])
{
    snprintf(text, S2_CHECKSUM_BYTES, "%016" PRIx64, sum);
}
