/* What a band says of its classes: palette, category names, attribute table; and their metadata. */
#ifndef S2_GEO_MAP_CLASS_DESCRIPTION_H
#define S2_GEO_MAP_CLASS_DESCRIPTION_H

#include <gdal.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/class_table.h"

/** A column of text in the attribute table. */
typedef struct s2_class_column {
    const char *name;
    const char *const *texts; /* [classes] */
} s2_class_column;

/** Pixels and areas of the classes of a map, and what else its table says of them. */
typedef struct s2_class_extents {
    const uint64_t *pixels;
    const double *hectares;         /* NULL: without areas; one that is NaN has the same effect */
    const s2_class_column *columns; /* ended by one without a name, or NULL */
} s2_class_extents;

/**
 * Provenance and class names as dataset metadata, which survives where side files are lost.
 * Released with s2_class_metadata_free().
 */
char **s2_class_metadata(const char *const *provenance, const s2_class_table *classes);
void s2_class_metadata_free(char **metadata);

/** Whether names are also kept as a list by value, which has a limit. */
bool s2_class_has_categories(const s2_class_table *classes);

/** Palette: transparent 0, the classes' colours; false when GDAL refuses it or memory is out. */
bool s2_class_set_palette(GDALRasterBandH band, const s2_class_table *classes);
bool s2_class_palette_is_set(GDALRasterBandH band, const s2_class_table *classes);

/** Category names from 0 up to the largest value, where s2_class_has_categories(). */
bool s2_class_set_categories(GDALRasterBandH band, const s2_class_table *classes);
bool s2_class_categories_are_set(GDALRasterBandH band, const s2_class_table *classes);
/** The first class whose value has another name there, and that name, lent; -1: there is none. */
int s2_class_find_changed(GDALRasterBandH band, const s2_class_table *classes, const char **found);

/**
 * Attribute table: Value, Class, Red, Green, Blue, Alpha; with extents Count after Value, and
 * Area_ha last where areas are known. NULL: GDAL refuses it.
 */
GDALRasterAttributeTableH s2_class_make_table(const s2_class_table *classes,
                                              const s2_class_extents *extents);
/** Give a band that table; false when GDAL refuses it. */
bool s2_class_set_table(GDALRasterBandH band, const s2_class_table *classes,
                        const s2_class_extents *extents);
/** Whether a band has a table with these values, pixels and names. */
bool s2_class_table_is_set(GDALRasterBandH band, const s2_class_table *classes,
                           const uint64_t *pixels);

#endif
