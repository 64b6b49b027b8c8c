/* Which classes labels and maps hold: names as they enter, numbers, 0, types, validity. */
#include <cpl_error.h>
#include <math.h>
#include <ogr_api.h>

#include "geo/labels/labels.h"
#include "geo/map/class_map.h"
#include "geo_fixture.h"
#include "s2rgf/labelling.h"

static s2_grid grid; /* 10 m pixels, EPSG:32633, 8 x 1 */
static char heard[4096];

static void collect_line(s2rgf_log_level level, const char *line, void *user)
{
    (void)user;
    const size_t used = strlen(heard);
    snprintf(heard + used, sizeof heard - used, "%d:%s\n", (int)level, line);
}

static const s2rgf_host host = {.log = collect_line};

static s2rgf_status read_labels(const char *path, s2_label_set *labels, s2rgf_error *err)
{
    const s2rgf_label_options options = {
        .path = path, .attribute = "class", .assigned_srs = "EPSG:32633"};
    const s2rgf_label_options raster = {.path = path};
    heard[0] = '\0';
    return s2_labels_read(strstr(path, ".tif") ? &raster : &options, &grid, &host, labels, err);
}

/** "value=name " of all classes, with the number of their pixels: "1=wood*2 2=water*1 ". */
static const char *describe(const s2_label_set *labels)
{
    static char text[512];
    text[0] = '\0';
    for (int c = 0; c < labels->classes.count; c++) {
        const s2_class *item = &labels->classes.items[c];
        int pixels = 0;
        for (size_t i = 0; i < labels->count; i++)
            pixels += labels->pixels[i].class_index == c;
        const size_t used = strlen(text);
        snprintf(text + used, sizeof text - used, "%d=%s*%d ", item->value, item->name, pixels);
    }
    return text;
}

/** A CSV file with one polygon of one pixel for every class, in this order. */
static void make_csv(const char *path, const char *const *classes, int count)
{
    char text[8192] = "WKT,class\n";
    for (int i = 0; i < count; i++) {
        const int x = 500000 + 10 * i;
        const size_t used = strlen(text);
        snprintf(text + used, sizeof text - used,
                 "\"POLYGON((%d 5800000,%d 5800000,%d 5799990,%d 5799990,%d 5800000))\",\"%s\"\n",
                 x, x + 10, x + 10, x, x, classes[i]);
    }
    make_text(path, text);
}

#define CSV "/vsimem/labels.csv"
#define RASTER "/vsimem/labels.tif"
#define COUNT(array) ((int)(sizeof(array) / sizeof *(array)))

static void check_csv(const char *const *classes, int count, const char *expected)
{
    s2_label_set labels;
    s2rgf_error err = {0};
    make_csv(CSV, classes, count);
    const s2rgf_status status = read_labels(CSV, &labels, &err);
    if (!CHECK(status == S2RGF_OK)) {
        printf("    %s\n", err.message);
        return;
    }
    CHECK_STR(describe(&labels), expected);
    s2_label_set_clear(&labels);
}

static void check_csv_refused(const char *const *classes, int count, const char *message)
{
    s2_label_set labels;
    s2rgf_error err = {0};
    make_csv(CSV, classes, count);
    CHECK(read_labels(CSV, &labels, &err) == S2RGF_FORMAT);
    CHECK_CONTAINS(err.message, message);
}

static void test_names(void)
{
    const char *const plain[] = {"wood", " wood\t", "water"};
    check_csv(plain, 3, "1=water*1 2=wood*2 ");
    CHECK_STR(heard, "");
    /* Latin-1: told once, and the classes stay apart. */
    const char *const latin[] = {"pr\xE9s", "pr\xE8s", "eau"};
    check_csv(latin, 3, "1=eau*1 2=pr\xC3\xA8s*1 3=pr\xC3\xA9s*1 ");
    CHECK_CONTAINS(heard,
                   "2:/vsimem/labels.csv: feature 1: class names are not UTF-8 and are taken "
                   "for Windows-1252: \"pr\\xe9s\" is \"pr\xC3\xA9s\"\n");
    CHECK(!strstr(heard, "pr\xC3\xA8s"));
    /* Two that become one are named as they came. */
    const char *const controls[] = {"a_z", "c", "a\x01z"};
    check_csv_refused(controls, 3,
                      "feature 3: field class: two classes become one name: \"a_z\" and "
                      "\"a\\x01z\" both \"a_z\"");
    const char *const mixed[] = {"\xC3\xA9", "\xE9"};
    check_csv_refused(mixed, 2, "\"\xC3\xA9\" and \"\\xe9\" both \"\xC3\xA9\"");
    /* Never cut. */
    char one[1100], other[1100];
    memset(one, 'L', sizeof one);
    memset(other, 'L', sizeof other);
    strcpy(one + 1020, "a");
    strcpy(other + 1020, "b");
    const char *const long_ones[] = {one, other};
    s2_label_set labels;
    s2rgf_error err = {0};
    make_csv(CSV, long_ones, 2);
    REQUIRE(read_labels(CSV, &labels, &err) == S2RGF_OK);
    CHECK(labels.classes.count == 2 && strlen(labels.classes.items[1].name) == 1021);
    s2_label_set_clear(&labels);
    memset(other, 'L', 1024);
    strcpy(other + 1024, "b");
    check_csv_refused(long_ones, 2, "feature 2: field class: class \"LLLL");
    /* Two spellings of one word. */
    const char *const cases[] = {"Wald", "wald",
                                 "\xC3\x84"
                                 "cker",
                                 "\xC3\xA4"
                                 "cker"};
    check_csv(cases, 4,
              "1=Wald*1 2=wald*1 3=\xC3\x84"
              "cker*1 4=\xC3\xA4"
              "cker*1 ");
    CHECK_CONTAINS(heard,
                   "2:/vsimem/labels.csv: \"Wald\" and \"wald\" differ only in upper and lower "
                   "case: they are two classes\n");
    CHECK_CONTAINS(heard, "\"\xC3\x84"
                          "cker\" and \"\xC3\xA4"
                          "cker\" differ");
}

static void test_numbers_in_text(void)
{
    const char *const codes[] = {"10", "2", "1", "10"};
    check_csv(codes, 4, "1=1*1 2=2*1 10=10*2 ");
    CHECK_STR(heard, "");
    const char *const padded[] = {"010", "002", "311"};
    check_csv(padded, 3, "2=002*1 10=010*1 311=311*1 ");
    const char *const reals[] = {"1.0", "12.0"};
    check_csv(reals, 2, "1=1.0*1 12=12.0*1 ");
    const char *const mixed[] = {"2", "forest", "10", "asphalt", "1"};
    check_csv(mixed, 5, "1=1*1 2=2*1 3=asphalt*1 4=forest*1 10=10*1 ");
    CHECK_CONTAINS(heard,
                   "2:/vsimem/labels.csv: field class mixes numbers and names: numbers keep their "
                   "values, names get those that are free: \"asphalt\" gets 3\n");
    const char *const phrases[] = {"class 10", "class 2"};
    check_csv(phrases, 2, "2=class 2*1 10=class 10*1 ");
    const char *const large[] = {"100200", "100100"};
    check_csv(large, 2, "1=100100*1 2=100200*1 ");
    const char *const same[] = {"1", "01"};
    check_csv_refused(same, 2, "two names for one number: \"01\" and \"1\"");
}

static void make_geojson(const char *properties)
{
    char text[4096];
    snprintf(
        text, sizeof text,
        "{\"type\":\"FeatureCollection\",\"crs\":{\"type\":\"name\",\"properties\":{\"name\":"
        "\"EPSG:32633\"}},\"features\":[{\"type\":\"Feature\",\"properties\":{%s},\"geometry\":{"
        "\"type\":\"Polygon\",\"coordinates\":[[[500000,5800000],[500050,5800000],"
        "[500050,5799950],[500000,5799950],[500000,5800000]]]}}]}",
        properties);
    make_text("/vsimem/labels.geojson", text);
}

/* The class that a polygon of these properties gets, as describe() has it. */
static void check_geojson(const char *properties, const char *expected)
{
    s2_label_set labels;
    s2rgf_error err = {0};
    make_geojson(properties);
    REQUIRE(read_labels("/vsimem/labels.geojson", &labels, &err) == S2RGF_OK);
    CHECK_STR(describe(&labels), expected);
    s2_label_set_clear(&labels);
}

static void check_geojson_refused(const char *properties, s2rgf_status status, const char *message)
{
    s2_label_set labels;
    s2rgf_error err = {0};
    make_geojson(properties);
    CHECK(read_labels("/vsimem/labels.geojson", &labels, &err) == status);
    CHECK_CONTAINS(err.message, message);
}

static void test_field_names(void)
{
    check_geojson("\"Class\":\"no\",\"class\":\"yes\",\"CLASS\":\"no\"", "1=yes*5 ");
    check_geojson("\"Class\":\"yes\",\"other\":\"no\"", "1=yes*5 ");
    check_geojson_refused("\"Class\":\"a\",\"CLASS\":\"b\"", S2RGF_INVALID_ARGUMENT,
                          "expected one of Class (String), CLASS (String)");
}

/** Whole numbers in a field of reals, and what is shown of those that are not. */
static void test_real_fields(void)
{
    check_geojson("\"class\":2.9995", "3=class 3*5 ");
    check_geojson_refused("\"class\":2.9985", S2RGF_FORMAT,
                          "feature 0: class out of range: expected a whole number from 1 to 65535 "
                          "in field class, found 2.9985");
    check_geojson_refused("\"class\":65535.5", S2RGF_FORMAT, "found 65535.5");
}

/** Class 0 of polygons: labels for an assessment, none for a training. */
static void test_zero_in_polygons(void)
{
    s2_label_set labels;
    s2rgf_error err = {0};
    const char *const codes[] = {"1", "0", "2", "0"};
    make_csv(CSV, codes, 4);
    REQUIRE(read_labels(CSV, &labels, &err) == S2RGF_OK);
    CHECK_STR(describe(&labels), "0=0*2 1=1*1 2=2*1 ");
    CHECK(s2_labels_refuse_zero(&labels, CSV, &err) == S2RGF_FORMAT);
    CHECK_CONTAINS(err.message, "feature 2: its class is 0: expected classes from 1 to 65535");
    s2_label_set_clear(&labels);
    make_geojson("\"class\":0");
    REQUIRE(read_labels("/vsimem/labels.geojson", &labels, &err) == S2RGF_OK);
    CHECK_STR(describe(&labels), "0=class 0*5 ");
    CHECK(s2_labels_refuse_zero(&labels, CSV, &err) == S2RGF_FORMAT);
    CHECK_CONTAINS(err.message, "feature 0: its class is 0");
    s2_label_set_clear(&labels);
}

/* ---- rasters ---------------------------------------------------------------------------------- */

/** A raster of 8 pixels in a row. */
typedef struct row_recipe {
    GDALDataType type;
    double values[8];
    const char *nodata;         /* in the band's own type; NULL: none */
    const char *names;          /* category names "a|b|c", NULL: none */
    const unsigned char *alpha; /* of 8 pixels, in an alpha band; NULL: none */
    const unsigned char *mask;  /* in a mask band */
} row_recipe;

static void set_nodata(GDALRasterBandH band, const char *text)
{
    const GDALDataType type = GDALGetRasterDataType(band);
    if (type == GDT_Int64)
        CHECK(GDALSetRasterNoDataValueAsInt64(band, strtoll(text, NULL, 10)) == CE_None);
    else if (type == GDT_UInt64)
        CHECK(GDALSetRasterNoDataValueAsUInt64(band, strtoull(text, NULL, 10)) == CE_None);
    else
        CHECK(GDALSetRasterNoDataValue(band, strtod(text, NULL)) == CE_None);
}

static void write_bytes(GDALRasterBandH band, const unsigned char *bytes)
{
    CHECK(GDALRasterIO(band, GF_Write, 0, 0, 8, 1, (void *)bytes, 8, 1, GDT_Byte, 0, 0) == CE_None);
}

static void make_row(const row_recipe *recipe)
{
    VSIUnlink(RASTER ".aux.xml");
    GDALDatasetH dataset = create_raster(&(raster_recipe){.path = RASTER,
                                                          .width = 8,
                                                          .height = 1,
                                                          .bands = recipe->alpha ? 2 : 1,
                                                          .type = recipe->type});
    GDALRasterBandH band = GDALGetRasterBand(dataset, 1);
    if (recipe->nodata)
        set_nodata(band, recipe->nodata);
    write_band(dataset, 1, (double *)recipe->values);
    if (recipe->alpha) {
        GDALRasterBandH alpha = GDALGetRasterBand(dataset, 2);
        CHECK(GDALSetRasterColorInterpretation(alpha, GCI_AlphaBand) == CE_None);
        write_bytes(alpha, recipe->alpha);
    }
    if (recipe->mask) {
        CHECK(GDALCreateDatasetMaskBand(dataset, GMF_PER_DATASET) == CE_None);
        write_bytes(GDALGetMaskBand(band), recipe->mask);
    }
    if (recipe->names) {
        char **names = CSLTokenizeString2(recipe->names, "|", CSLT_ALLOWEMPTYTOKENS);
        CHECK(GDALSetRasterCategoryNames(band, names) == CE_None);
        CSLDestroy(names);
    }
    GDALClose(dataset);
}

/** "value" of every pixel, '-' for none, as the reader of maps sees them. */
static const char *read_map(s2rgf_error *err)
{
    static char text[256];
    s2_class_map map;
    int indices[8];
    *err = (s2rgf_error){0};
    text[0] = '\0';
    if (s2_class_map_open(RASTER, NULL, &host, &map, err) != S2RGF_OK)
        return "refused";
    if (s2_class_map_read_row(&map, 0, indices, err) != S2RGF_OK)
        snprintf(text, sizeof text, "refused");
    for (int i = 0; i < 8 && err->status == S2RGF_OK; i++) {
        const size_t used = strlen(text);
        if (indices[i] < 0)
            snprintf(text + used, sizeof text - used, "- ");
        else
            snprintf(text + used, sizeof text - used, "%d ", map.classes.items[indices[i]].value);
    }
    s2_class_map_close(&map);
    return text;
}

/** The same raster as labels and as a map: one reader, one understanding. */
static void check_row(const row_recipe *recipe, const char *expected)
{
    s2_label_set labels;
    s2rgf_error err = {0};
    char text[256] = "";
    make_row(recipe);
    CHECK_STR(read_map(&err), expected);
    if (!CHECK(read_labels(RASTER, &labels, &err) == S2RGF_OK)) {
        printf("    %s\n", err.message);
        return;
    }
    size_t next = 0;
    for (int x = 0; x < 8; x++) {
        const size_t used = strlen(text);
        if (next < labels.count && labels.pixels[next].x == x)
            snprintf(text + used, sizeof text - used, "%d ",
                     labels.classes.items[labels.pixels[next++].class_index].value);
        else
            snprintf(text + used, sizeof text - used, "- ");
    }
    CHECK_STR(text, expected);
    s2_label_set_clear(&labels);
}

static void check_row_refused(const row_recipe *recipe, const char *message)
{
    s2_label_set labels;
    s2rgf_error err = {0};
    make_row(recipe);
    CHECK_STR(read_map(&err), "refused");
    CHECK_CONTAINS(err.message, message);
    CHECK(read_labels(RASTER, &labels, &err) == S2RGF_FORMAT);
    CHECK_CONTAINS(err.message, message);
}

static void test_types(void)
{
    static const GDALDataType types[] = {GDT_Byte,  GDT_UInt16,  GDT_Int16,   GDT_UInt32, GDT_Int32,
                                         GDT_Int64, GDT_Float32, GDT_Float64, GDT_UInt64};
    for (int i = 0; i < COUNT(types); i++)
        check_row(
            &(row_recipe){.type = types[i], .values = {1, 2, 3, 9, 9, 3, 2, 1}, .nodata = "9"},
            "1 2 3 - - 3 2 1 ");
    /* Nodata values that only a band's own type holds. */
    check_row(&(row_recipe){.type = GDT_Int64,
                            .values = {1, 2, -9223372036854775808.0, 3},
                            .nodata = "-9223372036854775808"},
              "1 2 - 3 0 0 0 0 ");
    check_row(&(row_recipe){.type = GDT_UInt64,
                            .values = {1, 2, 18446744073709549568.0, 3, 1, 1, 1, 1},
                            .nodata = "18446744073709549568"},
              "1 2 - 3 1 1 1 1 ");
    check_row(
        &(row_recipe){.type = GDT_Float32, .values = {1, NAN, 2, NAN, 3, 3, 3, 3}, .nodata = "nan"},
        "1 - 2 - 3 3 3 3 ");
    check_row(&(row_recipe){.type = GDT_Float32, .values = {1, NAN, 2, 3, 3, 3, 3, 3}},
              "1 - 2 3 3 3 3 3 ");
    check_row(&(row_recipe){.type = GDT_Float32,
                            .values = {1, -3.4028234663852886e38, 2, 3, 3, 3, 3, 3},
                            .nodata = "-3.4028234663852886e38"},
              "1 - 2 3 3 3 3 3 ");
    CHECK(!strstr(heard, "below 0"));
    check_row(&(row_recipe){.type = GDT_Float64,
                            .values = {1, INFINITY, 2, 3, 3, 3, 3, 3},
                            .nodata = "inf"},
              "1 - 2 3 3 3 3 3 ");
}

static void test_nearly_whole(void)
{
    check_row(&(row_recipe){.type = GDT_Float32,
                            .values = {1, 2.9999998, 3.0009, 0.9991, 2, 2, 2, 2},
                            .nodata = "-1"},
              "1 3 3 1 2 2 2 2 ");
    check_row_refused(
        &(row_recipe){.type = GDT_Float64, .values = {1, 2, 2.9985, 3}},
        "labels.tif: pixel 2, 0: not a class: expected whole numbers up to 65535, found "
        "2.9985");
    check_row_refused(&(row_recipe){.type = GDT_Int32, .values = {1, 2, 70000, 3}}, "found 70000");
    check_row_refused(&(row_recipe){.type = GDT_Float32, .values = {1, 2, INFINITY, 3}},
                      "found inf");
    /* beside a nodata value that double precision takes it for: 2^53 and 2^53 + 1 */
    check_row_refused(&(row_recipe){.type = GDT_Int64,
                                    .values = {1, 2, 9007199254740992.0, 3},
                                    .nodata = "9007199254740993"},
                      "found 9.0");
}

static void test_masks(void)
{
    static const unsigned char valid[8] = {255, 0, 255, 0, 255, 255, 1, 255};
    for (int inside = 0; inside < 2; inside++) {
        CPLSetConfigOption("GDAL_TIFF_INTERNAL_MASK", inside ? "YES" : "NO");
        check_row(
            &(row_recipe){.type = GDT_Byte, .values = {1, 2, 3, 1, 2, 3, 1, 2}, .mask = valid},
            "1 - 3 - 2 3 1 2 ");
        VSIUnlink(RASTER ".msk");
    }
    CPLSetConfigOption("GDAL_TIFF_INTERNAL_MASK", NULL);
    static const GDALDataType types[] = {GDT_Byte, GDT_UInt16, GDT_Float32};
    for (int i = 0; i < COUNT(types); i++)
        check_row(
            &(row_recipe){.type = types[i], .values = {1, 2, 3, 1, 2, 3, 1, 2}, .alpha = valid},
            "1 - 3 - 2 3 1 2 ");
    /* A nodata value and a mask. */
    check_row(
        &(row_recipe){
            .type = GDT_Byte, .values = {1, 2, 3, 1, 2, 3, 1, 2}, .nodata = "3", .alpha = valid},
        "1 - - - 2 - 1 2 ");
}

static void test_zero(void)
{
    const double values[8] = {0, 0, 0, 1, 1, 2, 2, 2};
    row_recipe recipe = {.type = GDT_Byte};
    memcpy(recipe.values, values, sizeof values);
    s2_label_set labels;
    s2rgf_error err = {0};
    /* Nothing declared: no class, and told. */
    check_row(&recipe, "- - - 1 1 2 2 2 ");
    CHECK_CONTAINS(heard, "1:/vsimem/labels.tif: value 0 counts as nodata: 3 pixels\n");
    recipe.nodata = "0";
    check_row(&recipe, "- - - 1 1 2 2 2 ");
    CHECK_STR(heard, "");
    /* Another value is nodata: 0 is a class, which training refuses. */
    recipe.nodata = "255";
    check_row(&recipe, "0 0 0 1 1 2 2 2 ");
    REQUIRE(read_labels(RASTER, &labels, &err) == S2RGF_OK);
    CHECK_STR(describe(&labels), "0=class 0*3 1=class 1*2 2=class 2*3 ");
    CHECK(s2_labels_refuse_zero(&labels, RASTER, &err) == S2RGF_FORMAT);
    CHECK_CONTAINS(err.message, "labels.tif: 3 pixels have value 0, which is a class (class 0)");
    s2_label_set_clear(&labels);
    /* Unless it is called nothing; and a name makes it a class. */
    recipe.names = "Unclassified|wood|water";
    check_row(&recipe, "- - - 1 1 2 2 2 ");
    recipe.names = "field|wood|water";
    recipe.nodata = NULL;
    check_row(&recipe, "0 0 0 1 1 2 2 2 ");
    recipe.names = "0|1|2";
    check_row(&recipe, "- - - 1 1 2 2 2 ");
    recipe.names = "|wood|water";
    check_row(&recipe, "- - - 1 1 2 2 2 ");
    /* A mask says nothing of 0: taken for none, with a warning. */
    static const unsigned char mask[8] = {255, 255, 0, 255, 255, 255, 255, 0};
    recipe.names = NULL;
    recipe.alpha = mask;
    check_row(&recipe, "- - - 1 1 2 2 - ");
    CHECK_CONTAINS(heard, "2:/vsimem/labels.tif: 2 pixels of value 0 count as nodata, although");
    /* Without the class in the labels nothing is refused. */
    recipe =
        (row_recipe){.type = GDT_Byte, .values = {1, 1, 1, 2, 2, 2, 255, 255}, .nodata = "255"};
    check_row(&recipe, "1 1 1 2 2 2 - - ");
    REQUIRE(read_labels(RASTER, &labels, &err) == S2RGF_OK);
    CHECK(s2_labels_refuse_zero(&labels, RASTER, &err) == S2RGF_OK);
    s2_label_set_clear(&labels);
}

static void test_below_zero(void)
{
    check_row(&(row_recipe){.type = GDT_Int16, .values = {1, -9999, 2, -1, 1, 1, 1, 1}},
              "1 - 2 - 1 1 1 1 ");
    CHECK_CONTAINS(heard,
                   "2:/vsimem/labels.tif: no nodata value is declared: 2 pixels below 0, such as "
                   "-9999, count");
    check_row(
        &(row_recipe){.type = GDT_Int16, .values = {1, -1, 2, -9, 1, 1, 1, 1}, .nodata = "-9"},
        "1 - 2 - 1 1 1 1 ");
    CHECK_CONTAINS(heard,
                   "2:/vsimem/labels.tif: another nodata value is declared: 1 pixel below 0, such "
                   "as -1, counts");
}

/** Of several bands a map is the first, and that is told; labels must be one. */
static void test_several_bands(void)
{
    s2_class_map map;
    s2_label_set labels;
    s2rgf_error err = {0};
    VSIUnlink(RASTER ".aux.xml");
    GDALDatasetH raster = create_raster(
        &(raster_recipe){.path = RASTER, .width = 8, .height = 1, .bands = 3, .type = GDT_Byte});
    GDALFillRaster(GDALGetRasterBand(raster, 1), 1.0, 0.0);
    GDALClose(raster);
    heard[0] = '\0';
    REQUIRE(s2_class_map_open(RASTER, NULL, &host, &map, &err) == S2RGF_OK);
    s2_class_map_close(&map);
    CHECK_STR(heard, "2:/vsimem/labels.tif: the first of its 3 bands is used as the map\n");
    CHECK(read_labels(RASTER, &labels, &err) == S2RGF_FORMAT);
    CHECK_CONTAINS(err.message, "expected one band, found 3");
}

static void test_raster_names(void)
{
    s2_label_set labels;
    s2rgf_error err = {0};
    /* One name for two values; blanks and controls. */
    make_row(&(row_recipe){
        .type = GDT_Byte, .values = {1, 2, 3, 3}, .nodata = "0", .names = "|wood| wood |a\tb"});
    REQUIRE(read_labels(RASTER, &labels, &err) == S2RGF_OK);
    CHECK_STR(describe(&labels), "1=wood*1 2=wood (2)*1 3=a b*2 ");
    CHECK_CONTAINS(heard,
                   "2:/vsimem/labels.tif: values 1 and 2 are both named \"wood\": the second is "
                   "called \"wood (2)\"\n");
    s2_label_set_clear(&labels);
    /* Latin-1 in the file's own metadata. */
    make_row(&(row_recipe){.type = GDT_Byte, .values = {1, 2}, .nodata = "0"});
    GDALDatasetH dataset = GDALOpen(RASTER, GA_Update);
    CHECK(GDALSetMetadataItem(dataset, "CLASS_1", "pr\xC3\xA9", NULL) == CE_None);
    char name[1100] = "";
    memset(name, 'x', 1025);
    CHECK(GDALSetMetadataItem(dataset, "CLASS_2", name, NULL) == CE_None);
    GDALClose(dataset);
    CHECK(read_labels(RASTER, &labels, &err) == S2RGF_FORMAT);
    CHECK_CONTAINS(err.message, "labels.tif: value 2: class \"xxxx");
    CHECK_CONTAINS(err.message, "too long: expected at most 1024 bytes, found 1025");
}

int main(void)
{
    GDALAllRegister();
    grid = (s2_grid){.to_geo = {{500000, 10, 0, 5800000, 0, -10}},
                     .width = 8,
                     .height = 1,
                     .srs_wkt = wkt_of("EPSG:32633")};
    test_names();
    test_numbers_in_text();
    test_field_names();
    test_real_fields();
    test_zero_in_polygons();
    test_types();
    test_nearly_whole();
    test_masks();
    test_zero();
    test_below_zero();
    test_several_bands();
    test_raster_names();
    s2_grid_clear(&grid);
    GDALDestroyDriverManager();
    return harness_end();
}
