/* Convolutions, two-dimensional and along the bands, against PyTorch. */
#include "golden/network_parts.h"
#include "nn/layers/conv.h"

#include "golden/golden_tensors.h"
#include "nn/layers/band_conv.h"
#include "nn/layers/conv_winograd.h"

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
    s2_tensor x = golden_input(c->name, "x", 2, c->h, c->w, c->conv.in);
    s2_tensor y = golden_zeros(2, oh, ow, c->conv.out),
              dx = golden_zeros(2, c->h, c->w, c->conv.in);
    s2_tensor dy = golden_input(c->name, "dy", 2, oh, ow, c->conv.out);
    golden_fill(golden_name(c->name, "w"), 1, 0, w, w_count);
    golden_fill(golden_name(c->name, "b"), 1, 0, b, (size_t)c->conv.out);

    CHECK(conv_forward(&c->conv, &x, w, c->bias ? b : NULL, &y, NULL) == S2RGF_OK);
    CHECK(golden_tensor_matches(file, c->name, "y", &y, TOLERANCE));
    CHECK(conv_backward(&c->conv, &x, w, &dy, &dx, dw, c->bias ? db : NULL, NULL) == S2RGF_OK);
    CHECK(golden_tensor_matches(file, c->name, "dx", &dx, TOLERANCE));
    CHECK(golden_matches(file, golden_name(c->name, "dw"), dw, w_count, TOLERANCE));
    if (c->bias)
        CHECK(golden_matches(file, golden_name(c->name, "db"), db, (size_t)c->conv.out, TOLERANCE));

    /* gradients are added to, and those that nobody wants are left out */
    float again[3 * 3 * 8 * 8];
    memcpy(again, dw, sizeof again);
    CHECK(conv_backward(&c->conv, &x, w, &dy, NULL, again, NULL, NULL) == S2RGF_OK);
    for (size_t i = 0; i < w_count; i++)
        CHECK_NEAR(again[i], 2 * dw[i], 1e-4);
    golden_tensors_end();
}

static void test_band_conv(const golden_file *file, int width, int bands)
{
    char name[32];
    float w[5], b, dw[5] = {0}, db = 0;
    snprintf(name, sizeof name, "band%d_%d", width, bands);
    s2_tensor x = golden_input(name, "x", 2, 3, 4, bands);
    s2_tensor dy = golden_input(name, "dy", 2, 3, 4, bands);
    s2_tensor y = golden_zeros(2, 3, 4, bands), dx = golden_zeros(2, 3, 4, bands);
    golden_fill(golden_name(name, "w"), 1, 0, w, (size_t)width);
    golden_fill(golden_name(name, "b"), 1, 0, &b, 1);

    s2_band_conv_forward(&x, w, b, width, &y);
    CHECK(golden_tensor_matches(file, name, "y", &y, TOLERANCE));
    const s2_band_filter_weights weights = {w, width, dw, &db, NULL};
    s2_band_conv_backward(&x, &y, &weights, &dy, &dx);
    CHECK(golden_tensor_matches(file, name, "dx", &dx, TOLERANCE));
    CHECK(golden_matches(file, golden_name(name, "dw"), dw, (size_t)width, TOLERANCE));
    CHECK(golden_matches(file, golden_name(name, "db"), &db, 1, TOLERANCE));
    golden_tensors_end();
}

static void test_sizes(void)
{
    const s2_conv plain = {3, 1, 2, 1, 1}, halving = {3, 2, 1, 1, 1};
    CHECK(s2_conv_out_size(&plain, 7) == 7);
    CHECK(s2_conv_out_size(&halving, 7) == 4);
    CHECK(s2_conv_out_size(&halving, 8) == 4);
    CHECK(s2_conv_out_size(&halving, 1) == 1);
}

/* What a convolution and its gradients add up to. */
typedef struct sums {
    double *y, *dx, *dw;
} sums;

static void plain_convolution(const s2_conv *conv, const s2_tensor *x, const float *w,
                              const s2_tensor *dy, const sums *out)
{
    const int in = conv->in, wide = conv->out, d = conv->dilation;
    for (int i = 0; i < x->h; i++)
        for (int j = 0; j < x->w; j++)
            for (int t = 0; t < 9; t++) {
                const int yy = i + (t / 3 - 1) * d, xx = j + (t % 3 - 1) * d;
                if (yy < 0 || yy >= x->h || xx < 0 || xx >= x->w)
                    continue;
                for (int c = 0; c < in; c++)
                    for (int o = 0; o < wide; o++) {
                        const int from = (yy * x->w + xx) * x->stride + c;
                        const int at = (t * in + c) * wide + o, to = i * x->w + j;
                        const double gradient = dy->data[to * dy->stride + o];
                        out->y[to * wide + o] += (double)w[at] * x->data[from];
                        out->dx[(yy * x->w + xx) * in + c] += w[at] * gradient;
                        out->dw[at] += x->data[from] * gradient;
                    }
            }
}

static double largest_difference(const s2_tensor *tensor, const double *expected)
{
    double largest = 0;
    for (int p = 0; p < tensor->h * tensor->w; p++)
        for (int k = 0; k < tensor->c; k++)
            largest = fmax(
                largest, fabs(tensor->data[p * tensor->stride + k] - expected[p * tensor->c + k]));
    return largest;
}

/* Winograd's transforms against the sums over the taps, where tiles overhang the tensor. */
static void test_winograd(const s2_conv *conv, int h, int w)
{
    enum { PX = 31 * 31, WIDE = 32 };
    static float weights[9 * WIDE * WIDE], dw[9 * WIDE * WIDE];
    static double y_sum[PX * WIDE], dx_sum[PX * WIDE], dw_sum[9 * WIDE * WIDE];
    float bias[WIDE], db[WIDE] = {0};
    const size_t count = (size_t)(9 * conv->in * conv->out);
    s2_tensor x = golden_input("winograd", "x", 1, h, w, conv->in);
    s2_tensor dy = golden_input("winograd", "dy", 1, h, w, conv->out);
    s2_tensor y = golden_zeros(1, h, w, conv->out), dx = golden_zeros(1, h, w, conv->in);
    REQUIRE(h * w <= PX && conv->in <= WIDE && conv->out <= WIDE);
    CHECK(s2_conv_winograd_suits(conv, &y));
    golden_fill("winograd w", 1, 0, weights, count);
    golden_fill("winograd b", 1, 0, bias, (size_t)conv->out);
    memset(dw, 0, sizeof dw);
    memset(y_sum, 0, sizeof y_sum);
    memset(dx_sum, 0, sizeof dx_sum);
    memset(dw_sum, 0, sizeof dw_sum);
    plain_convolution(conv, &x, weights, &dy, &(sums){y_sum, dx_sum, dw_sum});
    for (int p = 0; p < h * w; p++)
        for (int o = 0; o < conv->out; o++)
            y_sum[p * conv->out + o] += bias[o];

    CHECK(conv_forward(conv, &x, weights, bias, &y, NULL) == S2RGF_OK);
    CHECK(largest_difference(&y, y_sum) < 1e-4);
    CHECK(conv_backward(conv, &x, weights, &dy, &dx, dw, db, NULL) == S2RGF_OK);
    CHECK(largest_difference(&dx, dx_sum) < 2e-4);
    for (size_t i = 0; i < count; i++)
        CHECK_NEAR(dw[i], dw_sum[i], 1e-3);
    for (int o = 0; o < conv->out; o++) {
        double sum = 0;
        for (int p = 0; p < h * w; p++)
            sum += dy.data[p * dy.stride + o];
        CHECK_NEAR(db[o], sum, 1e-3);
    }
    golden_tensors_end();
}

/* Small tensors and few channels are not for it. */
static void test_winograd_suits(void)
{
    const s2_conv plain = {3, 1, 1, 32, 32}, narrow = {3, 1, 1, 6, 32}, halving = {3, 2, 1, 32, 32};
    const s2_tensor large = {NULL, 1, 16, 16, 32, 32}, small = {NULL, 1, 4, 4, 32, 32};
    CHECK(s2_conv_winograd_suits(&plain, &large));
    CHECK(!s2_conv_winograd_suits(&plain, &small));
    CHECK(!s2_conv_winograd_suits(&narrow, &large));
    CHECK(!s2_conv_winograd_suits(&halving, &large));
}

int main(void)
{
    static const char *const KERNELS[] = {"base", "avx2", "avx512"};
    static golden_file file;
    REQUIRE(golden_load(&file, "layers.txt"));
    for (int wide = 0; golden_tensors_both(wide); wide++) {
        for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++)
            test_conv(&file, &CASES[i]);
        for (int width = 3; width <= 5; width += 2) {
            test_band_conv(&file, width, 1);
            test_band_conv(&file, width, 9);
        }
        for (int k = 0; k < 3; k++) {
            if (!golden_kernels(KERNELS[k]))
                continue;
            test_winograd(&(s2_conv){3, 1, 1, 32, 16}, 17, 13);
            test_winograd(&(s2_conv){3, 1, 2, 16, 32}, 19, 31);
        }
        unsetenv("S2RGF_KERNELS");
    }
    test_winograd_suits();
    test_sizes();
    golden_clear(&file);
    return harness_end();
}
