/* Rasters on a given grid: values, validity, masks, and which grids are refused. */
#include "geo/source/overlay.h"

#include "core/memory.h"
#include "geo_fixture.h"

enum { WIDTH = 5, HEIGHT = 3, PIXELS = WIDTH * HEIGHT };

#define PATH "/vsimem/overlay.tif"

/* The fixture's usual grid. */
static void usual_grid(s2_grid *grid)
{
    const raster_recipe recipe = {.path = "/vsimem/grid.tif", .width = WIDTH, .height = HEIGHT};
    GDALDatasetH dataset = create_raster(&recipe);
    REQUIRE(s2_grid_of_dataset(dataset, "grid", NULL, grid, NULL) == S2RGF_OK);
    GDALClose(dataset);
    VSIUnlink("/vsimem/grid.tif");
}

static void set_nodata(double nodata)
{
    GDALDatasetH dataset = GDALOpen(PATH, GA_Update);
    REQUIRE(dataset != NULL);
    CHECK(GDALSetRasterNoDataValue(GDALGetRasterBand(dataset, 1), nodata) == CE_None);
    GDALClose(dataset);
}

static void test_read(const s2_grid *grid)
{
    const raster_recipe recipe = {
        .path = PATH, .width = WIDTH, .height = HEIGHT, .type = GDT_Float64};
    double pixels[PIXELS] = {0, 1, -1, 7, 1e-60, NAN, 0.5, 7, 0, 0, 0, 0, 0, 7, NAN};
    make_raster(&recipe, pixels);
    set_nodata(7);
    s2_overlay overlay;
    double values[PIXELS];
    uint8_t valid[PIXELS], wanted[PIXELS];
    bool any = false;
    REQUIRE(s2_overlay_open(PATH, grid, "the test's", &overlay, NULL) == S2RGF_OK);
    CHECK(s2_overlay_read(&overlay, (s2_rect){0, 0, WIDTH, HEIGHT}, values, valid, NULL) ==
          S2RGF_OK);
    const uint8_t expected_valid[PIXELS] = {1, 1, 1, 0, 1, 0, 1, 0, 1, 1, 1, 1, 1, 0, 0};
    CHECK(memcmp(valid, expected_valid, PIXELS) == 0);
    CHECK(values[4] == 1e-60 && values[6] == 0.5);

    const uint8_t expected[PIXELS] = {0, 1, 1, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0};
    CHECK(s2_overlay_read_mask(&overlay, (s2_rect){0, 0, WIDTH, HEIGHT}, wanted, &any, NULL) ==
          S2RGF_OK);
    CHECK(any && memcmp(wanted, expected, PIXELS) == 0);
    const uint8_t part[4] = {1, 1, 1, 0};
    CHECK(s2_overlay_read_mask(&overlay, (s2_rect){1, 0, 2, 2}, wanted, &any, NULL) == S2RGF_OK);
    CHECK(any && memcmp(wanted, part, 4) == 0);
    CHECK(s2_overlay_read_mask(&overlay, (s2_rect){0, 2, WIDTH, 1}, wanted, &any, NULL) ==
          S2RGF_OK);
    CHECK(!any && memcmp(wanted, expected + 10, WIDTH) == 0);
    s2_overlay_close(&overlay);
    s2_overlay_close(&overlay);
    VSIUnlink(PATH);
}

/* A Byte that holds 0 to 1 by scale and offset; as a mask, what is stored counts. */
static void test_scaled(const s2_grid *grid)
{
    const raster_recipe recipe = {.path = PATH, .width = WIDTH, .height = HEIGHT, .type = GDT_Byte};
    const double pixels[PIXELS] = {2, 255, 129, 255, 0, 66, 2, 2, 2, 2, 2, 2, 2, 2, 2};
    GDALDatasetH dataset = create_raster(&recipe);
    GDALRasterBandH band = GDALGetRasterBand(dataset, 1);
    CHECK(GDALSetRasterScale(band, 0.0039525693) == CE_None); /* 1 / 253 */
    CHECK(GDALSetRasterOffset(band, -0.0079051386) == CE_None);
    CHECK(GDALSetRasterNoDataValue(band, 0) == CE_None);
    CHECK(GDALRasterIO(band, GF_Write, 0, 0, WIDTH, HEIGHT, (void *)pixels, WIDTH, HEIGHT,
                       GDT_Float64, 0, 0) == CE_None);
    GDALClose(dataset);
    s2_overlay overlay;
    double values[WIDTH];
    uint8_t valid[WIDTH];
    bool any;
    const s2_rect row = {0, 0, WIDTH, 1};
    REQUIRE(s2_overlay_open(PATH, grid, "the test's", &overlay, NULL) == S2RGF_OK);
    CHECK(s2_overlay_read_confidence(&overlay, row, values, valid, NULL) == S2RGF_OK);
    CHECK(values[0] == 0.0 && values[1] == 1.0 && values[3] == 1.0);
    CHECK_NEAR(values[2], 127.0 / 253.0, 1e-6);
    CHECK(valid[0] && valid[1] && valid[2] && valid[3] && !valid[4]);
    CHECK(s2_overlay_read_mask(&overlay, row, valid, &any, NULL) == S2RGF_OK);
    CHECK(valid[0] && valid[1] && !valid[4]);
    s2_overlay_close(&overlay);
    VSIUnlink(PATH);
}

static void check_refused(const s2_grid *grid, const raster_recipe *recipe, s2rgf_status status,
                          const char *message)
{
    s2_overlay overlay;
    s2rgf_error err = {S2RGF_OK, ""};
    GDALClose(create_raster(recipe));
    CHECK(s2_overlay_open(PATH, grid, "the test's", &overlay, &err) == status);
    CHECK(err.status == status);
    CHECK_CONTAINS(err.message, PATH);
    CHECK_CONTAINS(err.message, message);
    CHECK(!overlay.dataset);
    VSIUnlink(PATH);
}

static void test_refusals(const s2_grid *grid)
{
    const raster_recipe usual = {.path = PATH, .width = WIDTH, .height = HEIGHT};
    raster_recipe recipe = usual;
    recipe.height = HEIGHT + 1;
    check_refused(grid, &recipe, S2RGF_MISMATCH,
                  "another size than the test's grid: expected 5 x 3, found 5 x 4");
    recipe = usual;
    recipe.bands = 2;
    check_refused(grid, &recipe, S2RGF_FORMAT, "expected one band, found 2");
    recipe = usual;
    recipe.type = GDT_CFloat32;
    check_refused(grid, &recipe, S2RGF_UNSUPPORTED, "found CFloat32");
    recipe = usual;
    recipe.srs = "EPSG:32632";
    check_refused(grid, &recipe, S2RGF_MISMATCH, "expected EPSG:32633, found EPSG:32632");
    recipe = usual;
    recipe.no_geotransform = true;
    check_refused(grid, &recipe, S2RGF_FORMAT, "not georeferenced");
    recipe = usual;
    const double moved[6] = {500000.5, 10, 0, 5800000, 0, -10};
    memcpy(recipe.geotransform, moved, sizeof moved);
    check_refused(grid, &recipe, S2RGF_MISMATCH, "corners, found them up to 0.05 pixels apart");
    recipe = usual;
    const double wider[6] = {500000, 10.1, 0, 5800000, 0, -10};
    memcpy(recipe.geotransform, wider, sizeof wider);
    check_refused(grid, &recipe, S2RGF_MISMATCH, "corners, found them up to 0.05 pixels apart");

    s2_overlay overlay;
    s2rgf_error err = {S2RGF_OK, ""};
    CHECK(s2_overlay_open("/vsimem/absent.tif", grid, "the test's", &overlay, &err) == S2RGF_IO);
    CHECK_CONTAINS(err.message, "/vsimem/absent.tif");
}

/* Rounding in a header, and a raster that does not say its CRS. */
static void test_accepted(const s2_grid *grid)
{
    s2_overlay overlay;
    const raster_recipe recipe = {.path = PATH,
                                  .width = WIDTH,
                                  .height = HEIGHT,
                                  .geotransform = {500000.01, 10, 0, 5799999.99, 0, -10},
                                  .srs = ""};
    GDALClose(create_raster(&recipe));
    CHECK(s2_overlay_open(PATH, grid, "the test's", &overlay, NULL) == S2RGF_OK);
    s2_overlay_close(&overlay);
    VSIUnlink(PATH);
}

int main(void)
{
    s2_grid grid;
    GDALAllRegister();
    usual_grid(&grid);
    test_read(&grid);
    test_scaled(&grid);
    test_refusals(&grid);
    test_accepted(&grid);
    s2_grid_clear(&grid);
    GDALDestroyDriverManager();
    return harness_end();
}
