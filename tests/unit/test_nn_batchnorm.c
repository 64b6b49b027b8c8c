/* Batch-norm against PyTorch, its folding, and the gathering of running statistics. */
#include "nn/layers/batchnorm.h"

#include "golden/golden_tensors.h"

#define TOLERANCE 1e-5
#define CHANNELS 6

static s2_params params;
static s2_batchnorm bn;
static s2_batchnorm_state state;

static void begin(const char *name)
{
    memset(&params, 0, sizeof params);
    s2_batchnorm_declare(&bn, &params, golden_name(name, "bn"), CHANNELS);
    REQUIRE(!params.failed && params.count == 4);
    REQUIRE(s2_batchnorm_state_init(&state, 2, CHANNELS, NULL) == S2RGF_OK);
}

static void end(void)
{
    golden_tensors_end();
    s2_batchnorm_state_clear(&state);
    s2_params_clear(&params);
}

static void test_start(void)
{
    begin("start");
    for (int k = 0; k < CHANNELS; k++) {
        CHECK(bn.weight->value[k] == 1 && bn.bias->value[k] == 0);
        CHECK(bn.mean->value[k] == 0 && bn.var->value[k] == 1);
    }
    CHECK(bn.weight->grad && bn.bias->grad);
    CHECK(!bn.mean->grad && !bn.var->grad);
    CHECK(!bn.weight->decay && !bn.bias->decay);
    CHECK_STR(bn.weight->name, "start.bn.weight");
    CHECK_STR(bn.bias->name, "start.bn.bias");
    CHECK_STR(bn.mean->name, "start.bn.running_mean");
    CHECK_STR(bn.var->name, "start.bn.running_var");
    end();
}

/* The golden's parameters and tensors; y and dx are zero. */
static void begin_golden(const char *name, s2_tensor *x, s2_tensor *y, s2_tensor *dy, s2_tensor *dx)
{
    begin(name);
    golden_fill_params(&params);
    *x = golden_input(name, "x", 2, 5, 4, CHANNELS);
    *y = golden_zeros(2, 5, 4, CHANNELS);
    *dy = golden_input(name, "dy", 2, 5, 4, CHANNELS);
    *dx = golden_zeros(2, 5, 4, CHANNELS);
}

/* Backward after forward. */
static void check_gradients(const golden_file *file, const char *name, const s2_tensor *x,
                            const s2_tensor *masked_by, const s2_tensor *dy, const s2_tensor *dx)
{
    s2_batchnorm_backward(&bn, &state, x, masked_by, dy, dx);
    CHECK(golden_tensor_matches(file, name, "dx", dx, TOLERANCE));
    CHECK(golden_matches(file, golden_name(name, "dw"), bn.weight->grad, CHANNELS, TOLERANCE));
    CHECK(golden_matches(file, golden_name(name, "db"), bn.bias->grad, CHANNELS, TOLERANCE));
}

static void test_train(const golden_file *file, const char *name, bool relu)
{
    s2_tensor x, y, dy, dx;
    begin_golden(name, &x, &y, &dy, &dx);
    s2_batchnorm_forward(&bn, &state, &x, relu, &y);
    CHECK(golden_tensor_matches(file, name, "y", &y, TOLERANCE));
    check_gradients(file, name, &x, relu ? &y : NULL, &dy, &dx);
    end();
}

/* Settled on the running statistics: what folding makes for running, and these do not move with
   x. */
static void test_settled(const golden_file *file, const char *name, bool relu)
{
    s2_tensor x, y, dy, dx;
    begin_golden(name, &x, &y, &dy, &dx);
    const float mean = bn.mean->value[1];
    float scale[CHANNELS], shift[CHANNELS];
    s2_batchnorm_use(&bn, &state, S2_STATISTICS_SETTLED);
    s2_batchnorm_forward(&bn, &state, &x, relu, &y);
    CHECK(golden_tensor_matches(file, name, "y", &y, TOLERANCE));
    s2_batchnorm_fold(&bn, scale, shift);
    for (size_t i = 0; i < golden_count(&x); i++) {
        float folded = scale[i % CHANNELS] * *golden_value(&x, i) + shift[i % CHANNELS];
        CHECK_NEAR(relu && folded < 0 ? 0 : folded, *golden_value(&y, i), 1e-5);
    }
    check_gradients(file, name, &x, relu ? &y : NULL, &dy, &dx);
    CHECK(bn.mean->value[1] == mean);
    s2_batchnorm_use(&bn, &state, S2_STATISTICS_BATCH);
    s2_batchnorm_forward(&bn, &state, &x, relu, &y);
    CHECK(!golden_tensor_matches(file, name, "y", &y, 1e-2));
    end();
}

/* Two batches gathered: the running statistics are those of both taken together. */
static void test_gather(void)
{
    double sum[CHANNELS] = {0}, square[CHANNELS] = {0};
    begin("gather");
    s2_tensor y = golden_zeros(2, 5, 4, CHANNELS), x[3];
    x[0] = golden_input("gather", "before", 2, 5, 4, CHANNELS);
    x[1] = golden_input("gather", "one", 2, 5, 4, CHANNELS);
    x[2] = golden_random_scaled("gather.two", 3, 2, 5, 4, CHANNELS);
    s2_batchnorm_forward(&bn, &state, &x[0], false, &y);
    s2_batchnorm_use(&bn, &state, S2_STATISTICS_GATHER);
    for (int batch = 1; batch < 3; batch++) {
        s2_batchnorm_forward(&bn, &state, &x[batch], false, &y);
        for (size_t i = 0; i < golden_count(&x[batch]); i++) {
            double value = *golden_value(&x[batch], i);
            sum[i % CHANNELS] += value;
            square[i % CHANNELS] += value * value;
        }
    }
    s2_batchnorm_use(&bn, &state, S2_STATISTICS_BATCH);
    const double n = 2 * 2 * 5 * 4;
    for (int k = 0; k < CHANNELS; k++) {
        double mean = sum[k] / n;
        CHECK_NEAR(bn.mean->value[k], mean, 1e-5);
        CHECK_NEAR(bn.var->value[k], square[k] / n - mean * mean, 1e-5);
    }
    /* gathering has stopped: another forward leaves the running statistics alone */
    float kept = bn.mean->value[0];
    s2_batchnorm_forward(&bn, &state, &x[0], false, &y);
    CHECK(bn.mean->value[0] == kept);
    end();
}

/* A channel that never varies: finite output, and no gradient runs through it. */
static void test_constant_channel(void)
{
    begin("constant");
    s2_tensor x = golden_zeros(1, 3, 3, CHANNELS), y = golden_zeros(1, 3, 3, CHANNELS);
    s2_tensor dy = golden_input("constant", "dy", 1, 3, 3, CHANNELS);
    s2_tensor dx = golden_zeros(1, 3, 3, CHANNELS);
    for (size_t i = 0; i < golden_count(&x); i++)
        *golden_value(&x, i) = 0.25f;
    s2_batchnorm_forward(&bn, &state, &x, false, &y);
    s2_batchnorm_backward(&bn, &state, &x, NULL, &dy, &dx);
    for (size_t i = 0; i < golden_count(&x); i++) {
        CHECK_NEAR(*golden_value(&y, i), 0, 1e-4);
        CHECK(isfinite(*golden_value(&dx, i)));
    }
    end();
}

enum { MANY = 37, H = 5, W = 7, MAPS = 2, PIXELS = MAPS * H * W };

/* The output of one channel, and of its gradient where y > 0, in double precision. */
static void plain_channel(const s2_tensor *x, const s2_tensor *y, const s2_tensor *dy, int k,
                          double *out, double *dx)
{
    double mean = 0, var = 0, sum = 0, product = 0;
    for (int p = 0; p < PIXELS; p++)
        mean += (double)x->data[p * x->stride + k] / PIXELS;
    for (int p = 0; p < PIXELS; p++)
        var += pow(x->data[p * x->stride + k] - mean, 2) / PIXELS;
    const double inv = 1 / sqrt(var + (double)S2_BATCHNORM_EPS);
    for (int p = 0; p < PIXELS; p++) {
        const double g = y->data[p * y->stride + k] > 0 ? dy->data[p * dy->stride + k] : 0;
        out[p] = (x->data[p * x->stride + k] - mean) * inv;
        sum += g / PIXELS;
        product += g * out[p] / PIXELS;
    }
    for (int p = 0; p < PIXELS; p++) {
        const double g = y->data[p * y->stride + k] > 0 ? dy->data[p * dy->stride + k] : 0;
        dx[p] = inv * (g - sum - out[p] * product);
    }
}

/* Two norms added and rectified, with more channels than vectors hold and some left over. */
static void test_sum(void)
{
    s2_params own = {0};
    s2_batchnorm norm[2];
    s2_batchnorm_state of[2];
    double out[2][PIXELS], dx[2][PIXELS];
    s2_tensor x[2] = {golden_input("sum", "x0", MAPS, H, W, MANY),
                      golden_input("sum", "x1", MAPS, H, W, MANY)};
    s2_tensor y = golden_zeros(MAPS, H, W, MANY), dy = golden_input("sum", "dy", MAPS, H, W, MANY);
    s2_tensor found[2] = {golden_zeros(MAPS, H, W, MANY), golden_zeros(MAPS, H, W, MANY)};
    for (int i = 0; i < 2; i++) {
        s2_batchnorm_declare(&norm[i], &own, i ? "one" : "other", MANY);
        REQUIRE(s2_batchnorm_state_init(&of[i], MAPS, MANY, NULL) == S2RGF_OK);
        for (int n = 0; n < MAPS; n++)
            s2_batchnorm_measure_crop(&of[i], &x[i], n);
        s2_batchnorm_measured(&norm[i], &of[i], &x[i]);
    }
    s2_batchnorm_apply_sum((const s2_batchnorm_state *const[2]){&of[0], &of[1]},
                           (const s2_tensor *const[2]){&x[0], &x[1]}, &y);
    for (int i = 0; i < 2; i++)
        s2_batchnorm_backward(&norm[i], &of[i], &x[i], &y, &dy, &found[i]);
    for (int k = 0; k < MANY; k++) {
        for (int i = 0; i < 2; i++)
            plain_channel(&x[i], &y, &dy, k, out[i], dx[i]);
        for (int p = 0; p < PIXELS; p++) {
            CHECK_NEAR(y.data[p * y.stride + k], fmax(out[0][p] + out[1][p], 0), 1e-5);
            CHECK_NEAR(found[0].data[p * found[0].stride + k], dx[0][p], 1e-5);
            CHECK_NEAR(found[1].data[p * found[1].stride + k], dx[1][p], 1e-5);
        }
    }
    for (int i = 0; i < 2; i++)
        s2_batchnorm_state_clear(&of[i]);
    s2_params_clear(&own);
    golden_tensors_end();
}

int main(void)
{
    static golden_file file;
    static const char *const KERNELS[] = {"base", "avx2", "avx512"};
    REQUIRE(golden_load(&file, "layers.txt"));
    for (int wide = 0; golden_tensors_both(wide); wide++) {
        test_train(&file, "bn_train", false);
        test_train(&file, "bn_train_relu", true);
        test_settled(&file, "bn_run", false);
        test_settled(&file, "bn_run_relu", true);
        test_gather();
        for (int k = 0; k < 3; k++)
            if (golden_kernels(KERNELS[k]))
                test_sum();
        unsetenv("S2RGF_KERNELS");
    }
    test_start();
    test_constant_channel();
    golden_clear(&file);
    return harness_end();
}
