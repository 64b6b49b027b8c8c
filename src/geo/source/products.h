/* Products as agencies deliver them: one name on the command line, several rasters. */
#ifndef S2_GEO_SOURCE_PRODUCTS_H
#define S2_GEO_SOURCE_PRODUCTS_H

#include <gdal.h>
#include <stdbool.h>
#include <stddef.h>

#include "geo/source/grid.h"
#include "s2rgf/scene.h"

/** One raster of a scene. */
typedef struct s2_scene_raster {
    char *name;      /* of its source, or of the quality layer */
    char *path;      /* what GDAL opens: a file, or a VRT as text */
    char *label;     /* what messages call it */
    bool is_quality; /* of a product: no source, even if no -qa names it */
    size_t product;  /* bytes of the name that are its product's; 0: of none */
} s2_scene_raster;

/** All rasters of a scene; all zeros: none. */
typedef struct s2_scene_rasters {
    s2_scene_raster *items;
    size_t count;
} s2_scene_rasters;

/**
 * The rasters that a scene's inputs stand for: products become VRTs of their bands, with names,
 * wavelengths, nodata and the scale of reflectances from their metadata; other inputs stay.
 *
 * "s2=X.SAFE", Sentinel-2 L2A: sources s2_10m, s2_20m, s2_60m; quality layer s2_scl.
 * "ls=FOLDER" or its MTL.txt, Landsat Collection 1 or 2: ls, and ls_pan of level 1; quality layers
 * ls_qa_pixel and ls_qa_radsat.
 * "hs=FOLDER", its METADATA.XML or SPECTRAL_IMAGE.TIF, EnMAP: hs; quality layers hs_cloud,
 * hs_cloudshadow, hs_cirrus, hs_haze, hs_snow, hs_classes.
 *
 * Errors  IO, FORMAT (also where bands of one raster differ in size), NO_MEMORY.
 * Memory  s2_scene_rasters_clear(), also after an error.
 */
s2rgf_status s2_scene_rasters_find(const s2rgf_scene_options *options, s2_scene_rasters *rasters,
                                   s2rgf_error *err);
void s2_scene_rasters_clear(s2_scene_rasters *rasters);

/**
 * Add a raster in which nothing is valid, for a source that a scene lacks.
 * grid   in  that it covers
 * ratio  in  how many times as large as those of the grid its pixels are
 * Errors NO_MEMORY.
 */
s2rgf_status s2_scene_rasters_add_empty(s2_scene_rasters *rasters, const char *name,
                                        const s2_grid *grid, double ratio, int bands,
                                        s2rgf_error *err);

/* ---- what the readers of products share -------------------------------------------------------- */

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
