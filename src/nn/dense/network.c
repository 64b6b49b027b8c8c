/* The dense network: its structure and parameters. */
#include "nn/dense/network.h"

#include <stdio.h>

#include "core/error.h"
#include "core/memory.h"

int s2_dense_spectral_width(const s2_network_spec *spec, int source)
{
    return source == s2_network_rich_source(spec) ? spec->channels : spec->channels / 4;
}

int s2_dense_spectral_total(const s2_network_spec *spec)
{
    return spec->channels + (spec->sources - 1) * (spec->channels / 4);
}

static s2rgf_status check_network_spec(const s2_network_spec *spec, s2rgf_error *err)
{
    if (spec->channels < 16 || spec->channels > 128 || spec->channels % 16 != 0)
        return s2_fail(err, S2RGF_INVALID_ARGUMENT,
                       "channels: expected a multiple of 16 from 16 to 128, found %d",
                       spec->channels);
    return s2_network_check(spec, err);
}

static void declare_encoders(s2_dense_network *net)
{
    const s2_network_spec *spec = &net->base.spec;
    char prefix[32];
    for (int s = 0; s < spec->sources; s++) {
        snprintf(prefix, sizeof prefix, "spectral.%d", s);
        s2_spectral_encoder_declare(&net->spectral[s], &net->base.params, prefix, spec->bands[s],
                                    s2_dense_spectral_width(spec, s), false);
    }
    for (int s = 0; s < spec->sources; s++) {
        snprintf(prefix, sizeof prefix, "spatial.%d", s);
        s2_residual_block_declare(&net->spatial[s], &net->base.params, prefix, spec->bands[s],
                                  spec->channels, spec->on_reference[s] ? 2 : 1, 1);
    }
}

static void declare_trunk(s2_dense_network *net)
{
    const int c = net->base.spec.channels;
    const int spectral = s2_dense_spectral_total(&net->base.spec);
    const int cell_px = net->base.spec.off.attention ? 0 : S2_CELL_FEATURE_PX;
    s2_params *params = &net->base.params;
    s2_adrf_declare(&net->adrf_spectral, params, "adrf_spectral", spectral, c, cell_px);
    s2_adrf_declare(&net->adrf_spatial, params, "adrf_spatial", net->base.spec.sources * c, c,
                    cell_px);
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

s2rgf_status s2_dense_network_create(const s2_network_spec *spec, s2_network **network,
                                     s2rgf_error *err)
{
    *network = NULL;
    const s2rgf_status status = check_network_spec(spec, err);
    if (status != S2RGF_OK)
        return status;
    s2_dense_network *net = s2_calloc(1, sizeof *net);
    if (!net)
        return s2_fail_memory(err, "network");
    net->base = (s2_network){
        .ops = &s2_dense_ops, .spec = *spec, .params.without_gradients = spec->runs_only};
    declare_encoders(net);
    declare_trunk(net);
    s2_classifier_declare(&net->classifier, &net->base.params, "classifier", 2 * spec->channels,
                          S2_HIDDEN, spec->classes);
    if (net->base.params.failed) {
        s2_network_free(&net->base);
        return s2_fail_memory(err, "network");
    }
    *network = &net->base;
    return S2RGF_OK;
}
