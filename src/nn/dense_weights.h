/* Folded and packed weights of the dense network. */
#ifndef S2_NN_DENSE_WEIGHTS_H
#define S2_NN_DENSE_WEIGHTS_H

#include "nn/dense_run.h"
#include "nn/kernels.h"

/** A convolution with its batch-norm folded in: packed weights and padded bias. */
typedef struct s2_folded_conv {
    s2_conv conv;
    bool relu;
    float *w, *bias;
} s2_folded_conv;

/** A spectral encoder: the two filters, and the mix into which all three batch-norms are folded. */
typedef struct s2_folded_spectral {
    float filter3[3], filter5[5], bias3, bias5;
    s2_folded_conv mix;
} s2_folded_spectral;

typedef struct s2_folded_block {
    s2_folded_conv conv1, conv2, shortcut; /* relu follows the sum of conv2 and shortcut */
} s2_folded_block;

typedef struct s2_folded_adrf {
    s2_folded_conv from_mean, from_std, mix;
} s2_folded_adrf;

struct s2_dense_weights {
    s2_network_spec spec;
    s2_kernel_row_function kernel;
    s2_folded_spectral spectral[S2RGF_MAX_SOURCES];
    s2_folded_block spatial[S2RGF_MAX_SOURCES];
    s2_folded_adrf adrf_spectral, adrf_spatial;
    s2_folded_conv neck_spectral, neck_spatial;
    s2_folded_block head_block;
    s2_folded_conv head_conv, detail, hidden, out;
};

#endif
