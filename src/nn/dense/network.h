/* The dense network: its structure and parameters. Executions: dense_train.h, dense_run.h. */
#ifndef S2_NN_DENSE_NETWORK_H
#define S2_NN_DENSE_NETWORK_H

#include "nn/layers/adrf.h"
#include "nn/layers/classifier.h"
#include "nn/layers/residual_block.h"
#include "nn/layers/spectral_encoder.h"
#include "nn/networks/networks.h"

#define S2_CELL_FEATURE_PX 8 /* side of a cell on the feature grid: 16 reference pixels */

typedef struct s2_dense_network {
    s2_network base;
    s2_spectral_encoder spectral[S2RGF_MAX_SOURCES];
    s2_residual_block spatial[S2RGF_MAX_SOURCES];
    s2_adrf adrf_spectral, adrf_spatial;
    s2_conv_unit neck_spectral, neck_spatial;
    s2_residual_block head_block;
    s2_conv_unit head_conv;
    s2_conv_unit detail;
    s2_classifier classifier;
} s2_dense_network;

/** Spectral width of a source: C for the rich one, C/4 for others. */
int s2_dense_spectral_width(const s2_network_spec *spec, int source);
/** Sum of all spectral widths. */
int s2_dense_spectral_total(const s2_network_spec *spec);

/* For the ops of the architecture, networks.h. */
s2rgf_status s2_dense_network_create(const s2_network_spec *spec, s2_network **network,
                                     s2rgf_error *err);

#endif
