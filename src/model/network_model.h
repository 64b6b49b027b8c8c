/* Between a network and the model file. */
#ifndef S2_MODEL_NETWORK_MODEL_H
#define S2_MODEL_NETWORK_MODEL_H

#include "format/onnx_graph.h"
#include "model/file.h"
#include "nn/networks/networks.h"

/**
 * Network with a copy of the model's weights, to run or to export. subject: what messages begin
 * with, the model's path. Errors: UNSUPPORTED (another network), FORMAT (tensor missing or of
 * another shape), NO_MEMORY. Memory: s2_network_free().
 */
s2rgf_status s2_network_from_model(const s2_model_content *content, const char *subject,
                                   s2_network **network, s2rgf_error *err);
/**
 * Add all parameters of the network, running statistics included, to the model's tensors. Errors:
 * NO_MEMORY.
 */
s2rgf_status s2_network_to_model(const s2_network *network, s2_model_content *content,
                                 s2rgf_error *err);
/**
 * As s2_model_rehearse() with the network's parameters as tensors; content has none before and
 * after.
 */
s2rgf_status s2_network_rehearse(const s2_network *network, s2_model_content *content,
                                 const char *path, s2rgf_error *err);
/**
 * The network of a model as an ONNX graph; subject as above. Errors: UNSUPPORTED (a network that
 * has no such form, a source with the name of an output), NO_MEMORY, those of
 * s2_network_from_model(). Memory: s2_onnx_clear(), also after an error.
 */
s2rgf_status s2_network_to_onnx(const s2_model_content *content, const char *subject,
                                s2_onnx_graph *graph, s2rgf_error *err);

#endif
