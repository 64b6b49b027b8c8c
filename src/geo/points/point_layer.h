/* Pixels as a layer of points in any vector format that GDAL writes. */
#ifndef S2_GEO_POINTS_POINT_LAYER_H
#define S2_GEO_POINTS_POINT_LAYER_H

#include "geo/map/map_files.h"
#include "geo/source/grid.h"

typedef enum s2_point_type {
    S2_POINT_INTEGER,
    S2_POINT_COUNT,
    S2_POINT_REAL,
    S2_POINT_TEXT
} s2_point_type;

/** A field of a layer, besides "id". */
typedef struct s2_point_field {
    const char *name;
    const char *brief; /* its name in shapefiles, or NULL: the same */
    s2_point_type type;
} s2_point_field;

/** A value of a field, by its type. */
typedef union s2_point_value {
    int integer;
    uint64_t count;
    double real;
    const char *text; /* borrowed; NULL: empty */
} s2_point_value;

/** A pixel and what there is to say of it. */
typedef struct s2_point {
    int x, y;
    const s2_point_value *values; /* [fields] borrowed */
} s2_point;

/** A layer that is to be written. */
typedef struct s2_point_layer {
    const s2_grid *grid;          /* of the pixels; borrowed */
    const s2_point_field *fields; /* [field_count] borrowed */
    size_t field_count;
    GDALDriverH driver;
    bool is_tried; /* the driver can hold such points */
    s2_map_files files;
    char **
        suffixes; /* what is appended to its name without extension in files beside it; NULL-ended */
} s2_point_layer;

/**
 * Choose the driver and write a layer of one point where nobody sees it, so that a format that
 * cannot hold the points is refused before work.
 * format in  GDAL driver, NULL: by the extension
 * Errors  INVALID_ARGUMENT (exists and not overwrite, no such driver), UNSUPPORTED (no driver
 *         writes that, or it cannot hold the points), IO, NO_MEMORY.
 * Memory  released with s2_point_layer_close(), after errors too.
 */
s2rgf_status s2_point_layer_prepare(const s2_map_target *target, const char *format,
                                    const s2_grid *grid, const s2_point_field *fields,
                                    size_t field_count, s2_point_layer *layer, s2rgf_error *err);

/**
 * Write points at the centres of their pixels, numbered from 1 in their order; read them back, and
 * give the file its name. Errors: IO, UNSUPPORTED, NO_MEMORY.
 */
s2rgf_status s2_point_layer_write(s2_point_layer *layer, const s2_point *points, size_t count,
                                  s2rgf_error *err);

/** Remove what was not finished, and release. Zeros are accepted. */
void s2_point_layer_close(s2_point_layer *layer);

#endif
