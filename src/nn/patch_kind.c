/* The patch network as one of the kinds. */
#include "nn/kind_table.h"
#include "nn/patch_run.h"
#include "nn/patch_train.h"

static s2rgf_status create(const s2_network_spec *spec, void **self, s2_params **params,
                           s2rgf_error *err)
{
    s2_patch_network *network = NULL;
    const s2rgf_status status = s2_patch_network_create(spec, &network, err);
    *self = network;
    *params = network ? &network->params : NULL;
    return status;
}

static void free_network(void *self)
{
    s2_patch_network_free(self);
}

static s2rgf_status training_create(void *network, const s2_batch_shape *shape, void **self,
                                    s2_batch **batch, s2rgf_error *err)
{
    s2_patch_train *train = NULL;
    const s2rgf_status status = s2_patch_train_create(network, shape, &train, err);
    *self = train;
    *batch = train ? s2_patch_train_batch(train) : NULL;
    return status;
}

static void training_free(void *self)
{
    s2_patch_train_free(self);
}

static s2rgf_status forward(void *self, double dropout, s2_random *dropout_source, s2rgf_error *err)
{
    return s2_patch_train_forward(self, dropout, dropout_source, NULL, err);
}

static s2rgf_status backward(void *self, const s2_loss_options *options, double *loss,
                             s2rgf_error *err)
{
    return s2_patch_train_backward(self, options, loss, err);
}

static void collect(void *self)
{
    s2_patch_train_collect(self);
}

static void adopt(void *self)
{
    s2_patch_train_adopt(self);
}

static s2rgf_status weights_create(const void *network, void **self, s2rgf_error *err)
{
    s2_patch_weights *weights = NULL;
    const s2rgf_status status = s2_patch_weights_create(network, &weights, err);
    *self = weights;
    return status;
}

static void weights_free(void *self)
{
    s2_patch_weights_free(self);
}

static size_t run_bytes(const void *weights, const s2_run_geometry *geometry, int tile_px)
{
    return s2_patch_run_bytes(weights, geometry, tile_px);
}

static s2rgf_status run_create(const void *weights, const s2_run_geometry *geometry, int tile_px,
                               void **self, s2_tile **tile, s2rgf_error *err)
{
    s2_patch_run *run = NULL;
    const s2rgf_status status = s2_patch_run_create(weights, geometry, tile_px, &run, err);
    *self = run;
    *tile = run ? s2_patch_run_tile(run) : NULL;
    return status;
}

static void run_free(void *self)
{
    s2_patch_run_free(self);
}

static s2_rect run_window(const void *weights, const s2_run_geometry *geometry, int source,
                          s2_rect core)
{
    return s2_patch_run_window(weights, geometry, source, core);
}

static void run_compute(void *self)
{
    s2_patch_run_compute(self);
}

const s2_network_kind S2_PATCH_KIND = {
    .name = "patch",
    .defaults =
        {.channels = 64, .steps = 600, .batch = 32, .crop_px = 32, .centred = true, .fixed = true},
    .create = create,
    .free = free_network,
    .training_create = training_create,
    .training_free = training_free,
    .forward = forward,
    .backward = backward,
    .collect = collect,
    .adopt = adopt,
    .weights_create = weights_create,
    .weights_free = weights_free,
    .run_bytes = run_bytes,
    .run_create = run_create,
    .run_free = run_free,
    .run_window = run_window,
    .run_compute = run_compute,
};
