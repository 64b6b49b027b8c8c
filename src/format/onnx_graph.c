/* Building an ONNX graph. Numbers of fields are those of onnx.proto. */
#include "format/onnx_graph.h"

#include <assert.h>
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/number.h"

#define IR_VERSION 8
#define NODE_BYTES 2048 /* a node's text */

enum { MODEL_IR = 1, MODEL_PRODUCER, MODEL_PRODUCER_VERSION, MODEL_GRAPH = 7, MODEL_OPSET };
enum { MODEL_METADATA = 14, METADATA_KEY = 1, METADATA_VALUE, OPSET_VERSION = 2 };
enum { GRAPH_NODE = 1, GRAPH_NAME, GRAPH_CONSTANT = 5, GRAPH_INPUT = 11, GRAPH_OUTPUT };
enum { NODE_INPUT = 1, NODE_OUTPUT, NODE_NAME, NODE_OPERATOR, NODE_ATTRIBUTE };
enum { ATTRIBUTE_NAME = 1, ATTRIBUTE_INT = 3, ATTRIBUTE_TEXT, ATTRIBUTE_INTS = 8 };
enum { ATTRIBUTE_TYPE = 20, TYPE_INT = 2, TYPE_TEXT = 3, TYPE_INTS = 7 };
enum { TENSOR_DIMS = 1, TENSOR_TYPE, TENSOR_NAME = 8, TENSOR_RAW };
enum { VALUE_NAME = 1, VALUE_TYPE, TYPE_TENSOR = 1, TENSOR_ELEMENT = 1, TENSOR_SHAPE };
enum { SHAPE_DIM = 1, DIM_VALUE = 1, DIM_SYMBOL };

/* Types of elements. */
typedef enum element_type { ELEMENT_FLOAT = 1, ELEMENT_INT64 = 7 } element_type;

/* ---- names ---------------------------------------------------------------------------------- */

/* A field with what a name stands for. */
static void put_word(const s2_onnx_graph *graph, s2_protobuf *message, int field, const char *word,
                     size_t length)
{
    char full[S2_ONNX_NAME_BYTES];
    const char *scope = length > 0 && word[0] == '.' && graph->scope ? graph->scope : "";
    const int bytes = snprintf(full, sizeof full, "%s%.*s", scope, (int)length, word);
    assert(bytes >= 0 && (size_t)bytes < sizeof full);
    (void)bytes;
    s2_protobuf_put_text(message, field, full);
}

static void put_graph_name(const s2_onnx_graph *graph, s2_protobuf *message, int field,
                           const char *name)
{
    put_word(graph, message, field, name, strlen(name));
}

/* ---- nodes ---------------------------------------------------------------------------------- */

static void skip_blanks(const char **at)
{
    *at += strspn(*at, " ");
}

/* The character c is next, and is passed. */
static bool pass(const char **at, char c)
{
    skip_blanks(at);
    const bool found = **at == c;
    *at += found;
    return found;
}

static void expect(const char **at, char c)
{
    const bool found = pass(at, c);
    assert(found);
    (void)found;
}

/* A word, which may be empty; its length. */
static size_t take_word(const char **at, const char **word)
{
    skip_blanks(at);
    *word = *at;
    while (isalnum((unsigned char)**at) || (**at && strchr("._-", **at)))
        ++*at;
    return (size_t)(*at - *word);
}

static int64_t take_number(const char **at)
{
    char *end;
    const int64_t value = strtoll(*at, &end, 10);
    assert(end != *at);
    *at = end;
    return value;
}

/* The value of an attribute: 3, [1, 2] or "text". */
static void take_attribute_value(const char **at, s2_protobuf *attribute)
{
    int type = TYPE_INT;
    if (pass(at, '[')) {
        type = TYPE_INTS;
        do
            s2_protobuf_put_int(attribute, ATTRIBUTE_INTS, take_number(at));
        while (pass(at, ','));
        expect(at, ']');
    } else if (pass(at, '"')) {
        const size_t length = strcspn(*at, "\"");
        type = TYPE_TEXT;
        s2_protobuf_put_bytes(attribute, ATTRIBUTE_TEXT, *at, length);
        *at += length;
        expect(at, '"');
    } else {
        s2_protobuf_put_int(attribute, ATTRIBUTE_INT, take_number(at));
    }
    s2_protobuf_put_int(attribute, ATTRIBUTE_TYPE, type);
}

static void take_attributes(const char **at, s2_protobuf *node)
{
    do {
        s2_protobuf attribute = {0};
        const char *name;
        const size_t length = take_word(at, &name);
        s2_protobuf_put_bytes(&attribute, ATTRIBUTE_NAME, name, length);
        expect(at, '=');
        take_attribute_value(at, &attribute);
        s2_protobuf_put_message(node, NODE_ATTRIBUTE, &attribute);
    } while (pass(at, ','));
    expect(at, '>');
}

/* "y = Op <...> (x, w)"; the node has the name of its output. */
static void take_node(const s2_onnx_graph *graph, const char *at, s2_protobuf *node)
{
    const char *word;
    size_t length = take_word(&at, &word);
    put_word(graph, node, NODE_OUTPUT, word, length);
    put_word(graph, node, NODE_NAME, word, length);
    expect(&at, '=');
    length = take_word(&at, &word);
    s2_protobuf_put_bytes(node, NODE_OPERATOR, word, length);
    if (pass(&at, '<'))
        take_attributes(&at, node);
    expect(&at, '(');
    do {
        length = take_word(&at, &word);
        put_word(graph, node, NODE_INPUT, word, length);
    } while (pass(&at, ','));
    expect(&at, ')');
    assert(*at == '\0');
}

void s2_onnx_add(s2_onnx_graph *graph, const char *format, ...)
{
    char text[NODE_BYTES];
    s2_protobuf node = {0};
    va_list args;
    va_start(args, format);
    const int bytes = s2_vsnprintf(text, sizeof text, format, args);
    va_end(args);
    assert(bytes > 0 && (size_t)bytes < sizeof text);
    (void)bytes;
    take_node(graph, text, &node);
    s2_protobuf_put_message(&graph->body, GRAPH_NODE, &node);
}

/* ---- constants ------------------------------------------------------------------------------ */

/* values: little endian, as all machines are that this software runs on */
static void put_constant(s2_onnx_graph *graph, const char *name, element_type type,
                         s2_protobuf *tensor, const void *values, size_t bytes)
{
    s2_protobuf_put_int(tensor, TENSOR_TYPE, type);
    put_graph_name(graph, tensor, TENSOR_NAME, name);
    s2_protobuf_put_bytes(tensor, TENSOR_RAW, values, bytes);
    s2_protobuf_put_message(&graph->body, GRAPH_CONSTANT, tensor);
}

void s2_onnx_put_floats(s2_onnx_graph *graph, const char *name, const int *dims, int rank,
                        const float *values)
{
    s2_protobuf tensor = {0};
    size_t count = 1;
    for (int i = 0; i < rank; i++) {
        s2_protobuf_put_int(&tensor, TENSOR_DIMS, dims[i]);
        count *= (size_t)dims[i];
    }
    put_constant(graph, name, ELEMENT_FLOAT, &tensor, values, count * sizeof *values);
}

void s2_onnx_put_number(s2_onnx_graph *graph, const char *name, float value)
{
    s2_onnx_put_floats(graph, name, NULL, 0, &value);
}

void s2_onnx_put_ints(s2_onnx_graph *graph, const char *name, const int64_t *values, int count)
{
    s2_protobuf tensor = {0};
    s2_protobuf_put_int(&tensor, TENSOR_DIMS, count);
    put_constant(graph, name, ELEMENT_INT64, &tensor, values, (size_t)count * sizeof *values);
}

/* ---- inputs, outputs, the file ---------------------------------------------------------------- */

static void put_value(s2_onnx_graph *graph, int field, const char *name, const s2_onnx_axis *axes)
{
    s2_protobuf shape = {0}, tensor = {0}, type = {0}, value = {0};
    for (int i = 0; i < S2_ONNX_RANK; i++) {
        s2_protobuf axis = {0};
        if (axes[i].symbol)
            s2_protobuf_put_text(&axis, DIM_SYMBOL, axes[i].symbol);
        else
            s2_protobuf_put_int(&axis, DIM_VALUE, axes[i].size);
        s2_protobuf_put_message(&shape, SHAPE_DIM, &axis);
    }
    s2_protobuf_put_int(&tensor, TENSOR_ELEMENT, ELEMENT_FLOAT);
    s2_protobuf_put_message(&tensor, TENSOR_SHAPE, &shape);
    s2_protobuf_put_message(&type, TYPE_TENSOR, &tensor);
    put_graph_name(graph, &value, VALUE_NAME, name);
    s2_protobuf_put_message(&value, VALUE_TYPE, &type);
    s2_protobuf_put_message(&graph->body, field, &value);
}

void s2_onnx_put_input(s2_onnx_graph *graph, const char *name, const s2_onnx_axis *axes)
{
    put_value(graph, GRAPH_INPUT, name, axes);
}

void s2_onnx_put_output(s2_onnx_graph *graph, const char *name, const s2_onnx_axis *axes)
{
    put_value(graph, GRAPH_OUTPUT, name, axes);
}

void s2_onnx_finish(s2_onnx_graph *graph, const char *description, s2_protobuf *model)
{
    s2_protobuf opset = {0}, metadata = {0};
    *model = (s2_protobuf){0};
    s2_protobuf_put_int(model, MODEL_IR, IR_VERSION);
    s2_protobuf_put_text(model, MODEL_PRODUCER, "s2rgf");
    s2_protobuf_put_text(model, MODEL_PRODUCER_VERSION, s2rgf_version());
    s2_protobuf_put_text(&graph->body, GRAPH_NAME, "s2rgf");
    s2_protobuf_put_message(model, MODEL_GRAPH, &graph->body);
    s2_protobuf_put_int(&opset, OPSET_VERSION, S2_ONNX_OPSET);
    s2_protobuf_put_message(model, MODEL_OPSET, &opset);
    s2_protobuf_put_text(&metadata, METADATA_KEY, "s2rgf");
    s2_protobuf_put_text(&metadata, METADATA_VALUE, description);
    s2_protobuf_put_message(model, MODEL_METADATA, &metadata);
}

void s2_onnx_clear(s2_onnx_graph *graph)
{
    s2_protobuf_clear(&graph->body);
}
