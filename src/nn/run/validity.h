/* Validity of a reference pixel from that of the sources. */
#ifndef S2_NN_RUN_VALIDITY_H
#define S2_NN_RUN_VALIDITY_H

#include <stdbool.h>
#include <stdint.h>

/** What there is at a reference pixel; 0: nothing that can be mapped. */
enum {
    S2_PIXEL_WHOLE = 1, /* all sources have data */
    S2_PIXEL_PART = 2   /* some have, and these suffice */
};

/** Before any source is joined. any: pixels that lack a source can be mapped */
static inline uint8_t s2_validity_start(bool any)
{
    return any ? 0 : S2_PIXEL_WHOLE;
}

/** One source more; with any, bit 0 of what is joined says that one has data, bit 1 that one lacks. */
static inline uint8_t s2_validity_join(bool any, uint8_t joined, bool own)
{
    if (any)
        return (uint8_t)(joined | (own ? 1 : 2));
    return own ? joined : 0;
}

/** When all are joined. */
static inline uint8_t s2_validity_end(bool any, uint8_t joined)
{
    static const uint8_t kinds[] = {0, S2_PIXEL_WHOLE, 0, S2_PIXEL_PART};
    return any ? kinds[joined] : joined;
}

#endif
