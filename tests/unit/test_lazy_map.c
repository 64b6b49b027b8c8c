/* Maps on demand: their rectangles are those of s2rgf_classify(), their views cover the same
   area. */
#include <unistd.h>

#include "core/memory.h"
#include "geo_fixture.h"
#include "model/network_model.h"
#include "nn/networks/networks.h"
#include "s2rgf/classification.h"
#include "s2rgf/lazy_maps.h"
#include "unit/model_sample.h"

enum { WIDTH = 300, HEIGHT = 170, CLASSES = 3 };

/* Bands of blocks and stripes, so that classes differ; the first pixels are nodata. */
static void make_source(const char *path, int ratio)
{
    const raster_recipe recipe = {
        .path = path,
        .width = WIDTH / ratio,
        .height = HEIGHT / ratio,
        .bands = 2,
        .type = GDT_Int16,
        .geotransform = {500000.0, 10.0 * ratio, 0.0, 5800000.0, 0.0, -10.0 * ratio}};
    const int count = recipe.width * recipe.height;
    double *values = malloc((size_t)count * sizeof *values);
    GDALDatasetH dataset = create_raster(&recipe);
    for (int band = 1; band <= 2; band++) {
        for (int i = 0; i < count; i++) {
            const int x = i % recipe.width * ratio, y = i / recipe.width * ratio;
            values[i] = i < 5 ? -1.0 : band * 100 + (x / 40 % 3) * 50 + (y / 24 % 4) * 30 + i % 7;
        }
        CHECK(GDALSetRasterNoDataValue(GDALGetRasterBand(dataset, band), -1.0) == CE_None);
        write_band(dataset, band, values);
    }
    GDALClose(dataset);
    free(values);
}

static void fill_source(s2_model_source *source, const char *name, double pixel_size)
{
    source->name = s2_strdup(name);
    source->pixel_size = pixel_size;
    source->on_reference = pixel_size == 10.0;
    source->band_count = 2;
    source->bands = s2_calloc(2, sizeof *source->bands);
    for (int b = 0; b < 2; b++)
        source->bands[b] = (s2_model_band){.name = s2_strdup(""),
                                           .wavelength_nm = NAN,
                                           .mean = 100.0 * (b + 1) + 80.0,
                                           .std = 60.0,
                                           .low = NAN,
                                           .high = NAN};
}

/* A model with random weights. */
static void make_model(const char *path)
{
    const s2_network_spec spec = {.channels = 16,
                                  .classes = CLASSES,
                                  .sources = 2,
                                  .bands = {2, 2},
                                  .on_reference = {true, false}};
    s2_model_content content = sample_dense(2);
    s2_network *network = NULL;
    s2rgf_error err = {0};
    fill_source(&content.sources[0], "ms", 10.0);
    fill_source(&content.sources[1], "hs", 50.0);
    for (int c = 0; c < CLASSES; c++) {
        static const char *const names[] = {"water", "wood", "town"};
        CHECK(s2_class_table_add(&content.classes, 10 * (c + 1), names[c], NULL, &err) == S2RGF_OK);
    }
    REQUIRE(s2_network_create(&s2_dense_ops, &spec, &network, &err) == S2RGF_OK);
    s2_network_randomise(&network->params, 3);
    CHECK(s2_network_to_model(network, &content, &err) == S2RGF_OK);
    const s2rgf_status status = s2_model_save(&content, path, false, &err);
    if (status != S2RGF_OK)
        printf("    %s\n", err.message);
    REQUIRE(status == S2RGF_OK);
    s2_network_free(network);
    s2_model_content_clear(&content);
}

static s2rgf_scene the_scene(void)
{
    static const s2rgf_input inputs[] = {{"ms", "ms.tif"}, {"hs", "hs.tif"}};
    return (s2rgf_scene){"m.s2rgf", {.inputs = inputs, .input_count = 2}};
}

static s2rgf_status open_scene(const s2rgf_scene *scene, const s2rgf_model *model, int memory_mb,
                               s2rgf_lazy_map **map, s2rgf_error *err)
{
    s2rgf_lazy_map_options options;
    s2rgf_lazy_map_options_init(&options, sizeof options);
    options.scene = scene;
    options.model = model;
    options.memory_mb = memory_mb;
    return s2rgf_lazy_map_open(&options, NULL, map, err);
}

static s2rgf_lazy_map *open_map(int memory_mb)
{
    const s2rgf_scene scene = the_scene();
    s2rgf_lazy_map *map = NULL;
    s2rgf_error err = {0};
    const s2rgf_status status = open_scene(&scene, NULL, memory_mb, &map, &err);
    if (status != S2RGF_OK)
        printf("    %s\n", err.message);
    REQUIRE(status == S2RGF_OK);
    return map;
}

/* The map as it is written. Memory: free(). */
static uint16_t *classified_with(const s2rgf_model *model, int threads)
{
    const s2rgf_scene scene = the_scene();
    s2rgf_classify_options options;
    s2rgf_error err = {0};
    s2rgf_classify_options_init(&options, sizeof options);
    options.scene = scene.options;
    options.model_path = model ? NULL : scene.model_path;
    options.model = model;
    options.threads = threads;
    options.output_path = "map.tif";
    options.overwrite = true;
    options.style = false;
    REQUIRE(s2rgf_classify(&options, NULL, &err) == S2RGF_OK);
    uint16_t *values = malloc(WIDTH * HEIGHT * sizeof *values);
    GDALDatasetH dataset = GDALOpen("map.tif", GA_ReadOnly);
    REQUIRE(dataset && values);
    CHECK(GDALRasterIO(GDALGetRasterBand(dataset, 1), GF_Read, 0, 0, WIDTH, HEIGHT, values, WIDTH,
                       HEIGHT, GDT_UInt16, 0, 0) == CE_None);
    GDALClose(dataset);
    return values;
}

static void check_window(s2rgf_lazy_map *map, const uint16_t *expected, const int rect[4])
{
    uint16_t *found = malloc((size_t)rect[2] * (size_t)rect[3] * sizeof *found);
    s2rgf_error err = {0};
    CHECK(s2rgf_lazy_map_read(map, 0, rect, found, &err) == S2RGF_OK);
    for (int y = 0; y < rect[3]; y++)
        CHECK(memcmp(found + y * rect[2], expected + (rect[1] + y) * WIDTH + rect[0],
                     (size_t)rect[2] * sizeof *found) == 0);
    free(found);
}

static void rects_are_those_of_the_map(s2rgf_lazy_map *map, const uint16_t *expected)
{
    static const int rects[][4] = {{0, 0, WIDTH, HEIGHT},
                                   {0, 0, 1, 1},
                                   {250, 100, 50, 70},
                                   {37, 41, 83, 61},
                                   {255, 0, 2, 170}};
    for (size_t i = 0; i < sizeof rects / sizeof *rects; i++)
        check_window(map, expected, rects[i]);
}

static void describes_itself(const s2rgf_lazy_map *map)
{
    const s2rgf_map_info *info = s2rgf_lazy_map_info(map);
    CHECK(info->width == WIDTH && info->height == HEIGHT);
    CHECK_NEAR(info->geotransform[0], 500000.0, 0.0);
    CHECK_NEAR(info->geotransform[5], -10.0, 0.0);
    CHECK_CONTAINS(info->srs_wkt, "UTM zone 33N");
    REQUIRE(info->class_count == CLASSES);
    CHECK(info->classes[1].value == 20);
    CHECK_STR(info->classes[1].name, "wood");
    CHECK(memcmp(info->classes[0].rgb, info->classes[1].rgb, 3) != 0);
    CHECK_CONTAINS(info->metadata[0], "S2RGF_VERSION=");
    CHECK_CONTAINS(info->metadata[1], "S2RGF_MODEL=");
    CHECK_STR(info->metadata[2], "S2RGF_SOURCES=ms: ms.tif; hs: hs.tif");
    CHECK_STR(info->metadata[5], "CLASS_30=town");
    CHECK(!info->metadata[6]);
}

/* Each level has half the pixels of the one before, rounded up, and classes of the map only. */
static void levels_cover_the_map(s2rgf_lazy_map *map)
{
    uint16_t values[(WIDTH / 2) * (HEIGHT / 2)];
    s2rgf_error err = {0};
    for (int level = 1; level < S2RGF_MAP_LEVELS; level++) {
        const int width = (WIDTH - 1) / (1 << level) + 1, height = (HEIGHT - 1) / (1 << level) + 1;
        const int all[4] = {0, 0, width, height}, beyond[4] = {0, 0, width + 1, height};
        CHECK(s2rgf_lazy_map_read(map, level, beyond, values, &err) == S2RGF_INVALID_ARGUMENT);
        CHECK(s2rgf_lazy_map_read(map, level, all, values, &err) == S2RGF_OK);
        for (int i = 0; i < width * height; i++)
            CHECK(values[i] % 10 == 0 && values[i] <= 10 * CLASSES);
    }
    const int all[4] = {0, 0, 1, 1};
    CHECK(s2rgf_lazy_map_read(map, S2RGF_MAP_LEVELS, all, values, &err) == S2RGF_INVALID_ARGUMENT);
    CHECK(s2rgf_lazy_map_read(map, -1, all, values, &err) == S2RGF_INVALID_ARGUMENT);
}

/* A scene that is averaged is mapped as it is, not as its rasters are: 0 at level 0 is 1 of the
   whole. */
static void decimation_is_honoured(s2rgf_lazy_map *whole)
{
    const int all[4] = {0, 0, WIDTH / 2, HEIGHT / 2};
    uint16_t expected[(WIDTH / 2) * (HEIGHT / 2)], found[(WIDTH / 2) * (HEIGHT / 2)];
    s2rgf_scene scene = the_scene();
    s2rgf_lazy_map *map = NULL;
    s2rgf_error err = {0};
    scene.options.decimation = 2;
    REQUIRE(open_scene(&scene, NULL, 0, &map, &err) == S2RGF_OK);
    CHECK(s2rgf_lazy_map_info(map)->width == WIDTH / 2);
    CHECK(s2rgf_lazy_map_info(map)->height == HEIGHT / 2);
    CHECK_NEAR(s2rgf_lazy_map_info(map)->geotransform[1], 20.0, 0.0);
    CHECK(s2rgf_lazy_map_read(whole, 1, all, expected, &err) == S2RGF_OK);
    CHECK(s2rgf_lazy_map_read(map, 0, all, found, &err) == S2RGF_OK);
    CHECK(memcmp(found, expected, sizeof found) == 0);
    s2rgf_lazy_map_close(map);
}

/* An open model serves maps and lazy maps; the file may be gone. */
static void an_open_model_serves(const uint16_t *expected)
{
    const int all[4] = {0, 0, WIDTH, HEIGHT};
    s2rgf_model *model = NULL;
    s2rgf_lazy_map *map = NULL;
    s2rgf_error err = {0};
    s2rgf_scene scene = the_scene();
    char *json = NULL;
    REQUIRE(s2rgf_model_open("m.s2rgf", &model, &err) == S2RGF_OK);
    CHECK(rename("m.s2rgf", "away.s2rgf") == 0);
    scene.model_path = NULL;
    REQUIRE(open_scene(&scene, model, 0, &map, &err) == S2RGF_OK);
    check_window(map, expected, all);
    s2rgf_lazy_map *copy = NULL;
    REQUIRE(s2rgf_lazy_map_clone(map, &copy, &err) == S2RGF_OK);
    s2rgf_lazy_map_close(map);
    check_window(copy, expected, all);
    uint16_t *again = classified_with(model, 2);
    CHECK(memcmp(again, expected, WIDTH * HEIGHT * sizeof *again) == 0);
    free(again);
    /* it is still whole */
    CHECK(s2rgf_model_describe(model, true, &json, &err) == S2RGF_OK);
    CHECK_CONTAINS(json, "\"parameters\": ");
    s2rgf_free(json);
    CHECK(rename("away.s2rgf", "m.s2rgf") == 0);
    CHECK(s2rgf_model_export_onnx(model, "m.onnx", false, &err) == S2RGF_OK);
    /* the copy outlives map and model */
    s2rgf_model_close(model);
    s2rgf_lazy_map_rest(copy);
    check_window(copy, expected, all);
    CHECK_STR(s2rgf_lazy_map_info(copy)->classes[2].name, "town");
    s2rgf_lazy_map_close(copy);
}

static void models_tell_of_themselves(void)
{
    s2rgf_model *model = NULL;
    s2rgf_error err = {0};
    REQUIRE(s2rgf_model_open("m.s2rgf", &model, &err) == S2RGF_OK);
    const s2rgf_model_info *info = s2rgf_model_info_get(model);
    REQUIRE(info && info->source_count == 2 && info->class_count == CLASSES);
    CHECK_STR(info->network, "dense");
    CHECK(strlen(info->checksum) == 16);
    CHECK_NEAR(info->pixel_size, 10.0, 0.0);
    CHECK_STR(info->sources[0]->name, "ms");
    CHECK(info->sources[0]->defines_reference && info->sources[0]->on_reference);
    CHECK(info->sources[0]->pixel_size_in_metres);
    CHECK_STR(info->sources[1]->name, "hs");
    CHECK_NEAR(info->sources[1]->pixel_size, 50.0, 0.0);
    CHECK(!info->sources[1]->defines_reference && !info->sources[1]->on_reference);
    CHECK(info->sources[1]->band_count == 2);
    CHECK_STR(info->sources[1]->bands[1].name, "");
    CHECK(isnan(info->sources[1]->bands[1].wavelength_nm));
    CHECK(info->classes[2].value == 30);
    CHECK_STR(info->classes[2].name, "town");
    CHECK(memcmp(info->classes[0].rgb, info->classes[1].rgb, 3) != 0);
    s2rgf_model_close(model);
}

static void refuses(void)
{
    s2rgf_scene scene = the_scene();
    s2rgf_lazy_map *map = NULL;
    s2rgf_error err = {0};
    CHECK(open_scene(&scene, NULL, 1, &map, &err) == S2RGF_NO_MEMORY);
    CHECK_CONTAINS(err.message, "working memory");
    scene.model_path = "absent.s2rgf";
    CHECK(open_scene(&scene, NULL, 0, &map, &err) == S2RGF_IO);
    CHECK_CONTAINS(err.message, "absent.s2rgf");
    scene = the_scene();
    scene.options.input_count = 1;
    CHECK(open_scene(&scene, NULL, 0, &map, &err) == S2RGF_MISMATCH);
    CHECK_CONTAINS(err.message, "hs");
    CHECK(!map);
    s2rgf_lazy_map_close(NULL);
}

int main(void)
{
    GDALAllRegister();
    REQUIRE(harness_enter_folder());
    make_source("ms.tif", 1);
    make_source("hs.tif", 5);
    make_model("m.s2rgf");
    uint16_t *expected = classified_with(NULL, 0);
    int changes = 0;
    for (int i = 1; i < WIDTH * HEIGHT; i++)
        changes += expected[i] != expected[i - 1];
    CHECK(changes > 100);
    s2rgf_lazy_map *map = open_map(0), *frugal = open_map(4);
    describes_itself(map);
    CHECK(s2rgf_lazy_map_info(frugal)->tile_px < s2rgf_lazy_map_info(map)->tile_px);
    rects_are_those_of_the_map(map, expected);
    rects_are_those_of_the_map(frugal, expected);
    levels_cover_the_map(map);
    decimation_is_honoured(map);
    an_open_model_serves(expected);
    models_tell_of_themselves();
    s2rgf_lazy_map_rest(map);
    s2rgf_lazy_map_rest(map);
    rects_are_those_of_the_map(map, expected);
    refuses();
    s2rgf_lazy_map_close(map);
    s2rgf_lazy_map_close(frugal);
    free(expected);
    GDALDestroyDriverManager();
    return harness_end();
}
