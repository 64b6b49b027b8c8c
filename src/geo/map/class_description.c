/* What a band says of its classes: palette, category names, attribute table; and their metadata. */
#include "geo/map/class_description.h"

#include <cpl_conv.h>
#include <cpl_string.h>
#include <limits.h>
#include <math.h>
#include <string.h>

/*
 * Lists of names by value are kept to this length; the attribute table and CLASS_n have no such
 * limit.
 */
#define MAX_CATEGORIES 4096

/* ---- metadata -------------------------------------------------------------------------------- */

char **s2_class_metadata(const char *const *provenance, const s2_class_table *classes)
{
    char **metadata = CSLDuplicate((char **)provenance);
    for (int c = 0; c < classes->count; c++) {
        char key[32];
        CPLsnprintf(key, sizeof key, "CLASS_%d", classes->items[c].value);
        metadata = CSLSetNameValue(metadata, key, classes->items[c].name);
    }
    return metadata;
}

void s2_class_metadata_free(char **metadata)
{
    CSLDestroy(metadata);
}

/* ---- palette --------------------------------------------------------------------------------- */

/** Set a colour; false when memory is out, which GDAL does not return. */
static bool set_colour(GDALColorTableH palette, int value, const GDALColorEntry *colour)
{
    GDALSetColorEntry(palette, value, colour);
    const GDALColorEntry *set = GDALGetColorEntry(palette, value);
    return set && memcmp(set, colour, sizeof *set) == 0;
}

bool s2_class_set_palette(GDALRasterBandH band, const s2_class_table *classes)
{
    GDALColorTableH palette = GDALCreateColorTable(GPI_RGB);
    const GDALColorEntry nothing = {0, 0, 0, 0};
    bool done = set_colour(palette, 0, &nothing);
    for (int c = 0; c < classes->count && done; c++) {
        const s2_class *item = &classes->items[c];
        const GDALColorEntry entry = {item->rgb[0], item->rgb[1], item->rgb[2], 255};
        done = set_colour(palette, item->value, &entry);
    }
    done = done && GDALSetRasterColorTable(band, palette) == CE_None;
    GDALDestroyColorTable(palette);
    return done;
}

bool s2_class_palette_is_set(GDALRasterBandH band, const s2_class_table *classes)
{
    GDALColorTableH palette = GDALGetRasterColorTable(band);
    for (int c = 0; c < classes->count; c++) {
        const s2_class *item = &classes->items[c];
        const GDALColorEntry *entry = palette ? GDALGetColorEntry(palette, item->value) : NULL;
        if (!entry || entry->c1 != item->rgb[0] || entry->c2 != item->rgb[1] ||
            entry->c3 != item->rgb[2])
            return false;
    }
    return true;
}

/* ---- category names -------------------------------------------------------------------------- */

static int largest_value(const s2_class_table *classes)
{
    return classes->count > 0 ? classes->items[classes->count - 1].value : 0;
}

bool s2_class_has_categories(const s2_class_table *classes)
{
    return largest_value(classes) <= MAX_CATEGORIES;
}

bool s2_class_set_categories(GDALRasterBandH band, const s2_class_table *classes)
{
    char **names = NULL;
    if (!s2_class_has_categories(classes))
        return true;
    for (int value = 0; value <= largest_value(classes); value++) {
        const int c = s2_class_table_find_value(classes, value);
        names = CSLAddString(names, c >= 0 ? classes->items[c].name : "");
    }
    const bool done = GDALSetRasterCategoryNames(band, names) == CE_None;
    CSLDestroy(names);
    return done;
}

bool s2_class_categories_are_set(GDALRasterBandH band, const s2_class_table *classes)
{
    char **names = GDALGetRasterCategoryNames(band);
    const int count = CSLCount(names);
    for (int c = 0; c < classes->count; c++) {
        const s2_class *item = &classes->items[c];
        if (item->value >= count || strcmp(names[item->value], item->name) != 0)
            return false;
    }
    return true;
}

int s2_class_find_changed(GDALRasterBandH band, const s2_class_table *classes, const char **found)
{
    char **names = GDALGetRasterCategoryNames(band);
    const int count = CSLCount(names);
    for (int c = 0; c < classes->count && classes->items[c].value < count; c++) {
        *found = names[classes->items[c].value];
        if (**found != '\0' && strcmp(*found, classes->items[c].name) != 0)
            return c;
    }
    return -1;
}

/* ---- attribute table ------------------------------------------------------------------------- */

/** Add a column; its number, or -1 when GDAL refuses it. */
static int add_column(GDALRasterAttributeTableH table, const char *name, GDALRATFieldType type,
                      GDALRATFieldUsage usage)
{
    const int number = GDALRATGetColumnCount(table);
    return GDALRATCreateColumn(table, name, type, usage) == CE_None ? number : -1;
}

static bool add_values(GDALRasterAttributeTableH table, const s2_class_table *classes)
{
    const int column = add_column(table, "Value", GFT_Integer, GFU_MinMax);
    for (int c = 0; c < classes->count && column >= 0; c++)
        GDALRATSetValueAsInt(table, c, column, classes->items[c].value);
    return column >= 0;
}

/** Integers of a table have 32 bits: larger counts are Reals. */
static bool add_counts(GDALRasterAttributeTableH table, const uint64_t *pixels, int count)
{
    GDALRATFieldType type = GFT_Integer;
    for (int c = 0; c < count; c++)
        if (pixels[c] > INT_MAX)
            type = GFT_Real;
    const int column = add_column(table, "Count", type, GFU_PixelCount);
    for (int c = 0; c < count && column >= 0; c++)
        GDALRATSetValueAsDouble(table, c, column, (double)pixels[c]);
    return column >= 0;
}

static bool add_names(GDALRasterAttributeTableH table, const s2_class_table *classes)
{
    const int column = add_column(table, "Class", GFT_String, GFU_Name);
    for (int c = 0; c < classes->count && column >= 0; c++)
        GDALRATSetValueAsString(table, c, column, classes->items[c].name);
    return column >= 0;
}

static bool add_colours(GDALRasterAttributeTableH table, const s2_class_table *classes)
{
    static const struct {
        const char *name;
        GDALRATFieldUsage usage;
    } parts[] = {{"Red", GFU_Red}, {"Green", GFU_Green}, {"Blue", GFU_Blue}, {"Alpha", GFU_Alpha}};
    for (int p = 0; p < 4; p++) {
        const int column = add_column(table, parts[p].name, GFT_Integer, parts[p].usage);
        if (column < 0)
            return false;
        for (int c = 0; c < classes->count; c++)
            GDALRATSetValueAsInt(table, c, column, p < 3 ? classes->items[c].rgb[p] : 255);
    }
    return true;
}

static bool add_areas(GDALRasterAttributeTableH table, const double *hectares, int count)
{
    for (int c = 0; c < count; c++)
        if (!isfinite(hectares[c]))
            return true;
    const int column = add_column(table, "Area_ha", GFT_Real, GFU_Generic);
    for (int c = 0; c < count && column >= 0; c++)
        GDALRATSetValueAsDouble(table, c, column, hectares[c]);
    return column >= 0;
}

static bool add_texts(GDALRasterAttributeTableH table, const s2_class_column *columns, int count)
{
    for (; columns && columns->name; columns++) {
        const int column = add_column(table, columns->name, GFT_String, GFU_Generic);
        if (column < 0)
            return false;
        for (int c = 0; c < count; c++)
            GDALRATSetValueAsString(table, c, column, columns->texts[c]);
    }
    return true;
}

GDALRasterAttributeTableH s2_class_make_table(const s2_class_table *classes,
                                              const s2_class_extents *extents)
{
    GDALRasterAttributeTableH table = GDALCreateRasterAttributeTable();
    const int count = classes->count;
    const bool done =
        add_values(table, classes) && (!extents || add_counts(table, extents->pixels, count)) &&
        add_names(table, classes) && add_colours(table, classes) &&
        (!extents || !extents->hectares || add_areas(table, extents->hectares, count)) &&
        (!extents || add_texts(table, extents->columns, count)) &&
        GDALRATSetTableType(table, GRTT_THEMATIC) == CE_None;
    if (done)
        return table;
    GDALDestroyRasterAttributeTable(table);
    return NULL;
}

bool s2_class_set_table(GDALRasterBandH band, const s2_class_table *classes,
                        const s2_class_extents *extents)
{
    GDALRasterAttributeTableH table = s2_class_make_table(classes, extents);
    const bool done = table && GDALSetDefaultRAT(band, table) == CE_None;
    GDALDestroyRasterAttributeTable(table);
    return done;
}

bool s2_class_table_is_set(GDALRasterBandH band, const s2_class_table *classes,
                           const uint64_t *pixels)
{
    GDALRasterAttributeTableH table = GDALGetDefaultRAT(band);
    if (!table || GDALRATGetRowCount(table) != classes->count)
        return false;
    const int value = GDALRATGetColOfUsage(table, GFU_MinMax),
              count = GDALRATGetColOfUsage(table, GFU_PixelCount),
              name = GDALRATGetColOfUsage(table, GFU_Name);
    if (value < 0 || count < 0 || name < 0)
        return false;
    for (int c = 0; c < classes->count; c++) {
        const s2_class *item = &classes->items[c];
        if (GDALRATGetValueAsInt(table, c, value) != item->value ||
            GDALRATGetValueAsDouble(table, c, count) != (double)pixels[c] ||
            strcmp(GDALRATGetValueAsString(table, c, name), item->name) != 0)
            return false;
    }
    return true;
}
