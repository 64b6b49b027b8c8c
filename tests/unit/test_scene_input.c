/* A scene as a model wants it: bands found, sizes checked, pixels normalised. */
#include "scene/network_input.h"

#include "geo_fixture.h"
#include "s2rgf/scene.h"

/* A two-band raster: 10 and 20 everywhere, band names as given, one nodata pixel at (1, 0). */
static void make_scene(const char *path, const char *first, const char *second, double pixel)
{
    double values[12];
    const raster_recipe recipe = {.path = path,
                                  .width = 4,
                                  .height = 3,
                                  .bands = 2,
                                  .type = GDT_Int16,
                                  .geotransform = {0, pixel, 0, 0, 0, -pixel}};
    GDALDatasetH dataset = create_raster(&recipe);
    for (int band = 1; band <= 2; band++) {
        GDALRasterBandH handle = GDALGetRasterBand(dataset, band);
        for (int i = 0; i < 12; i++)
            values[i] = i == 1 ? -1.0 : 10.0 * band;
        GDALSetDescription(handle, band == 1 ? first : second);
        CHECK(GDALSetRasterNoDataValue(handle, -1.0) == CE_None);
        write_band(dataset, band, values);
    }
    GDALClose(dataset);
}

static s2_model_band bands[2] = {
    {.name = (char *)"red", .wavelength_nm = NAN, .mean = 4.0, .std = 2.0, .low = NAN, .high = NAN},
    {.name = (char *)"nir",
     .wavelength_nm = NAN,
     .mean = 30.0,
     .std = 5.0,
     .low = NAN,
     .high = NAN}};
static s2_model_source source = {.name = (char *)"ms",
                                 .pixel_size = 10.0,
                                 .on_reference = true,
                                 .band_count = 2,
                                 .bands = bands};
static const s2_model_content content = {.source_count = 1, .sources = &source};

static s2rgf_status open_scene(const char *path, s2_scene *scene, s2rgf_error *err)
{
    const s2rgf_input input = {"ms", path};
    const s2rgf_scene_options options = {.inputs = &input, .input_count = 1};
    return s2_scene_open_for_model(&options, &content, NULL, NULL, scene, err);
}

/* The whole of the only source, in its rows and, likewise, in a ring that holds two of the
   three. */
static void read_all(s2_scene *scene, const s2_model_content *wanted, float *pixels, uint8_t *valid)
{
    s2_network_input *input = NULL;
    float last[2][8];
    uint8_t last_valid[2][4];
    const s2_rect all = {0, 0, 4, 3};
    REQUIRE(s2_network_input_open(scene, wanted, S2_INPUT_AT_ONCE, &input, NULL) == S2RGF_OK);
    CHECK(s2_network_input_read(input, 0, all, pixels, valid, NULL) == S2RGF_OK);
    const s2_input_rows rows = {.rect = {0, 1, 4, 2},
                                .pixels = {last, sizeof last[0], 0, 2},
                                .valid = {last_valid, sizeof last_valid[0], 0, 2}};
    CHECK(s2_network_input_next(input, &rows, NULL) == S2RGF_OK);
    for (int y = 1; y < 3; y++) {
        CHECK(memcmp(last[y % 2], pixels + 8 * y, sizeof last[0]) == 0);
        CHECK(memcmp(last_valid[y % 2], valid + 4 * y, sizeof last_valid[0]) == 0);
    }
    CHECK(s2_network_input_counts(input).pixels[0] == 8.0);
    s2_network_input_close(input);
}

/* Bands are found by name whatever their order; (x - mean) / std where valid, 0 elsewhere. */
static void reads_normalised_bands_in_the_models_order(void)
{
    s2_scene scene;
    s2rgf_error err;
    float pixels[24];
    uint8_t valid[12];
    make_scene("/vsimem/swapped.tif", "nir", "red", 10.0);
    REQUIRE(open_scene("/vsimem/swapped.tif", &scene, &err) == S2RGF_OK);
    read_all(&scene, &content, pixels, valid);
    for (int i = 0; i < 12; i++) {
        CHECK(valid[i] == (i != 1));
        CHECK_NEAR((double)pixels[2 * i], i == 1 ? 0.0 : (20.0 - 4.0) / 2.0, 1e-6);
        CHECK_NEAR((double)pixels[2 * i + 1], i == 1 ? 0.0 : (10.0 - 30.0) / 5.0, 1e-6);
    }
    s2_run_geometry geometry;
    s2_scene_geometry(&scene, &geometry);
    CHECK(geometry.width == 4);
    CHECK(geometry.height == 3);
    CHECK(geometry.source_width[0] == 4);
    CHECK_NEAR(geometry.ref_to_source[0].m[1], 1.0, 0.0);
    s2_scene_close(&scene);
}

/* A source that the model switches off is 0 everywhere, and as valid as it is. */
static void muted_source_is_zero(void)
{
    s2_model_content muted = content;
    s2_scene scene;
    s2rgf_error err;
    float pixels[24];
    uint8_t valid[12];
    muted.off.source[0] = true;
    make_scene("/vsimem/muted.tif", "red", "nir", 10.0);
    REQUIRE(open_scene("/vsimem/muted.tif", &scene, &err) == S2RGF_OK);
    memset(pixels, 0xff, sizeof pixels);
    read_all(&scene, &muted, pixels, valid);
    for (int i = 0; i < 24; i++)
        CHECK(pixels[i] == 0.0f);
    for (int i = 0; i < 12; i++)
        CHECK(valid[i] == (i != 1));
    s2_scene_close(&scene);
}

/* Pixels of another size than the model was trained on are refused, with both sizes in the message.
   */
static void refuses_other_pixel_sizes(void)
{
    s2_scene scene;
    s2rgf_error err;
    make_scene("/vsimem/coarse.tif", "red", "nir", 30.0);
    CHECK(open_scene("/vsimem/coarse.tif", &scene, &err) == S2RGF_MISMATCH);
    CHECK_STR(err.message, "source ms (/vsimem/coarse.tif): expected pixels of 10 m, found 30 m");
    make_scene("/vsimem/near.tif", "red", "nir", 11.0);
    REQUIRE(open_scene("/vsimem/near.tif", &scene, &err) == S2RGF_OK);
    s2_scene_close(&scene);
}

/* Pixels are measured on the ground, whatever the unit and however the projection stretches it. */
static void compares_pixels_on_the_ground(void)
{
    static const struct {
        const char *srs;
        double transform[6];
        const char *refusal; /* NULL: accepted */
    } cases[] = {
        {"EPSG:2263", {900000, 10, 0, 200000, 0, -10}, "found 3.0"},
        {"EPSG:2263", {900000, 32.8084, 0, 200000, 0, -32.8084}, NULL},
        {"EPSG:4326", {15, 9e-5, 0, 0.01, 0, -9e-5}, NULL},
        {"EPSG:4326", {15, 5.15e-4, 0, 80, 0, -9e-5}, NULL},
        {"EPSG:4326", {15, 9e-5, 0, 80, 0, -9e-5}, "m on the ground"},
        {"EPSG:3857", {1670000, 20, 0, 8399738, 0, -20}, NULL},
        {"EPSG:3857", {1670000, 10, 0, 8399738, 0, -10}, "5.0"},
        {"+proj=ob_tran +o_proj=longlat +o_lon_p=0 +o_lat_p=40 +lon_0=10 +R=6371000 +type=crs",
         {1, 9e-5, 0, 1, 0, -9e-5},
         NULL},
        {"", {0, 10, 0, 0, 0, -10}, NULL},
        {"", {0, 9e-5, 0, 0, 0, -9e-5}, "-a_srs"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        raster_recipe recipe = {.path = "/vsimem/unit.tif",
                                .width = 8,
                                .height = 8,
                                .bands = 2,
                                .type = GDT_Int16,
                                .srs = cases[i].srs};
        memcpy(recipe.geotransform, cases[i].transform, sizeof recipe.geotransform);
        GDALClose(create_raster(&recipe));
        s2_scene scene;
        s2rgf_error err = {0};
        const s2rgf_status status = open_scene(recipe.path, &scene, &err);
        CHECK(status == (cases[i].refusal ? S2RGF_MISMATCH : S2RGF_OK));
        if (cases[i].refusal)
            CHECK_CONTAINS(err.message, cases[i].refusal);
        else if (status == S2RGF_OK)
            s2_scene_close(&scene);
        else
            printf("    %s\n", err.message);
    }
}

/* A model of an older version has the size in units of its CRS: metres or not. */
static void takes_old_sizes_either_way(void)
{
    s2_scene scene;
    s2rgf_error err;
    const raster_recipe recipe = {.path = "/vsimem/mercator.tif",
                                  .width = 8,
                                  .height = 8,
                                  .bands = 2,
                                  .srs = "EPSG:3857",
                                  .geotransform = {1670000, 20, 0, 8399738, 0, -20}};
    GDALClose(create_raster(&recipe));
    source.pixel_unknown = true;
    REQUIRE(open_scene(recipe.path, &scene, &err) == S2RGF_OK);
    s2_scene_close(&scene);
    source.pixel_size = 20.0;
    REQUIRE(open_scene(recipe.path, &scene, &err) == S2RGF_OK);
    s2_scene_close(&scene);
    source.pixel_size = 40.0;
    CHECK(open_scene(recipe.path, &scene, &err) == S2RGF_MISMATCH);
    source.pixel_unknown = false;
    source.pixel_size = 10.0;
}

/* A band that the model needs and the raster does not name. */
static void refuses_missing_bands(void)
{
    s2_scene scene;
    s2rgf_error err;
    make_scene("/vsimem/other.tif", "red", "swir", 10.0);
    CHECK(open_scene("/vsimem/other.tif", &scene, &err) == S2RGF_MISMATCH);
    CHECK(strstr(err.message, "ms") != NULL);
    CHECK(strstr(err.message, "nir") != NULL);
}

int main(void)
{
    GDALAllRegister();
    reads_normalised_bands_in_the_models_order();
    muted_source_is_zero();
    refuses_other_pixel_sizes();
    compares_pixels_on_the_ground();
    takes_old_sizes_either_way();
    refuses_missing_bands();
    return harness_end();
}
