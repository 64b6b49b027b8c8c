/* Convolutions, two-dimensional and along the bands, against PyTorch. */
#include "nn/conv.h"

#include "golden/golden_maps.h"
#include "nn/band_conv.h"

#define TOLERANCE 1e-5

typedef struct conv_case {
    const char *name;
    s2_conv conv;
    bool bias;
    int h, w;
} conv_case;

/* The cases of put_convolutions() in tests/golden/make_goldens.py. */
static const conv_case CASES[] = {
    {"conv3", {3, 1, 1, 3, 5}, true, 7, 6},
    {"conv3_stride2", {3, 2, 1, 3, 4}, true, 7, 6},
    {"conv3_stride2_even", {3, 2, 1, 3, 4}, false, 8, 5},
    {"conv3_dilation2", {3, 1, 2, 4, 3}, false, 6, 9},
    {"conv1", {1, 1, 1, 6, 4}, true, 5, 3},
    {"conv1_stride2", {1, 2, 1, 5, 3}, true, 7, 4},
};

static void test_conv(const golden_file *file, const conv_case *c)
{
    float w[3 * 3 * 8 * 8], b[8], dw[3 * 3 * 8 * 8] = {0}, db[8] = {0};
    const size_t taps = (size_t)(c->conv.kernel * c->conv.kernel);
    const size_t w_count = taps * (size_t)c->conv.in * (size_t)c->conv.out;
    const int oh = s2_conv_out_size(&c->conv, c->h), ow = s2_conv_out_size(&c->conv, c->w);
    s2_map x = golden_input(c->name, "x", 2, c->h, c->w, c->conv.in);
    s2_map y = golden_zeros(2, oh, ow, c->conv.out), dx = golden_zeros(2, c->h, c->w, c->conv.in);
    s2_map dy = golden_input(c->name, "dy", 2, oh, ow, c->conv.out);
    golden_fill(golden_name(c->name, "w"), 1, 0, w, w_count);
    golden_fill(golden_name(c->name, "b"), 1, 0, b, (size_t)c->conv.out);

    CHECK(s2_conv_forward(&c->conv, &x, w, c->bias ? b : NULL, &y, NULL) == S2RGF_OK);
    CHECK(golden_map_matches(file, c->name, "y", &y, TOLERANCE));
    CHECK(s2_conv_backward(&c->conv, &x, w, &dy, &dx, dw, c->bias ? db : NULL, NULL) == S2RGF_OK);
    CHECK(golden_map_matches(file, c->name, "dx", &dx, TOLERANCE));
    CHECK(golden_matches(file, golden_name(c->name, "dw"), dw, w_count, TOLERANCE));
    if (c->bias)
        CHECK(golden_matches(file, golden_name(c->name, "db"), db, (size_t)c->conv.out, TOLERANCE));

    /* gradients are added to, and those that nobody wants are left out */
    float again[3 * 3 * 8 * 8];
    memcpy(again, dw, sizeof again);
    CHECK(s2_conv_backward(&c->conv, &x, w, &dy, NULL, again, NULL, NULL) == S2RGF_OK);
    for (size_t i = 0; i < w_count; i++)
        CHECK_NEAR(again[i], 2 * dw[i], 1e-4);
    golden_maps_end();
}

static void test_band_conv(const golden_file *file, int width, int bands)
{
    char name[32];
    float w[5], b, dw[5] = {0}, db = 0;
    snprintf(name, sizeof name, "band%d_%d", width, bands);
    s2_map x = golden_input(name, "x", 2, 3, 4, bands);
    s2_map dy = golden_input(name, "dy", 2, 3, 4, bands);
    s2_map y = golden_zeros(2, 3, 4, bands), dx = golden_zeros(2, 3, 4, bands);
    golden_fill(golden_name(name, "w"), 1, 0, w, (size_t)width);
    golden_fill(golden_name(name, "b"), 1, 0, &b, 1);

    s2_band_conv_forward(&x, w, b, width, &y);
    CHECK(golden_map_matches(file, name, "y", &y, TOLERANCE));
    s2_band_conv_backward(&x, &y, w, width, &dy, &dx, dw, &db);
    CHECK(golden_map_matches(file, name, "dx", &dx, TOLERANCE));
    CHECK(golden_matches(file, golden_name(name, "dw"), dw, (size_t)width, TOLERANCE));
    CHECK(golden_matches(file, golden_name(name, "db"), &db, 1, TOLERANCE));
    golden_maps_end();
}

static void test_sizes(void)
{
    const s2_conv plain = {3, 1, 2, 1, 1}, halving = {3, 2, 1, 1, 1};
    CHECK(s2_conv_out_size(&plain, 7) == 7);
    CHECK(s2_conv_out_size(&halving, 7) == 4);
    CHECK(s2_conv_out_size(&halving, 8) == 4);
    CHECK(s2_conv_out_size(&halving, 1) == 1);
}

int main(void)
{
    static golden_file file;
    REQUIRE(golden_load(&file, "layers.txt"));
    for (int wide = 0; wide < 2; wide++) {
        golden_maps_wide = wide == 1;
        for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++)
            test_conv(&file, &CASES[i]);
        for (int width = 3; width <= 5; width += 2) {
            test_band_conv(&file, width, 1);
            test_band_conv(&file, width, 9);
        }
    }
    test_sizes();
    golden_clear(&file);
    return harness_end();
}
