/* Output formats: which driver writes a path, and with which creation options. */
#include "geo/map/map_format.h"

#include <cpl_conv.h>
#include <cpl_string.h>

#include "core/error.h"

bool s2_driver_can(GDALDriverH driver, const char *capability)
{
    const char *value = GDALGetMetadataItem(driver, capability, NULL);
    return value && CPLTestBool(value);
}

static bool can_write(GDALDriverH driver)
{
    return s2_driver_can(driver, GDAL_DCAP_RASTER) &&
           (s2_driver_can(driver, GDAL_DCAP_CREATE) || s2_driver_can(driver, GDAL_DCAP_CREATECOPY));
}

bool s2_driver_has_extension(GDALDriverH driver, const char *extension)
{
    const char *list = GDALGetMetadataItem(driver, GDAL_DMD_EXTENSIONS, NULL);
    char **items = CSLTokenizeString2(list ? list : "", " ", 0);
    const bool found = CSLFindString(items, extension) >= 0;
    CSLDestroy(items);
    return found;
}

bool s2_map_format_is_vrt(const char *path, const char *format)
{
    return EQUAL(format ? format : CPLGetExtension(path), "VRT");
}

s2rgf_status s2_map_format_driver(const char *path, const char *format, GDALDriverH *driver,
                                  s2rgf_error *err)
{
    *driver = NULL;
    if (format) {
        *driver = GDALGetDriverByName(format);
        if (!*driver)
            return s2_fail(err, S2RGF_INVALID_ARGUMENT,
                           "format %s: unknown: expected the name of a GDAL driver", format);
        if (!can_write(*driver) || EQUAL(format, "VRT") || EQUAL(format, "MEM"))
            return s2_fail(err, S2RGF_UNSUPPORTED, "format %s: cannot be written as a raster file",
                           format);
        return S2RGF_OK;
    }
    const char *extension = CPLGetExtension(path);
    /* The first registered wins, so .tif is GTiff and not COG. */
    for (int i = 0; extension[0] != '\0' && !*driver && i < GDALGetDriverCount(); i++) {
        GDALDriverH candidate = GDALGetDriver(i);
        const char *name = GDALGetDriverShortName(candidate);
        if (can_write(candidate) && s2_driver_has_extension(candidate, extension) &&
            !EQUAL(name, "VRT"))
            *driver = candidate;
    }
    if (!*driver)
        *driver = GDALGetDriverByName("GTiff");
    if (!*driver)
        return s2_fail(err, S2RGF_INTERNAL, "%s: GDAL's drivers are not registered", path);
    return S2RGF_OK;
}

bool s2_map_format_is_same(const char *path, const char *other_path, const char *format)
{
    GDALDriverH one, other;
    return s2_map_format_driver(path, NULL, &one, NULL) == S2RGF_OK &&
           s2_map_format_driver(other_path, format, &other, NULL) == S2RGF_OK && one == other;
}

/** Add a default unless the caller sets that option. */
static char **add_default(char **options, const char *key, const char *value,
                          const char *const *creation_options)
{
    if (CSLFetchNameValue((CSLConstList)creation_options, key))
        return options;
    return CSLSetNameValue(options, key, value);
}

char **s2_map_format_options(GDALDriverH driver, GDALDataType type,
                             const char *const *creation_options)
{
    const char *name = GDALGetDriverShortName(driver);
    const CSLConstList given = (CSLConstList)creation_options;
    const bool is_gtiff = EQUAL(name, "GTiff"), is_cog = EQUAL(name, "COG");
    char **options = NULL;
    if (is_gtiff || is_cog) {
        options = add_default(options, "BIGTIFF", "IF_SAFER", creation_options);
        /* Floats compress by prediction only. */
        /* More effort makes such files hardly smaller, and takes half as long as the map itself. */
        if (!CSLFetchNameValue(given, "COMPRESS") && type == GDT_Float32) {
            options = add_default(options, "PREDICTOR", is_cog ? "YES" : "3", creation_options);
            options = add_default(options, is_cog ? "LEVEL" : "ZLEVEL", "1", creation_options);
        }
        options = add_default(options, "COMPRESS", "DEFLATE", creation_options);
    }
    /* It would name the folder in which the file was made. */
    if (EQUAL(name, "netCDF"))
        options = add_default(options, "WRITE_GDAL_HISTORY", "NO", creation_options);
    if (is_cog)
        options = add_default(options, "OVERVIEW_RESAMPLING",
                              type == GDT_Float32 ? "AVERAGE" : "NEAREST", creation_options);
    if (is_gtiff && CPLFetchBool(given, "TILED", TRUE)) {
        options = add_default(options, "TILED", "YES", creation_options);
        options = add_default(options, "BLOCKXSIZE", "256", creation_options);
        options = add_default(options, "BLOCKYSIZE", "256", creation_options);
    }
    for (int i = 0; given && given[i]; i++) {
        char *key = NULL;
        const char *value = CPLParseNameValue(given[i], &key);
        options = key ? CSLSetNameValue(options, key, value) : options;
        CPLFree(key);
    }
    return options;
}

bool s2_map_format_prefers_world_file(GDALDriverH driver)
{
    static const char *const names[] = {"PNG", "GIF", "BMP", "SGI", "JPEG", "WEBP"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (EQUAL(GDALGetDriverShortName(driver), names[i]))
            return true;
    return false;
}
