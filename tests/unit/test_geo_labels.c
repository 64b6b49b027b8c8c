/* Labels: from polygons and from class rasters. */
#include "geo/source/srs.h"
#include "labels_fixture.h"
#include "s2rgf/labelling.h"

static const feature_recipe areas[] = {
    {" wood ", 7, "POLYGON((10 10,20 10,20 15,10 15,10 10))", NULL},
    {"water", 3, "POLYGON((15 10,25 10,25 15,15 15,15 10))", NULL}, /* 25 px in conflict */
    {"wood", 7, "POLYGON((10 12,12 12,12 20,10 20,10 12))", NULL},  /* 6 px twice, same class */
    {"meadow", 9,
     "MULTIPOLYGON(((40 40,44 40,44 44,40 44,40 40),(41 41,43 41,43 43,41 43,41 41)),"
     "((60 40,62 40,62 42,60 42,60 40)))",
     NULL},
    {"water", 3, "POLYGON((70 10,74.3 10,70.1 14.3,74 14.3,70 10))", NULL},  /* bow-tie */
    {"wood", 7, "POLYGON((200 10,210 10,210 15,200 15,200 10))", NULL},      /* outside */
    {"wood", 7, "POLYGON((30.6 30.6,30.9 30.6,30.9 30.9,30.6 30.6))", NULL}, /* no centre */
    {NULL, 7, "POLYGON((50 50,60 50,60 60,50 60,50 50))", NULL},
    {"   ", 7, "POLYGON((50 50,60 50,60 60,50 60,50 50))", NULL},
    {"wood", 7, NULL, NULL},
    {"far away", 8, "POLYGON((300 10,310 10,310 15,300 15,300 10))", NULL},
};
#define AREA_COUNT ((int)(sizeof areas / sizeof areas[0]))

static void check_areas(const s2_label_set *labels)
{
    check_consistent(labels);
    CHECK(labels->from_polygons);
    /* 10 features with geometry less the 2 without class, one of 2 parts. */
    CHECK(labels->polygons == 9);
    CHECK(labels->polygons_without_pixel == 3);
    CHECK(labels->without_class == 2);
    CHECK(labels->conflicts == 25);
    CHECK(labels->classes.count == 3);
    CHECK_STR(name_at(labels, 10, 10), "wood");
    CHECK_STR(name_at(labels, 14, 14), "wood");
    CHECK_STR(name_at(labels, 15, 10), "-");
    CHECK_STR(name_at(labels, 20, 14), "water");
    CHECK_STR(name_at(labels, 25, 14), "-");
    CHECK_STR(name_at(labels, 11, 19), "wood");
    CHECK_STR(name_at(labels, 40, 40), "meadow");
    CHECK_STR(name_at(labels, 41, 41), "-");
    CHECK_STR(name_at(labels, 61, 41), "meadow");
    CHECK_STR(name_at(labels, 72, 10), "water");
    CHECK_STR(name_at(labels, 50, 50), "-");
    /* wood 1, water, wood 2, meadow's two parts, bow-tie */
    CHECK(labels->group_count == 6);
    CHECK(labels->groups[0].pixels == 25 && labels->groups[2].pixels == 10);
    CHECK(labels->groups[2].bounds.y == 15 && labels->groups[2].bounds.h == 5);
    CHECK(labels->absent.count == 1);
    CHECK_STR(labels->absent.items[0].name, "far away");
}

static void test_polygons(void)
{
    s2_label_set labels, again;
    make_layer("GPKG", "/vsimem/areas.gpkg", "EPSG:32633", areas, AREA_COUNT);
    const s2rgf_label_options text = {.path = "/vsimem/areas.gpkg", .attribute = "class"};
    read_or_stop(&text, &labels);
    check_areas(&labels);
    /* far away 1, meadow 2, water 3, wood 4: values do not depend on what the grid covers. */
    CHECK(labels.classes.items[0].value == 2 && labels.classes.items[2].value == 4);

    read_or_stop(&text, &again);
    CHECK_STR(again.checksum, labels.checksum);
    s2_label_set_clear(&again);
    s2rgf_label_options other = text;
    other.where = "class <> 'water'";
    read_or_stop(&other, &again);
    CHECK(again.conflicts == 0 && again.classes.count == 2);
    CHECK(strcmp(again.checksum, labels.checksum) != 0);
    s2_label_set_clear(&again);

    /* The same from codes, whole numbers in a real field included. */
    for (int i = 0; i < 2; i++) {
        const s2rgf_label_options code = {
            .path = text.path, .attribute = i == 0 ? "code" : "real", .layer = "areas"};
        read_or_stop(&code, &again);
        CHECK(again.classes.count == 3);
        CHECK(again.classes.items[0].value == 3 && again.classes.items[2].value == 9);
        CHECK_STR(again.classes.items[1].name, "class 7");
        CHECK(again.without_class == 0);
        check_consistent(&again);
        s2_label_set_clear(&again);
    }

    /* Another CRS: the same pixels. */
    make_layer("GPKG", "/vsimem/degrees.gpkg", "EPSG:4326", areas, AREA_COUNT);
    const s2rgf_label_options degrees = {.path = "/vsimem/degrees.gpkg", .attribute = "class"};
    read_or_stop(&degrees, &again);
    check_areas(&again);
    CHECK_STR(again.checksum, labels.checksum);
    s2_label_set_clear(&again);

    /* Every touched pixel. */
    other = text;
    other.all_touched = true;
    read_or_stop(&other, &again);
    CHECK_STR(name_at(&again, 30, 30), "wood");
    CHECK(again.count > labels.count);
    s2_label_set_clear(&again);
    s2_label_set_clear(&labels);
}

/** A polygon over the whole grid is burnt in strips; a big one shows no seam. */
static void test_large_polygon(void)
{
    const feature_recipe all[] = {
        {"all", 1, "POLYGON((-5 -5,4000 -5,4000 4000,-5 4000,-5 -5))", NULL},
        {"hole", 2, "POLYGON((5000 1000,7000 1000,6000 3000,5000 1000))", NULL}};
    make_layer("GPKG", "/vsimem/all.gpkg", "EPSG:32633", all, 2);
    const s2rgf_label_options options = {.path = "/vsimem/all.gpkg", .attribute = "class"};
    s2_label_set labels;
    read_or_stop(&options, &labels);
    CHECK(labels.count == 100 * 80);
    check_consistent(&labels);
    s2_label_set_clear(&labels);
    const s2_grid wide = {
        .to_geo = grid.to_geo, .width = 9000, .height = 3500, .srs_wkt = grid.srs_wkt};
    s2rgf_label_options triangle = options;
    triangle.where = "class = 'hole'";
    s2rgf_error err = {0};
    REQUIRE(s2_labels_read(&triangle, &wide, NULL, &labels, &err) == S2RGF_OK);
    CHECK(labels.group_count == 1);
    CHECK_NEAR((double)labels.count / 2e6, 1.0, 1e-3);
    size_t rows = 0;
    for (size_t i = 0; i < labels.count; i++)
        rows += i == 0 || labels.pixels[i].y != labels.pixels[i - 1].y;
    CHECK(rows >= 1998 && rows <= 2000);
    s2_label_set_clear(&labels);
}

static void test_shapefile(void)
{
    const feature_recipe some[] = {{"Grünland", 1, "POLYGON((1 1,4 1,4 4,1 4,1 1))", NULL},
                                   {"Äcker", 2, "POLYGON((7 1,9 1,9 4,7 4,7 1))", NULL}};
    make_layer("ESRI Shapefile", "/vsimem/shp", NULL, some, 2);
    s2rgf_label_options options = {.path = "/vsimem/shp/areas.shp", .attribute = "CLASS"};
    check_refused(&options, S2RGF_INVALID_ARGUMENT, "the labels have no CRS");
    options.assigned_srs = "EPSG:32633";
    s2_label_set labels;
    read_or_stop(&options, &labels);
    CHECK(labels.count == 15);
    CHECK_STR(name_at(&labels, 2, 2), "Grünland");
    CHECK_STR(labels.classes.items[1].name, "Äcker");
    s2_label_set_clear(&labels);
    options.assigned_srs = "nonsense";
    check_refused(&options, S2RGF_INVALID_ARGUMENT, "nonsense");
}

static void test_styles_and_single_field(void)
{
    make_text(
        "/vsimem/one.geojson",
        "{\"type\":\"FeatureCollection\",\"crs\":{\"type\":\"name\",\"properties\":{\"name\":"
        "\"EPSG:32633\"}},\"features\":[{\"type\":\"Feature\",\"properties\":{\"kind\":\"x\"},"
        "\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[500000,5800000],[500050,5800000]"
        ",[500050,5799950],[500000,5799950],[500000,5800000]]]}}]}");
    s2rgf_label_options options = {.path = "/vsimem/one.geojson"};
    s2_label_set labels;
    read_or_stop(&options, &labels);
    CHECK(labels.count == 25);
    CHECK_STR(name_at(&labels, 4, 4), "x");
    CHECK(!labels.classes.items[0].has_colour);
    s2_label_set_clear(&labels);

    const feature_recipe styled[] = {
        {"red", 1, "POLYGON((1 1,4 1,4 4,1 4,1 1))", "PEN(c:#000000);BRUSH(fc:#ff2010)"}};
    make_layer("MapInfo File", "/vsimem/styled.tab", "EPSG:32633", styled, 1);
    options = (s2rgf_label_options){.path = "/vsimem/styled.tab", .attribute = "class"};
    read_or_stop(&options, &labels);
    CHECK(labels.classes.items[0].has_colour && labels.classes.items[0].rgb[0] == 255 &&
          labels.classes.items[0].rgb[1] == 32);
    s2_label_set_clear(&labels);
}

static void test_refused_polygons(void)
{
    const char *path = "/vsimem/areas.gpkg";
    check_refused(&(s2rgf_label_options){.path = "/vsimem/absent.gpkg"}, S2RGF_IO, "absent.gpkg");
    make_text("/vsimem/text.gpkg", "not a database");
    check_refused(&(s2rgf_label_options){.path = "/vsimem/text.gpkg"}, S2RGF_IO,
                  "cannot be opened as polygons or as a raster");
    check_refused(&(s2rgf_label_options){.path = path}, S2RGF_INVALID_ARGUMENT,
                  "class (String), code (Integer)");
    check_refused(&(s2rgf_label_options){.path = path, .attribute = "klass"},
                  S2RGF_INVALID_ARGUMENT, "no text or integer field \"klass\"");
    check_refused(&(s2rgf_label_options){.path = path, .attribute = "day"}, S2RGF_INVALID_ARGUMENT,
                  "no text or integer field \"day\"");
    check_refused(&(s2rgf_label_options){.path = path, .layer = "lakes"}, S2RGF_INVALID_ARGUMENT,
                  "no layer lakes: expected one of areas");
    check_refused(&(s2rgf_label_options){.path = path, .attribute = "class", .where = "((("},
                  S2RGF_INVALID_ARGUMENT, "the filter \"(((\"");
    const feature_recipe below[] = {{"a", -1, "POLYGON((1 1,4 1,4 4,1 4,1 1))", NULL}};
    make_layer("GPKG", "/vsimem/below.gpkg", "EPSG:32633", below, 1);
    check_refused(&(s2rgf_label_options){.path = "/vsimem/below.gpkg", .attribute = "code"},
                  S2RGF_FORMAT, "1 to 65535 in field code, found -1");
    const feature_recipe half[] = {{"a", 1.5, "POLYGON((1 1,4 1,4 4,1 4,1 1))", NULL}};
    make_layer("GPKG", "/vsimem/half.gpkg", "EPSG:32633", half, 1);
    check_refused(&(s2rgf_label_options){.path = "/vsimem/half.gpkg", .attribute = "real"},
                  S2RGF_FORMAT, "found 1.5");
}

/**
 * A label raster on a grid of its own: codes, names and colours as each kind of file carries them.
 */
static void make_class_raster(const char *path, int kind, const double *geotransform,
                              const char *srs, GDALDataType type)
{
    raster_recipe recipe = {.path = path, .width = 50, .height = 40, .type = type, .srs = srs};
    memcpy(recipe.geotransform, geotransform, sizeof recipe.geotransform);
    GDALDatasetH dataset = create_raster(&recipe);
    GDALRasterBandH band = GDALGetRasterBand(dataset, 1);
    double values[50 * 40] = {0};
    for (int i = 0; i < 50 * 40; i++)
        values[i] = i % 50 < 10 ? 2 : i % 50 < 20 ? 6 : i % 50 < 30 || kind != 1 ? 9 : 0;
    write_band(dataset, 1, values);
    CHECK(GDALSetRasterNoDataValue(band, 9) == CE_None);
    if (kind == 1) {
        char **names = NULL;
        const char *const list[] = {"none", "", "reed", "", "", "", " rock ", "unused"};
        for (int i = 0; i < 8; i++)
            names = CSLAddString(names, list[i]);
        CHECK(GDALSetRasterCategoryNames(band, names) == CE_None);
        CSLDestroy(names);
    } else if (kind == 2) {
        GDALRasterAttributeTableH rat = GDALCreateRasterAttributeTable();
        GDALRATCreateColumn(rat, "Value", GFT_Integer, GFU_MinMax);
        GDALRATCreateColumn(rat, "Class_Name", GFT_String, GFU_Generic);
        GDALRATCreateColumn(rat, "Red", GFT_Integer, GFU_Red);
        GDALRATCreateColumn(rat, "Green", GFT_Integer, GFU_Green);
        GDALRATCreateColumn(rat, "Blue", GFT_Integer, GFU_Blue);
        const char *const names[] = {"reed", "rock"};
        for (int row = 0; row < 2; row++) {
            GDALRATSetValueAsInt(rat, row, 0, row == 0 ? 2 : 6);
            GDALRATSetValueAsString(rat, row, 1, names[row]);
            for (int c = 0; c < 3; c++)
                GDALRATSetValueAsInt(rat, row, 2 + c, 50 * (row + 1) + c);
        }
        CHECK(GDALSetDefaultRAT(band, rat) == CE_None);
        GDALDestroyRasterAttributeTable(rat);
    } else if (kind == 3) {
        CHECK(GDALSetMetadataItem(dataset, "CLASS_2", "reed", NULL) == CE_None);
        CHECK(GDALSetMetadataItem(dataset, "CLASS_6", "rock", NULL) == CE_None);
        CHECK(GDALSetMetadataItem(dataset, "CLASS_x", "no", NULL) == CE_None);
    }
    GDALClose(dataset);
}

static void test_class_rasters(void)
{
    const double same[6] = {500000, 10, 0, 5800000, 0, -10};
    static const GDALDataType types[] = {GDT_Byte, GDT_UInt16, GDT_Float32, GDT_Int32};
    char checksum[17] = "";
    for (int kind = 0; kind < 4; kind++) {
        s2_label_set labels;
        char path[64];
        snprintf(path, sizeof path, "/vsimem/classes%d.tif", kind);
        make_class_raster(path, kind, same, "EPSG:32633", types[kind]);
        read_or_stop(&(s2rgf_label_options){.path = path}, &labels);
        check_consistent(&labels);
        CHECK(!labels.from_polygons && labels.polygons == 0);
        CHECK(labels.count == 20 * 40 && labels.classes.count == 2);
        CHECK_STR(name_at(&labels, 0, 0), kind == 0 ? "class 2" : "reed");
        CHECK_STR(name_at(&labels, 19, 39), kind == 0 ? "class 6" : "rock");
        CHECK_STR(name_at(&labels, 20, 39), "-");
        CHECK(labels.group_count == 2);
        if (kind == 1)
            CHECK_STR(labels.absent.items[0].name, "unused");
        if (kind == 2)
            CHECK(labels.classes.items[1].has_colour && labels.classes.items[1].rgb[2] == 102);
        if (kind > 0)
            CHECK_STR(labels.checksum, checksum);
        snprintf(checksum, sizeof checksum, "%s", labels.checksum);
        s2_label_set_clear(&labels);
    }
}

/**
 * A coarser label raster, shifted by half of its pixels: nearest, and groups follow the reference's
 * blocks.
 */
static void test_resampled_raster(void)
{
    const double coarse[6] = {499990, 20, 0, 5800010, 0, -20};
    make_class_raster("/vsimem/coarse.tif", 1, coarse, "EPSG:32633", GDT_Byte);
    s2_label_set labels;
    read_or_stop(&(s2rgf_label_options){.path = "/vsimem/coarse.tif"}, &labels);
    check_consistent(&labels);
    /* Ten columns of 20 m from -10 m on reach to 190 m: 19 reference pixels; then to 390 m. */
    CHECK_STR(name_at(&labels, 18, 5), "reed");
    CHECK_STR(name_at(&labels, 19, 5), "rock");
    CHECK_STR(name_at(&labels, 38, 78), "rock");
    CHECK_STR(name_at(&labels, 39, 5), "-");
    CHECK(labels.count == 39 * 79);
    /* Blocks of 64: two rows of blocks, in the first column of blocks. */
    CHECK(labels.group_count == 4);
    s2_label_set_clear(&labels);

    /* In another CRS the same ground is found again. */
    const double degrees[6] = {15.0, 0.0003, 0, 52.35, 0, -0.0002};
    make_class_raster("/vsimem/degrees.tif", 1, degrees, "EPSG:4326", GDT_Byte);
    OGRCoordinateTransformationH to_utm = s2_srs_transformation("EPSG:4326", "EPSG:32633");
    double x = 15.0 + 5.5 * 0.0003, y = 52.35 - 3.5 * 0.0002;
    CHECK(OCTTransform(to_utm, 1, &x, &y, NULL));
    OCTDestroyCoordinateTransformation(to_utm);
    s2_grid there = grid;
    there.to_geo.m[0] = x - 105;
    there.to_geo.m[3] = y + 105;
    s2rgf_error err = {0};
    REQUIRE(s2_labels_read(&(s2rgf_label_options){.path = "/vsimem/degrees.tif"}, &there, NULL,
                           &labels, &err) == S2RGF_OK);
    CHECK_STR(name_at(&labels, 10, 10), "reed");
    s2_label_set_clear(&labels);
}

/** A label raster so fine that a block of the reference covers millions of its pixels. */
static void test_very_fine_raster(void)
{
    enum { SIDE = 3000 };
    double *values = malloc((size_t)SIDE * SIDE * sizeof *values);
    for (int i = 0; i < SIDE * SIDE; i++)
        values[i] = 1 + (i % SIDE / 50 + i / SIDE / 50) % 3;
    make_raster(&(raster_recipe){.path = "/vsimem/fine.tif",
                                 .width = SIDE,
                                 .height = SIDE,
                                 .geotransform = {500000, 0.2, 0, 5800000, 0, -0.2}},
                values);
    free(values);
    s2_label_set labels;
    read_or_stop(&(s2rgf_label_options){.path = "/vsimem/fine.tif"}, &labels);
    check_consistent(&labels);
    CHECK(labels.count == 60 * 60 && labels.classes.count == 3);
    int wrong = 0;
    for (size_t i = 0; i < labels.count; i++) {
        const s2_label_pixel *p = &labels.pixels[i];
        wrong += labels.classes.items[p->class_index].value != 1 + (p->x + p->y) % 3;
    }
    CHECK(wrong == 0);
    s2_label_set_clear(&labels);
}

static void test_refused_rasters(void)
{
    const double same[6] = {500000, 10, 0, 5800000, 0, -10};
    make_class_raster("/vsimem/bare.tif", 0, same, "", GDT_Byte);
    s2rgf_label_options bare = {.path = "/vsimem/bare.tif"};
    check_refused(&bare, S2RGF_INVALID_ARGUMENT, "the labels have no CRS");
    s2_label_set labels;
    bare.assigned_srs = "EPSG:32633";
    read_or_stop(&bare, &labels);
    CHECK(labels.count == 800);
    s2_label_set_clear(&labels);
    bare.where = "x = 1";
    check_refused(&bare, S2RGF_INVALID_ARGUMENT, "a raster");
    double fractions[4] = {1, 2, 2.5, 3};
    make_raster(
        &(raster_recipe){
            .path = "/vsimem/fraction.tif", .width = 2, .height = 2, .type = GDT_Float32},
        fractions);
    check_refused(&(s2rgf_label_options){.path = "/vsimem/fraction.tif"}, S2RGF_FORMAT,
                  "found 2.5");
    double large[4] = {1, 2, 70000, 3};
    make_raster(
        &(raster_recipe){.path = "/vsimem/large.tif", .width = 2, .height = 2, .type = GDT_Int32},
        large);
    check_refused(&(s2rgf_label_options){.path = "/vsimem/large.tif"}, S2RGF_FORMAT, "found 70000");
    GDALClose(create_raster(
        &(raster_recipe){.path = "/vsimem/rgb.tif", .width = 2, .height = 2, .bands = 3}));
    check_refused(&(s2rgf_label_options){.path = "/vsimem/rgb.tif"}, S2RGF_FORMAT,
                  "expected one band, found 3");
}

int main(void)
{
    start_labels();
    test_polygons();
    test_large_polygon();
    test_shapefile();
    test_styles_and_single_field();
    test_refused_polygons();
    test_class_rasters();
    test_resampled_raster();
    test_very_fine_raster();
    test_refused_rasters();
    s2_grid_clear(&grid);
    GDALDestroyDriverManager();
    return harness_end();
}
