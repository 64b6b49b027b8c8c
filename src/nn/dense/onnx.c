/* The dense network as an ONNX graph: from pixels in their own units to scores, section by section
   of docs/network.md. Names of values follow those of the
   parameters; all have a dot, which no source has in its name. */
#include "nn/dense/onnx.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/memory.h"
#include "nn/dense/onnx_layers.h"
#include "nn/dense/onnx_relations.h"

/* What the functions below build and read. */
typedef struct export
{
    s2_onnx_graph *graph;
    const s2_dense_network *network;
    const s2_onnx_inputs *inputs;
}
export;

/* name = in at the pixel centres of the grid whose size is the value `size`. */
static void add_sampling(s2_onnx_graph *graph, const char *name, const char *in, const char *size,
                         const char *how)
{
    s2_onnx_add(graph, "%s.outer = Shape <start = 0, end = 2> (%s)", name, in);
    s2_onnx_add(graph, "%s.size = Concat <axis = 0> (%s.outer, %s)", name, name, size);
    s2_onnx_add(graph, "%s = Resize <%s> (%s, , , %s.size)", name, how, in, name);
}

/* name = the values made of `pattern` for every source, one after the other in an operator. */
static void add_gathering(const export *e, const char *name, const char *operator,
                          const char * pattern)
{
    char list[S2RGF_MAX_SOURCES * S2_ONNX_NAME_BYTES] = "";
    for (int s = 0; s < e->network->base.spec.sources; s++) {
        const size_t at = strlen(list);
        snprintf(list + at, sizeof list - at, "%s%.*s.%d%s", s ? ", " : "",
                 (int)strcspn(pattern, "*"), pattern, s, pattern + strcspn(pattern, "*") + 1);
    }
    s2_onnx_add(e->graph, "%s = %s (%s)", name, operator, list);
}

/* ---- sources -------------------------------------------------------------------------------- */

static void put_normalisation(const export *e, int source)
{
    const int dims[] = {e->network->base.spec.bands[source], 1, 1};
    s2_onnx_put_floats(e->graph, ".mean", dims, 3, e->inputs->source[source].mean);
    s2_onnx_put_floats(e->graph, ".rate", dims, 3, e->inputs->source[source].rate);
}

static void add_input(const export *e, int source)
{
    const char *name = e->inputs->source[source].name;
    const s2_network_spec *spec = &e->network->base.spec;
    char height[S2_ONNX_NAME_BYTES] = "height", width[S2_ONNX_NAME_BYTES] = "width";
    if (!spec->on_reference[source]) {
        snprintf(height, sizeof height, "%s_height", name);
        snprintf(width, sizeof width, "%s_width", name);
    }
    s2_onnx_put_input(
        e->graph, name,
        (const s2_onnx_axis[]){{"batch", 0}, {NULL, spec->bands[source]}, {height, 0}, {width, 0}});
}

/* source.S.pixels, normalised, 0 where a band is not a finite number, and source.S.invalid. */
static void add_source(const export *e, int source)
{
    const char *name = e->inputs->source[source].name;
    char scope[32];
    snprintf(scope, sizeof scope, "source.%d", source);
    e->graph->scope = scope;
    add_input(e, source);
    put_normalisation(e, source);
    /* NaN for the infinite, too */
    s2_onnx_add(e->graph, ".finite = Sub (%s, %s)", name, name);
    s2_onnx_add(e->graph, ".flags = IsNaN (.finite)");
    s2_onnx_add(e->graph, ".counted = Cast <to = 1> (.flags)");
    s2_onnx_add(e->graph, ".invalid = ReduceMax <axes = [1], keepdims = 1> (.counted)");
    s2_onnx_add(e->graph, ".holes = Cast <to = 9> (.invalid)");
    s2_onnx_add(e->graph, ".centred = Sub (%s, .mean)", name);
    s2_onnx_add(e->graph, ".scaled = Mul (.centred, .rate)");
    s2_onnx_add(e->graph, ".pixels = Where (.holes, constant.zero, .scaled)");
    e->graph->scope = NULL;
}

/* Sizes of the grids, and the pixels and positions where every source has data. */
static void find_grids(const export *e)
{
    s2_onnx_graph *graph = e->graph;
    char name[S2_ONNX_NAME_BYTES], in[S2_ONNX_NAME_BYTES];
    s2_onnx_add(graph, "grid.size = Shape <start = 2, end = 4> (%s)",
                e->inputs->source[e->inputs->reference].name);
    s2_onnx_add(graph, "grid.feature_size = Div (grid.size, constant.two)");
    for (int s = 0; s < e->network->base.spec.sources; s++) {
        snprintf(name, sizeof name, "grid.%d", s);
        snprintf(in, sizeof in, "source.%d.invalid", s);
        add_sampling(graph, name, in, "grid.size",
                     "mode = \"nearest\", coordinate_transformation_mode = \"half_pixel\", "
                     "nearest_mode = \"round_prefer_ceil\"");
    }
    add_gathering(e, "grid.invalid", "Max", "grid*");
    s2_onnx_add(graph, "grid.holes = Cast <to = 9> (grid.invalid)");
    s2_onnx_add(graph, "grid.feature_invalid = MaxPool <kernel_shape = [2, 2], strides = [2, 2]> "
                       "(grid.invalid)");
    s2_onnx_add(graph, "grid.valid = Sub (constant.one, grid.feature_invalid)");
}

/* ---- encoders ------------------------------------------------------------------------------- */

/* spectral.S.feature on the feature grid, spectral.S.reference on the reference grid. */
static void add_spectral_encoder(const export *e, int source)
{
    char name[32], pixels[32], to_feature[48], to_reference[48];
    snprintf(name, sizeof name, "spectral.%d", source);
    snprintf(pixels, sizeof pixels, "source.%d.pixels", source);
    snprintf(to_feature, sizeof to_feature, "%s.feature", name);
    snprintf(to_reference, sizeof to_reference, "%s.reference", name);
    s2_onnx_spectral(e->graph, name, pixels, &e->network->encoder[source].spectral);
    if (e->network->base.spec.on_reference[source]) {
        s2_onnx_add(e->graph, "%s = AveragePool <kernel_shape = [2, 2], strides = [2, 2]> (%s)",
                    to_feature, name);
        s2_onnx_add(e->graph, "%s = Identity (%s)", to_reference, name);
    } else {
        add_sampling(e->graph, to_feature, name, "grid.feature_size", S2_ONNX_LINEAR);
        add_sampling(e->graph, to_reference, name, "grid.size", S2_ONNX_LINEAR);
    }
}

/* spatial.S.feature on the feature grid. */
static void add_spatial_encoder(const export *e, int source)
{
    char name[32], pixels[32], to_feature[48];
    snprintf(name, sizeof name, "spatial.%d", source);
    snprintf(pixels, sizeof pixels, "source.%d.pixels", source);
    snprintf(to_feature, sizeof to_feature, "%s.feature", name);
    s2_onnx_block(e->graph, name, pixels, &e->network->encoder[source].spatial);
    if (e->network->base.spec.on_reference[source])
        s2_onnx_add(e->graph, "%s = Identity (%s)", to_feature, name);
    else
        add_sampling(e->graph, to_feature, name, "grid.feature_size", S2_ONNX_LINEAR);
}

/* ---- relations and scores ------------------------------------------------------------------- */

/* One domain from its encoders through ADRF and its neck, to domain.DOMAIN. */
static void add_fusion(const export *e, const char *domain, int index)
{
    const s2_trunk *trunk = &e->network->trunk;
    char stack[32], features[32], fused[32], name[32];
    snprintf(stack, sizeof stack, "domain.%s.stack", domain);
    snprintf(features, sizeof features, "%s*.feature", domain);
    snprintf(fused, sizeof fused, "domain.%s.adrf", domain);
    snprintf(name, sizeof name, "domain.%s", domain);
    add_gathering(e, stack, "Concat <axis = 1>", features);
    s2_onnx_adrf(e->graph, fused, stack, &trunk->adrf[index]);
    s2_onnx_unit(e->graph, name, fused, &trunk->neck[index]);
}

/* Both domains, of which one that is switched off gives 0, and SSJA. */
static void add_relations(const export *e)
{
    const s2_dense_network *net = e->network;
    const s2_ablations *off = &net->base.spec.off;
    s2_onnx_windows(e->graph, "grid.valid", S2_CELL_FEATURE_PX);
    if (!off->spectral)
        add_fusion(e, "spectral", S2_SPECTRAL);
    if (!off->spatial)
        add_fusion(e, "spatial", S2_SPATIAL);
    if (off->spectral)
        s2_onnx_add(e->graph, "domain.spectral = Mul (domain.spatial, constant.zero)");
    if (off->spatial)
        s2_onnx_add(e->graph, "domain.spatial = Mul (domain.spectral, constant.zero)");
    if (off->ssja)
        s2_onnx_add(e->graph, "relation.ssja = Add (domain.spectral, domain.spatial)");
    else
        s2_onnx_ssja(e->graph, "relation.ssja", "domain.spectral", "domain.spatial",
                     &(s2_onnx_cells){net->base.spec.channels, S2_CELL_FEATURE_PX});
}

/* head.reference and head.detail, both on the reference grid. */
static void put_head(const export *e)
{
    const s2_dense_network *net = e->network;
    s2_onnx_block(e->graph, "head.block", "relation.ssja", &net->trunk.head_block);
    s2_onnx_unit(e->graph, "head.conv", "head.block", &net->trunk.head_conv);
    s2_onnx_put_floats(e->graph, "head.scales", (const int[]){4}, 1,
                       (const float[]){1.0f, 1.0f, 2.0f, 2.0f});
    s2_onnx_add(e->graph,
                "head.reference = Resize <" S2_ONNX_LINEAR "> (head.conv, , head.scales)");
    if (net->base.spec.off.spectral) {
        s2_onnx_add(e->graph, "head.detail = Mul (head.reference, constant.zero)");
    } else {
        add_gathering(e, "head.detail.stack", "Concat <axis = 1>", "spectral*.reference");
        s2_onnx_unit(e->graph, "head.detail", "head.detail.stack", &net->detail);
    }
}

/* NAME.mean and NAME.deviation of expert.S.values in a window of that side, of valid pixels. */
static void add_window(const export *e, const char *name, int source, int side)
{
    static const char *const parts[] = {"values", "squares", "counted"};
    s2_onnx_graph *graph = e->graph;
    for (int i = 0; i < 3; i++)
        s2_onnx_add(graph,
                    "%s.%s = AveragePool <kernel_shape = [%d, %d], pads = [%d, %d, %d, %d], "
                    "count_include_pad = 1> (expert.%d.%s)",
                    name, parts[i], side, side, side / 2, side / 2, side / 2, side / 2, source,
                    parts[i]);
    /* parts of the window: a hundredth is less than one pixel of any */
    s2_onnx_add(graph, "%s.pixels = Max (%s.counted, constant.hundredth)", name, name);
    s2_onnx_add(graph, "%s.mean = Div (%s.values, %s.pixels)", name, name, name);
    s2_onnx_add(graph, "%s.power = Div (%s.squares, %s.pixels)", name, name, name);
    s2_onnx_add(graph, "%s.squared = Mul (%s.mean, %s.mean)", name, name, name);
    s2_onnx_add(graph, "%s.difference = Sub (%s.power, %s.squared)", name, name, name);
    s2_onnx_add(graph, "%s.variance = Relu (%s.difference)", name, name);
    s2_onnx_add(graph, "%s.raised = Add (%s.variance, constant.floor)", name, name);
    s2_onnx_add(graph, "%s.deviation = Sqrt (%s.raised)", name, name);
}

/* Rows first, first + step, ... of a matrix as a convolution of so many channels. bias in [columns] */
static void add_rows(const export *e, const char *name, const char *in, const s2_param *matrix,
                     const int rows[3], const float *bias)
{
    const int first = rows[0], step = rows[1], channels = rows[2], columns = matrix->dims[1];
    float *weight = s2_alloc((size_t)channels * (size_t)columns, sizeof(float));
    if (!weight) {
        e->graph->body.failed = true;
        return;
    }
    for (int k = 0; k < channels; k++)
        memcpy(weight + (ptrdiff_t)k * columns,
               matrix->value + (ptrdiff_t)(step * k + first) * columns,
               (size_t)columns * sizeof(float));
    s2_onnx_conv(e->graph, name, in,
                 &(s2_onnx_kernel){{1, 1, 1, channels, columns}, weight, NULL, bias, false});
    s2_free(weight);
}

/* What the hidden layer adds to the scores named before: expert.S.heard. */
static void add_hidden(const export *e, int source, const char *const features[S2_EXPERT_FEATURES],
                       const char *before)
{
    const s2_expert *expert = &e->network->base.expert;
    const s2_param *hidden = expert->hidden[source];
    const int components = hidden->dims[0] / (S2_EXPERT_FEATURES + 1);
    const float none[S2_EXPERT_HIDDEN + S2RGF_MAX_CLASSES] = {0};
    char name[S2_ONNX_NAME_BYTES], in[S2_ONNX_NAME_BYTES];
    for (int i = 0; i <= S2_EXPERT_FEATURES; i++) {
        const bool last = i == S2_EXPERT_FEATURES; /* the components themselves */
        const int rows[3] = {last ? S2_EXPERT_FEATURES * components : i,
                             last ? 1 : S2_EXPERT_FEATURES, components};
        snprintf(name, sizeof name, "expert.%d.part%d", source, i);
        snprintf(in, sizeof in, "expert.%d.%s", source, last ? "values" : features[i]);
        add_rows(e, name, in, hidden, rows, last ? expert->hidden_bias[source]->value : none);
    }
    s2_onnx_add(e->graph,
                "expert.%d.parts = Sum (expert.%d.part0, expert.%d.part1, expert.%d.part2, "
                "expert.%d.part3, expert.%d.part4)",
                source, source, source, source, source, source);
    s2_onnx_add(e->graph, "expert.%d.units = Relu (expert.%d.parts)", source, source);
    snprintf(name, sizeof name, "expert.%d.unit_scores", source);
    snprintf(in, sizeof in, "expert.%d.units", source);
    add_rows(e, name, in, expert->unit_scores[source], (const int[]){0, 1, S2_EXPERT_HIDDEN}, none);
    s2_onnx_add(e->graph, "expert.%d.heard = Add (%s, %s)", source, before, name);
}

/* expert.S.native with what the windows add to it. Returns the name of the sum. */
static const char *add_windows(const export *e, int source)
{
    static const char *const features[S2_EXPERT_FEATURES] = {"near.mean", "near.deviation",
                                                             "far.mean", "far.deviation"};
    const s2_expert *expert = &e->network->base.expert;
    const s2_param *components = expert->components[source];
    const float none[S2_EXPERT_COMPONENTS + S2RGF_MAX_CLASSES] = {0};
    char name[S2_ONNX_NAME_BYTES], in[S2_ONNX_NAME_BYTES], before[S2_ONNX_NAME_BYTES];
    snprintf(name, sizeof name, "expert.%d.values", source);
    snprintf(in, sizeof in, "source.%d.pixels", source);
    add_rows(e, name, in, components, (const int[]){0, 1, components->dims[0]}, none);
    s2_onnx_add(e->graph, "expert.%d.squares = Mul (%s, %s)", source, name, name);
    s2_onnx_add(e->graph, "expert.%d.counted = Sub (constant.one, source.%d.invalid)", source,
                source);
    snprintf(before, sizeof before, "expert.%d.native", source);
    for (int i = 0; i < S2_EXPERT_FEATURES; i++) {
        const bool last = i + 1 == S2_EXPERT_FEATURES;
        snprintf(name, sizeof name, i < 2 ? "expert.%d.near" : "expert.%d.far", source);
        if (i % 2 == 0)
            add_window(e, name, source, i == 0 ? 5 : 2 * S2_EXPERT_REACH + 1);
        snprintf(in, sizeof in, "expert.%d.%s", source, features[i]);
        snprintf(name, sizeof name, "expert.%d.scores%d", source, i);
        add_rows(e, name, in, expert->windows[source],
                 (const int[]){i, S2_EXPERT_FEATURES, components->dims[1]}, none);
        snprintf(in, sizeof in, last ? "expert.%d.seen" : "expert.%d.sum%d", source, i);
        s2_onnx_add(e->graph, "%s = Add (%s, %s)", in, before, name);
        snprintf(before, sizeof before, "%s", in);
    }
    if (!expert->hidden[source])
        return "seen";
    add_hidden(e, source, features, before);
    return "heard";
}

/* The value that holds the scores: the network's with the experts', where there are some. */
static const char *add_expert(const export *e)
{
    const s2_network *network = &e->network->base;
    const s2_network_spec *spec = &network->spec;
    const float none[S2RGF_MAX_CLASSES] = {0};
    char name[32], native[48], pixels[32];
    if (!spec->expert)
        return "classifier.out";
    for (int s = 0; s < spec->sources; s++) {
        snprintf(name, sizeof name, "expert.%d", s);
        snprintf(native, sizeof native, "expert.%d.native", s);
        snprintf(pixels, sizeof pixels, "source.%d.pixels", s);
        s2_onnx_conv(e->graph, native, pixels,
                     &(s2_onnx_kernel){{1, 1, 1, spec->bands[s], spec->classes},
                                       network->expert.weight[s]->value,
                                       NULL,
                                       s == 0 ? network->expert.bias->value : none,
                                       false});
        if (network->expert.windows[s])
            snprintf(native, sizeof native, "expert.%d.%s", s, add_windows(e, s));
        if (spec->on_reference[s])
            s2_onnx_add(e->graph, "%s = Identity (%s)", name, native);
        else
            add_sampling(e->graph, name, native, "grid.size", S2_ONNX_LINEAR);
    }
    add_gathering(e, "expert.sum", "Sum", "expert*");
    s2_onnx_add(e->graph, "classifier.scores = Add (classifier.out, expert.sum)");
    return "classifier.scores";
}

/* A layer of the classifier: a product for every pixel. */
static void add_pointwise(s2_onnx_graph *graph, const char *to, const char *from,
                          const s2_param *weight, const s2_param *bias, bool relu)
{
    s2_onnx_conv(
        graph, to, from,
        &(s2_onnx_kernel){
            {1, 1, 1, weight->dims[0], weight->dims[1]}, weight->value, NULL, bias->value, relu});
}

/* The outputs: scores and probabilities, NaN where a source has no data. */
static void add_classifier(const export *e)
{
    s2_onnx_graph *graph = e->graph;
    const s2_classifier *classifier = &e->network->classifier;
    const s2_onnx_axis axes[] = {
        {"batch", 0}, {NULL, classifier->out_weight->dims[1]}, {"height", 0}, {"width", 0}};
    s2_onnx_add(graph, "classifier.features = Concat <axis = 1> (head.reference, head.detail)");
    add_pointwise(graph, "classifier.hidden", "classifier.features", classifier->hidden_weight,
                  classifier->hidden_bias, true);
    add_pointwise(graph, "classifier.out", "classifier.hidden", classifier->out_weight,
                  classifier->out_bias, false);
    const char *scores = add_expert(e);
    s2_onnx_add(graph, S2_ONNX_LOGITS " = Where (grid.holes, constant.nan, %s)", scores);
    s2_onnx_put_number(graph, "classifier.temperature", e->inputs->temperature);
    s2_onnx_add(graph, "classifier.cooled = Div (%s, classifier.temperature)", scores);
    s2_onnx_add(graph, "classifier.softmax = Softmax <axis = 1> (classifier.cooled)");
    s2_onnx_add(graph,
                S2_ONNX_PROBABILITIES " = Where (grid.holes, constant.nan, classifier.softmax)");
    s2_onnx_put_output(graph, S2_ONNX_LOGITS, axes);
    s2_onnx_put_output(graph, S2_ONNX_PROBABILITIES, axes);
}

void s2_dense_onnx(const s2_network *network, const s2_onnx_inputs *inputs, s2_onnx_graph *graph)
{
    const int64_t two = 2;
    const export e = {graph, (const s2_dense_network *)network, inputs};
    const s2_ablations *off = &network->spec.off;
    s2_onnx_put_number(graph, "constant.zero", 0.0f);
    s2_onnx_put_number(graph, "constant.one", 1.0f);
    s2_onnx_put_number(graph, "constant.nan", NAN);
    s2_onnx_put_ints(graph, "constant.two", &two, 1);
    if (network->spec.windows) {
        s2_onnx_put_number(graph, "constant.hundredth", 0.01f);
        s2_onnx_put_number(graph, "constant.floor", S2_EXPERT_FLOOR);
    }
    for (int s = 0; s < network->spec.sources; s++)
        add_source(&e, s);
    find_grids(&e);
    for (int s = 0; s < network->spec.sources && !off->spectral; s++)
        add_spectral_encoder(&e, s);
    for (int s = 0; s < network->spec.sources && !off->spatial; s++)
        add_spatial_encoder(&e, s);
    add_relations(&e);
    put_head(&e);
    add_classifier(&e);
}
