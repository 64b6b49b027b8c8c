/* What the job of a tile leaves out in some tests. */
#ifndef S2_TESTS_TILE_FIXTURE_H
#define S2_TESTS_TILE_FIXTURE_H

#include "s2rgf/base.h"

static inline s2rgf_status write_nothing(void *worker, int tile, s2rgf_error *err)
{
    (void)worker;
    (void)tile;
    (void)err;
    return S2RGF_OK;
}

static inline void stop_nothing(void *worker)
{
    (void)worker;
}

#endif
