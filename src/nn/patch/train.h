/* The patch network in training: layer by layer, batch statistics, everything backward needs is
   kept. */
#ifndef S2_NN_PATCH_TRAIN_H
#define S2_NN_PATCH_TRAIN_H

#include "core/geometry.h"
#include "core/random.h"
#include "nn/patch/network.h"

typedef struct s2_patch_train s2_patch_train;

/**
 * A batch of patches: shape has crops of 32 x 32. Errors: NO_MEMORY, INVALID_ARGUMENT. Memory:
 * s2_patch_train_free(). The network is borrowed.
 */
s2rgf_status s2_patch_train_create(s2_patch_network *network, const s2_batch_shape *shape,
                                   s2_patch_train **train, s2rgf_error *err);
void s2_patch_train_free(s2_patch_train *train);

/**
 * The batch to fill; owned by train. Sources off the reference grid are sampled to it, and are 0
 * where a pixel's centre is outside their window.
 */
s2_batch *s2_patch_train_batch(s2_patch_train *train);

/**
 * Forward with the statistics of s2_patch_train_use(), at first the batch's own. Only the label of a patch's centre counts, labels[n][16][16]; every
 * position counts in the statistics, valid or not.
 * dropout_source  stream for the dropout mask, NULL: no dropout
 * logits          out: scores of all patches [crops,1,1,K], owned by train; NULL: only labelled
 *                 patches are scored, which is all that backward needs
 */
s2rgf_status s2_patch_train_forward(s2_patch_train *train, double dropout,
                                    s2_random *dropout_source, const s2_map **logits,
                                    s2rgf_error *err);
/** Loss of the last forward and gradients of all parameters (set, not added to). */
s2rgf_status s2_patch_train_backward(s2_patch_train *train, const s2_loss_options *options,
                                     double *loss, s2rgf_error *err);

/** What all batch-norms use from the next forward on, s2_batchnorm_use(). */
void s2_patch_train_use(s2_patch_train *train, s2_statistics statistics);

#endif
