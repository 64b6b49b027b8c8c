/* The batch-norms of a network in training. */
#include "nn/layers/norm_list.h"

#include <assert.h>

static void add_norm(s2_norm_list *list, const s2_batchnorm *norm, s2_batchnorm_state *state)
{
    assert(list->count < S2_NORM_MAX);
    list->norm[list->count] = norm;
    list->state[list->count++] = state;
}

void s2_norm_list_add_unit(s2_norm_list *list, const s2_conv_unit *unit, s2_conv_unit_state *state)
{
    add_norm(list, &unit->norm, &state->norm);
}

static void add_block(s2_norm_list *list, const s2_residual_block *block,
                      s2_residual_block_state *state)
{
    s2_norm_list_add_unit(list, &block->conv1, &state->conv1);
    s2_norm_list_add_unit(list, &block->conv2, &state->conv2);
    s2_norm_list_add_unit(list, &block->shortcut, &state->shortcut);
}

void s2_norm_list_add_encoder(s2_norm_list *list, const s2_source_encoder *encoder,
                              s2_source_encoder_state *state)
{
    const s2_spectral_encoder *spectral = &encoder->spectral;
    s2_norm_list constants = {0};
    s2_norm_list *to = s2_source_encoder_frozen(encoder) ? &constants : list;
    add_norm(to, &spectral->norm3, &state->spectral.norm3);
    add_norm(to, &spectral->norm5, &state->spectral.norm5);
    s2_norm_list_add_unit(to, &spectral->mix, &state->spectral.mix);
    add_block(to, &encoder->spatial, &state->spatial);
    s2_norm_list_use(&constants, S2_STATISTICS_SETTLED);
}

void s2_norm_list_add_trunk(s2_norm_list *list, const s2_trunk *trunk, s2_trunk_state *state)
{
    for (int d = 0; d < S2_DOMAINS; d++) {
        s2_norm_list_add_unit(list, &trunk->adrf[d].mix, &state->adrf[d].mix);
        s2_norm_list_add_unit(list, &trunk->neck[d], &state->neck[d]);
    }
    add_block(list, &trunk->head_block, &state->head_block);
    s2_norm_list_add_unit(list, &trunk->head_conv, &state->head_conv);
}

void s2_norm_list_use(const s2_norm_list *list, s2_statistics statistics)
{
    for (int i = 0; i < list->count; i++)
        s2_batchnorm_use(list->norm[i], list->state[i], statistics);
}
