/* The job of a test, and what it leaves out. */
#ifndef S2_TESTS_TILE_FIXTURE_H
#define S2_TESTS_TILE_FIXTURE_H

#include "tiles/tile_runner.h"

/* TILES tiles by start() and compute() of the test; other members follow. */
#define TILE_JOB(scenario, workers, ...)                                                           \
    {                                                                                              \
        .context = (scenario), .tile_count = TILES, .threads = (workers), .start = start,          \
        .compute = compute, __VA_ARGS__                                                            \
    }

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
