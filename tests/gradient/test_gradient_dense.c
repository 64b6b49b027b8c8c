/* Finite differences for the whole dense network: the loss along the gradient of every part. */
#include "gradient/whole.h"

#include "golden/golden_scene.h"

/* The parts of the network; the first is all of it. */
static const char *const PARTS[] = {
    "",          "spectral.0",    "spectral.1",   "spectral.2",    "spatial.0",    "spatial.1",
    "spatial.2", "adrf_spectral", "adrf_spatial", "neck_spectral", "neck_spatial", "head.block",
    "head.conv", "detail",        "classifier",
};

static s2_training *train;
static double dropout;

/* The loss, and all gradients as a side effect. The same units are dropped every time. */
static double loss_now(void)
{
    const s2_loss_options options = {
        {GOLDEN_SMOOTHING, 0}, GOLDEN_BETA, dropout, S2_RELATION_CORRELATION};
    const s2_tensor *logits = NULL;
    double loss = 0;
    s2_random random;
    s2_random_init(&random, 3, 0);
    REQUIRE(s2_dense_train_forward(train, dropout, dropout > 0 ? &random : NULL, &logits, NULL) ==
            S2RGF_OK);
    REQUIRE(s2_dense_train_backward(train, &options, &loss, NULL) == S2RGF_OK);
    return loss;
}

int main(void)
{
    static const char *const dropped[] = {"", "classifier.hidden", "classifier.out", "head.conv"};
    s2_network *network = golden_network(16, 3);
    const whole_network whole = {&network->params, loss_now};
    train = golden_train(network, 0, 1);
    whole_check(&whole, PARTS, sizeof PARTS / sizeof PARTS[0]);
    dropout = 0.5;
    whole_check(&whole, dropped, sizeof dropped / sizeof dropped[0]);
    s2_training_free(train);
    s2_network_free(network);
    return harness_end();
}
