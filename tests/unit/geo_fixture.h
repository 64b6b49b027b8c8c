/* Small rasters in memory for the tests of src/geo. */
#ifndef S2_TESTS_GEO_FIXTURE_H
#define S2_TESTS_GEO_FIXTURE_H

#include <cpl_string.h>
#include <cpl_vsi.h>
#include <gdal.h>
#include <ogr_srs_api.h>

#include "core/geometry.h"
#include "geo/source/grid.h"
#include "geo/source/srs.h"
#include "harness.h"

/** WKT of a CRS, released with s2_free(); NULL for an empty one. */
static inline char *wkt_of(const char *text)
{
    OGRSpatialReferenceH srs = NULL;
    char *wkt = NULL;
    s2rgf_error err = {0};
    if (s2_srs_from_text(text, &srs, &err) != S2RGF_OK ||
        s2_srs_to_wkt(srs, &wkt, &err) != S2RGF_OK)
        printf("    %s\n", err.message);
    OSRDestroySpatialReference(srs);
    return wkt;
}

/** What make_raster() is to make; zeros mean: GTiff, Byte, one band, EPSG:32633. */
typedef struct raster_recipe {
    const char *path;
    const char *driver;
    int width, height, bands;
    GDALDataType type;
    double geotransform[6]; /* all zeros: 10 m pixels from (500000, 5800000) */
    bool no_geotransform;
    const char *srs; /* "" for none */
    const char *const *options;
} raster_recipe;

/** An open new raster. */
static inline GDALDatasetH create_raster(const raster_recipe *recipe)
{
    static const double usual[6] = {500000.0, 10.0, 0.0, 5800000.0, 0.0, -10.0};
    GDALDriverH driver = GDALGetDriverByName(recipe->driver ? recipe->driver : "GTiff");
    GDALDatasetH dataset = GDALCreate(
        driver, recipe->path, recipe->width, recipe->height, recipe->bands > 0 ? recipe->bands : 1,
        recipe->type != GDT_Unknown ? recipe->type : GDT_Byte, (CSLConstList)recipe->options);
    REQUIRE(dataset != NULL);
    if (!recipe->no_geotransform) {
        double transform[6];
        memcpy(transform, recipe->geotransform[1] != 0.0 ? recipe->geotransform : usual,
               sizeof transform);
        CHECK(GDALSetGeoTransform(dataset, transform) == CE_None);
    }
    const char *srs_text = recipe->srs ? recipe->srs : "EPSG:32633";
    if (srs_text[0] != '\0') {
        OGRSpatialReferenceH srs = OSRNewSpatialReference(NULL);
        CHECK(OSRSetFromUserInput(srs, srs_text) == OGRERR_NONE);
        OSRSetAxisMappingStrategy(srs, OAMS_TRADITIONAL_GIS_ORDER);
        CHECK(GDALSetSpatialRef(dataset, srs) == CE_None);
        OSRDestroySpatialReference(srs);
    }
    return dataset;
}

/** The same of 16-bit numbers, with creation options. */
static inline GDALDatasetH create_int16(const char *path, int width, int height, int bands,
                                        const char *const *options)
{
    const raster_recipe recipe = {.path = path,
                                  .width = width,
                                  .height = height,
                                  .bands = bands,
                                  .type = GDT_Int16,
                                  .options = options};
    return create_raster(&recipe);
}

/** Write one band from doubles. */
static inline void write_band(GDALDatasetH dataset, int band, double *values)
{
    const int width = GDALGetRasterXSize(dataset), height = GDALGetRasterYSize(dataset);
    CHECK(GDALRasterIO(GDALGetRasterBand(dataset, band), GF_Write, 0, 0, width, height, values,
                       width, height, GDT_Float64, 0, 0) == CE_None);
}

/** A one-band raster with these values, or a ramp 1, 2, 3... where values is NULL. */
static inline void make_raster(const raster_recipe *recipe, double *values)
{
    GDALDatasetH dataset = create_raster(recipe);
    const int count = recipe->width * recipe->height;
    double *ramp = malloc((size_t)count * sizeof *ramp);
    for (int i = 0; i < count; i++)
        ramp[i] = values ? values[i] : i + 1.0;
    write_band(dataset, 1, ramp);
    free(ramp);
    GDALClose(dataset);
}

/** A text file. */
static inline void make_text(const char *path, const char *text)
{
    VSILFILE *file = VSIFOpenL(path, "wb");
    REQUIRE(file != NULL);
    CHECK(VSIFWriteL(text, 1, strlen(text), file) == strlen(text));
    CHECK(VSIFCloseL(file) == 0);
}

static inline bool file_exists(const char *path)
{
    VSIStatBufL stat;
    return VSIStatL(path, &stat) == 0;
}

/** Whole content of a file, released with VSIFree(). */
static inline GByte *file_content(const char *path, vsi_l_offset *size)
{
    GByte *content = NULL;
    *size = 0;
    CHECK(VSIIngestFile(NULL, path, &content, size, -1));
    return content;
}

static inline bool same_files(const char *a, const char *b)
{
    vsi_l_offset size_a, size_b;
    GByte *content_a = file_content(a, &size_a), *content_b = file_content(b, &size_b);
    const bool same = content_a && content_b && size_a == size_b &&
                      memcmp(content_a, content_b, (size_t)size_a) == 0;
    VSIFree(content_a);
    VSIFree(content_b);
    return same;
}

/** How many names in a folder start with a prefix. */
static inline int count_names(const char *folder, const char *prefix)
{
    char **names = VSIReadDir(folder);
    int count = 0;
    for (int i = 0; names && names[i]; i++)
        count += strncmp(names[i], prefix, strlen(prefix)) == 0;
    CSLDestroy(names);
    return count;
}

#endif
