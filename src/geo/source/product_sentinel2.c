/* Sentinel-2 L2A: GDAL's driver finds and joins the files; their scale is in the metadata. */
#include <cpl_minixml.h>
#include <cpl_string.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/memory.h"
#include "geo/source/product_private.h"

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
