/* Sources: types, validity, scale, selection, views, warps, and what is refused. */
#include <cpl_error.h>
#include <float.h>
#include <math.h>

#include "core/memory.h"
#include "geo/source/source.h"
#include "geo/source/source_sample.h"
#include "geo_fixture.h"

static s2rgf_status open_paths(const char *const *paths, int count, const char *nodata,
                               s2_source **source, s2rgf_error *err)
{
    const s2_source_spec spec = {
        .name = "s", .paths = paths, .path_count = count, .source_nodata = nodata};
    return s2_source_open(&spec, source, err);
}

static s2_source *open_one(const char *path, const char *nodata)
{
    s2_source *source = NULL;
    s2rgf_error err = {0};
    const s2rgf_status status = open_paths(&path, 1, nodata, &source, &err);
    if (status != S2RGF_OK)
        printf("    %s\n", err.message);
    REQUIRE(status == S2RGF_OK);
    return source;
}

/** Read all of a small source. */
static void read_all(s2_source *source, float *pixels, uint8_t *valid)
{
    const s2_grid *grid = s2_source_grid(source);
    s2rgf_error err = {0};
    const s2_rect all = {0, 0, grid->width, grid->height};
    CHECK(s2_source_read(source, all, pixels, valid, &err) == S2RGF_OK);
    uint8_t again[4096];
    CHECK(s2_source_read_valid(source, all, again, &err) == S2RGF_OK);
    CHECK(memcmp(again, valid, (size_t)grid->width * (size_t)grid->height) == 0);
}

/** The pixels of a small file; the source stays open. */
static s2_source *read_file(const char *path, float *pixels, uint8_t *valid)
{
    s2_source *source = open_one(path, NULL);
    read_all(source, pixels, valid);
    return source;
}

/** One row of values of a type, with a nodata value in the file, read back. */
static void check_row(GDALDataType type, double *values, int count, const double *file_nodata,
                      const char *nodata, const float *expected, const uint8_t *expected_valid)
{
    const raster_recipe recipe = {
        .path = "/vsimem/row.tif", .width = count, .height = 1, .type = type};
    GDALDatasetH dataset = create_raster(&recipe);
    if (file_nodata)
        CHECK(GDALSetRasterNoDataValue(GDALGetRasterBand(dataset, 1), *file_nodata) == CE_None);
    write_band(dataset, 1, values);
    GDALClose(dataset);
    float pixels[16];
    uint8_t valid[16];
    s2_source *source = open_one(recipe.path, nodata);
    read_all(source, pixels, valid);
    for (int i = 0; i < count; i++) {
        CHECK(valid[i] == expected_valid[i]);
        CHECK_NEAR(pixels[i], expected_valid[i] ? expected[i] : 0.0f, 0.0);
    }
    s2_source_close(source);
    GDALDeleteDataset(GDALGetDriverByName("GTiff"), recipe.path);
}

static void test_types_and_nodata(void)
{
    double small[] = {0, 1, 99, 255};
    const float small_f[] = {0, 1, 99, 255};
    const double n99 = -99, n255 = 255, half = 99.5, n0 = 0, nan = NAN, big = 16777217;
    check_row(GDT_Byte, small, 4, NULL, NULL, small_f, (const uint8_t[]){1, 1, 1, 1});
    /* A nodata value that a byte cannot hold marks nothing; nor does a fraction. */
    check_row(GDT_Byte, small, 4, &n99, NULL, small_f, (const uint8_t[]){1, 1, 1, 1});
    check_row(GDT_Byte, small, 4, &half, NULL, small_f, (const uint8_t[]){1, 1, 1, 1});
    check_row(GDT_Byte, small, 4, &n255, NULL, small_f, (const uint8_t[]){1, 1, 1, 0});
    check_row(GDT_UInt16, small, 4, &n0, NULL, small_f, (const uint8_t[]){0, 1, 1, 1});
    /* The user's word replaces the file's. */
    check_row(GDT_UInt16, small, 4, &n0, "99", small_f, (const uint8_t[]){1, 1, 0, 1});
    check_row(GDT_UInt16, small, 4, &n0, "none", small_f, (const uint8_t[]){1, 1, 1, 1});

    double wide[] = {16777217, 16777216, -5, 0};
    const float wide_f[] = {16777216, 16777216, -5, 0};
    check_row(GDT_Int32, wide, 4, &big, NULL, wide_f, (const uint8_t[]){0, 1, 1, 1});
    double real[] = {1.5, NAN, INFINITY, -3.4028234663852886e38};
    const float real_f[] = {1.5f, 0, 0, -FLT_MAX};
    check_row(GDT_Float32, real, 4, NULL, NULL, real_f, (const uint8_t[]){1, 0, 0, 1});
    check_row(GDT_Float32, real, 4, &nan, NULL, real_f, (const uint8_t[]){1, 0, 0, 1});
    /* Shortened on the way through a text header. */
    const double shortened = -3.40282e38, lowest = -DBL_MAX;
    check_row(GDT_Float32, real, 4, &shortened, NULL, real_f, (const uint8_t[]){1, 0, 0, 0});
    /* Beyond the type: what a writer casts such nodata pixels to. */
    const double beyond = -DBL_MAX;
    check_row(GDT_Float32, real, 4, &beyond, NULL, real_f, (const uint8_t[]){1, 0, 0, 0});
    check_row(GDT_Float32, real, 4, NULL, "-1e300", real_f, (const uint8_t[]){1, 0, 0, 0});
    double doubles[] = {1e300, 0.1, -DBL_MAX, NAN};
    const float doubles_f[] = {0, 0.1f, 0, 0};
    check_row(GDT_Float64, doubles, 4, &lowest, NULL, doubles_f, (const uint8_t[]){0, 1, 0, 0});
    /* The last digits of a double may be lost in a header, too. */
    double printed[] = {-3.4028234663852886e38, -9999.0};
    const double rounded = -3.40282346638529e38;
    const float printed_f[] = {0, -9999};
    check_row(GDT_Float64, printed, 2, &rounded, NULL, printed_f, (const uint8_t[]){0, 1});
    double signs[] = {-7, 7, 127, -128};
    const float signs_f[] = {-7, 7, 127, -128};
    check_row(GDT_Int16, signs, 4, NULL, "-7", signs_f, (const uint8_t[]){0, 1, 1, 1});
}

#if GDAL_VERSION_NUM < GDAL_COMPUTE_VERSION(3, 7, 0)
#define SIGNED_BYTE GDT_Byte /* and an option that says so */
#else
#define SIGNED_BYTE GDT_Int8
#endif

/** The smallest and largest 64-bit numbers as nodata, stated in their own type. */
static void test_64_bit_nodata(void)
{
    const GDALDataType types[] = {GDT_Int64, GDT_Int64, GDT_UInt64};
    for (int i = 0; i < 3; i++) {
        const raster_recipe recipe = {
            .path = "/vsimem/wide.tif", .width = 2, .height = 1, .type = types[i]};
        GDALDatasetH dataset = create_raster(&recipe);
        GDALRasterBandH band = GDALGetRasterBand(dataset, 1);
        uint64_t values[] = {i == 0 ? (uint64_t)INT64_MIN : i == 1 ? INT64_MAX : UINT64_MAX, 7};
        CHECK(GDALRasterIO(band, GF_Write, 0, 0, 2, 1, values, 2, 1, types[i], 0, 0) == CE_None);
        if (types[i] == GDT_Int64)
            CHECK(GDALSetRasterNoDataValueAsInt64(band, (int64_t)values[0]) == CE_None);
        else
            CHECK(GDALSetRasterNoDataValueAsUInt64(band, values[0]) == CE_None);
        GDALClose(dataset);
        float pixels[2];
        uint8_t valid[2];
        s2_source *source = read_file(recipe.path, pixels, valid);
        CHECK(!valid[0] && valid[1] && pixels[1] == 7.0f);
        s2_source_close(source);
    }
}

/** Whole numbers that double precision takes for the nodata value, and are not it. */
static void test_64_bit_neighbours_of_nodata(void)
{
    const GDALDataType types[] = {GDT_Int64, GDT_Int64, GDT_UInt64};
    const uint64_t nodata[] = {(uint64_t)INT64_MIN, (UINT64_C(1) << 53) + 2, UINT64_MAX};
    const int64_t steps[] = {1, 1, -1};
    for (int i = 0; i < 3; i++) {
        const raster_recipe recipe = {
            .path = "/vsimem/near.tif", .width = 3, .height = 1, .type = types[i]};
        GDALDatasetH dataset = create_raster(&recipe);
        GDALRasterBandH band = GDALGetRasterBand(dataset, 1);
        uint64_t values[] = {nodata[i], nodata[i] + (uint64_t)steps[i], 7};
        CHECK(GDALRasterIO(band, GF_Write, 0, 0, 3, 1, values, 3, 1, types[i], 0, 0) == CE_None);
        if (types[i] == GDT_Int64)
            CHECK(GDALSetRasterNoDataValueAsInt64(band, (int64_t)nodata[i]) == CE_None);
        else
            CHECK(GDALSetRasterNoDataValueAsUInt64(band, nodata[i]) == CE_None);
        GDALClose(dataset);
        float pixels[3];
        uint8_t valid[3];
        s2_source *source = read_file(recipe.path, pixels, valid);
        CHECK(!valid[0] && valid[1] && valid[2]);
        CHECK(pixels[2] == 7.0f);
        s2_source_close(source);
    }
}

static void test_signed_byte(void)
{
    const char *const options[] = {"PIXELTYPE=SIGNEDBYTE", NULL};
    const raster_recipe recipe = {.path = "/vsimem/int8.tif",
                                  .width = 3,
                                  .height = 1,
                                  .type = SIGNED_BYTE,
                                  .options = SIGNED_BYTE == GDT_Byte ? options : NULL};
    GDALDatasetH dataset = create_raster(&recipe);
    unsigned char raw[3] = {0xff, 5, 0x80};
    CHECK(GDALRasterIO(GDALGetRasterBand(dataset, 1), GF_Write, 0, 0, 3, 1, raw, 3, 1, SIGNED_BYTE,
                       0, 0) == CE_None);
    CHECK(GDALSetRasterNoDataValue(GDALGetRasterBand(dataset, 1), -128) == CE_None);
    GDALClose(dataset);
    float pixels[3];
    uint8_t valid[3];
    s2_source *source = read_file(recipe.path, pixels, valid);
    CHECK(pixels[0] == -1.0f && pixels[1] == 5.0f && valid[0] && valid[1] && !valid[2]);
    CHECK_STR(s2_source_type(source), "Int8");
    s2_source_close(source);
}

static void test_scale(void)
{
    const raster_recipe recipe = {
        .path = "/vsimem/scale.tif", .width = 3, .height = 1, .type = GDT_Int16, .bands = 2};
    GDALDatasetH dataset = create_raster(&recipe);
    double values[] = {-99, 10000, 1};
    write_band(dataset, 1, values);
    write_band(dataset, 2, values);
    GDALRasterBandH band = GDALGetRasterBand(dataset, 2);
    CHECK(GDALSetRasterScale(band, 0.0001) == CE_None);
    CHECK(GDALSetRasterOffset(band, -1.0) == CE_None);
    CHECK(GDALSetRasterNoDataValue(band, -99) == CE_None);
    GDALSetDescription(band, "red edge");
    CHECK(GDALSetMetadataItem(band, "wavelength", "705", NULL) == CE_None);
    CHECK(GDALSetMetadataItem(GDALGetRasterBand(dataset, 1), "CENTRAL_WAVELENGTH_UM", "0.49",
                              NULL) == CE_None);
    GDALClose(dataset);
    float pixels[6];
    uint8_t valid[3];
    s2_source *source = read_file(recipe.path, pixels, valid);
    /* Nodata is compared before scaling, and one bad band makes the pixel bad. */
    CHECK(!valid[0] && valid[1] && valid[2]);
    CHECK(pixels[0] == 0.0f && pixels[1] == 0.0f);
    CHECK(pixels[2] == 10000.0f);
    CHECK_NEAR(pixels[3], 0.0, 1e-7);
    CHECK_NEAR(pixels[5], -0.9999, 1e-7);
    CHECK_STR(s2_source_band(source, 0)->name, "");
    CHECK_STR(s2_source_band(source, 1)->name, "red edge");
    CHECK_NEAR(s2_source_band(source, 0)->wavelength_nm, 490.0, 1e-9);
    CHECK_NEAR(s2_source_band(source, 1)->wavelength_nm, 705.0, 1e-9);
    s2_source_close(source);
}

static void test_wavelength_units(void)
{
    static const char *const units[] = {"Micrometers", "\xCE\xBCm", "nm", "Index", "GHz", "nm"};
    static const double nanometres[] = {5000.0, 5000.0, 5.0, NAN, NAN, 490.0};
    const raster_recipe recipe = {
        .path = "/vsimem/units.tif", .width = 1, .height = 1, .type = GDT_Byte, .bands = 6};
    GDALDatasetH dataset = create_raster(&recipe);
    for (int b = 0; b < 6; b++) {
        GDALRasterBandH band = GDALGetRasterBand(dataset, b + 1);
        CHECK(GDALSetMetadataItem(band, "wavelength", "5", NULL) == CE_None);
        CHECK(GDALSetMetadataItem(band, "wavelength_units", units[b], NULL) == CE_None);
    }
    /* What GDAL's own drivers tell goes before the band's words. */
    CHECK(GDALSetMetadataItem(GDALGetRasterBand(dataset, 6), "CENTRAL_WAVELENGTH_UM", "0.49",
                              "IMAGERY") == CE_None);
    GDALClose(dataset);
    s2_source *source = open_one(recipe.path, NULL);
    for (int b = 0; b < 6; b++) {
        const double found = s2_source_band(source, b)->wavelength_nm;
        CHECK(isnan(nanometres[b]) ? isnan(found) : found == nanometres[b]);
    }
    s2_source_close(source);
}

static void test_masks(void)
{
    /* Alpha anywhere among the bands. */
    const raster_recipe recipe = {
        .path = "/vsimem/alpha.tif", .width = 3, .height = 1, .type = GDT_UInt16, .bands = 3};
    GDALDatasetH dataset = create_raster(&recipe);
    double values[] = {5, 6, 7}, alpha[] = {0, 1, 65535};
    write_band(dataset, 1, values);
    write_band(dataset, 2, alpha);
    write_band(dataset, 3, values);
    CHECK(GDALSetRasterColorInterpretation(GDALGetRasterBand(dataset, 2), GCI_AlphaBand) ==
          CE_None);
    GDALClose(dataset);
    float pixels[6];
    uint8_t valid[3];
    s2_source *source = open_one(recipe.path, NULL);
    CHECK(s2_source_band_count(source) == 2);
    read_all(source, pixels, valid);
    CHECK(!valid[0] && valid[1] && valid[2] && pixels[5] == 7.0f);
    s2_source_close(source);

    /* A mask beside nodata values: both count. */
    const raster_recipe masked = {.path = "/vsimem/mask.tif", .width = 3, .height = 1};
    dataset = create_raster(&masked);
    write_band(dataset, 1, values);
    CHECK(GDALSetRasterNoDataValue(GDALGetRasterBand(dataset, 1), 7) == CE_None);
    CHECK(GDALCreateDatasetMaskBand(dataset, GMF_PER_DATASET) == CE_None);
    unsigned char mask[3] = {0, 255, 255};
    CHECK(GDALRasterIO(GDALGetMaskBand(GDALGetRasterBand(dataset, 1)), GF_Write, 0, 0, 3, 1, mask,
                       3, 1, GDT_Byte, 0, 0) == CE_None);
    GDALClose(dataset);
    source = open_one(masked.path, NULL);
    read_all(source, pixels, valid);
    CHECK(!valid[0] && valid[1] && !valid[2]);
    s2_source_close(source);
}

/** Two files as one source; more bands than are read at a time; a selection in another order. */
static void test_files_and_selection(void)
{
    enum { BANDS = 70, W = 13, H = 11 };
    const char *const paths[] = {"/vsimem/many.tif", "/vsimem/last.tif"};
    const char *const interleave[] = {"INTERLEAVE=PIXEL", NULL};
    const raster_recipe many = {.path = paths[0],
                                .width = W,
                                .height = H,
                                .bands = BANDS,
                                .type = GDT_Int16,
                                .options = interleave};
    GDALDatasetH dataset = create_raster(&many);
    double plane[W * H];
    for (int b = 0; b < BANDS; b++) {
        for (int i = 0; i < W * H; i++)
            plane[i] = b * 200 + i;
        write_band(dataset, b + 1, plane);
    }
    GDALClose(dataset);
    for (int i = 0; i < W * H; i++)
        plane[i] = 0.25 * i;
    plane[20] = NAN;
    const raster_recipe last = {.path = paths[1], .width = W, .height = H, .type = GDT_Float64};
    make_raster(&last, plane);

    s2_source *source = NULL, *copy = NULL;
    s2rgf_error err = {0};
    REQUIRE(open_paths(paths, 2, NULL, &source, &err) == S2RGF_OK);
    CHECK(s2_source_band_count(source) == BANDS + 1);
    CHECK_STR(s2_source_band(source, BANDS)->name, "last");
    CHECK_STR(s2_source_label(source), "/vsimem/many.tif and 1 more");
    float *pixels = malloc(W * H * (BANDS + 1) * sizeof *pixels);
    uint8_t valid[W * H];
    CHECK(s2_source_read(source, (s2_rect){2, 1, 9, 8}, pixels, valid, &err) == S2RGF_OK);
    int wrong = 0;
    for (int y = 0; y < 8; y++) {
        for (int x = 0; x < 9; x++) {
            const int at = (y + 1) * W + x + 2;
            const float *pixel = pixels + (y * 9 + x) * (BANDS + 1);
            wrong += valid[y * 9 + x] != (at != 20);
            for (int b = 0; b < BANDS; b++)
                wrong += pixel[b] != (at == 20 ? 0.0f : (float)(b * 200 + at));
            wrong += pixel[BANDS] != (at == 20 ? 0.0f : 0.25f * (float)at);
        }
    }
    CHECK(wrong == 0);

    /* Without the last band its bad pixel does not matter; the copy keeps selection and view. */
    const int order[] = {69, 3, 40};
    CHECK(s2_source_select(source, order, 3, &err) == S2RGF_OK);
    CHECK(s2_source_set_view(source, (s2_rect){-2, -1, 6, 5}, &err) == S2RGF_OK);
    REQUIRE(s2_source_reopen(source, &copy, &err) == S2RGF_OK);
    CHECK(s2_source_band_count(copy) == 3 && s2_source_grid(copy)->width == 6);
    CHECK_NEAR(s2_source_grid(copy)->to_geo.m[0], 500000.0 - 20.0, 0.0);
    read_all(copy, pixels, valid);
    CHECK(!valid[0] && !valid[5] && !valid[6 + 1] && valid[6 + 2]);
    CHECK(pixels[3 * (6 + 2)] == 69 * 200.0f && pixels[3 * (6 + 2) + 1] == 600.0f);
    CHECK(pixels[3 * (4 * 6 + 5) + 2] == (float)(40 * 200 + 3 * W + 3));
    CHECK(pixels[0] == 0.0f);
    const int beyond[] = {3};
    CHECK(s2_source_select(copy, beyond, 1, &err) == S2RGF_INVALID_ARGUMENT);
    s2_source_close(copy);
    s2_source_close(source);
    free(pixels);
}

static void check_open_fails(const char *path, s2rgf_status expected, const char *message)
{
    s2_source *source = NULL;
    s2rgf_error err = {0};
    CHECK(open_paths(&path, 1, NULL, &source, &err) == expected);
    CHECK_CONTAINS(err.message, message);
    CHECK_CONTAINS(err.message, path);
    CHECK(!source);
}

/* A raster that only metadata of this domain place, in a VRT that may hold any. */
static void check_other_georeference(const char *domain, const char *key, const char *value,
                                     const char *message)
{
    char text[512];
    snprintf(text, sizeof text,
             "<VRTDataset rasterXSize='2' rasterYSize='2'><Metadata domain='%s'>"
             "<MDI key='%s'>%s</MDI></Metadata><VRTRasterBand dataType='Byte' band='1'/>"
             "</VRTDataset>",
             domain, key, value);
    make_text("/vsimem/other.vrt", text);
    check_open_fails("/vsimem/other.vrt", S2RGF_FORMAT, message);
}

static void test_refused_files(void)
{
    s2_source *source = NULL;
    s2rgf_error err = {0};
    check_open_fails("/vsimem/absent.tif", S2RGF_IO, "No such file");
    make_text("/vsimem/text.tif", "this is not a raster");
    check_open_fails("/vsimem/text.tif", S2RGF_IO, "cannot be opened as a raster");
    make_text("/vsimem/empty.tif", "");
    check_open_fails("/vsimem/empty.tif", S2RGF_IO, "cannot be opened as a raster");
    const raster_recipe complex = {
        .path = "/vsimem/complex.tif", .width = 2, .height = 2, .type = GDT_CFloat32};
    make_raster(&complex, NULL);
    check_open_fails(complex.path, S2RGF_UNSUPPORTED, "complex");
    const raster_recipe nowhere = {
        .path = "/vsimem/nowhere.tif", .width = 2, .height = 2, .no_geotransform = true};
    make_raster(&nowhere, NULL);
    check_open_fails(nowhere.path, S2RGF_FORMAT, "expected a geotransform, found none");
    check_other_georeference("GEOLOCATION", "X_DATASET", "x.tif", "found geolocation arrays only");
    check_other_georeference("RPC", "LINE_OFF", "1", "found rational polynomials (RPC) only");
    const raster_recipe alpha = {.path = "/vsimem/only_alpha.tif", .width = 2, .height = 2};
    GDALDatasetH dataset = create_raster(&alpha);
    CHECK(GDALSetRasterColorInterpretation(GDALGetRasterBand(dataset, 1), GCI_AlphaBand) ==
          CE_None);
    GDALClose(dataset);
    check_open_fails(alpha.path, S2RGF_FORMAT, "no raster band besides alpha");
    const raster_recipe flat = {
        .path = "/vsimem/flat.tif", .width = 2, .height = 2, .geotransform = {0, 1, 2, 0, 1, 2}};
    make_raster(&flat, NULL);
    check_open_fails(flat.path, S2RGF_FORMAT, "useless geotransform");

    const char *const a = "/vsimem/a.tif";
    make_raster(&(raster_recipe){.path = a, .width = 4, .height = 4}, NULL);
    make_raster(&(raster_recipe){.path = "/vsimem/b.tif", .width = 4, .height = 5}, NULL);
    const char *pair[] = {a, "/vsimem/b.tif"};
    CHECK(open_paths(pair, 2, NULL, &source, &err) == S2RGF_MISMATCH);
    CHECK_CONTAINS(err.message, "expected 4 x 4, found 4 x 5");
    make_raster(&(raster_recipe){.path = pair[1],
                                 .width = 4,
                                 .height = 4,
                                 .geotransform = {500005, 10, 0, 5800000, 0, -10}},
                NULL);
    CHECK(open_paths(pair, 2, NULL, &source, &err) == S2RGF_MISMATCH);
    CHECK_CONTAINS(err.message, "0.5 pixels");
    make_raster(&(raster_recipe){.path = pair[1], .width = 4, .height = 4, .srs = "EPSG:32632"},
                NULL);
    CHECK(open_paths(pair, 2, NULL, &source, &err) == S2RGF_MISMATCH);
    CHECK_CONTAINS(err.message, "expected EPSG:32633, found EPSG:32632");
    CHECK(open_paths(&a, 1, "twelve", &source, &err) == S2RGF_INVALID_ARGUMENT);
    CHECK(open_paths(&a, 1, "12x", &source, &err) == S2RGF_INVALID_ARGUMENT);
    CHECK(!source);
}

/**
 * A file cut short opens, but its pixels cannot be read: an error that names it, no silent zeros.
 */
static void test_truncated_file(void)
{
    enum { SIDE = 64 };
    const raster_recipe recipe = {
        .path = "/vsimem/cut.tif", .width = SIDE, .height = SIDE, .type = GDT_Int16};
    make_raster(&recipe, NULL);
    VSILFILE *file = VSIFOpenL(recipe.path, "r+b");
    CHECK(VSIFTruncateL(file, 3000) == 0);
    CHECK(VSIFCloseL(file) == 0);
    float *pixels = malloc(SIDE * SIDE * sizeof *pixels);
    uint8_t valid[SIDE * SIDE];
    s2_source *source = NULL;
    s2rgf_error err = {0};
    const char *path = recipe.path;
    const s2rgf_status status = open_paths(&path, 1, NULL, &source, &err);
    if (status == S2RGF_OK)
        CHECK(s2_source_read(source, (s2_rect){0, 0, SIDE, SIDE}, pixels, valid, &err) == S2RGF_IO);
    else
        CHECK(status == S2RGF_IO);
    CHECK_CONTAINS(err.message, "/vsimem/cut.tif");
    s2_source_close(source);
    free(pixels);
}

static void test_vrt_and_archive(void)
{
    make_raster(&(raster_recipe){.path = "/vsimem/z/in.tif", .width = 4, .height = 3}, NULL);
    make_text(
        "/vsimem/z/shift.vrt",
        "<VRTDataset rasterXSize=\"2\" rasterYSize=\"2\"><SRS>EPSG:32633</SRS>"
        "<GeoTransform>500000,10,0,5800000,0,-10</GeoTransform>"
        "<VRTRasterBand dataType=\"Byte\" band=\"1\"><SimpleSource>"
        "<SourceFilename relativeToVRT=\"1\">in.tif</SourceFilename><SourceBand>1</SourceBand>"
        "<SrcRect xOff=\"1\" yOff=\"1\" xSize=\"2\" ySize=\"2\"/>"
        "<DstRect xOff=\"0\" yOff=\"0\" xSize=\"2\" ySize=\"2\"/>"
        "</SimpleSource></VRTRasterBand></VRTDataset>");
    float pixels[4];
    uint8_t valid[4];
    s2_source *source = open_one("/vsimem/z/shift.vrt", NULL);
    read_all(source, pixels, valid);
    CHECK(pixels[0] == 6.0f && pixels[3] == 11.0f && valid[3]);
    s2_source_close(source);
}

/**
 * Pixels twice as large: the last column and line stand for what is left; averages over what is
 * valid.
 */
static void decimated_source(void)
{
    double values[20];
    for (int i = 0; i < 20; i++)
        values[i] = i % 5 < 2 ? 10.0 : 30.0;
    values[0] = values[3] = values[8] = values[4] = values[9] = -1.0;
    values[2] = values[7] = -1.0;
    values[15] = 11.0;
    const raster_recipe recipe = {
        .path = "/vsimem/fine.tif", .width = 5, .height = 4, .type = GDT_Int16};
    GDALDatasetH dataset = create_raster(&recipe);
    CHECK(GDALSetRasterNoDataValue(GDALGetRasterBand(dataset, 1), -1.0) == CE_None);
    write_band(dataset, 1, values);
    GDALClose(dataset);
    const char *path = recipe.path;
    const s2_source_spec spec = {.name = "s", .paths = &path, .path_count = 1, .decimation = 2};
    s2_source *first = NULL, *source = NULL;
    s2rgf_error err = {0};
    REQUIRE(s2_source_open(&spec, &first, &err) == S2RGF_OK);
    REQUIRE(s2_source_reopen(first, &source, &err) == S2RGF_OK);
    const s2_grid *grid = s2_source_grid(source);
    CHECK(grid->width == 3);
    CHECK(grid->height == 2);
    CHECK_NEAR(grid->to_geo.m[1] * 3.0, 50.0, 1e-9);
    CHECK_NEAR(grid->to_geo.m[5] * 2.0, -40.0, 1e-9);
    float pixels[6];
    uint8_t valid[6];
    read_all(source, pixels, valid);
    CHECK(valid[0] == 1);
    CHECK_NEAR(pixels[0], 10.0, 1e-6);
    CHECK(valid[2] == 0);
    CHECK_NEAR(pixels[2], 0.0, 0.0);
    /* of whole numbers a whole one, 10 and not 10.3, whatever the version of GDAL */
    CHECK_NEAR(pixels[3], 10.0, 1e-6);
    CHECK(pixels[4] > 10.0f && pixels[4] <= 30.0f);
    CHECK_NEAR(pixels[5], 30.0, 1e-6);
    s2_source_close(first);
    s2_source_close(source);
}

/** Of no more pixels than a sample has, each is in it once; a larger area is sampled in part. */
static void small_areas_are_sampled_whole(void)
{
    static const s2_rect areas[] = {{0, 0, 64, 64}, {3, 5, 1, 1},     {10, 0, 690, 9},
                                    {0, 0, 1, 200}, {0, 7, 128, 128}, {0, 0, 700, 300}};
    const raster_recipe recipe = {
        .path = "/vsimem/sampled.tif", .width = 700, .height = 300, .type = GDT_UInt32};
    static uint32_t numbers[700 * 300], seen[700 * 300];
    for (uint32_t i = 0; i < 700 * 300; i++)
        numbers[i] = i;
    GDALDatasetH dataset = create_raster(&recipe);
    CHECK(GDALRasterIO(GDALGetRasterBand(dataset, 1), GF_Write, 0, 0, 700, 300, numbers, 700, 300,
                       GDT_UInt32, 0, 0) == CE_None);
    GDALClose(dataset);
    s2_source *source = open_one(recipe.path, NULL);
    for (size_t a = 0; a < sizeof areas / sizeof *areas; a++) {
        const s2_rect area = areas[a];
        s2_source_sample sample;
        s2rgf_error err = {0};
        memset(seen, 0, sizeof seen);
        CHECK(s2_source_sample_read(source, area, &sample, &err) == S2RGF_OK);
        for (size_t i = 0; i < sample.count; i++)
            seen[(size_t)sample.values[i]]++;
        size_t inside = 0, outside = 0, most = 0;
        for (int y = 0; y < 300; y++)
            for (int x = 0; x < 700; x++) {
                const uint32_t times = seen[y * 700 + x];
                const bool in = s2_rect_contains(area, (s2_rect){x, y, 1, 1});
                inside += in && times > 0;
                outside += !in && times > 0;
                most = times > most ? times : most;
            }
        CHECK(outside == 0);
        if (a < 5) {
            CHECK(inside == (size_t)area.w * (size_t)area.h && sample.count == inside);
            CHECK(most == 1);
        } else {
            CHECK(inside > 1000 && sample.count <= 16384);
        }
        s2_source_sample_clear(&sample);
    }
    s2_source_close(source);
    VSIUnlink(recipe.path);
}

int main(void)
{
    GDALAllRegister();
    test_types_and_nodata();
    test_64_bit_nodata();
    test_64_bit_neighbours_of_nodata();
    test_signed_byte();
    test_scale();
    test_wavelength_units();
    test_masks();
    test_files_and_selection();
    test_refused_files();
    test_truncated_file();
    test_vrt_and_archive();
    decimated_source();
    small_areas_are_sampled_whole();
    GDALDestroyDriverManager();
    return harness_end();
}
