/* The dense network as an ONNX graph, s2rgf_info(1). */
#ifndef S2_NN_DENSE_ONNX_H
#define S2_NN_DENSE_ONNX_H

#include "nn/dense/network.h"
#include "model/file.h"
#include "format/onnx_graph.h"

/**
 * Add inputs, nodes and outputs. content: the model that the network is of. Running out of memory
 * shows in graph->body.failed.
 */
void s2_dense_onnx(const s2_dense_network *network, const s2_model_content *content,
                   s2_onnx_graph *graph);

#endif
