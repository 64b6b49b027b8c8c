/* The patch network in training: layer by layer, batch statistics, everything backward needs is
   kept. */
#include "nn/patch/train.h"

#include <string.h>

#include "core/error.h"
#include "core/memory.h"
#include "nn/layers/loss.h"
#include "nn/layers/pool.h"
#include "nn/layers/resample.h"
#include "nn/layers/ssja.h"

/* One domain, from the features of all sources to what SSJA reads. */
typedef struct domain_path {
    const s2_adrf *fusion; /* of the network */
    const s2_conv_unit *neck;
    s2_tensor_pair stack;   /* encoded features of all sources */
    const s2_tensor *fused; /* what ADRF reads: the stack, or what unfold made of it */
    const s2_tensor *fused_grad;
    s2_adrf_state fusion_state;
    s2_conv_unit_state neck_state;
    s2_tensor_pair joint; /* pooled neck */
    bool silent;          /* switched off: joint is 0 */
} domain_path;

enum { SPECTRAL, SPATIAL, DOMAINS };

typedef struct s2_patch_train {
    s2_training base;
    s2_patch_network *net;
    s2_batch_shape shape;
    uint8_t *all_valid;                     /* [crops][16][16] ones */
    int16_t *labels;                        /* [crops] of the centres */
    s2_tensor reference[S2RGF_MAX_SOURCES]; /* sampled to the reference grid, where it is needed */
    s2_sampling *sampling[S2RGF_MAX_SOURCES]; /* [crops] */
    s2_spectral_encoder_state spectral[S2RGF_MAX_SOURCES];
    s2_residual_block_state spatial[S2RGF_MAX_SOURCES];
    s2_unfold_state unfold;
    domain_path domain[DOMAINS];
    s2_ssja_state ssja;
    s2_tensor_pair fused; /* Z */
    s2_residual_block_state head_block;
    s2_conv_unit_state head_conv;
    s2_tensor_pair flat; /* pooled head */
    s2_classifier_state classifier;
    s2_tensor scores; /* the classifier's scores of all patches, seen as a tensor */
} s2_patch_train;

static s2rgf_status init_source(s2_patch_train *train, int s, s2rgf_error *err)
{
    const s2_patch_network *net = train->net;
    const int n = train->shape.crops;
    s2rgf_status status = S2RGF_OK;
    train->sampling[s] = s2_calloc((size_t)n, sizeof(s2_sampling));
    if (!train->sampling[s])
        return s2_fail_memory(err, "training");
    if (!net->base.spec.on_reference[s])
        status = s2_tensor_init(&train->reference[s], n, S2_PATCH_PX, S2_PATCH_PX,
                                net->base.spec.bands[s], err);
    if (status == S2RGF_OK)
        status = s2_spectral_encoder_state_init(&train->spectral[s], &net->spectral[s], n,
                                                S2_PATCH_PX, S2_PATCH_PX, err);
    if (status == S2RGF_OK)
        status = s2_residual_block_state_init(&train->spatial[s], &net->spatial[s], n, S2_PATCH_PX,
                                              S2_PATCH_PX, err);
    return status;
}

static s2rgf_status init_domain(domain_path *domain, int crops, s2rgf_error *err)
{
    const int side = S2_PATCH_FEATURE_PX;
    s2rgf_status status =
        s2_tensor_pair_init(&domain->stack, crops, side, side, domain->fusion->in, err);
    if (status == S2RGF_OK)
        status = s2_adrf_state_init(&domain->fusion_state, domain->fusion, crops, side, side, err);
    if (status == S2RGF_OK)
        status = s2_conv_unit_state_init(&domain->neck_state, domain->neck, crops, side, side, NULL,
                                         NULL, err);
    if (status == S2RGF_OK)
        status = s2_tensor_pair_init(&domain->joint, crops, S2_PATCH_JOINT_PX, S2_PATCH_JOINT_PX,
                                     S2_PATCH_WIDE, err);
    return status;
}

static s2rgf_status init_domains(s2_patch_train *train, s2rgf_error *err)
{
    const s2_patch_network *net = train->net;
    domain_path *spectral = &train->domain[SPECTRAL];
    domain_path *spatial = &train->domain[SPATIAL];
    *spectral = (domain_path){.fusion = &net->adrf_spectral,
                              .neck = &net->neck_spectral,
                              .silent = net->base.spec.off.spectral,
                              .fused = &train->unfold.reduce.out,
                              .fused_grad = &train->unfold.reduce.grad};
    *spatial = (domain_path){.fusion = &net->adrf_spatial,
                             .neck = &net->neck_spatial,
                             .silent = net->base.spec.off.spatial,
                             .fused = &spatial->stack.value,
                             .fused_grad = &spatial->stack.grad};
    s2rgf_status status =
        s2_unfold_state_init(&train->unfold, &net->unfold, train->shape.crops, err);
    for (int i = 0; i < DOMAINS && status == S2RGF_OK; i++)
        status = init_domain(&train->domain[i], train->shape.crops, err);
    return status;
}

static s2rgf_status init_head(s2_patch_train *train, s2rgf_error *err)
{
    const s2_patch_network *net = train->net;
    const int n = train->shape.crops;
    const int side = S2_PATCH_JOINT_PX;
    const s2_lattice lattice = s2_lattice_over(side, side, net->base.spec.off.ssja ? 0 : side);
    s2rgf_status status = s2_ssja_state_init(&train->ssja, n, lattice, S2_PATCH_WIDE, err);
    if (status == S2RGF_OK)
        status = s2_tensor_pair_init(&train->fused, n, side, side, S2_PATCH_WIDE, err);
    if (status == S2RGF_OK)
        status =
            s2_residual_block_state_init(&train->head_block, &net->head_block, n, side, side, err);
    if (status == S2RGF_OK)
        status = s2_conv_unit_state_init(&train->head_conv, &net->head_conv, n, side, side, NULL,
                                         NULL, err);
    if (status == S2RGF_OK)
        status = s2_tensor_pair_init(&train->flat, n, side / 2, side / 2, S2_PATCH_CHANNELS, err);
    return status;
}

static s2rgf_status init_batch(s2_patch_train *train, s2rgf_error *err)
{
    const size_t crops = (size_t)train->shape.crops;
    const size_t features = crops * S2_PATCH_FEATURE_PX * S2_PATCH_FEATURE_PX;
    train->all_valid = s2_alloc(features, 1);
    train->labels = s2_calloc(crops, sizeof(int16_t));
    if (!train->all_valid || !train->labels)
        return s2_fail_memory(err, "training");
    memset(train->all_valid, 1, features);
    return s2_batch_init(&train->base.batch, &train->net->base.spec, &train->shape, err);
}

static void list_norms(s2_patch_train *train)
{
    const s2_patch_network *net = train->net;
    s2_norm_list *norms = &train->base.norms;
    for (int s = 0; s < net->base.spec.sources; s++) {
        s2_norm_list_add_encoder(norms, &net->spectral[s], &train->spectral[s]);
        s2_norm_list_add_block(norms, &net->spatial[s], &train->spatial[s]);
    }
    s2_norm_list_add_unit(norms, &net->unfold.expand, &train->unfold.expand);
    s2_norm_list_add_unit(norms, &net->unfold.reduce, &train->unfold.reduce);
    for (int i = 0; i < DOMAINS; i++) {
        domain_path *domain = &train->domain[i];
        s2_norm_list_add_unit(norms, &domain->fusion->mix, &domain->fusion_state.mix);
        s2_norm_list_add_unit(norms, domain->neck, &domain->neck_state);
    }
    s2_norm_list_add_block(norms, &net->head_block, &train->head_block);
    s2_norm_list_add_unit(norms, &net->head_conv, &train->head_conv);
}

s2rgf_status s2_patch_train_create(s2_network *network, const s2_batch_shape *shape,
                                   s2_training **training, s2rgf_error *err)
{
    *training = NULL;
    if (shape->width != S2_PATCH_PX || shape->height != S2_PATCH_PX)
        return s2_fail(err, S2RGF_INVALID_ARGUMENT,
                       "crops of the network \"patch\": expected %d x %d pixels, found %d x %d",
                       S2_PATCH_PX, S2_PATCH_PX, shape->width, shape->height);
    s2_patch_train *own = s2_calloc(1, sizeof *own);
    if (!own)
        return s2_fail_memory(err, "training");
    own->base.ops = &s2_patch_ops;
    own->net = (s2_patch_network *)network;
    own->shape = *shape;
    s2rgf_status status = init_batch(own, err);
    for (int s = 0; s < network->spec.sources && status == S2RGF_OK; s++)
        status = init_source(own, s, err);
    if (status == S2RGF_OK)
        status = init_domains(own, err);
    if (status == S2RGF_OK)
        status = init_head(own, err);
    if (status != S2RGF_OK) {
        s2_patch_train_free(&own->base);
        return status;
    }
    list_norms(own);
    *training = &own->base;
    return S2RGF_OK;
}

void s2_patch_train_free(s2_training *training)
{
    s2_patch_train *train = (s2_patch_train *)training;
    if (!train)
        return;
    s2_batch_clear(&train->base.batch);
    for (int s = 0; s < train->net->base.spec.sources; s++) {
        s2_tensor_clear(&train->reference[s]);
        s2_free(train->sampling[s]);
        s2_spectral_encoder_state_clear(&train->spectral[s]);
        s2_residual_block_state_clear(&train->spatial[s]);
    }
    s2_unfold_state_clear(&train->unfold);
    for (int i = 0; i < DOMAINS; i++) {
        s2_tensor_pair_clear(&train->domain[i].stack);
        s2_adrf_state_clear(&train->domain[i].fusion_state);
        s2_conv_unit_state_clear(&train->domain[i].neck_state);
        s2_tensor_pair_clear(&train->domain[i].joint);
    }
    s2_ssja_state_clear(&train->ssja);
    s2_tensor_pair_clear(&train->fused);
    s2_residual_block_state_clear(&train->head_block);
    s2_conv_unit_state_clear(&train->head_conv);
    s2_tensor_pair_clear(&train->flat);
    s2_classifier_state_clear(&train->classifier);
    s2_free(train->all_valid);
    s2_free(train->labels);
    s2_free(train);
}

/* Channels of a stack that belong to source s. */
static s2_tensor source_part(const s2_patch_train *train, int domain, const s2_tensor *stack, int s)
{
    const s2_network_spec *spec = &train->net->base.spec;
    int first = 0;
    if (domain == SPATIAL)
        return s2_tensor_channels(stack, s * S2_PATCH_CHANNELS, S2_PATCH_CHANNELS);
    for (int i = 0; i < s; i++)
        first += s2_patch_spectral_width(spec, i);
    return s2_tensor_channels(stack, first, s2_patch_spectral_width(spec, s));
}

/* Pixels of source s on the reference grid. */
static const s2_tensor *reference_pixels(const s2_patch_train *train, int s)
{
    return train->net->base.spec.on_reference[s] ? &train->base.batch.pixels[s]
                                                 : &train->reference[s];
}

/* Sample source s to the reference grid; 0 outside its rectangle. */
static void sample_source(s2_patch_train *train, int s)
{
    const s2_tensor *from = &train->base.batch.pixels[s];
    const s2_tensor *to = &train->reference[s];
    for (int n = 0; n < train->shape.crops; n++)
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
    const s2_patch_network *net = train->net;
    const s2_tensor *x = reference_pixels(train, s);
    const s2_tensor spectral =
        source_part(train, SPECTRAL, &train->domain[SPECTRAL].stack.value, s);
    const s2_tensor spatial = source_part(train, SPATIAL, &train->domain[SPATIAL].stack.value, s);
    if (!net->base.spec.on_reference[s])
        sample_source(train, s);
    s2rgf_status status =
        s2_spectral_encoder_forward(&net->spectral[s], &train->spectral[s], x, err);
    if (status == S2RGF_OK)
        status = s2_residual_block_forward(&net->spatial[s], &train->spatial[s], x, err);
    if (status != S2RGF_OK)
        return status;
    s2_tensor_copy(&train->spectral[s].mix.out, &spectral);
    s2_tensor_copy(&train->spatial[s].out, &spatial);
    return S2RGF_OK;
}

static s2rgf_status forward_domain(const s2_patch_train *train, domain_path *domain,
                                   s2rgf_error *err)
{
    s2rgf_status status = s2_adrf_forward(domain->fusion, &domain->fusion_state, domain->fused,
                                          train->all_valid, err);
    if (status == S2RGF_OK)
        status = s2_conv_unit_forward(domain->neck, &domain->neck_state,
                                      &domain->fusion_state.mix.out, err);
    if (status == S2RGF_OK)
        s2_pool_forward(&domain->neck_state.out, &domain->joint.value);
    if (domain->silent)
        s2_tensor_zero(&domain->joint.value);
    return status;
}

static s2rgf_status forward_head(s2_patch_train *train, s2rgf_error *err)
{
    const s2_patch_network *net = train->net;
    s2rgf_status status = s2_ssja_forward(&train->ssja, &train->domain[SPECTRAL].joint.value,
                                          &train->domain[SPATIAL].joint.value, train->all_valid,
                                          &train->fused.value, err);
    if (status == S2RGF_OK)
        status = s2_residual_block_forward(&net->head_block, &train->head_block,
                                           &train->fused.value, err);
    if (status == S2RGF_OK)
        status =
            s2_conv_unit_forward(&net->head_conv, &train->head_conv, &train->head_block.out, err);
    if (status == S2RGF_OK)
        s2_pool_forward(&train->head_conv.out, &train->flat.value);
    return status;
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
    s2rgf_status status = S2RGF_OK;
    for (int n = 0; n < train->shape.crops; n++)
        train->labels[n] =
            train->base.batch
                .labels[(n * S2_PATCH_PX + S2_PATCH_CENTRE) * S2_PATCH_PX + S2_PATCH_CENTRE];
    for (int s = 0; s < net->base.spec.sources && status == S2RGF_OK; s++)
        status = encode_source(train, s, err);
    if (status == S2RGF_OK)
        status = s2_unfold_forward(&net->unfold, &train->unfold,
                                   &train->domain[SPECTRAL].stack.value, err);
    for (int i = 0; i < DOMAINS && status == S2RGF_OK; i++)
        status = forward_domain(train, &train->domain[i], err);
    if (status == S2RGF_OK)
        status = forward_head(train, err);
    if (status == S2RGF_OK)
        status = s2_classifier_forward(&net->classifier, &train->classifier, &flat, train->labels,
                                       logits != NULL, dropout, dropout_source, err);
    if (status == S2RGF_OK && logits) {
        const int classes = net->base.spec.classes;
        train->scores =
            (s2_tensor){train->classifier.scores, train->shape.crops, 1, 1, classes, classes};
        *logits = &train->scores;
    }
    return status;
}

/* From flat.grad to what SSJA reads. */
static s2rgf_status backward_head(s2_patch_train *train, s2rgf_error *err)
{
    const s2_patch_network *net = train->net;
    domain_path *spectral = &train->domain[SPECTRAL];
    domain_path *spatial = &train->domain[SPATIAL];
    const s2_tensor *zeroed[] = {&train->head_conv.grad, &spectral->joint.grad,
                                 &spatial->joint.grad};
    for (size_t i = 0; i < sizeof zeroed / sizeof *zeroed; i++)
        s2_tensor_zero(zeroed[i]);
    s2_pool_backward(&train->head_conv.out, &train->flat.value, &train->flat.grad,
                     &train->head_conv.grad);
    s2rgf_status status = s2_conv_unit_backward(
        &net->head_conv, &train->head_conv, &train->head_block.out, &train->head_block.grad, err);
    if (status == S2RGF_OK)
        status = s2_residual_block_backward(&net->head_block, &train->head_block,
                                            &train->fused.value, &train->fused.grad, err);
    if (status == S2RGF_OK)
        status = s2_ssja_backward(&train->ssja, &spectral->joint.value, &spatial->joint.value,
                                  train->all_valid, &train->fused.grad, &spectral->joint.grad,
                                  &spatial->joint.grad, err);
    return status;
}

/* From joint.grad to the gradient of what ADRF reads, the redundancy's included. */
static s2rgf_status backward_domain(const s2_patch_train *train, domain_path *domain,
                                    const s2_loss_options *options, double *relation,
                                    s2rgf_error *err)
{
    const s2_tensor *mixed = &domain->fusion_state.mix.out;
    const s2_tensor *mixed_grad = &domain->fusion_state.mix.grad;
    s2_tensor_zero(&domain->neck_state.grad);
    s2_tensor_zero(domain->fused_grad);
    if (!domain->silent)
        s2_pool_backward(&domain->neck_state.out, &domain->joint.value, &domain->joint.grad,
                         &domain->neck_state.grad);
    s2rgf_status status =
        s2_conv_unit_backward(domain->neck, &domain->neck_state, mixed, mixed_grad, err);
    if (status == S2RGF_OK && options->redundancy_weight > 0.0 && !domain->silent)
        status = s2_relation_loss(options->relation, mixed, train->all_valid,
                                  options->redundancy_weight, mixed_grad, relation, err);
    if (status == S2RGF_OK)
        status = s2_adrf_backward(domain->fusion, &domain->fusion_state, domain->fused,
                                  train->all_valid, domain->fused_grad, err);
    return status;
}

static s2rgf_status backward_source(s2_patch_train *train, int s, s2rgf_error *err)
{
    const s2_patch_network *net = train->net;
    const s2_tensor *x = reference_pixels(train, s);
    const s2_tensor spectral = source_part(train, SPECTRAL, &train->domain[SPECTRAL].stack.grad, s);
    const s2_tensor spatial = source_part(train, SPATIAL, &train->domain[SPATIAL].stack.grad, s);
    s2_tensor_copy(&spectral, &train->spectral[s].mix.grad);
    s2_tensor_copy(&spatial, &train->spatial[s].grad);
    const s2rgf_status status =
        s2_spectral_encoder_backward(&net->spectral[s], &train->spectral[s], x, NULL, err);
    return status != S2RGF_OK
               ? status
               : s2_residual_block_backward(&net->spatial[s], &train->spatial[s], x, NULL, err);
}

s2rgf_status s2_patch_train_backward(s2_training *training, const s2_loss_options *options,
                                     double *loss, s2rgf_error *err)
{
    s2_patch_train *train = (s2_patch_train *)training;
    const s2_patch_network *net = train->net;
    const s2_tensor flat_grad = flat_view(&train->flat.grad);
    domain_path *spectral = &train->domain[SPECTRAL];
    double relation[DOMAINS] = {0.0, 0.0};
    s2_params_zero_grad(&train->net->base.params);
    *loss =
        s2_classifier_backward(&net->classifier, &train->classifier, &options->entropy, &flat_grad);
    s2rgf_status status = backward_head(train, err);
    for (int i = 0; i < DOMAINS && status == S2RGF_OK; i++)
        status = backward_domain(train, &train->domain[i], options, &relation[i], err);
    *loss += options->redundancy_weight * (relation[SPECTRAL] + relation[SPATIAL]);
    s2_tensor_zero(&spectral->stack.grad);
    if (status == S2RGF_OK)
        status = s2_unfold_backward(&net->unfold, &train->unfold, &spectral->stack.value,
                                    &spectral->stack.grad, err);
    for (int s = 0; s < net->base.spec.sources && status == S2RGF_OK; s++)
        status = backward_source(train, s, err);
    return status;
}
