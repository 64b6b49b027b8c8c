/* The relations over windows of cells, ADRF and SSJA, as nodes of an ONNX graph. */
#ifndef S2_NN_DENSE_ONNX_RELATIONS_H
#define S2_NN_DENSE_ONNX_RELATIONS_H

#include "format/onnx_graph.h"
#include "nn/layers/adrf.h"

/**
 * What the relations share: constants, and how many of the positions of every window count. valid
 * is the name of a tensor of 1 and 0, one channel, its sides multiples of cell_px.
 */
void s2_onnx_windows(s2_onnx_graph *graph, const char *valid, int cell_px);
/** name = ADRF of the tensor in. After s2_onnx_windows(). Memory shows in graph->body.failed. */
void s2_onnx_adrf(s2_onnx_graph *graph, const char *name, const char *in, const s2_adrf *adrf);
/** Channels of each of the tensors of SSJA, and the side of its cells. */
typedef struct s2_onnx_cells {
    int channels, cell_px;
} s2_onnx_cells;

/** name = SSJA of two tensors. After s2_onnx_windows(). Memory shows in graph->body.failed. */
void s2_onnx_ssja(s2_onnx_graph *graph, const char *name, const char *first, const char *second,
                  const s2_onnx_cells *size);

#endif
