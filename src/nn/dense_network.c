/* The dense network: its structure and parameters. */
#include "nn/dense_network.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/error.h"
#include "core/memory.h"
#include "core/random.h"

static int rich_source(const s2_network_spec *spec)
{
    int rich = 0;
    for (int s = 1; s < spec->sources; s++)
        if (spec->bands[s] > spec->bands[rich])
            rich = s;
    return rich;
}

int s2_dense_spectral_width(const s2_network_spec *spec, int source)
{
    return source == rich_source(spec) ? spec->channels : spec->channels / 4;
}

int s2_dense_spectral_total(const s2_network_spec *spec)
{
    return spec->channels + (spec->sources - 1) * (spec->channels / 4);
}

static s2rgf_status check_spec(const s2_network_spec *spec, s2rgf_error *err)
{
    if (spec->channels < 16 || spec->channels > 128 || spec->channels % 16 != 0)
        return s2_fail(err, S2RGF_INVALID_ARGUMENT,
                       "channels: expected a multiple of 16 from 16 to 128, found %d",
                       spec->channels);
    if (spec->sources < 1 || spec->sources > S2RGF_MAX_SOURCES)
        return s2_fail(err, S2RGF_INVALID_ARGUMENT, "sources: expected 1 to %d, found %d",
                       S2RGF_MAX_SOURCES, spec->sources);
    if (spec->classes < 2 || spec->classes > S2RGF_MAX_CLASSES)
        return s2_fail(err, S2RGF_INVALID_ARGUMENT, "classes: expected 2 to %d, found %d",
                       S2RGF_MAX_CLASSES, spec->classes);
    for (int s = 0; s < spec->sources; s++)
        if (spec->bands[s] < 1 || spec->bands[s] > 65535)
            return s2_fail(err, S2RGF_INVALID_ARGUMENT,
                           "source %d: expected 1 to 65535 bands, found %d", s + 1, spec->bands[s]);
    return S2RGF_OK;
}

static void declare_encoders(s2_dense_network *net)
{
    const s2_network_spec *spec = &net->spec;
    char prefix[32];
    for (int s = 0; s < spec->sources; s++) {
        snprintf(prefix, sizeof prefix, "spectral.%d", s);
        s2_spectral_encoder_declare(&net->spectral[s], &net->params, prefix, spec->bands[s],
                                    s2_dense_spectral_width(spec, s));
    }
    for (int s = 0; s < spec->sources; s++) {
        snprintf(prefix, sizeof prefix, "spatial.%d", s);
        s2_residual_block_declare(&net->spatial[s], &net->params, prefix, spec->bands[s],
                                  spec->channels, spec->on_reference[s] ? 2 : 1, 1);
    }
}

static void declare_trunk(s2_dense_network *net)
{
    const int c = net->spec.channels;
    const int spectral = s2_dense_spectral_total(&net->spec);
    s2_params *params = &net->params;
    s2_adrf_declare(&net->adrf_spectral, params, "adrf_spectral", spectral, c);
    s2_adrf_declare(&net->adrf_spatial, params, "adrf_spatial", net->spec.sources * c, c);
    s2_conv_unit_declare(&net->neck_spectral, params, "neck_spectral", "conv", "bn",
                         (s2_conv){3, 1, 1, c, c}, false, true);
    s2_conv_unit_declare(&net->neck_spatial, params, "neck_spatial", "conv", "bn",
                         (s2_conv){3, 1, 2, c, c}, false, true);
    s2_residual_block_declare(&net->head_block, params, "head.block", c, c, 1, 2);
    s2_conv_unit_declare(&net->head_conv, params, "head", "conv", "bn", (s2_conv){3, 1, 1, c, c},
                         false, true);
    s2_conv_unit_declare(&net->detail, params, "detail", "mix", "bn",
                         (s2_conv){1, 1, 1, spectral, c}, false, true);
}

s2rgf_status s2_dense_network_create(const s2_network_spec *spec, s2_dense_network **network,
                                     s2rgf_error *err)
{
    *network = NULL;
    const s2rgf_status status = check_spec(spec, err);
    if (status != S2RGF_OK)
        return status;
    s2_dense_network *net = s2_calloc(1, sizeof *net);
    if (!net)
        return s2_fail_memory(err, "network");
    net->spec = *spec;
    declare_encoders(net);
    declare_trunk(net);
    s2_classifier_declare(&net->classifier, &net->params, "classifier", 2 * spec->channels,
                          S2_HIDDEN, spec->classes);
    if (net->params.failed) {
        s2_dense_network_free(net);
        return s2_fail_memory(err, "network");
    }
    *network = net;
    return S2RGF_OK;
}

void s2_dense_network_free(s2_dense_network *network)
{
    if (!network)
        return;
    s2_params_clear(&network->params);
    s2_free(network);
}

/* Inputs that feed one output of a weight: all dimensions but the last; a band filter has only its
   width. */
static size_t fan_in(const s2_param *weight)
{
    const int last = weight->dims[weight->dim_count - 1];
    return weight->dim_count == 1 ? weight->count : weight->count / (size_t)last;
}

/* Weights and variances of a batch-norm start at 1, biases and means at 0. */
static void reset_norm(s2_param *param)
{
    const char *leaf = strrchr(param->name, '.');
    const float value =
        strcmp(leaf, ".weight") == 0 || strcmp(leaf, ".running_var") == 0 ? 1.0f : 0.0f;
    for (size_t k = 0; k < param->count; k++)
        param->value[k] = value;
}

void s2_dense_network_randomise(s2_dense_network *network, uint64_t seed)
{
    double bound = 0.0;
    for (int i = 0; i < network->params.count; i++) {
        s2_param *param = &network->params.items[i];
        s2_random random;
        if (strstr(param->name, ".bn")) {
            reset_norm(param);
            continue;
        }
        /* a bias follows its weight and shares its bound */
        if (param->decay)
            bound = 1.0 / sqrt((double)fan_in(param));
        s2_random_init(&random, seed, (uint64_t)i + 1);
        for (size_t k = 0; k < param->count; k++)
            param->value[k] = (float)(bound * (2.0 * s2_random_uniform(&random) - 1.0));
    }
}
