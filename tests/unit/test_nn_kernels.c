/* The inner loops of running, in every form this machine has, against a plain loop. */
#include "nn/kernels/kernels.h"

#include <inttypes.h>
#include <math.h>

#include "core/checksum.h"
#include "golden/golden.h"
#include "harness.h"
#include "nn/layers/ssja.h"

#define PIXELS_MAX 41
#define TAPS_MAX 9
#define IN_MAX 21
#define OUT_MAX 117 /* seven blocks and a part of one */
#define BLOCKS_MAX ((OUT_MAX + S2_KERNEL_BLOCK - 1) / S2_KERNEL_BLOCK)
#define TOLERANCE 1e-5
#define FUSED_BITS                                                                                 \
    UINT64_C(0x046eb0bb53cdfcfc) /* of all that forms with fused multiply-add compute here */

static float x[TAPS_MAX * PIXELS_MAX * (IN_MAX + 2) * 2], w[TAPS_MAX * IN_MAX * OUT_MAX];
static float scale[OUT_MAX], bias[BLOCKS_MAX * S2_KERNEL_BLOCK], add[PIXELS_MAX * OUT_MAX];
static float packed[TAPS_MAX * IN_MAX * BLOCKS_MAX * S2_KERNEL_BLOCK],
    y[PIXELS_MAX * (OUT_MAX + 3)];

static uint64_t computed; /* checksum of what the form at hand has computed */

static void keep(const float *values, size_t count)
{
    computed = s2_checksum_add(computed, values, count * sizeof *values);
}

typedef struct shape {
    int taps, in, out, count;
    bool add, relu;
} shape;

static double plain(const s2_kernel_row *row, int p, int o)
{
    double sum = row->bias[o] + (row->add ? (double)row->add[p * row->add_step + o] : 0);
    for (int t = 0; t < row->tap_count; t++)
        for (int c = 0; c < row->in; c++)
            sum += (double)row->x[p * row->x_step + row->taps[t] + c] *
                   w[(t * row->in + c) * row->out + o] * scale[o];
    return row->relu && sum < 0 ? 0 : sum;
}

static void test_row(s2_kernel_row_function function, shape s)
{
    /* taps forwards and back, input pixels further apart than their channels */
    static const ptrdiff_t reach[TAPS_MAX] = {0, -1, 1, 7, -7, 8, 6, -6, -8};
    ptrdiff_t taps[TAPS_MAX];
    const ptrdiff_t step = s.in + 2;
    for (int t = 0; t < s.taps; t++)
        taps[t] = reach[t] * step;
    REQUIRE(s2_kernel_packed_floats(s.taps, s.in, s.out) <= sizeof packed / sizeof packed[0]);
    s2_kernel_pack(w, scale, s.taps, s.in, s.out, packed);
    float padded[BLOCKS_MAX * S2_KERNEL_BLOCK] = {0};
    memcpy(padded, bias, (size_t)s.out * sizeof(float));
    for (size_t i = 0; i < sizeof y / sizeof y[0]; i++)
        y[i] = 77;
    const s2_kernel_row row = {.x = x + 8 * step,
                               .x_step = step,
                               .taps = taps,
                               .tap_count = s.taps,
                               .in = s.in,
                               .w = packed,
                               .bias = padded,
                               .add = s.add ? add : NULL,
                               .add_step = s.out,
                               .y = y,
                               .y_step = s.out + 3,
                               .count = s.count,
                               .out = s.out,
                               .relu = s.relu};
    function(&row);
    keep(y, sizeof y / sizeof y[0]);
    for (int p = 0; p < PIXELS_MAX; p++)
        for (int o = 0; o < s.out + 3; o++) {
            const bool written = p < s.count && o < s.out;
            const float found = y[p * (s.out + 3) + o];
            CHECK_NEAR(found, written ? plain(&row, p, o) : 77, TOLERANCE);
        }
}

/* A pixel's value does not depend on its place in the row nor on the length of the row. */
static void test_place(s2_kernel_row_function function)
{
    const ptrdiff_t taps[1] = {0};
    float whole[PIXELS_MAX * 16], alone[16];
    s2_kernel_pack(w, NULL, 1, 13, 16, packed);
    s2_kernel_row row = {.x = x,
                         .x_step = 13,
                         .taps = taps,
                         .tap_count = 1,
                         .in = 13,
                         .w = packed,
                         .bias = bias,
                         .y = whole,
                         .y_step = 16,
                         .count = PIXELS_MAX,
                         .out = 16};
    function(&row);
    for (int p = 0; p < PIXELS_MAX; p++) {
        row.x = x + p * 13;
        row.y = alone;
        row.count = 1;
        function(&row);
        CHECK(memcmp(alone, whole + p * 16, sizeof alone) == 0);
    }
}

/* Samples, moments, attention and sums against the plain ones; channels that fill no vector. */
static void test_maps(const s2_kernels *kernels, const s2_kernels *plain, int channels)
{
    enum { COUNT = 9, WIDTH = 7, SCALED = 5, FLOATS = COUNT * 40 };
    static const int left[COUNT] = {3, 3, 4, 5, 6, 7, 8, 8, 9};
    static const int right[COUNT] = {3, 4, 5, 6, 7, 8, 9, 8, 9};
    static const uint8_t valid[COUNT] = {1, 0, 1, 1, 1, 0, 1, 1, 1};
    float found[2][FLOATS], sums[2][2][40];
    const s2_kernels *const forms[2] = {kernels, plain};
    REQUIRE(channels <= 40);
    for (int f = 0; f < 2; f++)
        for (int added = 0; added < 2; added++) {
            const s2_kernel_sample sample = {.top = x,
                                             .bottom = x + WIDTH * channels,
                                             .bottom_weight = 0.3f,
                                             .first_column = 3,
                                             .stride = channels,
                                             .left = left,
                                             .right = right,
                                             .right_weights = scale,
                                             .count = COUNT,
                                             .channels = channels,
                                             .add = added == 1,
                                             .y = found[f],
                                             .y_step = channels};
            forms[f]->sample(&sample);
        }
    keep(found[0], (size_t)(COUNT * channels));
    for (int i = 0; i < COUNT * channels; i++)
        CHECK_NEAR(found[0][i], found[1][i], TOLERANCE);
    for (int f = 0; f < 2; f++) {
        memset(sums[f], 0, sizeof sums[f]);
        const s2_kernel_moments row = {x, channels, valid, COUNT, channels, sums[f][0], sums[f][1]};
        CHECK(forms[f]->moments(&row) == 7);
        const s2_kernel_scale run = {.x = x,
                                     .corners = {w, w + 50, w + 100, w + 150},
                                     .right_weights = scale,
                                     .bottom_weight = 0.7f,
                                     .count = SCALED,
                                     .channels = channels,
                                     .y = found[f]};
        forms[f]->scale(&run);
        forms[f]->sum((const float *const[]){x, w, add}, 3, (size_t)channels,
                      found[f] + SCALED * channels);
    }
    keep(sums[0][0], 2 * 40);
    keep(found[0], (size_t)((SCALED + 1) * channels));
    for (int k = 0; k < channels; k++) {
        CHECK_NEAR(sums[0][0][k], sums[1][0][k], TOLERANCE);
        CHECK_NEAR(sums[0][1][k], sums[1][1][k], TOLERANCE);
    }
    for (int i = 0; i < (SCALED + 1) * channels; i++)
        CHECK_NEAR(found[0][i], found[1][i], TOLERANCE);
}

/* The filters along the bands, down to one band, against the plain ones. */
static void test_rows(const s2_kernels *kernels, const s2_kernels *plain, int count)
{
    float filtered[2][3 * 2 * 40];
    const s2_kernels *const forms[2] = {kernels, plain};
    REQUIRE(count <= 40);
    for (int f = 0; f < 2; f++) {
        const s2_kernel_filter filter = {w, w + 3, 0.1f, -0.2f, x, count, 3, filtered[f]};
        forms[f]->filter(&filter);
    }
    keep(filtered[0], (size_t)(3 * 2 * count));
    for (int i = 0; i < 3 * 2 * count; i++)
        CHECK_NEAR(filtered[0][i], filtered[1][i], TOLERANCE);
}

/* Gram matrices and the attention they make, against the plain ones, which are tied to
   training's. */
static void test_relation(const s2_kernels *kernels, const s2_kernels *plain, int channels,
                          int count)
{
    enum { CHANNELS = 80 };
    static float grams[2][3 * CHANNELS * CHANNELS], attended[2][2 * CHANNELS * CHANNELS];
    static float norms[2 * CHANNELS];
    const s2_kernels *const forms[2] = {kernels, plain};
    REQUIRE(channels <= CHANNELS);
    for (int f = 0; f < 2; f++) {
        const s2_kernel_gram cell = {x, w, count, channels, grams[f]};
        const s2_kernel_attend window = {grams[f], channels, norms, attended[f]};
        forms[f]->gram(&cell);
        forms[f]->attend(&window);
    }
    keep(grams[0], s2_gram_floats(channels));
    keep(attended[0], (size_t)(2 * channels * channels));
    for (size_t i = 0; i < s2_gram_floats(channels); i++)
        CHECK_NEAR(grams[0][i], grams[1][i], TOLERANCE);
    for (int i = 0; i < 2 * channels * channels; i++)
        CHECK_NEAR(attended[0][i], attended[1][i], 1e-6);
}

/* The plain attention, out of squares, is that of training. */
static void test_attention(const s2_kernels *kernels)
{
    enum { C = 48, COUNT = 20 };
    static float whole[3][C * C], a1[C * C], a2[C * C], grams[3 * C * C], attended[2 * C * C];
    float norms[2 * C];
    const float *const maps[3][2] = {{x, x}, {w, w}, {w, x}}; /* G11, G22, G21 */
    for (int m = 0; m < 3; m++)
        for (int i = 0; i < C; i++)
            for (int j = 0; j < C; j++)
                for (int p = 0; p < COUNT; p++)
                    whole[m][i * C + j] += maps[m][0][p * C + i] * maps[m][1][p * C + j];
    s2_ssja_attention((const float *const[3]){whole[0], whole[1], whole[2]}, C, norms,
                      (float *const[2]){a1, a2});
    const s2_kernel_gram cell = {x, w, COUNT, C, grams};
    const s2_kernel_attend window = {grams, C, norms, attended};
    kernels->gram(&cell);
    kernels->attend(&window);
    for (int i = 0; i < C; i++)
        for (int j = 0; j < C; j++) {
            const float *column = attended + i / 16 * 2 * C * 16 + i % 16;
            const float self = i == j ? 1 : 0;
            CHECK_NEAR(column[j * 16], a1[i * C + j] + self, 1e-6);
            CHECK_NEAR(column[(C + j) * 16], a2[i * C + j] + self, 1e-6);
        }
}

/* Without a wish there is always a form; a wish that means nothing is refused, not ignored. */
/* A strip of Winograd's tiles against the direct way. */
static void test_strip(const s2_kernels *kernels, int dilation)
{
    enum { IN = 16, OUT = 32, TILES = 4, COLUMNS = 28, FLOATS = 10 * COLUMNS * IN };
    static float image[FLOATS], weights[9 * IN * OUT], direct[9 * IN * OUT];
    static float wino[S2_WINOGRAD_PRODUCTS * IN * OUT], out[4][COLUMNS * OUT], expected[OUT * 16];
    static float scratch[S2_WINOGRAD_PRODUCTS * S2_WINOGRAD_GROUP * (IN + OUT)];
    if (!kernels->winograd)
        return;
    golden_fill("kernel.image", 1, 0, image, FLOATS);
    golden_fill("kernel.weights", 1, 0, weights, 9 * IN * OUT);
    s2_kernel_pack(weights, NULL, 9, IN, OUT, direct);
    s2_winograd_pack(direct, IN, OUT, wino);
    s2_kernel_winograd strip = {.x_stride = IN,
                                .y_stride = OUT,
                                .dilation = dilation,
                                .tiles = TILES,
                                .end = 4 * TILES,
                                .in = IN,
                                .out = OUT,
                                .w = wino,
                                .bias = bias,
                                .scratch = scratch};
    for (int i = 0; i < S2_WINOGRAD_REACH; i++)
        strip.x[i] = image + i * COLUMNS * IN;
    for (int i = 0; i < S2_WINOGRAD_SIDE; i++)
        strip.y[i] = out[i];
    kernels->winograd(&strip);
    for (int i = 0; i < S2_WINOGRAD_SIDE; i++) {
        ptrdiff_t taps[9];
        for (int t = 0; t < 9; t++)
            taps[t] = (ptrdiff_t)t / 3 * COLUMNS * IN + (ptrdiff_t)t % 3 * dilation * IN;
        const s2_kernel_row row = {.x = strip.x[i],
                                   .x_step = IN,
                                   .taps = taps,
                                   .tap_count = 9,
                                   .in = IN,
                                   .w = direct,
                                   .bias = bias,
                                   .y = expected,
                                   .y_step = OUT,
                                   .count = 4 * TILES,
                                   .out = OUT};
        kernels->row(&row);
        keep(out[i], 4 * TILES * OUT);
        for (int k = 0; k < 4 * TILES * OUT; k++)
            CHECK_NEAR(out[i][k], expected[k], 1e-4);
    }
}

/* Where the same bits are wanted, a form that does not fuse gives its place to one that does. */
static void test_exact(const s2_kernels *form)
{
    const s2_kernels *kernels = NULL;
    REQUIRE(s2_kernels_select(S2_PRECISION_EXACT, &kernels, NULL) == S2RGF_OK);
    CHECK(kernels->fused);
    CHECK(strcmp(kernels->name, form->fused ? form->name : "exact") == 0);
}

/* A sum is a chain of fused operations in the order of the taps, then of the channels. */
static void test_chain(s2_kernel_row_function function)
{
    enum { IN = 13, TAPS = 4, OUT = 21, COUNT = 17 };
    const ptrdiff_t taps[TAPS] = {0, 5, 2, 40};
    float found[COUNT * OUT];
    s2_kernel_pack(w, scale, TAPS, IN, OUT, packed);
    const s2_kernel_row row = {.x = x,
                               .x_step = IN,
                               .taps = taps,
                               .tap_count = TAPS,
                               .in = IN,
                               .w = packed,
                               .bias = bias,
                               .y = found,
                               .y_step = OUT,
                               .count = COUNT,
                               .out = OUT};
    function(&row);
    for (int p = 0; p < COUNT; p++)
        for (int o = 0; o < OUT; o++) {
            float sum = bias[o];
            for (int t = 0; t < TAPS; t++)
                for (int c = 0; c < IN; c++) {
                    const float weight = w[(t * IN + c) * OUT + o] * scale[o];
                    sum = fmaf(x[p * IN + taps[t] + c], weight, sum);
                }
            CHECK(found[p * OUT + o] == sum);
        }
}

/* Windows with numbers of all kinds: many equal ones, far apart, absent. */
static float smoothed_number(int kind, size_t i)
{
    const float value = x[i % (sizeof x / sizeof x[0])];
    const float far[] = {value, (float)(int)(3.0f * value), value * 1e30f, expf(20.0f * value)};
    return kind == 4 ? (i % 3 == 0 ? NAN : value) : far[kind];
}

/* The same bits as the plain form, from whatever guess, and nothing for pixels that are left out. */
static void test_smoothed(const s2_kernels *kernels, const s2_kernels *plain, int window, int count,
                          int kind)
{
    static float numbers[S2_SMOOTH_MOST_PX][PIXELS_MAX + S2_SMOOTH_MOST_PX + S2_SMOOTH_PAD];
    const float *rows[S2_SMOOTH_MOST_PX];
    float least[2][PIXELS_MAX] = {{0}}, found[2][PIXELS_MAX] = {{0}};
    int halves[PIXELS_MAX];
    for (int r = 0; r < window; r++) {
        rows[r] = numbers[r];
        for (int u = 0; u < PIXELS_MAX + S2_SMOOTH_MOST_PX + S2_SMOOTH_PAD; u++)
            numbers[r][u] = smoothed_number(kind, (size_t)(r * 101 + u));
    }
    for (int i = 0; i < count; i++) {
        int with_data = 0;
        for (int r = 0; r < window; r++)
            for (int u = 0; u < window; u++)
                with_data += !isnan(numbers[r][i + u]);
        halves[i] = i % 5 == 2 ? 0 : (with_data + 1) / 2;
        least[0][i] = x[i];
    }
    s2_kernel_smooth row = {rows,   window, window,   numbers[window / 2] + window / 2,
                            halves, count,  least[0], found[0]};
    kernels->smooth(&row);
    row.least = least[1];
    row.y = found[1];
    plain->smooth(&row);
    for (int i = 0; i < count; i++)
        if (halves[i] > 0 && !isnan(row.own[i])) {
            CHECK(least[0][i] == least[1][i]);
            CHECK(found[0][i] == found[1][i]);
        } else if (halves[i] == 0) {
            CHECK(found[0][i] == 0.0f && least[0][i] == x[i]);
        }
}

static void test_smoothing(const s2_kernels *kernels, const s2_kernels *plain)
{
    for (int kind = 0; kind < 5; kind++) {
        test_smoothed(kernels, plain, 3, PIXELS_MAX, kind);
        test_smoothed(kernels, plain, 7, 17, kind);
        test_smoothed(kernels, plain, 7, 1, kind);
        test_smoothed(kernels, plain, S2_SMOOTH_MOST_PX, 9, kind);
    }
}

static void test_choice(void)
{
    const s2_kernels *kernels = NULL;
    s2rgf_error error = {0};
    REQUIRE(setenv("S2RGF_KERNELS", "", 1) == 0);
    CHECK(s2_kernels_select(S2_PRECISION_FLOAT, &kernels, NULL) == S2RGF_OK && kernels &&
          kernels->row);
    REQUIRE(setenv("S2RGF_KERNELS", "fast", 1) == 0);
    CHECK(s2_kernels_select(S2_PRECISION_FLOAT, &kernels, &error) == S2RGF_INVALID_ARGUMENT);
    CHECK(strcmp(error.message,
                 "S2RGF_KERNELS: expected avx512, avx2, base, exact or plain, found fast") == 0);
    REQUIRE(unsetenv("S2RGF_KERNELS") == 0);
}

int main(void)
{
    static const char *const forms[] = {"plain", "base", "exact", "avx2", "avx512"};
    static const int counts[] = {1, 2, 5, 6, 7, 12, 13, PIXELS_MAX};
    const s2_kernels *plain = NULL; /* the first form */
    golden_fill("kernel.x", 1, 0, x, sizeof x / sizeof x[0]);
    golden_fill("kernel.w", 1, 0, w, sizeof w / sizeof w[0]);
    golden_fill("kernel.scale", 0.5, 1, scale, OUT_MAX);
    golden_fill("kernel.bias", 1, 0, bias, BLOCKS_MAX * S2_KERNEL_BLOCK);
    golden_fill("kernel.add", 1, 0, add, sizeof add / sizeof add[0]);
    for (size_t f = 0; f < sizeof forms / sizeof forms[0]; f++) {
        const s2_kernels *kernels = NULL;
        REQUIRE(setenv("S2RGF_KERNELS", forms[f], 1) == 0);
        const s2rgf_status status = s2_kernels_select(S2_PRECISION_FLOAT, &kernels, NULL);
        if (f >= 3 && status == S2RGF_UNSUPPORTED)
            continue;
        REQUIRE(status == S2RGF_OK);
        CHECK(strcmp(kernels->name, forms[f]) == 0);
        computed = S2_CHECKSUM_START;
        const s2_kernel_row_function function = kernels->row;
        for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
            test_row(function, (shape){9, 4, 32, counts[i], false, true});
            test_row(function, (shape){1, IN_MAX, OUT_MAX, counts[i], true, true});
            test_row(function, (shape){1, 3, 64, counts[i], true, false});
            test_row(function, (shape){9, 1, 5, counts[i], true, false});
            /* half a block, a block that is not full, and the two behind a whole one */
            for (int out = 8; out <= 28; out += out == 12 ? 12 : 4)
                test_row(function, (shape){1, 3, out, counts[i], true, true});
            test_row(function, (shape){1, 3, 16, counts[i], false, false});
        }
        test_place(function);
        if (!plain)
            test_attention(kernels);
        plain = plain ? plain : kernels;
        for (int channels = 1; channels <= 40; channels += 13)
            test_maps(kernels, plain, channels);
        test_maps(kernels, plain, 32);
        for (int count = 1; count <= 40; count += count < 7 ? 1 : 11)
            test_rows(kernels, plain, count);
        for (int channels = 16; channels <= 80; channels += 16) {
            test_relation(kernels, plain, channels, 11);
            test_relation(kernels, plain, channels, 0);
        }
        test_smoothing(kernels, plain);
        test_strip(kernels, 1);
        test_strip(kernels, 2);
        test_exact(kernels);
        CHECK(kernels->fused || f < 2);
        if (kernels->fused) {
            test_chain(function);
            if (computed != FUSED_BITS)
                printf("    %s: expected bits %" PRIx64 ", found %" PRIx64 "\n", forms[f],
                       FUSED_BITS, computed);
            CHECK(computed == FUSED_BITS);
        }
    }
    test_choice();
    return harness_end();
}
