/* Rows that a run asks for, filled from a source that is in memory as a whole. */
#ifndef TESTS_UNIT_INPUT_ROWS_H
#define TESTS_UNIT_INPUT_ROWS_H

#include <string.h>

#include "harness.h"
#include "nn/run/tile.h"

/** A source: pixels [h][w][bands], valid [h][w]. */
typedef struct whole_source {
    const float *pixels;
    const uint8_t *valid; /* NULL: all is */
    int w, h, bands;
} whole_source;

/** Fill rect, which is rows->rect or rows->after, at its place in memory. */
static inline void fill_input_rows(const whole_source *source, const s2_input_rows *rows,
                                   s2_rect rect)
{
    const size_t bands = (size_t)source->bands;
    REQUIRE(s2_rect_is_empty(rect) ||
            s2_rect_contains((s2_rect){0, 0, source->w, source->h}, rect));
    for (int y = rect.y; y < rect.y + rect.h && rect.w > 0; y++) {
        const size_t from = (size_t)y * (size_t)source->w + (size_t)rect.x;
        uint8_t *valid = (uint8_t *)s2_row_ring_at(&rows->valid, y);
        memcpy(s2_row_ring_at(&rows->pixels, y), source->pixels + from * bands,
               (size_t)rect.w * bands * sizeof(float));
        if (source->valid)
            memcpy(valid, source->valid + from, (size_t)rect.w);
        else
            memset(valid, 1, (size_t)rect.w);
    }
}

#endif
