/* The layers of a network as nodes of an ONNX graph: NCHW, batch-norms folded. */
#ifndef S2_NN_DENSE_ONNX_LAYERS_H
#define S2_NN_DENSE_ONNX_LAYERS_H

#include "format/onnx_graph.h"
#include "nn/layers/residual_block.h"
#include "nn/layers/spectral_encoder.h"

/**
 * In all functions name is the name of the value they make, and what its constants and the values
 * between are called after; in is the name of the value they read. Running out of memory shows in
 * graph->body.failed.
 */

/** Attributes of Resize: bilinear between pixel centres. */
#define S2_ONNX_LINEAR "mode = \"linear\", coordinate_transformation_mode = \"half_pixel\""

/** A convolution with all that follows it. */
typedef struct s2_onnx_kernel {
    s2_conv conv;
    const float *weight; /* [k][k][in][out] */
    const float *scale;  /* [out] of the weights, or NULL */
    const float *bias;   /* [out] */
    bool relu;
} s2_onnx_kernel;

void s2_onnx_conv(s2_onnx_graph *graph, const char *name, const char *in,
                  const s2_onnx_kernel *kernel);
void s2_onnx_unit(s2_onnx_graph *graph, const char *name, const char *in, const s2_conv_unit *unit);
void s2_onnx_block(s2_onnx_graph *graph, const char *name, const char *in,
                   const s2_residual_block *block);
/** Without a pool. */
void s2_onnx_spectral(s2_onnx_graph *graph, const char *name, const char *in,
                      const s2_spectral_encoder *encoder);

#endif
