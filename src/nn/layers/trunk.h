/* What is between the encoders and the classifier in every network: both domains through ADRF and a
   neck each, SSJA, the head. */
#ifndef S2_NN_LAYERS_TRUNK_H
#define S2_NN_LAYERS_TRUNK_H

#include "nn/layers/adrf.h"
#include "nn/layers/loss.h"
#include "nn/layers/source_encoder.h"
#include "nn/layers/ssja.h"

/** What decides the trunk's shapes. */
typedef struct s2_trunk_shape {
    int in[S2_DOMAINS];       /* channels of the stacks */
    s2_conv neck[S2_DOMAINS]; /* from the outputs of ADRF to those of SSJA */
    bool pool;                /* 2 x 2, after the necks */
    int dilation, out;        /* of the head: of its block; channels */
    int adrf_cell_px, ssja_cell_px;
} s2_trunk_shape;

typedef struct s2_trunk {
    s2_adrf adrf[S2_DOMAINS];
    s2_conv_unit neck[S2_DOMAINS];
    s2_residual_block head_block;
    s2_conv_unit head_conv;
    bool pool;
    bool silent[S2_DOMAINS]; /* SSJA gets 0 from this domain */
    int ssja_cell_px;        /* 0: z = x1 + x2 */
} s2_trunk;

typedef struct s2_trunk_state {
    s2_adrf_state adrf[S2_DOMAINS];
    s2_conv_unit_state neck[S2_DOMAINS];
    s2_tensor_pair pooled[S2_DOMAINS]; /* empty without a pool */
    s2_ssja_state ssja;
    s2_tensor_pair fused; /* Z */
    s2_residual_block_state head_block;
    s2_conv_unit_state head_conv; /* head_conv.out is the output, head_conv.grad its gradient */
} s2_trunk_state;

/** What the trunk reads: features [n,h,w,in] and their gradients; valid in [n][h][w], all 1 where it
    pools. */
typedef struct s2_trunk_input {
    s2_tensor_pair features[S2_DOMAINS];
    const uint8_t *valid;
} s2_trunk_input;

/** What is switched off: attention, SSJA, a domain. */
void s2_trunk_declare(s2_trunk *trunk, s2_params *params, const s2_trunk_shape *shape,
                      const s2_ablations *off);
s2rgf_status s2_trunk_state_init(s2_trunk_state *state, const s2_trunk *trunk, int n, int h, int w,
                                 s2rgf_error *err);
void s2_trunk_state_clear(s2_trunk_state *state);
/** Errors: NO_MEMORY. */
s2rgf_status s2_trunk_forward(const s2_trunk *trunk, s2_trunk_state *state,
                              const s2_trunk_input *input, s2rgf_error *err);
/**
 * From state->head_conv.grad and the de-redundancy loss of both domains, which is added to *loss;
 * gradients of the features overwritten. Errors: NO_MEMORY.
 */
s2rgf_status s2_trunk_backward(const s2_trunk *trunk, s2_trunk_state *state,
                               const s2_trunk_input *input, const s2_loss_options *options,
                               double *loss, s2rgf_error *err);

#endif
