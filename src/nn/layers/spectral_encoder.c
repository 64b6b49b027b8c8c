/* Spectral encoder: two band convolutions, batch-norms, an optional pool, and a 1 x 1 mix. */
#include "nn/layers/spectral_encoder.h"

#include <stdio.h>

#include "nn/layers/band_conv.h"
#include "nn/layers/pool.h"

#define WIDTH_NARROW 3
#define WIDTH_WIDE 5

static void declare_filter(s2_params *params, const char *prefix, const char *name, int width,
                           s2_param **weight, s2_param **bias)
{
    char path[64];
    const int filter[5] = {width};
    const int one[5] = {1};
    snprintf(path, sizeof path, "%s.%s", prefix, name);
    *weight = s2_params_add(params, S2_PARAM_WEIGHT, path, "weight", filter);
    *bias = s2_params_add(params, S2_PARAM_BIAS, path, "bias", one);
}

void s2_spectral_encoder_declare(s2_spectral_encoder *encoder, s2_params *params,
                                 const char *prefix, int bands, int out, bool pool)
{
    char path[64];
    *encoder = (s2_spectral_encoder){.bands = bands, .out = out, .pool = pool};
    declare_filter(params, prefix, "k3", WIDTH_NARROW, &encoder->weight3, &encoder->bias3);
    snprintf(path, sizeof path, "%s.bn3", prefix);
    s2_batchnorm_declare(&encoder->norm3, params, path, bands);
    declare_filter(params, prefix, "k5", WIDTH_WIDE, &encoder->weight5, &encoder->bias5);
    snprintf(path, sizeof path, "%s.bn5", prefix);
    s2_batchnorm_declare(&encoder->norm5, params, path, bands);
    s2_conv_unit_declare(
        &encoder->mix, params, prefix,
        &(s2_conv_unit_shape){.conv_name = "mix", .conv = {1, 1, 1, 2 * bands, out}});
}

s2rgf_status s2_spectral_encoder_state_init(s2_spectral_encoder_state *state,
                                            const s2_spectral_encoder *encoder, int n, int h, int w,
                                            s2rgf_error *err)
{
    const int bands = encoder->bands;
    const int mix_h = encoder->pool ? h / 2 : h;
    const int mix_w = encoder->pool ? w / 2 : w;
    *state = (s2_spectral_encoder_state){0};
    s2rgf_status status = s2_tensor_init(&state->raw3, n, h, w, bands, err);
    if (status == S2RGF_OK)
        status = s2_tensor_init(&state->raw5, n, h, w, bands, err);
    if (status == S2RGF_OK)
        status = s2_tensor_init(&state->pair, n, h, w, 2 * bands, err);
    if (status == S2RGF_OK)
        status = s2_tensor_init(&state->pair_grad, n, h, w, 2 * bands, err);
    if (status == S2RGF_OK && encoder->pool)
        status = s2_tensor_init(&state->pooled, n, mix_h, mix_w, 2 * bands, err);
    if (status == S2RGF_OK && encoder->pool)
        status = s2_tensor_init(&state->pooled_grad, n, mix_h, mix_w, 2 * bands, err);
    if (status == S2RGF_OK)
        status = s2_batchnorm_state_init(&state->norm3, n, bands, err);
    if (status == S2RGF_OK)
        status = s2_batchnorm_state_init(&state->norm5, n, bands, err);
    if (status == S2RGF_OK)
        status = s2_conv_unit_state_init(&state->mix, &encoder->mix, n, mix_h, mix_w, err);
    return status;
}

void s2_spectral_encoder_state_clear(s2_spectral_encoder_state *state)
{
    S2_TENSORS_CLEAR(&state->raw3, &state->raw5, &state->pair, &state->pair_grad, &state->pooled,
                     &state->pooled_grad);
    s2_batchnorm_state_clear(&state->norm3);
    s2_batchnorm_state_clear(&state->norm5);
    s2_conv_unit_state_clear(&state->mix);
}

s2rgf_status s2_spectral_encoder_forward(const s2_spectral_encoder *encoder,
                                         s2_spectral_encoder_state *state, const s2_tensor *x,
                                         s2rgf_error *err)
{
    const s2_tensor u3 = s2_tensor_channels(&state->pair, 0, encoder->bands);
    const s2_tensor u5 = s2_tensor_channels(&state->pair, encoder->bands, encoder->bands);
    s2_band_conv_forward(x, encoder->weight3->value, encoder->bias3->value[0], WIDTH_NARROW,
                         &state->raw3);
    s2_batchnorm_forward(&encoder->norm3, &state->norm3, &state->raw3, false, &u3);
    s2_band_conv_forward(x, encoder->weight5->value, encoder->bias5->value[0], WIDTH_WIDE,
                         &state->raw5);
    s2_batchnorm_forward(&encoder->norm5, &state->norm5, &state->raw5, false, &u5);
    if (encoder->pool)
        s2_pool_forward(&state->pair, &state->pooled);
    return s2_conv_unit_forward(&encoder->mix, &state->mix,
                                encoder->pool ? &state->pooled : &state->pair, err);
}

static s2_band_filter_weights filter_weights(const s2_param *weight, const s2_param *bias,
                                             int width)
{
    return (s2_band_filter_weights){weight->value, width, weight->grad, bias->grad, weight->ranks};
}

s2rgf_status s2_spectral_encoder_backward(const s2_spectral_encoder *encoder,
                                          s2_spectral_encoder_state *state, const s2_tensor *x,
                                          const s2_tensor *dx, s2rgf_error *err)
{
    const s2_tensor d3 = s2_tensor_channels(&state->pair_grad, 0, encoder->bands);
    const s2_tensor d5 = s2_tensor_channels(&state->pair_grad, encoder->bands, encoder->bands);
    const s2_band_filter_weights narrow =
        filter_weights(encoder->weight3, encoder->bias3, WIDTH_NARROW);
    const s2_band_filter_weights wide =
        filter_weights(encoder->weight5, encoder->bias5, WIDTH_WIDE);
    const s2_tensor *mixed = encoder->pool ? &state->pooled : &state->pair;
    const s2_tensor *mixed_grad = encoder->pool ? &state->pooled_grad : &state->pair_grad;
    if (encoder->pool)
        s2_tensor_zero(&state->pair_grad);
    const s2rgf_status status =
        s2_conv_unit_backward(&encoder->mix, &state->mix, mixed, mixed_grad, err);
    if (status != S2RGF_OK)
        return status;
    if (encoder->pool)
        s2_pool_backward(&state->pair, &state->pooled, &state->pooled_grad, &state->pair_grad);
    s2_batchnorm_backward(&encoder->norm3, &state->norm3, &state->raw3, NULL, &d3, &d3);
    s2_band_conv_backward(x, &state->raw3, &narrow, &d3, dx);
    s2_batchnorm_backward(&encoder->norm5, &state->norm5, &state->raw5, NULL, &d5, &d5);
    s2_band_conv_backward(x, &state->raw5, &wide, &d5, dx);
    return S2RGF_OK;
}
