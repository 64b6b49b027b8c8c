/* One source: bands of one or more raster files on one grid, read as float pixels with validity. */
#ifndef S2_GEO_RASTER_H
#define S2_GEO_RASTER_H

#include <stdint.h>

#include "geo/grid.h"

typedef struct s2_source s2_source;

/** What is known of a band. name is the band's description, else (for a one-band file) the file's stem, else "". */
typedef struct s2_band_desc {
    char *name;
    double wavelength_nm; /* NaN where unknown (looked up in band metadata: WAVELENGTH / CENTRAL_WAVELENGTH_UM / wavelength + wavelength_units, and ENVI's dataset metadata) */
} s2_band_desc;

typedef struct s2_source_spec {
    const char *name;
    const char *const *paths; /* [path_count] */
    int path_count;
    const char *assigned_srs;
    const char *source_nodata;
    const char *const *open_options;
    const char *const *input_formats;
} s2_source_spec;

/**
 * Open a source: all colour-interpretation-alpha bands become validity, all others bands, in order of
 * the files. Files of one source must share size, geotransform and CRS.
 * Errors IO, FORMAT, MISMATCH (files of one source differ), UNSUPPORTED (complex bands), NO_MEMORY.
 */
s2rgf_status s2_source_open(const s2_source_spec *spec, s2_source **source, s2rgf_error *err);
void s2_source_close(s2_source *source);
/** The same source with handles of its own, for another thread; keeps warp, view and band selection. */
s2rgf_status s2_source_reopen(const s2_source *source, s2_source **copy, s2rgf_error *err);

const char *s2_source_name(const s2_source *source);
const s2_grid *s2_source_grid(const s2_source *source);
int s2_source_band_count(const s2_source *source);
const s2_band_desc *s2_source_band(const s2_source *source, int band);
/** "first.tif" or "first.tif and 5 more": for messages. */
const char *s2_source_label(const s2_source *source);

/** GDAL's name of the first band's type ("Int16"). */
const char *s2_source_type(const s2_source *source);

/** From now on deliver only bands order[0..count-1] in that order. */
s2rgf_status s2_source_select(s2_source *source, const int *order, int count, s2rgf_error *err);

/** Present the source on another CRS, on a grid of like resolution (GDALSuggestedWarpOutput), bilinear, exact transformer, block by block (so windows do not matter). */
s2rgf_status s2_source_warp_to_srs(s2_source *source, const char *srs_wkt, s2rgf_error *err);
/** Present the source resampled bilinearly on exactly this grid. */
s2rgf_status s2_source_warp_to_grid(s2_source *source, const s2_grid *grid, s2rgf_error *err);
/** Present the pixels view.x.., view.y.. as the grid's 0.., 0..; outside the file is invalid. For sources congruent with the reference grid but of another extent. */
s2rgf_status s2_source_set_view(s2_source *source, s2_rect view, s2rgf_error *err);

/**
 * Read a window of the source's grid (inside it).
 * pixels out [h][w][bands] float32, scale and offset applied, 0 where invalid
 * valid  out [h][w] 1 where every band is valid (nodata incl. NaN, non-finite values, mask bands, alpha), else 0
 * Errors IO (names the file), NO_MEMORY.  Threads: one per s2_source.
 */
s2rgf_status s2_source_read(s2_source *source, s2_rect window, float *pixels, uint8_t *valid,
                            s2rgf_error *err);
/** As s2_source_read() but only the validity. */
s2rgf_status s2_source_read_valid(s2_source *source, s2_rect window, uint8_t *valid,
                                  s2rgf_error *err);
/** Block size of the first file, pixels. */
void s2_source_block_size(const s2_source *source, int *width, int *height);

#endif
