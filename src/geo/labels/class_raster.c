/*
 * What a class raster says of its classes: category names, attribute table, CLASS_n metadata,
 * colours.
 */
#include <cpl_string.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/memory.h"
#include "geo/source/gdal_catch.h"
#include "geo/labels/labels_private.h"

#define MAX_VALUE 65535
/* Pixels read at a time, at least one line, when looking for values without a name. */
#define SCAN_PIXELS (512 * 1024)

double s2_class_nodata(GDALRasterBandH band)
{
    int has = FALSE;
    double nodata;
    switch (GDALGetRasterDataType(band)) {
    case GDT_Int64:
        nodata = (double)GDALGetRasterNoDataValueAsInt64(band, &has);
        break;
    case GDT_UInt64:
        nodata = (double)GDALGetRasterNoDataValueAsUInt64(band, &has);
        break;
    default:
        nodata = GDALGetRasterNoDataValue(band, &has);
    }
    return has ? nodata : (double)NAN;
}

/** Add a class; a name used before gets its value behind it. */
static s2rgf_status add_class(s2_class_table *classes, int value, const char *name,
                              const uint8_t *rgb, s2rgf_error *err)
{
    if (s2_class_table_find_name(classes, name) < 0)
        return s2_class_table_add(classes, value, name, rgb, err);
    char *unique = s2_asprintf("%s (%d)", name, value);
    if (unique == NULL)
        return s2_fail_memory(err, "class name");
    const s2rgf_status status = s2_class_table_add(classes, value, unique, rgb, err);
    s2_free(unique);
    return status;
}

/** Colour of a value in the band's palette; false where there is none. */
static bool palette_colour(GDALRasterBandH band, int value, uint8_t rgb[3])
{
    GDALColorTableH table = GDALGetRasterColorTable(band);
    if (table == NULL || value >= GDALGetColorEntryCount(table))
        return false;
    GDALColorEntry entry;
    GDALGetColorEntryAsRGB(table, value, &entry);
    /* GDAL fills palettes up with black. */
    if (entry.c1 == 0 && entry.c2 == 0 && entry.c3 == 0)
        return false;
    rgb[0] = (uint8_t)entry.c1;
    rgb[1] = (uint8_t)entry.c2;
    rgb[2] = (uint8_t)entry.c3;
    return true;
}

/** Add "class VALUE". */
static s2rgf_status add_unnamed(GDALDatasetH dataset, int value, s2_class_table *classes,
                                s2rgf_error *err)
{
    char name[32];
    uint8_t rgb[3];
    const bool coloured = palette_colour(GDALGetRasterBand(dataset, 1), value, rgb);
    snprintf(name, sizeof name, "class %d", value);
    return add_class(classes, value, name, coloured ? rgb : NULL, err);
}

/** A name without blanks at its ends (some drivers pad them); NULL when memory is out. */
static char *trimmed(const char *name)
{
    while (*name == ' ')
        name++;
    size_t length = strlen(name);
    while (length > 0 && name[length - 1] == ' ')
        length--;
    return s2_asprintf("%.*s", (int)length, name);
}

/** Add a named class unless the value is known, is nodata, or the name is blank. */
static s2rgf_status add_named(GDALRasterBandH band, int value, const char *name,
                              const uint8_t *own_rgb, s2_class_table *classes, s2rgf_error *err)
{
    uint8_t rgb[3];
    const double nodata = s2_class_nodata(band);
    if (value < 1 || value > MAX_VALUE || (double)value == nodata || name == NULL ||
        s2_class_table_find_value(classes, value) >= 0)
        return S2RGF_OK;
    char *clean = trimmed(name);
    if (clean == NULL)
        return s2_fail_memory(err, "class name");
    s2rgf_status status = S2RGF_OK;
    if (clean[0] != '\0') {
        const uint8_t *colour = palette_colour(band, value, rgb) ? rgb : own_rgb;
        status = add_class(classes, value, clean, colour, err);
    }
    s2_free(clean);
    return status;
}

static s2rgf_status names_from_categories(GDALRasterBandH band, s2_class_table *classes,
                                          s2rgf_error *err)
{
    char **names = GDALGetRasterCategoryNames(band);
    s2rgf_status status = S2RGF_OK;
    for (int value = 0; names != NULL && names[value] != NULL && status == S2RGF_OK; value++)
        status = add_named(band, value, names[value], NULL, classes, err);
    return status;
}

/** Column of a usage, else of one of the names ("a|b"); -1 if none. */
static int find_column(GDALRasterAttributeTableH table, GDALRATFieldUsage usage, const char *names)
{
    int column = GDALRATGetColOfUsage(table, usage);
    char **list = CSLTokenizeString2(names, "|", 0);
    for (int n = 0; column < 0 && list[n] != NULL; n++)
        for (int c = 0; column < 0 && c < GDALRATGetColumnCount(table); c++)
            if (EQUAL(GDALRATGetNameOfCol(table, c), list[n]))
                column = c;
    CSLDestroy(list);
    return column;
}

/** Colour of a row; false where the table has none. */
static bool row_colour(GDALRasterAttributeTableH table, int row, uint8_t rgb[3])
{
    static const struct {
        GDALRATFieldUsage usage;
        const char *names;
    } columns[3] = {{GFU_Red, "Red|R"}, {GFU_Green, "Green|G"}, {GFU_Blue, "Blue|B"}};
    for (int i = 0; i < 3; i++) {
        const int column = find_column(table, columns[i].usage, columns[i].names);
        if (column < 0)
            return false;
        double level = GDALRATGetValueAsDouble(table, row, column);
        /* Some tables (Esri's) hold 0..1. */
        if (GDALRATGetTypeOfCol(table, column) == GFT_Real && level <= 1.0)
            level *= 255.0;
        if (!(level >= 0.0 && level <= 255.0))
            return false;
        rgb[i] = (uint8_t)lround(level);
    }
    return true;
}

static s2rgf_status names_from_table(GDALRasterBandH band, s2_class_table *classes,
                                     s2rgf_error *err)
{
    GDALRasterAttributeTableH table = GDALGetDefaultRAT(band);
    if (table == NULL)
        return S2RGF_OK;
    const int value_column = find_column(table, GFU_MinMax, "Value");
    const int name_column =
        find_column(table, GFU_Name, "Class|Class_name|ClassName|Class_names|Name|Label");
    if (value_column < 0 || name_column < 0)
        return S2RGF_OK;
    s2rgf_status status = S2RGF_OK;
    for (int row = 0; row < GDALRATGetRowCount(table) && status == S2RGF_OK; row++) {
        uint8_t rgb[3];
        const bool coloured = row_colour(table, row, rgb);
        status = add_named(band, GDALRATGetValueAsInt(table, row, value_column),
                           GDALRATGetValueAsString(table, row, name_column), coloured ? rgb : NULL,
                           classes, err);
    }
    return status;
}

/** CLASS_n=name items of one metadata list. */
static s2rgf_status names_from_metadata(GDALRasterBandH band, char **items, s2_class_table *classes,
                                        s2rgf_error *err)
{
    s2rgf_status status = S2RGF_OK;
    for (int i = 0; items != NULL && items[i] != NULL && status == S2RGF_OK; i++) {
        char *end = NULL;
        if (!STARTS_WITH_CI(items[i], "CLASS_"))
            continue;
        const long value = strtol(items[i] + 6, &end, 10);
        if (end == items[i] + 6 || *end != '=' || value < 1 || value > MAX_VALUE)
            continue;
        status = add_named(band, (int)value, end + 1, NULL, classes, err);
    }
    return status;
}

/** Class names and colours that a raster knows, without looking at its pixels. */
static s2rgf_status find_names(GDALDatasetH dataset, s2_class_table *classes, s2rgf_error *err)
{
    GDALRasterBandH band = GDALGetRasterBand(dataset, 1);
    s2rgf_status status = names_from_categories(band, classes, err);
    if (status == S2RGF_OK)
        status = names_from_table(band, classes, err);
    if (status == S2RGF_OK)
        status = names_from_metadata(band, GDALGetMetadata(band, NULL), classes, err);
    if (status == S2RGF_OK)
        status = names_from_metadata(band, GDALGetMetadata(dataset, NULL), classes, err);
    return status;
}

/** Note every class value that occurs in one strip of pixels. */
static void note_values(const double *values, size_t count, double nodata, uint8_t *occurs)
{
    for (size_t i = 0; i < count; i++)
        if (values[i] >= 1.0 && values[i] <= MAX_VALUE && values[i] == floor(values[i]) &&
            values[i] != nodata)
            occurs[(int)values[i]] = 1;
}

/** Look through all pixels for values. occurs out [MAX_VALUE + 1] */
static s2rgf_status scan_values(GDALDatasetH dataset, uint8_t *occurs, s2rgf_error *err)
{
    GDALRasterBandH band = GDALGetRasterBand(dataset, 1);
    const int width = GDALGetRasterXSize(dataset), height = GDALGetRasterYSize(dataset);
    const double nodata = s2_class_nodata(band);
    const int most = width < SCAN_PIXELS ? SCAN_PIXELS / width : 1;
    double *lines = s2_alloc((size_t)width * (size_t)most, sizeof *lines);
    if (lines == NULL)
        return s2_fail_memory(err, "class raster");
    s2rgf_status status = S2RGF_OK;
    for (int y = 0; y < height && status == S2RGF_OK; y += most) {
        const int count = height - y < most ? height - y : most;
        s2_gdal_catch caught;
        s2_gdal_catch_begin(&caught);
        const CPLErr outcome =
            GDALRasterIO(band, GF_Read, 0, y, width, count, lines, width, count, GDT_Float64, 0, 0);
        s2_gdal_catch_end(&caught);
        if (outcome != CE_None)
            status = s2_gdal_fail(&caught, err, S2RGF_IO, "%s: cannot read lines %d..%d",
                                  GDALGetDescription(dataset), y, y + count - 1);
        else
            note_values(lines, (size_t)width * (size_t)count, nodata, occurs);
    }
    s2_free(lines);
    return status;
}

s2rgf_status s2_class_table_of_raster(GDALDatasetH dataset, s2_class_table *classes,
                                      s2rgf_error *err)
{
    *classes = (s2_class_table){0};
    if (GDALGetRasterCount(dataset) < 1)
        return s2_fail(err, S2RGF_FORMAT, "%s: no raster band", GDALGetDescription(dataset));
    s2rgf_status status = find_names(dataset, classes, err);
    /* Values may occur that no table names. */
    uint8_t *occurs = s2_calloc(MAX_VALUE + 1, 1);
    if (status == S2RGF_OK && occurs == NULL)
        status = s2_fail_memory(err, "class raster");
    if (status == S2RGF_OK)
        status = scan_values(dataset, occurs, err);
    for (int value = 1; value <= MAX_VALUE && status == S2RGF_OK; value++)
        if (occurs[value] && s2_class_table_find_value(classes, value) < 0)
            status = add_unnamed(dataset, value, classes, err);
    s2_free(occurs);
    if (status != S2RGF_OK)
        s2_class_table_clear(classes);
    return status;
}
