/*
 * What a class raster says of its classes: category names, attribute table, CLASS_n metadata,
 * colours.
 */
#include <cpl_string.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/class_name.h"
#include "core/error.h"
#include "core/log.h"
#include "core/memory.h"
#include "geo/labels/class_band.h"
#include "geo/labels/compression.h"

/* Pixels read at a time, at least one line, when looking for values without a name. */
#define SCAN_PIXELS (512 * 1024)

#define VALUE "Value" /* the column of an attribute table that has the classes' values */

/** What the readers of names share. */
typedef struct name_reader {
    s2_class_band *band;
    const s2rgf_host *host;
    s2_class_table *classes;
    bool recoded;   /* the host knows that names are not UTF-8 */
    int twice;      /* values with a second name, after which the first is taken */
    char *examples; /* the first of them with its names */
} name_reader;

/** Add a class; a name used before gets its value behind it. */
static s2rgf_status add_named_class(name_reader *reader, int value, const char *name,
                                    const uint8_t *rgb, s2rgf_error *err)
{
    s2_class_table *classes = reader->classes;
    s2rgf_error reason;
    char *unique = NULL;
    const int same = s2_class_table_find_name(classes, name);
    if (same >= 0) {
        unique = s2_asprintf("%s (%d)", name, value);
        if (!unique)
            return s2_fail_memory(err, "class name");
        s2_log(reader->host, S2RGF_WARNING,
               "%s: values %d and %d are both named \"%s\": the second is called \"%s\"",
               reader->band->path, classes->items[same].value, value, name, unique);
    }
    const s2rgf_status status =
        s2_class_table_add(classes, value, unique ? unique : name, rgb, &reason);
    s2_free(unique);
    return status == S2RGF_OK ? S2RGF_OK
                              : s2_fail(err, status, "%s: %s", reader->band->path, reason.message);
}

/** Colour of a value in the band's palette; false where there is none. */
static bool palette_colour(GDALRasterBandH band, int value, uint8_t rgb[3])
{
    GDALColorTableH table = GDALGetRasterColorTable(band);
    if (!table || value >= GDALGetColorEntryCount(table))
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
static s2rgf_status add_unnamed(name_reader *reader, int value, s2rgf_error *err)
{
    char name[32];
    uint8_t rgb[3];
    const bool coloured = palette_colour(reader->band->band, value, rgb);
    snprintf(name, sizeof name, "class %d", value);
    return add_named_class(reader, value, name, coloured ? rgb : NULL, err);
}

/** Whether 0 is a class by what it is called; its own number says nothing. */
static void judge_zero(name_reader *reader, const char *name)
{
    s2_class_band *band = reader->band;
    if (s2_class_name_is_nothing(name))
        band->zero_is_class = false;
    else if (s2_class_name_number(name) < 0 && !(band->has_nodata && band->nodata == 0.0))
        band->zero_is_class = true;
    reader->classes->zero_allowed = band->zero_is_class;
}

/** Add a class by its clean name unless the value is known or nodata. */
static s2rgf_status add_clean(name_reader *reader, int value, const s2_class_name *name,
                              const uint8_t *own_rgb, s2rgf_error *err)
{
    const s2_class_band *band = reader->band;
    uint8_t rgb[3];
    if (value == 0)
        judge_zero(reader, name->text);
    if ((value == 0 && !band->zero_is_class) || (band->has_nodata && value == band->nodata))
        return S2RGF_OK;
    if (name->recoded && !reader->recoded)
        s2_log(reader->host, S2RGF_WARNING,
               "%s: class names are not UTF-8 and are taken for Windows-1252: \"%s\" is \"%s\"",
               band->path, name->original, name->text);
    reader->recoded = reader->recoded || name->recoded;
    const uint8_t *colour = palette_colour(band->band, value, rgb) ? rgb : own_rgb;
    return add_named_class(reader, value, name->text, colour, err);
}

/** Note a second name of a value, unless it is the first again. */
static s2rgf_status note_second(name_reader *reader, int value, const char *name, s2rgf_error *err)
{
    const int at = s2_class_table_find_value(reader->classes, value);
    const char *first = reader->classes->items[at].name;
    /* add_class() may have put the value behind it */
    char *unique = s2_asprintf("%s (%d)", name, value);
    const bool same =
        unique && (strcmp(first, name) == 0 || strcmp(first, unique) == 0 || !name[0]);
    const bool failed = !unique;
    s2_free(unique);
    if (failed)
        return s2_fail_memory(err, "class name");
    if (same || reader->twice++ > 0)
        return S2RGF_OK;
    reader->examples = s2_asprintf("value %d is named \"%s\" and \"%s\"", value, first, name);
    return reader->examples ? S2RGF_OK : s2_fail_memory(err, "class name");
}

/** Warn of values with two names. */
static void tell_second_names(name_reader *reader)
{
    if (reader->twice == 1)
        s2_log(reader->host, S2RGF_WARNING, "%s: %s: the first is taken", reader->band->path,
               reader->examples);
    else if (reader->twice > 1)
        s2_log(reader->host, S2RGF_WARNING,
               "%s: %d times a value has a second name; %s: the first is taken", reader->band->path,
               reader->twice, reader->examples);
    s2_free(reader->examples);
    reader->examples = NULL;
}

/** Add a named class unless the value is known, is nodata, or the name is blank. */
static s2rgf_status add_named(name_reader *reader, double value, const char *raw,
                              const uint8_t *own_rgb, s2rgf_error *err)
{
    s2_class_name name = {0};
    s2rgf_error reason;
    if (!(value >= 0.0 && value <= S2_CLASS_MAX_VALUE) || value != floor(value) || !raw)
        return S2RGF_OK;
    s2rgf_status status = s2_class_name_clean(raw, &name, &reason);
    if (status != S2RGF_OK)
        status = s2_fail(err, status, "%s: value %d: %s", reader->band->path, (int)value,
                         reason.message);
    else if (s2_class_table_find_value(reader->classes, (int)value) >= 0)
        status = note_second(reader, (int)value, name.text, err);
    else if (name.text[0] != '\0')
        status = add_clean(reader, (int)value, &name, own_rgb, err);
    s2_class_name_clear(&name);
    return status;
}

static s2rgf_status names_from_categories(name_reader *reader, s2rgf_error *err)
{
    char **names = GDALGetRasterCategoryNames(reader->band->band);
    s2rgf_status status = S2RGF_OK;
    for (int value = 0; names && names[value] && status == S2RGF_OK; value++)
        status = add_named(reader, value, names[value], NULL, err);
    return status;
}

/** Column of a usage, else of one of the names ("a|b"); -1 if none. */
static int find_column(GDALRasterAttributeTableH table, GDALRATFieldUsage usage, const char *names)
{
    int column = GDALRATGetColOfUsage(table, usage);
    char **list = CSLTokenizeString2(names, "|", 0);
    for (int n = 0; column < 0 && list[n]; n++)
        for (int c = 0; column < 0 && c < GDALRATGetColumnCount(table); c++)
            if (EQUAL(GDALRATGetNameOfCol(table, c), list[n]))
                column = c;
    CSLDestroy(list);
    return column;
}

/** The last column of text, -1 if there is none. count out  how many there are */
static int text_column(GDALRasterAttributeTableH table, int *count)
{
    int found = -1;
    *count = 0;
    for (int c = 0; c < GDALRATGetColumnCount(table); c++)
        if (GDALRATGetTypeOfCol(table, c) == GFT_String) {
            found = c;
            (*count)++;
        }
    return found;
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

/** First and last whole number of a row, none where the last is less; false: no row has any. */
static bool row_values(GDALRasterAttributeTableH table, int row, double *least, double *most)
{
    const int value = find_column(table, GFU_MinMax, VALUE);
    const int from = value >= 0 ? value : find_column(table, GFU_Min, "Min");
    const int to = value >= 0 ? value : find_column(table, GFU_Max, "Max");
    double start, width;
    if (from >= 0 && to >= 0) {
        *least = ceil(GDALRATGetValueAsDouble(table, row, from));
        *most = floor(GDALRATGetValueAsDouble(table, row, to));
    } else if (GDALRATGetLinearBinning(table, &start, &width)) {
        *least = ceil(start + row * width);
        *most = ceil(start + (row + 1) * width) - 1.0;
    } else {
        return false;
    }
    return true;
}

static s2rgf_status names_from_table(name_reader *reader, s2rgf_error *err)
{
    GDALRasterAttributeTableH table = GDALGetDefaultRAT(reader->band->band);
    if (!table)
        return S2RGF_OK;
    int name_column =
        find_column(table, GFU_Name, "Class|Class_name|ClassName|Class_names|Name|Label");
    int texts, ranges = 0;
    double least, most;
    const int text = text_column(table, &texts);
    if (name_column < 0 && texts == 1 && text != find_column(table, GFU_MinMax, VALUE))
        name_column = text;
    if (name_column < 0 || !row_values(table, 0, &least, &most)) {
        if (texts > 0)
            s2_log(
                reader->host, S2RGF_WARNING,
                "%s: its attribute table is not used: expected a column Value and a column Class "
                "or Name",
                reader->band->path);
        return S2RGF_OK;
    }
    s2rgf_status status = S2RGF_OK;
    for (int row = 0; row < GDALRATGetRowCount(table) && status == S2RGF_OK; row++) {
        uint8_t rgb[3];
        const bool coloured = row_colour(table, row, rgb);
        const char *name = GDALRATGetValueAsString(table, row, name_column);
        row_values(table, row, &least, &most);
        if (least == most)
            status = add_named(reader, least, name, coloured ? rgb : NULL, err);
        else if (least < most && ranges++ == 0)
            s2_log(reader->host, S2RGF_WARNING,
                   "%s: its attribute table names ranges, such as %.9g to %.9g \"%s\", which are "
                   "not used: expected one value a row",
                   reader->band->path, least, most, name);
    }
    return status;
}

/** CLASS_n=name items of one metadata list. */
static s2rgf_status names_from_metadata(name_reader *reader, char **items, s2rgf_error *err)
{
    s2rgf_status status = S2RGF_OK;
    for (int i = 0; items && items[i] && status == S2RGF_OK; i++) {
        char *end = NULL;
        if (!STARTS_WITH_CI(items[i], "CLASS_"))
            continue;
        const long value = strtol(items[i] + 6, &end, 10);
        if (end == items[i] + 6 || *end != '=')
            continue;
        status = add_named(reader, (double)value, end + 1, NULL, err);
    }
    return status;
}

s2rgf_status s2_class_band_names(s2_class_band *band, const s2rgf_host *host,
                                 s2_class_table *classes, s2rgf_error *err)
{
    name_reader reader = {.band = band, .host = host, .classes = classes};
    const char *compression = s2_lossy_compression(band->dataset);
    if (compression)
        s2_log(
            host, S2RGF_WARNING,
            "%s: compressed as %s, which changes values: expected a lossless raster; classes may "
            "be wrong",
            band->path, compression);
    *classes = (s2_class_table){.zero_allowed = band->zero_is_class};
    s2rgf_status status = names_from_categories(&reader, err);
    if (status == S2RGF_OK)
        status = names_from_table(&reader, err);
    if (status == S2RGF_OK)
        status = names_from_metadata(&reader, GDALGetMetadata(band->band, NULL), err);
    if (status == S2RGF_OK)
        status = names_from_metadata(&reader, GDALGetMetadata(band->dataset, NULL), err);
    tell_second_names(&reader);
    if (status != S2RGF_OK)
        s2_class_table_clear(classes);
    return status;
}

s2rgf_status s2_class_band_add(s2_class_band *band, const s2rgf_host *host, const uint8_t *occurs,
                               s2_class_table *classes, s2rgf_error *err)
{
    name_reader reader = {.band = band, .host = host, .classes = classes};
    s2rgf_status status = S2RGF_OK;
    for (int value = 0; value <= S2_CLASS_MAX_VALUE && status == S2RGF_OK; value++)
        if (occurs[value] && s2_class_table_find_value(classes, value) < 0)
            status = add_unnamed(&reader, value, err);
    return status;
}

/** Look through all pixels for values. occurs out [S2_CLASS_MAX_VALUE + 1] */
static s2rgf_status scan_values(s2_class_band *band, uint8_t *occurs, s2rgf_error *err)
{
    const int width = GDALGetRasterXSize(band->dataset), height = GDALGetRasterYSize(band->dataset);
    const int most = width < SCAN_PIXELS ? SCAN_PIXELS / width : 1;
    s2rgf_status status = S2RGF_OK;
    for (int y = 0; y < height && status == S2RGF_OK; y += most) {
        const s2_rect strip = {0, y, width, height - y < most ? height - y : most};
        const double *pixels = NULL;
        status = s2_class_band_read(band, strip, &pixels, err);
        for (size_t i = 0; i < (size_t)strip.w * (size_t)strip.h && status == S2RGF_OK; i++) {
            /* Neighbours are mostly alike. */
            if (i > 0 && pixels[i] == pixels[i - 1])
                continue;
            const int value = s2_class_band_peek(band, pixels[i]);
            if (value >= 0)
                occurs[value] = 1;
            else if (!isnan(pixels[i]))
                s2_class_band_note_odd(band, pixels[i]);
        }
    }
    return status;
}

s2rgf_status s2_class_band_classes(s2_class_band *band, const s2rgf_host *host,
                                   s2_class_table *classes, s2rgf_error *err)
{
    /* Values may occur that no table names. */
    uint8_t *occurs = s2_calloc(S2_CLASS_MAX_VALUE + 1, 1);
    s2rgf_status status = occurs ? s2_class_band_names(band, host, classes, err)
                                 : s2_fail_memory(err, "class raster");
    if (status == S2RGF_OK)
        status = scan_values(band, occurs, err);
    if (status == S2RGF_OK)
        status = s2_class_band_add(band, host, occurs, classes, err);
    s2_free(occurs);
    if (status != S2RGF_OK)
        s2_class_table_clear(classes);
    return status;
}
