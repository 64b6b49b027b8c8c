/* The patch network in training: layer by layer, batch statistics, everything backward needs is
   kept. */
#ifndef S2_NN_PATCH_TRAIN_H
#define S2_NN_PATCH_TRAIN_H

#include "nn/patch/network.h"

/* For the ops of the architecture, networks.h. A batch has crops of 32 x 32; of a crop only the label at
   its centre counts, but every position counts in the statistics, valid or not. Sources off the
   reference grid are sampled to it, and are 0 where a pixel's centre is outside their rectangle. */
s2rgf_status s2_patch_train_create(s2_network *network, const s2_batch_shape *shape,
                                   s2_training **training, s2rgf_error *err);
void s2_patch_train_free(s2_training *training);
s2rgf_status s2_patch_train_forward(s2_training *training, double dropout,
                                    s2_random *dropout_source, const s2_tensor **logits,
                                    s2rgf_error *err);
s2rgf_status s2_patch_train_backward(s2_training *training, const s2_loss_options *options,
                                     double *loss, s2rgf_error *err);

#endif
