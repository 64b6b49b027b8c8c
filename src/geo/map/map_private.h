/* What creating, filling and finishing an output share. */
#ifndef S2_GEO_MAP_MAP_PRIVATE_H
#define S2_GEO_MAP_MAP_PRIVATE_H

#include "geo/map/map_files.h"
#include "geo/map/map_table.h"
#include "geo/map/map_writer.h"

struct s2_map_writer {
    s2_map_kind kind;
    const s2rgf_host *host;
    bool style, is_part;
    s2_grid grid;
    s2_class_table classes; /* painted copy */
    char **metadata;        /* provenance and CLASS_n */
    char **final_options;   /* creation options of the final driver, where that is not GTiff */
    GDALDriverH final_driver;
    bool finished; /* nothing is left but the rename */
    bool converts; /* final format is not the GeoTIFF written first */
    s2_map_files files;
    char *written_path; /* the GeoTIFF */
    GDALDatasetH dataset;
    GDALDataType type;
    int bands;
    s2_map_table *table; /* whole class maps only, else NULL */
    /* Lines not yet handed to GDAL: [bands][capacity][width] of the type above. */
    unsigned char *lines;
    size_t sample_bytes;
    int first_line, capacity;
    int done_lines;         /* whole lines collected, from first_line on */
    int row_height, next_x; /* the row of rectangles in hand */
    int unit; /* lines handed over at a time: whole file blocks and whole area blocks */
};

/**
 * Provenance and class names as dataset metadata, which survives where side files are lost. Released
 * with CSLDestroy().
 */
char **s2_map_metadata(const char *const *provenance, const s2_class_table *classes);

/**
 * Georeference, metadata, nodata, palette and names of writer->dataset, all that must precede the
 * pixels; false when GDAL refuses one.
 */
bool s2_map_describe(s2_map_writer *writer);

#endif
