/* The dense network: its structure and parameters. Executions: dense_train.h, dense_run.h. */
#ifndef S2_NN_DENSE_NETWORK_H
#define S2_NN_DENSE_NETWORK_H

#include "nn/layers/classifier.h"
#include "nn/layers/source_encoder.h"
#include "nn/layers/trunk.h"
#include "nn/networks/network_ops.h"

#define S2_CELL_FEATURE_PX 8 /* side of a cell on the feature grid: 16 reference pixels */

typedef struct s2_dense_network {
    s2_network base;
    s2_source_encoder encoder[S2RGF_MAX_SOURCES];
    s2_trunk trunk; /* gives the head, on the feature grid */
    s2_conv_unit detail;
    s2_classifier classifier; /* of the head on the reference grid, and of detail */
} s2_dense_network;

/** Spectral width of a source: C for the rich one, C/4 for others. */
int s2_dense_spectral_width(const s2_network_spec *spec, int source);
/** Sum of the widths of the sources before it. */
int s2_dense_spectral_first(const s2_network_spec *spec, int source);
/** Sum of all spectral widths. */
int s2_dense_spectral_total(const s2_network_spec *spec);

/* For the ops of the architecture, network_ops.h. */
void s2_dense_declare(s2_network *network);

#endif
