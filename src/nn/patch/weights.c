/* Folded and packed weights of the patch network. */
#include "nn/patch/weights.h"

static bool fold_spatial(s2_patch_spatial *to, const s2_residual_block *block)
{
    bool done =
        s2_fold_unit(&to->conv2, &block->conv2) && s2_fold_unit(&to->shortcut, &block->shortcut);
    for (int edge = 0; edge < S2_EDGES && done; edge++)
        done = s2_fold_unit_from(&to->conv1[edge], &block->conv1,
                                 edge == S2_EDGE_TOP || edge == S2_EDGE_CORNER,
                                 edge == S2_EDGE_LEFT || edge == S2_EDGE_CORNER);
    to->conv2.relu = true; /* of the sum: the shortcut is what the kernel adds */
    return done;
}

static bool fold_all(s2_patch_weights *to, const s2_patch_network *net)
{
    for (int s = 0; s < net->base.spec.sources; s++)
        if (!s2_fold_spectral(&to->spectral[s], &net->encoder[s].spectral) ||
            !fold_spatial(&to->spatial[s], &net->encoder[s].spatial))
            return false;
    return s2_fold_unit(&to->expand, &net->unfold.expand) &&
           s2_fold_unit(&to->reduce, &net->unfold.reduce) &&
           s2_fold_trunk(&to->trunk, &net->trunk) &&
           s2_fold_classifier(&to->classifier, &net->classifier) &&
           s2_fold_expert(to->expert, &net->base.expert, net->base.spec.sources);
}

bool s2_patch_weights_fold(s2_weights *weights, const s2_network *network)
{
    s2_patch_weights *own = (s2_patch_weights *)weights;
    own->kernel = weights->kernels->row;
    return fold_all(own, (const s2_patch_network *)network);
}

void s2_patch_weights_clear(s2_weights *base)
{
    s2_patch_weights *weights = (s2_patch_weights *)base;
    for (int s = 0; s < S2RGF_MAX_SOURCES; s++) {
        s2_folded_spectral_clear(&weights->spectral[s]);
        for (int edge = 0; edge < S2_EDGES; edge++)
            s2_folded_conv_clear(&weights->spatial[s].conv1[edge]);
        s2_folded_conv_clear(&weights->spatial[s].conv2);
        s2_folded_conv_clear(&weights->spatial[s].shortcut);
        s2_folded_expert_clear(&weights->expert[s]);
    }
    s2_folded_conv_clear(&weights->expand);
    s2_folded_conv_clear(&weights->reduce);
    s2_folded_trunk_clear(&weights->trunk);
    s2_folded_classifier_clear(&weights->classifier);
}
