/* Folded and packed weights of the dense network. */
#ifndef S2_NN_DENSE_WEIGHTS_H
#define S2_NN_DENSE_WEIGHTS_H

#include "nn/dense_run.h"
#include "nn/folded.h"

struct s2_dense_weights {
    s2_network_spec spec;
    const s2_kernels *kernels;
    s2_folded_spectral spectral[S2RGF_MAX_SOURCES];
    s2_folded_block spatial[S2RGF_MAX_SOURCES];
    s2_folded_adrf adrf_spectral, adrf_spatial;
    s2_folded_conv neck_spectral, neck_spatial;
    s2_folded_block head_block;
    s2_folded_conv head_conv, detail;
    s2_folded_classifier classifier;
};

#endif
