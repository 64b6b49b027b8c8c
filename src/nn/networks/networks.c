/* The architectures there are. */
#include "nn/networks/networks.h"

#include <stdio.h>
#include <string.h>

#include "core/error.h"
#include "core/memory.h"

static const s2_network_ops *const ALL[] = {&s2_dense_ops, &s2_patch_ops};

#define COUNT (sizeof ALL / sizeof *ALL)

const s2_network_ops *s2_network_find(const char *subject, const char *name, s2rgf_error *err)
{
    char names[128] = "";
    size_t at = 0;
    for (size_t i = 0; i < COUNT; i++)
        if (strcmp(ALL[i]->name, name) == 0)
            return ALL[i];
    for (size_t i = 0; i < COUNT && at < sizeof names; i++)
        at +=
            (size_t)snprintf(names + at, sizeof names - at, "%s%s", i ? " or " : "", ALL[i]->name);
    s2_fail(err, S2RGF_UNSUPPORTED, "%s: expected the network %s, found \"%s\"", subject, names,
            name);
    return NULL;
}

s2rgf_status s2_training_create(s2_network *network, const s2_batch_shape *shape,
                                s2_training **training, s2rgf_error *err)
{
    const s2_kernels *kernels = NULL;
    const s2rgf_status status = s2_kernels_select(&kernels, err); /* the layers choose them again */
    *training = NULL;
    return status == S2RGF_OK ? network->ops->training_create(network, shape, training, err)
                              : status;
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
    if (training)
        training->ops->training_free(training);
}

void s2_weights_free(s2_weights *weights)
{
    if (weights)
        weights->ops->weights_free(weights);
}

void s2_run_free(s2_run *run)
{
    if (run)
        run->ops->run_free(run);
}
