/* Finite differences for the backward pass of every layer. */
#include "golden/network_parts.h"
#include "gradient/gradient.h"
#include "nn/layers/band_conv.h"
#include "nn/layers/batchnorm.h"
#include "nn/layers/cells.h"
#include "nn/layers/conv.h"
#include "nn/layers/resample.h"
#include "nn/layers/ssja.h"

/* Linear: a large step, only rounding is left. Smooth: curvature and rounding. With ReLU: kinks. */
#define LINEAR_STEP 0.25
#define LINEAR_TOLERANCE 1e-4
#define SMOOTH_STEP 4e-3
#define SMOOTH_TOLERANCE 2e-3
#define KINKED_STEP 1e-3
#define KINKED_TOLERANCE 1e-2

#define CELL_PX 8

/* ---- convolutions --------------------------------------------------------------------------- */

typedef struct conv_context {
    s2_conv conv;
    s2_tensor x, y, dy;
    float w[3 * 3 * 4 * 5], b[5];
} conv_context;

static double conv_objective(void *context)
{
    conv_context *c = context;
    REQUIRE(conv_forward(&c->conv, &c->x, c->w, c->b, &c->y, NULL) == S2RGF_OK);
    return gradient_dot(&c->y, &c->dy);
}

static void test_conv(s2_conv conv, int h, int w)
{
    conv_context c = {.conv = conv};
    const size_t w_count = (size_t)(conv.kernel * conv.kernel * conv.in * conv.out);
    const int oh = s2_conv_out_size(&conv, h), ow = s2_conv_out_size(&conv, w);
    float dw[3 * 3 * 4 * 5] = {0}, db[5] = {0};
    c.x = golden_random("conv.x", 2, h, w, conv.in);
    c.y = golden_zeros(2, oh, ow, conv.out);
    c.dy = golden_random("conv.dy", 2, oh, ow, conv.out);
    golden_fill("conv.w", 1, 0, c.w, w_count);
    golden_fill("conv.b", 1, 0, c.b, (size_t)conv.out);
    s2_tensor dx = golden_zeros(2, h, w, conv.in);
    REQUIRE(conv_backward(&conv, &c.x, c.w, &c.dy, &dx, dw, db, NULL) == S2RGF_OK);
    const gradient_input inputs[] = {
        {"conv x", c.x, dx},
        {"conv w", gradient_array(c.w, w_count), gradient_array(dw, w_count)},
        {"conv b", gradient_array(c.b, (size_t)conv.out), gradient_array(db, (size_t)conv.out)},
    };
    for (int i = 0; i < 3; i++)
        gradient_check(&inputs[i], LINEAR_STEP, LINEAR_TOLERANCE, conv_objective, &c);
    golden_tensors_end();
}

typedef struct band_context {
    s2_tensor x, y, dy;
    float w[5], b;
    int width;
} band_context;

static double band_objective(void *context)
{
    band_context *c = context;
    s2_band_conv_forward(&c->x, c->w, c->b, c->width, &c->y);
    return gradient_dot(&c->y, &c->dy);
}

static void test_band_conv(int width, int bands)
{
    band_context c = {.width = width};
    float dw[5] = {0}, db = 0;
    c.x = golden_random("band.x", 2, 4, 5, bands);
    c.y = golden_zeros(2, 4, 5, bands);
    c.dy = golden_random("band.dy", 2, 4, 5, bands);
    golden_fill("band.w", 1, 0, c.w, (size_t)width);
    golden_fill("band.b", 1, 0, &c.b, 1);
    band_objective(&c);
    s2_tensor dx = golden_zeros(2, 4, 5, bands), consumed = golden_zeros(2, 4, 5, bands);
    gradient_copy(&c.dy, &consumed);
    const s2_band_filter_weights weights = {c.w, width, dw, &db, NULL};
    s2_band_conv_backward(&c.x, &c.y, &weights, &consumed, &dx);
    const gradient_input inputs[] = {
        {"band conv x", c.x, dx},
        {"band conv w", gradient_array(c.w, (size_t)width), gradient_array(dw, (size_t)width)},
        {"band conv b", gradient_array(&c.b, 1), gradient_array(&db, 1)},
    };
    for (int i = 0; i < 3; i++)
        gradient_check(&inputs[i], KINKED_STEP, KINKED_TOLERANCE, band_objective, &c);
    golden_tensors_end();
}

/* ---- batch-norm ----------------------------------------------------------------------------- */

typedef struct norm_context {
    s2_batchnorm bn;
    s2_batchnorm_state state;
    s2_tensor x, y, dy;
    bool relu;
} norm_context;

static double norm_objective(void *context)
{
    norm_context *c = context;
    s2_batchnorm_forward(&c->bn, &c->state, &c->x, c->relu, &c->y);
    return gradient_dot(&c->y, &c->dy);
}

static void test_batchnorm(bool relu)
{
    enum { CHANNELS = 5 };
    static s2_params params;
    norm_context c = {.relu = relu};
    memset(&params, 0, sizeof params);
    s2_batchnorm_declare(&c.bn, &params, "bn", CHANNELS);
    REQUIRE(!params.failed);
    REQUIRE(s2_batchnorm_state_init(&c.state, 2, CHANNELS, NULL) == S2RGF_OK);
    golden_fill("norm.weight", 0.5, 1, c.bn.weight->value, CHANNELS);
    golden_fill("norm.bias", 0.5, 0, c.bn.bias->value, CHANNELS);
    c.x = golden_random("norm.x", 2, 5, 6, CHANNELS);
    c.y = golden_zeros(2, 5, 6, CHANNELS);
    c.dy = golden_random("norm.dy", 2, 5, 6, CHANNELS);
    norm_objective(&c);
    s2_tensor dx = golden_zeros(2, 5, 6, CHANNELS), consumed = golden_zeros(2, 5, 6, CHANNELS);
    gradient_copy(&c.dy, &consumed);
    s2_batchnorm_backward(&c.bn, &c.state, &c.x, relu ? &c.y : NULL, &consumed, &dx);
    const gradient_input inputs[] = {
        {"batch-norm x", c.x, dx},
        {"batch-norm weight", gradient_array(c.bn.weight->value, CHANNELS),
         gradient_array(c.bn.weight->grad, CHANNELS)},
        {"batch-norm bias", gradient_array(c.bn.bias->value, CHANNELS),
         gradient_array(c.bn.bias->grad, CHANNELS)},
    };
    for (int i = 0; i < 3; i++)
        gradient_check(&inputs[i], relu ? KINKED_STEP : SMOOTH_STEP,
                       relu ? KINKED_TOLERANCE : SMOOTH_TOLERANCE, norm_objective, &c);
    s2_batchnorm_state_clear(&c.state);
    s2_params_clear(&params);
    golden_tensors_end();
}

/* ---- resampling ------------------------------------------------------------------------------ */

typedef struct resample_context {
    s2_sampling sampling[2];
    s2_tensor x, y, dy;
} resample_context;

static double sample_objective(void *context)
{
    resample_context *c = context;
    s2_sample_forward(c->sampling, &c->x, &c->y);
    return gradient_dot(&c->y, &c->dy);
}

static double halve_objective(void *context)
{
    resample_context *c = context;
    s2_halve_forward(&c->x, &c->y);
    return gradient_dot(&c->y, &c->dy);
}

static void test_resampling(void)
{
    resample_context c = {.sampling = {{{{0.75, 0.27, 0, 0.4, 0, 0.31}}, 2, 6, 7},
                                       {{{6.2, -0.05, -0.4, -0.5, 0.55, 0.08}}, 2, 6, 7}}};
    c.x = golden_random("sample.x", 2, 7, 6, 3);
    c.y = golden_zeros(2, 9, 8, 3);
    c.dy = golden_random("sample.dy", 2, 9, 8, 3);
    s2_tensor dx = golden_zeros(2, 7, 6, 3);
    s2_sample_backward(c.sampling, &c.dy, &dx);
    const gradient_input sampled = {"sample x", c.x, dx};
    gradient_check(&sampled, LINEAR_STEP, LINEAR_TOLERANCE, sample_objective, &c);

    c.x = golden_random("halve.x", 2, 7, 5, 3);
    c.y = golden_zeros(2, 4, 3, 3);
    c.dy = golden_random("halve.dy", 2, 4, 3, 3);
    dx = golden_zeros(2, 7, 5, 3);
    s2_halve_backward(&c.dy, &dx);
    const gradient_input halved = {"halve x", c.x, dx};
    gradient_check(&halved, LINEAR_STEP, LINEAR_TOLERANCE, halve_objective, &c);
    golden_tensors_end();
}

/* ---- cells ----------------------------------------------------------------------------------- */

#define H 21
#define W 18
#define C 3

typedef struct cells_context {
    s2_window_stats stats;
    uint8_t valid[2 * H * W];
    s2_tensor x, a, y, dy, dmean, dstd;
} cells_context;

static double stats_objective(void *context)
{
    cells_context *c = context;
    s2_window_stats_forward(&c->x, c->valid, &c->stats);
    return gradient_dot(&c->stats.mean, &c->dmean) + gradient_dot(&c->stats.std, &c->dstd);
}

static double scale_objective(void *context)
{
    cells_context *c = context;
    s2_cell_scale_forward(&c->a, &c->x, CELL_PX, &c->y);
    return gradient_dot(&c->y, &c->dy);
}

static void test_cells(void)
{
    static cells_context c;
    const int cy = s2_cell_count(H, CELL_PX), cx = s2_cell_count(W, CELL_PX);
    golden_mask("cells.valid", 0.6, c.valid, sizeof c.valid);
    c.x = golden_random("cells.x", 2, H, W, C);
    c.dmean = golden_packed("cells", "dmean", 2, cy, cx, C);
    c.dstd = golden_packed("cells", "dstd", 2, cy, cx, C);
    REQUIRE(s2_window_stats_init(&c.stats, 2, s2_lattice_over(H, W, CELL_PX), C, NULL) == S2RGF_OK);
    stats_objective(&c);
    s2_tensor dx = golden_zeros(2, H, W, C);
    s2_window_stats_backward(&c.x, c.valid, &c.stats, &c.dmean, &c.dstd, &dx);
    const gradient_input stats = {"window x", c.x, dx};
    /* a single value hardly moves a window of hundreds: a larger step against rounding */
    gradient_check(&stats, 5 * SMOOTH_STEP, SMOOTH_TOLERANCE, stats_objective, &c);
    s2_window_stats_clear(&c.stats);

    c.a = golden_packed("cells", "a", 2, cy, cx, C);
    c.y = golden_zeros(2, H, W, C);
    c.dy = golden_random("cells.dy", 2, H, W, C);
    s2_tensor da = golden_packed_zeros(2, cy, cx, C);
    s2_tensor_zero(&dx);
    s2_cell_scale_backward(&c.a, &c.x, CELL_PX, &c.dy, &da, &dx);
    const gradient_input scaled[] = {{"cell scale x", c.x, dx}, {"cell scale a", c.a, da}};
    for (int i = 0; i < 2; i++)
        gradient_check(&scaled[i], LINEAR_STEP, LINEAR_TOLERANCE, scale_objective, &c);
    golden_tensors_end();
}

/* ---- attention ------------------------------------------------------------------------------- */

typedef struct ssja_context {
    s2_ssja_state state;
    uint8_t valid[2 * H * W];
    s2_tensor x1, x2, z, dz;
} ssja_context;

static double ssja_objective(void *context)
{
    ssja_context *c = context;
    REQUIRE(s2_ssja_forward(&c->state, (s2_tensor_pair[2]){{.value = c->x1}, {.value = c->x2}},
                            c->valid, &(s2_tensor_pair){.value = c->z}, NULL) == S2RGF_OK);
    return gradient_dot(&c->z, &c->dz);
}

static void test_ssja(void)
{
    static ssja_context c;
    golden_mask("cells.valid", 0.6, c.valid, sizeof c.valid);
    c.x1 = golden_random("ssja.x1", 2, H, W, 6);
    c.x2 = golden_random("ssja.x2", 2, H, W, 6);
    c.z = golden_zeros(2, H, W, 6);
    c.dz = golden_random("ssja.dz", 2, H, W, 6);
    s2_tensor dx1 = golden_zeros(2, H, W, 6), dx2 = golden_zeros(2, H, W, 6);
    REQUIRE(s2_ssja_state_init(&c.state, 2, s2_lattice_over(H, W, CELL_PX), 6, NULL) == S2RGF_OK);
    ssja_objective(&c);
    REQUIRE(s2_ssja_backward(&c.state, (s2_tensor_pair[2]){{c.x1, dx1}, {c.x2, dx2}}, c.valid,
                             &(s2_tensor_pair){.grad = c.dz}, NULL) == S2RGF_OK);
    const gradient_input inputs[] = {{"ssja x1", c.x1, dx1}, {"ssja x2", c.x2, dx2}};
    for (int i = 0; i < 2; i++)
        gradient_check(&inputs[i], 5 * SMOOTH_STEP, SMOOTH_TOLERANCE, ssja_objective, &c);
    s2_ssja_state_clear(&c.state);
    golden_tensors_end();
}

int main(void)
{
    for (int wide = 0; golden_tensors_both(wide); wide++) {
        test_conv((s2_conv){3, 1, 1, 4, 5}, 6, 7);
        test_conv((s2_conv){3, 2, 1, 3, 4}, 7, 8);
        test_conv((s2_conv){3, 1, 2, 4, 3}, 6, 5);
        test_conv((s2_conv){1, 1, 1, 4, 5}, 5, 4);
        test_conv((s2_conv){1, 2, 1, 4, 2}, 5, 4);
        test_band_conv(3, 7);
        test_band_conv(5, 7);
        test_band_conv(3, 1);
        test_band_conv(5, 3);
        test_batchnorm(false);
        test_batchnorm(true);
        test_resampling();
        test_cells();
        test_ssja();
    }
    return harness_end();
}
