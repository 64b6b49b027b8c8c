/* The dense network in training: layer by layer, batch statistics, everything backward needs is
   kept. */
#ifndef S2_NN_DENSE_TRAIN_H
#define S2_NN_DENSE_TRAIN_H

#include "nn/dense/network.h"

/* For the ops of the architecture, networks.h. */
s2rgf_status s2_dense_train_create(s2_network *network, const s2_batch_shape *shape,
                                   s2_training **training, s2rgf_error *err);
void s2_dense_train_free(s2_training *training);
s2rgf_status s2_dense_train_forward(s2_training *training, double dropout,
                                    s2_random *dropout_source, const s2_tensor **logits,
                                    s2rgf_error *err);
s2rgf_status s2_dense_train_backward(s2_training *training, const s2_loss_options *options,
                                     double *loss, s2rgf_error *err);

#endif
