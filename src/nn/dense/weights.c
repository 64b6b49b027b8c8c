/* Folded and packed weights of the dense network. */
#include "nn/dense/weights.h"

static bool fold_detail(s2_dense_weights *to, const s2_dense_network *net)
{
    s2_weights_detail *detail = &to->detail;
    int first = 0;
    int last_aligned = -1;
    for (int s = 0; s < net->base.spec.sources; s++) {
        const int width = s2_dense_spectral_width(&net->base.spec, s);
        if (!s2_fold_unit_inputs(&detail->part[s], &net->detail, first, width))
            return false;
        first += width;
        last_aligned = net->base.spec.on_reference[s] ? s : last_aligned;
    }
    detail->ends_aligned = last_aligned >= 0;
    if (detail->ends_aligned)
        detail->part[last_aligned].relu = true;
    return true;
}

/* Of the joined features the head's come first. */
static bool fold_classifier(s2_dense_weights *to, const s2_classifier *classifier)
{
    const int c = to->base.spec.channels;
    const int *hidden = classifier->hidden_weight->dims;
    const int *out = classifier->out_weight->dims;
    const float *w = classifier->hidden_weight->value;
    const s2_conv half = {1, 1, 1, c, hidden[1]};
    const bool done = s2_fold_linear(&to->hidden_head, half, w, NULL) &&
                      s2_fold_linear(&to->hidden_detail, half, w + (size_t)c * (size_t)hidden[1],
                                     classifier->hidden_bias->value) &&
                      s2_fold_linear(&to->out, (s2_conv){1, 1, 1, out[0], out[1]},
                                     classifier->out_weight->value, classifier->out_bias->value);
    to->hidden_detail.relu = true;
    return done;
}

static bool fold_all(s2_dense_weights *to, const s2_dense_network *net)
{
    for (int s = 0; s < net->base.spec.sources; s++)
        if (!s2_fold_spectral(&to->spectral[s], &net->encoder[s].spectral) ||
            !s2_fold_block(&to->spatial[s], &net->encoder[s].spatial))
            return false;
    return s2_fold_trunk(&to->trunk, &net->trunk) && fold_detail(to, net) &&
           fold_classifier(to, &net->classifier) &&
           s2_fold_expert(to->expert, &net->base.expert, net->base.spec.sources);
}

/* Weights for Winograd, where the kernels have it. */
static bool transform_all(s2_dense_weights *to)
{
    s2_folded_trunk *trunk = &to->trunk;
    if (!to->base.kernels->winograd)
        return true;
    for (int s = 0; s < to->base.spec.sources; s++)
        if (!s2_fold_winograd(&to->spatial[s].conv1) || !s2_fold_winograd(&to->spatial[s].conv2))
            return false;
    return s2_fold_winograd(&trunk->neck[S2_SPECTRAL]) &&
           s2_fold_winograd(&trunk->neck[S2_SPATIAL]) &&
           s2_fold_winograd(&trunk->head_block.conv1) &&
           s2_fold_winograd(&trunk->head_block.conv2) && s2_fold_winograd(&trunk->head_conv);
}

bool s2_dense_weights_fold(s2_weights *weights, const s2_network *network)
{
    s2_dense_weights *own = (s2_dense_weights *)weights;
    return fold_all(own, (const s2_dense_network *)network) && transform_all(own);
}

void s2_dense_weights_clear(s2_weights *base)
{
    s2_dense_weights *weights = (s2_dense_weights *)base;
    for (int s = 0; s < S2RGF_MAX_SOURCES; s++) {
        s2_folded_spectral_clear(&weights->spectral[s]);
        s2_folded_block_clear(&weights->spatial[s]);
        s2_folded_conv_clear(&weights->detail.part[s]);
        s2_folded_expert_clear(&weights->expert[s]);
    }
    s2_folded_trunk_clear(&weights->trunk);
    s2_folded_conv_clear(&weights->hidden_head);
    s2_folded_conv_clear(&weights->hidden_detail);
    s2_folded_conv_clear(&weights->out);
}
