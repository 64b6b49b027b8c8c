/* Parts of a network switched off: what is left depends on nothing that is off, and their names. */
#include "golden/golden_ablations.h"
#include "golden/golden_scene.h"
#include "golden/network_parts.h"
#include "model/ablations.h"
#include "nn/layers/ssja.h"

#define SOURCES 2

static const s2_loss_options OPTIONS = {{GOLDEN_SMOOTHING, 0}, 1, 0, S2_RELATION_CORRELATION};

/* Loss of a network, its gradients, and the scores of both crops: out [crops][pixels][K]. */
static double run_training(s2_network *network, float *scores)
{
    s2_training *train = golden_train(network, 0, GOLDEN_CROPS);
    const s2_tensor *logits = NULL;
    double loss = 0;
    REQUIRE(s2_dense_train_forward(train, 0, NULL, &logits, NULL) == S2RGF_OK);
    for (size_t i = 0; i < golden_count(logits); i++)
        scores[i] = *golden_value(logits, i);
    REQUIRE(s2_dense_train_backward(train, &OPTIONS, &loss, NULL) == S2RGF_OK);
    s2_training_free(train);
    return loss;
}

static bool begins(const char *name, const char *const *parts)
{
    while (*parts && strncmp(name, *parts, strlen(*parts)) != 0)
        parts++;
    return *parts != NULL;
}

/* Other weights in the parts of a domain change nothing, and get no gradient. */
static void domain_is_silent(s2_ablations off, const char *const *parts)
{
    static float before[GOLDEN_CROPS * GOLDEN_PIXELS * GOLDEN_CLASSES];
    static float after[GOLDEN_CROPS * GOLDEN_PIXELS * GOLDEN_CLASSES];
    s2_network *network = golden_network_without(16, SOURCES, &off);
    const double loss = run_training(network, before);
    int silent = 0;
    for (int i = 0; i < network->params.count; i++) {
        const s2_param *p = &network->params.items[i];
        bool zero = true;
        for (size_t k = 0; p->grad && k < p->count; k++)
            zero = zero && p->grad[k] == 0;
        if (!begins(p->name, parts))
            continue;
        silent++;
        if (!CHECK(zero))
            printf("    gradient of %s\n", p->name);
        for (size_t k = 0; p->grad && k < p->count; k++)
            p->value[k] = 0.7f * p->value[k] + 0.1f;
    }
    CHECK(silent > 0);
    CHECK(run_training(network, after) == loss);
    CHECK(memcmp(before, after, sizeof before) == 0);
    s2_network_free(network);
}

/* Weights of 1 are what an attention with a saturated sigmoid gives; they need no parameters. */
static void attention_is_one(void)
{
    static float without[GOLDEN_CROPS * GOLDEN_PIXELS * GOLDEN_CLASSES];
    static float saturated[GOLDEN_CROPS * GOLDEN_PIXELS * GOLDEN_CLASSES];
    static const char *const leaves[] = {"w1", "b1", "w2", "b2"};
    s2_network *whole = golden_network(16, SOURCES);
    s2_network *off = golden_network_without(16, SOURCES, &(s2_ablations){.attention = true});
    CHECK(off->params.count == whole->params.count - 8);
    for (int domain = 0; domain < 2; domain++)
        for (int leaf = 0; leaf < 4; leaf++) {
            const char *name =
                golden_name(domain == 0 ? "adrf_spectral" : "adrf_spatial", leaves[leaf]);
            s2_param *p = find_param(&whole->params, name);
            REQUIRE(p != NULL);
            CHECK(!find_param(&off->params, name));
            for (size_t k = 0; k < p->count; k++)
                p->value[k] = leaf % 2 == 0 ? 0.0f : 50.0f;
        }
    CHECK_NEAR(run_training(off, without), run_training(whole, saturated), 1e-5);
    for (size_t i = 0; i < sizeof without / sizeof *without; i++)
        CHECK_NEAR((double)without[i], (double)saturated[i], 1e-4);
    s2_network_free(whole);
    s2_network_free(off);
}

/* Without cells the joint attention adds: z = x1 + x2, and both get dz. */
static void joint_attention_is_a_sum(void)
{
    enum { N = 2, H = 9, W = 7, C = 4, COUNT = N * H * W * C };
    s2_ssja_state state;
    uint8_t valid[N * H * W];
    memset(valid, 1, sizeof valid);
    s2_tensor x1 = golden_random("sum.x1", N, H, W, C), x2 = golden_random("sum.x2", N, H, W, C);
    s2_tensor z = golden_zeros(N, H, W, C), dz = golden_random("sum.dz", N, H, W, C);
    s2_tensor dx1 = golden_random("sum.x2", N, H, W, C), dx2 = golden_random("sum.x1", N, H, W, C);
    REQUIRE(s2_ssja_state_init(&state, N, s2_lattice_over(H, W, 0), C, NULL) == S2RGF_OK);
    CHECK(s2_ssja_forward(&state, (s2_tensor_pair[2]){{.value = x1}, {.value = x2}}, valid,
                          &(s2_tensor_pair){.value = z}, NULL) == S2RGF_OK);
    CHECK(s2_ssja_backward(&state, (s2_tensor_pair[2]){{x1, dx1}, {x2, dx2}}, valid,
                           &(s2_tensor_pair){.grad = dz}, NULL) == S2RGF_OK);
    for (size_t i = 0; i < COUNT; i++) {
        const float one = *golden_value(&x1, i), other = *golden_value(&x2, i);
        const float from = *golden_value(&dz, i);
        CHECK(*golden_value(&z, i) == one + other);
        CHECK(*golden_value(&dx1, i) == other + from && *golden_value(&dx2, i) == one + from);
    }
    s2_ssja_state_clear(&state);
    golden_tensors_end();
}

static s2_model_source sources[SOURCES] = {{.name = (char *)"hsi"}, {.name = (char *)"msi"}};

static s2rgf_status ablate(s2_model_content *content, const char *name, s2rgf_error *err)
{
    return s2_model_ablate(content, name, "ablate", S2RGF_INVALID_ARGUMENT, err);
}

/* Names become flags and flags names again, in an order of their own. */
static void names_and_flags(void)
{
    static const char *const given[] = {"source:msi", "spatial",    "ssja",
                                        "attention",  "redundancy", "ssja"};
    s2_model_content content = {.source_count = SOURCES, .sources = sources};
    s2_ablation_names names;
    char list[S2_ABLATIONS_MAX * S2_ABLATION_BYTES];
    s2rgf_error err = {0};
    s2_model_ablations(&content, false, &names);
    s2_ablations_join(&names, list, sizeof list);
    CHECK(names.count == 0);
    CHECK_STR(list, "");
    for (size_t i = 0; i < sizeof given / sizeof *given; i++)
        CHECK(ablate(&content, given[i], &err) == S2RGF_OK);
    const s2_ablations *off = &content.off;
    CHECK(off->attention && off->ssja && off->redundancy && off->spatial && off->source[1]);
    CHECK(!off->spectral && !off->source[0]);
    s2_model_ablations(&content, false, &names);
    s2_ablations_join(&names, list, sizeof list);
    CHECK_STR(list, "attention, ssja, redundancy, spatial, source:msi");
    s2_ablations_join(&names, list, 12);
    CHECK_STR(list, "attention, ");

    const char *const unknown[] = {"", "adrf", "source", "source:", "source:pan", "SSJA", "hsi"};
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++)
        CHECK(ablate(&content, unknown[i], &err) == S2RGF_INVALID_ARGUMENT);
    CHECK_STR(err.message,
              "ablate: no such part: expected one of attention, ssja, redundancy, "
              "spectral, spatial, expert, windows, hidden, source:hsi, source:msi, found hsi");
    CHECK(ablate(&content, "\033[2J", &err) == S2RGF_INVALID_ARGUMENT);
    CHECK(!strchr(err.message, '\033'));
}

static void something_is_left(void)
{
    const s2_ablations fine[] = {{.attention = true, .ssja = true, .redundancy = true},
                                 {.spectral = true, .source = {[0] = true}},
                                 {.spatial = true, .source = {[1] = true}}};
    for (size_t i = 0; i < sizeof fine / sizeof *fine; i++)
        CHECK(!s2_ablations_conflict(&fine[i], SOURCES));
    const s2_ablations domains = {.spectral = true, .spatial = true};
    const s2_ablations mute = {.source = {true, true}};
    CHECK(strstr(s2_ablations_conflict(&domains, SOURCES), "both domains") != NULL);
    CHECK(strstr(s2_ablations_conflict(&mute, SOURCES), "every source") != NULL);
    CHECK(!s2_ablations_conflict(&mute, SOURCES + 1));
}

int main(void)
{
    static const char *const spectral[] = {"spectral.", "adrf_spectral", "neck_spectral", "detail.",
                                           NULL};
    static const char *const spatial[] = {"spatial.", "adrf_spatial", "neck_spatial", NULL};
    domain_is_silent((s2_ablations){.spectral = true}, spectral);
    domain_is_silent((s2_ablations){.spatial = true}, spatial);
    attention_is_one();
    joint_attention_is_a_sum();
    names_and_flags();
    something_is_left();
    return harness_end();
}
