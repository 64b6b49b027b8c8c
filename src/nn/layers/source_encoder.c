/* The two encoders of a source, and where its features stand among those of all sources. */
#include "nn/layers/source_encoder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What the names of an encoder's parameters begin with; the number of the source follows. */
static const char *const PREFIX[S2_DOMAINS] = {"spectral.", "spatial."};

void s2_source_encoders_declare(s2_source_encoder *encoders, s2_params *params,
                                const s2_network_spec *spec, int narrow, bool halve)
{
    char prefix[32];
    for (int s = 0; s < spec->sources; s++) {
        snprintf(prefix, sizeof prefix, "%s%d", PREFIX[S2_SPECTRAL], s);
        encoders[s].first[S2_SPECTRAL] = s2_spectral_first(spec, narrow, s);
        s2_spectral_encoder_declare(&encoders[s].spectral, params, prefix, spec->bands[s],
                                    s2_spectral_width(spec, narrow, s), halve);
    }
    for (int s = 0; s < spec->sources; s++) {
        snprintf(prefix, sizeof prefix, "%s%d", PREFIX[S2_SPATIAL], s);
        encoders[s].first[S2_SPATIAL] = s * spec->channels;
        const s2_residual_shape spatial = {spec->bands[s], spec->channels,
                                           halve || spec->on_reference[s] ? 2 : 1, 1};
        s2_residual_block_declare(&encoders[s].spatial, params, prefix, &spatial);
    }
}

int s2_source_encoder_owner(const char *name)
{
    for (int d = 0; d < S2_DOMAINS; d++)
        if (strncmp(name, PREFIX[d], strlen(PREFIX[d])) == 0)
            return atoi(name + strlen(PREFIX[d]));
    return -1;
}

bool s2_source_encoder_frozen(const s2_source_encoder *encoder)
{
    return !encoder->spectral.weight3->grad;
}

s2_tensor s2_source_encoder_part(const s2_source_encoder *encoder, int domain,
                                 const s2_tensor *stack)
{
    return s2_tensor_channels(stack, encoder->first[domain],
                              domain == S2_SPECTRAL ? encoder->spectral.out
                                                    : encoder->spatial.conv1.conv.out);
}

s2rgf_status s2_source_encoder_state_init(s2_source_encoder_state *state,
                                          const s2_source_encoder *encoder, const s2_tensor *x,
                                          const s2_tensor_pair stack[S2_DOMAINS], s2rgf_error *err)
{
    for (int d = 0; d < S2_DOMAINS; d++)
        state->part[d] = (s2_tensor_pair){s2_source_encoder_part(encoder, d, &stack[d].value),
                                          s2_source_encoder_part(encoder, d, &stack[d].grad)};
    const s2rgf_status status =
        s2_spectral_encoder_state_init(&state->spectral, &encoder->spectral, x->n, x->h, x->w, err);
    return status != S2RGF_OK ? status
                              : s2_residual_block_state_init(&state->spatial, &encoder->spatial,
                                                             x->n, x->h, x->w, err);
}

void s2_source_encoder_state_clear(s2_source_encoder_state *state)
{
    s2_spectral_encoder_state_clear(&state->spectral);
    s2_residual_block_state_clear(&state->spatial);
}

s2rgf_status s2_source_encoder_forward(const s2_source_encoder *encoder,
                                       s2_source_encoder_state *state, const s2_tensor *x,
                                       s2rgf_error *err)
{
    const s2rgf_status status =
        s2_spectral_encoder_forward(&encoder->spectral, &state->spectral, x, err);
    return status != S2RGF_OK
               ? status
               : s2_residual_block_forward(&encoder->spatial, &state->spatial, x, err);
}

s2rgf_status s2_source_encoder_backward(const s2_source_encoder *encoder,
                                        s2_source_encoder_state *state, const s2_tensor *x,
                                        s2rgf_error *err)
{
    if (s2_source_encoder_frozen(encoder))
        return S2RGF_OK;
    const s2rgf_status status =
        s2_spectral_encoder_backward(&encoder->spectral, &state->spectral, x, NULL, err);
    return status != S2RGF_OK
               ? status
               : s2_residual_block_backward(&encoder->spatial, &state->spatial, x, NULL, err);
}
