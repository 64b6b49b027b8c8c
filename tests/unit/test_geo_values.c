/* Samples of any type become the pixels that the formula says, in rectangles of any width, held or
   not. */
#include <float.h>
#include <stdlib.h>
#include <string.h>

#include "core/random.h"
#include "geo/source/source_hold.h"
#include "geo_fixture.h"

enum { WIDTH = 300, HEIGHT = 9, MOST_BANDS = 37, NODATA = 7 };

static const char PATH[] = "/vsimem/values.tif";
static double samples[MOST_BANDS][WIDTH * HEIGHT];
static double means[MOST_BANDS], stds[MOST_BANDS];

typedef struct values_case {
    GDALDataType type;
    int bands;
    bool nodata, scaled, holes; /* holes: not finite */
    const char *interleave;
} values_case;

static void make_samples(const values_case *with, s2_random *random)
{
    const char *const options[] = {
        with->interleave, "TILED=YES", "BLOCKXSIZE=64", "BLOCKYSIZE=16", "PHOTOMETRIC=MINISBLACK",
        "ALPHA=NO",       NULL};
    const raster_recipe recipe = {.path = PATH,
                                  .width = WIDTH,
                                  .height = HEIGHT,
                                  .bands = with->bands,
                                  .type = with->type,
                                  .options = options};
    GDALDatasetH dataset = create_raster(&recipe);
    for (int b = 0; b < with->bands; b++) {
        GDALRasterBandH band = GDALGetRasterBand(dataset, b + 1);
        for (int p = 0; p < WIDTH * HEIGHT; p++)
            samples[b][p] = (double)s2_random_below(random, 100);
        samples[b][s2_random_below(random, WIDTH * HEIGHT)] = with->holes ? NAN : 3.0;
        samples[b][s2_random_below(random, WIDTH * HEIGHT)] = with->holes ? INFINITY : 4.0;
        for (int p = 0; p < WIDTH * HEIGHT; p++) /* nodata here and there: not in every pixel */
            if (samples[b][p] == NODATA && p % 11 != 0)
                samples[b][p] = NODATA + 1;
        write_band(dataset, b + 1, samples[b]);
        if (with->nodata)
            CHECK(GDALSetRasterNoDataValue(band, NODATA) == CE_None);
        if (with->scaled) {
            CHECK(GDALSetRasterScale(band, 0.1 + b) == CE_None);
            CHECK(GDALSetRasterOffset(band, -3.0) == CE_None);
        }
        means[b] = 50.0 * s2_random_uniform(random);
        stds[b] = 0.5 + 20.0 * s2_random_uniform(random);
    }
    GDALClose(dataset);
}

/* Bands of pixel p; false: it is not valid, and its bands are 0. */
static bool expect_pixel(const values_case *with, int p, bool normalised, float *pixel)
{
    bool valid = true;
    for (int b = 0; b < with->bands; b++) {
        const double sample = samples[b][p];
        double value = with->scaled ? sample * (0.1 + b) - 3.0 : sample;
        valid = valid && isfinite(sample) && !(with->nodata && sample == NODATA);
        value = (double)(float)value;
        pixel[b] = (float)(normalised ? (value - means[b]) / stds[b] : value);
    }
    for (int b = 0; b < with->bands && !valid; b++)
        pixel[b] = 0.0f;
    return valid;
}

/* Read into a ring, from `rect.y` on, whose first row is another one. */
static void check_rect(const values_case *with, s2_source *source, s2_rect rect, bool normalised)
{
    static float pixels[HEIGHT + 1][WIDTH * MOST_BANDS];
    static uint8_t valid[HEIGHT + 2][WIDTH];
    const s2_read_target to = {.pixels = {pixels, sizeof pixels[0], -3, HEIGHT + 1},
                               .valid = {valid, sizeof valid[0], -1, HEIGHT + 2},
                               .bands = with->bands,
                               .mean = normalised ? means : NULL,
                               .std = stds};
    bool same = true;
    memset(pixels, 0xff, sizeof pixels);
    memset(valid, 0xff, sizeof valid);
    REQUIRE(s2_source_read_to(source, rect, &to, NULL) == S2RGF_OK);
    for (int y = rect.y; y < rect.y + rect.h; y++) {
        const float *row = pixels[(y + 3) % (HEIGHT + 1)];
        for (int x = 0; x < rect.w; x++) {
            float expected[MOST_BANDS];
            const bool is_valid = expect_pixel(with, y * WIDTH + rect.x + x, normalised, expected);
            same = same && valid[(y + 1) % (HEIGHT + 2)][x] == is_valid &&
                   memcmp(row + x * with->bands, expected,
                          (size_t)with->bands * sizeof *expected) == 0;
        }
        for (int i = rect.w * with->bands; i < WIDTH * MOST_BANDS; i++)
            same = same && isnan(row[i]); /* nothing is written beside */
    }
    if (!CHECK(same))
        printf("    %s, %d bands, %d,%d %d x %d%s\n", GDALGetDataTypeName(with->type), with->bands,
               rect.x, rect.y, rect.w, rect.h, normalised ? ", normalised" : "");
}

static void check_case(const values_case *with, s2_random *random)
{
    static const int widths[] = {1, 3, 4, 127, 128, 129, 257, WIDTH};
    const char *const paths[] = {PATH};
    const s2_source_spec spec = {.name = "v", .paths = paths, .path_count = 1};
    const s2_piece_plan plan = {64, 16, 3};
    s2_source *source = NULL;
    make_samples(with, random);
    for (int held = 0; held < 2; held++) {
        REQUIRE(s2_source_open(&spec, &source, NULL) == S2RGF_OK);
        if (held)
            REQUIRE(s2_source_hold(source, &plan, NULL) == S2RGF_OK);
        for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
            const int x = (int)s2_random_below(random, (uint64_t)(WIDTH - widths[i] + 1));
            const int y = (int)s2_random_below(random, HEIGHT);
            check_rect(with, source, (s2_rect){x, y, widths[i], HEIGHT - y}, i % 2 == 0);
        }
        s2_source_close(source);
    }
}

int main(void)
{
    static const GDALDataType types[] = {GDT_Byte,  GDT_UInt16,  GDT_Int16,  GDT_UInt32,
                                         GDT_Int32, GDT_Float32, GDT_Float64};
    static const int counts[] = {1, 2, 4, 5, 15, 16, 17, 33, MOST_BANDS};
    s2_random random;
    GDALAllRegister();
    s2_random_init(&random, 11, 0);
    for (size_t t = 0; t < sizeof types / sizeof *types; t++)
        for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) {
            const bool is_float = types[t] == GDT_Float32 || types[t] == GDT_Float64;
            check_case(&(values_case){types[t], counts[c], c % 3 != 0, c % 2 == 1, is_float,
                                      c % 2 ? "INTERLEAVE=PIXEL" : "INTERLEAVE=BAND"},
                       &random);
        }
    return harness_end();
}
