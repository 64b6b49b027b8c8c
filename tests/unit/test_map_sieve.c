/* Small patches of a map: by hand, and by brute force on maps at random, however they are written. */
#include <cpl_error.h>

#include "core/memory.h"
#include "core/random.h"
#include "geo/map/map_writer.h"
#include "map_fixture.h"

#define WIDTH 70
#define HEIGHT 75

static s2_class_table classes;
static uint16_t pixels[HEIGHT][WIDTH], found[HEIGHT][WIDTH];
static char last_lines[1024];

static void collect_line(s2rgf_log_level level, const char *line, void *user)
{
    (void)level;
    (void)user;
    snprintf(last_lines, sizeof last_lines, "%s", line);
}

static const s2rgf_host host = {.log = collect_line};

/* Write pixels in rectangles of w x h and read the map back into found. */
static s2rgf_status sieve(s2rgf_patch_size smallest, int w, int h, const char *format,
                          s2rgf_error *err)
{
    static uint16_t part[HEIGHT * WIDTH];
    const char *path = in_folder(format ? "map.img" : "map.tif");
    const s2_map_spec spec = {.kind = S2_MAP_CLASSES,
                              .path = path,
                              .format = format,
                              .overwrite = true,
                              .grid = &grid,
                              .classes = &classes,
                              .smallest_patch = smallest,
                              .host = &host};
    s2_map_writer *writer = NULL;
    s2rgf_status status = s2_map_create(&spec, &writer, err);
    for (int y = 0; y < HEIGHT && status == S2RGF_OK; y += h)
        for (int x = 0; x < WIDTH && status == S2RGF_OK; x += w) {
            const s2_rect rect =
                s2_rect_intersect((s2_rect){x, y, w, h}, (s2_rect){0, 0, WIDTH, HEIGHT});
            for (int i = 0; i < rect.w * rect.h; i++)
                part[i] = pixels[y + i / rect.w][x + i % rect.w];
            status = s2_map_write_classes(writer, rect, part, err);
        }
    if (status == S2RGF_OK)
        status = s2_map_commit(&writer, 1, err);
    s2_map_close(writer);
    if (status != S2RGF_OK)
        return status;
    GDALDatasetH dataset = GDALOpen(path, GA_ReadOnly);
    REQUIRE(dataset);
    CHECK(GDALDatasetRasterIO(dataset, GF_Read, 0, 0, WIDTH, HEIGHT, found, WIDTH, HEIGHT,
                              GDT_UInt16, 1, NULL, 0, 0, 0) == CE_None);
    GDALRasterAttributeTableH table = GDALGetDefaultRAT(GDALGetRasterBand(dataset, 1));
    int counts[4] = {0};
    for (int i = 0; i < WIDTH * HEIGHT; i++)
        counts[found[i / WIDTH][i % WIDTH]]++;
    for (int c = 0; c < 3 && !format; c++) /* other formats have other columns */
        CHECK(GDALRATGetValueAsInt(table, c, 1) == counts[c + 1]);
    GDALClose(dataset);
    return S2RGF_OK;
}

/* ---- by brute force -------------------------------------------------------------------------- */

static int patch_of[HEIGHT][WIDTH]; /* number of the patch of a pixel, -1: nodata */
static int sizes[HEIGHT * WIDTH];

static int spread(int x, int y, uint16_t value, int patch)
{
    if (x < 0 || y < 0 || x >= WIDTH || y >= HEIGHT || pixels[y][x] != value || patch_of[y][x] >= 0)
        return 0;
    patch_of[y][x] = patch;
    return 1 + spread(x + 1, y, value, patch) + spread(x - 1, y, value, patch) +
           spread(x, y + 1, value, patch) + spread(x, y - 1, value, patch);
}

static void find_patches(void)
{
    int count = 0;
    memset(patch_of, -1, sizeof patch_of);
    for (int i = 0; i < WIDTH * HEIGHT; i++)
        if (pixels[i / WIDTH][i % WIDTH] != 0 && patch_of[i / WIDTH][i % WIDTH] < 0) {
            sizes[count] = spread(i % WIDTH, i / WIDTH, pixels[i / WIDTH][i % WIDTH], count);
            count++;
        }
}

/* Size of the largest patch that meets a patch at an edge; *value is its class. 0: there is none. */
static int largest_neighbour(int patch, bool values[4])
{
    static const int steps[4][2] = {{1, 0}, {-1, 0}, {0, 1}, {0, -1}};
    int largest = 0;
    for (int i = 0; i < WIDTH * HEIGHT; i++)
        for (int s = 0; s < 4 && patch_of[i / WIDTH][i % WIDTH] == patch; s++) {
            const int x = i % WIDTH + steps[s][0], y = i / WIDTH + steps[s][1];
            if (x < 0 || y < 0 || x >= WIDTH || y >= HEIGHT || patch_of[y][x] < 0 ||
                patch_of[y][x] == patch || sizes[patch_of[y][x]] < largest)
                continue;
            if (sizes[patch_of[y][x]] > largest)
                memset(values, 0, 4 * sizeof *values);
            largest = sizes[patch_of[y][x]];
            values[pixels[y][x]] = true;
        }
    return largest;
}

/* What is large stays, and so does nodata; what is small has the class of its largest neighbour, where that is
   large itself. */
static void check_sieved(int smallest)
{
    find_patches();
    for (int i = 0; i < WIDTH * HEIGHT; i++) {
        const int y = i / WIDTH, x = i % WIDTH, patch = patch_of[y][x];
        bool values[4] = {false};
        if (patch < 0 || sizes[patch] >= smallest)
            CHECK(found[y][x] == pixels[y][x]);
        else if (largest_neighbour(patch, values) >= smallest)
            CHECK(values[found[y][x]]);
        else
            CHECK(found[y][x] != 0);
    }
}

static void test_against_brute_force(void)
{
    s2_random random;
    s2_random_init(&random, 4, 0);
    /* fields of 10 x 10 with noise, some of it nodata */
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++) {
            const uint64_t dice = s2_random_below(&random, 10);
            pixels[y][x] = (uint16_t)(1 + (x / 10 + 2 * (y / 10)) % 3);
            if (dice < 2)
                pixels[y][x] = (uint16_t)(1 + s2_random_below(&random, 3));
            else if (dice == 9)
                pixels[y][x] = 0;
        }
    const int smallest[] = {2, 5, 40, 1000000};
    for (size_t i = 0; i < sizeof smallest / sizeof smallest[0]; i++) {
        static uint16_t whole[HEIGHT][WIDTH];
        const s2rgf_patch_size size = {.pixels = smallest[i]};
        REQUIRE(sieve(size, WIDTH, HEIGHT, NULL, NULL) == S2RGF_OK);
        check_sieved(smallest[i]);
        memcpy(whole, found, sizeof whole);
        REQUIRE(sieve(size, 16, 16, NULL, NULL) == S2RGF_OK);
        CHECK(memcmp(whole, found, sizeof whole) == 0);
        REQUIRE(sieve(size, 33, 64, "HFA", NULL) == S2RGF_OK);
        CHECK(memcmp(whole, found, sizeof whole) == 0);
    }
    for (int pixel = 0; pixel <= 1; pixel++) {
        REQUIRE(sieve((s2rgf_patch_size){.pixels = pixel}, 16, 16, NULL, NULL) == S2RGF_OK);
        CHECK(memcmp(pixels, found, sizeof pixels) == 0);
    }
}

static void fill(s2_rect rect, uint16_t value)
{
    for (int y = rect.y; y < rect.y + rect.h; y++)
        for (int x = rect.x; x < rect.x + rect.w; x++)
            pixels[y][x] = value;
}

/* A field with patches of one, three and four pixels, two that meet at a corner, one amid nodata. */
static void draw_field(void)
{
    fill((s2_rect){0, 0, WIDTH, HEIGHT}, 1);
    fill((s2_rect){2, 2, 1, 1}, 2);
    fill((s2_rect){10, 2, 3, 1}, 3);
    fill((s2_rect){20, 2, 2, 2}, 2);
    fill((s2_rect){30, 2, 2, 1}, 3);
    fill((s2_rect){32, 3, 2, 1}, 3);
    fill((s2_rect){40, 2, 5, 5}, 0);
    fill((s2_rect){42, 4, 1, 1}, 2);
}

static void test_by_hand(void)
{
    draw_field();
    REQUIRE(sieve((s2rgf_patch_size){.pixels = 4}, 32, 32, NULL, NULL) == S2RGF_OK);
    fill((s2_rect){2, 2, 1, 1}, 1);
    fill((s2_rect){10, 2, 3, 1}, 1);
    fill((s2_rect){30, 2, 4, 2}, 1);
    CHECK(memcmp(pixels, found, sizeof pixels) == 0);
    /* all nodata, and one class alone */
    for (uint16_t value = 0; value <= 1; value++) {
        fill((s2_rect){0, 0, WIDTH, HEIGHT}, value);
        REQUIRE(sieve((s2rgf_patch_size){.pixels = 50}, 16, 16, NULL, NULL) == S2RGF_OK);
        CHECK(memcmp(pixels, found, sizeof pixels) == 0);
    }
}

/* A pixel of 3.6 m has 12.96 m2 in the plane, a little more on the ellipsoid there. */
static void test_hectares(void)
{
    s2rgf_error err = {0};
    draw_field();
    REQUIRE(sieve((s2rgf_patch_size){.hectares = 4 * 12.96e-4}, 32, 32, NULL, &err) == S2RGF_OK);
    CHECK_CONTAINS(last_lines, "0.005184 ha are 4 pixels");
    CHECK(found[2][10] == 1 && found[2][20] == 2);
    REQUIRE(sieve((s2rgf_patch_size){.hectares = 1e-4}, 32, 32, NULL, &err) == S2RGF_OK);
    CHECK_CONTAINS(last_lines, "no patch is smaller than 0.0001 ha");
    CHECK(memcmp(pixels, found, sizeof pixels) == 0);
    /* degrees: 0.001 x 0.001 at 60 degrees north are 111.41 m x 55.80 m */
    const s2_grid metres = grid;
    grid.to_geo = (s2_affine){{10.0, 0.001, 0.0, 60.0 + HEIGHT / 2000.0, 0.0, -0.001}};
    grid.srs_wkt = wkt_of("EPSG:4326");
    REQUIRE(sieve((s2rgf_patch_size){.hectares = 4 * 0.6217}, 32, 32, NULL, &err) == S2RGF_OK);
    CHECK_CONTAINS(last_lines, "are 4 pixels");
    /* without a CRS, areas are not known */
    s2_free(grid.srs_wkt);
    grid.srs_wkt = NULL;
    CHECK(sieve((s2rgf_patch_size){.hectares = 1.0}, 32, 32, NULL, &err) == S2RGF_INVALID_ARGUMENT);
    CHECK_CONTAINS(err.message, "the area of its pixels is not known");
    REQUIRE(sieve((s2rgf_patch_size){.pixels = 4}, 32, 32, NULL, &err) == S2RGF_OK);
    CHECK(found[2][10] == 1);
    grid = metres;
}

static bool stop(double fraction, void *user)
{
    (void)fraction;
    (void)user;
    return false;
}

/* A sieve that is interrupted leaves nothing. */
static void test_interruption(void)
{
    s2rgf_error err = {0};
    const s2rgf_host impatient = {.progress = stop};
    const s2_map_spec spec = {.kind = S2_MAP_CLASSES,
                              .path = in_folder("stopped.tif"),
                              .grid = &grid,
                              .classes = &classes,
                              .smallest_patch = {.pixels = 4},
                              .host = &impatient};
    s2_map_writer *writer = NULL;
    REQUIRE(s2_map_create(&spec, &writer, &err) == S2RGF_OK);
    CHECK(s2_map_write_classes(writer, (s2_rect){0, 0, WIDTH, HEIGHT}, pixels[0], &err) ==
          S2RGF_OK);
    CHECK(s2_map_commit(&writer, 1, &err) == S2RGF_CANCELLED);
    s2_map_close(writer);
    VSIStatBufL stat;
    CHECK(VSIStatL(spec.path, &stat) != 0);
}

int main(void)
{
    s2rgf_error err = {0};
    GDALAllRegister();
    make_folder_and_grid(WIDTH, HEIGHT);
    REQUIRE(s2_class_table_add(&classes, 1, "wood", NULL, &err) == S2RGF_OK);
    REQUIRE(s2_class_table_add(&classes, 2, "water", NULL, &err) == S2RGF_OK);
    REQUIRE(s2_class_table_add(&classes, 3, "meadow", NULL, &err) == S2RGF_OK);
    test_against_brute_force();
    test_by_hand();
    test_hectares();
    test_interruption();
    s2_class_table_clear(&classes);
    s2_grid_clear(&grid);
    VSIRmdirRecursive(folder);
    return harness_end();
}
