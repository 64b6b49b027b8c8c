/* The layers of a network as nodes of an ONNX graph. */
#include "nn/dense/onnx_layers.h"

#include <stdio.h>

#include "core/memory.h"
#include "nn/run/folded.h"

/* The kernel as ONNX wants it, [out][in][k][k]. */
static void put_weight(s2_onnx_graph *graph, const char *name, const s2_onnx_kernel *kernel)
{
    const s2_conv *conv = &kernel->conv;
    const size_t taps = (size_t)conv->kernel * (size_t)conv->kernel;
    const size_t in = (size_t)conv->in, out = (size_t)conv->out;
    const int dims[] = {conv->out, conv->in, conv->kernel, conv->kernel};
    float *turned = s2_alloc(taps * in * out, sizeof(float));
    if (!turned) {
        graph->body.failed = true;
        return;
    }
    for (size_t t = 0; t < taps; t++)
        for (size_t i = 0; i < in; i++)
            for (size_t o = 0; o < out; o++)
                turned[(o * in + i) * taps + t] = kernel->weight[(t * in + i) * out + o] *
                                                  (kernel->scale ? kernel->scale[o] : 1.0f);
    s2_onnx_put_floats(graph, name, dims, 4, turned);
    s2_free(turned);
}

void s2_onnx_conv(s2_onnx_graph *graph, const char *name, const char *in,
                  const s2_onnx_kernel *kernel)
{
    const s2_conv *conv = &kernel->conv;
    const int pad = conv->dilation * (conv->kernel - 1) / 2;
    char constant[S2_ONNX_NAME_BYTES];
    snprintf(constant, sizeof constant, "%s.weight", name);
    put_weight(graph, constant, kernel);
    snprintf(constant, sizeof constant, "%s.bias", name);
    s2_onnx_put_floats(graph, constant, &conv->out, 1, kernel->bias);
    s2_onnx_add(graph,
                "%s%s = Conv <kernel_shape = [%d, %d], strides = [%d, %d], dilations = [%d, %d], "
                "pads = [%d, %d, %d, %d]> (%s, %s.weight, %s.bias)",
                name, kernel->relu ? ".linear" : "", conv->kernel, conv->kernel, conv->stride,
                conv->stride, conv->dilation, conv->dilation, pad, pad, pad, pad, in, name, name);
    if (kernel->relu)
        s2_onnx_add(graph, "%s = Relu (%s.linear)", name, name);
}

void s2_onnx_unit(s2_onnx_graph *graph, const char *name, const char *in, const s2_conv_unit *unit)
{
    float scale[S2_FOLDED_MAX];
    float shift[S2_FOLDED_MAX];
    s2_fold_shift(unit, scale, shift);
    s2_onnx_conv(graph, name, in,
                 &(s2_onnx_kernel){unit->conv, unit->weight->value, scale, shift, unit->relu});
}

void s2_onnx_block(s2_onnx_graph *graph, const char *name, const char *in,
                   const s2_residual_block *block)
{
    const char *outer = graph->scope;
    graph->scope = name;
    s2_onnx_unit(graph, ".conv1", in, &block->conv1);
    s2_onnx_unit(graph, ".conv2", ".conv1", &block->conv2);
    s2_onnx_unit(graph, ".shortcut", in, &block->shortcut);
    s2_onnx_add(graph, ".sum = Add (.conv2, .shortcut)");
    graph->scope = outer;
    s2_onnx_add(graph, "%s = Relu (%s.sum)", name, name);
}

/* Both filters along the bands as one convolution of two outputs, the shorter one filled up with
   0. */
static void put_filters(s2_onnx_graph *graph, const s2_spectral_encoder *encoder)
{
    const float *three = encoder->weight3->value;
    const float *five = encoder->weight5->value;
    const float weight[] = {0.0f,    three[0], three[1], three[2], 0.0f,
                            five[0], five[1],  five[2],  five[3],  five[4]};
    const float bias[] = {encoder->bias3->value[0], encoder->bias5->value[0]};
    s2_onnx_put_floats(graph, ".filters.weight", (const int[]){2, 1, 5, 1}, 4, weight);
    s2_onnx_put_floats(graph, ".filters.bias", (const int[]){2}, 1, bias);
}

static void put_mix(s2_onnx_graph *graph, const char *name, const s2_spectral_encoder *encoder)
{
    char pair[S2_ONNX_NAME_BYTES];
    float scale[S2_FOLDED_MAX];
    float shift[S2_FOLDED_MAX];
    float *weight = s2_alloc(2 * (size_t)encoder->bands * (size_t)encoder->out, sizeof(float));
    snprintf(pair, sizeof pair, "%s.pair", name);
    if (weight && s2_fold_mix(encoder, weight, scale, shift))
        s2_onnx_conv(graph, name, pair,
                     &(s2_onnx_kernel){encoder->mix.conv, weight, scale, shift, true});
    else
        graph->body.failed = true;
    s2_free(weight);
}

void s2_onnx_spectral(s2_onnx_graph *graph, const char *name, const char *in,
                      const s2_spectral_encoder *encoder)
{
    const char *outer = graph->scope;
    const int64_t rows[] = {0, 1, encoder->bands, -1};
    const int64_t channels = 2 * encoder->bands;
    graph->scope = name;
    put_filters(graph, encoder);
    s2_onnx_put_ints(graph, ".rows.shape", rows, 4);
    s2_onnx_put_ints(graph, ".channels", &channels, 1);
    /* bands down, pixels across */
    s2_onnx_add(graph, ".rows = Reshape (%s, .rows.shape)", in);
    s2_onnx_add(graph, ".filters = Conv <kernel_shape = [5, 1], pads = [2, 0, 2, 0]> "
                       "(.rows, .filters.weight, .filters.bias)");
    s2_onnx_add(graph, ".filtered = Relu (.filters)");
    s2_onnx_add(graph, ".batch = Shape <start = 0, end = 1> (%s)", in);
    s2_onnx_add(graph, ".size = Shape <start = 2, end = 4> (%s)", in);
    s2_onnx_add(graph, ".pair.shape = Concat <axis = 0> (.batch, .channels, .size)");
    s2_onnx_add(graph, ".pair = Reshape (.filtered, .pair.shape)");
    graph->scope = outer;
    put_mix(graph, name, encoder);
}
