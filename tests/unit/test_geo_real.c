/* Sources and labels of the real scenes; skipped where the data is absent. */
#include <gdal.h>
#include <sys/stat.h>

#include "core/memory.h"
#include "geo/labels/labels.h"
#include "geo/map/map_writer.h"
#include "geo/source/source_set.h"
#include "harness.h"
#include "s2rgf/labelling.h"
#include "s2rgf/scene.h"

static const char *data_folder(void)
{
    const char *folder = getenv("S2RGF_TEST_DATA");
    return folder ? folder : "../shared/data";
}

/** Path below the data folder; one of a few static buffers. */
static const char *at(const char *name)
{
    static char paths[16][512];
    static int next;
    char *path = paths[next++ % 16];
    snprintf(path, sizeof paths[0], "%s/%s", data_folder(), name);
    return path;
}

static void print_line(s2rgf_log_level level, const char *line, void *user)
{
    (void)level;
    (void)user;
    printf("    %s\n", line);
}

static const s2rgf_host host = {.log = print_line};

static void open_scene(const s2rgf_input *inputs, size_t count, s2_scene *scene)
{
    const s2rgf_scene_options options = {.inputs = inputs, .input_count = count};
    s2rgf_error err = {0};
    const s2rgf_status status = s2_scene_open(&options, NULL, &host, scene, &err);
    if (status != S2RGF_OK)
        printf("    %s\n", err.message);
    REQUIRE(status == S2RGF_OK);
    s2_scene_report(scene, &host);
}

static int pixels_of(const s2_label_set *labels, const char *name)
{
    const int c = s2_class_table_find_name(&labels->classes, name);
    int count = 0;
    for (size_t i = 0; i < labels->count; i++)
        count += labels->pixels[i].class_index == c;
    return count;
}

static void test_red_clover(void)
{
    static const char *const fine[] = {"B02", "B03", "B04", "B08"};
    static const char *const coarse[] = {"B05", "B06", "B07", "B8A", "B11", "B12"};
    s2rgf_input inputs[10];
    char name[64];
    for (int i = 0; i < 10; i++) {
        snprintf(name, sizeof name, "redclover/%s.tif", i < 4 ? fine[i] : coarse[i - 4]);
        inputs[i] = (s2rgf_input){i < 4 ? "ten" : "twenty", at(name)};
    }
    s2_scene scene;
    open_scene(inputs, 10, &scene);
    CHECK(scene.count == 2 && scene.reference == 0);
    CHECK(scene.grid.width == 656 && scene.grid.height == 657);
    CHECK(s2_source_band_count(scene.sources[0].source) == 4);
    CHECK(s2_source_band_count(scene.sources[1].source) == 6);
    CHECK_STR(s2_source_band(scene.sources[1].source, 3)->name, "B8A");
    /* The coarse grid starts 10 m, half a coarse pixel, north of the fine one. */
    double x, y;
    CHECK(!scene.sources[1].on_reference);
    s2_affine_apply(&scene.sources[1].ref_to_source, 0.0, 0.0, &x, &y);
    CHECK_NEAR(x, 0.0, 1e-9);
    CHECK_NEAR(y, 0.5, 1e-9);

    const char *const files[] = {"redclover/polys_train.gpkg", "redclover/polys_test.gpkg"};
    int total = 0;
    for (int i = 0; i < 2; i++) {
        const s2rgf_label_options options = {.path = at(files[i]), .attribute = "class"};
        s2_label_set labels;
        s2rgf_error err = {0};
        REQUIRE(s2_labels_read(&options, &scene.grid, &host, &labels, &err) == S2RGF_OK);
        CHECK(labels.from_polygons);
        CHECK(labels.classes.count == 7);
        CHECK_STR(labels.classes.items[0].name, "forest");
        CHECK(labels.classes.items[6].value == 7);
        CHECK(labels.without_class == 0);
        if (i == 0)
            CHECK(labels.polygons == 26);
        for (int c = 0; c < 7; c++) {
            printf("    %s %d\n", labels.classes.items[c].name,
                   pixels_of(&labels, labels.classes.items[c].name));
            CHECK(pixels_of(&labels, labels.classes.items[c].name) > 0);
        }
        total += (int)labels.count;
        s2_label_set_clear(&labels);
    }
    /* The polygons hold 872 pixel centres in all (data/README). */
    CHECK(total == 872);
    s2_scene_close(&scene);
}

static void check_berlin(const char *hsi, const char *msi)
{
    const s2rgf_input inputs[] = {{"hsi", at(hsi)}, {"msi", at(msi)}};
    s2_scene scene;
    open_scene(inputs, 2, &scene);
    CHECK(scene.reference == 1);
    CHECK(s2_source_band_count(scene.sources[0].source) == 177);
    CHECK_NEAR(s2_source_band(scene.sources[0].source, 0)->wavelength_nm, 460.0, 1e-6);
    CHECK_NEAR(s2_source_band(scene.sources[1].source, 3)->wavelength_nm, 804.6, 1e-6);
    CHECK(!scene.sources[0].warped);
    double x, y;
    s2_affine_apply(&scene.sources[0].ref_to_source, 0.0, 0.0, &x, &y);
    CHECK_NEAR(x, -2.4 / 30.0, 1e-9);
    CHECK_NEAR(y, -1.2 / 30.0, 1e-9);
    CHECK_NEAR(scene.sources[0].ref_to_source.m[1], 3.6 / 30.0, 1e-12);

    s2_label_set labels;
    s2rgf_error err = {0};
    const s2rgf_label_options raster = {.path = at("berlin/split_train.tif")};
    REQUIRE(s2_labels_read(&raster, &scene.grid, &host, &labels, &err) == S2RGF_OK);
    CHECK(!labels.from_polygons);
    CHECK(labels.classes.count == 5 && labels.count == 1000);
    CHECK_STR(labels.classes.items[2].name, "low vegetation");
    CHECK(labels.classes.items[2].has_colour && labels.classes.items[2].rgb[1] == 220);
    CHECK(pixels_of(&labels, "soil") == 200);
    s2_label_set_clear(&labels);

    const s2rgf_label_options no_srs = {.path = at("berlin/LandCov_BerlinUrbanGradient.shp"),
                                        .attribute = "Level_2"};
    CHECK(s2_labels_read(&no_srs, &scene.grid, &host, &labels, &err) == S2RGF_INVALID_ARGUMENT);
    CHECK_CONTAINS(err.message, "no CRS");
    s2rgf_label_options with_srs = no_srs;
    with_srs.assigned_srs = "EPSG:32633";
    REQUIRE(s2_labels_read(&with_srs, &scene.grid, &host, &labels, &err) == S2RGF_OK);
    printf("    %zu polygons, %zu without pixel, %zu pixels in %d groups, %zu conflicts\n",
           labels.polygons, labels.polygons_without_pixel, labels.count, labels.group_count,
           labels.conflicts);
    CHECK(labels.classes.count >= 5 && labels.group_count > 100);
    for (int c = 0; c < labels.classes.count; c++)
        printf("    %s %d\n", labels.classes.items[c].name,
               pixels_of(&labels, labels.classes.items[c].name));
    s2_label_set_clear(&labels);
    s2_scene_close(&scene);
}

/** The ENVI files hold the same pixels as the GeoTIFFs. */
static void test_envi_pixels(void)
{
    const char *const pairs[][2] = {
        {"berlin/enmap_30m.tif", "berlin/envi/EnMAP_BerlinUrbanGradient.bsq"},
        {"berlin/hymap_3p6m.tif", "berlin/envi/HighResolution_BerlinUrbanGradient.bsq"}};
    for (int p = 0; p < 2; p++) {
        float *pixels[2];
        uint8_t *valid[2];
        size_t samples = 0, count = 0;
        for (int i = 0; i < 2; i++) {
            const char *path = at(pairs[p][i]);
            const s2_source_spec spec = {.name = "x", .paths = &path, .path_count = 1};
            s2_source *source = NULL;
            s2rgf_error err = {0};
            REQUIRE(s2_source_open(&spec, &source, &err) == S2RGF_OK);
            const s2_grid *grid = s2_source_grid(source);
            count = (size_t)grid->width * (size_t)grid->height;
            samples = count * (size_t)s2_source_band_count(source);
            pixels[i] = s2_alloc(samples, sizeof(float));
            valid[i] = s2_alloc(count, 1);
            CHECK(s2_source_read(source, (s2_rect){0, 0, grid->width, grid->height}, pixels[i],
                                 valid[i], &err) == S2RGF_OK);
            s2_source_close(source);
        }
        CHECK(memcmp(pixels[0], pixels[1], samples * sizeof(float)) == 0);
        CHECK(memcmp(valid[0], valid[1], count) == 0);
        for (int i = 0; i < 2; i++) {
            s2_free(pixels[i]);
            s2_free(valid[i]);
        }
    }
}

static void test_landsat(void)
{
    const char *stem = "landsat_pan/LC08_L1TP_195025_20130707_20170503_01_T1_B";
    s2rgf_input inputs[8];
    char name[128];
    for (int i = 0; i < 8; i++) {
        snprintf(name, sizeof name, "%s%d.TIF", stem, i + 1);
        inputs[i] = (s2rgf_input){i < 7 ? "ms" : "pan", at(name)};
    }
    s2_scene scene;
    open_scene(inputs, 8, &scene);
    CHECK(scene.reference == 1 && scene.grid.width == 82);
    double x, y;
    s2_affine_apply(&scene.sources[0].ref_to_source, 0.0, 0.0, &x, &y);
    CHECK_NEAR(x, -0.25, 1e-9);
    CHECK_NEAR(y, 0.25, 1e-9);
    s2_scene_close(&scene);
}

int main(void)
{
    struct stat there;
    if (stat(at("redclover/B02.tif"), &there) != 0)
        SKIP("the real scenes are not here: set S2RGF_TEST_DATA");
    GDALAllRegister();
    test_red_clover();
    check_berlin("berlin/enmap_30m.tif", "berlin/hymap_3p6m.tif");
    check_berlin("berlin/envi/EnMAP_BerlinUrbanGradient.bsq",
                 "berlin/envi/HighResolution_BerlinUrbanGradient.bsq");
    test_envi_pixels();
    test_landsat();
    return harness_end();
}
