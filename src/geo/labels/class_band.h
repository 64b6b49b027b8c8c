/* A band of class values, read the same way for labels, references and maps. */
#ifndef S2_GEO_LABELS_CLASS_BAND_H
#define S2_GEO_LABELS_CLASS_BAND_H

#include <gdal.h>

#include "core/class_table.h"
#include "core/geometry.h"
#include "geo/labels/pixel_lookup.h"

/** A band of class values of any real type; what its pixels say is noted for the report. */
typedef struct s2_class_band {
    const char *path; /* borrowed */
    GDALDatasetH dataset;
    GDALRasterBandH band;
    GDALRasterBandH mask; /* 0 where there is no class, NULL: none */
    int count;            /* bands of the dataset without alpha */
    bool signed_byte, is_float;
    bool has_nodata;
    double nodata;
    bool
        zero_is_class; /* another value than 0 is nodata, or 0 has a name: s2_class_band_classes() */
    uint64_t zeros;    /* pixels of value 0 taken for no class */
    uint64_t below;    /* pixels below 0 */
    bool has_odd;      /* a pixel was met that is neither nodata nor a class: */
    double odd;        /* the first one */
    double lowest;     /* of these */
    double *pixels;    /* of the last rectangle */
    float *valid;
    size_t room; /* pixels that fit */
} s2_class_band;

/**
 * Prepare to read the first band that is not alpha.
 * Errors  FORMAT (no band), UNSUPPORTED (complex).  Memory: released with s2_class_band_close(),
 *         after errors too; dataset and path are borrowed.
 */
s2rgf_status s2_class_band_open(GDALDatasetH dataset, const char *path, s2_class_band *band,
                                s2rgf_error *err);
void s2_class_band_close(s2_class_band *band);

/**
 * Classes of the whole band: those it names in category names, attribute table or CLASS_n metadata,
 * and "class N" for values that occur without a name. 0 is a class where another nodata value is declared
 * or where it has a name of its own, and then classes->zero_allowed.
 * classes out  released with s2_class_table_clear()
 * Errors  IO, FORMAT, NO_MEMORY.
 */
s2rgf_status s2_class_band_classes(s2_class_band *band, const s2rgf_host *host,
                                   s2_class_table *classes, s2rgf_error *err);

/**
 * The first half of that: the classes that have names; no pixel is read. Errors: FORMAT, NO_MEMORY.
 */
s2rgf_status s2_class_band_names(s2_class_band *band, const s2rgf_host *host,
                                 s2_class_table *classes, s2rgf_error *err);

/** The second half: add what occurs without a name. occurs in [S2_CLASS_MAX_VALUE + 1] */
s2rgf_status s2_class_band_add(s2_class_band *band, const s2rgf_host *host, const uint8_t *occurs,
                               s2_class_table *classes, s2rgf_error *err);

/**
 * Pixels of a rectangle, NaN where they are not valid.
 * pixels out [h][w], owned by band, until the next call
 * Errors  IO, NO_MEMORY.
 */
s2rgf_status s2_class_band_read(s2_class_band *band, s2_rect rect, const double **pixels,
                                s2rgf_error *err);

/**
 * The same of width x height pixels spread evenly over the rectangle, from an overview of the band
 * where it has one that is fine enough. pixels out [height][width]
 */
s2rgf_status s2_class_band_pick(s2_class_band *band, s2_rect rect, int width, int height,
                                const double **pixels, s2rgf_error *err);

/**
 * Class value of a pixel read: a whole number, or off by at most 1e-3; -1 for none: NaN, 0 where it
 * is no class, and what lies below 0.
 * x, y in  its place, for the message
 * Errors  FORMAT (a fraction, above 65535).
 */
s2rgf_status s2_class_band_value(s2_class_band *band, int x, int y, double pixel, int *value,
                                 s2rgf_error *err);

/**
 * Class values under the pixels of a block of another grid, -1 for none and beyond the band.
 * values out [block.h][block.w]
 * Errors  those of s2_class_band_read() and s2_class_band_value().
 */
s2rgf_status s2_class_band_look_up(s2_class_band *band, s2_pixel_lookup *lookup, s2_rect block,
                                   int *values, s2rgf_error *err);

/** As s2_class_band_value(), but -1 for what is no class value, and nothing is noted. */
int s2_class_band_peek(const s2_class_band *band, double pixel);

/** Note a pixel that is neither nodata nor a class, for s2_class_band_fail_empty(). */
void s2_class_band_note_odd(s2_class_band *band, double pixel);

/**
 * Refuse a band in which no pixel that was looked at is a class, and say what there is instead.
 * Returns MISMATCH.
 */
s2rgf_status s2_class_band_fail_empty(const s2_class_band *band, s2rgf_error *err);

/**
 * Tell what was taken for no class, or 0 for one, without having been declared, and of a scale that
 * is not applied.
 */
void s2_class_band_report(const s2_class_band *band, const s2rgf_host *host);

#endif
