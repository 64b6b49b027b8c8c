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

void s2_norm_list_add_block(s2_norm_list *list, const s2_residual_block *block,
                            s2_residual_block_state *state)
{
    s2_norm_list_add_unit(list, &block->conv1, &state->conv1);
    s2_norm_list_add_unit(list, &block->conv2, &state->conv2);
    s2_norm_list_add_unit(list, &block->shortcut, &state->shortcut);
}

void s2_norm_list_add_encoder(s2_norm_list *list, const s2_spectral_encoder *encoder,
                              s2_spectral_encoder_state *state)
{
    add_norm(list, &encoder->norm3, &state->norm3);
    add_norm(list, &encoder->norm5, &state->norm5);
    s2_norm_list_add_unit(list, &encoder->mix, &state->mix);
}

void s2_norm_list_use(const s2_norm_list *list, s2_statistics statistics)
{
    for (int i = 0; i < list->count; i++)
        s2_batchnorm_use(list->norm[i], list->state[i], statistics);
}
