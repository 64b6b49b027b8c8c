/* The loss: cross entropy over labelled pixels and the de-redundancy of the fused channels. */
#ifndef S2_NN_LOSS_H
#define S2_NN_LOSS_H

#include <stdint.h>

#include "nn/tensor.h"

#define S2_RELATION_EPS 1e-6

/**
 * Mean cross entropy over all labelled pixels of the batch, targets (1-e) on the class + e/K on
 * all.
 * logits in [n,h,w,K]; labels in [n][h][w], class index or -1; dlogits out (0 where unlabelled),
 * may be NULL Returns the loss, 0 where nothing is labelled.
 */
double s2_cross_entropy(const s2_map *logits, const int16_t *labels, double smoothing,
                        const s2_map *dlogits);

/** How the relation matrix R of the channels, rows Y of C x N over the valid positions, is made. */
typedef enum s2_relation_form {
    S2_RELATION_CORRELATION, /* correlation of the channels (ours) */
    S2_RELATION_SOFTMAX /* softmax along the rows, then along the columns of Y Y^T (published) */
} s2_relation_form;

/**
 * De-redundancy of y's channels, averaged over the maps of the batch:
 * mean_i (R_ii - 1)^2 + (1/C) sum_{i != j} R_ij^2.
 * dy added to, times weight. *loss out. Errors: NO_MEMORY. Source network.md 1.3
 */
s2rgf_status s2_relation_loss(s2_relation_form form, const s2_map *y, const uint8_t *valid,
                              double weight, const s2_map *dy, double *loss, s2rgf_error *err);

#endif
