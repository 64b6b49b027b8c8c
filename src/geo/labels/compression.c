/* Whether a raster is compressed in a way that changes its values. */
#include "geo/labels/compression.h"

#include <cpl_conv.h>
#include <cpl_error.h>
#include <cpl_string.h>
#include <string.h>

#define MOST_FILES 16 /* of a VRT that are opened: its tiles are mostly alike */

static const char *structure(GDALDatasetH dataset, const char *key)
{
    const char *text = GDALGetMetadataItem(dataset, key, "IMAGE_STRUCTURE");
    return text ? text : "";
}

static const char *own_compression(GDALDatasetH dataset)
{
    const char *name = structure(dataset, "COMPRESSION");
    const size_t length = strlen(name);
    /* "JPEG" and "YCbCr JPEG", but not "JPEG2000" */
    if (length >= 4 && EQUAL(name + length - 4, "JPEG"))
        return "JPEG";
    if (STARTS_WITH_CI(structure(dataset, "COMPRESSION_REVERSIBILITY"), "LOSSY"))
        return EQUAL(name, "WEBP") ? "WEBP" : "lossy JPEG 2000";
    if (CPLAtof(structure(dataset, "MAX_Z_ERROR")) > 0.0)
        return "LERC with MAX_Z_ERROR";
    return NULL;
}

const char *s2_lossy_compression(GDALDatasetH dataset)
{
    const char *found = own_compression(dataset);
    GDALDriverH driver = GDALGetDatasetDriver(dataset);
    if (found || !driver || !EQUAL(GDALGetDriverShortName(driver), "VRT"))
        return found;
    char **files = GDALGetFileList(dataset);
    CPLPushErrorHandler(CPLQuietErrorHandler);
    for (int i = 0; files && files[i] && i < MOST_FILES && !found; i++) {
        if (EQUAL(CPLGetExtension(files[i]), "vrt"))
            continue;
        GDALDatasetH part = GDALOpenEx(files[i], GDAL_OF_RASTER, NULL, NULL, NULL);
        found = part ? own_compression(part) : NULL;
        GDALClose(part);
    }
    CPLPopErrorHandler();
    CPLErrorReset();
    CSLDestroy(files);
    return found;
}
