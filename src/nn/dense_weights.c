/* Folded and packed weights of the dense network. */
#include "nn/dense_weights.h"

#include <string.h>

#include "core/error.h"
#include "core/memory.h"

static size_t padded(int out)
{
    return (size_t)(out + S2_KERNEL_BLOCK - 1) / S2_KERNEL_BLOCK * S2_KERNEL_BLOCK;
}

/* Allocate and pack: w [k*k*in][out] scaled per output, bias [out] or NULL. */
static bool fold(s2_folded_conv *to, s2_conv conv, bool relu, const float *w, const float *scale,
                 const float *bias)
{
    const int taps = conv.kernel * conv.kernel;
    *to = (s2_folded_conv){.conv = conv, .relu = relu};
    to->w = s2_alloc(s2_kernel_packed_floats(taps, conv.in, conv.out), sizeof(float));
    to->bias = s2_calloc(padded(conv.out), sizeof(float));
    if (!to->w || !to->bias)
        return false;
    s2_kernel_pack(w, scale, taps, conv.in, conv.out, to->w);
    if (bias)
        memcpy(to->bias, bias, (size_t)conv.out * sizeof(float));
    return true;
}

/* scale, shift of a unit's batch-norm with the convolution's own bias in the shift; both [out]. */
static void unit_shift(const s2_conv_unit *unit, float *scale, float *shift)
{
    s2_batchnorm_fold(&unit->norm, scale, shift);
    for (int o = 0; unit->bias && o < unit->conv.out; o++)
        shift[o] += unit->bias->value[o] * scale[o];
}

static bool fold_unit(s2_folded_conv *to, const s2_conv_unit *unit)
{
    float scale[S2_HIDDEN];
    float shift[S2_HIDDEN];
    unit_shift(unit, scale, shift);
    return fold(to, unit->conv, unit->relu, unit->weight->value, scale, shift);
}

/* The batch-norms of u3 and u5 scale the rows of the mix and feed its bias. */
static bool fold_spectral(s2_folded_spectral *to, const s2_spectral_encoder *encoder)
{
    const size_t rows = 2 * (size_t)encoder->bands;
    const size_t out = (size_t)encoder->out;
    float scale[S2_HIDDEN];
    float shift[S2_HIDDEN];
    float *row_scale = s2_alloc(rows, sizeof(float));
    float *row_shift = s2_alloc(rows, sizeof(float));
    float *w = s2_alloc(rows * out, sizeof(float));
    const bool ready = row_scale && row_shift && w;
    bool done = false;
    memcpy(to->filter3, encoder->weight3->value, sizeof to->filter3);
    memcpy(to->filter5, encoder->weight5->value, sizeof to->filter5);
    to->bias3 = encoder->bias3->value[0];
    to->bias5 = encoder->bias5->value[0];
    if (ready) {
        unit_shift(&encoder->mix, scale, shift);
        s2_batchnorm_fold(&encoder->norm3, row_scale, row_shift);
        s2_batchnorm_fold(&encoder->norm5, row_scale + encoder->bands, row_shift + encoder->bands);
        for (size_t r = 0; r < rows; r++)
            for (size_t o = 0; o < out; o++) {
                const float value = encoder->mix.weight->value[r * out + o];
                w[r * out + o] = value * row_scale[r];
                shift[o] += row_shift[r] * value * scale[o];
            }
        done = fold(&to->mix, encoder->mix.conv, true, w, scale, shift);
    }
    s2_free(row_scale);
    s2_free(row_shift);
    s2_free(w);
    return done;
}

static bool fold_block(s2_folded_block *to, const s2_residual_block *block)
{
    const bool done = fold_unit(&to->conv1, &block->conv1) &&
                      fold_unit(&to->conv2, &block->conv2) &&
                      fold_unit(&to->shortcut, &block->shortcut);
    to->conv2.relu = true; /* of the sum: the shortcut is what the kernel adds */
    return done;
}

static bool fold_adrf(s2_folded_adrf *to, const s2_adrf *adrf)
{
    const s2_conv square = {1, 1, 1, adrf->in, adrf->in};
    return fold(&to->from_mean, square, true, adrf->w1->value, NULL, adrf->b1->value) &&
           fold(&to->from_std, square, true, adrf->w2->value, NULL, adrf->b2->value) &&
           fold_unit(&to->mix, &adrf->mix);
}

static bool fold_all(s2_dense_weights *to, const s2_dense_network *net)
{
    const int c = net->spec.channels;
    const s2_conv hidden = {1, 1, 1, 2 * c, S2_HIDDEN};
    const s2_conv out = {1, 1, 1, S2_HIDDEN, net->spec.classes};
    for (int s = 0; s < net->spec.sources; s++)
        if (!fold_spectral(&to->spectral[s], &net->spectral[s]) ||
            !fold_block(&to->spatial[s], &net->spatial[s]))
            return false;
    return fold_adrf(&to->adrf_spectral, &net->adrf_spectral) &&
           fold_adrf(&to->adrf_spatial, &net->adrf_spatial) &&
           fold_unit(&to->neck_spectral, &net->neck_spectral) &&
           fold_unit(&to->neck_spatial, &net->neck_spatial) &&
           fold_block(&to->head_block, &net->head_block) &&
           fold_unit(&to->head_conv, &net->head_conv) && fold_unit(&to->detail, &net->detail) &&
           fold(&to->hidden, hidden, true, net->classifier.hidden_weight->value, NULL,
                net->classifier.hidden_bias->value) &&
           fold(&to->out, out, false, net->classifier.out_weight->value, NULL,
                net->classifier.out_bias->value);
}

s2rgf_status s2_dense_weights_create(const s2_dense_network *network, s2_dense_weights **weights,
                                     s2rgf_error *err)
{
    *weights = NULL;
    s2_dense_weights *own = s2_calloc(1, sizeof *own);
    if (!own)
        return s2_fail_memory(err, "weights");
    own->spec = network->spec;
    own->kernel = s2_kernel_select();
    if (!fold_all(own, network)) {
        s2_dense_weights_free(own);
        return s2_fail_memory(err, "weights");
    }
    *weights = own;
    return S2RGF_OK;
}

static void clear_conv(s2_folded_conv *conv)
{
    s2_free(conv->w);
    s2_free(conv->bias);
}

static void clear_block(s2_folded_block *block)
{
    clear_conv(&block->conv1);
    clear_conv(&block->conv2);
    clear_conv(&block->shortcut);
}

static void clear_adrf(s2_folded_adrf *adrf)
{
    clear_conv(&adrf->from_mean);
    clear_conv(&adrf->from_std);
    clear_conv(&adrf->mix);
}

void s2_dense_weights_free(s2_dense_weights *weights)
{
    if (!weights)
        return;
    for (int s = 0; s < S2RGF_MAX_SOURCES; s++) {
        clear_conv(&weights->spectral[s].mix);
        clear_block(&weights->spatial[s]);
    }
    clear_adrf(&weights->adrf_spectral);
    clear_adrf(&weights->adrf_spatial);
    clear_conv(&weights->neck_spectral);
    clear_conv(&weights->neck_spatial);
    clear_block(&weights->head_block);
    clear_conv(&weights->head_conv);
    clear_conv(&weights->detail);
    clear_conv(&weights->hidden);
    clear_conv(&weights->out);
    s2_free(weights);
}
