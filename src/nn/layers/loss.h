/* The loss: cross entropy over labelled pixels and the de-redundancy of the fused channels. */
#ifndef S2_NN_LAYERS_LOSS_H
#define S2_NN_LAYERS_LOSS_H

#include <stdint.h>

#include "nn/tensor.h"

#define S2_RELATION_EPS 1e-6

/** What the cross entropy is like. */
typedef struct s2_entropy_options {
    double smoothing; /* e: targets are (1-e) on the class + e/K on all */
    double balance;   /* b: a pixel weighs n^-b; 0: all pixels the same, 1: all classes the same */
} s2_entropy_options;

/**
 * Cross entropy of the labelled pixels of the batch: their mean, weighted by n^-b, n being the
 * number of pixels of the same class.
 * logits in [n,h,w,K]; labels in [n][h][w], class index or -1; class_weight tmp [K];
 * dlogits out (0 where unlabelled), may be NULL.
 * Returns the loss, 0 where nothing is labelled. Source: the weights are ours
 */
double s2_cross_entropy(const s2_tensor *logits, const int16_t *labels,
                        const s2_entropy_options *options, double *class_weight,
                        const s2_tensor *dlogits);

/** How the relation matrix R of the channels, rows Y of C x N over the valid positions, is made. */
typedef enum s2_relation_form {
    S2_RELATION_CORRELATION, /* correlation of the channels (ours) */
    S2_RELATION_SOFTMAX /* softmax along the rows, then along the columns of Y Y^T (published) */
} s2_relation_form;

/** Knobs of the loss. */
typedef struct s2_loss_options {
    s2_entropy_options entropy;
    double redundancy_weight, dropout;
    s2_relation_form relation;
} s2_loss_options;

/** What the de-redundancy is like. */
typedef struct s2_relation_options {
    s2_relation_form form;
    double weight;          /* of its gradient */
    struct s2_ranks *ranks; /* that hold other crops of the batch, or NULL */
} s2_relation_options;

/**
 * De-redundancy of y's channels, averaged over the crops of the batch:
 * mean_i (R_ii - 1)^2 + (1/C) sum_{i != j} R_ij^2.
 * dy added to, times weight. *loss out. Errors: NO_MEMORY. Source network.md 1.3
 */
s2rgf_status s2_relation_loss(const s2_relation_options *options, const s2_tensor *y,
                              const uint8_t *valid, const s2_tensor *dy, double *loss,
                              s2rgf_error *err);

#endif
