/* The patch network in training: layer by layer, batch statistics, everything backward needs is
   kept. */
#include "nn/patch/train.h"

#include <string.h>

#include "core/error.h"
#include "core/memory.h"
#include "nn/layers/pool.h"
#include "nn/layers/resample.h"

/* Pixels of source s on the reference grid. */
static const s2_tensor *reference_pixels(const s2_patch_train *train, int s)
{
    return train->net->base.spec.on_reference[s] ? &train->base.batch.pixels[s]
                                                 : &train->reference[s];
}

static s2rgf_status init_source(s2_patch_train *train, int s, s2rgf_error *err)
{
    const s2_patch_network *net = train->net;
    const int n = train->base.shape.crops;
    s2rgf_status status = S2RGF_OK;
    train->sampling[s] = s2_calloc((size_t)n, sizeof(s2_sampling));
    if (!train->sampling[s])
        return s2_fail_memory(err, "training");
    if (!net->base.spec.on_reference[s])
        status = s2_tensor_init(&train->reference[s], n, S2_PATCH_PX, S2_PATCH_PX,
                                net->base.spec.bands[s], err);
    return status == S2RGF_OK
               ? s2_source_encoder_state_init(&train->encoder[s], &net->encoder[s],
                                              reference_pixels(train, s), train->stack, err)
               : status;
}

static s2rgf_status init_features(s2_patch_train *train, s2rgf_error *err)
{
    const s2_patch_network *net = train->net;
    const int n = train->base.shape.crops;
    const int side = S2_PATCH_FEATURE_PX;
    s2rgf_status status = s2_unfold_state_init(&train->unfold, &net->unfold, n, err);
    for (int d = 0; d < S2_DOMAINS && status == S2RGF_OK; d++)
        status = s2_tensor_pair_init(&train->stack[d], n, side, side, net->trunk.adrf[d].in, err);
    if (status == S2RGF_OK)
        status = s2_trunk_state_init(&train->trunk, &net->trunk, n, side, side, err);
    if (status == S2RGF_OK)
        status = s2_tensor_pair_init(&train->flat, n, S2_PATCH_JOINT_PX / 2, S2_PATCH_JOINT_PX / 2,
                                     S2_PATCH_CHANNELS, err);
    return status;
}

static s2rgf_status init_positions(s2_patch_train *train, s2rgf_error *err)
{
    const size_t crops = (size_t)train->base.shape.crops;
    const size_t features = crops * S2_PATCH_FEATURE_PX * S2_PATCH_FEATURE_PX;
    train->all_valid = s2_alloc(features, 1);
    train->labels = s2_calloc(crops, sizeof(int16_t));
    if (!train->all_valid || !train->labels)
        return s2_fail_memory(err, "training");
    memset(train->all_valid, 1, features);
    return S2RGF_OK;
}

static void list_norms(s2_patch_train *train)
{
    const s2_patch_network *net = train->net;
    s2_norm_list *norms = &train->base.norms;
    for (int s = 0; s < net->base.spec.sources; s++)
        s2_norm_list_add_encoder(norms, &net->encoder[s], &train->encoder[s]);
    s2_norm_list_add_unit(norms, &net->unfold.expand, &train->unfold.expand);
    s2_norm_list_add_unit(norms, &net->unfold.reduce, &train->unfold.reduce);
    s2_norm_list_add_trunk(norms, &net->trunk, &train->trunk);
}

s2rgf_status s2_patch_train_init(s2_training *training, s2rgf_error *err)
{
    s2_patch_train *train = (s2_patch_train *)training;
    train->net = (s2_patch_network *)training->network;
    s2rgf_status status = init_positions(train, err);
    if (status == S2RGF_OK)
        status = init_features(train, err);
    for (int s = 0; s < training->network->spec.sources && status == S2RGF_OK; s++)
        status = init_source(train, s, err);
    if (status == S2RGF_OK)
        list_norms(train);
    return status;
}

void s2_patch_train_clear(s2_training *training)
{
    s2_patch_train *train = (s2_patch_train *)training;
    for (int s = 0; s < training->network->spec.sources; s++) {
        s2_tensor_clear(&train->reference[s]);
        s2_free(train->sampling[s]);
        s2_source_encoder_state_clear(&train->encoder[s]);
    }
    for (int d = 0; d < S2_DOMAINS; d++)
        s2_tensor_pair_clear(&train->stack[d]);
    s2_unfold_state_clear(&train->unfold);
    s2_trunk_state_clear(&train->trunk);
    s2_tensor_pair_clear(&train->flat);
    s2_classifier_state_clear(&train->classifier);
    s2_free(train->all_valid);
    s2_free(train->labels);
}

/* Sample source s to the reference grid; 0 outside its rectangle. */
static void sample_source(s2_patch_train *train, int s)
{
    const s2_tensor *from = &train->base.batch.pixels[s];
    const s2_tensor *to = &train->reference[s];
    for (int n = 0; n < train->base.shape.crops; n++)
        train->sampling[s][n] =
            (s2_sampling){train->base.batch.ref_to_source[s][n], 1.0, from->w, from->h};
    s2_sample_forward(train->sampling[s], from, to);
    for (int n = 0; n < to->n; n++)
        for (int p = 0; p < to->h * to->w; p++)
            if (!s2_sampling_inside(&train->sampling[s][n], p % to->w, p / to->w))
                memset(s2_tensor_at(to, n) + (size_t)p * (size_t)to->stride, 0,
                       (size_t)to->c * sizeof(float));
}

static s2rgf_status encode_source(s2_patch_train *train, int s, s2rgf_error *err)
{
    const s2_source_encoder *encoder = &train->net->encoder[s];
    s2_source_encoder_state *state = &train->encoder[s];
    if (!train->net->base.spec.on_reference[s])
        sample_source(train, s);
    const s2rgf_status status =
        s2_source_encoder_forward(encoder, state, reference_pixels(train, s), err);
    if (status != S2RGF_OK)
        return status;
    s2_tensor_copy(&state->spectral.mix.out, &state->part[S2_SPECTRAL].value);
    s2_tensor_copy(&state->spatial.out, &state->part[S2_SPATIAL].value);
    return S2RGF_OK;
}

static s2_trunk_input trunk_input(const s2_patch_train *train)
{
    const s2_conv_unit_state *unfolded = &train->unfold.reduce;
    return (s2_trunk_input){{{unfolded->out, unfolded->grad}, train->stack[S2_SPATIAL]},
                            train->all_valid};
}

/* The 2 x 2 pixels of every patch as one pixel of the classifier. */
static s2_tensor flat_view(const s2_tensor *tensor)
{
    return (s2_tensor){tensor->data, tensor->n, 1, 1, S2_PATCH_FLAT, S2_PATCH_FLAT};
}

s2rgf_status s2_patch_train_forward(s2_training *training, double dropout,
                                    s2_random *dropout_source, const s2_tensor **logits,
                                    s2rgf_error *err)
{
    s2_patch_train *train = (s2_patch_train *)training;
    const s2_patch_network *net = train->net;
    const s2_tensor flat = flat_view(&train->flat.value);
    const s2_trunk_input input = trunk_input(train);
    s2rgf_status status = S2RGF_OK;
    for (int n = 0; n < train->base.shape.crops; n++)
        train->labels[n] =
            train->base.batch
                .labels[(n * S2_PATCH_PX + S2_PATCH_CENTRE) * S2_PATCH_PX + S2_PATCH_CENTRE];
    for (int s = 0; s < net->base.spec.sources && status == S2RGF_OK; s++)
        status = encode_source(train, s, err);
    if (status == S2RGF_OK)
        status =
            s2_unfold_forward(&net->unfold, &train->unfold, &train->stack[S2_SPECTRAL].value, err);
    if (status == S2RGF_OK)
        status = s2_trunk_forward(&net->trunk, &train->trunk, &input, err);
    if (status != S2RGF_OK)
        return status;
    s2_pool_forward(&train->trunk.head_conv.out, &train->flat.value);
    const s2_classifier_task task = {train->labels, logits != NULL, dropout, dropout_source};
    status = s2_classifier_forward(&net->classifier, &train->classifier, &flat, &task, err);
    if (status == S2RGF_OK && logits) {
        const int classes = net->base.spec.classes;
        float *own = train->classifier.scores + train->classifier.first * (size_t)classes;
        train->scores = (s2_tensor){own, train->base.shape.crops, 1, 1, classes, classes};
        *logits = &train->scores;
    }
    return status;
}

static s2rgf_status encode_source_backward(s2_patch_train *train, int s, s2rgf_error *err)
{
    const s2_source_encoder *encoder = &train->net->encoder[s];
    s2_source_encoder_state *state = &train->encoder[s];
    s2_tensor_copy(&state->part[S2_SPECTRAL].grad, &state->spectral.mix.grad);
    s2_tensor_copy(&state->part[S2_SPATIAL].grad, &state->spatial.grad);
    return s2_source_encoder_backward(encoder, state, reference_pixels(train, s), err);
}

s2rgf_status s2_patch_train_backward(s2_training *training, const s2_loss_options *options,
                                     double *loss, s2rgf_error *err)
{
    s2_patch_train *train = (s2_patch_train *)training;
    s2_patch_network *net = train->net;
    const s2_tensor flat_grad = flat_view(&train->flat.grad);
    const s2_trunk_input input = trunk_input(train);
    const s2_tensor_pair *spectral = &train->stack[S2_SPECTRAL];
    s2_params_zero_grad(&net->base.params);
    *loss =
        s2_classifier_backward(&net->classifier, &train->classifier, &options->entropy, &flat_grad);
    s2_tensor_zero(&train->trunk.head_conv.grad);
    s2_pool_backward(&train->trunk.head_conv.out, &train->flat.value, &train->flat.grad,
                     &train->trunk.head_conv.grad);
    s2rgf_status status = s2_trunk_backward(&net->trunk, &train->trunk, &input, options, loss, err);
    s2_tensor_zero(&spectral->grad);
    if (status == S2RGF_OK)
        status = s2_unfold_backward(&net->unfold, &train->unfold, &spectral->value, &spectral->grad,
                                    err);
    for (int s = 0; s < net->base.spec.sources && status == S2RGF_OK; s++)
        status = encode_source_backward(train, s, err);
    return status;
}
