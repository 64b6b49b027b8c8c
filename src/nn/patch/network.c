/* The patch network, as published: its structure and parameters. */
#include "nn/patch/network.h"

#include "core/error.h"
#include "core/memory.h"

#define NARROW (S2_PATCH_CHANNELS / 8) /* spectral width of all sources but the rich one */

int s2_patch_spectral_width(const s2_network_spec *spec, int source)
{
    return s2_spectral_width(spec, NARROW, source);
}

int s2_patch_spectral_total(const s2_network_spec *spec)
{
    return s2_spectral_first(spec, NARROW, spec->sources);
}

static void declare(s2_patch_network *net)
{
    const s2_network_spec *spec = &net->base.spec;
    const int c = S2_PATCH_CHANNELS;
    const int spectral = s2_patch_spectral_total(spec);
    const s2_conv neck = {3, 2, 1, c, S2_PATCH_WIDE};
    const s2_trunk_shape trunk = {.in = {spectral, spec->sources * c},
                                  .neck = {neck, neck},
                                  .pool = true,
                                  .dilation = 1,
                                  .out = c,
                                  .adrf_cell_px = S2_PATCH_FEATURE_PX,
                                  .ssja_cell_px = S2_PATCH_JOINT_PX};
    s2_params *params = &net->base.params;
    s2_source_encoders_declare(net->encoder, params, spec, NARROW, true);
    s2_unfold_declare(&net->unfold, params, "unfold", spectral);
    s2_trunk_declare(&net->trunk, params, &trunk, &spec->off);
    s2_classifier_declare(&net->classifier, params, "classifier", S2_PATCH_FLAT, S2_HIDDEN,
                          spec->classes);
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
    declare(net);
    if (net->base.params.failed) {
        s2_network_free(&net->base);
        return s2_fail_memory(err, "network");
    }
    *network = &net->base;
    return S2RGF_OK;
}
