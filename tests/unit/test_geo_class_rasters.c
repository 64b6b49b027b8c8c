/* Class rasters that say doubtful things of themselves: two names for a value, lossy
   compression. */
#include <cpl_error.h>

#include "geo/map/class_map.h"
#include "geo_fixture.h"

#define RASTER "/vsimem/classes.tif"
#define SIZE 16

static char heard[4096];

static void collect_line(s2rgf_log_level level, const char *line, void *user)
{
    (void)user;
    const size_t used = strlen(heard);
    if (level == S2RGF_WARNING)
        snprintf(heard + used, sizeof heard - used, "%s\n", line);
}

/** Open as a map; its warnings are in `heard`, the name of value 1 in the result. */
static const char *name_of_one(const char *path)
{
    static char name[100];
    static const s2rgf_host host = {.log = collect_line};
    s2_class_map map;
    s2rgf_error err = {0};
    heard[0] = '\0';
    if (!CHECK(s2_class_map_open(path, NULL, &host, &map, &err) == S2RGF_OK)) {
        printf("    %s\n", err.message);
        return "";
    }
    const int at = s2_class_table_find_value(&map.classes, 1);
    snprintf(name, sizeof name, "%s", at >= 0 ? map.classes.items[at].name : "");
    s2_class_map_close(&map);
    return name;
}

/** A raster of ones with these options of GTiff. */
static void make_classes(const char *path, const char *const *options)
{
    GDALDatasetH dataset = create_raster(
        &(raster_recipe){.path = path, .width = SIZE, .height = SIZE, .options = options});
    CHECK(GDALFillRaster(GDALGetRasterBand(dataset, 1), 1.0, 0.0) == CE_None);
    GDALClose(dataset);
}

/* ---- names ------------------------------------------------------------------------------------ */

typedef struct table_row {
    int value;
    const char *name;
} table_row;

static void set_table(const table_row *rows, int count)
{
    GDALDatasetH dataset = GDALOpen(RASTER, GA_Update);
    GDALRasterAttributeTableH table = GDALCreateRasterAttributeTable();
    CHECK(GDALRATCreateColumn(table, "Value", GFT_Integer, GFU_MinMax) == CE_None);
    CHECK(GDALRATCreateColumn(table, "Class", GFT_String, GFU_Name) == CE_None);
    for (int i = 0; i < count; i++) {
        GDALRATSetValueAsInt(table, i, 0, rows[i].value);
        GDALRATSetValueAsString(table, i, 1, rows[i].name);
    }
    CHECK(GDALSetDefaultRAT(GDALGetRasterBand(dataset, 1), table) == CE_None);
    GDALDestroyRasterAttributeTable(table);
    GDALClose(dataset);
}

static void test_rows_of_one_value(void)
{
    make_classes(RASTER, NULL);
    set_table((const table_row[]){{1, "wood"}, {2, "water"}, {1, "city"}}, 3);
    CHECK_STR(name_of_one(RASTER), "wood");
    CHECK_STR(heard, RASTER ": value 1 is named \"wood\" and \"city\": the first is taken\n");
    set_table((const table_row[]){{1, "wood"}, {2, "water"}, {1, "city"}, {2, "sea"}, {2, "lake"}},
              5);
    CHECK_STR(name_of_one(RASTER), "wood");
    CHECK_STR(heard, RASTER ": 3 times a value has a second name; value 1 is named \"wood\" and "
                            "\"city\": the first is taken\n");
    /* The same name again, in other blanks, or none: nothing to doubt. */
    set_table((const table_row[]){{1, "wood"}, {1, " wood "}, {1, ""}}, 3);
    CHECK_STR(name_of_one(RASTER), "wood");
    CHECK_STR(heard, "");
}

/** Ranges name a value where they hold one only. */
static void test_rows_of_ranges(void)
{
    static const double ranges[][2] = {{0.5, 1.5}, {2, 9}, {10, 19}};
    static const char *const names[] = {"wood", "water", "city"};
    make_classes(RASTER, NULL);
    GDALDatasetH dataset = GDALOpen(RASTER, GA_Update);
    GDALRasterAttributeTableH table = GDALCreateRasterAttributeTable();
    CHECK(GDALRATCreateColumn(table, "From", GFT_Real, GFU_Min) == CE_None);
    CHECK(GDALRATCreateColumn(table, "To", GFT_Real, GFU_Max) == CE_None);
    CHECK(GDALRATCreateColumn(table, "Class", GFT_String, GFU_Name) == CE_None);
    for (int i = 0; i < 3; i++) {
        GDALRATSetValueAsDouble(table, i, 0, ranges[i][0]);
        GDALRATSetValueAsDouble(table, i, 1, ranges[i][1]);
        GDALRATSetValueAsString(table, i, 2, names[i]);
    }
    CHECK(GDALSetDefaultRAT(GDALGetRasterBand(dataset, 1), table) == CE_None);
    GDALDestroyRasterAttributeTable(table);
    GDALClose(dataset);
    CHECK_STR(name_of_one(RASTER), "wood");
    CHECK_STR(heard, RASTER ": its attribute table names ranges, such as 2 to 9 \"water\", which "
                            "are not used: expected one value a row\n");
    /* no value at all, but bins of one value, the first of them 0 */
    dataset = GDALOpen(RASTER, GA_Update);
    table = GDALCreateRasterAttributeTable();
    CHECK(GDALRATCreateColumn(table, "Class", GFT_String, GFU_Name) == CE_None);
    GDALRATSetRowCount(table, 2);
    GDALRATSetValueAsString(table, 1, 0, "wood");
    GDALRATSetLinearBinning(table, 0.0, 1.0);
    CHECK(GDALSetDefaultRAT(GDALGetRasterBand(dataset, 1), table) == CE_None);
    GDALDestroyRasterAttributeTable(table);
    GDALClose(dataset);
    CHECK_STR(name_of_one(RASTER), "wood");
    CHECK_STR(heard, "");
}

/** Category names, metadata and table may contradict each other, too. */
static void test_places_that_differ(void)
{
    make_classes(RASTER, NULL);
    set_table((const table_row[]){{1, "wood"}}, 1);
    GDALDatasetH dataset = GDALOpen(RASTER, GA_Update);
    CHECK(GDALSetMetadataItem(dataset, "CLASS_1", "water", NULL) == CE_None);
    GDALClose(dataset);
    CHECK_STR(name_of_one(RASTER), "wood");
    CHECK_CONTAINS(heard, "value 1 is named \"wood\" and \"water\"");
    /* A name that two values have gets the second value behind it; that is no second name. */
    dataset = GDALOpen(RASTER, GA_Update);
    CHECK(GDALSetMetadataItem(dataset, "CLASS_1", "wood", NULL) == CE_None);
    CHECK(GDALSetMetadataItem(dataset, "CLASS_2", "wood", NULL) == CE_None);
    GDALClose(dataset);
    set_table((const table_row[]){{1, "wood"}, {2, "wood"}}, 2);
    CHECK_STR(name_of_one(RASTER), "wood");
    CHECK_CONTAINS(heard, "both named \"wood\"");
    CHECK(!strstr(heard, "is named"));
}

/* ---- compression ------------------------------------------------------------------------------ */

static void make_vrt(const char *path, const char *of)
{
    GDALDatasetH from = GDALOpen(of, GA_ReadOnly);
    GDALDatasetH vrt =
        GDALCreateCopy(GDALGetDriverByName("VRT"), path, from, FALSE, NULL, NULL, NULL);
    REQUIRE(from && vrt);
    GDALClose(vrt);
    GDALClose(from);
}

static void test_lossy_compression(void)
{
    const char *const none[] = {"COMPRESS=DEFLATE", NULL};
    const char *const jpeg[] = {"COMPRESS=JPEG", NULL};
    VSIUnlink(RASTER ".aux.xml");
    make_classes(RASTER, none);
    name_of_one(RASTER);
    CHECK_STR(heard, "");
    make_classes(RASTER, jpeg);
    name_of_one(RASTER);
    CHECK_CONTAINS(heard, RASTER ": compressed as JPEG, which changes values: expected a lossless");
    make_vrt("/vsimem/classes.vrt", RASTER);
    name_of_one("/vsimem/classes.vrt");
    CHECK_CONTAINS(heard, "/vsimem/classes.vrt: compressed as JPEG");
}

int main(void)
{
    GDALAllRegister();
    test_rows_of_one_value();
    test_rows_of_ranges();
    test_places_that_differ();
    test_lossy_compression();
    GDALDestroyDriverManager();
    return harness_end();
}
