/* Folded weights for running: batch-norms vanish in the convolutions, which are packed once. */
#include "nn/run/folded.h"

#include <assert.h>
#include <string.h>

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

void s2_fold_shift(const s2_conv_unit *unit, float *scale, float *shift)
{
    assert(unit->conv.out <= S2_FOLDED_MAX);
    s2_batchnorm_fold(&unit->norm, scale, shift);
    for (int o = 0; unit->bias && o < unit->conv.out; o++)
        shift[o] += unit->bias->value[o] * scale[o];
}

static bool fold_weights(s2_folded_conv *to, const s2_conv_unit *unit, const float *w)
{
    float scale[S2_FOLDED_MAX];
    float shift[S2_FOLDED_MAX];
    s2_fold_shift(unit, scale, shift);
    return fold(to, unit->conv, unit->relu, w, scale, shift);
}

bool s2_fold_unit(s2_folded_conv *to, const s2_conv_unit *unit)
{
    return fold_weights(to, unit, unit->weight->value);
}

bool s2_fold_unit_from(s2_folded_conv *to, const s2_conv_unit *unit, int first_row,
                       int first_column)
{
    const int kernel = unit->conv.kernel;
    const size_t each = (size_t)unit->conv.in * (size_t)unit->conv.out;
    float *w = s2_calloc((size_t)(kernel * kernel) * each, sizeof(float));
    for (int u = first_row; w && u < kernel; u++)
        for (int v = first_column; v < kernel; v++)
            memcpy(w + (size_t)(u * kernel + v) * each,
                   unit->weight->value + (size_t)(u * kernel + v) * each, each * sizeof(float));
    const bool done = w && fold_weights(to, unit, w);
    s2_free(w);
    return done;
}

bool s2_fold_unit_inputs(s2_folded_conv *to, const s2_conv_unit *unit, int first, int count)
{
    float scale[S2_FOLDED_MAX];
    float shift[S2_FOLDED_MAX];
    s2_conv part = unit->conv;
    assert(part.kernel == 1);
    part.in = count;
    s2_fold_shift(unit, scale, shift);
    return fold(to, part, false, unit->weight->value + (size_t)first * (size_t)part.out, scale,
                first == 0 ? shift : NULL);
}

bool s2_fold_linear(s2_folded_conv *to, s2_conv conv, const float *w, const float *bias)
{
    return fold(to, conv, false, w, NULL, bias);
}

/* Scale and shift of both filters' batch-norms; [2 bands] each. */
static void filter_shift(const s2_spectral_encoder *encoder, float *scale, float *shift)
{
    s2_batchnorm_fold(&encoder->norm3, scale, shift);
    s2_batchnorm_fold(&encoder->norm5, scale + encoder->bands, shift + encoder->bands);
}

bool s2_fold_mix(const s2_spectral_encoder *encoder, float *weight, float *scale, float *shift)
{
    const size_t rows = 2 * (size_t)encoder->bands;
    const size_t out = (size_t)encoder->out;
    float *row_scale = s2_alloc(2 * rows, sizeof(float));
    if (!row_scale)
        return false;
    const float *row_shift = row_scale + rows;
    filter_shift(encoder, row_scale, row_scale + rows);
    s2_fold_shift(&encoder->mix, scale, shift);
    for (size_t r = 0; r < rows; r++)
        for (size_t o = 0; o < out; o++) {
            const float value = encoder->mix.weight->value[r * out + o];
            weight[r * out + o] = value * row_scale[r];
            shift[o] += row_shift[r] * value * scale[o];
        }
    s2_free(row_scale);
    return true;
}

/* Both filters as one matrix from the bands to u3 and u5, zeros where they do not reach. */
static bool fold_filter_matrix(s2_folded_spectral *to, int bands)
{
    const s2_conv matrix = {1, 1, 1, bands, S2_KERNEL_BLOCK};
    float w[S2_KERNEL_BLOCK / 2 * S2_KERNEL_BLOCK] = {0};
    float bias[S2_KERNEL_BLOCK] = {0};
    for (int o = 0; o < bands; o++) {
        bias[o] = to->bias3;
        bias[bands + o] = to->bias5;
        for (int b = 0; b < bands; b++) {
            float *row = w + b * S2_KERNEL_BLOCK;
            if (b - o >= -1 && b - o <= 1)
                row[o] = to->filter3[b - o + 1];
            if (b - o >= -2 && b - o <= 2)
                row[bands + o] = to->filter5[b - o + 2];
        }
    }
    return fold(&to->filters, matrix, true, w, NULL, bias);
}

/* The batch-norms of u3 and u5 vanish in the mix. */
static bool fold_filters(s2_folded_spectral *to, const s2_spectral_encoder *encoder)
{
    float scale[S2_FOLDED_MAX];
    float shift[S2_FOLDED_MAX];
    float *w = s2_alloc(2 * (size_t)encoder->bands * (size_t)encoder->out, sizeof(float));
    const bool done = w && s2_fold_mix(encoder, w, scale, shift) &&
                      fold(&to->mix, encoder->mix.conv, true, w, scale, shift);
    s2_free(w);
    return done && (2 * encoder->bands > S2_KERNEL_BLOCK || fold_filter_matrix(to, encoder->bands));
}

/* A pool is between u3, u5 and the mix, so their batch-norms stay. */
static bool keep_filters(s2_folded_spectral *to, const s2_spectral_encoder *encoder)
{
    const size_t rows = 2 * (size_t)encoder->bands;
    to->scale = s2_alloc(rows, sizeof(float));
    to->shift = s2_alloc(rows, sizeof(float));
    if (!to->scale || !to->shift)
        return false;
    filter_shift(encoder, to->scale, to->shift);
    return s2_fold_unit(&to->mix, &encoder->mix);
}

bool s2_fold_spectral(s2_folded_spectral *to, const s2_spectral_encoder *encoder)
{
    *to =
        (s2_folded_spectral){.bias3 = encoder->bias3->value[0], .bias5 = encoder->bias5->value[0]};
    memcpy(to->filter3, encoder->weight3->value, sizeof to->filter3);
    memcpy(to->filter5, encoder->weight5->value, sizeof to->filter5);
    return encoder->pool ? keep_filters(to, encoder) : fold_filters(to, encoder);
}

bool s2_fold_block(s2_folded_block *to, const s2_residual_block *block)
{
    const bool done = s2_fold_unit(&to->conv1, &block->conv1) &&
                      s2_fold_unit(&to->conv2, &block->conv2) &&
                      s2_fold_unit(&to->shortcut, &block->shortcut);
    to->conv2.relu = true; /* of the sum: the shortcut is what the kernel adds */
    return done;
}

static bool fold_adrf(s2_folded_adrf *to, const s2_adrf *adrf)
{
    const s2_conv square = {1, 1, 1, adrf->in, adrf->in};
    if (adrf->cell_px == 0)
        return s2_fold_unit(&to->mix, &adrf->mix);
    return fold(&to->from_mean, square, true, adrf->w1->value, NULL, adrf->b1->value) &&
           fold(&to->from_std, square, true, adrf->w2->value, NULL, adrf->b2->value) &&
           s2_fold_unit(&to->mix, &adrf->mix);
}

bool s2_fold_trunk(s2_folded_trunk *to, const s2_trunk *trunk)
{
    for (int d = 0; d < S2_DOMAINS; d++)
        if (!fold_adrf(&to->adrf[d], &trunk->adrf[d]) ||
            !s2_fold_unit(&to->neck[d], &trunk->neck[d]))
            return false;
    return s2_fold_block(&to->head_block, &trunk->head_block) &&
           s2_fold_unit(&to->head_conv, &trunk->head_conv);
}

static s2_conv matrix_conv(const s2_param *matrix)
{
    return (s2_conv){1, 1, 1, matrix->dims[0], matrix->dims[1]};
}

bool s2_fold_classifier(s2_folded_classifier *to, const s2_classifier *classifier)
{
    return fold(&to->hidden, matrix_conv(classifier->hidden_weight), true,
                classifier->hidden_weight->value, NULL, classifier->hidden_bias->value) &&
           s2_fold_linear(&to->out, matrix_conv(classifier->out_weight),
                          classifier->out_weight->value, classifier->out_bias->value);
}

static bool fold_matrix(s2_folded_conv *to, const s2_param *matrix, const s2_param *bias)
{
    return s2_fold_linear(to, matrix_conv(matrix), matrix->value, bias ? bias->value : NULL);
}

bool s2_fold_expert(s2_folded_expert *to, const s2_expert *expert, int sources)
{
    bool done = true;
    for (int s = 0; s < sources && expert->weight[s] && done; s++) {
        done = fold_matrix(&to[s].bands, expert->weight[s], s == 0 ? expert->bias : NULL);
        if (done && expert->windows[s])
            done = fold_matrix(&to[s].components, expert->components[s], NULL) &&
                   fold_matrix(&to[s].windows, expert->windows[s], NULL);
        if (done && expert->hidden[s])
            done = fold(&to[s].hidden, matrix_conv(expert->hidden[s]), true,
                        expert->hidden[s]->value, NULL, expert->hidden_bias[s]->value) &&
                   fold_matrix(&to[s].units, expert->unit_scores[s], NULL);
    }
    return done;
}

bool s2_fold_winograd(s2_folded_conv *conv)
{
    const s2_conv *shape = &conv->conv;
    if (shape->kernel != 3 || shape->stride != 1 || shape->in % S2_KERNEL_BLOCK != 0 ||
        shape->out % S2_KERNEL_BLOCK != 0)
        return true;
    conv->winograd = s2_alloc(s2_winograd_packed_floats(shape->in, shape->out), sizeof(float));
    if (conv->winograd)
        s2_winograd_pack(conv->w, shape->in, shape->out, conv->winograd);
    return conv->winograd != NULL;
}

void s2_folded_conv_clear(s2_folded_conv *conv)
{
    S2_FREE_EACH(conv->winograd, conv->w, conv->bias);
    *conv = (s2_folded_conv){0};
}

void s2_folded_expert_clear(s2_folded_expert *expert)
{
    s2_folded_conv_clear(&expert->bands);
    s2_folded_conv_clear(&expert->components);
    s2_folded_conv_clear(&expert->windows);
    s2_folded_conv_clear(&expert->hidden);
    s2_folded_conv_clear(&expert->units);
}

void s2_folded_spectral_clear(s2_folded_spectral *spectral)
{
    s2_free(spectral->scale);
    s2_free(spectral->shift);
    s2_folded_conv_clear(&spectral->filters);
    s2_folded_conv_clear(&spectral->mix);
    *spectral = (s2_folded_spectral){0};
}

void s2_folded_block_clear(s2_folded_block *block)
{
    s2_folded_conv_clear(&block->conv1);
    s2_folded_conv_clear(&block->conv2);
    s2_folded_conv_clear(&block->shortcut);
}

static void clear_adrf(s2_folded_adrf *adrf)
{
    s2_folded_conv_clear(&adrf->from_mean);
    s2_folded_conv_clear(&adrf->from_std);
    s2_folded_conv_clear(&adrf->mix);
}

void s2_folded_trunk_clear(s2_folded_trunk *trunk)
{
    for (int d = 0; d < S2_DOMAINS; d++) {
        clear_adrf(&trunk->adrf[d]);
        s2_folded_conv_clear(&trunk->neck[d]);
    }
    s2_folded_block_clear(&trunk->head_block);
    s2_folded_conv_clear(&trunk->head_conv);
}

void s2_folded_classifier_clear(s2_folded_classifier *classifier)
{
    s2_folded_conv_clear(&classifier->hidden);
    s2_folded_conv_clear(&classifier->out);
}
