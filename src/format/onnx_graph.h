/* Building an ONNX graph: https://onnx.ai, operator set 15. */
#ifndef S2_FORMAT_ONNX_GRAPH_H
#define S2_FORMAT_ONNX_GRAPH_H

#include "format/protobuf.h"
#include "s2rgf/base.h"

#define S2_ONNX_OPSET 15
#define S2_ONNX_NAME_BYTES 96   /* a value's name with its zero */
#define S2_ONNX_LOGITS "logits" /* outputs of every network */
#define S2_ONNX_PROBABILITIES "probabilities"
#define S2_ONNX_RANK 4 /* axes of inputs and outputs */

/**
 * A graph being built; start from {0}. A name that begins with '.' stands for scope + name wherever
 * one is given. Running out of memory is remembered in body.failed. Memory: s2_onnx_clear().
 */
typedef struct s2_onnx_graph {
    const char *scope; /* borrowed; NULL: none */
    s2_protobuf body;  /* GraphProto */
} s2_onnx_graph;

/** A source of an exported network: (x - mean) * rate is what its encoders read. */
typedef struct s2_onnx_source {
    const char *name;
    const float *mean, *rate; /* [bands]; rate 1 / std, 0 where the source is switched off */
} s2_onnx_source;

/**
 * What turns pixels in their own units into what a network reads, and scores into probabilities.
 */
typedef struct s2_onnx_inputs {
    s2_onnx_source source[S2RGF_MAX_SOURCES];
    int reference; /* index of the source on the reference grid */
    float temperature;
} s2_onnx_inputs;

/** One axis of an input or output. */
typedef struct s2_onnx_axis {
    const char *symbol; /* a size that the caller of the graph chooses; NULL: it is fixed */
    int size;
} s2_onnx_axis;

/**
 * Add a node, written as in ONNX's textual syntax: "y = Op <axis = 1, pads = [1, 1], mode = \"a\"> (x,
 * w, b)". An omitted input is empty. Attributes are whole numbers, lists of them, and texts.
 * format  in  the programmer's, not a user's: that it is well-formed is asserted
 */
void s2_onnx_add(s2_onnx_graph *graph, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/** A constant of numbers. dims in [rank], rank 0: a scalar. */
void s2_onnx_put_floats(s2_onnx_graph *graph, const char *name, const int *dims, int rank,
                        const float *values);
/** A constant number. */
void s2_onnx_put_number(s2_onnx_graph *graph, const char *name, float value);
/** A constant list of whole numbers. */
void s2_onnx_put_ints(s2_onnx_graph *graph, const char *name, const int64_t *values, int count);

/** An input or output of numbers. axes in [S2_ONNX_RANK] */
void s2_onnx_put_input(s2_onnx_graph *graph, const char *name, const s2_onnx_axis *axes);
void s2_onnx_put_output(s2_onnx_graph *graph, const char *name, const s2_onnx_axis *axes);

/**
 * The whole file, ModelProto. graph is used up; description becomes the metadata property "s2rgf".
 * Memory: s2_protobuf_clear() of *model, check its member failed.
 */
void s2_onnx_finish(s2_onnx_graph *graph, const char *description, s2_protobuf *model);
void s2_onnx_clear(s2_onnx_graph *graph);

#endif
