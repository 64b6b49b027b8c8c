/* The dense network: its structure and parameters. */
#include "nn/dense/network.h"

/* Spectral width of all sources but the rich one. */
static int narrow(const s2_network_spec *spec)
{
    return spec->channels / 4;
}

int s2_dense_spectral_width(const s2_network_spec *spec, int source)
{
    return s2_spectral_width(spec, narrow(spec), source);
}

int s2_dense_spectral_first(const s2_network_spec *spec, int source)
{
    return s2_spectral_first(spec, narrow(spec), source);
}

int s2_dense_spectral_total(const s2_network_spec *spec)
{
    return s2_dense_spectral_first(spec, spec->sources);
}

void s2_dense_declare(s2_network *network)
{
    s2_dense_network *net = (s2_dense_network *)network;
    const s2_network_spec *spec = &network->spec;
    const int c = spec->channels;
    const int spectral = s2_dense_spectral_total(spec);
    const s2_trunk_shape trunk = {.in = {spectral, spec->sources * c},
                                  .neck = {{3, 1, 1, c, c}, {3, 1, 2, c, c}},
                                  .dilation = 2,
                                  .out = c,
                                  .adrf_cell_px = S2_CELL_FEATURE_PX,
                                  .ssja_cell_px = S2_CELL_FEATURE_PX};
    s2_params *params = &network->params;
    s2_source_encoders_declare(net->encoder, params, spec, narrow(spec), false);
    s2_trunk_declare(&net->trunk, params, &trunk, &spec->off);
    s2_conv_unit_declare(&net->detail, params, "detail",
                         &(s2_conv_unit_shape){.conv_name = "mix", .conv = {1, 1, 1, spectral, c}});
    s2_classifier_declare(&net->classifier, params, "classifier", 2 * c, S2_HIDDEN, spec->classes);
}
