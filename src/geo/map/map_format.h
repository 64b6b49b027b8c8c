/* Output formats: which driver writes a path, and with which creation options. */
#ifndef S2_GEO_MAP_MAP_FORMAT_H
#define S2_GEO_MAP_MAP_FORMAT_H

#include <gdal.h>
#include <stdbool.h>

#include "s2rgf/base.h"

/** Whether a driver has a capability, GDAL_DCAP_..., or one of its extensions is this. */
bool s2_driver_can(GDALDriverH driver, const char *capability);
bool s2_driver_has_extension(GDALDriverH driver, const char *extension);

/**
 * The driver that is to write a path.
 * format in  driver name, or NULL: from the extension, else GTiff
 * Errors INVALID_ARGUMENT (no such driver), UNSUPPORTED (it cannot write rasters).
 */
s2rgf_status s2_map_format_driver(const char *path, const char *format, GDALDriverH *driver,
                                  s2rgf_error *err);

/**
 * Whether a path, by its extension, gets the driver that another path gets with a format, or NULL.
 */
bool s2_map_format_is_same(const char *path, const char *other_path, const char *format);

/** Whether a VRT is meant, which s2_map_format_driver() never yields. format in, or NULL */
bool s2_map_format_is_vrt(const char *path, const char *format);

/**
 * Creation options: ours where the driver knows them and the caller does not say otherwise, then
 * the caller's.
 * Released with CSLDestroy(); NULL is a valid empty list.
 */
char **s2_map_format_options(GDALDriverH driver, GDALDataType type,
                             const char *const *creation_options);

/**
 * Whether GDAL takes the georeference of such a file from a world file rather than from .aux.xml.
 */
bool s2_map_format_prefers_world_file(GDALDriverH driver);

#endif
