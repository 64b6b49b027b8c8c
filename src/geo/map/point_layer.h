/* Points of a sample as a layer in any vector format that GDAL writes. */
#ifndef S2_GEO_MAP_POINT_LAYER_H
#define S2_GEO_MAP_POINT_LAYER_H

#include "geo/labels/labels.h"
#include "geo/map/map_files.h"
#include "geo/source/grid.h"

/** A pixel that was drawn. */
typedef struct s2_sample_point {
    int x, y; /* pixel */
    int stratum;
    uint64_t stratum_size;
    double probability;    /* of getting into the sample */
    const char *map_class; /* borrowed; NULL: left out, of all points */
} s2_sample_point;

/** A layer that is to be written. */
typedef struct s2_point_layer {
    const s2_grid *grid; /* of the pixels; borrowed */
    bool with_class;
    GDALDriverH driver;
    s2_map_files files;
    char **
        suffixes; /* what is appended to its name without extension in files beside it; NULL-ended */
} s2_point_layer;

/**
 * Choose the driver and write a layer of one point where nobody sees it, so that a format that
 * cannot hold the sample is refused before work.
 * format in  GDAL driver, NULL: by the extension
 * Errors  INVALID_ARGUMENT (exists and not overwrite, no such driver), UNSUPPORTED (no driver
 *         writes that, or it cannot hold the points), IO, NO_MEMORY.
 * Memory  released with s2_point_layer_close(), after errors too.
 */
s2rgf_status s2_point_layer_prepare(const s2_map_target *target, const char *format,
                                    const s2_grid *grid, bool with_class, s2_point_layer *layer,
                                    s2rgf_error *err);

/**
 * Write points at the centres of their pixels, numbered from 1 in their order, with an empty field
 * "reference"; read them back, and give the file its name. Errors: IO, UNSUPPORTED, NO_MEMORY.
 */
s2rgf_status s2_point_layer_write(s2_point_layer *layer, const s2_sample_point *points,
                                  size_t count, s2rgf_error *err);

/** Remove what was not finished, and release. Zeros are accepted. */
void s2_point_layer_close(s2_point_layer *layer);

#endif
