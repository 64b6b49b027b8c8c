/* What the parts of a source share: its files, their bands, and how they are presented. */
#ifndef S2_GEO_SOURCE_SOURCE_PRIVATE_H
#define S2_GEO_SOURCE_SOURCE_PRIVATE_H

#include "geo/source/source_hold.h"

/** One band of one file, with what reading needs. */
typedef struct s2_file_band {
    int number; /* in its file, from 1 */
    bool wide;  /* float does not hold every value of its type: read as double */
    bool is_float;
    bool signed_byte; /* GDAL before 3.7 hands Int8 out as Byte with PIXELTYPE=SIGNEDBYTE */
    bool has_nodata;
    bool odd_nodata; /* one is stated that no pixel of the type can have */
    double nodata;
    double scale, offset;
    GDALRasterBandH mask; /* validity of this band alone, or NULL */
    s2_band_desc desc;
} s2_file_band;

typedef struct s2_file {
    char *path;
    GDALDatasetH dataset;
    s2_file_band *bands;
    int band_count;         /* without alpha bands */
    GDALRasterBandH *masks; /* validity of all bands: alpha bands and the dataset's mask */
    int mask_count;
    int first_alpha, alpha_count; /* number of the first alpha band, from 1, and how many */
} s2_file;

/** Where a delivered band comes from. */
typedef struct s2_band_place {
    int file, band;
} s2_band_place;

/** Memory that grows and is used again. */
typedef struct s2_scratch {
    void *data;
    size_t bytes;
} s2_scratch;

typedef struct s2_warp s2_warp; /* resampling from the files' grid onto another */

struct s2_source {
    char *name, *label;
    char *assigned_srs, *source_nodata;
    char **open_options, **input_formats;
    s2_file *files;
    int file_count;
    int decimation;       /* at least 1 */
    s2_grid file_grid;    /* of the files, coarsened by the decimation */
    s2_band_place *bands; /* delivered, in this order */
    int band_count;
    s2_warp *warp; /* NULL: pixels as in the files */
    bool has_view;
    s2_rect view;                  /* of the file grid or the warped grid */
    s2_grid base;                  /* file grid or warped grid */
    s2_grid grid;                  /* as presented: base, or its view */
    int block_width, block_height; /* pixels decoded together */
    s2_piece_plan lattice;         /* pieces of the file grid, read one after the other */
    s2_pieces *pieces;             /* decoded ones; NULL: none are held */
    GDALDataType held_type;        /* of their samples */
    bool owns_pieces;              /* false: those of the source that this is a copy of */
    s2_scratch planes, mask_plane, overlap_valid, numbers; /* source_read.c */
};

/**
 * Fill a file's bands and masks from its open dataset.
 * source_nodata in "value", "none" or NULL
 * Errors FORMAT (no bands), UNSUPPORTED (complex), INVALID_ARGUMENT (source_nodata), NO_MEMORY.
 */
s2rgf_status s2_file_describe(s2_file *file, const char *source_nodata, s2rgf_error *err);

/** Release bands and masks; the dataset stays. */
void s2_file_forget(s2_file *file);

/** As s2_source_read_to() on the files' own grid; the rectangle lies inside. */
s2rgf_status s2_source_read_files(s2_source *source, s2_rect rect, const s2_read_target *to,
                                  s2rgf_error *err);

/**
 * One delivered band in a rectangle of the files' own grid, with its own validity, not that of all
 * bands.
 * plane out [h][w], NaN or infinite where the file's value is; valid out [h][w]
 */
s2rgf_status s2_source_read_band(s2_source *source, int band, s2_rect rect, float *plane,
                                 uint8_t *valid, s2rgf_error *err);

#define S2_SAMPLE_RECTS 16
#define S2_SAMPLE_PIXELS 1024 /* of a rectangle, at most */

/**
 * How many rectangles sample an area of the files' grid, as s2_source_sample_read() says.
 * rects out [S2_SAMPLE_RECTS]
 */
int s2_source_place_samples(const s2_source *source, s2_rect area, s2_rect *rects);

/** At least count * size bytes, contents undefined; NULL when memory is out. */
void *s2_scratch_reserve(s2_scratch *scratch, size_t count, size_t size);

/**
 * Prepare resampling from one grid to another.
 * Errors INVALID_ARGUMENT (no transformation between the CRSs), NO_MEMORY.
 * Memory *warp is released with s2_warp_free().
 */
s2rgf_status s2_warp_create(const char *label, const s2_grid *from, const s2_grid *to,
                            s2_warp **warp, s2rgf_error *err);
void s2_warp_free(s2_warp *warp);

/** As s2_source_read_to() on the warped grid; the rectangle lies inside. */
s2rgf_status s2_warp_read(s2_source *source, s2_rect rect, const s2_read_target *to,
                          s2rgf_error *err);

/**
 * The grid GDAL suggests for an open dataset in another CRS. Errors: INVALID_ARGUMENT, NO_MEMORY.
 */
s2rgf_status s2_warp_suggest(const s2_source *source, const char *srs_wkt, s2_grid *grid,
                             s2rgf_error *err);

#endif
