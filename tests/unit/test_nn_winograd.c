/* Winograd against the plain direct way, in every form this machine has. */
#include "nn/run/winograd.h"

#include "golden/golden.h"
#include "harness.h"

enum { WIDTH = 53, HEIGHT = 41, CHANNELS_MAX = 64, REACH = 18 };
#define TOLERANCE 2e-5 /* of the largest value */

/* A convolution with random weights, the tensor it is given and what it is compared with. */
typedef struct sample {
    s2_folded_conv conv;
    s2_region in, add, expected, found;
    const s2_kernels *plain;
    double largest;
} sample;

static s2_region make_region(s2_rect rect, int channels)
{
    const size_t floats = (size_t)(rect.w * rect.h * channels);
    s2_region region = {rect, channels, 1, (float *)calloc(floats, sizeof(float)), 0};
    REQUIRE(region.data != NULL);
    return region;
}

static size_t region_floats(const s2_region *region)
{
    return (size_t)(region->rect.w * region->rect.h * region->stride);
}

static sample make_sample(int in, int out, int dilation, bool relu)
{
    const s2_rect scene = {0, 0, WIDTH, HEIGHT};
    static float w[9 * CHANNELS_MAX * CHANNELS_MAX];
    sample s = {.conv = {.conv = {3, 1, dilation, in, out}, .relu = relu}};
    s.in = make_region(s2_rect_grow(scene, REACH), in);
    s.add = make_region(scene, out + 5);
    s.expected = make_region(scene, out + 3);
    s.found = make_region(scene, out + 3);
    golden_fill("winograd.x", 1, 0, s.in.data, region_floats(&s.in));
    golden_fill("winograd.add", 1, 0, s.add.data, region_floats(&s.add));
    golden_fill("winograd.w", 1, 0, w, (size_t)(9 * in * out));
    s2_region_clear_around(&s.in, scene);
    s.conv.w = (float *)malloc(s2_kernel_packed_floats(9, in, out) * sizeof(float));
    s.conv.bias = (float *)malloc((size_t)out * sizeof(float));
    REQUIRE(s.conv.w && s.conv.bias);
    golden_fill("winograd.bias", 1, 0, s.conv.bias, (size_t)out);
    s2_kernel_pack(w, NULL, 9, in, out, s.conv.w);
    REQUIRE(s2_fold_winograd(&s.conv) && s.conv.winograd);
    REQUIRE(setenv("S2RGF_KERNELS", "plain", 1) == 0);
    REQUIRE(s2_kernels_select(S2_PRECISION_FLOAT, &s.plain, NULL) == S2RGF_OK);
    return s;
}

static void clear_sample(sample *s)
{
    free(s->conv.w);
    free(s->conv.bias);
    free(s->conv.winograd);
    free(s->in.data);
    free(s->add.data);
    free(s->expected.data);
    free(s->found.data);
}

static void compute_expected(sample *s, bool add)
{
    const s2_rect scene = s->expected.rect;
    s2_region_conv(s->plain->row, &s->conv, &s->in, add ? &s->add : NULL, scene, &s->expected);
    s->largest = 0;
    for (size_t i = 0; i < region_floats(&s->expected); i++)
        s->largest = fmax(s->largest, fabs((double)s->expected.data[i]));
}

/* The whole tensor is near the plain one. */
static void test_whole(s2_winograd winograd, sample *s, bool add)
{
    compute_expected(s, add);
    s2_region_winograd(winograd, &s->conv, &s->in, add ? &s->add : NULL, s->expected.rect,
                       &s->found);
    for (size_t i = 0; i < region_floats(&s->expected); i++)
        CHECK_NEAR(s->found.data[i], s->expected.data[i], TOLERANCE * s->largest);
}

/* Any part of the tensor has the very bytes it has in the whole, and nothing else is written. */
static void test_part(s2_winograd winograd, const sample *s, s2_rect part)
{
    const s2_rect reach = s2_winograd_input(part, s->conv.conv.dilation);
    s2_region in = make_region(reach, s->in.stride);
    s2_region out = make_region(s2_rect_grow(part, 1), s->found.stride);
    for (int y = reach.y; y < reach.y + reach.h; y++)
        memcpy(s2_region_at(&in, reach.x, y), s2_region_at(&s->in, reach.x, y),
               (size_t)(reach.w * in.stride) * sizeof(float));
    s2_region_winograd(winograd, &s->conv, &in, NULL, part, &out);
    for (int y = out.rect.y; y < out.rect.y + out.rect.h; y++)
        for (int x = out.rect.x; x < out.rect.x + out.rect.w; x++) {
            const bool written = s2_rect_contains(part, (s2_rect){x, y, 1, 1});
            const float *found = s2_region_at(&out, x, y);
            for (int k = 0; k < out.stride; k++) {
                const bool kept = !written || k >= s->conv.conv.out;
                const float expected = kept ? 0.0f : s2_region_at(&s->found, x, y)[k];
                CHECK(found[k] == expected);
            }
        }
    free(in.data);
    free(out.data);
}

static void test_form(const s2_kernels *kernels)
{
    static const int shapes[][3] = {{16, 16, 1}, {16, 64, 2}, {64, 32, 1}, {48, 16, 2}};
    float *scratch = (float *)malloc(s2_winograd_floats(CHANNELS_MAX, CHANNELS_MAX) * 4);
    const s2_winograd winograd = {kernels->winograd, scratch};
    REQUIRE(scratch != NULL);
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        sample s = make_sample(shapes[i][0], shapes[i][1], shapes[i][2], i % 2 == 0);
        test_whole(winograd, &s, true);
        test_whole(winograd, &s, false);
        test_part(winograd, &s, (s2_rect){0, 0, 1, 1});
        test_part(winograd, &s, (s2_rect){7, 5, 13, 9});
        test_part(winograd, &s, (s2_rect){WIDTH - 3, HEIGHT - 2, 3, 2});
        test_part(winograd, &s, (s2_rect){1, 3, WIDTH - 2, 30});
        clear_sample(&s);
    }
    free(scratch);
}

int main(void)
{
    static const char *const forms[] = {"base", "avx2", "avx512"};
    for (size_t f = 0; f < sizeof forms / sizeof forms[0]; f++) {
        const s2_kernels *kernels = NULL;
        REQUIRE(setenv("S2RGF_KERNELS", forms[f], 1) == 0);
        if (s2_kernels_select(S2_PRECISION_FLOAT, &kernels, NULL) == S2RGF_OK)
            test_form(kernels);
        else
            CHECK(f > 0);
    }
    return harness_end();
}
