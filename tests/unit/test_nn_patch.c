/* The patch network in training: its parameters, its limits, what it learns from. */
#include "golden/network_parts.h"
#include "nn/patch/train.h"

#include "unit/patch_scene.h"

#define PATCHES 3
static const int PIXELS[PATCHES][2] = {{20, 20}, {3, 40}, {50, 2}};

static size_t trainable(const s2_network *network)
{
    size_t count = 0;
    for (int i = 0; i < network->params.count; i++)
        count += network->params.items[i].grad ? network->params.items[i].count : 0;
    return count;
}

/* As published: 741,491 parameters for 4 + 1 bands and 11 classes. */
static void the_published_size(void)
{
    const s2_network_spec spec = {.channels = 64, .classes = 11, .sources = 2, .bands = {4, 1}};
    s2_network *network = NULL;
    REQUIRE(s2_network_create(&s2_patch_ops, &spec, &network, NULL) == S2RGF_OK);
    CHECK(trainable(network) == 741491);
    CHECK(s2_patch_spectral_width(&spec, 0) == 64 && s2_patch_spectral_width(&spec, 1) == 8);
    CHECK(s2_patch_spectral_total(&spec) == 72);
    const struct {
        const char *name;
        int dims[4];
    } shapes[] = {{"spectral.1.mix.weight", {2, 8}},
                  {"spatial.1.conv1.weight", {3, 3, 1, 64}},
                  {"unfold.expand.conv.weight", {72, 256}},
                  {"unfold.reduce.bn.running_var", {72}},
                  {"adrf_spectral.w2", {72, 72}},
                  {"adrf_spatial.mix.weight", {128, 64}},
                  {"neck_spatial.conv.weight", {3, 3, 64, 128}},
                  {"head.block.conv2.weight", {3, 3, 128, 128}},
                  {"head.conv.weight", {3, 3, 128, 64}},
                  {"classifier.hidden.weight", {256, 128}},
                  {"classifier.out.bias", {11}}};
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        const s2_param *p = find_param(&network->params, shapes[i].name);
        if (CHECK(p != NULL))
            CHECK(memcmp(p->dims, shapes[i].dims, sizeof p->dims) == 0);
    }
    s2_network_free(network);
}

static void limits_are_refused(void)
{
    const s2_network_spec bad[] = {
        {.channels = 32, .classes = 3, .sources = 1, .bands = {1}},
        {.channels = 64, .classes = 1, .sources = 1, .bands = {1}},
        {.channels = 64, .classes = 3, .sources = 0},
        {.channels = 64, .classes = 3, .sources = S2RGF_MAX_SOURCES + 1},
        {.channels = 64, .classes = 3, .sources = 2, .bands = {1, 0}},
    };
    const s2_batch_shape wrong[] = {{.crops = 1, .width = 96, .height = 32},
                                    {.crops = 1, .width = 32, .height = 31},
                                    {.crops = 1, .width = 32, .height = 32}};
    const s2_network_spec native = {.channels = 64, .classes = 3, .sources = 1, .bands = {1}};
    s2_network *network = NULL;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        s2rgf_error err = {0};
        CHECK(s2_network_create(&s2_patch_ops, &bad[i], &network, &err) == S2RGF_INVALID_ARGUMENT);
        CHECK(!network && strstr(err.message, "expected"));
    }
    REQUIRE(s2_network_create(&s2_patch_ops, &native, &network, NULL) == S2RGF_OK);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        s2_training *train = NULL;
        s2rgf_error err = {0};
        CHECK(s2_training_create(network, &wrong[i], &train, &err) == S2RGF_INVALID_ARGUMENT);
        CHECK(!train && err.message[0] != '\0');
    }
    s2_network_free(network);
    s2_network_free(NULL);
    s2_training_free(NULL);
}

static void starts_differ_by_seed(void)
{
    const s2_network_spec spec = {.channels = 64, .classes = 3, .sources = 1, .bands = {2}};
    s2_network *network = NULL;
    REQUIRE(s2_network_create(&s2_patch_ops, &spec, &network, NULL) == S2RGF_OK);
    const s2_param *weight = find_param(&network->params, "unfold.expand.conv.weight");
    const s2_param *norm = find_param(&network->params, "unfold.expand.bn.weight");
    REQUIRE(weight && norm);
    norm->value[0] = 3;
    s2_network_randomise(&network->params, 5);
    const float first = weight->value[0];
    CHECK(first != 0 && fabsf(first) <= 1.0f / 8.0f); /* 64 inputs */
    CHECK(norm->value[0] == 1);
    s2_network_randomise(&network->params, 6);
    CHECK(weight->value[0] != first);
    s2_network_randomise(&network->params, 5);
    CHECK(weight->value[0] == first);
    s2_network_free(network);
}

/* Loss and the gradients of the whole network, end to end in new memory. */
static float *step(s2_training *train, const s2_network *network, double *loss)
{
    const s2_loss_options options = {{0.1, 0}, 1e-3, 0.5, S2_RELATION_CORRELATION};
    float *all = (float *)malloc(trainable(network) * sizeof *all), *to = all;
    s2_random random;
    s2_random_init(&random, 9, 0);
    REQUIRE(all != NULL);
    REQUIRE(s2_patch_train_forward(train, 0.5, &random, NULL, NULL) == S2RGF_OK);
    REQUIRE(s2_patch_train_backward(train, &options, loss, NULL) == S2RGF_OK);
    for (int i = 0; i < network->params.count; i++) {
        const s2_param *p = &network->params.items[i];
        if (!p->grad)
            continue;
        memcpy(to, p->grad, p->count * sizeof *to);
        to += p->count;
    }
    return all;
}

/* Only the centre's label counts; gradients are set, not added to. */
static void labels_of_centres(void)
{
    patch_scene scene = patch_scene_make(2);
    s2_network *network = patch_scene_network(&scene);
    s2_training *train = patch_scene_train(&scene, network, PIXELS, PATCHES);
    const size_t bytes = trainable(network) * sizeof(float);
    s2_batch *batch = &train->batch;
    int16_t *centre = &batch->labels[S2_PATCH_CENTRE * (S2_PATCH_PX + 1)];
    double loss[3] = {0};
    float *first = step(train, network, &loss[0]);
    for (int i = 0; i < S2_PATCH_PX * S2_PATCH_PX; i++)
        if (&batch->labels[i] != centre)
            batch->labels[i] = -1;
    float *second = step(train, network, &loss[1]);
    *centre = -1;
    float *third = step(train, network, &loss[2]);
    CHECK(loss[0] > 0 && loss[0] == loss[1] && loss[2] != loss[0]);
    CHECK(memcmp(first, second, bytes) == 0);
    CHECK(memcmp(first, third, bytes) != 0);
    free(first);
    free(second);
    free(third);
    s2_training_free(train);
    s2_network_free(network);
    patch_scene_clear(&scene);
}

/* One label fewer is one score fewer, but all are there when they are asked for. */
static void logits_of_all(void)
{
    patch_scene scene = patch_scene_make(1);
    s2_network *network = patch_scene_network(&scene);
    s2_training *train = patch_scene_train(&scene, network, PIXELS, PATCHES);
    const s2_tensor *logits = NULL;
    train->batch.labels[S2_PATCH_CENTRE * (S2_PATCH_PX + 1)] = -1;
    REQUIRE(s2_patch_train_forward(train, 0, NULL, &logits, NULL) == S2RGF_OK);
    CHECK(logits->n == PATCHES && logits->h == 1 && logits->w == 1);
    CHECK(logits->c == PATCH_SCENE_CLASSES);
    for (int n = 1; n < PATCHES; n++)
        CHECK(s2_tensor_at(logits, n)[0] != s2_tensor_at(logits, 0)[0]);
    s2_training_free(train);
    s2_network_free(network);
    patch_scene_clear(&scene);
}

int main(void)
{
    the_published_size();
    limits_are_refused();
    starts_differ_by_seed();
    labels_of_centres();
    logits_of_all();
    return harness_end();
}
