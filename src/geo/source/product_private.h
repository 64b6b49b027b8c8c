/* What the readers of products share. */
#ifndef S2_GEO_SOURCE_PRODUCT_PRIVATE_H
#define S2_GEO_SOURCE_PRODUCT_PRIVATE_H

#include <gdal.h>

#include "geo/source/products.h"

/** A product that is being read. */
typedef struct s2_product {
    const char *name; /* of the input */
    const char *path; /* of its metadata */
    s2_scene_rasters *rasters;
} s2_product;

/** A band of a product's raster. */
typedef struct s2_product_band {
    const char *dataset; /* as GDAL opens it */
    int number;          /* in the data set, from 1 */
    char name[32];
    double wavelength_nm; /* NaN: unknown */
    double scale, offset;
} s2_product_band;

/** A raster of a product. */
typedef struct s2_product_raster {
    const char *suffix; /* behind the input's name; "" for the input itself */
    const s2_product_band *bands;
    int count;
    bool has_nodata;
    double nodata;
    bool is_quality;
} s2_product_raster;

/**
 * Add a raster, as a VRT of its bands. Errors: IO, FORMAT (bands of other sizes), NO_MEMORY.
 */
s2rgf_status s2_product_add(const s2_product *product, const s2_product_raster *raster,
                            s2rgf_error *err);

/** Add a quality layer of one band, unless its file is missing. */
s2rgf_status s2_product_add_quality(const s2_product *product, const char *suffix, const char *path,
                                    s2rgf_error *err);

/** Open a data set of a product. Errors: IO, NO_MEMORY. Memory: GDALClose(). */
s2rgf_status s2_product_open(const char *path, GDALDatasetH *dataset, s2rgf_error *err);

/* The readers. Errors: those of s2_product_add(), FORMAT. */
s2rgf_status s2_product_read_sentinel2(const s2_product *product, s2rgf_error *err);
s2rgf_status s2_product_read_landsat(const s2_product *product, s2rgf_error *err);
s2rgf_status s2_product_read_enmap(const s2_product *product, s2rgf_error *err);

#endif
