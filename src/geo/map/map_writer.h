/* Output rasters: written under a temporary name, given their own name only when whole. */
#ifndef S2_GEO_MAP_MAP_WRITER_H
#define S2_GEO_MAP_MAP_WRITER_H

#include "core/class_table.h"
#include "geo/map/class_description.h"
#include "geo/map/share.h"
#include "geo/source/grid.h"
#include "s2rgf/base.h"

/**
 * Lines of an output that wait for their file block, at the default block size, besides the tile's
 * own.
 */
#define S2_MAP_WAITING_LINES 256

typedef struct s2_map_writer s2_map_writer;

typedef enum s2_map_kind {
    S2_MAP_CLASSES,       /* Byte, or UInt16 when a class value is above 255; nodata 0 */
    S2_MAP_CONFIDENCE,    /* one Float32 band, nodata -1 */
    S2_MAP_PROBABILITIES, /* one Float32 band a class, nodata -1 */
    S2_MAP_UNCERTAINTY,   /* Float32 bands "entropy" and "margin", nodata -1 */
    S2_MAP_KINDS
} s2_map_kind;

#define S2_UNCERTAINTY_BANDS 2

/**
 * What was found out of a format, so that further maps with the same classes and creation options
 * need no trial; all zeros: nothing yet. Released with s2_map_trial_clear().
 */
typedef struct s2_map_trial {
    bool is_known, leaves_table, is_unchecked;
    unsigned keeps; /* parts of the description */
    char *srs_read; /* what the format makes of the CRS */
    s2_grid grid;   /* of the map that it was made for */
    GDALDriverH driver;
} s2_map_trial;
void s2_map_trial_clear(s2_map_trial *trial);

typedef struct s2_map_spec {
    s2_map_kind kind;
    const char *path;
    const char *format;                  /* driver name, NULL: from the extension, else GTiff */
    const char *const *creation_options; /* override: tiled 256, DEFLATE, IF_SAFER */
    bool overwrite;
    bool style; /* .qml beside a class map */
    const s2_grid *grid;
    const s2_class_table *classes;
    const char *const *metadata; /* KEY=VALUE list ended by NULL: provenance */
    /* further columns of the attribute table, borrowed until the writer is closed; or NULL */
    const s2_class_column *columns;
    const s2rgf_host *host; /* NULL, or whose progress() may stop the copy into another format */
    /* of a class map: smaller patches take the class of a neighbour, when all is written; zeros: all
       stay */
    s2rgf_patch_size smallest_patch;
    /* NULL: a whole map; a share says so and has all in its one file: no side files for names, areas
       and style, which its map will have */
    const s2_map_share *share;
    s2_map_trial *trial; /* in out: used where it serves, else filled; NULL: every map is tried */
} s2_map_spec;

/** Bands of a map of that kind. */
int s2_map_bands(s2_map_kind kind, const s2_class_table *classes);

/** Bytes of a class value in a map: 1 where all fit, else 2. */
size_t s2_map_class_bytes(const s2_class_table *classes);

/**
 * Check all that can be checked before work starts (the driver exists and can write and hold such a
 * map, the output is absent unless overwrite, the folder takes files) and create the temporary
 * file.
 * Errors  INVALID_ARGUMENT, IO, UNSUPPORTED, NO_MEMORY.
 * Memory  *writer is released with s2_map_close(); what the specification lends is copied.
 */
s2rgf_status s2_map_create(const s2_map_spec *spec, s2_map_writer **writer, s2rgf_error *err);

/**
 * Write one rectangle. Rectangles must come in row-major order of a regular tiling of the grid; the
 * writer collects them into whole rows of file blocks, so the file's bytes depend on the pixels
 * only.
 * values  in  uint16 class values [h][w] (S2_MAP_CLASSES), else float [bands][h][w]
 * Errors  IO, INTERNAL (out of order, or a value that is no class), NO_MEMORY.
 * Memory  one row of rectangles and one row of file blocks, full width.
 */
s2rgf_status s2_map_write_classes(s2_map_writer *writer, s2_rect rect, const uint16_t *values,
                                  s2rgf_error *err);
s2rgf_status s2_map_write_floats(s2_map_writer *writer, s2_rect rect, const float *values,
                                 s2rgf_error *err);

/**
 * Finish: small patches (GDALSieveFilter(), 4-connected, nodata left as it is), attribute table (Value, Count, Class, Red, Green, Blue, Alpha, Area_ha by PROJ
 * geodesics), close, convert where the format is not GTiff (GDALCreateCopy), style, and compare
 * what came out with what was written: all but the names.
 * Errors  IO (also what GDAL reports at closing, and what differs), INTERNAL (lines are missing),
 *         NO_MEMORY.
 */
s2rgf_status s2_map_finish(s2_map_writer *writer, s2rgf_error *err);

/** Pixels and areas of the classes of a map; borrowed from the writer until it is closed. */
s2_class_extents s2_map_extents(const s2_map_writer *writer);

/**
 * Finish where that was not done, and give all files of all outputs their names, or none.
 * writers in [count], some may be NULL; the first is the one whose name is given last
 * Errors: as s2_map_finish(). After any error nothing of these outputs is left, and older ones are
 * as they were.
 */
s2rgf_status s2_map_commit(s2_map_writer *const *writers, int count, s2rgf_error *err);
/** Release; what was not committed is removed. NULL is accepted. */
void s2_map_close(s2_map_writer *writer);

#endif
