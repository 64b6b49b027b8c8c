/* Which files a format writes beside a map. */
#include "geo/map/side_files.h"

#include <cpl_conv.h>
#include <cpl_error.h>
#include <cpl_string.h>
#include <cpl_vsi.h>
#include <gdal.h>
#include <ogr_srs_api.h>
#include <stdlib.h>
#include <string.h>

#include "geo/map/map_format.h"
#include "geo/map/map_vat.h"

#define PROBE_PX 64

/* ---- a small map ----------------------------------------------------------------------------- */

/** A map in memory with all that makes formats write further files; NULL: memory is out. */
static GDALDatasetH make_map(GDALDataType type)
{
    const double geotransform[6] = {500000.0, 10.0, 0.0, 5000000.0, 0.0, -10.0};
    const GDALColorEntry colour = {200, 100, 50, 255};
    GDALDriverH memory = GDALGetDriverByName("MEM");
    GDALDatasetH map = memory ? GDALCreate(memory, "", PROBE_PX, PROBE_PX, 1, type, NULL) : NULL;
    OGRSpatialReferenceH srs = OSRNewSpatialReference(NULL);
    if (map && OSRImportFromEPSG(srs, 32633) == OGRERR_NONE) {
        GDALRasterBandH band = GDALGetRasterBand(map, 1);
        GDALColorTableH colours = GDALCreateColorTable(GPI_RGB);
        GDALSetSpatialRef(map, srs);
        GDALSetGeoTransform(map, (double *)geotransform);
        GDALSetRasterNoDataValue(band, type == GDT_Byte ? 0.0 : -1.0);
        GDALSetColorEntry(colours, 1, &colour);
        if (type == GDT_Byte)
            GDALSetRasterColorTable(band, colours);
        GDALDestroyColorTable(colours);
    }
    OSRDestroySpatialReference(srs);
    return map;
}

/** A folder of this run alone; false: there is none. */
static bool make_trial_folder(GDALDriverH driver, char folder[256])
{
    const char *virtual_files = GDALGetMetadataItem(driver, GDAL_DCAP_VIRTUALIO, NULL);
    if (virtual_files && CPLTestBool(virtual_files)) {
        snprintf(folder, 256, "/vsimem/s2rgf_side_files_%p", (const void *)&virtual_files);
        return VSIMkdir(folder, 0700) == 0;
    }
    const char *place = getenv("TMPDIR");
    const int length = snprintf(folder, 256, "%s/s2rgf_side_files_XXXXXX", place ? place : "/tmp");
    return length < 256 && mkdtemp(folder);
}

/** Add what follows the stem in the names of all files of a folder but one. */
static char **add_suffixes(char **suffixes, const char *folder, const char *stem, const char *main)
{
    char **names = VSIReadDirRecursive(folder);
    for (int i = 0; names && names[i]; i++)
        if (strncmp(names[i], stem, strlen(stem)) == 0 && strcmp(names[i], main) != 0)
            suffixes = CSLAddString(suffixes, names[i] + strlen(stem));
    CSLDestroy(names);
    return suffixes;
}

static char **probe(char **suffixes, const char *path, GDALDriverH driver, GDALDataType type,
                    const char *const *creation_options)
{
    char folder[256];
    GDALDatasetH map = make_map(type);
    if (map && make_trial_folder(driver, folder)) {
        char *name = CPLStrdup(CPLFormFilename(NULL, "map", CPLGetExtension(path)));
        char *copy = CPLStrdup(CPLFormFilename(folder, name, NULL));
        GDALClose(
            GDALCreateCopy(driver, copy, map, FALSE, (CSLConstList)creation_options, NULL, NULL));
        suffixes = add_suffixes(suffixes, folder, "map", name);
        VSIRmdirRecursive(folder);
        CPLFree(copy);
        CPLFree(name);
    }
    if (map)
        GDALClose(map);
    return suffixes;
}

/* ---- names ----------------------------------------------------------------------------------- */

char **s2_side_suffixes(const char *path, s2_map_kind kind, const char *format,
                        const char *const *creation_options, bool style)
{
    static const char *const behind[] = {".aux.xml", ".ovr", ".msk", S2_VAT_SUFFIX,
                                         S2_VAT_ENCODING_SUFFIX};
    const char *extension = CPLGetExtension(path);
    const GDALDataType type = kind == S2_MAP_CLASSES ? GDT_Byte : GDT_Float32;
    char **suffixes = style && kind == S2_MAP_CLASSES ? CSLAddString(NULL, ".qml") : NULL;
    GDALDriverH driver = NULL;
    for (size_t i = 0; i < sizeof behind / sizeof behind[0]; i++)
        suffixes = CSLAddString(
            suffixes, CPLSPrintf("%s%s%s", extension[0] != '\0' ? "." : "", extension, behind[i]));
    if (s2_map_format_driver(path, format, &driver, NULL) != S2RGF_OK)
        return suffixes;
    CPLPushErrorHandler(CPLQuietErrorHandler);
    suffixes = probe(suffixes, path, driver, type, creation_options);
    CPLPopErrorHandler();
    return suffixes;
}

void s2_side_suffixes_free(char **suffixes)
{
    CSLDestroy(suffixes);
}
