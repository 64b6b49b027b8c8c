/* The dense network as an ONNX graph, s2rgf_info(1). */
#ifndef S2_NN_DENSE_ONNX_H
#define S2_NN_DENSE_ONNX_H

#include "format/onnx_graph.h"
#include "nn/dense/network.h"

/* For the ops of the architecture, network_ops.h. */
void s2_dense_onnx(const s2_network *network, const s2_onnx_inputs *inputs, s2_onnx_graph *graph);

#endif
