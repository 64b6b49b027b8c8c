/* The patch network in training: layer by layer, batch statistics, everything backward needs is
   kept. */
#ifndef S2_NN_PATCH_TRAIN_H
#define S2_NN_PATCH_TRAIN_H

#include "nn/layers/resample.h"
#include "nn/patch/network.h"

typedef struct s2_patch_train {
    s2_training base;
    s2_patch_network *net;
    uint8_t *all_valid;                     /* [crops][16][16] ones */
    int16_t *labels;                        /* [crops] of the centres */
    s2_tensor reference[S2RGF_MAX_SOURCES]; /* sampled to the reference grid, where it is needed */
    s2_sampling *sampling[S2RGF_MAX_SOURCES]; /* [crops] */
    s2_source_encoder_state encoder[S2RGF_MAX_SOURCES];
    s2_tensor_pair stack[S2_DOMAINS]; /* all sources on the feature grid */
    s2_unfold_state unfold;
    s2_trunk_state trunk;
    s2_tensor_pair flat; /* pooled head */
    s2_classifier_state classifier;
    s2_tensor scores; /* the classifier's scores of all patches, seen as a tensor */
} s2_patch_train;

/* For the ops of the architecture, network_ops.h. A batch has crops of 32 x 32; of a crop only the
   label at its centre counts, but every position counts in the statistics, valid or not. Sources
   off the reference grid are sampled to it, and are 0 where a pixel's centre is outside their
   rectangle. */
s2rgf_status s2_patch_train_init(s2_training *training, s2rgf_error *err);
void s2_patch_train_clear(s2_training *training);
s2rgf_status s2_patch_train_forward(s2_training *training, double dropout,
                                    s2_random *dropout_source, const s2_tensor **logits,
                                    s2rgf_error *err);
s2rgf_status s2_patch_train_backward(s2_training *training, const s2_loss_options *options,
                                     double *loss, s2rgf_error *err);

#endif
