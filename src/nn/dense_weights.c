/* Folded and packed weights of the dense network. */
#include "nn/dense_weights.h"

#include "core/error.h"
#include "core/memory.h"

static bool fold_all(s2_dense_weights *to, const s2_dense_network *net)
{
    for (int s = 0; s < net->spec.sources; s++)
        if (!s2_fold_spectral(&to->spectral[s], &net->spectral[s]) ||
            !s2_fold_block(&to->spatial[s], &net->spatial[s]))
            return false;
    return s2_fold_adrf(&to->adrf_spectral, &net->adrf_spectral) &&
           s2_fold_adrf(&to->adrf_spatial, &net->adrf_spatial) &&
           s2_fold_unit(&to->neck_spectral, &net->neck_spectral) &&
           s2_fold_unit(&to->neck_spatial, &net->neck_spatial) &&
           s2_fold_block(&to->head_block, &net->head_block) &&
           s2_fold_unit(&to->head_conv, &net->head_conv) &&
           s2_fold_unit(&to->detail, &net->detail) &&
           s2_fold_classifier(&to->classifier, &net->classifier);
}

/* Weights for Winograd, where the kernels have it. */
static bool transform_all(s2_dense_weights *to)
{
    if (!to->kernels->winograd)
        return true;
    for (int s = 0; s < to->spec.sources; s++)
        if (!s2_fold_winograd(&to->spatial[s].conv1) || !s2_fold_winograd(&to->spatial[s].conv2))
            return false;
    return s2_fold_winograd(&to->neck_spectral) && s2_fold_winograd(&to->neck_spatial) &&
           s2_fold_winograd(&to->head_block.conv1) && s2_fold_winograd(&to->head_block.conv2) &&
           s2_fold_winograd(&to->head_conv);
}

s2rgf_status s2_dense_weights_create(const s2_dense_network *network, s2_dense_weights **weights,
                                     s2rgf_error *err)
{
    *weights = NULL;
    s2_dense_weights *own = s2_calloc(1, sizeof *own);
    if (!own)
        return s2_fail_memory(err, "weights");
    own->spec = network->spec;
    s2rgf_status status = s2_kernels_select(&own->kernels, err);
    if (status == S2RGF_OK && !(fold_all(own, network) && transform_all(own)))
        status = s2_fail_memory(err, "weights");
    if (status == S2RGF_OK)
        *weights = own;
    else
        s2_dense_weights_free(own);
    return status;
}

void s2_dense_weights_free(s2_dense_weights *weights)
{
    if (!weights)
        return;
    for (int s = 0; s < S2RGF_MAX_SOURCES; s++) {
        s2_folded_spectral_clear(&weights->spectral[s]);
        s2_folded_block_clear(&weights->spatial[s]);
    }
    s2_folded_adrf_clear(&weights->adrf_spectral);
    s2_folded_adrf_clear(&weights->adrf_spatial);
    s2_folded_conv_clear(&weights->neck_spectral);
    s2_folded_conv_clear(&weights->neck_spatial);
    s2_folded_block_clear(&weights->head_block);
    s2_folded_conv_clear(&weights->head_conv);
    s2_folded_conv_clear(&weights->detail);
    s2_folded_classifier_clear(&weights->classifier);
    s2_free(weights);
}
