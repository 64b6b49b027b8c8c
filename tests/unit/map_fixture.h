/* What tests of written maps share: a scratch folder, a grid. */
#ifndef S2_TESTS_MAP_FIXTURE_H
#define S2_TESTS_MAP_FIXTURE_H

#include <stdlib.h>

#include "geo_fixture.h"

static char folder[] = "/tmp/s2rgf-maps-XXXXXX";
static s2_grid grid;

/** Path in the scratch folder; one of a few static buffers. */
static inline const char *in_folder(const char *name)
{
    static char paths[8][512];
    static int next;
    char *path = paths[next++ % 8];
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

/** Make the folder, and a grid of 3.6 m pixels. */
static inline void make_folder_and_grid(int width, int height)
{
    REQUIRE(mkdtemp(folder) != NULL);
    grid = (s2_grid){.to_geo = {{383469.97, 3.6, 0.0, 5818303.55, 0.0, -3.6}},
                     .width = width,
                     .height = height,
                     .srs_wkt = wkt_of("EPSG:32633")};
}

#endif
