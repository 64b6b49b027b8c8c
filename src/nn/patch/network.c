/* The patch network, as published: its structure and parameters. */
#include "nn/patch/network.h"

#define NARROW (S2_PATCH_CHANNELS / 8) /* spectral width of all sources but the rich one */

int s2_patch_spectral_width(const s2_network_spec *spec, int source)
{
    return s2_spectral_width(spec, NARROW, source);
}

int s2_patch_spectral_total(const s2_network_spec *spec)
{
    return s2_spectral_first(spec, NARROW, spec->sources);
}

void s2_patch_declare(s2_network *network)
{
    s2_patch_network *net = (s2_patch_network *)network;
    const s2_network_spec *spec = &network->spec;
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
    s2_params *params = &network->params;
    s2_source_encoders_declare(net->encoder, params, spec, NARROW, true);
    s2_unfold_declare(&net->unfold, params, "unfold", spectral);
    s2_trunk_declare(&net->trunk, params, &trunk, &spec->off);
    s2_classifier_declare(&net->classifier, params, "classifier", S2_PATCH_FLAT, S2_HIDDEN,
                          spec->classes);
}
