/* Rows of memory, perhaps fewer than a rectangle has: a row takes the place of one further up. */
#ifndef S2_CORE_ROW_RING_H
#define S2_CORE_ROW_RING_H

#include <stddef.h>

/** Rows from number `first` on. */
typedef struct s2_row_ring {
    void *data;       /* of row `first` */
    size_t row_bytes; /* from one row to the next */
    int first;
    int count; /* row y is where row y - count was; 0: there is memory for every row */
} s2_row_ring;

/** Where row y is; y is not above the first. */
static inline void *s2_row_ring_at(const s2_row_ring *ring, int y)
{
    const int below = y - ring->first;
    const size_t place = (size_t)(ring->count > 0 ? below % ring->count : below);
    return (char *)ring->data + place * ring->row_bytes;
}

#endif
