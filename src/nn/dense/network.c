/* The dense network: its structure and parameters. */
#include "nn/dense/network.h"

#include "core/error.h"
#include "core/memory.h"

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

static s2rgf_status check_network_spec(const s2_network_spec *spec, s2rgf_error *err)
{
    if (spec->channels < 16 || spec->channels > 128 || spec->channels % 16 != 0)
        return s2_fail(err, S2RGF_INVALID_ARGUMENT,
                       "channels: expected a multiple of 16 from 16 to 128, found %d",
                       spec->channels);
    return s2_network_check(spec, err);
}

static void declare(s2_dense_network *net)
{
    const s2_network_spec *spec = &net->base.spec;
    const int c = spec->channels;
    const int spectral = s2_dense_spectral_total(spec);
    const s2_trunk_shape trunk = {.in = {spectral, spec->sources * c},
                                  .neck = {{3, 1, 1, c, c}, {3, 1, 2, c, c}},
                                  .dilation = 2,
                                  .out = c,
                                  .adrf_cell_px = S2_CELL_FEATURE_PX,
                                  .ssja_cell_px = S2_CELL_FEATURE_PX};
    s2_params *params = &net->base.params;
    s2_source_encoders_declare(net->encoder, params, spec, narrow(spec), false);
    s2_trunk_declare(&net->trunk, params, &trunk, &spec->off);
    s2_conv_unit_declare(&net->detail, params, "detail", "mix", "bn",
                         (s2_conv){1, 1, 1, spectral, c}, false, true);
    s2_classifier_declare(&net->classifier, params, "classifier", 2 * c, S2_HIDDEN, spec->classes);
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
    declare(net);
    if (net->base.params.failed) {
        s2_network_free(&net->base);
        return s2_fail_memory(err, "network");
    }
    *network = &net->base;
    return S2RGF_OK;
}
