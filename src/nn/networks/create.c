/* What is made of an architecture: network, training, weights, run. */
#include "core/error.h"
#include "core/memory.h"
#include "nn/networks/networks.h"

static s2rgf_status check_channels(const s2_network_ops *ops, int channels, s2rgf_error *err)
{
    if (ops->defaults.fixed && channels != ops->defaults.channels)
        return s2_fail(err, S2RGF_INVALID_ARGUMENT,
                       "channels of the network \"%s\": expected %d, found %d", ops->name,
                       ops->defaults.channels, channels);
    if (channels < 16 || channels > 128 || channels % 16 != 0)
        return s2_fail(err, S2RGF_INVALID_ARGUMENT,
                       "channels: expected a multiple of 16 from 16 to 128, found %d", channels);
    return S2RGF_OK;
}

s2rgf_status s2_network_create(const s2_network_ops *ops, const s2_network_spec *spec,
                               s2_network **network, s2rgf_error *err)
{
    *network = NULL;
    s2rgf_status status = check_channels(ops, spec->channels, err);
    if (status == S2RGF_OK)
        status = s2_network_check(spec, err);
    if (status != S2RGF_OK)
        return status;
    s2_network *own = s2_calloc(1, ops->network_bytes);
    if (!own)
        return s2_fail_memory(err, "network");
    own->ops = ops;
    own->spec = *spec;
    own->params.without_gradients = spec->runs_only;
    ops->declare(own);
    s2_expert_declare(&own->expert, &own->params, spec);
    if (own->params.failed) {
        s2_network_free(own);
        return s2_fail_memory(err, "network");
    }
    *network = own;
    return S2RGF_OK;
}

static s2rgf_status check_crop(const s2_network_ops *ops, const s2_batch_shape *shape,
                               s2rgf_error *err)
{
    const int side = ops->defaults.crop_px;
    if (!ops->defaults.fixed || (shape->width == side && shape->height == side))
        return S2RGF_OK;
    return s2_fail(err, S2RGF_INVALID_ARGUMENT,
                   "crops of the network \"%s\": expected %d x %d pixels, found %d x %d", ops->name,
                   side, side, shape->width, shape->height);
}

s2rgf_status s2_training_create(s2_network *network, const s2_batch_shape *shape,
                                s2_training **training, s2rgf_error *err)
{
    const s2_network_ops *ops = network->ops;
    const s2_kernels *kernels = NULL;
    *training = NULL;
    s2rgf_status status = check_crop(ops, shape, err);
    if (status == S2RGF_OK)
        status =
            s2_kernels_select(S2_PRECISION_FLOAT, &kernels, err); /* the layers choose them again */
    if (status != S2RGF_OK)
        return status;
    s2_training *own = s2_calloc(1, ops->training_bytes);
    if (!own)
        return s2_fail_memory(err, "training");
    own->ops = ops;
    own->network = network;
    own->shape = *shape;
    status = s2_batch_init(&own->batch, &network->spec, shape, err);
    if (status == S2RGF_OK)
        status = ops->training_init(own, err);
    if (status != S2RGF_OK)
        s2_training_free(own);
    else
        *training = own;
    return status;
}

s2rgf_status s2_weights_create(const s2_network *network, s2_precision precision,
                               s2_weights **weights, s2rgf_error *err)
{
    const s2_network_ops *ops = network->ops;
    *weights = NULL;
    s2_weights *own = s2_calloc(1, ops->weights_bytes);
    if (!own)
        return s2_fail_memory(err, "weights");
    own->ops = ops;
    own->spec = network->spec;
    s2rgf_status status = s2_kernels_select(precision, &own->kernels, err);
    if (status == S2RGF_OK && !ops->weights_fold(own, network))
        status = s2_fail_memory(err, "weights");
    if (status != S2RGF_OK)
        s2_weights_free(own);
    else
        *weights = own;
    return status;
}

s2rgf_status s2_run_create(const s2_weights *weights, const s2_run_geometry *geometry,
                           const s2_tiling *tiling, s2_run **run, s2rgf_error *err)
{
    s2_run *own = s2_calloc(1, weights->ops->run_bytes);
    *run = NULL;
    if (!own)
        return s2_fail_memory(err, "tile");
    own->ops = weights->ops;
    own->weights = weights;
    own->geometry = geometry;
    if (!own->ops->run_init(own, tiling)) {
        s2_run_free(own);
        return s2_fail_memory(err, "tile");
    }
    *run = own;
    return S2RGF_OK;
}

void s2_network_free(s2_network *network)
{
    if (!network)
        return;
    s2_params_clear(&network->params);
    s2_free(network);
}

void s2_training_free(s2_training *training)
{
    if (!training)
        return;
    training->ops->training_clear(training);
    s2_batch_clear(&training->batch);
    s2_free(training);
}

void s2_weights_free(s2_weights *weights)
{
    if (!weights)
        return;
    weights->ops->weights_clear(weights);
    s2_free(weights);
}

void s2_run_free(s2_run *run)
{
    if (!run)
        return;
    run->ops->run_clear(run);
    s2_free(run);
}
