/* Finite differences for networks with parts switched off, and for the published form of the
   de-redundancy loss in them. */
#include "gradient/whole.h"

#include "golden/golden_ablations.h"
#include "golden/golden_scene.h"
#include "unit/patch_scene.h"

#define PARTS_MAX 16

static s2_training *dense;
static s2_training *patch;
static s2_loss_options options = {{0.1, 0}, 1e-3, 0, S2_RELATION_CORRELATION};

static double dense_loss(void)
{
    const s2_tensor *logits = NULL;
    double loss = 0;
    REQUIRE(s2_dense_train_forward(dense, 0, NULL, &logits, NULL) == S2RGF_OK);
    REQUIRE(s2_dense_train_backward(dense, &options, &loss, NULL) == S2RGF_OK);
    return loss;
}

static double patch_loss(void)
{
    double loss = 0;
    REQUIRE(s2_patch_train_forward(patch, 0, NULL, NULL, NULL) == S2RGF_OK);
    REQUIRE(s2_patch_train_backward(patch, &options, &loss, NULL) == S2RGF_OK);
    return loss;
}

/* Of a network, the parts that learn when some are off. Those of a source of zeros are left out:
   batch-norms of constant features are steeper than any step. */
static size_t choose_parts(const s2_ablations *off, const char **parts)
{
    const struct {
        const char *name;
        bool off;
    } all[] = {{"spectral.0", off->spectral},
               {"spatial.0", off->spatial},
               {"spectral.1", off->spectral || off->source[1]},
               {"spatial.1", off->spatial || off->source[1]},
               {"adrf_spectral", off->spectral},
               {"adrf_spatial", off->spatial},
               {"neck_spectral", off->spectral},
               {"neck_spatial", off->spatial},
               {"head.block", false},
               {"head.conv", false},
               {"classifier", false}};
    size_t count = 0;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (!all[i].off)
            parts[count++] = all[i].name;
    return count;
}

static void check_without(const char *architecture, const golden_ablation *without,
                          const whole_network *whole, const char *const *parts, size_t count)
{
    const unsigned long before = harness_failures;
    whole_check(whole, parts, count);
    if (harness_failures != before)
        printf("    %s without %s\n", architecture, without->name);
}

static void test_dense(const golden_ablation *without)
{
    const char *parts[PARTS_MAX];
    s2_network *network = golden_network_without(16, 2, &without->off);
    const whole_network whole = {&network->params, dense_loss};
    size_t count = choose_parts(&without->off, parts);
    if (!without->off.spectral)
        parts[count++] = "detail";
    dense = golden_train(network, 0, 1);
    golden_mute(&without->off, 2, &dense->batch);
    check_without("dense", without, &whole, parts, count);
    s2_training_free(dense);
    s2_network_free(network);
}

static void test_patch(const golden_ablation *without)
{
    static const int pixels[][2] = {{20, 20}, {3, 40}, {50, 2}, {31, 25}, {10, 9}};
    const char *parts[PARTS_MAX];
    patch_scene scene = patch_scene_make(2);
    scene.spec.off = without->off;
    s2_network *network = patch_scene_network(&scene);
    const whole_network whole = {&network->params, patch_loss};
    size_t count = choose_parts(&without->off, parts);
    if (!without->off.spectral)
        parts[count++] = "unfold";
    patch = patch_scene_train(&scene, network, pixels, sizeof pixels / sizeof pixels[0]);
    golden_mute(&without->off, 2, &patch->batch);
    check_without("patch", without, &whole, parts, count);
    s2_training_free(patch);
    s2_network_free(network);
    patch_scene_clear(&scene);
}

int main(void)
{
    for (size_t i = 0; i < GOLDEN_ABLATION_COUNT; i++) {
        test_dense(&GOLDEN_ABLATIONS[i]);
        test_patch(&GOLDEN_ABLATIONS[i]);
    }
    options.relation = S2_RELATION_SOFTMAX;
    options.redundancy_weight = 1; /* so that it matters */
    test_dense(&GOLDEN_WHOLE);
    test_patch(&GOLDEN_WHOLE);
    return harness_end();
}
