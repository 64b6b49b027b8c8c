/* The dense network in training: layer by layer, batch statistics, everything backward needs is
   kept. */
#ifndef S2_NN_DENSE_TRAIN_H
#define S2_NN_DENSE_TRAIN_H

#include "core/geometry.h"
#include "core/random.h"
#include "nn/dense/network.h"

typedef struct s2_dense_train s2_dense_train;

/** Errors: NO_MEMORY, INVALID_ARGUMENT. Memory: s2_dense_train_free(). The network is borrowed. */
s2rgf_status s2_dense_train_create(s2_dense_network *network, const s2_batch_shape *shape,
                                   s2_dense_train **train, s2rgf_error *err);
void s2_dense_train_free(s2_dense_train *train);

/** The batch to fill; owned by train. */
s2_batch *s2_dense_train_batch(s2_dense_train *train);

/**
 * Forward with the statistics of s2_dense_train_use(), at first the batch's own.
 * dropout_source  stream for the dropout mask, NULL: no dropout
 * logits          out: scores of all pixels [crops,height,width,K], owned by train; NULL: only
 *                 labelled pixels
 *                 are scored, which is all that backward needs and much faster
 */
s2rgf_status s2_dense_train_forward(s2_dense_train *train, double dropout,
                                    s2_random *dropout_source, const s2_map **logits,
                                    s2rgf_error *err);
/** Loss of the last forward and gradients of all parameters (set, not added to). */
s2rgf_status s2_dense_train_backward(s2_dense_train *train, const s2_loss_options *options,
                                     double *loss, s2rgf_error *err);

/** What all batch-norms use from the next forward on, s2_batchnorm_use(). */
void s2_dense_train_use(s2_dense_train *train, s2_statistics statistics);

#endif
