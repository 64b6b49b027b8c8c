/* The relations over windows of cells as nodes of an ONNX graph; docs/network.md, 4. */
#include "nn/dense/onnx_relations.h"

#include <stdio.h>

#include "core/memory.h"
#include "nn/dense/onnx_layers.h"
#include "nn/layers/ssja.h"

/* name = mean of the tensor in over the 3 x 3 pixels around each, 0 beyond the tensor. */
static void average_around(s2_onnx_graph *graph, const char *name, const char *in)
{
    s2_onnx_add(graph,
                "%s = AveragePool <kernel_shape = [3, 3], pads = [1, 1, 1, 1], "
                "count_include_pad = 1> (%s)",
                name, in);
}

/* name = sums of the tensor in over the windows of all cells. */
static void sum_windows(s2_onnx_graph *graph, const char *name, const char *in, int cell_px)
{
    char around[S2_ONNX_NAME_BYTES], cell[S2_ONNX_NAME_BYTES];
    snprintf(around, sizeof around, "%s.mean", name);
    snprintf(cell, sizeof cell, "%s.cell", name);
    s2_onnx_add(graph, "%s = AveragePool <kernel_shape = [%d, %d], strides = [%d, %d]> (%s)", cell,
                cell_px, cell_px, cell_px, cell_px, in);
    average_around(graph, around, cell);
    s2_onnx_add(graph, "%s = Mul (%s, window.positions)", name, around);
}

/* name = the pixels of all cells of the tensor in, [cells][pixels of a cell][c]. */
static void cut_cells(s2_onnx_graph *graph, const char *name, const char *in, int c, int cell_px)
{
    const int64_t shape[] = {-1, cell_px * cell_px, c};
    char constant[S2_ONNX_NAME_BYTES];
    snprintf(constant, sizeof constant, "%s.shape", name);
    s2_onnx_put_ints(graph, constant, shape, 3);
    s2_onnx_add(graph, "%s.deep = SpaceToDepth <blocksize = %d> (%s)", name, cell_px, in);
    s2_onnx_add(graph, "%s.last = Transpose <perm = [0, 2, 3, 1]> (%s.deep)", name, name);
    s2_onnx_add(graph, "%s = Reshape (%s.last, %s.shape)", name, name, name);
}

void s2_onnx_windows(s2_onnx_graph *graph, const char *valid, int cell_px)
{
    const float cell[] = {1.0f, 1.0f, (float)cell_px, (float)cell_px};
    s2_onnx_put_number(graph, "window.one", 1.0f);
    s2_onnx_put_number(graph, "window.cells", 9.0f);
    s2_onnx_put_number(graph, "window.positions", 9.0f * (float)(cell_px * cell_px));
    s2_onnx_put_number(graph, "window.std_eps", S2_WINDOW_STD_EPS);
    s2_onnx_put_number(graph, "window.norm_eps", S2_SSJA_NORM_EPS);
    s2_onnx_put_floats(graph, "window.cell", (const int[]){4}, 1, cell);
    sum_windows(graph, "window.count", valid, cell_px);
    s2_onnx_add(graph, "window.less = Sub (window.count, window.one)");
    s2_onnx_add(graph, "window.divisor = Max (window.count, window.one)");
    s2_onnx_add(graph, "window.unbiased = Max (window.less, window.one)");
    s2_onnx_add(graph, "window.valid = Identity (%s)", valid);
    cut_cells(graph, "window.counted", valid, 1, cell_px);
}

/* ---- ADRF ----------------------------------------------------------------------------------- */

/* .mean and .std of the windows of the tensor in. */
static void add_moments(s2_onnx_graph *graph, const char *in, int cell_px)
{
    s2_onnx_add(graph, ".counted = Mul (%s, window.valid)", in);
    s2_onnx_add(graph, ".squared = Mul (.counted, .counted)");
    sum_windows(graph, ".sum", ".counted", cell_px);
    sum_windows(graph, ".square", ".squared", cell_px);
    s2_onnx_add(graph, ".mean = Div (.sum, window.divisor)");
    s2_onnx_add(graph, ".expected = Mul (.sum, .mean)");
    s2_onnx_add(graph, ".excess = Sub (.square, .expected)");
    s2_onnx_add(graph, ".spread = Div (.excess, window.unbiased)");
    s2_onnx_add(graph, ".var = Relu (.spread)");
    s2_onnx_add(graph, ".var.moved = Add (.var, window.std_eps)");
    s2_onnx_add(graph, ".std = Sqrt (.var.moved)");
}

/* .attended = the tensor in times its attention. */
static void attend(s2_onnx_graph *graph, const char *in, const s2_adrf *adrf)
{
    const s2_conv square = {1, 1, 1, adrf->in, adrf->in};
    add_moments(graph, in, adrf->cell_px);
    s2_onnx_conv(graph, ".from_mean", ".mean",
                 &(s2_onnx_kernel){square, adrf->w1->value, NULL, adrf->b1->value, true});
    s2_onnx_conv(graph, ".from_std", ".std",
                 &(s2_onnx_kernel){square, adrf->w2->value, NULL, adrf->b2->value, true});
    s2_onnx_add(graph, ".from_both = Add (.from_mean, .from_std)");
    s2_onnx_add(graph, ".attention = Sigmoid (.from_both)");
    s2_onnx_add(graph, ".between = Resize <" S2_ONNX_LINEAR "> (.attention, , window.cell)");
    s2_onnx_add(graph, ".attended = Mul (.between, %s)", in);
}

void s2_onnx_adrf(s2_onnx_graph *graph, const char *name, const char *in, const s2_adrf *adrf)
{
    const bool attended = adrf->cell_px > 0;
    char own[S2_ONNX_NAME_BYTES];
    graph->scope = name;
    if (attended)
        attend(graph, in, adrf);
    graph->scope = NULL;
    snprintf(own, sizeof own, "%s.attended", name);
    s2_onnx_unit(graph, name, attended ? own : in, &adrf->mix);
}

/* ---- SSJA ----------------------------------------------------------------------------------- */

/* .gram = products of all pairs of channels of both tensors, summed over windows,
   [cells][2c][2c]. */
static void add_grams(s2_onnx_graph *graph, int c)
{
    const int64_t pairs = 4 * (int64_t)c * c;
    const int64_t shape[] = {-1, 2 * c, 2 * c};
    s2_onnx_put_ints(graph, ".pairs", &pairs, 1);
    s2_onnx_put_ints(graph, ".gram.shape", shape, 3);
    s2_onnx_add(graph, ".valid = Mul (.cells, window.counted)");
    s2_onnx_add(graph, ".valid.turned = Transpose <perm = [0, 2, 1]> (.valid)");
    s2_onnx_add(graph, ".cell = MatMul (.valid.turned, .cells)");
    s2_onnx_add(graph, ".lattice = Shape <start = 0, end = 3> (.cells.last)");
    s2_onnx_add(graph, ".cell.shape = Concat <axis = 0> (.lattice, .pairs)");
    s2_onnx_add(graph, ".cell.last = Reshape (.cell, .cell.shape)");
    s2_onnx_add(graph, ".cell.map = Transpose <perm = [0, 3, 1, 2]> (.cell.last)");
    average_around(graph, ".around", ".cell.map");
    s2_onnx_add(graph, ".window = Mul (.around, window.cells)");
    s2_onnx_add(graph, ".window.last = Transpose <perm = [0, 2, 3, 1]> (.window)");
    s2_onnx_add(graph, ".gram = Reshape (.window.last, .gram.shape)");
}

/* .cosines = .gram divided by the norms of its rows and columns. */
static void find_cosines(s2_onnx_graph *graph, int c)
{
    const size_t side = 2 * (size_t)c;
    const int64_t last = 2;
    float *unit = s2_calloc(side * side, sizeof(float));
    if (!unit) {
        graph->body.failed = true;
        return;
    }
    for (size_t i = 0; i < side; i++)
        unit[i * side + i] = 1.0f;
    s2_onnx_put_floats(graph, ".unit", (const int[]){2 * c, 2 * c}, 2, unit);
    s2_onnx_put_ints(graph, ".columns", &last, 1);
    s2_onnx_add(graph, ".diagonal = Mul (.gram, .unit)");
    s2_onnx_add(graph, ".squares = ReduceSum <keepdims = 1> (.diagonal, .columns)");
    s2_onnx_add(graph, ".squares.moved = Add (.squares, window.norm_eps)");
    s2_onnx_add(graph, ".norms = Sqrt (.squares.moved)");
    s2_onnx_add(graph, ".norms.turned = Transpose <perm = [0, 2, 1]> (.norms)");
    s2_onnx_add(graph, ".rows = Div (.gram, .norms)");
    s2_onnx_add(graph, ".cosines = Div (.rows, .norms.turned)");
    s2_free(unit);
}

/* .attention = A1 and A2 side by side, [cells][c][2c]: each is the softmax of the sum of two
   blocks, one above the other in .cosines. */
static void add_attention(s2_onnx_graph *graph, int c)
{
    const int64_t blocks[] = {-1, 2, c, 2, c};
    const int64_t joined[] = {-1, c, 2 * c};
    const int64_t upper = 1;
    s2_onnx_put_ints(graph, ".blocks.shape", blocks, 5);
    s2_onnx_put_ints(graph, ".attention.shape", joined, 3);
    s2_onnx_put_ints(graph, ".upper", &upper, 1);
    s2_onnx_add(graph, ".blocks = Reshape (.cosines, .blocks.shape)");
    s2_onnx_add(graph, ".arguments = ReduceSum <keepdims = 0> (.blocks, .upper)");
    s2_onnx_add(graph, ".weights = Softmax <axis = -1> (.arguments)");
    s2_onnx_add(graph, ".attention = Reshape (.weights, .attention.shape)");
}

/* .attended = A1 X1 + A2 X2, a tensor again. */
static void apply_attention(s2_onnx_graph *graph, int c, int cell_px)
{
    const int64_t deep = (int64_t)c * cell_px * cell_px;
    s2_onnx_put_ints(graph, ".deep", &deep, 1);
    s2_onnx_add(graph, ".attention.turned = Transpose <perm = [0, 2, 1]> (.attention)");
    s2_onnx_add(graph, ".product = MatMul (.cells, .attention.turned)");
    s2_onnx_add(graph, ".product.shape = Concat <axis = 0> (.lattice, .deep)");
    s2_onnx_add(graph, ".product.last = Reshape (.product, .product.shape)");
    s2_onnx_add(graph, ".product.map = Transpose <perm = [0, 3, 1, 2]> (.product.last)");
    s2_onnx_add(graph, ".attended = DepthToSpace <blocksize = %d> (.product.map)", cell_px);
}

void s2_onnx_ssja(s2_onnx_graph *graph, const char *name, const char *first, const char *second,
                  const s2_onnx_cells *size)
{
    graph->scope = name;
    s2_onnx_add(graph, ".both = Concat <axis = 1> (%s, %s)", first, second);
    cut_cells(graph, ".cells", ".both", 2 * size->channels, size->cell_px);
    add_grams(graph, size->channels);
    find_cosines(graph, size->channels);
    add_attention(graph, size->channels);
    apply_attention(graph, size->channels, size->cell_px);
    s2_onnx_add(graph, ".sum = Add (%s, %s)", first, second);
    graph->scope = NULL;
    s2_onnx_add(graph, "%s = Add (%s.attended, %s.sum)", name, name, name);
}
