/* A block of a file is decoded once: bytes read from files are counted while scenes are mapped, and
   what is held of files keeps the memory limit. */
#include "scene/reading.h"

#include <gdal_alg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/memory.h"
#include "geo_fixture.h"
#include "model/network_model.h"
#include "nn/networks/networks.h"
#include "s2rgf/classification.h"
#include "s2rgf/lazy_maps.h"
#include "unit/model_sample.h"
#include "unit/watched_files.h"

enum { SIDE = 256, CLASSES = 3 };

static double bytes_read; /* of watched files, by all threads */

static bool count_bytes(size_t bytes)
{
#pragma omp atomic
    bytes_read += (double)bytes;
    return true;
}

/* ---- scenes --------------------------------------------------------------------------------- */

typedef struct file_layout {
    const char *name, *interleave, *tiled, *block_x, *block_y;
} file_layout;

static const file_layout LAYOUTS[] = {
    {"tiles of pixels", "INTERLEAVE=PIXEL", "TILED=YES", "BLOCKXSIZE=64", "BLOCKYSIZE=64"},
    {"tiles of bands", "INTERLEAVE=BAND", "TILED=YES", "BLOCKXSIZE=64", "BLOCKYSIZE=64"},
    {"one tile of pixels", "INTERLEAVE=PIXEL", "TILED=YES", "BLOCKXSIZE=256", "BLOCKYSIZE=256"},
    {"strips of pixels", "INTERLEAVE=PIXEL", "TILED=NO", "PROFILE=GDALGeoTIFF", "BLOCKYSIZE=24"},
    {"strips of bands", "INTERLEAVE=BAND", "TILED=NO", "PROFILE=GDALGeoTIFF", "BLOCKYSIZE=24"},
};

enum { LAYOUT_COUNT = sizeof LAYOUTS / sizeof *LAYOUTS };

/* Pixels that compress badly, so that what is read is blocks. */
static void make_cube(const char *path, const file_layout *layout, int bands)
{
    const char *const options[] = {layout->interleave, layout->tiled,      layout->block_x,
                                   layout->block_y,    "COMPRESS=DEFLATE", NULL};
    static int16_t plane[SIDE * SIDE];
    GDALDatasetH dataset = create_int16(path, SIDE, SIDE, bands, options);
    unsigned state = 7;
    for (int band = 1; band <= bands; band++) {
        for (int i = 0; i < SIDE * SIDE; i++) {
            state = state * 1664525u + 1013904223u;
            plane[i] = (int16_t)(100 * band % 2000 + (int)(state >> 25));
        }
        CHECK(GDALRasterIO(GDALGetRasterBand(dataset, band), GF_Write, 0, 0, SIDE, SIDE, plane,
                           SIDE, SIDE, GDT_Int16, 0, 0) == CE_None);
    }
    GDALClose(dataset);
}

/* A model with random weights for a cube. */
static void make_model(const char *path, int bands)
{
    const s2_network_spec spec = {
        .channels = 16, .classes = CLASSES, .sources = 1, .bands = {bands}, .on_reference = {true}};
    s2_model_content content = sample_dense(1);
    s2_network *network = NULL;
    s2rgf_error err = {0};
    content.sources[0] =
        (s2_model_source){.name = s2_strdup("cube"),
                          .pixel_size = 10.0,
                          .on_reference = true,
                          .band_count = bands,
                          .bands = s2_calloc((size_t)bands, sizeof(s2_model_band))};
    for (int b = 0; b < bands; b++)
        content.sources[0].bands[b] = (s2_model_band){
            .name = s2_strdup(""), .wavelength_nm = NAN, .mean = 500.0, .std = 200.0};
    for (int c = 0; c < CLASSES; c++) {
        static const char *const names[] = {"water", "wood", "town"};
        CHECK(s2_class_table_add(&content.classes, c + 1, names[c], NULL, &err) == S2RGF_OK);
    }
    REQUIRE(s2_network_create(&s2_dense_ops, &spec, &network, &err) == S2RGF_OK);
    s2_network_randomise(&network->params, 3);
    CHECK(s2_network_to_model(network, &content, &err) == S2RGF_OK);
    REQUIRE(s2_model_save(&content, path, true, &err) == S2RGF_OK);
    s2_network_free(network);
    s2_model_content_clear(&content);
}

/* Bytes that one pass over all blocks of a file reads. */
static double one_pass(const char *path, int bands)
{
    GDALDatasetH dataset = GDALOpen(path, GA_ReadOnly);
    int16_t *pixels = s2_alloc((size_t)SIDE * SIDE * (size_t)bands, sizeof *pixels);
    REQUIRE(dataset && pixels);
    bytes_read = 0.0;
    CHECK(GDALDatasetRasterIO(dataset, GF_Read, 0, 0, SIDE, SIDE, pixels, SIDE, SIDE, GDT_Int16,
                              bands, NULL, 0, 0, 0) == CE_None);
    GDALClose(dataset);
    s2_free(pixels);
    return bytes_read;
}

/* What is read before tiles are chosen looks at a sample of values, and does not count here. */
static void count_from_tiles_on(s2rgf_log_level level, const char *line, void *user)
{
    (void)level;
    (void)user;
    if (strncmp(line, "tiles of", 8) == 0)
        bytes_read = 0.0;
}

/* Bytes read, and the map's checksum. */
static double bytes_of_mapping(const char *path, int threads, int memory_mb, int *checksum)
{
    const s2rgf_input input = {"cube", path};
    s2rgf_classify_options options;
    s2rgf_error err = {0};
    s2rgf_classify_options_init(&options, sizeof options);
    options.model_path = "m.s2rgf";
    options.scene.inputs = &input;
    options.scene.input_count = 1;
    options.output_path = "map.tif";
    options.overwrite = true;
    options.style = false;
    options.threads = threads;
    options.memory_mb = memory_mb;
    bytes_read = 0.0;
    const s2rgf_host host = {.log = count_from_tiles_on};
    const s2rgf_status status = s2rgf_classify(&options, &host, &err);
    if (status != S2RGF_OK)
        printf("    %s\n", err.message);
    REQUIRE(status == S2RGF_OK);
    const double bytes = bytes_read;
    GDALDatasetH map = GDALOpen("map.tif", GA_ReadOnly);
    REQUIRE(map != NULL);
    *checksum = GDALChecksumImage(GDALGetRasterBand(map, 1), 0, 0, SIDE, SIDE);
    GDALClose(map);
    return bytes;
}

/* GDAL's cache holds next to nothing, so that every block it is asked for again is decoded
   again. */
static void a_block_is_decoded_once(int bands)
{
    make_model("m.s2rgf", bands);
    int expected = -1;
    for (int i = 0; i < LAYOUT_COUNT; i++) {
        make_cube("cube.tif", &LAYOUTS[i], bands);
        const double once = one_pass("/vsiwatch/cube.tif", bands);
        GDALSetCacheMax64(4 << 20);
        for (int threads = 1; threads <= 2; threads++) {
            int checksum = 0;
            const double bytes = bytes_of_mapping("/vsiwatch/cube.tif", threads, 512, &checksum);
            printf("%d bands, %s, %d threads: %.2f passes\n", bands, LAYOUTS[i].name, threads,
                   bytes / once);
            CHECK(bytes <= 1.5 * once);
            expected = expected < 0 ? checksum : expected;
            CHECK(checksum == expected);
        }
        GDALSetCacheMax64(64 << 20);
    }
}

/* Where not even the blocks under the narrowest tile fit, a block is decoded for every few rows. */
static void little_memory_maps_the_same(void)
{
    int plenty = 0;
    int little = 0;
    make_model("m.s2rgf", 40);
    make_cube("cube.tif", &LAYOUTS[2], 40);
    bytes_of_mapping("/vsiwatch/cube.tif", 2, 512, &plenty);
    bytes_of_mapping("/vsiwatch/cube.tif", 2, 6, &little);
    CHECK(plenty == little);
}

/* A lazy map holds what lies under a tile: a block is decoded once for it, whatever the host's
   cache holds. */
static void lazy_maps_hold_pieces(void)
{
    const s2rgf_input input = {"cube", "/vsiwatch/cube.tif"};
    const s2rgf_scene scene = {"m.s2rgf", {.inputs = &input, .input_count = 1}};
    const int rect[4] = {0, 0, SIDE, SIDE};
    static uint16_t values[SIDE * SIDE];
    s2rgf_lazy_map_options options;
    s2rgf_lazy_map *map = NULL;
    s2rgf_error err = {0};
    make_model("m.s2rgf", 150);
    make_cube("cube.tif", &LAYOUTS[0], 150);
    const double once = one_pass("/vsiwatch/cube.tif", 150);
    GDALSetCacheMax64(4 << 20);
    s2rgf_lazy_map_options_init(&options, sizeof options);
    options.scene = &scene;
    REQUIRE(s2rgf_lazy_map_open(&options, NULL, &map, &err) == S2RGF_OK);
    /* the first reading looks at a sample of values */
    CHECK(s2rgf_lazy_map_read(map, 0, (const int[4]){0, 0, 1, 1}, values, &err) == S2RGF_OK);
    s2rgf_lazy_map_rest(map);
    bytes_read = 0.0;
    CHECK(s2rgf_lazy_map_read(map, 0, rect, values, &err) == S2RGF_OK);
    printf("lazy map: %.2f passes\n", bytes_read / once);
    CHECK(bytes_read <= 1.5 * once);
    s2rgf_lazy_map_close(map);
    GDALSetCacheMax64(64 << 20);
}

/* ---- plans ---------------------------------------------------------------------------------- */

static s2_reading plan(const s2_block_layout *layout, const s2_tiling *tiling, int threads,
                       size_t limit)
{
    s2_scene_blocks blocks = {.sources = 1};
    s2_run_geometry geometry = {.width = layout->file_width, .height = layout->file_height};
    s2_reading reading;
    blocks.of[0] = *layout;
    geometry.ref_to_source[0] = S2_AFFINE_IDENTITY;
    const s2_reading_demand demand = {.blocks = &blocks,
                                      .geometry = &geometry,
                                      .tiling = tiling,
                                      .threads = threads,
                                      .halo_px = 90,
                                      .rows = 2,
                                      .limit_bytes = limit};
    s2_scene_plan_reading(&demand, &reading);
    CHECK(reading.bytes <= limit);
    return reading;
}

/* 144 bands in blocks of 256: whole rows of blocks where there is memory, then fewer of them, then
   lower pieces, then none; decoding costs the more. */
static void plans_keep_the_limit(void)
{
    const s2_block_layout cube = {.width = 256,
                                  .height = 256,
                                  .file_width = 1024,
                                  .file_height = 1024,
                                  .pixel_bytes = 288,
                                  .held_bytes = 289,
                                  .lattice = {256, 256, 0}};
    const s2_tiling whole = {1024, 1024, {0, 0, 1024, 1024}};
    const s2_tiling halves = {512, 1024, {0, 0, 1024, 1024}};
    const size_t block = (size_t)256 * 256 * 289;
    const double file = 1024.0 * 1024.0 * 288.0;
    s2_reading reading = plan(&cube, &whole, 1, 16 * block);
    CHECK(reading.pieces[0].count == 8 && reading.decoded_bytes == file);
    reading = plan(&cube, &halves, 2, 16 * block);
    CHECK(reading.pieces[0].count == 8 && reading.decoded_bytes == file);
    /* one worker does one half after the other: the blocks under both are decoded twice */
    reading = plan(&cube, &halves, 1, 16 * block);
    CHECK(reading.pieces[0].count == 6 && reading.decoded_bytes == 1.5 * file);
    reading = plan(&cube, &whole, 1, 5 * block);
    CHECK(reading.pieces[0].count == 4 && reading.pieces[0].height == 256);
    reading = plan(&cube, &whole, 1, 3 * block);
    CHECK(reading.pieces[0].count == 4 && reading.pieces[0].height == 128);
    CHECK(reading.decoded_bytes == 2.0 * file);
    reading = plan(&cube, &whole, 1, 0);
    CHECK(reading.pieces[0].count == 0 && reading.bytes == 0);
    CHECK(reading.decoded_bytes > 16.0 * file);
    for (int tile = 16; tile < 1024; tile += 100)
        for (int threads = 1; threads < 9; threads += 3)
            for (size_t limit = 1000; limit < 1000 * block; limit *= 7)
                plan(&cube, &(s2_tiling){tile, 2 * tile, {3, 5, 900, 1000}}, threads, limit);
}

/* What is known of blocks: those of a VRT's first file, none of what is averaged. */
static void describes_blocks(void)
{
    const char *const paths[] = {"cube.tif", "cube.vrt"};
    make_cube("cube.tif", &LAYOUTS[0], 4);
    GDALDatasetH cube = GDALOpen("cube.tif", GA_ReadOnly);
    GDALClose(
        GDALCreateCopy(GDALGetDriverByName("VRT"), "cube.vrt", cube, FALSE, NULL, NULL, NULL));
    GDALClose(cube);
    for (int i = 0; i < 2; i++)
        for (int decimation = 1; decimation <= 2; decimation++) {
            const s2_source_spec spec = {
                .name = "cube", .paths = &paths[i], .path_count = 1, .decimation = decimation};
            s2_source *source = NULL;
            REQUIRE(s2_source_open(&spec, &source, NULL) == S2RGF_OK);
            const s2_block_layout layout = s2_source_blocks(source);
            CHECK(layout.width == (decimation == 1 ? 64 : 0));
            CHECK(decimation > 1 || (layout.lattice.width == 64 && layout.pixel_bytes == 8));
            s2_source_close(source);
        }
}

int main(void)
{
    GDALAllRegister();
    watch_files(count_bytes);
    REQUIRE(harness_enter_folder());
    a_block_is_decoded_once(4);
    a_block_is_decoded_once(150);
    little_memory_maps_the_same();
    lazy_maps_hold_pieces();
    plans_keep_the_limit();
    describes_blocks();
    return harness_end();
}
