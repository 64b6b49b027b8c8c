/* Sampling between grids, halving and validity, against PyTorch. */
#include "nn/layers/resample.h"

#include "golden/golden_tensors.h"

#define TOLERANCE 1e-5

/* LAYER_AFFINES of tests/golden/make_goldens.py: reference -> source, corner coordinates. */
static const s2_affine AFFINES[2] = {
    {{0.75, 0.27, 0.0, 0.4, 0.0, 0.31}},
    {{6.2, -0.05, -0.4, -0.5, 0.55, 0.08}},
};

/* The golden called name: 2 tensors of h x w x c sampled at target_h x target_w positions. */
static void test_sample(const golden_file *file, const char *name, s2_tensor x, s2_tensor dy,
                        double scale)
{
    s2_tensor y = golden_zeros(dy.n, dy.h, dy.w, dy.c), dx = golden_zeros(x.n, x.h, x.w, x.c);
    s2_sampling sampling[2];
    for (int n = 0; n < 2; n++)
        sampling[n] = (s2_sampling){AFFINES[n], scale, x.w, x.h};
    s2_sample_forward(sampling, &x, &y);
    CHECK(golden_tensor_matches(file, name, "y", &y, TOLERANCE));
    s2_sample_backward(sampling, &dy, &dx);
    CHECK(golden_tensor_matches(file, name, "dx", &dx, TOLERANCE));
}

static void test_samples(const golden_file *file)
{
    test_sample(file, "sample_scale1", golden_input("sample_scale1", "x", 2, 7, 6, 3),
                golden_input("sample_scale1", "dy", 2, 8, 9, 3), 1);
    test_sample(file, "sample_scale2", golden_input("sample_scale2", "x", 2, 7, 6, 3),
                golden_input("sample_scale2", "dy", 2, 8, 9, 3), 2);
    test_sample(file, "sample_pixel", golden_input("sample_pixel", "x", 2, 1, 1, 2),
                golden_input("sample_pixel", "dy", 2, 3, 2, 2), 1);
    golden_tensors_end();
}

/* Bilinear doubling is sampling under the affine x / 2. */
static void test_double(const golden_file *file, const char *name, int h, int w)
{
    const int xh = (h + 1) / 2, xw = (w + 1) / 2;
    const s2_sampling half = {{{0, 0.5, 0, 0, 0, 0.5}}, 1, xw, xh};
    const s2_sampling sampling[2] = {half, half};
    s2_tensor x = golden_input(name, "x", 2, xh, xw, 3), y = golden_zeros(2, h, w, 3);
    s2_tensor dy = golden_input(name, "dy", 2, h, w, 3), dx = golden_zeros(2, xh, xw, 3);
    s2_sample_forward(sampling, &x, &y);
    CHECK(golden_tensor_matches(file, name, "y", &y, TOLERANCE));
    s2_sample_backward(sampling, &dy, &dx);
    CHECK(golden_tensor_matches(file, name, "dx", &dx, TOLERANCE));
    golden_tensors_end();
}

static void test_halve(const golden_file *file, const char *name, int h, int w)
{
    const int hh = (h + 1) / 2, hw = (w + 1) / 2;
    s2_tensor x = golden_input(name, "x", 2, h, w, 3), y = golden_zeros(2, hh, hw, 3);
    s2_tensor dy = golden_input(name, "dy", 2, hh, hw, 3), dx = golden_zeros(2, h, w, 3);
    s2_halve_forward(&x, &y);
    CHECK(golden_tensor_matches(file, name, "y", &y, TOLERANCE));
    s2_halve_backward(&dy, &dx);
    CHECK(golden_tensor_matches(file, name, "dx", &dx, TOLERANCE));
    golden_tensors_end();

    uint8_t reference[64], feature[64];
    float as_float[64];
    golden_mask(golden_name(name, "valid"), 0.8, reference, (size_t)(h * w));
    s2_halve_validity(reference, h, w, feature);
    for (int i = 0; i < hh * hw; i++)
        as_float[i] = feature[i];
    CHECK(golden_matches(file, golden_name(name, "valid"), as_float, (size_t)(hh * hw), 1e-8));
}

/* A tap keeps inside the source, and a pixel centre that meets a source centre takes that pixel. */
static void test_taps(void)
{
    const s2_sampling aligned = {{{0, 1, 0, 0, 0, 1}}, 1, 5, 4};
    s2_tap tap = s2_sampling_tap(&aligned, 3, 2);
    CHECK(tap.fx == 0 ? tap.x0 == 3 : tap.fx == 1 && tap.x1 == 3);
    CHECK(tap.fy == 0 ? tap.y0 == 2 : tap.fy == 1 && tap.y1 == 2);

    const s2_sampling shifted = {{{-3.25, 1, 0, 2.5, 0, 1}}, 1, 5, 4};
    for (int y = -2; y < 12; y++)
        for (int x = -2; x < 12; x++) {
            tap = s2_sampling_tap(&shifted, x, y);
            CHECK(0 <= tap.x0 && tap.x0 <= tap.x1 && tap.x1 < 5 && tap.x1 - tap.x0 <= 1);
            CHECK(0 <= tap.y0 && tap.y0 <= tap.y1 && tap.y1 < 4 && tap.y1 - tap.y0 <= 1);
            double column = fmin(fmax(x + 0.5 - 3.25 - 0.5, 0), 4);
            CHECK_NEAR(tap.x0 + (double)tap.fx * (tap.x1 - tap.x0), column, 1e-6);
            double row = fmin(fmax(y + 0.5 + 2.5 - 0.5, 0), 3);
            CHECK_NEAR(tap.y0 + (double)tap.fy * (tap.y1 - tap.y0), row, 1e-6);
        }
}

/* The bounds of a target rectangle hold every tap in it, and lie inside the source. */
static void test_bounds(void)
{
    const s2_rect targets[] = {{0, 0, 9, 8}, {3, 2, 1, 1}, {5, 0, 4, 3}};
    for (int n = 0; n < 2; n++)
        for (int scale = 1; scale <= 2; scale++)
            for (size_t t = 0; t < sizeof targets / sizeof targets[0]; t++) {
                const s2_sampling sampling = {AFFINES[n], scale, 7, 6};
                const s2_rect target = targets[t], all = {0, 0, 7, 6};
                s2_rect bounds = s2_sampling_bounds(&sampling, target);
                CHECK(s2_rect_contains(all, bounds));
                for (int y = target.y; y < target.y + target.h; y++)
                    for (int x = target.x; x < target.x + target.w; x++) {
                        s2_tap tap = s2_sampling_tap(&sampling, x, y);
                        s2_rect taps = {tap.x0, tap.y0, tap.x1 - tap.x0 + 1, tap.y1 - tap.y0 + 1};
                        CHECK(s2_rect_contains(bounds, taps));
                    }
            }
}

int main(void)
{
    static golden_file file;
    REQUIRE(golden_load(&file, "layers.txt"));
    for (int wide = 0; golden_tensors_both(wide); wide++) {
        test_samples(&file);
        test_double(&file, "double_9x7", 9, 7);
        test_double(&file, "double_2x1", 2, 1);
        test_halve(&file, "halve_7x5", 7, 5);
        test_halve(&file, "halve_6x4", 6, 4);
        test_halve(&file, "halve_1x3", 1, 3);
    }
    test_taps();
    test_bounds();
    golden_clear(&file);
    return harness_end();
}
