/* Output rasters: content, names, areas, independence of tiling, refusals, failures. */
#include <cpl_error.h>
#include <cpl_string.h>
#include <gdal_alg.h>
#include <math.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/memory.h"
#include "geo/map/class_map.h"
#include "geo/map/map_writer.h"
#include "map_fixture.h"

#define WIDTH 300
#define HEIGHT 310

static s2_class_table classes;
static uint16_t map[HEIGHT][WIDTH];

static void set_up(void)
{
    static const uint8_t red[3] = {200, 10, 20};
    s2rgf_error err = {0};
    make_folder_and_grid(WIDTH, HEIGHT);
    REQUIRE(s2_class_table_add(&classes, 1, "wood & <scrub>", red, &err) == S2RGF_OK);
    REQUIRE(s2_class_table_add(&classes, 2, "water", NULL, &err) == S2RGF_OK);
    REQUIRE(s2_class_table_add(&classes, 5, "Grünland", NULL, &err) == S2RGF_OK);
    static const uint16_t values[4] = {0, 1, 2, 5};
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++)
            map[y][x] = values[(x / 7 + y / 5 + x * y / 997) % 4];
}

static const char *const provenance[] = {"S2RGF_VERSION=1.2.3", "S2RGF_MODEL=abc", NULL};

static s2_map_spec usual_spec(const char *path)
{
    return (s2_map_spec){.kind = S2_MAP_CLASSES,
                         .path = path,
                         .style = true,
                         .grid = &grid,
                         .classes = &classes,
                         .metadata = provenance};
}

/** Write the map in tiles of one size. */
static s2rgf_status write_tiles(s2_map_writer *writer, int tile, s2rgf_error *err)
{
    uint16_t *values = s2_alloc((size_t)tile * (size_t)tile, sizeof *values);
    s2rgf_status status = S2RGF_OK;
    for (int y = 0; y < HEIGHT && status == S2RGF_OK; y += tile) {
        for (int x = 0; x < WIDTH && status == S2RGF_OK; x += tile) {
            const s2_rect rect =
                s2_rect_intersect((s2_rect){x, y, tile, tile}, (s2_rect){0, 0, WIDTH, HEIGHT});
            for (int j = 0; j < rect.h; j++)
                memcpy(values + j * rect.w, &map[y + j][x], (size_t)rect.w * sizeof *values);
            status = s2_map_write_classes(writer, rect, values, err);
        }
    }
    s2_free(values);
    return status;
}

static s2rgf_status write_map(const s2_map_spec *spec, int tile, s2rgf_error *err)
{
    s2_map_writer *writer = NULL;
    s2rgf_status status = s2_map_create(spec, &writer, err);
    if (status == S2RGF_OK)
        status = write_tiles(writer, tile, err);
    if (status == S2RGF_OK)
        status = s2_map_commit(&writer, 1, err);
    s2_map_close(writer);
    return status;
}

static uint64_t pixels_of(int value)
{
    uint64_t count = 0;
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++)
            count += map[y][x] == value;
    return count;
}

/** Pixels and all that describes them, read back by GDAL. */
static void check_content(const char *path, bool in_file_only)
{
    GDALDatasetH dataset = GDALOpen(path, GA_ReadOnly);
    REQUIRE(dataset != NULL);
    GDALRasterBandH band = GDALGetRasterBand(dataset, 1);
    uint16_t *back = malloc(sizeof map);
    CHECK(GDALRasterIO(band, GF_Read, 0, 0, WIDTH, HEIGHT, back, WIDTH, HEIGHT, GDT_UInt16, 0, 0) ==
          CE_None);
    CHECK(memcmp(back, map, sizeof map) == 0);
    free(back);
    double transform[6];
    CHECK(GDALGetGeoTransform(dataset, transform) == CE_None);
    for (int i = 0; i < 6; i++)
        CHECK_NEAR(transform[i], grid.to_geo.m[i], 1e-9);
    CHECK_STR(OSRGetAuthorityCode(GDALGetSpatialRef(dataset), NULL), "32633");
    CHECK(GDALGetRasterDataType(band) == GDT_Byte);
    int has = 0;
    CHECK(GDALGetRasterNoDataValue(band, &has) == 0.0 && has);
    GDALColorEntry entry;
    REQUIRE(GDALGetRasterColorTable(band) != NULL);
    GDALGetColorEntryAsRGB(GDALGetRasterColorTable(band), 1, &entry);
    CHECK(entry.c1 == 200 && entry.c2 == 10 && entry.c3 == 20);
    CHECK_STR(GDALGetMetadataItem(dataset, "CLASS_1", NULL), "wood & <scrub>");
    CHECK_STR(GDALGetMetadataItem(dataset, "CLASS_5", NULL), "Grünland");
    CHECK_STR(GDALGetMetadataItem(dataset, "S2RGF_MODEL", NULL), "abc");
    char **names = GDALGetRasterCategoryNames(band);
    GDALRasterAttributeTableH rat = GDALGetDefaultRAT(band);
    if (!in_file_only) {
        REQUIRE(CSLCount(names) == 6 && rat);
        CHECK_STR(names[5], "Grünland");
        CHECK_STR(names[3], "");
        CHECK(GDALRATGetRowCount(rat) == 3);
        CHECK(GDALRATGetValueAsInt(rat, 2, GDALRATGetColOfUsage(rat, GFU_MinMax)) == 5);
        CHECK((uint64_t)GDALRATGetValueAsInt(rat, 2, GDALRATGetColOfUsage(rat, GFU_PixelCount)) ==
              pixels_of(5));
        CHECK_STR(GDALRATGetValueAsString(rat, 1, GDALRATGetColOfUsage(rat, GFU_Name)), "water");
        CHECK_STR(GDALRATGetNameOfCol(rat, 7), "Area_ha");
        /*
         * 3.6 m pixels; the scale of UTM here is 0.99977, so the ellipsoid has 1/0.99977^2 as much.
         */
        const double planar = (double)pixels_of(5) * 3.6 * 3.6 / 1e4;
        CHECK_NEAR(GDALRATGetValueAsDouble(rat, 2, 7) / planar, 1.0 / (0.99977 * 0.99977), 2e-5);
    }
    GDALClose(dataset);
}

static void test_gtiff(void)
{
    s2rgf_error err = {0};
    const s2_map_spec spec = usual_spec(in_folder("map.tif"));
    if (!CHECK(write_map(&spec, 64, &err) == S2RGF_OK))
        printf("    %s\n", err.message);
    check_content(spec.path, false);
    CHECK(count_names(folder, "map.") == 5);
    vsi_l_offset size;
    GByte *qml = file_content(in_folder("map.qml"), &size);
    CHECK_CONTAINS((const char *)qml, "value=\"1\" color=\"#c80a14\" alpha=\"255\" "
                                      "label=\"wood &amp; &lt;scrub&gt;\"");
    VSIFree(qml);
    /* What stays when the .tif travels alone. */
    CHECK(rename(spec.path, in_folder("alone.tif")) == 0);
    check_content(in_folder("alone.tif"), true);
    /* And what our own reader makes of it. */
    s2_class_map again;
    REQUIRE(s2_class_map_open(in_folder("alone.tif"), NULL, NULL, &again, &err) == S2RGF_OK);
    CHECK(again.classes.count == 3);
    CHECK_STR(again.classes.items[2].name, "Grünland");
    CHECK(again.classes.items[0].has_colour && again.classes.items[0].rgb[0] == 200);
    s2_class_map_close(&again);
}

static void test_tiling_does_not_show(void)
{
    static const int tiles[] = {512, 1, 37, 64, 256, 300};
    s2rgf_error err = {0};
    char first[256] = "", first_aux[300];
    for (size_t i = 0; i < sizeof tiles / sizeof tiles[0]; i++) {
        char name[64], path[256], aux[300];
        snprintf(name, sizeof name, "tile%d/map.tif", tiles[i]);
        snprintf(path, sizeof path, "%s", in_folder(name));
        snprintf(aux, sizeof aux, "%s.aux.xml", path);
        snprintf(name, sizeof name, "tile%d", tiles[i]);
        CHECK(mkdir(in_folder(name), 0700) == 0);
        const s2_map_spec spec = usual_spec(path);
        CHECK(write_map(&spec, tiles[i], &err) == S2RGF_OK);
        if (i > 0) {
            CHECK(same_files(path, first));
            CHECK(same_files(aux, first_aux));
        } else {
            snprintf(first, sizeof first, "%s", path);
            snprintf(first_aux, sizeof first_aux, "%s", aux);
        }
    }
}

static bool has_enough(double fraction, void *copies)
{
    (void)fraction;
    ++*(int *)copies;
    return false;
}

/** The copy into another format stops when the host has enough, and leaves nothing. */
static void test_interrupted_copy(void)
{
    static const char *const formats[] = {"COG", "PNG", "ENVI"};
    for (int i = 0; i < 3; i++) {
        s2rgf_error err = {0};
        int calls = 0;
        const s2rgf_host host = {.progress = has_enough, .user = &calls};
        s2_map_spec spec = usual_spec(in_folder("stopped"));
        spec.format = formats[i];
        spec.host = &host;
        CHECK(write_map(&spec, 128, &err) == S2RGF_CANCELLED);
        CHECK(calls > 0 && count_names(folder, "stopped") == 0);
    }
}

static void test_formats(void)
{
    s2rgf_error err = {0};
    s2_map_spec spec = usual_spec(in_folder("cog.tif"));
    spec.format = "COG";
    if (!CHECK(write_map(&spec, 128, &err) == S2RGF_OK))
        printf("    %s\n", err.message);
    check_content(spec.path, false);
    CHECK(count_names(folder, "cog.") == 5);
    GDALDatasetH dataset = GDALOpen(spec.path, GA_ReadOnly);
    CHECK_STR(GDALGetMetadataItem(dataset, "LAYOUT", "IMAGE_STRUCTURE"), "COG");
    GDALClose(dataset);

    spec = usual_spec(in_folder("picture.png"));
    CHECK(write_map(&spec, 128, &err) == S2RGF_OK);
    dataset = GDALOpen(spec.path, GA_ReadOnly);
    CHECK_STR(GDALGetDriverShortName(GDALGetDatasetDriver(dataset)), "PNG");
    GDALClose(dataset);

    spec = usual_spec(in_folder("envi.dat"));
    spec.format = "ENVI";
    CHECK(write_map(&spec, 128, &err) == S2RGF_OK);
    CHECK(file_exists(in_folder("envi.hdr")) && file_exists(in_folder("envi.dat")));
    dataset = GDALOpen(spec.path, GA_ReadOnly);
    CHECK(GDALChecksumImage(GDALGetRasterBand(dataset, 1), 0, 0, WIDTH, HEIGHT) != 0);
    GDALClose(dataset);
    CHECK(count_names(folder, "envi.part") == 0 && count_names(folder, "envi.work") == 0);

    spec = usual_spec(in_folder("x.tif"));
    spec.format = "NoSuch";
    CHECK(write_map(&spec, 128, &err) == S2RGF_INVALID_ARGUMENT);
    CHECK_CONTAINS(err.message, "NoSuch");
    spec.format = "VRT";
    CHECK(write_map(&spec, 128, &err) == S2RGF_UNSUPPORTED);
    const char *const bad[] = {"BLOCKXSIZE=17", NULL};
    spec.format = NULL;
    spec.creation_options = bad;
    CHECK(write_map(&spec, 128, &err) == S2RGF_IO);
    CHECK_CONTAINS(err.message, "x.tif: cannot be created: ");
    spec.overwrite = true;
    const char *const striped[] = {"TILED=NO", "COMPRESS=LZW", NULL};
    spec.creation_options = striped;
    CHECK(write_map(&spec, 128, &err) == S2RGF_OK);
    check_content(spec.path, false);
    dataset = GDALOpen(spec.path, GA_ReadOnly);
    CHECK_STR(GDALGetMetadataItem(dataset, "COMPRESSION", "IMAGE_STRUCTURE"), "LZW");
    GDALClose(dataset);
}

/** GDAL's file systems, paths without a folder or an extension, and a map of one column. */
static void test_odd_paths_and_sizes(void)
{
    s2rgf_error err = {0};
    s2_map_spec spec = usual_spec("/vsimem/out/map.tif");
    CHECK(write_map(&spec, 128, &err) == S2RGF_OK);
    check_content(spec.path, false);
    CHECK(count_names("/vsimem/out", "map.") == 5);
    REQUIRE(chdir(folder) == 0);
    spec = usual_spec("plain");
    CHECK(write_map(&spec, 128, &err) == S2RGF_OK);
    check_content("plain", false);
    CHECK(count_names(folder, "plain") == 5);
    CHECK(chdir("/") == 0);

    const s2_grid column = {.to_geo = grid.to_geo, .width = 1, .height = 700};
    spec = usual_spec(in_folder("column.tif"));
    spec.grid = &column;
    uint16_t values[700];
    for (int i = 0; i < 700; i++)
        values[i] = (uint16_t)(i % 3);
    s2_map_writer *writer = NULL;
    REQUIRE(s2_map_create(&spec, &writer, &err) == S2RGF_OK);
    for (int y = 0; y < 700; y += 70)
        CHECK(s2_map_write_classes(writer, (s2_rect){0, y, 1, 70}, values + y, &err) == S2RGF_OK);
    CHECK(s2_map_commit(&writer, 1, &err) == S2RGF_OK);
    s2_map_close(writer);
    GDALDatasetH dataset = GDALOpen(spec.path, GA_ReadOnly);
    REQUIRE(dataset != NULL);
    uint16_t back[700];
    CHECK(GDALRasterIO(GDALGetRasterBand(dataset, 1), GF_Read, 0, 0, 1, 700, back, 1, 700,
                       GDT_UInt16, 0, 0) == CE_None);
    CHECK(memcmp(back, values, sizeof back) == 0);
    /* No CRS, no area. */
    GDALRasterAttributeTableH rat = GDALGetDefaultRAT(GDALGetRasterBand(dataset, 1));
    REQUIRE(rat != NULL);
    CHECK(GDALRATGetColumnCount(rat) == 7);
    CHECK(GDALRATGetValueAsInt(rat, 0, 1) == 233);
    GDALClose(dataset);
}

static void test_many_classes(void)
{
    s2rgf_error err = {0};
    s2_class_table many = {0};
    CHECK(s2_class_table_add(&many, 300, "three hundred", NULL, &err) == S2RGF_OK);
    CHECK(s2_class_table_add(&many, 65535, "last", NULL, &err) == S2RGF_OK);
    s2_map_spec spec = usual_spec(in_folder("many.tif"));
    spec.classes = &many;
    s2_map_writer *writer = NULL;
    REQUIRE(s2_map_create(&spec, &writer, &err) == S2RGF_OK);
    uint16_t *values = s2_calloc(WIDTH * HEIGHT, sizeof *values);
    values[0] = 300;
    values[WIDTH * HEIGHT - 1] = 65535;
    CHECK(s2_map_write_classes(writer, (s2_rect){0, 0, WIDTH, HEIGHT}, values, &err) == S2RGF_OK);
    CHECK(s2_map_commit(&writer, 1, &err) == S2RGF_OK);
    s2_map_close(writer);
    s2_free(values);
    s2_class_map again;
    REQUIRE(s2_class_map_open(spec.path, NULL, NULL, &again, &err) == S2RGF_OK);
    CHECK(GDALGetRasterDataType(again.band.band) == GDT_UInt16);
    CHECK(again.classes.count == 2);
    CHECK_STR(again.classes.items[1].name, "last");
    s2_class_map_close(&again);
    s2_class_table_clear(&many);
}

static void test_floats(void)
{
    s2rgf_error err = {0};
    s2_map_spec spec = usual_spec(in_folder("prob.tif"));
    spec.kind = S2_MAP_PROBABILITIES;
    s2_map_writer *writer = NULL;
    REQUIRE(s2_map_create(&spec, &writer, &err) == S2RGF_OK);
    float *values = s2_alloc(3 * 100 * HEIGHT, sizeof *values);
    for (int x = 0; x < WIDTH; x += 100) {
        for (int b = 0; b < 3; b++)
            for (int i = 0; i < 100 * HEIGHT; i++)
                values[b * 100 * HEIGHT + i] = (float)(b * 1000 + x + i % 100) / 4096.0f;
        CHECK(s2_map_write_floats(writer, (s2_rect){x, 0, 100, HEIGHT}, values, &err) == S2RGF_OK);
    }
    CHECK(s2_map_commit(&writer, 1, &err) == S2RGF_OK);
    s2_map_close(writer);
    s2_free(values);
    CHECK(!file_exists(in_folder("prob.qml")));
    GDALDatasetH dataset = GDALOpen(spec.path, GA_ReadOnly);
    REQUIRE(dataset && GDALGetRasterCount(dataset) == 3);
    CHECK_STR(GDALGetDescription(GDALGetRasterBand(dataset, 3)), "Grünland");
    float pixel;
    CHECK(GDALRasterIO(GDALGetRasterBand(dataset, 3), GF_Read, 250, 300, 1, 1, &pixel, 1, 1,
                       GDT_Float32, 0, 0) == CE_None);
    CHECK(pixel == 2250.0f / 4096.0f);
    int has = 0;
    CHECK(GDALGetRasterNoDataValue(GDALGetRasterBand(dataset, 1), &has) == -1.0 && has);
    GDALClose(dataset);
}

static void test_refusals(void)
{
    s2rgf_error err = {0};
    s2_map_writer *writer = NULL;
    const char *path = in_folder("taken.tif");
    make_text(path, "precious");
    s2_map_spec spec = usual_spec(path);
    CHECK(s2_map_create(&spec, &writer, &err) == S2RGF_INVALID_ARGUMENT);
    CHECK_CONTAINS(err.message, "taken.tif: exists");
    vsi_l_offset size;
    GByte *content = file_content(path, &size);
    CHECK_STR((const char *)content, "precious");
    VSIFree(content);

    /* With leave to overwrite the old file stays until the new one is whole. */
    spec.overwrite = true;
    CHECK(s2_map_create(&spec, &writer, &err) == S2RGF_OK);
    CHECK(write_tiles(writer, 100, &err) == S2RGF_OK);
    s2_map_close(writer);
    content = file_content(path, &size);
    CHECK_STR((const char *)content, "precious");
    VSIFree(content);
    CHECK(count_names(folder, "taken.") == 1);
    make_text(in_folder("taken.tif.ovr"), "stale");
    CHECK(write_map(&spec, 100, &err) == S2RGF_OK);
    check_content(path, false);
    CHECK(!file_exists(in_folder("taken.tif.ovr")));

    make_text(in_folder("own.qml"), "a style of the user's");
    spec = usual_spec(in_folder("own.tif"));
    CHECK(s2_map_create(&spec, &writer, &err) == S2RGF_INVALID_ARGUMENT);
    CHECK_CONTAINS(err.message, "own.qml: exists");
    spec = usual_spec(in_folder("no/such/folder/x.tif"));
    CHECK(s2_map_create(&spec, &writer, &err) == S2RGF_IO);
    CHECK_CONTAINS(err.message, "No such file");
    spec = usual_spec(folder);
    spec.overwrite = true;
    CHECK(s2_map_create(&spec, &writer, &err) == S2RGF_INVALID_ARGUMENT);
    spec = usual_spec("/vsistdout/");
    CHECK(s2_map_create(&spec, &writer, &err) != S2RGF_OK);

    /* A map that is not finished is not published. */
    spec = usual_spec(in_folder("half.tif"));
    CHECK(s2_map_create(&spec, &writer, &err) == S2RGF_OK);
    CHECK(s2_map_write_classes(writer, (s2_rect){0, 0, WIDTH, 64}, &map[0][0], &err) == S2RGF_OK);
    CHECK(s2_map_write_classes(writer, (s2_rect){0, 128, WIDTH, 64}, &map[0][0], &err) ==
          S2RGF_INTERNAL);
    CHECK(s2_map_commit(&writer, 1, &err) == S2RGF_INTERNAL);
    s2_map_close(writer);
    CHECK(count_names(folder, "half.") == 0);
}

/** When a rename fails at the very end, the former output and its side files are as they were. */
static void test_failed_rename(void)
{
    s2rgf_error err = {0};
    /* A folder in the place of one side file, then of the output itself: neither can be replaced.
       */
    for (int round = 0; round < 2; round++) {
        char main_path[256], aux[300], qml[256];
        snprintf(main_path, sizeof main_path, "%s", in_folder(round == 0 ? "r0.tif" : "r1.tif"));
        snprintf(aux, sizeof aux, "%s.aux.xml", main_path);
        snprintf(qml, sizeof qml, "%s", in_folder(round == 0 ? "r0.qml" : "r1.qml"));
        s2_map_spec spec = usual_spec(main_path);
        spec.overwrite = true;
        s2_map_writer *writer = NULL;
        make_text(aux, "<PAMDataset/>");
        if (round == 1)
            make_text(qml, "former style");
        else
            make_text(main_path, "former map");
        REQUIRE(s2_map_create(&spec, &writer, &err) == S2RGF_OK);
        CHECK(write_tiles(writer, 128, &err) == S2RGF_OK);
        /* They appear while the map is being made, so that no earlier check can see them. */
        const char *blocked = round == 0 ? qml : main_path;
        char inside[300];
        snprintf(inside, sizeof inside, "%s/x", blocked);
        CHECK(mkdir(blocked, 0700) == 0);
        make_text(inside, "x");
        const s2rgf_status status = s2_map_commit(&writer, 1, &err);
        s2_map_close(writer);
        CHECK(status == S2RGF_IO);
        CHECK_CONTAINS(err.message, blocked);
        CHECK(file_exists(inside));
        const char *kept = round == 0 ? main_path : qml;
        vsi_l_offset size;
        GByte *content = file_content(kept, &size);
        CHECK_STR((const char *)content, round == 0 ? "former map" : "former style");
        VSIFree(content);
        content = file_content(aux, &size);
        CHECK_STR((const char *)content, "<PAMDataset/>");
        VSIFree(content);
        char prefix[16];
        snprintf(prefix, sizeof prefix, "r%d.", round);
        CHECK(count_names(folder, prefix) == 3);
    }
}

/** A disk that is full: writes beyond a size limit fail. */
static void test_full_disk(void)
{
    static const char *const raw[] = {"COMPRESS=NONE", NULL};
    struct rlimit old, small;
    s2rgf_error err = {0};
    s2_map_spec spec = usual_spec(in_folder("full.tif"));
    spec.creation_options = raw;
    make_text(spec.path, "precious");
    spec.overwrite = true;
    signal(SIGXFSZ, SIG_IGN);
    CHECK(getrlimit(RLIMIT_FSIZE, &old) == 0);
    bool enough = false;
    /* From nothing to enough: the failure falls on pixels, on closing, on the side files. */
    for (rlim_t bytes = 256; bytes < 400000; bytes += bytes < 2048 ? 256 : 3989) {
        small = old;
        small.rlim_cur = bytes;
        CHECK(setrlimit(RLIMIT_FSIZE, &small) == 0);
        const s2rgf_status status = write_map(&spec, 64, &err);
        CHECK(setrlimit(RLIMIT_FSIZE, &old) == 0);
        if (status == S2RGF_OK) {
            check_content(spec.path, false);
            enough = true;
            break;
        }
        CHECK(status == S2RGF_IO);
        CHECK(count_names(folder, "full.") == 1);
        vsi_l_offset size;
        GByte *content = file_content(spec.path, &size);
        CHECK_STR((const char *)content, "precious");
        VSIFree(content);
    }
    CHECK(enough);
    spec.format = "COG";
    make_text(spec.path, "precious");
    small.rlim_cur = 3000;
    CHECK(setrlimit(RLIMIT_FSIZE, &small) == 0);
    const s2rgf_status status = write_map(&spec, 64, &err);
    CHECK(setrlimit(RLIMIT_FSIZE, &old) == 0);
    CHECK(status == S2RGF_IO);
    CHECK(count_names(folder, "full.tif") >= 1 && count_names(folder, "full.part") == 0);
}

/** A value that no class has is not cut down to one that a class has. */
static void test_values_of_no_class(void)
{
    const s2_map_spec spec = usual_spec(in_folder("wrong.tif"));
    s2rgf_error err = {0};
    const uint16_t kept = map[3][5];
    map[3][5] = 258;
    CHECK(write_map(&spec, 64, &err) == S2RGF_INTERNAL);
    CHECK_CONTAINS(err.message, "wrong.tif");
    map[3][5] = 3;
    CHECK(write_map(&spec, 64, &err) == S2RGF_INTERNAL);
    map[3][5] = kept;
    CHECK(count_names(folder, "wrong") == 0);
}

int main(void)
{
    GDALAllRegister();
    set_up();
    test_gtiff();
    test_tiling_does_not_show();
    test_formats();
    test_interrupted_copy();
    test_odd_paths_and_sizes();
    test_many_classes();
    test_floats();
    test_refusals();
    test_failed_rename();
    test_full_disk();
    test_values_of_no_class();
    s2_class_table_clear(&classes);
    s2_grid_clear(&grid);
    VSIRmdirRecursive(folder);
    GDALDestroyDriverManager();
    return harness_end();
}
