/* EnMAP: a GeoTIFF of all bands, whose wavelengths and scale are in the metadata. */
#include <cpl_minixml.h>
#include <cpl_string.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/memory.h"
#include "geo/source/product_private.h"

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
