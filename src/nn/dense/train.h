/* The dense network in training: layer by layer, batch statistics, everything backward needs is
   kept. */
#ifndef S2_NN_DENSE_TRAIN_H
#define S2_NN_DENSE_TRAIN_H

#include "nn/dense/network.h"
#include "nn/layers/resample.h"

typedef struct s2_dense_train {
    s2_training base;
    s2_dense_network *net;
    uint8_t *feature_valid; /* [crops][Hf][Wf] */
    s2_sampling *to_feature[S2RGF_MAX_SOURCES], *to_reference[S2RGF_MAX_SOURCES]; /* [crops] */
    s2_sampling *upsampling;                                                      /* [crops] */
    s2_source_encoder_state encoder[S2RGF_MAX_SOURCES];
    s2_tensor_pair stack[S2_DOMAINS]; /* all sources on the feature grid */
    s2_tensor_pair detail_stack;      /* spectral features on the reference grid */
    s2_trunk_state trunk;
    s2_conv_unit_state detail; /* output: the second half of joined */
    s2_tensor_pair joined;     /* upsampled head, then detail */
    s2_classifier_state classifier;
    s2_tensor scores; /* the classifier's scores of all pixels, seen as a tensor */
} s2_dense_train;

/* For the ops of the architecture, network_ops.h. */
s2rgf_status s2_dense_train_init(s2_training *training, s2rgf_error *err);
void s2_dense_train_clear(s2_training *training);
s2rgf_status s2_dense_train_forward(s2_training *training, double dropout,
                                    s2_random *dropout_source, const s2_tensor **logits,
                                    s2rgf_error *err);
s2rgf_status s2_dense_train_backward(s2_training *training, const s2_loss_options *options,
                                     double *loss, s2rgf_error *err);

#endif
