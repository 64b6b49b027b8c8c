/* Products with metadata in XML: Sentinel-2 L2A, whose files GDAL's driver finds and joins, and EnMAP, a
   GeoTIFF of all bands. */
#include <cpl_minixml.h>
#include <cpl_string.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/memory.h"
#include "geo/source/products.h"

/* ---- Sentinel-2 L2A --------------------------------------------------------------------------- */

#define BANDS 13

/* In the order of band_id. */
static const char *const BAND_NAMES[BANDS] = {"B1", "B2",  "B3", "B4",  "B5",  "B6", "B7",
                                              "B8", "B8A", "B9", "B10", "B11", "B12"};

/* reflectance = (value + offset[band]) / quantification */
typedef struct s2_radiometry {
    double quantification;
    double offset[BANDS]; /* 0 before baseline 04.00 */
} s2_radiometry;

static void find_offsets(const CPLXMLNode *node, s2_radiometry *radiometry)
{
    for (; node; node = node->psNext) {
        if (node->eType != CXT_Element)
            continue;
        const int band = atoi(CPLGetXMLValue(node, "band_id", "-1"));
        if (EQUAL(node->pszValue, "BOA_ADD_OFFSET") && band >= 0 && band < BANDS)
            radiometry->offset[band] = CPLAtof(CPLGetXMLValue(node, NULL, "0"));
        if (EQUAL(node->pszValue, "BOA_QUANTIFICATION_VALUE"))
            radiometry->quantification = CPLAtof(CPLGetXMLValue(node, NULL, "0"));
        find_offsets(node->psChild, radiometry);
    }
}

static s2rgf_status read_radiometry(const char *path, s2_radiometry *radiometry, s2rgf_error *err)
{
    CPLXMLNode *root = CPLParseXMLFile(path);
    *radiometry = (s2_radiometry){0};
    if (!root)
        return s2_fail(err, S2RGF_FORMAT, "%s: expected XML", path);
    CPLStripXMLNamespace(root, NULL, TRUE);
    find_offsets(root, radiometry);
    CPLDestroyXMLNode(root);
    if (!(radiometry->quantification > 0.0))
        return s2_fail(err, S2RGF_FORMAT,
                       "%s: expected BOA_QUANTIFICATION_VALUE above 0, as Sentinel-2 L2A has it",
                       path);
    return S2RGF_OK;
}

/* "B02", as files have it, of "B2". */
static void put_file_name(const char *name, char *to, size_t size)
{
    snprintf(to, size, "B%s%s", strlen(name) == 2 ? "0" : "", name + 1);
}

/* One resolution; its scene classification too, where it is asked for. */
static s2rgf_status add_resolution(const s2_product *product, const char *dataset,
                                   const char *suffix, const s2_radiometry *radiometry,
                                   bool with_scl, s2rgf_error *err)
{
    s2_product_band bands[BANDS], scl = {.number = 0};
    int count = 0;
    GDALDatasetH opened = NULL;
    s2rgf_status status = s2_product_open(dataset, &opened, err);
    for (int b = 1; status == S2RGF_OK && b <= GDALGetRasterCount(opened); b++) {
        GDALRasterBandH band = GDALGetRasterBand(opened, b);
        const char *name = GDALGetMetadataItem(band, "BANDNAME", NULL);
        const char *nm = GDALGetMetadataItem(band, "WAVELENGTH", NULL);
        for (int i = 0; name && i < BANDS && count < BANDS; i++)
            if (EQUAL(name, BAND_NAMES[i])) {
                bands[count] =
                    (s2_product_band){.dataset = dataset,
                                      .number = b,
                                      .wavelength_nm = nm ? CPLAtof(nm) : NAN,
                                      .scale = 1.0 / radiometry->quantification,
                                      .offset = radiometry->offset[i] / radiometry->quantification};
                put_file_name(name, bands[count++].name, sizeof scl.name);
            }
        if (name && EQUAL(name, "SCL"))
            scl = (s2_product_band){dataset, b, "SCL", NAN, 1.0, 0.0};
    }
    GDALClose(opened);
    if (status == S2RGF_OK && count == 0)
        status = s2_fail(err, S2RGF_FORMAT, "%s: expected spectral bands, found none", dataset);
    if (status == S2RGF_OK)
        status = s2_product_add(product,
                                &(s2_product_raster){suffix, bands, count, true, 0.0, false}, err);
    if (status == S2RGF_OK && with_scl && scl.number > 0)
        status =
            s2_product_add(product, &(s2_product_raster){"_scl", &scl, 1, true, 0.0, true}, err);
    return status;
}

s2rgf_status s2_product_read_sentinel2(const s2_product *product, s2rgf_error *err)
{
    static const char *const resolutions[] = {"10m", "20m", "60m"};
    s2_radiometry radiometry;
    GDALDatasetH container = NULL;
    s2rgf_status status = read_radiometry(product->path, &radiometry, err);
    if (status == S2RGF_OK)
        status = s2_product_open(product->path, &container, err);
    if (status != S2RGF_OK)
        return status;
    char **parts = GDALGetMetadata(container, "SUBDATASETS");
    int found = 0;
    for (int r = 0; r < 3 && status == S2RGF_OK; r++) {
        char wanted[16], suffix[16];
        int same = 0;
        snprintf(wanted, sizeof wanted, ":%s:", resolutions[r]);
        snprintf(suffix, sizeof suffix, "_%s", resolutions[r]);
        for (int i = 0; parts && parts[i] && status == S2RGF_OK; i++) {
            const char *value = strchr(parts[i], '=');
            if (!value || !strstr(parts[i], "_NAME=") || !strstr(value, wanted))
                continue;
            if (same++ > 0)
                status = s2_fail(err, S2RGF_UNSUPPORTED,
                                 "%s: tiles of several CRSs: give the subdatasets of one by "
                                 "themselves, as %s",
                                 product->path, value + 1);
            else
                status = add_resolution(product, value + 1, suffix, &radiometry, r == 1, err);
        }
        found += same;
    }
    GDALClose(container);
    if (status == S2RGF_OK && found == 0)
        status =
            s2_fail(err, S2RGF_FORMAT, "%s: GDAL finds no image of 10, 20 or 60 m", product->path);
    return status;
}

/* ---- EnMAP ------------------------------------------------------------------------------------ */

#define METADATA "METADATA.XML"

/* The product's file of that name, released with s2_free(). */
static char *file_of(const s2_product *product, const char *name)
{
    const int kept = (int)(strlen(product->path) - strlen(METADATA));
    return s2_asprintf("%.*s%s", kept, product->path, name);
}

static double number_of(const CPLXMLNode *node, const char *key, double otherwise)
{
    const char *text = CPLGetXMLValue(node, key, NULL);
    return text ? CPLAtof(text) : otherwise;
}

/* Bands [channels] from the list of the metadata; count out */
static void read_bands(const CPLXMLNode *list, const char *image, int channels,
                       s2_product_band *bands, int *count)
{
    *count = 0;
    for (const CPLXMLNode *node = list ? list->psChild : NULL; node && *count < channels;
         node = node->psNext) {
        if (node->eType != CXT_Element || !EQUAL(node->pszValue, "bandID"))
            continue;
        s2_product_band *band = &bands[*count];
        *band = (s2_product_band){.dataset = image,
                                  .number = ++*count,
                                  .wavelength_nm = number_of(node, "wavelengthCenterOfBand", NAN),
                                  .scale = number_of(node, "GainOfBand", 1.0),
                                  .offset = number_of(node, "OffsetOfBand", 0.0)};
        snprintf(band->name, sizeof band->name, "band %d", band->number);
    }
}

static s2rgf_status add_image(const s2_product *product, const CPLXMLNode *root, const char *image,
                              s2rgf_error *err)
{
    const char *background = CPLGetXMLValue(root, "specific.backgroundValue", "-32768");
    const CPLXMLNode *list = CPLGetXMLNode((CPLXMLNode *)root, "specific.bandCharacterisation");
    GDALDatasetH opened = NULL;
    s2rgf_status status = s2_product_open(image, &opened, err);
    if (status != S2RGF_OK)
        return status;
    const int channels = GDALGetRasterCount(opened);
    int count = 0;
    s2_product_band *bands = s2_calloc((size_t)channels, sizeof *bands);
    GDALClose(opened);
    if (!bands)
        return s2_fail_memory(err, "bands");
    read_bands(list, image, channels, bands, &count);
    if (count != channels)
        status = s2_fail(err, S2RGF_FORMAT,
                         "%s: bandCharacterisation: expected the %d bands of %s, found %d",
                         product->path, channels, image, count);
    else
        status = s2_product_add(
            product, &(s2_product_raster){"", bands, count, true, CPLAtof(background), false}, err);
    s2_free(bands);
    return status;
}

s2rgf_status s2_product_read_enmap(const s2_product *product, s2rgf_error *err)
{
    static const char *const layers[][2] = {
        {"_cloud", "QL_QUALITY_CLOUD.TIF"},   {"_cloudshadow", "QL_QUALITY_CLOUDSHADOW.TIF"},
        {"_cirrus", "QL_QUALITY_CIRRUS.TIF"}, {"_haze", "QL_QUALITY_HAZE.TIF"},
        {"_snow", "QL_QUALITY_SNOW.TIF"},     {"_classes", "QL_QUALITY_CLASSES.TIF"}};
    CPLXMLNode *document = CPLParseXMLFile(product->path);
    CPLXMLNode *root = document ? CPLGetXMLNode(document, "=level_X") : NULL;
    char *image = file_of(product, "SPECTRAL_IMAGE.TIF");
    s2rgf_status status = S2RGF_OK;
    if (!image)
        status = s2_fail_memory(err, "raster");
    else if (!root)
        status = s2_fail(err, S2RGF_FORMAT,
                         "%s: expected XML with the element level_X, as EnMAP's "
                         "metadata have it",
                         product->path);
    if (status == S2RGF_OK)
        status = add_image(product, root, image, err);
    for (size_t i = 0; i < sizeof layers / sizeof *layers && status == S2RGF_OK; i++) {
        char *path = file_of(product, layers[i][1]);
        status = path ? s2_product_add_quality(product, layers[i][0], path, err)
                      : s2_fail_memory(err, "raster");
        s2_free(path);
    }
    CPLDestroyXMLNode(document);
    s2_free(image);
    return status;
}
