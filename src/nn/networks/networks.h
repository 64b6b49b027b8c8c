/* The architectures there are, and what is made of one. */
#ifndef S2_NN_NETWORKS_NETWORKS_H
#define S2_NN_NETWORKS_NETWORKS_H

#include "nn/networks/network_ops.h"

extern const s2_network_ops s2_dense_ops;
extern const s2_network_ops s2_patch_ops;

/** The architecture of this name. Errors: UNSUPPORTED, the message lists all names; NULL then. */
const s2_network_ops *s2_network_find(const char *subject, const char *name, s2rgf_error *err);

/* What these make is the caller's and borrows what they are given, but for s2_weights_create(),
   after which the network may be freed. */

/**
 * Structure with zero weights and unit statistics. Errors: INVALID_ARGUMENT (spec out of range).
 */
s2rgf_status s2_network_create(const s2_network_ops *ops, const s2_network_spec *spec,
                               s2_network **network, s2rgf_error *err);
/** Errors: INVALID_ARGUMENT (a shape that does not suit), those of s2_kernels_select(). */
s2rgf_status s2_training_create(s2_network *network, const s2_batch_shape *shape,
                                s2_training **training, s2rgf_error *err);
/** Errors: those of s2_kernels_select(). */
s2rgf_status s2_weights_create(const s2_network *network, s2_precision precision,
                               s2_weights **weights, s2rgf_error *err);
s2rgf_status s2_run_create(const s2_weights *weights, const s2_run_geometry *geometry,
                           const s2_tiling *tiling, s2_run **run, s2rgf_error *err);

/* All accept NULL. */
void s2_network_free(s2_network *network);
void s2_training_free(s2_training *training);
void s2_weights_free(s2_weights *weights);
void s2_run_free(s2_run *run);

#endif
