/* Finite differences for the blocks: every input and every parameter that the output depends on. */
#include "gradient/gradient.h"
#include "nn/layers/adrf.h"
#include "nn/layers/residual_block.h"
#include "nn/layers/spectral_encoder.h"
#include "nn/layers/unfold.h"

#define STEP 2e-3
/* Biases sum hundreds of terms that nearly cancel; test_nn_blocks.c is the sharp test. */
#define TOLERANCE 3e-2

typedef struct block_context {
    s2_params params;
    s2_tensor x, dy;
    uint8_t valid[2 * 18 * 17];
    s2_spectral_encoder spectral;
    s2_spectral_encoder_state spectral_state;
    s2_residual_block residual;
    s2_residual_block_state residual_state;
    s2_adrf adrf;
    s2_adrf_state adrf_state;
    s2_unfold unfold;
    s2_unfold_state unfold_state;
} block_context;

static block_context c;

static double spectral_objective(void *unused)
{
    (void)unused;
    REQUIRE(s2_spectral_encoder_forward(&c.spectral, &c.spectral_state, &c.x, NULL) == S2RGF_OK);
    return gradient_dot(&c.spectral_state.mix.out, &c.dy);
}

static double residual_objective(void *unused)
{
    (void)unused;
    REQUIRE(s2_residual_block_forward(&c.residual, &c.residual_state, &c.x, NULL) == S2RGF_OK);
    return gradient_dot(&c.residual_state.out, &c.dy);
}

static double adrf_objective(void *unused)
{
    (void)unused;
    REQUIRE(s2_adrf_forward(&c.adrf, &c.adrf_state, &c.x, c.valid, NULL) == S2RGF_OK);
    return gradient_dot(&c.adrf_state.mix.out, &c.dy);
}

static double unfold_objective(void *unused)
{
    (void)unused;
    REQUIRE(s2_unfold_forward(&c.unfold, &c.unfold_state, &c.x, NULL) == S2RGF_OK);
    return gradient_dot(&c.unfold_state.reduce.out, &c.dy);
}

/* A constant right before a batch-norm, no rectifier between: the norm takes it away. */
static bool is_cancelled(const char *name)
{
    return strstr(name, "conv1.bias") || strstr(name, "conv2.bias") ||
           strstr(name, "shortcut.bias") || strstr(name, "bn3.bias") || strstr(name, "bn5.bias");
}

static void check_all(s2_tensor dx, gradient_objective objective)
{
    const gradient_input input = {"x", c.x, dx};
    gradient_check(&input, STEP, TOLERANCE, objective, NULL);
    for (int i = 0; i < c.params.count; i++) {
        const s2_param *p = &c.params.items[i];
        if (!p->grad || is_cancelled(p->name))
            continue;
        const gradient_input param = {p->name, gradient_array(p->value, p->count),
                                      gradient_array(p->grad, p->count)};
        gradient_check(&param, STEP, TOLERANCE, objective, NULL);
    }
    golden_tensors_end();
    s2_params_clear(&c.params);
}

/* name decides the input; its values leave no rectifier of the block within the smallest step. */
static void begin(const char *name, int h, int w, int in)
{
    memset(&c, 0, sizeof c);
    c.x = golden_input(name, "x", 2, h, w, in);
}

static void test_spectral(bool pool)
{
    const int h = pool ? 6 : 5, part = pool ? 2 : 1;
    begin("spectral", h, 4, 7);
    c.dy = golden_random("block.dy", 2, h / part, 4 / part, 6);
    s2_spectral_encoder_declare(&c.spectral, &c.params, "spectral", 7, 6, pool);
    REQUIRE(!c.params.failed);
    golden_fill_params(&c.params);
    REQUIRE(s2_spectral_encoder_state_init(&c.spectral_state, &c.spectral, 2, h, 4, NULL) ==
            S2RGF_OK);
    spectral_objective(NULL);
    s2_tensor dx = golden_zeros(2, h, 4, 7);
    gradient_copy(&c.dy, &c.spectral_state.mix.grad);
    REQUIRE(s2_spectral_encoder_backward(&c.spectral, &c.spectral_state, &c.x, &dx, NULL) ==
            S2RGF_OK);
    check_all(dx, spectral_objective);
    s2_spectral_encoder_state_clear(&c.spectral_state);
}

static void test_residual(int h, int w, int stride, int dilation)
{
    const int oh = (h + stride - 1) / stride, ow = (w + stride - 1) / stride;
    begin("residual", h, w, 4);
    c.dy = golden_random("block.dy", 2, oh, ow, 5);
    s2_residual_block_declare(&c.residual, &c.params, "residual",
                              &(s2_residual_shape){4, 5, stride, dilation});
    REQUIRE(!c.params.failed);
    golden_fill_params(&c.params);
    REQUIRE(s2_residual_block_state_init(&c.residual_state, &c.residual, 2, h, w, NULL) ==
            S2RGF_OK);
    residual_objective(NULL);
    s2_tensor dx = golden_zeros(2, h, w, 4);
    gradient_copy(&c.dy, &c.residual_state.grad);
    REQUIRE(s2_residual_block_backward(&c.residual, &c.residual_state, &c.x, &dx, NULL) ==
            S2RGF_OK);
    check_all(dx, residual_objective);
    s2_residual_block_state_clear(&c.residual_state);
}

static void test_adrf(int cell_px)
{
    enum { HEIGHT = 18, WIDTH = 17, IN = 8, OUT = 6 };
    begin("adrf", HEIGHT, WIDTH, IN);
    c.dy = golden_random("block.dy", 2, HEIGHT, WIDTH, OUT);
    golden_mask("block.valid", 0.7, c.valid, sizeof c.valid);
    s2_adrf_declare(&c.adrf, &c.params, "adrf", IN, OUT, cell_px);
    REQUIRE(!c.params.failed);
    golden_fill_params(&c.params);
    REQUIRE(s2_adrf_state_init(&c.adrf_state, &c.adrf, 2, HEIGHT, WIDTH, NULL) == S2RGF_OK);
    adrf_objective(NULL);
    s2_tensor dx = golden_zeros(2, HEIGHT, WIDTH, IN);
    gradient_copy(&c.dy, &c.adrf_state.mix.grad);
    REQUIRE(s2_adrf_backward(&c.adrf, &c.adrf_state, &c.x, c.valid, &dx, NULL) == S2RGF_OK);
    check_all(dx, adrf_objective);
    s2_adrf_state_clear(&c.adrf_state);
}

static void test_unfold(void)
{
    const int side = S2_UNFOLD_SIDE;
    begin("turned", side, side, 3);
    c.dy = golden_random("block.dy", 2, side, side, 3);
    s2_unfold_declare(&c.unfold, &c.params, "unfold", 3);
    REQUIRE(!c.params.failed);
    golden_fill_params(&c.params);
    REQUIRE(s2_unfold_state_init(&c.unfold_state, &c.unfold, 2, NULL) == S2RGF_OK);
    unfold_objective(NULL);
    s2_tensor dx = golden_zeros(2, side, side, 3);
    gradient_copy(&c.dy, &c.unfold_state.reduce.grad);
    REQUIRE(s2_unfold_backward(&c.unfold, &c.unfold_state, &c.x, &dx, NULL) == S2RGF_OK);
    check_all(dx, unfold_objective);
    s2_unfold_state_clear(&c.unfold_state);
}

int main(void)
{
    test_spectral(false);
    test_spectral(true);
    test_residual(7, 6, 1, 2);
    test_residual(7, 6, 2, 1);
    test_adrf(8);
    test_adrf(18);
    test_unfold();
    return harness_end();
}
