/* Labels from features as people have them: points, odd ones, longitudes, tables; and fewer of
   them. */
#include "geo/labels/labels_blocks.h"
#include "geo/source/srs.h"
#include "labels_fixture.h"
#include "s2rgf/labelling.h"

/** Points label the pixels that hold them; those of a class in a block are a group. */
static void test_points(void)
{
    const feature_recipe points[] = {
        {"wood", 1, "POINT(3.9 3.1)", NULL},
        {"wood", 1, "MULTIPOINT(3.1 3.9,63 5,64 5,90.5 70.5)", NULL}, /* the first pixel again */
        {"water", 2, "POINT Z (0 0 7)", NULL},
        {"water", 2, "POINT(63.5 5.5)", NULL}, /* two classes in a pixel */
        {"water", 2, "POINT(100 5)", NULL},    /* beyond the last column */
        {"water", 2, "POINT(5 -0.1)", NULL},
        {"water", 2, "POINT EMPTY", NULL},
    };
    s2_label_set labels;
    make_layer("GPKG", "/vsimem/points.gpkg", "EPSG:32633", points, 7);
    const s2rgf_label_options options = {.path = "/vsimem/points.gpkg", .attribute = "class"};
    read_or_stop(&options, &labels);
    check_consistent(&labels);
    CHECK(!labels.from_polygons && labels.points_outside == 2 && labels.conflicts == 1);
    CHECK(labels.count == 4);
    CHECK_STR(name_at(&labels, 3, 3), "wood");
    CHECK_STR(name_at(&labels, 64, 5), "wood");
    CHECK_STR(name_at(&labels, 90, 70), "wood");
    CHECK_STR(name_at(&labels, 0, 0), "water");
    CHECK(labels.group_count == 4); /* the upper left block holds two classes */
    for (int g = 0; g < labels.group_count; g++)
        CHECK(labels.groups[g].bounds.w <= S2_LABEL_BLOCK_PX);
    CHECK_CONTAINS(last_lines, "points.gpkg: left out: no geometry in 1 feature: the first is "
                               "feature 7");
    CHECK(labels.polygons == 0 && labels.polygons_without_pixel == 0);
    s2_label_set_clear(&labels);

    /* Beside polygons they are groups of their own, and a pixel of both counts once. */
    const feature_recipe mixed[] = {{"wood", 1, "POLYGON((0 0,4 0,4 4,0 4,0 0))", NULL},
                                    {"wood", 1, "POINT(1.5 1.5)", NULL},
                                    {"water", 2, "POINT(2.5 2.5)", NULL},
                                    {"water", 2, "POINT(9.5 2.5)", NULL}};
    make_layer("GPKG", "/vsimem/mixed.gpkg", "EPSG:32633", mixed, 4);
    read_or_stop(&(s2rgf_label_options){.path = "/vsimem/mixed.gpkg", .attribute = "class"},
                 &labels);
    check_consistent(&labels);
    CHECK(labels.from_polygons && labels.count == 16 && labels.conflicts == 1);
    CHECK(labels.group_count == 2);
    s2_label_set_clear(&labels);
}

/** A buffer is of points; where there are none, it is told. */
static void test_buffer_of_polygons(void)
{
    const feature_recipe polygon = {"wood", 1, "POLYGON((0 0,4 0,4 4,0 4,0 0))", NULL};
    const feature_recipe far = {"wood", 1, "POINT(1000 1000)", NULL};
    const feature_recipe both[] = {polygon, far};
    const s2rgf_label_options options = {
        .path = "/vsimem/buffered.gpkg", .attribute = "class", .buffer_m = 25};
    s2_label_set labels;
    make_layer("GPKG", options.path, "EPSG:32633", both, 1);
    read_or_stop(&options, &labels);
    CHECK(labels.count == 16);
    CHECK_CONTAINS(last_lines,
                   "buffered.gpkg: a buffer of 25 m has no effect: there are no points");
    s2_label_set_clear(&labels);
    make_layer("GPKG", options.path, "EPSG:32633", both, 2);
    read_or_stop(&options, &labels);
    CHECK(labels.count == 16 && labels.points_outside == 1 && last_lines[0] == '\0');
    s2_label_set_clear(&labels);
}

/** Put infinity and NaN, which WKT has no words for, in place of 9e99 and 8e99. */
static void put_not_finite(OGRGeometryH geometry)
{
    for (int i = 0; i < OGR_G_GetPointCount(geometry); i++) {
        double v[2] = {OGR_G_GetX(geometry, i), OGR_G_GetY(geometry, i)};
        for (int k = 0; k < 2; k++)
            v[k] = v[k] == 9e99 ? (double)INFINITY : v[k] == 8e99 ? (double)NAN : v[k];
        OGR_G_SetPoint_2D(geometry, i, v[0], v[1]);
    }
    for (int i = 0; i < OGR_G_GetGeometryCount(geometry); i++)
        put_not_finite(OGR_G_GetGeometryRef(geometry, i));
}

/** A layer of geometries in its own coordinates, with the classes a, b, a, b... */
static void make_wkt_layer(const char *path, const char *srs_text, const char *const *wkt,
                           int count)
{
    CPLPushErrorHandler(CPLQuietErrorHandler); /* an extent that is not finite */
    GDALDatasetH dataset =
        GDALCreate(GDALGetDriverByName("GPKG"), path, 0, 0, 0, GDT_Unknown, NULL);
    OGRSpatialReferenceH srs = NULL;
    REQUIRE(s2_srs_from_text(srs_text, &srs, NULL) == S2RGF_OK);
    const char *const no_index[] = {"SPATIAL_INDEX=NO", NULL};
    OGRLayerH layer = GDALDatasetCreateLayer(dataset, "areas", srs, wkbUnknown, (char **)no_index);
    OGRFieldDefnH field = OGR_Fld_Create("class", OFTString);
    CHECK(OGR_L_CreateField(layer, field, TRUE) == OGRERR_NONE);
    OGR_Fld_Destroy(field);
    for (int i = 0; i < count; i++) {
        OGRFeatureH feature = OGR_F_Create(OGR_L_GetLayerDefn(layer));
        OGRGeometryH geometry = NULL;
        char *text = (char *)wkt[i];
        CHECK(OGR_G_CreateFromWkt(&text, NULL, &geometry) == OGRERR_NONE);
        put_not_finite(geometry);
        OGR_F_SetFieldString(feature, 0, i % 2 == 0 ? "a" : "b");
        OGR_F_SetGeometryDirectly(feature, geometry);
        CHECK(OGR_L_CreateFeature(layer, feature) == OGRERR_NONE);
        OGR_F_Destroy(feature);
    }
    OSRDestroySpatialReference(srs);
    GDALClose(dataset);
    CPLPopErrorHandler();
}

#define SQUARE                                                                                     \
    "POLYGON((500000 5800000,500050 5800000,500050 5799950,500000 5799950,500000 5800000))"

/** What cannot be a label is left out, counted and named, and the rest counts. */
static void test_odd_features(void)
{
    const char *const wkt[] = {
        SQUARE,
        ("GEOMETRYCOLLECTION(POLYGON((500100 5800000,500130 5800000,500130 5799970,500100 5799970,"
         "500100 5800000)),LINESTRING(500000 5800000,500100 5799900),POINT(500205 5799995))"),
        "LINESTRING(500200 5800000,500300 5799900)",
        "TIN(((500200 5800000,500300 5800000,500200 5799900,500200 5800000)))",
        "TRIANGLE((500200 5800000,500300 5800000,500200 5799900,500200 5800000))",
        "CIRCULARSTRING(500200 5800000,500250 5799950,500300 5800000)",
        "POLYGON((500200 5800000,9e99 5800000,500300 5799900,500200 5800000))",
        "POLYGON((500200 5800000,8e99 8e99,500300 5799900,500200 5800000))",
        "POLYGON((500200 5800000,1e300 5800000,500300 5799900,500200 5800000))",
        "POINT(8e99 5799900)",
        "GEOMETRYCOLLECTION(POINT(500205 5799995),MULTIPOINT(500215 5799995,500225 5799995))",
    };
    const int count = (int)(sizeof wkt / sizeof *wkt);
    const s2rgf_label_options options = {.path = "/vsimem/odd.gpkg"};
    s2_label_set labels;
    make_wkt_layer(options.path, "EPSG:32633", wkt, count);
    read_or_stop(&options, &labels);
    check_consistent(&labels);
    CHECK(labels.count == 25 + 9 + 3 && labels.group_count == 3);
    CHECK_CONTAINS(last_lines, "odd.gpkg: left out: lines in 3 features: the first is feature 2");
    CHECK_CONTAINS(last_lines,
                   "left out: points in a collection with others in 1 feature: the first is "
                   "feature 2");
    CHECK_CONTAINS(last_lines, "neither polygons nor points in 2 features: the first is feature 4");
    CHECK_CONTAINS(last_lines, "not finite in");
    CHECK_CONTAINS(last_lines, "the first is feature 7");
    s2_label_set_clear(&labels);

    /* In degrees: one of them where UTM is not defined. */
    const char *const degrees[] = {"POLYGON((104 0,106 0,106 2,104 2,104 0))",
                                   "POLYGON((15 52.35,15.001 52.35,15.001 52.349,15 52.35))",
                                   "POLYGON((15 52.35,15 9e99,15.001 52.349,15 52.35))"};
    make_wkt_layer("/vsimem/far.gpkg", "EPSG:4326", degrees, 3);
    s2_grid there = grid;
    there.to_geo.m[3] = 5800200;
    s2rgf_error err = {0};
    last_lines[0] = '\0';
    REQUIRE(s2_labels_read(&(s2rgf_label_options){.path = "/vsimem/far.gpkg"}, &there, &host,
                           &labels, &err) == S2RGF_OK);
    CHECK(labels.classes.count == 1 && labels.absent.count == 1 && labels.count > 10);
    CHECK_CONTAINS(last_lines, "CRS does not reach in 2 features: the first is feature 1");
    s2_label_set_clear(&labels);
}

/** Labelled pixels of one row of pixels of 0.1 degrees that begins at `west`. */
static void check_longitudes(const char *path, double west, size_t expected, int first, int last)
{
    const s2_grid row = {
        .to_geo = {{west, 0.1, 0, 10, 0, -0.1}}, .width = 100, .height = 10, .srs_wkt = NULL};
    s2_grid degrees = row;
    degrees.srs_wkt = wkt_of("EPSG:4326");
    s2_label_set labels;
    s2rgf_error err = {0};
    last_lines[0] = '\0';
    REQUIRE(s2_labels_read(&(s2rgf_label_options){.path = path}, &degrees, &host, &labels, &err) ==
            S2RGF_OK);
    int low = 1000, high = -1;
    for (size_t i = 0; i < labels.count; i++) {
        low = labels.pixels[i].x < low ? labels.pixels[i].x : low;
        high = labels.pixels[i].x > high ? labels.pixels[i].x : high;
    }
    if (!CHECK(labels.count == expected))
        printf("    %s from %g: %zu\n", path, west, labels.count);
    CHECK(low == first && high == last);
    s2_label_set_clear(&labels);
    s2_free(degrees.srs_wkt);
}

/** Whole turns of longitude are the same place, in layers and in rasters. */
static void test_longitudes(void)
{
    const char *const west[] = {"POLYGON((-170 10,-169 10,-169 9,-170 9,-170 10))",
                                "POINT(-170 9.55)"};
    make_wkt_layer("/vsimem/west.gpkg", "EPSG:4326", west, 1);
    check_longitudes("/vsimem/west.gpkg", -171.0, 100, 10, 19);
    check_longitudes("/vsimem/west.gpkg", 189.0, 100, 10, 19);
    CHECK(last_lines[0] == '\0');
    make_wkt_layer("/vsimem/west_point.gpkg", "EPSG:4326", west + 1, 1);
    check_longitudes("/vsimem/west_point.gpkg", 190.0, 1, 0, 0);
    const char *const east[] = {"POLYGON((190 10,191 10,191 9,190 9,190 10))"};
    make_wkt_layer("/vsimem/east.gpkg", "EPSG:4326", east, 1);
    check_longitudes("/vsimem/east.gpkg", -171.0, 100, 10, 19);
    check_longitudes("/vsimem/east.gpkg", -531.0, 100, 10, 19);

    /* Across the antimeridian: as two parts, and as one with a hole whose edges jump, which is
       told; and a whole turn, which is not taken for such a jump. */
    const char *const parts[] = {"MULTIPOLYGON(((179 10,180 10,180 9,179 9,179 10)),"
                                 "((-180 10,-179 10,-179 9,-180 9,-180 10)))"};
    make_wkt_layer("/vsimem/parts.gpkg", "EPSG:4326", parts, 1);
    check_longitudes("/vsimem/parts.gpkg", 175.0, 200, 40, 59);
    check_longitudes("/vsimem/parts.gpkg", -185.0, 200, 40, 59);
    CHECK(last_lines[0] == '\0');
    const char *const jump[] = {"POLYGON((179 10,-179 10,-179 9,179 9,179 10),"
                                "(-179.9 9.9,-179.8 9.9,-179.8 9.8,-179.9 9.8,-179.9 9.9))"};
    make_wkt_layer("/vsimem/jump.gpkg", "EPSG:4326", jump, 1);
    check_longitudes("/vsimem/jump.gpkg", 175.0, 199, 40, 59);
    CHECK_CONTAINS(last_lines, "180 degrees of longitude, taken the short way round, in 1 feature");
    check_longitudes("/vsimem/jump.gpkg", -185.0, 199, 40, 59);
    const char *const world[] = {"POLYGON((-180 10,180 10,180 9,-180 9,-180 10))"};
    make_wkt_layer("/vsimem/world.gpkg", "EPSG:4326", world, 1);
    check_longitudes("/vsimem/world.gpkg", 175.0, 1000, 0, 99);
    check_longitudes("/vsimem/world.gpkg", 0.0, 1000, 0, 99);
    CHECK(last_lines[0] == '\0');

    const char *const endless[] = {"POLYGON((179 10,9e99 10,9e99 9,179 9,179 10))",
                                   "POLYGON((179 10,180 10,180 9,179 9,179 10))"};
    make_wkt_layer("/vsimem/endless.gpkg", "EPSG:4326", endless, 2);
    check_longitudes("/vsimem/endless.gpkg", 175.0, 100, 40, 49);
    CHECK_CONTAINS(last_lines, "not finite in 1 feature: the first is feature 1");

    /* From another CRS, whose transformation ends at 180 degrees. */
    const char *const metres[] = {"POLYGON((19926188 1118890,20148827 1118890,20148827 1006021,"
                                  "19926188 1006021,19926188 1118890))"};
    make_wkt_layer("/vsimem/mercator.gpkg", "EPSG:3857", metres, 1);
    check_longitudes("/vsimem/mercator.gpkg", 175.0, 200, 40, 59);

    raster_recipe recipe = {.path = "/vsimem/globe.tif",
                            .width = 360,
                            .height = 180,
                            .geotransform = {-180, 1, 0, 90, 0, -1},
                            .srs = "EPSG:4326"};
    static double values[360 * 180];
    values[80 * 360 + 10] = 3; /* -170 to -169 east, 10 to 9 north */
    make_raster(&recipe, values);
    check_longitudes("/vsimem/globe.tif", 189.0, 100, 10, 19);
    check_longitudes("/vsimem/globe.tif", -171.0, 100, 10, 19);
    recipe.path = "/vsimem/globe360.tif";
    recipe.geotransform[0] = 0.0;
    values[80 * 360 + 10] = 0;
    values[80 * 360 + 190] = 3;
    make_raster(&recipe, values);
    check_longitudes("/vsimem/globe360.tif", 189.0, 100, 10, 19);
    check_longitudes("/vsimem/globe360.tif", -171.0, 100, 10, 19);
}

/**
 * A table without geometries is no choice, and a CRS that is not needed is not used, which is told.
 */
static void test_tables_and_srs(void)
{
    const char *const wkt[] = {SQUARE};
    s2rgf_label_options options = {.path = "/vsimem/styled.gpkg"};
    s2_label_set labels;
    make_wkt_layer(options.path, "EPSG:32633", wkt, 1);
    GDALDatasetH dataset =
        GDALOpenEx(options.path, GDAL_OF_VECTOR | GDAL_OF_UPDATE, NULL, NULL, NULL);
    OGRLayerH table = GDALDatasetCreateLayer(dataset, "layer_styles", NULL, wkbNone, NULL);
    REQUIRE(table != NULL);
    OGRFieldDefnH field = OGR_Fld_Create("styleQML", OFTString);
    CHECK(OGR_L_CreateField(table, field, TRUE) == OGRERR_NONE);
    OGR_Fld_Destroy(field);
    GDALClose(dataset);
    read_or_stop(&options, &labels);
    CHECK(labels.count == 25);
    s2_label_set_clear(&labels);
    options.layer = "layer_styles";
    check_refused(&options, S2RGF_FORMAT, "layer layer_styles has no geometries");
    make_text("/vsimem/table.csv", "class,area\nwood,3\n");
    check_refused(&(s2rgf_label_options){.path = "/vsimem/table.csv"}, S2RGF_FORMAT,
                  "no layer with geometries: expected polygons or points");

    options = (s2rgf_label_options){.path = options.path, .assigned_srs = "EPSG:32633"};
    read_or_stop(&options, &labels);
    CHECK(labels.count == 25 && last_lines[0] == '\0');
    s2_label_set_clear(&labels);
    options.assigned_srs = "EPSG:4326";
    read_or_stop(&options, &labels);
    CHECK(labels.count == 25);
    CHECK_CONTAINS(last_lines, "styled.gpkg: EPSG:4326 is ignored as the CRS of the labels: they "
                               "have one, EPSG:32633");
    s2_label_set_clear(&labels);
    options.assigned_srs = "nonsense";
    check_refused(&options, S2RGF_INVALID_ARGUMENT, "nonsense");
    make_raster(&(raster_recipe){.path = "/vsimem/one.tif", .width = 2, .height = 1},
                (double[]){1, 2});
    read_or_stop(&(s2rgf_label_options){.path = "/vsimem/one.tif", .assigned_srs = "EPSG:3857"},
                 &labels);
    CHECK(labels.count == 2);
    CHECK_CONTAINS(last_lines, "EPSG:3857 is ignored");
    s2_label_set_clear(&labels);
}

/** Pixels are taken out, and all that is said of groups and classes follows. */
static void test_keep(void)
{
    const char *const wkt[] = {
        SQUARE, "POLYGON((500100 5800000,500130 5800000,500130 5799970,500100 5799970,"
                "500100 5800000))"};
    s2_label_set labels, alone;
    s2rgf_error err = {0};
    make_wkt_layer("/vsimem/keep.gpkg", "EPSG:32633", wkt, 2);
    read_or_stop(&(s2rgf_label_options){.path = "/vsimem/keep.gpkg"}, &labels);
    CHECK(labels.count == 34 && labels.classes.count == 2);
    uint8_t keep[34];
    for (int i = 0; i < 34; i++)
        keep[i] = labels.pixels[i].x < 5 && labels.pixels[i].y > 1;
    REQUIRE(s2_labels_keep(&labels, keep, &err) == S2RGF_OK);
    check_consistent(&labels);
    CHECK(labels.count == 15 && labels.group_count == 1 && labels.groups[0].bounds.y == 2);
    CHECK(labels.classes.count == 1 && labels.absent.count == 1);
    CHECK_STR(labels.absent.items[0].name, "b");
    const char *const lower[] = {
        "POLYGON((500000 5799980,500050 5799980,500050 5799950,500000 5799950,500000 5799980))"};
    make_wkt_layer("/vsimem/alone.gpkg", "EPSG:32633", lower, 1);
    read_or_stop(&(s2rgf_label_options){.path = "/vsimem/alone.gpkg"}, &alone);
    CHECK_STR(labels.checksum, alone.checksum);
    s2_label_set_clear(&alone);
    s2_label_set_clear(&labels);
}

/**
 * Pixels of a set that are not those with their centre at most r pixels from (u, v), and vice
 * versa.
 */
static int wrong_in_disc(const s2_label_set *labels, double u, double v, double r, const char *name)
{
    int wrong = 0;
    for (int y = 0; y < grid.height; y++)
        for (int x = 0; x < grid.width; x++) {
            const bool inside =
                hypot(x + 0.5 - u, y + 0.5 - v) <= r || (x == (int)u && y == (int)v);
            wrong += inside != (strcmp(name_at(labels, x, y), name) == 0);
        }
    return wrong;
}

/* Pixels of 10 m: 25 m are two and a half; a disc is one group, though blocks meet in it. */
static void test_buffer(void)
{
    const feature_recipe points[] = {{"wood", 1, "POINT(63.2 40.3)", NULL},
                                     {"water", 2, "MULTIPOINT(0.5 0.5)", NULL}};
    s2rgf_label_options options = {
        .path = "/vsimem/discs.gpkg", .attribute = "class", .buffer_m = 25};
    s2_label_set labels;
    make_layer("GPKG", options.path, "EPSG:32633", points, 2);
    read_or_stop(&options, &labels);
    check_consistent(&labels);
    CHECK(wrong_in_disc(&labels, 63.2, 40.3, 2.5, "wood") == 0);
    CHECK(wrong_in_disc(&labels, 0.5, 0.5, 2.5, "water") == 0);
    CHECK(labels.group_count == 2 && labels.conflicts == 0);
    REQUIRE(s2_labels_regroup(&labels, 16, NULL) == S2RGF_OK);
    CHECK(labels.group_count == 2); /* of whatever size the blocks are */
    s2_label_set_clear(&labels);

    /* in Web Mercator, at 46 degrees north, a metre on the ground is 1.443 of the projection */
    char *utm = grid.srs_wkt;
    grid.srs_wkt = wkt_of("EPSG:3857");
    make_layer("GPKG", options.path, NULL, points, 1);
    options.assigned_srs = "EPSG:3857";
    read_or_stop(&options, &labels);
    options.assigned_srs = NULL;
    CHECK(wrong_in_disc(&labels, 63.2, 40.3, 3.607, "wood") == 0);
    s2_label_set_clear(&labels);
    s2_free(grid.srs_wkt);
    grid.srs_wkt = utm;
    make_layer("GPKG", options.path, "EPSG:32633", points, 2);

    options.buffer_m = 4; /* less than from any centre: the point's own pixel */
    read_or_stop(&options, &labels);
    CHECK(labels.count == 2);
    s2_label_set_clear(&labels);

    /* discs of two classes: what both claim is of none; polygons stay as they are */
    const feature_recipe near[] = {{"wood", 1, "POINT(20.5 20.5)", NULL},
                                   {"water", 2, "POINT(22.5 20.5)", NULL},
                                   {"water", 2, "POLYGON((40 40,42 40,42 42,40 42,40 40))", NULL}};
    options.buffer_m = 10.01;
    make_layer("GPKG", options.path, "EPSG:4326", near, 3);
    read_or_stop(&options, &labels);
    check_consistent(&labels);
    CHECK(labels.conflicts == 1 && labels.count == 4 + 4 + 4);
    CHECK_STR(name_at(&labels, 21, 20), "-");
    CHECK_STR(name_at(&labels, 20, 19), "wood");
    CHECK_STR(name_at(&labels, 39, 40), "-");
    s2_label_set_clear(&labels);

    /* without a unit of length there are no metres */
    char *wkt = grid.srs_wkt;
    grid.srs_wkt = NULL;
    make_layer("GPKG", options.path, NULL, near, 1);
    check_refused(&options, S2RGF_INVALID_ARGUMENT, "no buffer in metres");
    grid.srs_wkt = wkt;
}

int main(void)
{
    start_labels();
    test_points();
    test_buffer();
    test_buffer_of_polygons();
    test_odd_features();
    test_longitudes();
    test_tables_and_srs();
    test_keep();
    s2_grid_clear(&grid);
    GDALDestroyDriverManager();
    return harness_end();
}
