/* Assessment of a class raster: matching of classes, what is counted, what is left out, JSON. */
#include "s2rgf/assessment.h"

#include <cpl_conv.h>
#include <cpl_string.h>
#include <cpl_vsi.h>
#include <gdal.h>
#include <json-c/json.h>
#include <ogr_api.h>
#include <ogr_srs_api.h>

#include "harness.h"

enum { WIDTH = 6, HEIGHT = 4, PIXEL = 10 };

#define MAP "/vsimem/map.tif"
#define POLYGONS "/vsimem/reference.gpkg"
#define RASTER "/vsimem/reference.tif"

/* forest = 1, water = 2, road = 5; 0 is nodata. */
static const unsigned char MAP_PIXELS[HEIGHT * WIDTH] = {
    1, 1, 1, 2, 2, 2, /* */
    1, 1, 1, 2, 2, 2, /* */
    1, 2, 5, 5, 0, 0, /* */
    1, 1, 5, 5, 2, 2,
};

/* ---- making files --------------------------------------------------------------------------- */

static OGRSpatialReferenceH utm33(void)
{
    OGRSpatialReferenceH srs = OSRNewSpatialReference(NULL);
    REQUIRE(OSRImportFromEPSG(srs, 32633) == OGRERR_NONE);
    return srs;
}

/* names: CLASS_1=... list, or NULL for a raster without names. */
static void write_raster_with(const char *path, GDALDataType type, const double *pixels,
                              double nodata, const char *const *names)
{
    double transform[6] = {400000, PIXEL, 0, 5800000, 0, -PIXEL};
    GDALDatasetH dataset =
        GDALCreate(GDALGetDriverByName("GTiff"), path, WIDTH, HEIGHT, 1, type, NULL);
    REQUIRE(dataset != NULL);
    OGRSpatialReferenceH srs = utm33();
    GDALSetSpatialRef(dataset, srs);
    OSRDestroySpatialReference(srs);
    GDALSetGeoTransform(dataset, transform);
    GDALSetMetadata(dataset, (char **)names, NULL);
    GDALRasterBandH band = GDALGetRasterBand(dataset, 1);
    if (type == GDT_Int64)
        GDALSetRasterNoDataValueAsInt64(band, (int64_t)nodata);
    else
        GDALSetRasterNoDataValue(band, nodata);
    REQUIRE(GDALRasterIO(band, GF_Write, 0, 0, WIDTH, HEIGHT, (void *)pixels, WIDTH, HEIGHT,
                         GDT_Float64, 0, 0) == CE_None);
    GDALClose(dataset);
}

/* The same with nodata 0 and pixels of bytes. */
static void write_raster(const char *path, GDALDataType type, const unsigned char *pixels,
                         const char *const *names)
{
    double wide[HEIGHT * WIDTH];
    for (int i = 0; i < HEIGHT * WIDTH; i++)
        wide[i] = pixels[i];
    write_raster_with(path, type, wide, 0, names);
}

/* Percents as parts of 1. */
static void write_scaled(const char *path, const unsigned char *percent)
{
    float values[HEIGHT * WIDTH];
    for (int i = 0; i < HEIGHT * WIDTH; i++)
        values[i] = (float)percent[i] / 100.0f;
    write_raster(path, GDT_Float32, percent, NULL);
    GDALDatasetH dataset = GDALOpen(path, GA_Update);
    REQUIRE(dataset != NULL);
    CHECK(GDALRasterIO(GDALGetRasterBand(dataset, 1), GF_Write, 0, 0, WIDTH, HEIGHT, values, WIDTH,
                       HEIGHT, GDT_Float32, 0, 0) == CE_None);
    GDALClose(dataset);
}

static void write_map(void)
{
    const char *const names[] = {"CLASS_1=forest", "CLASS_2=water", "CLASS_5=road", NULL};
    write_raster(MAP, GDT_Byte, MAP_PIXELS, names);
}

/* A rectangle of pixels with its class; width 0 ends a list. */
typedef struct patch {
    double x, y, width, height;
    const char *class;
} patch;

static OGRGeometryH rectangle(const patch *p)
{
    const double x[] = {p->x, p->x + p->width, p->x + p->width, p->x, p->x};
    const double y[] = {p->y, p->y, p->y + p->height, p->y + p->height, p->y};
    OGRGeometryH ring = OGR_G_CreateGeometry(wkbLinearRing);
    OGRGeometryH polygon = OGR_G_CreateGeometry(wkbPolygon);
    for (int i = 0; i < 5; i++)
        OGR_G_AddPoint_2D(ring, 400000 + x[i] * PIXEL, 5800000 - y[i] * PIXEL);
    OGR_G_AddGeometryDirectly(polygon, ring);
    return polygon;
}

static void write_polygons(OGRFieldType type, const patch *patches)
{
    GDALDatasetH dataset =
        GDALCreate(GDALGetDriverByName("GPKG"), POLYGONS, 0, 0, 0, GDT_Unknown, NULL);
    REQUIRE(dataset != NULL);
    OGRSpatialReferenceH srs = utm33();
    OGRLayerH layer = GDALDatasetCreateLayer(dataset, "areas", srs, wkbPolygon, NULL);
    OSRDestroySpatialReference(srs);
    OGRFieldDefnH field = OGR_Fld_Create("class", type);
    REQUIRE(layer && OGR_L_CreateField(layer, field, TRUE) == OGRERR_NONE);
    OGR_Fld_Destroy(field);
    for (const patch *p = patches; p->width > 0; p++) {
        OGRFeatureH feature = OGR_F_Create(OGR_L_GetLayerDefn(layer));
        OGR_F_SetFieldString(feature, 0, p->class);
        OGR_F_SetGeometryDirectly(feature, rectangle(p));
        REQUIRE(OGR_L_CreateFeature(layer, feature) == OGRERR_NONE);
        OGR_F_Destroy(feature);
    }
    GDALClose(dataset);
}

static void remove_all(void)
{
    VSIUnlink(MAP);
    VSIUnlink(POLYGONS);
    VSIUnlink(RASTER);
}

/* ---- a host that listens -------------------------------------------------------------------- */

typedef struct listener {
    char lines[2000];
    int cancel_at; /* progress calls until cancelling; 0: never */
    int calls;
    double last;
} listener;

static void listen(s2rgf_log_level level, const char *line, void *user)
{
    listener *l = user;
    const size_t length = strlen(l->lines);
    snprintf(l->lines + length, sizeof l->lines - length, "%d:%s\n", (int)level, line);
}

static bool watch(double fraction, void *user)
{
    listener *l = user;
    CHECK(fraction >= l->last && fraction <= 1.0);
    l->last = fraction;
    return ++l->calls != l->cancel_at;
}

static s2rgf_status assess(const char *map, const char *labels, listener *heard,
                           s2rgf_assessment **result, s2rgf_error *err)
{
    const s2rgf_assess_options options = {
        .size = sizeof options, .map_path = map, .labels.path = labels};
    const s2rgf_host host = {.progress = watch, .log = listen, .user = heard};
    heard->last = 0.0;
    return s2rgf_assess(&options, &host, result, err);
}

/* ---- tests ---------------------------------------------------------------------------------- */

static const patch PATCHES[] = {
    {0, 0, 3, 2, "forest"},       /* 6 pixels, all forest in the map */
    {2.6, 0, 2.8, 1, "water"},    /* centres 3 and 4, both water */
    {0, 2, 3, 1, "water"},        /* forest, water, road */
    {4, 2, 2, 1, "road"},         /* both nodata in the map */
    {0, 3, 2, 1, "swamp"},        /* a class the map does not have: 2 pixels */
    {2, 3, 2, 1, "road"},         /* 2 pixels, the second shared with the next one */
    {3, 3, 1, 1, "forest"},       /* claims it too: a conflict, left out */
    {30, 30, 2, 2, "water"},      /* outside */
    {4.6, 3.6, 0.2, 0.2, "road"}, /* holds no pixel centre */
    {0, 0, 0, 0, NULL},
};

/* Rows are the reference: forest 6 / 0 / 0, water 1 / 3 / 1, road 0 / 0 / 1. */
static void test_counts_by_name(void)
{
    listener heard = {.lines = ""};
    s2rgf_assessment *a = NULL;
    s2rgf_error err;
    write_map();
    write_polygons(OFTString, PATCHES);
    if (!CHECK(assess(MAP, POLYGONS, &heard, &a, &err) == S2RGF_OK)) {
        printf("    %s\n", err.message);
        return;
    }
    CHECK(err.status == S2RGF_OK && err.message[0] == '\0');
    CHECK(a->class_count == 3);
    CHECK_STR(a->class_names[0], "forest");
    CHECK_STR(a->class_names[1], "water");
    CHECK_STR(a->class_names[2], "road");
    CHECK(a->class_values[0] == 1 && a->class_values[1] == 2 && a->class_values[2] == 5);
    const uint64_t expected[9] = {6, 0, 0, 1, 3, 1, 0, 0, 1};
    CHECK(memcmp(a->confusion, expected, sizeof expected) == 0);
    CHECK(a->assessed == 12);
    CHECK(a->excluded_nodata == 2);
    CHECK(a->excluded_unknown == 2);
    CHECK(a->excluded_conflict == 1);
    CHECK(a->excluded_outside == 2);
    CHECK_NEAR(a->overall_accuracy, 10.0 / 12.0, 1e-15);
    CHECK_NEAR(a->average_accuracy, (1.0 + 0.6 + 1.0) / 3.0, 1e-15);
    /* e = (6 * 7 + 5 * 3 + 1 * 2) / 144 */
    CHECK_NEAR(a->kappa, (120.0 - 59.0) / (144.0 - 59.0), 1e-15);
    CHECK_NEAR(a->users_accuracy[0], 6.0 / 7.0, 1e-15);
    CHECK_NEAR(a->producers_accuracy[1], 0.6, 1e-15);
    CHECK_NEAR(a->f1[2], 2.0 / 3.0, 1e-15);
    CHECK_CONTAINS(heard.lines, "2:Class \"swamp\" of the reference is not in the map: excluded");
    CHECK(heard.last == 1.0);
    s2rgf_assessment_free(a);
    remove_all();
}

static void test_match_by_value(void)
{
    listener heard = {.lines = ""};
    s2rgf_assessment *a = NULL;
    const patch numbers[] = {{0, 0, 3, 1, "1"}, {2, 2, 2, 1, "5"}, {0, 0, 0, 0, NULL}};
    write_map();
    write_polygons(OFTInteger, numbers);
    CHECK(assess(MAP, POLYGONS, &heard, &a, NULL) == S2RGF_OK);
    CHECK(a && a->assessed == 5 && a->overall_accuracy == 1.0);
    CHECK_CONTAINS(heard.lines, "1:No class name in common: classes matched by value");
    s2rgf_assessment_free(a);

    /* Names that are words have values by their order only: these may be others in the map. */
    const patch words[] = {{0, 0, 3, 1, "forest"}, {2, 2, 2, 1, "road"}, {0, 0, 0, 0, NULL}};
    heard = (listener){.lines = ""};
    remove_all();
    write_raster(MAP, GDT_Byte, MAP_PIXELS, NULL);
    write_polygons(OFTString, words);
    CHECK(assess(MAP, POLYGONS, &heard, &a, NULL) == S2RGF_OK);
    CHECK_CONTAINS(heard.lines,
                   "2:No class name in common: classes matched by value, \"forest\" of "
                   "the reference with \"class 1\" of the map");
    s2rgf_assessment_free(a);
    write_map();

    /* A raster without names, and one whose names differ in case only. */
    write_raster(RASTER, GDT_Byte, MAP_PIXELS, NULL);
    CHECK(assess(MAP, RASTER, &(listener){.lines = ""}, &a, NULL) == S2RGF_OK);
    CHECK(a && a->assessed == 22 && a->overall_accuracy == 1.0 && a->kappa == 1.0);
    s2rgf_assessment_free(a);
    const char *const shouted[] = {"CLASS_1=FOREST", "CLASS_2=Water", "CLASS_5=Road", NULL};
    write_raster(RASTER, GDT_Byte, MAP_PIXELS, shouted);
    CHECK(assess(MAP, RASTER, &(listener){.lines = ""}, &a, NULL) == S2RGF_OK);
    CHECK(a && a->assessed == 22 && a->overall_accuracy == 1.0);
    s2rgf_assessment_free(a);

    /* One name in common: then names count everywhere, whatever the values. */
    const char *const turned[] = {"CLASS_1=water", "CLASS_2=forest", "CLASS_5=Weg", NULL};
    write_raster(RASTER, GDT_Byte, MAP_PIXELS, turned);
    CHECK(assess(MAP, RASTER, &(listener){.lines = ""}, &a, NULL) == S2RGF_OK);
    CHECK(a && a->overall_accuracy == 0.0 && a->excluded_unknown == 4);
    CHECK(a && isnan(a->producers_accuracy[2]) && isnan(a->users_accuracy[2]));
    s2rgf_assessment_free(a);
    remove_all();
}

/* Classes called by numbers: these decide, whatever the values. */
static void test_match_by_number(void)
{
    s2rgf_assessment *a = NULL;
    const patch numbers[] = {{0, 0, 3, 2, "1"},
                             {3, 0, 3, 2, "10"},
                             {2, 2, 2, 1, "2"},
                             {0, 3, 2, 1, "7"},
                             {0, 0, 0, 0, NULL}};
    const char *const names[] = {"CLASS_1=1", "CLASS_2=10", "CLASS_5=2", NULL};
    for (int text = 0; text < 2; text++) {
        listener heard = {.lines = ""};
        write_raster(MAP, GDT_Byte, MAP_PIXELS, names);
        write_polygons(text ? OFTString : OFTInteger, numbers);
        REQUIRE(assess(MAP, POLYGONS, &heard, &a, NULL) == S2RGF_OK);
        CHECK(a->assessed == 14 && a->overall_accuracy == 1.0 && a->excluded_unknown == 2);
        CHECK_CONTAINS(heard.lines, text ? "" : "called by numbers");
        CHECK_CONTAINS(heard.lines,
                       text ? "\"7\" of the reference" : "\"class 7\" of the reference");
        s2rgf_assessment_free(a);
        remove_all();
    }
    /* A class called by another number is not matched by its value. */
    const char *const turned[] = {"CLASS_1=2", "CLASS_2=1", "CLASS_5=road", NULL};
    const patch codes[] = {{0, 0, 3, 2, "2"}, {2, 2, 2, 1, "5"}, {0, 0, 0, 0, NULL}};
    write_raster(MAP, GDT_Byte, MAP_PIXELS, turned);
    write_polygons(OFTInteger, codes);
    listener heard = {.lines = ""};
    REQUIRE(assess(MAP, POLYGONS, &heard, &a, NULL) == S2RGF_OK);
    CHECK(a->assessed == 8 && a->overall_accuracy == 1.0);
    CHECK_CONTAINS(heard.lines, "Other classes matched by value");
    s2rgf_assessment_free(a);
    remove_all();
}

/* 0 is a class where another value is nodata, on either side or on both. */
static void test_class_zero(void)
{
    s2rgf_assessment *a = NULL;
    double map[HEIGHT * WIDTH], reference[HEIGHT * WIDTH];
    for (int i = 0; i < HEIGHT * WIDTH; i++) {
        map[i] = MAP_PIXELS[i] == 0 ? 255 : MAP_PIXELS[i] - 1;
        reference[i] = i < WIDTH ? 255 : map[i];
    }
    write_raster_with(MAP, GDT_Byte, map, 255, NULL);
    write_raster_with(RASTER, GDT_Byte, reference, 255, NULL);
    REQUIRE(assess(MAP, RASTER, &(listener){.lines = ""}, &a, NULL) == S2RGF_OK);
    CHECK(a->class_count == 3 && a->class_values[0] == 0 && a->class_values[2] == 4);
    CHECK(a->assessed == 16 && a->overall_accuracy == 1.0 && a->confusion[0] == 6);
    s2rgf_assessment_free(a);
    /* The map has no class 0: excluded, and the sum is right. */
    for (int i = 0; i < HEIGHT * WIDTH; i++)
        map[i] = map[i] == 255 ? 0 : map[i];
    write_raster_with(MAP, GDT_Byte, map, 0, NULL);
    listener heard = {.lines = ""};
    REQUIRE(assess(MAP, RASTER, &heard, &a, NULL) == S2RGF_OK);
    CHECK(a->assessed == 10 && a->excluded_unknown == 6 && a->excluded_nodata == 0);
    CHECK_CONTAINS(heard.lines, "2:Class \"class 0\" of the reference is not in the map");
    s2rgf_assessment_free(a);
    remove_all();
    /* Polygons of class 0. */
    const patch zeros[] = {{0, 0, 3, 2, "0"}, {3, 0, 3, 2, "1"}, {0, 0, 0, 0, NULL}};
    for (int i = 0; i < HEIGHT * WIDTH; i++)
        map[i] = MAP_PIXELS[i] == 0 ? -1 : MAP_PIXELS[i] - 1;
    write_raster_with(MAP, GDT_Int16, map, -1, NULL);
    write_polygons(OFTInteger, zeros);
    REQUIRE(assess(MAP, POLYGONS, &(listener){.lines = ""}, &a, NULL) == S2RGF_OK);
    CHECK(a->assessed == 12 && a->overall_accuracy == 1.0);
    s2rgf_assessment_free(a);
    remove_all();
}

/* Maps of every type that other programs write. */
static void test_types_of_maps(void)
{
    static const GDALDataType types[] = {GDT_Byte,  GDT_UInt16, GDT_Int16,   GDT_UInt32,
                                         GDT_Int32, GDT_Int64,  GDT_Float32, GDT_Float64};
    s2rgf_assessment *a = NULL;
    s2rgf_error err;
    double map[HEIGHT * WIDTH];
    for (int i = 0; i < HEIGHT * WIDTH; i++)
        map[i] = MAP_PIXELS[i] == 0 ? 200 : MAP_PIXELS[i];
    write_polygons(OFTInteger, (const patch[]){{0, 0, 6, 3, "1"}, {0, 0, 0, 0, NULL}});
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        write_raster_with(MAP, types[i], map, 200, NULL);
        REQUIRE(assess(MAP, POLYGONS, &(listener){.lines = ""}, &a, &err) == S2RGF_OK);
        CHECK(a->assessed == 16 && a->excluded_nodata == 2 && a->confusion[0] == 7);
        s2rgf_assessment_free(a);
    }
    map[9] = 2.9985;
    write_raster_with(MAP, GDT_Float64, map, 200, NULL);
    CHECK(assess(MAP, POLYGONS, &(listener){.lines = ""}, &a, &err) == S2RGF_FORMAT);
    CHECK_CONTAINS(err.message,
                   "map.tif: pixel 3, 1: not a class: expected whole numbers up to 65535, "
                   "found 2.9985");
    remove_all();
}

/* Every labelled pixel is in the matrix or in one of the reasons. */
static void test_sum(void)
{
    static const struct {
        double map[4], reference[4]; /* repeated over the raster */
        double map_nodata, nodata;
        uint64_t labelled; /* of the four, times 6 */
    } cases[] = {
        {{1, 2, 0, 3}, {1, 1, 1, 1}, 0, 0, 4},      {{1, 2, 0, 3}, {0, 1, 2, 9}, 255, 255, 4},
        {{1, 2, -5, 3}, {0, 1, 2, 9}, -9999, 0, 3}, {{1, 0, 0, 1}, {1, 0, 2, 2}, 0, 2, 2},
        {{1, 2, 3, 4}, {-7, 1, 65535, 3}, 0, 0, 3}, {{1, 1, 1, 0}, {5, 6, 7, 1}, 9, 6, 3},
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        double map[HEIGHT * WIDTH], reference[HEIGHT * WIDTH];
        s2rgf_assessment *a = NULL;
        for (int i = 0; i < HEIGHT * WIDTH; i++) {
            map[i] = cases[k].map[i % 4];
            reference[i] = cases[k].reference[i % 4];
        }
        write_raster_with(MAP, GDT_Int32, map, cases[k].map_nodata, NULL);
        write_raster_with(RASTER, GDT_Float32, reference, cases[k].nodata, NULL);
        REQUIRE(assess(MAP, RASTER, &(listener){.lines = ""}, &a, NULL) == S2RGF_OK);
        const uint64_t sum =
            a->assessed + a->excluded_nodata + a->excluded_unknown + a->excluded_conflict;
        if (!CHECK(sum == 6 * cases[k].labelled && a->excluded_outside == 0))
            printf("    case %zu: %d\n", k, (int)sum);
        s2rgf_assessment_free(a);
    }
    remove_all();
}

static void test_refusals(void)
{
    listener heard = {.lines = ""};
    s2rgf_error err;
    s2rgf_assessment *a = (s2rgf_assessment *)&heard;
    write_map();
    CHECK(assess("/vsimem/absent.tif", POLYGONS, &heard, &a, &err) == S2RGF_IO);
    CHECK_CONTAINS(err.message, "/vsimem/absent.tif");
    CHECK(!a);
    CHECK(assess(MAP, "/vsimem/absent.gpkg", &heard, &a, &err) == S2RGF_IO);
    CHECK_CONTAINS(err.message, "/vsimem/absent.gpkg");

    /* Names on both sides, none in common: matching their values would invent a result. */
    const patch strangers[] = {{0, 0, 3, 1, "Wald"}, {2, 2, 2, 1, "Weg"}, {0, 0, 0, 0, NULL}};
    write_polygons(OFTString, strangers);
    CHECK(assess(MAP, POLYGONS, &heard, &a, &err) == S2RGF_MISMATCH);
    CHECK_CONTAINS(err.message, "expected some of forest, water, road; found Wald, Weg");

    const patch on_nodata[] = {{4, 2, 2, 1, "road"}, {0, 0, 0, 0, NULL}};
    VSIUnlink(POLYGONS);
    write_polygons(OFTString, on_nodata);
    CHECK(assess(MAP, POLYGONS, &heard, &a, &err) == S2RGF_MISMATCH);
    CHECK_CONTAINS(err.message, "found 2, of which 2 where the map has nodata");

    const patch outside[] = {{60, 60, 2, 2, "road"}, {0, 0, 0, 0, NULL}};
    VSIUnlink(POLYGONS);
    write_polygons(OFTString, outside);
    CHECK(assess(MAP, POLYGONS, &heard, &a, &err) != S2RGF_OK);
    CHECK(!a && err.message[0] != '\0');

    VSIUnlink(MAP);
    write_raster(MAP, GDT_CFloat32, MAP_PIXELS, NULL);
    CHECK(assess(MAP, POLYGONS, &heard, &a, &err) == S2RGF_UNSUPPORTED);
    CHECK_CONTAINS(err.message, "expected an integer type, found CFloat32");

    CHECK(s2rgf_assess(NULL, NULL, &a, &err) == S2RGF_INVALID_ARGUMENT);
    CHECK(s2rgf_assessment_json(NULL, NULL, &err) == S2RGF_INVALID_ARGUMENT);
    s2rgf_assessment_free(NULL);
    remove_all();
}

static void test_cancel(void)
{
    listener heard = {.cancel_at = 2};
    s2rgf_error err;
    s2rgf_assessment *a = NULL;
    write_map();
    write_polygons(OFTString, PATCHES);
    CHECK(assess(MAP, POLYGONS, &heard, &a, &err) == S2RGF_CANCELLED);
    CHECK(!a && heard.calls == 2);
    remove_all();
}

/* Every figure of the bins: forest where the reference has it at 0.8, water at 0.4 and 0.6. */
static void test_confidence(void)
{
    s2rgf_assess_options options = {.size = sizeof options,
                                    .map_path = MAP,
                                    .confidence_path = RASTER,
                                    .labels.path = POLYGONS};
    const unsigned char percent[HEIGHT * WIDTH] = {
        80,  80, 80, 60, 60, 0, /* */
        80,  80, 80, 0,  0,  0, /* */
        100, 40, 20, 0,  0,  0, /* */
        0,   0,  70, 0,  0,  0,
    };
    s2rgf_assessment *a = NULL;
    s2rgf_error err;
    write_map();
    write_polygons(OFTString, PATCHES);
    write_raster(RASTER, GDT_Float32, percent, NULL);
    /* beyond 1: not confidences */
    CHECK(s2rgf_assess(&options, NULL, &a, &err) == S2RGF_FORMAT);
    CHECK_CONTAINS(err.message, "not a confidence: expected 0 to 1, found 80");
    CHECK(!a);
    write_scaled(RASTER, percent);
    REQUIRE(s2rgf_assess(&options, NULL, &a, &err) == S2RGF_OK);
    CHECK(a->has_confidence && a->assessed == 12 && a->without_confidence == 0);
    const struct {
        int bin;
        uint64_t pixels;
        double confidence, accuracy;
    } expected[] = {{3, 1, 0.2, 0},  {6, 1, 0.4, 1},  {9, 2, 0.6, 1},
                    {10, 1, 0.7, 1}, {12, 6, 0.8, 1}, {14, 1, 1.0, 0}};
    uint64_t seen = 0;
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        const s2rgf_reliability_bin *bin = &a->reliability[expected[i].bin];
        CHECK(bin->pixels == expected[i].pixels);
        CHECK_NEAR(bin->confidence, expected[i].confidence, 1e-6);
        CHECK(bin->accuracy == expected[i].accuracy);
        seen += bin->pixels;
    }
    CHECK(seen == a->assessed);
    CHECK(isnan(a->reliability[0].confidence) && isnan(a->reliability[0].accuracy));
    CHECK_NEAR(a->calibration_error, (0.2 + 0.6 + 2 * 0.4 + 0.3 + 6 * 0.2 + 1.0) / 12, 1e-6);
    s2rgf_assessment_free(a);
    /* without one there is nothing to say */
    options.confidence_path = NULL;
    REQUIRE(s2rgf_assess(&options, NULL, &a, &err) == S2RGF_OK);
    CHECK(!a->has_confidence && isnan(a->calibration_error) && a->reliability[12].pixels == 0);
    s2rgf_assessment_free(a);
    remove_all();
}

static json_object *member(json_object *object, const char *key)
{
    json_object *value = NULL;
    CHECK(json_object_object_get_ex(object, key, &value));
    return value;
}

static void test_json(void)
{
    char *names[] = {"forest", "\"wet\" \xc3\xa4nd/or"};
    s2rgf_assessment a = {
        .class_count = 2,
        .class_names = names,
        .class_values = (int[]){1, 7},
        .confusion = (uint64_t[]){UINT64_C(9007199254740993), 1, 0, 0},
        .overall_accuracy = 0.9,
        .average_accuracy = 1.0,
        .kappa = NAN,
        .users_accuracy = (double[]){0.125, 0.0},
        .producers_accuracy = (double[]){1.0, NAN},
        .f1 = (double[]){1.0 / 3.0, 0.0},
        .assessed = 10,
        .excluded_nodata = 1,
        .excluded_outside = 2,
        .excluded_unknown = 3,
        .excluded_conflict = 4,
    };
    char *text = NULL;
    REQUIRE(s2rgf_assessment_json(&a, &text, NULL) == S2RGF_OK);
    json_object *root = json_tokener_parse(text);
    REQUIRE(root != NULL);
    CHECK_NEAR(json_object_get_double(member(root, "overall_accuracy")), 0.9, 1e-12);
    CHECK(json_object_is_type(member(root, "average_accuracy"), json_type_int) ||
          json_object_is_type(member(root, "average_accuracy"), json_type_double));
    CHECK(json_object_is_type(member(root, "kappa"), json_type_null));
    json_object *classes = member(root, "classes");
    CHECK(json_object_array_length(classes) == 2);
    CHECK_STR(json_object_get_string(json_object_array_get_idx(classes, 1)), names[1]);
    json_object *row = json_object_array_get_idx(member(root, "confusion_matrix"), 0);
    CHECK(json_object_array_length(row) == 2);
    CHECK(json_object_get_uint64(json_object_array_get_idx(row, 0)) == a.confusion[0]);
    json_object *second = json_object_array_get_idx(member(root, "per_class"), 1);
    CHECK_STR(json_object_get_string(member(second, "name")), names[1]);
    CHECK(json_object_get_int(member(second, "value")) == 7);
    CHECK(json_object_get_int(member(second, "reference_pixels")) == 0);
    CHECK(json_object_get_int(member(second, "map_pixels")) == 1);
    CHECK(json_object_is_type(member(second, "producers_accuracy"), json_type_null));
    CHECK(json_object_get_double(member(second, "users_accuracy")) == 0.0);
    json_object *excluded = member(root, "excluded");
    CHECK(json_object_get_int(member(excluded, "nodata")) == 1);
    CHECK(json_object_get_int(member(excluded, "outside")) == 2);
    CHECK(json_object_get_int(member(excluded, "unknown_class")) == 3);
    CHECK(json_object_get_int(member(excluded, "conflict")) == 4);
    json_object_put(root);
    s2rgf_free(text);
}

int main(void)
{
    GDALAllRegister();
    test_counts_by_name();
    test_match_by_value();
    test_match_by_number();
    test_class_zero();
    test_types_of_maps();
    test_sum();
    test_refusals();
    test_cancel();
    test_confidence();
    test_json();
    GDALDestroyDriverManager();
    return harness_end();
}
