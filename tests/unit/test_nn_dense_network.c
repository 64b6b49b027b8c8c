/* Structure of the dense network: starts, shapes, limits. */
#include "golden/network_parts.h"
#include "nn/dense/network.h"

#include "harness.h"
#include "nn/networks/networks.h"

static const s2_network_spec SPEC = {
    .channels = 16, .classes = 3, .sources = 2, .bands = {4, 9}, .on_reference = {true, false}};

static float *value_of(s2_network *network, const char *name)
{
    s2_param *param = find_param(&network->params, name);
    REQUIRE(param != NULL);
    return param->value;
}

/* A network that has been trained starts again exactly as a new one: weights, batch-norms and
   all. */
static void a_start_forgets_everything(void)
{
    s2_network *fresh = NULL;
    s2_network *used = NULL;
    REQUIRE(s2_network_create(&s2_dense_ops, &SPEC, &fresh, NULL) == S2RGF_OK);
    REQUIRE(s2_network_create(&s2_dense_ops, &SPEC, &used, NULL) == S2RGF_OK);
    for (int i = 0; i < used->params.count; i++)
        for (size_t k = 0; k < used->params.items[i].count; k++)
            used->params.items[i].value[k] = 0.25f * (float)(k % 7) + 3.0f;
    s2_network_randomise(&fresh->params, 5);
    s2_network_randomise(&used->params, 5);
    for (int i = 0; i < used->params.count; i++)
        CHECK(memcmp(used->params.items[i].value, fresh->params.items[i].value,
                     used->params.items[i].count * sizeof(float)) == 0);
    CHECK(value_of(fresh, "head.bn.weight")[3] == 1.0f);
    CHECK(value_of(fresh, "head.bn.bias")[3] == 0.0f);
    CHECK(value_of(fresh, "spectral.1.bn3.running_mean")[8] == 0.0f);
    CHECK(value_of(fresh, "spectral.1.bn3.running_var")[8] == 1.0f);
    s2_network_free(fresh);
    s2_network_free(used);
}

/* Weights lie within 1/sqrt(fan in) and use that range; another seed gives another start. */
static void starts_are_scaled(void)
{
    s2_network *network = NULL;
    float largest = 0.0f;
    REQUIRE(s2_network_create(&s2_dense_ops, &SPEC, &network, NULL) == S2RGF_OK);
    s2_network_randomise(&network->params, 1);
    const s2_param *weight = find_param(&network->params, "neck_spectral.conv.weight");
    REQUIRE(weight != NULL);
    for (size_t k = 0; k < weight->count; k++)
        largest = fmaxf(largest, fabsf(weight->value[k]));
    CHECK(largest <= 1.0f / 12.0f); /* 3 * 3 * 16 inputs */
    CHECK(largest > 0.95f / 12.0f);
    const float before = weight->value[0];
    s2_network_randomise(&network->params, 2);
    CHECK(weight->value[0] != before);
    s2_network_free(network);
}

/* What is never trained has no room for gradients. */
static void running_takes_no_gradients(void)
{
    s2_network_spec spec = SPEC;
    s2_network *trained = NULL;
    s2_network *runs = NULL;
    spec.runs_only = true;
    REQUIRE(s2_network_create(&s2_dense_ops, &SPEC, &trained, NULL) == S2RGF_OK);
    REQUIRE(s2_network_create(&s2_dense_ops, &spec, &runs, NULL) == S2RGF_OK);
    int gradients = 0;
    CHECK(runs->params.count == trained->params.count);
    for (int i = 0; i < runs->params.count; i++) {
        gradients += trained->params.items[i].grad != NULL;
        CHECK(!runs->params.items[i].grad);
    }
    CHECK(gradients > runs->params.count / 2);
    s2_network_free(trained);
    s2_network_free(runs);
}

/* The source with most bands is the rich one, the first of equals. */
static void spectral_widths(void)
{
    s2_network_spec spec = SPEC;
    CHECK(s2_dense_spectral_width(&spec, 0) == 4);
    CHECK(s2_dense_spectral_width(&spec, 1) == 16);
    CHECK(s2_dense_spectral_total(&spec) == 20);
    spec.bands[1] = 4;
    CHECK(s2_dense_spectral_width(&spec, 0) == 16);
}

static void limits_are_refused(void)
{
    const struct {
        int channels, classes, sources;
    } wrong[] = {{8, 3, 2}, {24, 3, 2}, {144, 3, 2}, {16, 1, 2}, {16, 3, 0}, {16, 3, 9}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        s2_network_spec spec = SPEC;
        s2_network *network = NULL;
        s2rgf_error err = {0};
        spec.channels = wrong[i].channels;
        spec.classes = wrong[i].classes;
        spec.sources = wrong[i].sources;
        CHECK(s2_network_create(&s2_dense_ops, &spec, &network, &err) == S2RGF_INVALID_ARGUMENT);
        CHECK(!network);
        CHECK(strstr(err.message, "expected") != NULL);
    }
}

int main(void)
{
    a_start_forgets_everything();
    starts_are_scaled();
    running_takes_no_gradients();
    spectral_widths();
    limits_are_refused();
    return harness_end();
}
