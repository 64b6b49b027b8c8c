/* What the parts of a source share: its files, their bands, and how they are presented. */
#ifndef S2_GEO_SOURCE_SOURCE_PRIVATE_H
#define S2_GEO_SOURCE_SOURCE_PRIVATE_H

#include "geo/source/source_file.h"
#include "geo/source/source_hold.h"

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
    s2_quality_rule rule;          /* of a quality layer; layer NULL: it is none */
    s2_source **quality;           /* [quality_count] layers, presented on the file grid */
    int quality_count;
    s2_scratch planes, mask_plane, overlap_valid, numbers; /* source_read.c */
    s2_scratch quality_valid;                              /* source_quality.c */
};

/** Clear `valid` where a quality layer is not, in a rectangle of the files' grid: [h][w] in/out */
s2rgf_status s2_source_read_quality(s2_source *source, s2_rect rect, uint8_t *valid,
                                    s2rgf_error *err);

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
