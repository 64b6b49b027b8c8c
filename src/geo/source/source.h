/* One source: bands of one or more raster files on one grid, read as float pixels with validity. */
#ifndef S2_GEO_SOURCE_SOURCE_H
#define S2_GEO_SOURCE_SOURCE_H

#include <stdint.h>

#include "geo/source/grid.h"
#include "geo/source/quality.h"
#include "geo/source/read_target.h"

typedef struct s2_source s2_source;

/** What is known of a band. */
typedef struct s2_band_desc {
    char *name; /* the band's description, else the file's stem if it has one band, else "" */
    /* NaN where unknown. Looked up in the band's metadata (CENTRAL_WAVELENGTH_UM, WAVELENGTH with
       WAVELENGTH_UNITS, WAVELENGTH_UM, WAVELENGTH_NM), then in the list of ENVI's header. */
    double wavelength_nm;
    int number; /* among all bands of the source's files, from 1 */
    bool bad;   /* 0 in the list of good and bad bands that ENVI's headers have (bbl) */
} s2_band_desc;

typedef struct s2_source_spec {
    const char *name;
    const char *const *paths;  /* [path_count] */
    const char *const *labels; /* likewise, what messages call them; NULL: as the paths */
    int path_count;
    const char *assigned_srs;
    const char *known_srs; /* of its files, found before: not looked for again; NULL: not known */
    const char *source_nodata;
    const char *const *open_options;
    const char *const *input_formats;
    int decimation; /* above 1: pixels that many times as large, averaged (s2_grid_coarsen()) */
    /* of a quality layer of one band: its pixels are valid where this says so, and have no other
       use; NULL: a source */
    const s2_quality_rule *rule;
} s2_source_spec;

/**
 * Open a source: bands marked alpha become validity, all others bands, in order of the files.
 * Files of one source must share size, geotransform and CRS.
 * Errors  IO, FORMAT, INVALID_ARGUMENT (assigned_srs, source_nodata), MISMATCH (files of one source
 *         differ), UNSUPPORTED (complex bands), NO_MEMORY.
 * Memory  *source is released with s2_source_close(); the specification is copied.
 * Threads a source belongs to the thread that opened it; see s2_source_reopen().
 */
s2rgf_status s2_source_open(const s2_source_spec *spec, s2_source **source, s2rgf_error *err);
void s2_source_close(s2_source *source);
/** The same with handles of its own, for another thread; keeps warp, view and band selection. */
s2rgf_status s2_source_reopen(const s2_source *source, s2_source **copy, s2rgf_error *err);

/**
 * From now on pixels of the files are valid only where this layer is valid under their centre. The
 * layer is the source's to close.
 * Errors  INVALID_ARGUMENT (no transformation from its CRS), NO_MEMORY: the layer is closed.
 */
s2rgf_status s2_source_add_quality(s2_source *source, s2_source *layer, s2rgf_error *err);

const char *s2_source_name(const s2_source *source);
const s2_grid *s2_source_grid(const s2_source *source);
/** CRS of its files as WKT 2, before it is warped; NULL: none. */
const char *s2_source_file_srs(const s2_source *source);
int s2_source_band_count(const s2_source *source);
/** Bands of all its files, delivered or not, alpha bands among them. */
int s2_source_file_bands(const s2_source *source);
const s2_band_desc *s2_source_band(const s2_source *source, int band);
/** What its file stores for a value of a band: the shortest number that scale and offset make it. */
double s2_source_stored(const s2_source *source, int band, double value);
/** "first.tif" or "first.tif and 5 more": for messages. */
const char *s2_source_label(const s2_source *source);
/** GDAL's name of the first band's type ("Int16"). */
const char *s2_source_type(const s2_source *source);
/** Bytes of GDAL's block cache. */
size_t s2_block_cache_bytes(void);
void s2_block_cache_resize(size_t bytes);

/** From now on deliver all bands of the files, in order, as after opening. Errors: NO_MEMORY. */
s2rgf_status s2_source_select_all(s2_source *source, s2rgf_error *err);
/** From now on deliver only bands order[0..count-1] in that order. */
s2rgf_status s2_source_select(s2_source *source, const int *order, int count, s2rgf_error *err);

/**
 * Present the source in another CRS, on a grid of like resolution (GDALSuggestedWarpOutput).
 * Every pixel is transformed exactly and sampled bilinearly among valid pixels; it is valid where
 * the source pixel under its centre is. So the result does not depend on the rectangles read.
 * Errors  INVALID_ARGUMENT (no transformation), NO_MEMORY.
 */
s2rgf_status s2_source_warp_to_srs(s2_source *source, const char *srs_wkt, s2rgf_error *err);

/**
 * Present the source on exactly this grid, sampled as by s2_source_warp_to_srs(). Where the grid is
 * coarser than the source the kernel widens to the grid's pixels, against aliasing.
 */
s2rgf_status s2_source_warp_to_grid(s2_source *source, const s2_grid *grid, s2rgf_error *err);

/**
 * Present the pixels view.x.., view.y.. as the grid's 0.., 0..; what lies outside is invalid. For
 * sources congruent with the reference grid but of another extent.
 */
s2rgf_status s2_source_set_view(s2_source *source, s2_rect view, s2rgf_error *err);

/**
 * Read a rectangle of the source's grid (inside it).
 * to     its pixels get scale and offset, then mean and std; 0 where invalid. Its validity is 1
 *        where every delivered band is valid, else 0: nodata, values that are not finite, mask bands and
 *        alpha bands count.
 * Errors IO (names the file), NO_MEMORY.  Threads: one per s2_source.
 */
s2rgf_status s2_source_read_to(s2_source *source, s2_rect rect, const s2_read_target *to,
                               s2rgf_error *err);
/** The same, values as they are: pixels out [h][w][bands], valid out [h][w] */
s2rgf_status s2_source_read(s2_source *source, s2_rect rect, float *pixels, uint8_t *valid,
                            s2rgf_error *err);
/** Bytes that a source takes while it reads so many pixels that it does not hold. */
size_t s2_source_read_bytes(size_t pixels, int bands);
/** As s2_source_read() but only the validity. */
s2rgf_status s2_source_read_valid(s2_source *source, s2_rect rect, uint8_t *valid,
                                  s2rgf_error *err);

#endif
