/* What creating, filling and finishing an output share. */
#ifndef S2_GEO_MAP_MAP_PRIVATE_H
#define S2_GEO_MAP_MAP_PRIVATE_H

#include "geo/map/map_files.h"
#include "geo/map/map_table.h"
#include "geo/map/map_writer.h"

/** The parts of a map's description that its file holds; bits of a set. */
enum {
    S2_KEEPS_NODATA = 1,
    S2_KEEPS_SRS = 2,
    S2_KEEPS_METADATA = 4,   /* CLASS_n */
    S2_KEEPS_CATEGORIES = 8, /* class names of the band */
    S2_KEEPS_COLOURS = 16,
    S2_KEEPS_TABLE = 32,
    S2_KEEPS_BAND_NAMES = 64
};

struct s2_map_writer {
    s2_map_kind kind;
    const s2rgf_host *host;
    bool style, is_share;
    s2_grid grid;
    s2_class_table classes; /* painted copy */
    char **metadata;        /* provenance and CLASS_n */
    char **final_options;   /* creation options of the final driver, where that is not GTiff */
    GDALDriverH final_driver;
    bool finished;             /* nothing is left but the rename */
    bool converts;             /* final format is not the GeoTIFF written first */
    bool vat;                  /* its table is also a file for Esri's programs */
    bool sparse;               /* blocks may be left out */
    bool unchecked;            /* the final driver does not write through GDAL's files */
    bool is_trial;             /* a miniature: it finds out what its format keeps */
    unsigned keeps;            /* what the file holds besides pixels */
    size_t failed_allocations; /* before this writer was made */
    char *srs_read; /* what the format makes of the coordinate system, from a miniature, or NULL */
    int reach_w, reach_h; /* how far from the origin the georeference must hold, in pixels */
    s2_map_files files;
    char *written_path; /* the GeoTIFF */
    GDALDatasetH dataset;
    GDALDataType type;
    int bands;
    s2_map_table *table;   /* whole class maps only, else NULL */
    bool leave_table;      /* the format takes no attribute table */
    GDALDatasetH unsieved; /* where lines go first, until all are there; NULL: small patches stay */
    int smallest_px;
    /* Lines not yet handed to GDAL: [bands][capacity][width] of the type above. */
    unsigned char *lines;
    size_t sample_bytes;
    int first_line, capacity;
    int done_lines;         /* whole lines collected, from first_line on */
    int row_height, next_x; /* the row of rectangles in hand */
    int unit;         /* lines handed over at a time: whole file blocks and whole area blocks */
    uint64_t *hashes; /* [units] of the lines handed over */
};

/** Nodata value of a kind, and the description of a band. */
double s2_map_nodata(s2_map_kind kind);
const char *s2_map_band_name(const s2_map_writer *writer, int band);

/**
 * Georeference, metadata, nodata, palette and names of writer->dataset, all that must precede the
 * pixels; false when GDAL refuses one.
 */
bool s2_map_describe(s2_map_writer *writer);

/** As s2_map_create(), without finding out whether the format can hold the map. */
s2rgf_status s2_map_create_untried(const s2_map_spec *spec, s2_map_writer **writer,
                                   s2rgf_error *err);

/**
 * Find out whether the writer's format, with its creation options, can hold such a map: write a
 * miniature of it with the same type, classes, georeference and options, read it back and compare.
 * Sets writer->keeps, srs_read and leave_table, and spec->trial where that is wanted.
 * Errors  UNSUPPORTED (it cannot, and why), NO_MEMORY.
 */
s2rgf_status s2_map_try_format(const s2_map_spec *spec, s2_map_writer *writer, s2rgf_error *err);

/** Whether a trial, or NULL, holds for another map; its writer then gets what it found. */
bool s2_map_trial_serves(const s2_map_trial *trial, s2_map_writer *writer);
/** One line that lists what the format does not keep. */
void s2_map_warn_of_losses(const s2_map_writer *writer);

/** Hash of collected lines, and how lines go to a dataset and come back. from in: line in memory */
uint64_t s2_map_hash_lines(const s2_map_writer *writer, int from, int count);
CPLErr s2_map_transfer(const s2_map_writer *writer, GDALDatasetH dataset, GDALRWFlag direction,
                       int from, int y, int count);

/** Hand over the lines of a dataset, all of them, in place of what was. Errors: IO, NO_MEMORY. */
s2rgf_status s2_map_refill(s2_map_writer *writer, GDALDatasetH dataset, s2rgf_error *err);

/**
 * Where patches of the specified size are to go, have lines collected in a file of their own.
 * Errors  INVALID_ARGUMENT (hectares where areas are not known), IO, NO_MEMORY.
 */
s2rgf_status s2_map_sieve_begin(const s2_map_spec *spec, s2_map_writer *writer, s2rgf_error *err);
/** Give small patches of these lines other classes and hand all over. Errors: IO, CANCELLED. */
s2rgf_status s2_map_sieve_end(s2_map_writer *writer, s2rgf_error *err);

/** All bits that apply to the writer's kind of map. */
unsigned s2_map_description(const s2_map_writer *writer);

/**
 * Open what was made and compare it with what was written: size, georeference, pixels, where every
 * block of a TIFF lies, and the description, or for a miniature which of it is there. Of large
 * GeoTIFFs a sample of the pixels is read.
 * Errors  IO (it differs, and where), NO_MEMORY.
 */
s2rgf_status s2_map_verify(s2_map_writer *writer, s2rgf_error *err);

/**
 * Compare the description alone, of which writer->keeps must be there; of a miniature keeps becomes
 * what is there. Errors: IO.
 */
s2rgf_status s2_map_verify_description(s2_map_writer *writer, GDALDatasetH dataset,
                                       s2rgf_error *err);

#endif
