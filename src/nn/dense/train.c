/* The dense network in training: layer by layer, batch statistics, everything backward needs is
   kept. */
#include "nn/dense/train.h"

#include <string.h>

#include "core/error.h"
#include "core/memory.h"
#include "nn/layers/resample.h"

static int half(int size)
{
    return (size + 1) / 2;
}

static s2rgf_status init_source(s2_dense_train *train, int s, s2rgf_error *err)
{
    const s2_tensor *pixels = &train->base.batch.pixels[s];
    const size_t crops = (size_t)pixels->n;
    train->to_feature[s] = s2_calloc(crops, sizeof(s2_sampling));
    train->to_reference[s] = s2_calloc(crops, sizeof(s2_sampling));
    if (!train->to_feature[s] || !train->to_reference[s])
        return s2_fail_memory(err, "training");
    return s2_source_encoder_state_init(&train->encoder[s], &train->net->encoder[s], pixels,
                                        train->stack, err);
}

static s2rgf_status init_feature_grid(s2_dense_train *train, s2rgf_error *err)
{
    const s2_trunk *trunk = &train->net->trunk;
    const int n = train->base.shape.crops;
    const int h = half(train->base.shape.height);
    const int w = half(train->base.shape.width);
    s2rgf_status status = S2RGF_OK;
    for (int d = 0; d < S2_DOMAINS && status == S2RGF_OK; d++)
        status = s2_tensor_pair_init(&train->stack[d], n, h, w, trunk->adrf[d].in, err);
    return status == S2RGF_OK ? s2_trunk_state_init(&train->trunk, trunk, n, h, w, err) : status;
}

static s2rgf_status init_reference_grid(s2_dense_train *train, s2rgf_error *err)
{
    const s2_dense_network *net = train->net;
    const int n = train->base.shape.crops;
    const int h = train->base.shape.height;
    const int w = train->base.shape.width;
    const int c = net->base.spec.channels;
    const size_t pixels = (size_t)n * (size_t)h * (size_t)w;
    s2rgf_status status =
        s2_tensor_pair_init(&train->detail_stack, n, h, w, net->detail.conv.in, err);
    if (status == S2RGF_OK)
        status = s2_tensor_pair_init(&train->joined, n, h, w, 2 * c, err);
    if (status != S2RGF_OK)
        return status;
    const s2_tensor_pair detail = {s2_tensor_channels(&train->joined.value, c, c),
                                   s2_tensor_channels(&train->joined.grad, c, c)};
    status = s2_conv_unit_state_init_over(&train->detail, &net->detail, &detail, err);
    train->feature_valid = s2_calloc(pixels, 1);
    train->upsampling = s2_calloc((size_t)n, sizeof(s2_sampling));
    if (!train->feature_valid || !train->upsampling)
        return s2_fail_memory(err, "training");
    for (int i = 0; i < n; i++)
        train->upsampling[i] =
            (s2_sampling){{{0.0, 0.5, 0.0, 0.0, 0.0, 0.5}}, 1.0, half(w), half(h)};
    return status;
}

static void list_norms(s2_dense_train *train)
{
    const s2_dense_network *net = train->net;
    s2_norm_list *norms = &train->base.norms;
    for (int s = 0; s < net->base.spec.sources; s++)
        s2_norm_list_add_encoder(norms, &net->encoder[s], &train->encoder[s]);
    s2_norm_list_add_trunk(norms, &net->trunk, &train->trunk);
    s2_norm_list_add_unit(norms, &net->detail, &train->detail);
}

s2rgf_status s2_dense_train_init(s2_training *training, s2rgf_error *err)
{
    s2_dense_train *train = (s2_dense_train *)training;
    train->net = (s2_dense_network *)training->network;
    s2rgf_status status = init_feature_grid(train, err);
    for (int s = 0; s < training->network->spec.sources && status == S2RGF_OK; s++)
        status = init_source(train, s, err);
    if (status == S2RGF_OK)
        status = init_reference_grid(train, err);
    if (status == S2RGF_OK)
        list_norms(train);
    return status;
}

void s2_dense_train_clear(s2_training *training)
{
    s2_dense_train *train = (s2_dense_train *)training;
    for (int s = 0; s < training->network->spec.sources; s++) {
        s2_free(train->to_feature[s]);
        s2_free(train->to_reference[s]);
        s2_source_encoder_state_clear(&train->encoder[s]);
    }
    for (int d = 0; d < S2_DOMAINS; d++)
        s2_tensor_pair_clear(&train->stack[d]);
    s2_tensor_pair_clear(&train->detail_stack);
    s2_trunk_state_clear(&train->trunk);
    s2_tensor_pair_clear(&train->joined);
    s2_conv_unit_state_clear(&train->detail);
    s2_classifier_state_clear(&train->classifier);
    s2_free(train->feature_valid);
    s2_free(train->upsampling);
}

/* Validity and sampling positions of the batch just filled. */
static void prepare_batch(s2_dense_train *train)
{
    const s2_batch_shape *shape = &train->base.shape;
    const size_t pixels = (size_t)shape->height * (size_t)shape->width;
    const size_t features = (size_t)half(shape->height) * (size_t)half(shape->width);
    for (int n = 0; n < shape->crops; n++) {
        s2_halve_validity(train->base.batch.valid + (size_t)n * pixels, shape->height, shape->width,
                          train->feature_valid + (size_t)n * features);
        for (int s = 0; s < train->net->base.spec.sources; s++) {
            s2_sampling sampling = {train->base.batch.ref_to_source[s][n], 2.0,
                                    train->base.batch.pixels[s].w, train->base.batch.pixels[s].h};
            train->to_feature[s][n] = sampling;
            sampling.scale = 1.0;
            train->to_reference[s][n] = sampling;
        }
    }
}

/* Encode source s and bring its features to the feature and the reference grid. */
static s2rgf_status encode_source(s2_dense_train *train, int s, s2rgf_error *err)
{
    const s2_source_encoder *encoder = &train->net->encoder[s];
    s2_source_encoder_state *state = &train->encoder[s];
    const s2_tensor *spectral = &state->spectral.mix.out;
    const s2_tensor *spatial = &state->spatial.out;
    const s2_tensor *to_spectral = &state->part[S2_SPECTRAL].value;
    const s2_tensor *to_spatial = &state->part[S2_SPATIAL].value;
    const s2_tensor to_detail =
        s2_source_encoder_part(encoder, S2_SPECTRAL, &train->detail_stack.value);
    const s2rgf_status status =
        s2_source_encoder_forward(encoder, state, &train->base.batch.pixels[s], err);
    if (status != S2RGF_OK)
        return status;
    if (train->net->base.spec.on_reference[s]) {
        s2_halve_forward(spectral, to_spectral);
        s2_tensor_copy(spatial, to_spatial);
        s2_tensor_copy(spectral, &to_detail);
    } else {
        s2_sample_forward(train->to_feature[s], spectral, to_spectral);
        s2_sample_forward(train->to_feature[s], spatial, to_spatial);
        s2_sample_forward(train->to_reference[s], spectral, &to_detail);
    }
    return S2RGF_OK;
}

static s2_trunk_input trunk_input(const s2_dense_train *train)
{
    return (s2_trunk_input){{train->stack[S2_SPECTRAL], train->stack[S2_SPATIAL]},
                            train->feature_valid};
}

/* From the stacks to what the classifier reads, to which a spectral domain that is switched off
   gives 0. The detail path ends in a rectifier, which lets no gradient through where it gave 0. */
static s2rgf_status join(s2_dense_train *train, s2rgf_error *err)
{
    const s2_dense_network *net = train->net;
    const s2_tensor upsampled =
        s2_tensor_channels(&train->joined.value, 0, net->base.spec.channels);
    const s2_trunk_input input = trunk_input(train);
    s2rgf_status status = s2_trunk_forward(&net->trunk, &train->trunk, &input, err);
    if (status == S2RGF_OK)
        status =
            s2_conv_unit_forward(&net->detail, &train->detail, &train->detail_stack.value, err);
    if (status != S2RGF_OK)
        return status;
    if (net->base.spec.off.spectral)
        s2_tensor_zero(&train->detail.out);
    s2_sample_forward(train->upsampling, &train->trunk.head_conv.out, &upsampled);
    return S2RGF_OK;
}

s2rgf_status s2_dense_train_forward(s2_training *training, double dropout,
                                    s2_random *dropout_source, const s2_tensor **logits,
                                    s2rgf_error *err)
{
    s2_dense_train *train = (s2_dense_train *)training;
    const s2_dense_network *net = train->net;
    s2rgf_status status = S2RGF_OK;
    prepare_batch(train);
    for (int s = 0; s < net->base.spec.sources && status == S2RGF_OK; s++)
        status = encode_source(train, s, err);
    if (status == S2RGF_OK)
        status = join(train, err);
    if (status != S2RGF_OK)
        return status;
    const s2_classifier_task task = {train->base.batch.labels, logits != NULL, dropout,
                                     dropout_source};
    status = s2_classifier_forward(&net->classifier, &train->classifier, &train->joined.value,
                                   &task, err);
    if (status == S2RGF_OK && logits) {
        train->scores = train->joined.value;
        train->scores.c = train->scores.stride = net->base.spec.classes;
        train->scores.data =
            train->classifier.scores + train->classifier.first * (size_t)train->scores.c;
        *logits = &train->scores;
    }
    return status;
}

/* From joined.grad to the stacks. */
static s2rgf_status join_backward(s2_dense_train *train, const s2_loss_options *options,
                                  double *loss, s2rgf_error *err)
{
    const s2_dense_network *net = train->net;
    const s2_tensor upsampled_grad =
        s2_tensor_channels(&train->joined.grad, 0, net->base.spec.channels);
    const s2_trunk_input input = trunk_input(train);
    const s2rgf_status status = s2_conv_unit_backward(
        &net->detail, &train->detail, &train->detail_stack.value, &train->detail_stack.grad, err);
    s2_tensor_zero(&train->trunk.head_conv.grad);
    s2_sample_backward(train->upsampling, &upsampled_grad, &train->trunk.head_conv.grad);
    return status == S2RGF_OK
               ? s2_trunk_backward(&net->trunk, &train->trunk, &input, options, loss, err)
               : status;
}

static s2rgf_status encode_source_backward(s2_dense_train *train, int s, s2rgf_error *err)
{
    const s2_source_encoder *encoder = &train->net->encoder[s];
    s2_source_encoder_state *state = &train->encoder[s];
    const s2_tensor *spectral = &state->spectral.mix.grad;
    const s2_tensor *spatial = &state->spatial.grad;
    const s2_tensor *from_spectral = &state->part[S2_SPECTRAL].grad;
    const s2_tensor *from_spatial = &state->part[S2_SPATIAL].grad;
    const s2_tensor from_detail =
        s2_source_encoder_part(encoder, S2_SPECTRAL, &train->detail_stack.grad);
    s2_tensor_zero(spectral);
    s2_tensor_zero(spatial);
    if (train->net->base.spec.on_reference[s]) {
        s2_halve_backward(from_spectral, spectral);
        s2_tensor_add(&from_detail, spectral);
        s2_tensor_copy(from_spatial, spatial);
    } else {
        s2_sample_backward(train->to_feature[s], from_spectral, spectral);
        s2_sample_backward(train->to_reference[s], &from_detail, spectral);
        s2_sample_backward(train->to_feature[s], from_spatial, spatial);
    }
    return s2_source_encoder_backward(encoder, state, &train->base.batch.pixels[s], err);
}

s2rgf_status s2_dense_train_backward(s2_training *training, const s2_loss_options *options,
                                     double *loss, s2rgf_error *err)
{
    s2_dense_train *train = (s2_dense_train *)training;
    s2_dense_network *net = train->net;
    s2_params_zero_grad(&net->base.params);
    *loss = s2_classifier_backward(&net->classifier, &train->classifier, &options->entropy,
                                   &train->joined.grad);
    s2rgf_status status = join_backward(train, options, loss, err);
    for (int s = 0; s < net->base.spec.sources && status == S2RGF_OK; s++)
        status = encode_source_backward(train, s, err);
    return status;
}
