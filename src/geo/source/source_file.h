/* A file of a source: its bands and their validity. */
#ifndef S2_GEO_SOURCE_SOURCE_FILE_H
#define S2_GEO_SOURCE_SOURCE_FILE_H

#include <gdal.h>

#include "geo/source/source.h"

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
    const s2_quality_rule *rule; /* says which values are valid; NULL: of no quality layer */
    GDALRasterBandH mask;        /* validity of this band alone, or NULL */
    s2_band_desc desc;
} s2_file_band;

typedef struct s2_file {
    char *path, *label; /* label: what messages call it */
    GDALDatasetH dataset;
    s2_file_band *bands;
    int band_count;         /* without alpha bands */
    GDALRasterBandH *masks; /* validity of all bands: alpha bands and the dataset's mask */
    int mask_count;
    int first_alpha, alpha_count; /* number of the first alpha band, from 1, and how many */
} s2_file;

/**
 * Fill a file's bands and masks from its open dataset.
 * source_nodata in "value", "none" or NULL
 * Errors FORMAT (no bands), UNSUPPORTED (complex), INVALID_ARGUMENT (source_nodata), NO_MEMORY.
 */
s2rgf_status s2_file_describe(s2_file *file, const char *source_nodata, s2rgf_error *err);

/**
 * Let the values of a file's only band say where it is valid, in place of scale, mask and, if the
 * rule lists values, nodata.
 * rule    in  borrowed
 * Errors  FORMAT (several bands).
 */
s2rgf_status s2_file_apply_rule(s2_file *file, const s2_quality_rule *rule, s2rgf_error *err);

/** What a file is called without folder and extension; B02 of NETCDF:"a.nc":B02. Lent by GDAL. */
const char *s2_file_title(const char *path);

/** Release bands and masks; the dataset stays. */
void s2_file_forget(s2_file *file);

#endif
