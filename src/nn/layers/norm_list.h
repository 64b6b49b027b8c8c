/* The batch-norms of a network in training. */
#ifndef S2_NN_LAYERS_NORM_LIST_H
#define S2_NN_LAYERS_NORM_LIST_H

#include "nn/layers/trunk.h"

#define S2_NORM_MAX (6 * S2RGF_MAX_SOURCES + 10) /* two encoders a source, then the trunk */

/** Each with its state, both borrowed; empty when zeroed. */
typedef struct s2_norm_list {
    const s2_batchnorm *norm[S2_NORM_MAX];
    s2_batchnorm_state *state[S2_NORM_MAX];
    int count;
} s2_norm_list;

void s2_norm_list_add_unit(s2_norm_list *list, const s2_conv_unit *unit, s2_conv_unit_state *state);
/** Those of a frozen encoder keep their statistics and are left out. */
void s2_norm_list_add_encoder(s2_norm_list *list, const s2_source_encoder *encoder,
                              s2_source_encoder_state *state);
void s2_norm_list_add_trunk(s2_norm_list *list, const s2_trunk *trunk, s2_trunk_state *state);

/** What all of them use from the next forward on, s2_batchnorm_use(). */
void s2_norm_list_use(const s2_norm_list *list, s2_statistics statistics);

#endif
