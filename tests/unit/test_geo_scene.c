/* Grids, CRSs and scenes: where a thing on the ground falls in every source. */
#include <cpl_error.h>
#include <gdal_utils.h>
#include <math.h>

#include "core/memory.h"
#include "geo/source/source_set.h"
#include "geo/source/srs.h"
#include "geo_fixture.h"
#include "s2rgf/scene.h"

static char last_lines[4096];

static void collect_line(s2rgf_log_level level, const char *line, void *user)
{
    (void)level;
    (void)user;
    const size_t used = strlen(last_lines);
    snprintf(last_lines + used, sizeof last_lines - used, "%s\n", line);
}

static const s2rgf_host host = {.log = collect_line};

static s2rgf_status open_scene(const s2rgf_input *inputs, size_t count,
                               const s2_scene_demand *demand, s2_scene *scene, s2rgf_error *err)
{
    const s2rgf_scene_options options = {.inputs = inputs, .input_count = count};
    last_lines[0] = '\0';
    return s2_scene_open(&options, demand, &host, scene, err);
}

static void open_or_stop(const s2rgf_input *inputs, size_t count, const s2_scene_demand *demand,
                         s2_scene *scene)
{
    s2rgf_error err = {0};
    const s2rgf_status status = open_scene(inputs, count, demand, scene, &err);
    if (status != S2RGF_OK)
        printf("    %s\n", err.message);
    REQUIRE(status == S2RGF_OK);
}

/* A raster of another grid, brought to the grid of ref.tif. */
static void open_on_reference(const char *name, const char *path, s2_scene *scene)
{
    const s2rgf_input inputs[] = {{"ref", "/vsimem/ref.tif"}, {name, path}};
    const s2_scene_demand demand = {
        .count = 2, .names = {"ref", name}, .on_reference = {true, true}, .reference = 0};
    open_or_stop(inputs, 2, &demand, scene);
}

static bool srs_equal(const char *wkt_a, const char *wkt_b)
{
    bool equal = false;
    CHECK(s2_srs_equal(wkt_a, wkt_b, &equal, NULL) == S2RGF_OK);
    return equal;
}

static void test_srs(void)
{
    char *wkt[4];
    static const char *const names[] = {"EPSG:32633", "EPSG:25833", "EPSG:4326", "EPSG:32633+5773"};
    for (int i = 0; i < 4; i++) {
        wkt[i] = wkt_of(names[i]);
        REQUIRE(wkt[i] != NULL);
    }
    /* As ENVI files carry it: no authority, another name. */
    const char *bare =
        "PROJCS[\"UTM_Zone_33N\",GEOGCS[\"GCS_WGS_1984\",DATUM[\"D_WGS_1984\",SPHEROID[\"WGS_1984\","
        "6378137.0,298.257223563]],PRIMEM[\"Greenwich\",0.0],UNIT[\"Degree\",0.0174532925199433]],"
        "PROJECTION[\"Transverse_Mercator\"],PARAMETER[\"False_Easting\",500000.0],"
        "PARAMETER[\"False_Northing\",0.0],PARAMETER[\"Central_Meridian\",15.0],"
        "PARAMETER[\"Scale_Factor\",0.9996],PARAMETER[\"Latitude_Of_Origin\",0.0],"
        "UNIT[\"Meter\",1.0]]";
    CHECK(srs_equal(wkt[0], bare) && srs_equal(bare, wkt[0]));
    CHECK(!srs_equal(wkt[1], bare) && !srs_equal(wkt[0], wkt[1]));
    CHECK(srs_equal(wkt[3], wkt[0]));
    CHECK(srs_equal(wkt[1], "EPSG:3045")); /* the same with northings first, as LAEA Europe */
    CHECK(srs_equal(NULL, NULL));
    CHECK(!srs_equal(NULL, wkt[0]) && !srs_equal(wkt[0], NULL));
    /* An empty CRS is none; what cannot be understood is neither none nor equal to anything. */
    s2rgf_error err = {0};
    OGRSpatialReferenceH srs = OSRNewSpatialReference(NULL);
    char *none = wkt[0];
    CHECK(s2_srs_to_wkt(srs, &none, &err) == S2RGF_OK && !none);
    OSRDestroySpatialReference(srs);
    CHECK(s2_srs_from_text("no such thing", &srs, &err) == S2RGF_INVALID_ARGUMENT && !srs);
    CHECK_CONTAINS(err.message, "no such thing: not a CRS");
    bool equal = true;
    CHECK(s2_srs_equal(wkt[0], "no such thing", &equal, &err) != S2RGF_OK && !equal);
    /* x before y, whatever the authority says. */
    OGRCoordinateTransformationH to_degrees = s2_srs_transformation(wkt[0], wkt[2]);
    double x = 500000.0, y = 5800000.0;
    CHECK(OCTTransform(to_degrees, 1, &x, &y, NULL));
    CHECK_NEAR(x, 15.0, 1e-9);
    CHECK(y > 52.0 && y < 53.0);
    OCTDestroyCoordinateTransformation(to_degrees);
    for (int i = 0; i < 4; i++)
        s2_free(wkt[i]);
}

/** A projwin is covered, as by gdal_translate since GDAL 3.11; older ones round. */
static void test_projwin(void)
{
    make_raster(&(raster_recipe){.path = "/vsimem/p.tif", .width = 40, .height = 30}, NULL);
    static const double rects[][4] = {{500050, 5799950, 500150, 5799850},
                                      {500054, 5799956, 500147, 5799842},
                                      {500059.996, 5799950.004, 500110, 5799900},
                                      {500000, 5800000, 500400, 5799700}};
    static const s2_rect covers[] = {{5, 5, 10, 10}, {5, 4, 10, 12}, {6, 5, 5, 5}, {0, 0, 40, 30}};
    GDALDatasetH dataset = GDALOpen("/vsimem/p.tif", GA_ReadOnly);
    s2_grid grid;
    s2rgf_error err = {0};
    REQUIRE(s2_grid_of_dataset(dataset, "p", NULL, &grid, &err) == S2RGF_OK);
    for (size_t i = 0; i < sizeof rects / sizeof rects[0]; i++) {
        char text[4][32];
        char *arguments[8] = {(char *)"-projwin"};
        for (int k = 0; k < 4; k++) {
            snprintf(text[k], sizeof text[k], "%.17g", rects[i][k]);
            arguments[k + 1] = text[k];
        }
        arguments[5] = (char *)"-of";
        arguments[6] = (char *)"VRT";
        GDALTranslateOptions *options = GDALTranslateOptionsNew(arguments, NULL);
        GDALDatasetH cut = GDALTranslate("", dataset, options, NULL);
        GDALTranslateOptionsFree(options);
        REQUIRE(cut != NULL);
        s2_rect rect;
        CHECK(s2_grid_projwin(&grid, rects[i], NULL, &rect, &err) == S2RGF_OK);
        CHECK(memcmp(&rect, &covers[i], sizeof rect) == 0);
        s2_grid part;
        CHECK(s2_grid_cut(&grid, rect, &part, &err) == S2RGF_OK);
        double transform[6];
        GDALGetGeoTransform(cut, transform);
        CHECK_NEAR(part.to_geo.m[0], transform[0], 1e-6);
        CHECK_NEAR(part.to_geo.m[3], transform[3], 1e-6);
        if (i != 1 || GDAL_VERSION_NUM >= 3110000)
            CHECK(part.width == GDALGetRasterXSize(cut) && part.height == GDALGetRasterYSize(cut));
        s2_grid_clear(&part);
        GDALClose(cut);
    }
    s2_rect rect;
    const double over[4] = {499950, 5800050, 500100, 5799900};
    CHECK(s2_grid_projwin(&grid, over, NULL, &rect, &err) == S2RGF_OK);
    CHECK(rect.x == 0 && rect.y == 0 && rect.w == 10 && rect.h == 10);
    const double outside[4] = {0, 10, 10, 0}, inverted[4] = {500100, 5799900, 500050, 5799950};
    CHECK(s2_grid_projwin(&grid, outside, NULL, &rect, &err) == S2RGF_INVALID_ARGUMENT);
    CHECK_CONTAINS(err.message, "expected a part of 500000 5800000");
    CHECK(s2_grid_projwin(&grid, inverted, NULL, &rect, &err) == S2RGF_INVALID_ARGUMENT);
    CHECK_CONTAINS(err.message, "empty");
    const double line[4] = {500054, 5799950, 500054, 5799900};
    CHECK(s2_grid_projwin(&grid, line, NULL, &rect, &err) == S2RGF_INVALID_ARGUMENT);
    CHECK_CONTAINS(err.message, "empty");
    /* 15 degrees east is x = 500000. */
    OGRCoordinateTransformationH back = s2_srs_transformation("EPSG:32633", "EPSG:4326");
    double x[2] = {500050, 500150}, y[2] = {5799950, 5799850};
    CHECK(OCTTransform(back, 2, x, y, NULL));
    OCTDestroyCoordinateTransformation(back);
    const double degrees[4] = {x[0], y[0], x[1], y[1]};
    CHECK(s2_grid_projwin(&grid, degrees, "EPSG:4326", &rect, &err) == S2RGF_OK);
    CHECK(rect.x == 5 && rect.y == 5 && rect.w == 10 && rect.h == 10);
    const double inverted_degrees[4] = {x[0], y[1], x[1], y[0]};
    CHECK(s2_grid_projwin(&grid, inverted_degrees, "EPSG:4326", &rect, &err) ==
          S2RGF_INVALID_ARGUMENT);
    CHECK_CONTAINS(err.message, "empty");
    CHECK(s2_grid_projwin(&grid, degrees, "EPSG:nothing", &rect, &err) == S2RGF_INVALID_ARGUMENT);
    /* its lower edge is a curve, lowest at the central meridian */
    grid.to_geo = (s2_affine){{320000, 2000, 0, 6680000, 0, -2000}};
    const double wide[4] = {12, 60, 18, 59.9};
    CHECK(s2_grid_projwin(&grid, wide, "EPSG:4326", &rect, &err) == S2RGF_OK);
    OGRCoordinateTransformationH there = s2_srs_transformation("EPSG:4326", "EPSG:32633");
    double lowest_x = 15, lowest_y = 59.9;
    CHECK(OCTTransform(there, 1, &lowest_x, &lowest_y, NULL));
    OCTDestroyCoordinateTransformation(there);
    CHECK(rect.y + rect.h == 1 + (int)((6680000 - lowest_y) / 2000));
    s2_grid_clear(&grid);
    GDALClose(dataset);
}

/** Bright pixel of a source: its centre on the ground. */
static void bright_centre(s2_source *source, double *x, double *y)
{
    const s2_grid *grid = s2_source_grid(source);
    const size_t count = (size_t)grid->width * (size_t)grid->height;
    float *pixels = malloc(count * sizeof *pixels);
    uint8_t *valid = malloc(count);
    s2rgf_error err = {0};
    CHECK(s2_source_read(source, (s2_rect){0, 0, grid->width, grid->height}, pixels, valid, &err) ==
          S2RGF_OK);
    size_t best = 0;
    for (size_t i = 0; i < count; i++)
        if (pixels[i] > pixels[best])
            best = i;
    CHECK(pixels[best] > 100.0f);
    *x = (double)(best % (size_t)grid->width) + 0.5;
    *y = (double)(best / (size_t)grid->width) + 0.5;
    free(pixels);
    free(valid);
}

/** A raster of zeros with one bright pixel over the ground point. */
static void make_spot(const char *path, const double *transform, int width, int height,
                      double ground_x, double ground_y)
{
    const s2_affine to_geo = {
        {transform[0], transform[1], transform[2], transform[3], transform[4], transform[5]}};
    s2_affine to_pixel;
    REQUIRE(s2_affine_invert(&to_geo, &to_pixel));
    double u, v;
    s2_affine_apply(&to_pixel, ground_x, ground_y, &u, &v);
    double *values = calloc((size_t)(width * height), sizeof *values);
    values[(int)v * width + (int)u] = 200.0;
    raster_recipe recipe = {.path = path, .width = width, .height = height};
    memcpy(recipe.geotransform, transform, sizeof recipe.geotransform);
    make_raster(&recipe, values);
    free(values);
}

/**
 * A bright point on the ground lands at the same place: the reference pixel that holds it, taken
 * through
 * ref_to_source, falls into the source pixel that holds it.
 */
static void check_geometry(const double *fine, const double *coarse, double ground_x,
                           double ground_y)
{
    make_spot("/vsimem/fine.tif", fine, 120, 110, ground_x, ground_y);
    make_spot("/vsimem/coarse.tif", coarse, 24, 22, ground_x, ground_y);
    const s2rgf_input inputs[] = {{"coarse", "/vsimem/coarse.tif"}, {"fine", "/vsimem/fine.tif"}};
    s2_scene scene;
    open_or_stop(inputs, 2, NULL, &scene);
    CHECK(scene.reference == 1);
    CHECK(!scene.sources[0].on_reference && scene.sources[1].on_reference);
    double fine_x, fine_y, coarse_x, coarse_y, u, v, ground_u, ground_v;
    bright_centre(scene.sources[1].source, &fine_x, &fine_y);
    bright_centre(scene.sources[0].source, &coarse_x, &coarse_y);
    s2_affine_apply(&scene.sources[0].ref_to_source, fine_x, fine_y, &u, &v);
    CHECK(fabs(u - coarse_x) <= 0.5 + 0.25 && fabs(v - coarse_y) <= 0.5 + 0.25);
    /* And exactly: through the ground or directly, a reference point has one image. */
    double geo_x, geo_y;
    s2_affine to_pixel;
    s2_affine_apply(&scene.grid.to_geo, fine_x, fine_y, &geo_x, &geo_y);
    REQUIRE(s2_affine_invert(&s2_source_grid(scene.sources[0].source)->to_geo, &to_pixel));
    s2_affine_apply(&to_pixel, geo_x, geo_y, &ground_u, &ground_v);
    CHECK_NEAR(u, ground_u, 1e-6);
    CHECK_NEAR(v, ground_v, 1e-6);
    s2_scene_close(&scene);
}

static void test_geometry(void)
{
    const double fine[6] = {500000, 3.6, 0, 5800000, 0, -3.6};
    const double half_pixel[6] = {500000 - 9, 18, 0, 5800000 + 9, 0, -18};
    const double odd_ratio[6] = {500002.4, 20.7, 0, 5799998.8, 0, -20.7};
    const double turned[6] = {500000 - 60, 16 * cos(0.2), 16 * sin(0.2),
                              5800000,     16 * sin(0.2), -16 * cos(0.2)};
    const double fine_turned[6] = {500000,  3 * cos(0.3), 3 * sin(0.3),
                                   5800000, 3 * sin(0.3), -3 * cos(0.3)};
    for (int i = 0; i < 5; i++) {
        const double x = 500100 + 13.7 * i, y = 5799900 - 17.3 * i;
        check_geometry(fine, half_pixel, x, y);
        check_geometry(fine, odd_ratio, x, y);
        check_geometry(fine, turned, x, y);
        check_geometry(fine_turned, half_pixel, 500150 + i, 5799900 - i);
    }
}

/** A source on the same grid but of another extent is on the reference, seen through a view. */
static void test_congruent(void)
{
    make_raster(&(raster_recipe){.path = "/vsimem/a.tif", .width = 10, .height = 8}, NULL);
    make_raster(&(raster_recipe){.path = "/vsimem/b.tif",
                                 .width = 20,
                                 .height = 6,
                                 .geotransform = {500020.03, 10, 0, 5800030, 0, -10}},
                NULL);
    const s2rgf_input inputs[] = {{"a", "/vsimem/a.tif"}, {"b", "/vsimem/b.tif"}};
    s2_scene scene, copy;
    open_or_stop(inputs, 2, NULL, &scene);
    CHECK(scene.reference == 0 && scene.sources[1].on_reference);
    s2rgf_error err = {0};
    REQUIRE(s2_scene_reopen(&scene, &copy, &err) == S2RGF_OK);
    s2_scene_close(&scene);
    CHECK(s2_source_grid(copy.sources[1].source)->width == 10);
    float pixels[80];
    uint8_t valid[80];
    CHECK(s2_source_read(copy.sources[1].source, (s2_rect){0, 0, 10, 8}, pixels, valid, &err) ==
          S2RGF_OK);
    /* b starts 2 pixels east and 3 north of a: a's (2, 0) is b's (0, 3). */
    CHECK(!valid[0] && !valid[1] && valid[2] && pixels[2] == 61.0f);
    CHECK(valid[29] && !valid[30 + 9]);
    s2_scene_report(&copy, &host);
    CHECK_CONTAINS(last_lines, "a: 10 x 8, 1 band Byte, pixel 10 m, CRS EPSG:32633");
    CHECK_CONTAINS(last_lines, "reference grid");
    s2_scene_close(&copy);

    /*
     * Half a pixel apart is another grid; a model that wants it on the reference gets it resampled.
     */
    make_raster(&(raster_recipe){.path = "/vsimem/b.tif",
                                 .width = 20,
                                 .height = 6,
                                 .geotransform = {500025, 10, 0, 5800030, 0, -10}},
                NULL);
    open_or_stop(inputs, 2, NULL, &scene);
    CHECK(!scene.sources[1].on_reference);
    s2_scene_close(&scene);
    const s2_scene_demand demand = {
        .count = 2, .names = {"b", "a"}, .on_reference = {true, true}, .reference = 1};
    open_or_stop(inputs, 2, &demand, &scene);
    CHECK_STR(s2_source_name(scene.sources[0].source), "b");
    CHECK(scene.reference == 1 && scene.sources[0].on_reference);
    CHECK(s2_source_read(scene.sources[0].source, (s2_rect){1, 0, 8, 3}, pixels, valid, &err) ==
          S2RGF_OK);
    /*
     * The centre of a's pixel 2 lies on b's edge, that of its pixel 3 midway between b's 0 and 1.
     */
    CHECK(!valid[0] && valid[1] && valid[2]);
    CHECK_NEAR(pixels[1], 61.0, 1e-5);
    CHECK_NEAR(pixels[2], 61.5, 1e-5);
    s2_scene_close(&scene);
}

/**
 * A source in another UTM zone: warped, a smooth pattern stays in its place; reads do not depend on
 * rectangles.
 */
static void test_other_crs(void)
{
    enum { N = 150 };
    /* The same ground seen from zone 32. */
    double x = 500000 + 700, y = 5800000 - 700;
    OGRCoordinateTransformationH to32 = s2_srs_transformation("EPSG:32633", "EPSG:32632");
    OGRCoordinateTransformationH to33 = s2_srs_transformation("EPSG:32632", "EPSG:32633");
    REQUIRE(to32 && to33);
    CHECK(OCTTransform(to32, 1, &x, &y, NULL));
    const raster_recipe other = {.path = "/vsimem/zone32.tif",
                                 .width = N,
                                 .height = N,
                                 .type = GDT_Float32,
                                 .srs = "EPSG:32632",
                                 .geotransform = {x - 750, 10, 0, y + 750, 0, -10}};
    double *values = malloc(N * N * sizeof *values);
    for (int i = 0; i < N * N; i++) {
        double px = x - 750 + 10 * (i % N + 0.5), py = y + 750 - 10 * (i / N + 0.5);
        CHECK(OCTTransform(to33, 1, &px, &py, NULL));
        values[i] = (px - 500000) + 3 * (5800000 - py);
    }
    values[75 * N + 75] = NAN;
    make_raster(&other, values);
    free(values);
    make_raster(&(raster_recipe){.path = "/vsimem/ref.tif", .width = 140, .height = 140}, NULL);
    const s2rgf_input inputs[] = {{"ref", "/vsimem/ref.tif"}, {"z", "/vsimem/zone32.tif"}};
    s2_scene scene, copy;
    s2rgf_error err = {0};
    open_or_stop(inputs, 2, NULL, &scene);
    CHECK(scene.sources[1].warped);
    CHECK_CONTAINS(last_lines, "warped from EPSG:32632 to EPSG:32633");
    CHECK(srs_equal(s2_source_grid(scene.sources[1].source)->srs_wkt, scene.grid.srs_wkt));
    s2_scene_close(&scene);

    const s2_scene_demand demand = {
        .count = 2, .names = {"ref", "z"}, .on_reference = {true, true}, .reference = 0};
    open_or_stop(inputs, 2, &demand, &scene);
    float *whole = malloc(140 * 140 * sizeof *whole), part[40 * 30];
    uint8_t *valid = malloc(140 * 140), part_valid[40 * 30];
    CHECK(s2_source_read(scene.sources[1].source, (s2_rect){0, 0, 140, 140}, whole, valid, &err) ==
          S2RGF_OK);
    int seen = 0;
    double largest = 0.0;
    for (int i = 0; i < 140 * 140; i++) {
        if (!valid[i])
            continue;
        const double expected = 10 * (i % 140 + 0.5) + 3 * 10 * (i / 140 + 0.5);
        largest = fmax(largest, fabs(whole[i] - expected));
        seen++;
    }
    CHECK(seen > 16000);
    /*
     * A linear pattern survives bilinear sampling; at the hole and the rim weights are one-sided: a
     * pixel of 10 m, 3:1.
     */
    CHECK(largest < 25.0);
    int bad = 0, holes = 0;
    for (int r = 40; r < 100; r++)
        for (int c = 40; c < 100; c++) {
            const double expected = 10 * (c + 0.5) + 30 * (r + 0.5);
            holes += !valid[r * 140 + c];
            bad += valid[r * 140 + c] && fabs(whole[r * 140 + c] - expected) > 0.05;
        }
    CHECK(holes == 1 && bad <= 8);
    REQUIRE(s2_scene_reopen(&scene, &copy, &err) == S2RGF_OK);
    CHECK(s2_source_read(copy.sources[1].source, (s2_rect){33, 51, 40, 30}, part, part_valid,
                         &err) == S2RGF_OK);
    int different = 0;
    for (int r = 0; r < 30; r++)
        for (int c = 0; c < 40; c++)
            different += part[r * 40 + c] != whole[(r + 51) * 140 + c + 33] ||
                         part_valid[r * 40 + c] != valid[(r + 51) * 140 + c + 33];
    CHECK(different == 0);
    s2_scene_close(&copy);
    s2_scene_close(&scene);
    free(whole);
    free(valid);
    OCTDestroyCoordinateTransformation(to32);
    OCTDestroyCoordinateTransformation(to33);
}

/**
 * A finer source put on the reference is averaged, not picked: aliasing would keep the
 * checkerboard.
 */
static void test_downsampling(void)
{
    double values[80 * 80];
    for (int i = 0; i < 80 * 80; i++)
        values[i] = (i % 80 + i / 80) % 2 == 0 ? 200.0 : 0.0;
    make_raster(&(raster_recipe){.path = "/vsimem/board.tif",
                                 .width = 80,
                                 .height = 80,
                                 .geotransform = {500000, 2.5, 0, 5800000, 0, -2.5}},
                values);
    make_raster(&(raster_recipe){.path = "/vsimem/ref.tif", .width = 20, .height = 20}, NULL);
    s2_scene scene;
    s2rgf_error err = {0};
    open_on_reference("fine", "/vsimem/board.tif", &scene);
    CHECK_CONTAINS(last_lines, "resampled to the reference grid");
    float pixels[400];
    uint8_t valid[400];
    CHECK(s2_source_read(scene.sources[1].source, (s2_rect){0, 0, 20, 20}, pixels, valid, &err) ==
          S2RGF_OK);
    for (int i = 0; i < 400; i++) {
        CHECK(valid[i]);
        CHECK_NEAR(pixels[i], 100.0, 10.0);
    }
    s2_scene_close(&scene);
}

/** ETRS89 and WGS 84 give the same coordinates: other names, but nothing to resample. */
static void test_coinciding_crs(void)
{
    make_raster(&(raster_recipe){.path = "/vsimem/w.tif", .width = 10, .height = 8}, NULL);
    make_raster(
        &(raster_recipe){.path = "/vsimem/e.tif", .width = 10, .height = 8, .srs = "EPSG:25833"},
        NULL);
    const s2rgf_input inputs[] = {{"w", "/vsimem/w.tif"}, {"e", "/vsimem/e.tif"}};
    s2_scene scene;
    open_or_stop(inputs, 2, NULL, &scene);
    CHECK(!scene.sources[1].warped && scene.sources[1].on_reference);
    float pixels[80];
    uint8_t valid[80];
    s2rgf_error err = {0};
    CHECK(s2_source_read(scene.sources[1].source, (s2_rect){0, 0, 10, 8}, pixels, valid, &err) ==
          S2RGF_OK);
    for (int i = 0; i < 80; i++)
        CHECK(valid[i] && pixels[i] == (float)(i + 1));
    s2_scene_close(&scene);
}

/** Kernels wider than a square of the warp: a ramp keeps its slope, whatever the rectangle. */
static void test_wide_kernel(void)
{
    enum { SIDE = 1200 };
    double *values = malloc((size_t)SIDE * SIDE * sizeof *values);
    for (int i = 0; i < SIDE * SIDE; i++)
        values[i] = 3.0 * (i % SIDE) + i / SIDE;
    make_raster(&(raster_recipe){.path = "/vsimem/ramp.tif",
                                 .width = SIDE,
                                 .height = SIDE,
                                 .type = GDT_Float32,
                                 .geotransform = {500000, 0.1, 0, 5800000, 0, -0.1}},
                values);
    free(values);
    make_raster(&(raster_recipe){.path = "/vsimem/ref.tif", .width = 12, .height = 12}, NULL);
    s2_scene scene;
    s2rgf_error err = {0};
    open_on_reference("ramp", "/vsimem/ramp.tif", &scene);
    float pixels[144];
    uint8_t valid[144];
    CHECK(s2_source_read(scene.sources[1].source, (s2_rect){0, 0, 12, 12}, pixels, valid, &err) ==
          S2RGF_OK);
    for (int y = 1; y < 11; y++) {
        for (int x = 1; x < 11; x++) {
            CHECK(valid[y * 12 + x]);
            CHECK_NEAR(pixels[y * 12 + x], 3 * (100 * x + 49.5) + 100 * y + 49.5, 0.05);
        }
    }
    s2_scene_close(&scene);
}

static void check_refused(const s2rgf_input *inputs, size_t count, const s2_scene_demand *demand,
                          s2rgf_status expected, const char *message)
{
    s2_scene scene;
    s2rgf_error err = {0};
    CHECK(open_scene(inputs, count, demand, &scene, &err) == expected);
    CHECK_CONTAINS(err.message, message);
    CHECK(scene.count == 0);
}

static void test_refused_scenes(void)
{
    make_raster(&(raster_recipe){.path = "/vsimem/a.tif", .width = 10, .height = 8}, NULL);
    make_raster(&(raster_recipe){.path = "/vsimem/bare.tif", .width = 10, .height = 8, .srs = ""},
                NULL);
    make_raster(&(raster_recipe){.path = "/vsimem/far.tif",
                                 .width = 5,
                                 .height = 5,
                                 .geotransform = {600000, 20, 0, 5800000, 0, -20}},
                NULL);
    const s2rgf_input bad_name[] = {{"a b", "/vsimem/a.tif"}};
    const s2rgf_input no_srs[] = {{"a", "/vsimem/a.tif"}, {"bare", "/vsimem/bare.tif"}};
    const s2rgf_input far[] = {{"a", "/vsimem/a.tif"}, {"far", "/vsimem/far.tif"}};
    check_refused(NULL, 0, NULL, S2RGF_INVALID_ARGUMENT, "no source");
    check_refused(bad_name, 1, NULL, S2RGF_INVALID_ARGUMENT, "a b");
    check_refused(no_srs, 2, NULL, S2RGF_INVALID_ARGUMENT, "source bare (/vsimem/bare.tif)");
    check_refused(far, 2, NULL, S2RGF_INVALID_ARGUMENT, "does not overlap");
    const s2_scene_demand wants = {.count = 2, .names = {"a", "b"}, .reference = 0};
    check_refused(no_srs, 2, &wants, S2RGF_MISMATCH, "source b: missing");
    check_refused(no_srs, 1, &wants, S2RGF_MISMATCH, "source b: missing");
    const s2_scene_demand one = {.count = 1, .names = {"a"}, .reference = 0};
    check_refused(far, 2, &one, S2RGF_MISMATCH, "source far: not in the model");
    s2rgf_input nine[9];
    static const char *const names[9] = {"a", "b", "c", "d", "e", "f", "g", "h", "i"};
    for (int i = 0; i < 9; i++)
        nine[i] = (s2rgf_input){names[i], "/vsimem/a.tif"};
    check_refused(nine, 9, NULL, S2RGF_INVALID_ARGUMENT, "too many sources");

    /*
     * One source on both sides: the name does not matter. All without CRS, or one assigned: fine.
     */
    s2_scene scene;
    s2rgf_error err = {0};
    open_or_stop(far + 1, 1, &one, &scene);
    s2_scene_close(&scene);
    open_or_stop(no_srs + 1, 1, NULL, &scene);
    CHECK(!scene.grid.srs_wkt);
    s2_scene_close(&scene);
    const s2rgf_scene_options assigned = {
        .inputs = no_srs, .input_count = 2, .assigned_srs = "EPSG:32633"};
    CHECK(s2_scene_open(&assigned, NULL, NULL, &scene, &err) == S2RGF_OK);
    CHECK(scene.sources[1].on_reference);
    s2_scene_close(&scene);
    const s2rgf_scene_options nonsense = {
        .inputs = no_srs, .input_count = 2, .assigned_srs = "EPSG:nonsense"};
    CHECK(s2_scene_open(&nonsense, NULL, NULL, &scene, &err) == S2RGF_INVALID_ARGUMENT);
    CHECK_CONTAINS(err.message, "EPSG:nonsense");
}

/** Degrees and metres are compared as what they are on the ground. */
static void test_reference_among_units(void)
{
    make_raster(&(raster_recipe){.path = "/vsimem/m.tif", .width = 100, .height = 100}, NULL);
    make_raster(&(raster_recipe){.path = "/vsimem/deg.tif",
                                 .width = 20,
                                 .height = 20,
                                 .srs = "EPSG:4326",
                                 .geotransform = {15.0, 0.001, 0, 52.35, 0, -0.001}},
                NULL);
    const s2rgf_input inputs[] = {{"deg", "/vsimem/deg.tif"}, {"m", "/vsimem/m.tif"}};
    s2_scene scene;
    open_or_stop(inputs, 2, NULL, &scene);
    CHECK(scene.reference == 1 && scene.sources[0].warped);
    s2_scene_close(&scene);
}

/** A CRS that is known already is not looked for again: GDAL takes long to find it. */
static void test_known_crs(void)
{
    const char *const known[] = {"known"};
    const s2rgf_input input = {"a", "/vsimem/a.tif"};
    const s2_scene_demand demand = {.count = 1, .names = {"a"}, .known_srs = known};
    s2_scene scene, copy;
    make_raster(&(raster_recipe){.path = "/vsimem/a.tif", .width = 10, .height = 8}, NULL);
    open_or_stop(&input, 1, &demand, &scene);
    REQUIRE(s2_scene_reopen(&scene, &copy, NULL) == S2RGF_OK);
    CHECK_STR(s2_source_file_srs(scene.sources[0].source), "known");
    CHECK_STR(s2_source_grid(copy.sources[0].source)->srs_wkt, "known");
    s2_scene_close(&copy);
    s2_scene_close(&scene);
}

int main(void)
{
    GDALAllRegister();
    test_srs();
    test_projwin();
    test_geometry();
    test_congruent();
    test_other_crs();
    test_downsampling();
    test_coinciding_crs();
    test_known_crs();
    test_wide_kernel();
    test_refused_scenes();
    test_reference_among_units();
    GDALDestroyDriverManager();
    return harness_end();
}
