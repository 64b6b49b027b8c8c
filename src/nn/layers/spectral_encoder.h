/* Spectral encoder: two band convolutions, batch-norms, an optional pool, and a 1 x 1 mix. */
#ifndef S2_NN_LAYERS_SPECTRAL_ENCODER_H
#define S2_NN_LAYERS_SPECTRAL_ENCODER_H

#include "nn/layers/conv_unit.h"

/**
 * u3 = BN(relu(x * k3 + b3)), u5 alike with width 5, out = relu(BN([u3; u5] W)): pointwise in
 * space; with pool, [u3; u5] is max-pooled 2 x 2 before W. Source network.md 1.1, 2
 */
typedef struct s2_spectral_encoder {
    s2_param *weight3, *bias3, *weight5, *bias5;
    s2_batchnorm norm3, norm5;
    s2_conv_unit mix;
    int bands, out;
    bool pool;
} s2_spectral_encoder;

typedef struct s2_spectral_encoder_state {
    s2_tensor raw3, raw5;      /* after the band convolution's ReLU */
    s2_tensor pair, pair_grad; /* [u3; u5] and its gradient */
    s2_tensor pooled, pooled_grad;
    s2_batchnorm_state norm3, norm5;
    s2_conv_unit_state mix; /* mix.out is the encoder's output, mix.grad its gradient */
} s2_spectral_encoder_state;

void s2_spectral_encoder_declare(s2_spectral_encoder *encoder, s2_params *params,
                                 const char *prefix, int bands, int out, bool pool);
s2rgf_status s2_spectral_encoder_state_init(s2_spectral_encoder_state *state,
                                            const s2_spectral_encoder *encoder, int n, int h, int w,
                                            s2rgf_error *err);
void s2_spectral_encoder_state_clear(s2_spectral_encoder_state *state);
/** x in [n,h,w,bands]. Errors: NO_MEMORY. */
s2rgf_status s2_spectral_encoder_forward(const s2_spectral_encoder *encoder,
                                         s2_spectral_encoder_state *state, const s2_tensor *x,
                                         s2rgf_error *err);
/** From state->mix.grad. dx added to, or NULL. */
s2rgf_status s2_spectral_encoder_backward(const s2_spectral_encoder *encoder,
                                          s2_spectral_encoder_state *state, const s2_tensor *x,
                                          const s2_tensor *dx, s2rgf_error *err);

#endif
