/* The patch network, as published: its structure and parameters. */
#include "nn/patch/network.h"

#include <stdio.h>

#include "core/error.h"
#include "core/memory.h"

int s2_patch_spectral_width(const s2_network_spec *spec, int source)
{
    return source == s2_network_rich_source(spec) ? S2_PATCH_CHANNELS : S2_PATCH_CHANNELS / 8;
}

int s2_patch_spectral_total(const s2_network_spec *spec)
{
    return S2_PATCH_CHANNELS + (spec->sources - 1) * (S2_PATCH_CHANNELS / 8);
}

static void declare_encoders(s2_patch_network *net)
{
    const s2_network_spec *spec = &net->base.spec;
    char prefix[32];
    for (int s = 0; s < spec->sources; s++) {
        snprintf(prefix, sizeof prefix, "spectral.%d", s);
        s2_spectral_encoder_declare(&net->spectral[s], &net->base.params, prefix, spec->bands[s],
                                    s2_patch_spectral_width(spec, s), true);
    }
    for (int s = 0; s < spec->sources; s++) {
        snprintf(prefix, sizeof prefix, "spatial.%d", s);
        s2_residual_block_declare(&net->spatial[s], &net->base.params, prefix, spec->bands[s],
                                  S2_PATCH_CHANNELS, 2, 1);
    }
}

static void declare_trunk(s2_patch_network *net)
{
    const int c = S2_PATCH_CHANNELS;
    const int spectral = s2_patch_spectral_total(&net->base.spec);
    const int cell_px = net->base.spec.off.attention ? 0 : S2_PATCH_FEATURE_PX;
    const s2_conv neck = {3, 2, 1, c, S2_PATCH_WIDE};
    s2_params *params = &net->base.params;
    s2_unfold_declare(&net->unfold, params, "unfold", spectral);
    s2_adrf_declare(&net->adrf_spectral, params, "adrf_spectral", spectral, c, cell_px);
    s2_adrf_declare(&net->adrf_spatial, params, "adrf_spatial", net->base.spec.sources * c, c,
                    cell_px);
    s2_conv_unit_declare(&net->neck_spectral, params, "neck_spectral", "conv", "bn", neck, false,
                         true);
    s2_conv_unit_declare(&net->neck_spatial, params, "neck_spatial", "conv", "bn", neck, false,
                         true);
    s2_residual_block_declare(&net->head_block, params, "head.block", S2_PATCH_WIDE, S2_PATCH_WIDE,
                              1, 1);
    s2_conv_unit_declare(&net->head_conv, params, "head", "conv", "bn",
                         (s2_conv){3, 1, 1, S2_PATCH_WIDE, c}, false, true);
}

s2rgf_status s2_patch_network_create(const s2_network_spec *spec, s2_network **network,
                                     s2rgf_error *err)
{
    *network = NULL;
    if (spec->channels != S2_PATCH_CHANNELS)
        return s2_fail(err, S2RGF_INVALID_ARGUMENT,
                       "channels of the network \"patch\": expected %d, found %d",
                       S2_PATCH_CHANNELS, spec->channels);
    const s2rgf_status status = s2_network_check(spec, err);
    if (status != S2RGF_OK)
        return status;
    s2_patch_network *net = s2_calloc(1, sizeof *net);
    if (!net)
        return s2_fail_memory(err, "network");
    net->base = (s2_network){
        .ops = &s2_patch_ops, .spec = *spec, .params.without_gradients = spec->runs_only};
    declare_encoders(net);
    declare_trunk(net);
    s2_classifier_declare(&net->classifier, &net->base.params, "classifier", S2_PATCH_FLAT,
                          S2_HIDDEN, spec->classes);
    s2_expert_declare(&net->base.expert, &net->base.params, spec);
    if (net->base.params.failed) {
        s2_network_free(&net->base);
        return s2_fail_memory(err, "network");
    }
    *network = &net->base;
    return S2RGF_OK;
}
