/* The classifier in training: two pointwise layers over a list of pixels, with dropout between
   them. */
#include "nn/layers/classifier.h"

#include <string.h>

#include "core/error.h"
#include "core/memory.h"
#include "nn/layers/gemm.h"
#include "nn/ranks/ranks.h"

void s2_classifier_declare(s2_classifier *classifier, s2_params *params, const char *prefix, int in,
                           int hidden, int classes)
{
    const int hidden_dims[5] = {in, hidden};
    const int hidden_bias[5] = {hidden};
    const int out_dims[5] = {hidden, classes};
    const int out_bias[5] = {classes};
    classifier->hidden_weight =
        s2_params_add(params, S2_PARAM_WEIGHT, prefix, "hidden.weight", hidden_dims);
    classifier->hidden_bias =
        s2_params_add(params, S2_PARAM_BIAS, prefix, "hidden.bias", hidden_bias);
    classifier->out_weight = s2_params_add(params, S2_PARAM_WEIGHT, prefix, "out.weight", out_dims);
    classifier->out_bias = s2_params_add(params, S2_PARAM_BIAS, prefix, "out.bias", out_bias);
}

void s2_classifier_state_clear(s2_classifier_state *state)
{
    S2_FREE_EACH(state->pixels, state->labels, state->x, state->dx, state->hidden, state->dhidden,
                 state->dropout_scale, state->scores, state->dscores, state->class_weight);
    *state = (s2_classifier_state){0};
}

static size_t width_of(const s2_param *bias)
{
    return bias->count;
}

/* Room for at least `count` pixels; what was there is lost. */
static s2rgf_status reserve_pixels(const s2_classifier *classifier, s2_classifier_state *state,
                                   size_t count, s2rgf_error *err)
{
    const size_t in = (size_t)classifier->hidden_weight->dims[0];
    const size_t hidden = width_of(classifier->hidden_bias);
    const size_t classes = width_of(classifier->out_bias);
    if (count <= state->capacity && state->pixels)
        return S2RGF_OK;
    s2_classifier_state_clear(state);
    const size_t room = count + count / 2 + 64;
    state->pixels = s2_alloc(room, sizeof(size_t));
    state->labels = s2_alloc(room, sizeof(int16_t));
    float **const rows[7] = {&state->x,      &state->dx,      &state->hidden,       &state->dhidden,
                             &state->scores, &state->dscores, &state->dropout_scale};
    const size_t widths[7] = {in, in, hidden, hidden, classes, classes, hidden};
    state->class_weight = s2_alloc(classes, sizeof(double));
    bool ready = state->pixels && state->labels && state->class_weight;
    for (int i = 0; i < 7; i++) {
        *rows[i] = s2_alloc(room, widths[i] * sizeof(float));
        ready = ready && *rows[i];
    }
    if (!ready) {
        s2_classifier_state_clear(state);
        return s2_fail_memory(err, "classifier");
    }
    state->capacity = room;
    return S2RGF_OK;
}

/* List the pixels to score and copy their rows. */
static s2rgf_status gather(const s2_classifier *classifier, s2_classifier_state *state,
                           const s2_tensor *x, const s2_classifier_task *task, s2rgf_error *err)
{
    s2_ranks *ranks = classifier->hidden_weight->ranks;
    const size_t pixels = s2_tensor_pixels(x);
    const size_t row_bytes = (size_t)x->c * sizeof(float);
    size_t own = 0, first;
    for (size_t p = 0; p < pixels; p++)
        own += task->all || task->labels[p] >= 0;
    const size_t count = s2_ranks_count(ranks, own, &first);
    s2rgf_status status = s2_ranks_check(ranks, err);
    if (status == S2RGF_OK)
        status = reserve_pixels(classifier, state, count, err);
    if (status != S2RGF_OK)
        return status;
    state->count = count;
    state->first = first;
    state->own = 0;
    for (size_t p = 0; p < pixels; p++) {
        if (!task->all && task->labels[p] < 0)
            continue;
        const size_t row = first + state->own;
        state->pixels[state->own++] = p;
        state->labels[row] = task->labels[p];
        memcpy(state->x + row * (size_t)x->c, x->data + p * (size_t)x->stride, row_bytes);
    }
    s2_ranks_gather_rows(ranks, state->labels, sizeof *state->labels);
    s2_ranks_gather_rows(ranks, state->x, row_bytes);
    return s2_ranks_check(ranks, err);
}

/* A mask of one byte's resolution: a unit is dropped when its random byte is below dropout * 256.
   */
static void draw_dropout(s2_classifier_state *state, size_t count, double dropout,
                         s2_random *random)
{
    const unsigned threshold = (unsigned)(dropout * 256.0 + 0.5);
    const float keep = 256.0f / (256.0f - (float)threshold);
    for (size_t i = 0; i < count; i += 8) {
        uint64_t bits = s2_random_bits(random);
        for (size_t k = i; k < i + 8 && k < count; k++, bits >>= 8)
            state->dropout_scale[k] = (bits & 255) < threshold ? 0.0f : keep;
    }
}

/* y = x W + b for all rows. */
static void linear(const float *x, size_t rows, const s2_param *w, const s2_param *b, float *y)
{
    const int in = w->dims[0];
    const int out = w->dims[1];
    for (size_t p = 0; p < rows; p++)
        memcpy(y + p * (size_t)out, b->value, (size_t)out * sizeof(float));
    s2_gemm_shared((int)rows, out, in, (s2_matrix){x, in, false}, (s2_matrix){w->value, out, false},
                   1.0f, y, out);
}

/* Gradients of linear(): w and b added to, dx overwritten. */
static void linear_backward(const float *x, size_t rows, s2_param *w, s2_param *b, const float *dy,
                            float *dx)
{
    const int in = w->dims[0];
    const int out = w->dims[1];
    s2_gemm_shared(in, out, (int)rows, (s2_matrix){x, in, true}, (s2_matrix){dy, out, false}, 1.0f,
                   w->grad, out);
    for (size_t p = 0; p < rows; p++)
        for (int k = 0; k < out; k++)
            b->grad[k] += dy[p * (size_t)out + (size_t)k];
    s2_gemm_shared((int)rows, in, out, (s2_matrix){dy, out, false},
                   (s2_matrix){w->value, out, true}, 0.0f, dx, in);
}

s2rgf_status s2_classifier_forward(const s2_classifier *classifier, s2_classifier_state *state,
                                   const s2_tensor *x, const s2_classifier_task *task,
                                   s2rgf_error *err)
{
    const s2rgf_status status = gather(classifier, state, x, task, err);
    if (status != S2RGF_OK || state->count == 0)
        return status;
    const size_t units = state->count * width_of(classifier->hidden_bias);
    linear(state->x, state->count, classifier->hidden_weight, classifier->hidden_bias,
           state->hidden);
    state->dropped = task->random && task->dropout > 0.0;
    if (state->dropped)
        draw_dropout(state, units, task->dropout, task->random);
    for (size_t i = 0; i < units; i++) {
        const float scale = state->dropped ? state->dropout_scale[i] : 1.0f;
        state->hidden[i] = state->hidden[i] > 0.0f ? state->hidden[i] * scale : 0.0f;
    }
    linear(state->hidden, state->count, classifier->out_weight, classifier->out_bias,
           state->scores);
    return S2RGF_OK;
}

double s2_classifier_backward(const s2_classifier *classifier, s2_classifier_state *state,
                              const s2_entropy_options *options, const s2_tensor *dx)
{
    const int classes = (int)width_of(classifier->out_bias);
    const size_t units = state->count * width_of(classifier->hidden_bias);
    const s2_tensor scores = {state->scores, 1, 1, (int)state->count, classes, classes};
    s2_tensor dscores = scores;
    dscores.data = state->dscores;
    s2_tensor_zero(dx);
    if (state->count == 0)
        return 0.0;
    const double loss =
        s2_cross_entropy(&scores, state->labels, options, state->class_weight, &dscores);
    linear_backward(state->hidden, state->count, classifier->out_weight, classifier->out_bias,
                    state->dscores, state->dhidden);
    /* a dropped or negative unit is 0 in hidden */
    for (size_t i = 0; i < units; i++) {
        const float scale = state->dropped ? state->dropout_scale[i] : 1.0f;
        state->dhidden[i] = state->hidden[i] > 0.0f ? state->dhidden[i] * scale : 0.0f;
    }
    linear_backward(state->x, state->count, classifier->hidden_weight, classifier->hidden_bias,
                    state->dhidden, state->dx);
    for (size_t i = 0; i < state->own; i++)
        memcpy(dx->data + state->pixels[i] * (size_t)dx->stride,
               state->dx + (state->first + i) * (size_t)dx->c, (size_t)dx->c * sizeof(float));
    return loss;
}
