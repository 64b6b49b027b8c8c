/* The blocks of the network - encoders, residual block, fusion - against PyTorch. */
#include "golden/golden_tensors.h"
#include "nn/layers/adrf.h"
#include "nn/layers/residual_block.h"
#include "nn/layers/spectral_encoder.h"

#define TOLERANCE 2e-5 /* a chain of three layers */

static s2_params params;

static void begin(void)
{
    memset(&params, 0, sizeof params);
}

/* Exactly zero by the mathematics: the output does not depend on the parameter. */
static bool is_null(const golden_tensor *golden)
{
    return golden->norm == 0;
}

/* Every parameter has a golden gradient `block.d.<rest of its name>`, and it agrees. */
static void check_gradients(const golden_file *file, const char *block)
{
    char name[2 * GOLDEN_NAME_BYTES];
    int trained = 0;
    for (int i = 0; i < params.count; i++) {
        const s2_param *p = &params.items[i];
        if (!p->grad)
            continue;
        trained++;
        snprintf(name, sizeof name, "%s.d%s", block, p->name + strlen(block));
        const golden_tensor *golden = golden_find(file, name);
        if (!CHECK(golden != NULL)) {
            printf("    %s\n", name);
            continue;
        }
        if (is_null(golden)) {
            for (size_t k = 0; k < p->count; k++)
                CHECK_NEAR(p->grad[k], 0, 1e-4);
        } else {
            CHECK(golden_matches(file, name, p->grad, p->count, TOLERANCE));
        }
    }
    CHECK(trained > 0);
    golden_tensors_end();
    s2_params_clear(&params);
}

static void test_spectral(const golden_file *file)
{
    const char *name = "spectral_block";
    s2_spectral_encoder encoder;
    s2_spectral_encoder_state state;
    begin();
    s2_spectral_encoder_declare(&encoder, &params, name, 7, 6, false);
    REQUIRE(!params.failed);
    golden_fill_params(&params);
    s2_tensor x = golden_input(name, "x", 2, 5, 4, 7), dx = golden_zeros(2, 5, 4, 7);
    s2_tensor dy = golden_input(name, "dy", 2, 5, 4, 6);
    REQUIRE(s2_spectral_encoder_state_init(&state, &encoder, 2, 5, 4, NULL) == S2RGF_OK);
    CHECK(s2_spectral_encoder_forward(&encoder, &state, &x, NULL) == S2RGF_OK);
    CHECK(golden_tensor_matches(file, name, "y", &state.mix.out, TOLERANCE));
    for (size_t i = 0; i < golden_count(&dy); i++)
        *golden_value(&state.mix.grad, i) = *golden_value(&dy, i);
    CHECK(s2_spectral_encoder_backward(&encoder, &state, &x, &dx, NULL) == S2RGF_OK);
    CHECK(golden_tensor_matches(file, name, "dx", &dx, TOLERANCE));
    s2_spectral_encoder_state_clear(&state);
    check_gradients(file, name);
}

static void test_residual(const golden_file *file, const char *name, s2_tensor x, s2_tensor dy,
                          int dilation)
{
    s2_residual_block block;
    s2_residual_block_state state;
    begin();
    s2_residual_block_declare(&block, &params, name,
                              &(s2_residual_shape){x.c, dy.c, dilation == 1 ? 2 : 1, dilation});
    REQUIRE(!params.failed);
    golden_fill_params(&params);
    s2_tensor dx = golden_zeros(x.n, x.h, x.w, x.c);
    REQUIRE(s2_residual_block_state_init(&state, &block, x.n, x.h, x.w, NULL) == S2RGF_OK);
    CHECK(s2_residual_block_forward(&block, &state, &x, NULL) == S2RGF_OK);
    CHECK(golden_tensor_matches(file, name, "y", &state.out, TOLERANCE));
    for (size_t i = 0; i < golden_count(&dy); i++)
        *golden_value(&state.grad, i) = *golden_value(&dy, i);
    CHECK(s2_residual_block_backward(&block, &state, &x, &dx, NULL) == S2RGF_OK);
    CHECK(golden_tensor_matches(file, name, "dx", &dx, TOLERANCE));
    s2_residual_block_state_clear(&state);
    check_gradients(file, name);
}

static void test_adrf(const golden_file *file)
{
    enum { H = 18, W = 21, IN = 10, OUT = 6 };
    const char *name = "adrf_block";
    uint8_t valid[2 * H * W];
    s2_adrf adrf;
    s2_adrf_state state;
    golden_mask("adrf_block.valid", 0.6, valid, H * W);
    memset(valid + H * W, 1, H * W);
    begin();
    s2_adrf_declare(&adrf, &params, name, IN, OUT, 8);
    REQUIRE(!params.failed);
    golden_fill_params(&params);
    s2_tensor x = golden_input(name, "x", 2, H, W, IN), dx = golden_zeros(2, H, W, IN);
    s2_tensor dy = golden_input(name, "dy", 2, H, W, OUT);
    REQUIRE(s2_adrf_state_init(&state, &adrf, 2, H, W, NULL) == S2RGF_OK);
    CHECK(s2_adrf_forward(&adrf, &state, &x, valid, NULL) == S2RGF_OK);
    CHECK(golden_tensor_matches(file, name, "y", &state.mix.out, TOLERANCE));
    for (size_t i = 0; i < golden_count(&dy); i++)
        *golden_value(&state.mix.grad, i) = *golden_value(&dy, i);
    CHECK(s2_adrf_backward(&adrf, &state, &x, valid, &dx, NULL) == S2RGF_OK);
    CHECK(golden_tensor_matches(file, name, "dx", &dx, TOLERANCE));
    s2_adrf_state_clear(&state);
    check_gradients(file, name);
}

int main(void)
{
    static golden_file file;
    REQUIRE(golden_load(&file, "layers.txt"));
    for (int wide = 0; golden_tensors_both(wide); wide++) {
        test_spectral(&file);
        test_residual(&file, "spatial_block", golden_input("spatial_block", "x", 2, 9, 7, 3),
                      golden_input("spatial_block", "dy", 2, 5, 4, 6), 1);
        test_residual(&file, "head_block", golden_input("head_block", "x", 2, 7, 6, 5),
                      golden_input("head_block", "dy", 2, 7, 6, 5), 2);
        test_adrf(&file);
    }
    golden_clear(&file);
    return harness_end();
}
