/* Folded and packed weights of the dense network. */
#ifndef S2_NN_DENSE_WEIGHTS_H
#define S2_NN_DENSE_WEIGHTS_H

#include "nn/dense/run.h"
#include "nn/run/folded.h"

/** The detail path, a sum over sources: relu(sum_s W_s f_s + b). The bias goes with source 0. */
typedef struct s2_weights_detail {
    s2_folded_conv part[S2RGF_MAX_SOURCES];
    bool ends_aligned; /* the last source on the reference grid, added last, has the ReLU */
} s2_weights_detail;

struct s2_dense_weights {
    s2_weights base;
    s2_folded_spectral spectral[S2RGF_MAX_SOURCES];
    s2_folded_block spatial[S2RGF_MAX_SOURCES];
    s2_folded_trunk trunk;
    s2_weights_detail detail;
    /* the hidden layer of the classifier, in parts: of the head, without bias, and of the detail */
    s2_folded_conv hidden_head, hidden_detail, out;
    s2_folded_expert expert[S2RGF_MAX_SOURCES];
};

#endif
