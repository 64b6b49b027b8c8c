/* The dense network in training: layer by layer, batch statistics, everything backward needs is
   kept. */
#include "nn/dense/train.h"

#include <string.h>

#include "core/error.h"
#include "core/memory.h"
#include "nn/layers/loss.h"
#include "nn/layers/resample.h"
#include "nn/layers/ssja.h"

typedef struct s2_dense_train {
    s2_training base;
    s2_dense_network *net;
    s2_batch_shape shape;
    uint8_t *feature_valid; /* [crops][Hf][Wf] */
    s2_sampling *to_feature[S2RGF_MAX_SOURCES], *to_reference[S2RGF_MAX_SOURCES]; /* [crops] */
    s2_sampling *upsampling;                                                      /* [crops] */
    s2_spectral_encoder_state spectral[S2RGF_MAX_SOURCES];
    s2_residual_block_state spatial[S2RGF_MAX_SOURCES];
    s2_tensor_pair spectral_stack, spatial_stack; /* all sources on the feature grid */
    s2_tensor_pair detail_stack;                  /* spectral features on the reference grid */
    s2_adrf_state adrf_spectral, adrf_spatial;
    s2_conv_unit_state neck_spectral, neck_spatial;
    s2_ssja_state ssja;
    s2_tensor_pair fused; /* Z */
    s2_residual_block_state head_block;
    s2_conv_unit_state head_conv;
    s2_conv_unit_state detail; /* output: the second half of joined */
    s2_tensor_pair joined;     /* upsampled head, then detail */
    s2_classifier_state classifier;
    s2_tensor scores; /* the classifier's scores of all pixels, seen as a tensor */
} s2_dense_train;

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
    const s2rgf_status status = s2_spectral_encoder_state_init(
        &train->spectral[s], &train->net->spectral[s], pixels->n, pixels->h, pixels->w, err);
    return status != S2RGF_OK
               ? status
               : s2_residual_block_state_init(&train->spatial[s], &train->net->spatial[s],
                                              pixels->n, pixels->h, pixels->w, err);
}

static s2rgf_status init_feature_grid(s2_dense_train *train, s2rgf_error *err)
{
    const s2_dense_network *net = train->net;
    const int n = train->shape.crops;
    const int h = half(train->shape.height);
    const int w = half(train->shape.width);
    const int c = net->base.spec.channels;
    const s2_lattice lattice =
        s2_lattice_over(h, w, net->base.spec.off.ssja ? 0 : S2_CELL_FEATURE_PX);
    s2rgf_status status = s2_tensor_pair_init(&train->spectral_stack, n, h, w,
                                              s2_dense_spectral_total(&net->base.spec), err);
    if (status == S2RGF_OK)
        status =
            s2_tensor_pair_init(&train->spatial_stack, n, h, w, net->base.spec.sources * c, err);
    if (status == S2RGF_OK)
        status = s2_adrf_state_init(&train->adrf_spectral, &net->adrf_spectral, n, h, w, err);
    if (status == S2RGF_OK)
        status = s2_adrf_state_init(&train->adrf_spatial, &net->adrf_spatial, n, h, w, err);
    if (status == S2RGF_OK)
        status = s2_conv_unit_state_init(&train->neck_spectral, &net->neck_spectral, n, h, w, NULL,
                                         NULL, err);
    if (status == S2RGF_OK)
        status = s2_conv_unit_state_init(&train->neck_spatial, &net->neck_spatial, n, h, w, NULL,
                                         NULL, err);
    if (status == S2RGF_OK)
        status = s2_ssja_state_init(&train->ssja, n, lattice, c, err);
    if (status == S2RGF_OK)
        status = s2_tensor_pair_init(&train->fused, n, h, w, c, err);
    if (status == S2RGF_OK)
        status = s2_residual_block_state_init(&train->head_block, &net->head_block, n, h, w, err);
    if (status == S2RGF_OK)
        status =
            s2_conv_unit_state_init(&train->head_conv, &net->head_conv, n, h, w, NULL, NULL, err);
    return status;
}

static s2rgf_status init_reference_grid(s2_dense_train *train, s2rgf_error *err)
{
    const s2_dense_network *net = train->net;
    const int n = train->shape.crops;
    const int h = train->shape.height;
    const int w = train->shape.width;
    const int c = net->base.spec.channels;
    const size_t pixels = (size_t)n * (size_t)h * (size_t)w;
    s2rgf_status status = s2_tensor_pair_init(&train->detail_stack, n, h, w,
                                              s2_dense_spectral_total(&net->base.spec), err);
    if (status == S2RGF_OK)
        status = s2_tensor_pair_init(&train->joined, n, h, w, 2 * c, err);
    if (status != S2RGF_OK)
        return status;
    const s2_tensor detail = s2_tensor_channels(&train->joined.value, c, c);
    const s2_tensor detail_grad = s2_tensor_channels(&train->joined.grad, c, c);
    status =
        s2_conv_unit_state_init(&train->detail, &net->detail, n, h, w, &detail, &detail_grad, err);
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
    for (int s = 0; s < net->base.spec.sources; s++) {
        s2_norm_list_add_encoder(norms, &net->spectral[s], &train->spectral[s]);
        s2_norm_list_add_block(norms, &net->spatial[s], &train->spatial[s]);
    }
    s2_norm_list_add_unit(norms, &net->adrf_spectral.mix, &train->adrf_spectral.mix);
    s2_norm_list_add_unit(norms, &net->adrf_spatial.mix, &train->adrf_spatial.mix);
    s2_norm_list_add_unit(norms, &net->neck_spectral, &train->neck_spectral);
    s2_norm_list_add_unit(norms, &net->neck_spatial, &train->neck_spatial);
    s2_norm_list_add_block(norms, &net->head_block, &train->head_block);
    s2_norm_list_add_unit(norms, &net->head_conv, &train->head_conv);
    s2_norm_list_add_unit(norms, &net->detail, &train->detail);
}

s2rgf_status s2_dense_train_create(s2_network *network, const s2_batch_shape *shape,
                                   s2_training **training, s2rgf_error *err)
{
    *training = NULL;
    s2_dense_train *own = s2_calloc(1, sizeof *own);
    if (!own)
        return s2_fail_memory(err, "training");
    own->base.ops = &s2_dense_ops;
    own->net = (s2_dense_network *)network;
    own->shape = *shape;
    s2rgf_status status = s2_batch_init(&own->base.batch, &network->spec, shape, err);
    for (int s = 0; s < network->spec.sources && status == S2RGF_OK; s++)
        status = init_source(own, s, err);
    if (status == S2RGF_OK)
        status = init_feature_grid(own, err);
    if (status == S2RGF_OK)
        status = init_reference_grid(own, err);
    if (status != S2RGF_OK) {
        s2_dense_train_free(&own->base);
        return status;
    }
    list_norms(own);
    *training = &own->base;
    return S2RGF_OK;
}

void s2_dense_train_free(s2_training *training)
{
    s2_dense_train *train = (s2_dense_train *)training;
    if (!train)
        return;
    s2_batch_clear(&train->base.batch);
    for (int s = 0; s < train->net->base.spec.sources; s++) {
        s2_free(train->to_feature[s]);
        s2_free(train->to_reference[s]);
        s2_spectral_encoder_state_clear(&train->spectral[s]);
        s2_residual_block_state_clear(&train->spatial[s]);
    }
    s2_tensor_pair *pairs[5] = {&train->spectral_stack, &train->spatial_stack, &train->detail_stack,
                                &train->fused, &train->joined};
    for (int i = 0; i < 5; i++)
        s2_tensor_pair_clear(pairs[i]);
    s2_adrf_state_clear(&train->adrf_spectral);
    s2_adrf_state_clear(&train->adrf_spatial);
    s2_conv_unit_state_clear(&train->neck_spectral);
    s2_conv_unit_state_clear(&train->neck_spatial);
    s2_ssja_state_clear(&train->ssja);
    s2_residual_block_state_clear(&train->head_block);
    s2_conv_unit_state_clear(&train->head_conv);
    s2_conv_unit_state_clear(&train->detail);
    s2_classifier_state_clear(&train->classifier);
    s2_free(train->feature_valid);
    s2_free(train->upsampling);
    s2_free(train);
}

/* Channels of the stacks that belong to source s. */
static s2_tensor spectral_part(const s2_dense_train *train, const s2_tensor *stack, int s)
{
    int first = 0;
    for (int i = 0; i < s; i++)
        first += s2_dense_spectral_width(&train->net->base.spec, i);
    return s2_tensor_channels(stack, first, s2_dense_spectral_width(&train->net->base.spec, s));
}

static s2_tensor spatial_part(const s2_dense_train *train, const s2_tensor *stack, int s)
{
    const int c = train->net->base.spec.channels;
    return s2_tensor_channels(stack, s * c, c);
}

/* Validity and sampling positions of the batch just filled. */
static void prepare_batch(s2_dense_train *train)
{
    const s2_batch_shape *shape = &train->shape;
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
    const s2_dense_network *net = train->net;
    const s2_tensor *x = &train->base.batch.pixels[s];
    const s2_tensor spectral = spectral_part(train, &train->spectral_stack.value, s);
    const s2_tensor spatial = spatial_part(train, &train->spatial_stack.value, s);
    const s2_tensor detail = spectral_part(train, &train->detail_stack.value, s);
    s2rgf_status status =
        s2_spectral_encoder_forward(&net->spectral[s], &train->spectral[s], x, err);
    if (status == S2RGF_OK)
        status = s2_residual_block_forward(&net->spatial[s], &train->spatial[s], x, err);
    if (status != S2RGF_OK)
        return status;
    if (net->base.spec.on_reference[s]) {
        s2_halve_forward(&train->spectral[s].mix.out, &spectral);
        s2_tensor_copy(&train->spatial[s].out, &spatial);
        s2_tensor_copy(&train->spectral[s].mix.out, &detail);
    } else {
        s2_sample_forward(train->to_feature[s], &train->spectral[s].mix.out, &spectral);
        s2_sample_forward(train->to_feature[s], &train->spatial[s].out, &spatial);
        s2_sample_forward(train->to_reference[s], &train->spectral[s].mix.out, &detail);
    }
    return S2RGF_OK;
}

/* What a domain that is switched off gives to the joint attention: nothing. The necks end in
   rectifiers, which let no gradient through where they gave 0. */
static void silence_necks(s2_dense_train *train)
{
    if (train->net->base.spec.off.spectral)
        s2_tensor_zero(&train->neck_spectral.out);
    if (train->net->base.spec.off.spatial)
        s2_tensor_zero(&train->neck_spatial.out);
}

/* The same for the classifier. */
static void silence_detail(s2_dense_train *train)
{
    if (train->net->base.spec.off.spectral)
        s2_tensor_zero(&train->detail.out);
}

static s2rgf_status forward_trunk(s2_dense_train *train, s2rgf_error *err)
{
    const s2_dense_network *net = train->net;
    const s2_tensor upsampled =
        s2_tensor_channels(&train->joined.value, 0, net->base.spec.channels);
    s2rgf_status status = s2_adrf_forward(&net->adrf_spectral, &train->adrf_spectral,
                                          &train->spectral_stack.value, train->feature_valid, err);
    if (status == S2RGF_OK)
        status = s2_adrf_forward(&net->adrf_spatial, &train->adrf_spatial,
                                 &train->spatial_stack.value, train->feature_valid, err);
    if (status == S2RGF_OK)
        status = s2_conv_unit_forward(&net->neck_spectral, &train->neck_spectral,
                                      &train->adrf_spectral.mix.out, err);
    if (status == S2RGF_OK)
        status = s2_conv_unit_forward(&net->neck_spatial, &train->neck_spatial,
                                      &train->adrf_spatial.mix.out, err);
    silence_necks(train);
    if (status == S2RGF_OK)
        status = s2_ssja_forward(&train->ssja, &train->neck_spectral.out, &train->neck_spatial.out,
                                 train->feature_valid, &train->fused.value, err);
    if (status == S2RGF_OK)
        status = s2_residual_block_forward(&net->head_block, &train->head_block,
                                           &train->fused.value, err);
    if (status == S2RGF_OK)
        status =
            s2_conv_unit_forward(&net->head_conv, &train->head_conv, &train->head_block.out, err);
    if (status == S2RGF_OK)
        status =
            s2_conv_unit_forward(&net->detail, &train->detail, &train->detail_stack.value, err);
    silence_detail(train);
    if (status == S2RGF_OK)
        s2_sample_forward(train->upsampling, &train->head_conv.out, &upsampled);
    return status;
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
        status = forward_trunk(train, err);
    if (status != S2RGF_OK)
        return status;
    status = s2_classifier_forward(&net->classifier, &train->classifier, &train->joined.value,
                                   train->base.batch.labels, logits != NULL, dropout,
                                   dropout_source, err);
    if (status == S2RGF_OK && logits) {
        train->scores = train->joined.value;
        train->scores.data = train->classifier.scores;
        train->scores.c = train->scores.stride = net->base.spec.classes;
        *logits = &train->scores;
    }
    return status;
}

/* From joined.grad to the outputs of the two fusions. */
static s2rgf_status backward_trunk(s2_dense_train *train, s2rgf_error *err)
{
    const s2_dense_network *net = train->net;
    const s2_tensor upsampled_grad =
        s2_tensor_channels(&train->joined.grad, 0, net->base.spec.channels);
    const s2_tensor *zeroed[] = {&train->head_conv.grad, &train->neck_spectral.grad,
                                 &train->neck_spatial.grad};
    for (size_t i = 0; i < sizeof zeroed / sizeof *zeroed; i++)
        s2_tensor_zero(zeroed[i]);
    s2rgf_status status = s2_conv_unit_backward(
        &net->detail, &train->detail, &train->detail_stack.value, &train->detail_stack.grad, err);
    s2_sample_backward(train->upsampling, &upsampled_grad, &train->head_conv.grad);
    if (status == S2RGF_OK)
        status = s2_conv_unit_backward(&net->head_conv, &train->head_conv, &train->head_block.out,
                                       &train->head_block.grad, err);
    if (status == S2RGF_OK)
        status = s2_residual_block_backward(&net->head_block, &train->head_block,
                                            &train->fused.value, &train->fused.grad, err);
    if (status == S2RGF_OK)
        status = s2_ssja_backward(&train->ssja, &train->neck_spectral.out, &train->neck_spatial.out,
                                  train->feature_valid, &train->fused.grad,
                                  &train->neck_spectral.grad, &train->neck_spatial.grad, err);
    if (status == S2RGF_OK)
        status = s2_conv_unit_backward(&net->neck_spectral, &train->neck_spectral,
                                       &train->adrf_spectral.mix.out,
                                       &train->adrf_spectral.mix.grad, err);
    if (status == S2RGF_OK)
        status =
            s2_conv_unit_backward(&net->neck_spatial, &train->neck_spatial,
                                  &train->adrf_spatial.mix.out, &train->adrf_spatial.mix.grad, err);
    return status;
}

static s2rgf_status backward_fusion(s2_dense_train *train, s2rgf_error *err)
{
    const s2_dense_network *net = train->net;
    s2_tensor_zero(&train->spectral_stack.grad);
    s2_tensor_zero(&train->spatial_stack.grad);
    const s2rgf_status status =
        s2_adrf_backward(&net->adrf_spectral, &train->adrf_spectral, &train->spectral_stack.value,
                         train->feature_valid, &train->spectral_stack.grad, err);
    return status != S2RGF_OK ? status
                              : s2_adrf_backward(&net->adrf_spatial, &train->adrf_spatial,
                                                 &train->spatial_stack.value, train->feature_valid,
                                                 &train->spatial_stack.grad, err);
}

static s2rgf_status backward_source(s2_dense_train *train, int s, s2rgf_error *err)
{
    const s2_dense_network *net = train->net;
    const s2_tensor spectral = spectral_part(train, &train->spectral_stack.grad, s);
    const s2_tensor spatial = spatial_part(train, &train->spatial_stack.grad, s);
    const s2_tensor detail = spectral_part(train, &train->detail_stack.grad, s);
    const s2_tensor *x = &train->base.batch.pixels[s];
    s2_tensor_zero(&train->spectral[s].mix.grad);
    s2_tensor_zero(&train->spatial[s].grad);
    if (net->base.spec.on_reference[s]) {
        s2_halve_backward(&spectral, &train->spectral[s].mix.grad);
        s2_tensor_add(&detail, &train->spectral[s].mix.grad);
        s2_tensor_copy(&spatial, &train->spatial[s].grad);
    } else {
        s2_sample_backward(train->to_feature[s], &spectral, &train->spectral[s].mix.grad);
        s2_sample_backward(train->to_reference[s], &detail, &train->spectral[s].mix.grad);
        s2_sample_backward(train->to_feature[s], &spatial, &train->spatial[s].grad);
    }
    const s2rgf_status status =
        s2_spectral_encoder_backward(&net->spectral[s], &train->spectral[s], x, NULL, err);
    return status != S2RGF_OK
               ? status
               : s2_residual_block_backward(&net->spatial[s], &train->spatial[s], x, NULL, err);
}

s2rgf_status s2_dense_train_backward(s2_training *training, const s2_loss_options *options,
                                     double *loss, s2rgf_error *err)
{
    s2_dense_train *train = (s2_dense_train *)training;
    const s2_ablations *off = &train->net->base.spec.off;
    const bool silent[2] = {off->spectral, off->spatial};
    double relation[2] = {0.0, 0.0};
    s2_adrf_state *fusions[2] = {&train->adrf_spectral, &train->adrf_spatial};
    s2_params_zero_grad(&train->net->base.params);
    *loss = s2_classifier_backward(&train->net->classifier, &train->classifier, &options->entropy,
                                   &train->joined.grad);
    s2rgf_status status = backward_trunk(train, err);
    for (int i = 0; i < 2 && status == S2RGF_OK; i++)
        if (options->redundancy_weight > 0.0 && !silent[i])
            status = s2_relation_loss(options->relation, &fusions[i]->mix.out, train->feature_valid,
                                      options->redundancy_weight, &fusions[i]->mix.grad,
                                      &relation[i], err);
    *loss += options->redundancy_weight * (relation[0] + relation[1]);
    if (status == S2RGF_OK)
        status = backward_fusion(train, err);
    for (int s = 0; s < train->net->base.spec.sources && status == S2RGF_OK; s++)
        status = backward_source(train, s, err);
    return status;
}
