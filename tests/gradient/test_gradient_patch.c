/* Finite differences for the whole patch network: the loss along the gradient of every part. */
#include "golden/network_parts.h"
#include "gradient/whole.h"

#include "unit/patch_scene.h"

/* The parts of the network; the first is all of it. */
static const char *const PARTS[] = {
    "",
    "spectral.0",
    "spectral.1",
    "spectral.2",
    "spatial.0",
    "spatial.1",
    "spatial.2",
    "unfold.expand",
    "unfold.reduce",
    "adrf_spectral",
    "adrf_spatial",
    "neck_spectral",
    "neck_spatial",
    "head.block",
    "head.conv",
    "classifier",
};

static s2_training *train;
static double dropout;

/* The loss, and all gradients as a side effect. The same units are dropped every time. */
static double loss_now(void)
{
    const s2_loss_options options = {{0.1, 0}, 1e-3, dropout, S2_RELATION_CORRELATION};
    double loss = 0;
    s2_random random;
    s2_random_init(&random, 3, 0);
    REQUIRE(s2_patch_train_forward(train, dropout, dropout > 0 ? &random : NULL, NULL, NULL) ==
            S2RGF_OK);
    REQUIRE(s2_patch_train_backward(train, &options, &loss, NULL) == S2RGF_OK);
    return loss;
}

/* A batch-norm after a single weight near 0 is a steep step: no difference fits its gradient. */
static void keep_from_zero(s2_param *p)
{
    REQUIRE(p != NULL);
    for (size_t k = 0; k < p->count; k++)
        if (fabsf(p->value[k]) < 0.1f)
            p->value[k] = 0.1f;
}

int main(void)
{
    static const char *const dropped[] = {"", "classifier.hidden", "classifier.out", "head.conv"};
    static const int pixels[][2] = {{20, 20}, {3, 40}, {50, 2}, {31, 25}, {10, 9}};
    patch_scene scene = patch_scene_make(3);
    s2_network *network = patch_scene_network(&scene);
    keep_from_zero(find_param(&network->params, "spatial.2.shortcut.weight"));
    const whole_network whole = {&network->params, loss_now};
    train = patch_scene_train(&scene, network, pixels, sizeof pixels / sizeof pixels[0]);
    whole_check(&whole, PARTS, sizeof PARTS / sizeof PARTS[0]);
    dropout = 0.5;
    whole_check(&whole, dropped, sizeof dropped / sizeof dropped[0]);
    s2_training_free(train);
    s2_network_free(network);
    patch_scene_clear(&scene);
    return harness_end();
}
