/* The whole dense network in training against PyTorch: scores, loss, every gradient, ten
   steps. */
#include "golden/network_parts.h"
#include "nn/dense/train.h"

#include "golden/golden_scene.h"

#define TOLERANCE 1e-4
#define STEPS_TOLERANCE 1e-3

static void test_network(int channels, int sources)
{
    static golden_file file;
    char name[GOLDEN_NAME_BYTES];
    snprintf(name, sizeof name, "dense_c%d_s%d.txt", channels, sources);
    REQUIRE(golden_load(&file, name));
    s2_network *network = golden_network(channels, sources);
    s2_training *train = golden_train(network, 0, GOLDEN_CROPS);
    const s2_loss_options options = {
        {GOLDEN_SMOOTHING, 0}, GOLDEN_BETA, 0, S2_RELATION_CORRELATION};
    const s2_tensor *logits = NULL;
    double loss = 0;

    REQUIRE(s2_dense_train_forward(train, 0, NULL, &logits, NULL) == S2RGF_OK);
    CHECK(golden_tensor_matches(&file, "train", "logits", logits, TOLERANCE));
    REQUIRE(s2_dense_train_backward(train, &options, &loss, NULL) == S2RGF_OK);
    CHECK_NEAR(loss, golden_find(&file, "train.loss")->values[0], 1e-5);
    const double whole = golden_total_norm(&network->params);
    const size_t trained = golden_check_gradients(&file, &network->params, TOLERANCE);
    CHECK(trained + 3 == file.count); /* besides the scores, running and training, and the loss */

    /* gradients are set, not added to */
    REQUIRE(s2_dense_train_forward(train, 0, NULL, &logits, NULL) == S2RGF_OK);
    REQUIRE(s2_dense_train_backward(train, &options, &loss, NULL) == S2RGF_OK);
    CHECK_NEAR(golden_total_norm(&network->params), whole, 1e-12);

    s2_training_free(train);
    s2_network_free(network);
    golden_clear(&file);
}

static double loss_of_batch(void *network, int batch)
{
    const golden_steps *s = network;
    const s2_loss_options options = {
        {GOLDEN_SMOOTHING, 0}, GOLDEN_BETA, 0, S2_RELATION_CORRELATION};
    double loss = NAN;
    golden_fill_batch(&s->train->batch, s->network->spec.sources, 0, batch);
    REQUIRE(s2_dense_train_forward(s->train, 0, NULL, NULL, NULL) == S2RGF_OK);
    REQUIRE(s2_dense_train_backward(s->train, &options, &loss, NULL) == S2RGF_OK);
    return loss;
}

static void test_steps(int sources)
{
    char name[GOLDEN_NAME_BYTES];
    golden_steps s = {golden_network(32, sources), NULL};
    s.train = golden_train(s.network, 0, GOLDEN_CROPS);
    snprintf(name, sizeof name, "dense_c32_s%d", sources);
    golden_check_steps(name, &s.network->params, loss_of_batch, &s, STEPS_TOLERANCE);
    golden_steps_free(&s);
}

/* Dropout keeps half of the hidden units, doubled: other scores, the same for the same stream. */
static void test_dropout(void)
{
    s2_network *network = golden_network(32, 2);
    s2_training *train = golden_train(network, 0, 1);
    const s2_tensor *logits = NULL;
    float *kept = NULL;
    double apart[2] = {0}, size = 0;
    for (int round = 0; round < 3; round++) {
        s2_random random;
        s2_random_init(&random, round < 2 ? 1 : 2, 0);
        REQUIRE(s2_dense_train_forward(train, 0.5, &random, &logits, NULL) == S2RGF_OK);
        size_t count = golden_count(logits);
        if (round == 0)
            REQUIRE((kept = (float *)malloc(count * sizeof *kept)) != NULL);
        for (size_t i = 0; i < count; i++) {
            float value = *golden_value(logits, i);
            if (round == 0)
                kept[i] = value;
            else
                apart[round - 1] += fabs((double)value - kept[i]);
            size += fabs((double)value) / 3;
        }
    }
    CHECK(apart[0] == 0);
    CHECK(apart[1] > 0.05 * size);
    free(kept);
    s2_training_free(train);
    s2_network_free(network);
}

/* The parameters a spec asks for, and specs that no network can have. */
static void test_create(void)
{
    s2_network_spec spec = {.channels = 32, .classes = 3, .sources = 3, .bands = {4, 9, 9}};
    CHECK(s2_dense_spectral_width(&spec, 0) == 8);
    CHECK(s2_dense_spectral_width(&spec, 1) == 32); /* the first of equals */
    CHECK(s2_dense_spectral_width(&spec, 2) == 8);
    CHECK(s2_dense_spectral_total(&spec) == 48);

    s2_network *network = NULL;
    REQUIRE(s2_network_create(&s2_dense_ops, &spec, &network, NULL) == S2RGF_OK);
    s2_param *p = find_param(&network->params, "spatial.1.conv1.weight");
    CHECK(p && p->dim_count == 4 && p->dims[0] == 3 && p->dims[2] == 9 && p->dims[3] == 32);
    p = find_param(&network->params, "detail.mix.weight");
    CHECK(p && p->count == 48 * 32);
    CHECK(!find_param(&network->params, "spectral.3.k3.weight"));
    s2_network_randomise(&network->params, 5);
    float first = p->value[0];
    s2_network_randomise(&network->params, 6);
    CHECK(p->value[0] != first);
    s2_network_randomise(&network->params, 5);
    CHECK(p->value[0] == first);
    s2_network_free(network);

    const s2_network_spec bad[] = {
        {.channels = 32, .classes = 3, .sources = 0},
        {.channels = 32, .classes = 3, .sources = S2RGF_MAX_SOURCES + 1},
        {.channels = 32, .classes = 3, .sources = 1, .bands = {0}},
        {.channels = 0, .classes = 3, .sources = 1, .bands = {1}},
        {.channels = 32, .classes = 0, .sources = 1, .bands = {1}},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        s2rgf_error err = {0};
        network = NULL;
        CHECK(s2_network_create(&s2_dense_ops, &bad[i], &network, &err) == S2RGF_INVALID_ARGUMENT);
        CHECK(!network && err.message[0] != '\0');
    }
    s2_network_free(NULL);
    s2_training_free(NULL);
}

int main(void)
{
    test_create();
    for (int channels = 32; channels <= 64; channels += 32)
        for (int sources = 1; sources <= 3; sources++)
            test_network(channels, sources);
    for (int sources = 1; sources <= 3; sources++)
        test_steps(sources);
    test_dropout();
    return harness_end();
}
