/* The kinds of networks, and what is the same for all of them. */
#include "nn/networks/networks.h"

#include <stdio.h>
#include <string.h>

#include "core/error.h"
#include "core/memory.h"
#include "nn/kernels/kernels.h"
#include "nn/networks/network_ops.h"

static const s2_network_kind *const KINDS[] = {&S2_DENSE_KIND, &S2_PATCH_KIND};

#define KIND_COUNT (sizeof KINDS / sizeof *KINDS)

static const s2_network_kind *find_kind(const char *name)
{
    for (size_t i = 0; i < KIND_COUNT; i++)
        if (strcmp(KINDS[i]->name, name) == 0)
            return KINDS[i];
    return NULL;
}

const s2_network_defaults *s2_network_defaults_of(const char *name)
{
    const s2_network_kind *kind = find_kind(name);
    return kind ? &kind->defaults : NULL;
}

s2rgf_status s2_network_check_name(const char *subject, const char *name, s2rgf_error *err)
{
    char names[128] = "";
    size_t at = 0;
    if (find_kind(name))
        return S2RGF_OK;
    for (size_t i = 0; i < KIND_COUNT && at < sizeof names; i++)
        at += (size_t)snprintf(names + at, sizeof names - at, "%s%s", i ? " or " : "",
                               KINDS[i]->name);
    return s2_fail(err, S2RGF_UNSUPPORTED, "%s: expected the network %s, found \"%s\"", subject,
                   names, name);
}

s2rgf_status s2_network_create(const char *name, const s2_network_spec *spec, s2_network **network,
                               s2rgf_error *err)
{
    *network = NULL;
    s2rgf_status status = s2_network_check_name("network", name, err);
    if (status != S2RGF_OK)
        return status;
    s2_network *own = s2_calloc(1, sizeof *own);
    if (!own)
        return s2_fail_memory(err, "network");
    own->kind = find_kind(name);
    own->spec = *spec;
    status = own->kind->create(spec, &own->self, &own->params, err);
    if (status != S2RGF_OK) {
        s2_free(own);
        return status;
    }
    *network = own;
    return S2RGF_OK;
}

void s2_network_free(s2_network *network)
{
    if (!network)
        return;
    network->kind->free(network->self);
    s2_free(network);
}

s2rgf_status s2_training_create(s2_network *network, const s2_batch_shape *shape,
                                s2_training **training, s2rgf_error *err)
{
    const s2_kernels *kernels = NULL;
    *training = NULL;
    s2rgf_status status = s2_kernels_select(&kernels, err); /* the layers choose them again */
    if (status != S2RGF_OK)
        return status;
    s2_training *own = s2_calloc(1, sizeof *own);
    if (!own)
        return s2_fail_memory(err, "training");
    own->kind = network->kind;
    status = own->kind->training_create(network->self, shape, &own->self, &own->batch, err);
    if (status != S2RGF_OK) {
        s2_free(own);
        return status;
    }
    *training = own;
    return S2RGF_OK;
}

void s2_training_free(s2_training *training)
{
    if (!training)
        return;
    training->kind->training_free(training->self);
    s2_free(training);
}

s2rgf_status s2_training_forward(s2_training *training, double dropout, s2_random *dropout_source,
                                 s2rgf_error *err)
{
    return training->kind->forward(training->self, dropout, dropout_source, err);
}

s2rgf_status s2_training_backward(s2_training *training, const s2_loss_options *options,
                                  double *loss, s2rgf_error *err)
{
    return training->kind->backward(training->self, options, loss, err);
}

void s2_training_use(s2_training *training, s2_statistics statistics)
{
    training->kind->use(training->self, statistics);
}

s2rgf_status s2_weights_create(const s2_network *network, s2_weights **weights, s2rgf_error *err)
{
    *weights = NULL;
    s2_weights *own = s2_calloc(1, sizeof *own);
    if (!own)
        return s2_fail_memory(err, "weights");
    own->kind = network->kind;
    const s2rgf_status status = own->kind->weights_create(network->self, &own->self, err);
    if (status != S2RGF_OK) {
        s2_free(own);
        return status;
    }
    *weights = own;
    return S2RGF_OK;
}

void s2_weights_free(s2_weights *weights)
{
    if (!weights)
        return;
    weights->kind->weights_free(weights->self);
    s2_free(weights);
}

s2_tile_traits s2_run_traits(const s2_weights *weights)
{
    return weights->kind->tiles;
}

size_t s2_run_bytes(const s2_weights *weights, const s2_run_geometry *geometry,
                    const s2_tiling *tiling, size_t *read_pixels)
{
    return weights->kind->run_bytes(weights->self, geometry, tiling, read_pixels);
}

void s2_run_seam_layout(const s2_weights *weights, const s2_run_geometry *geometry,
                        const s2_tiling *tiling, int side, s2_seam_layout *layout)
{
    weights->kind->seam_layout(weights->self, geometry, tiling, side, layout);
}

s2rgf_status s2_run_create(const s2_weights *weights, const s2_run_geometry *geometry,
                           const s2_tiling *tiling, s2_run **run, s2rgf_error *err)
{
    *run = NULL;
    s2_run *own = s2_calloc(1, sizeof *own);
    if (!own)
        return s2_fail_memory(err, "tile");
    own->kind = weights->kind;
    const s2rgf_status status =
        own->kind->run_create(weights->self, geometry, tiling, &own->self, err);
    if (status != S2RGF_OK) {
        s2_free(own);
        return status;
    }
    *run = own;
    return S2RGF_OK;
}

void s2_run_free(s2_run *run)
{
    if (!run)
        return;
    run->kind->run_free(run->self);
    s2_free(run);
}

s2rgf_status s2_run_compute(s2_run *run, s2_rect core, const uint8_t *wanted, const s2_tile_io *io,
                            s2rgf_error *err)
{
    return run->kind->run_compute(run->self, core, wanted, io, err);
}

const s2_run_counts *s2_run_counted(const s2_run *run)
{
    return run->kind->run_counts(run->self);
}

void s2_run_work(const s2_weights *weights, const s2_run_geometry *geometry,
                 s2_work work[S2_STAGES])
{
    weights->kind->work(weights->self, geometry, work);
}
