/* Dense run: the relations, from the stacked features to the fused map: ADRF, necks, SSJA. */
#include "nn/dense_worker.h"

#include <string.h>

_Static_assert(S2_CELL_FEATURE_PX *S2_CELL_FEATURE_PX <= S2_RELATION_CELL_MAX, "cell of SSJA");

static s2_rect scene_rect(const s2_dense_run *run)
{
    return (s2_rect){0, 0, (run->geometry->width + 1) / 2, (run->geometry->height + 1) / 2};
}

/* Feature pixels of the cell with that index in a rectangle of the lattice. */
static s2_rect cell_rect(const s2_dense_run *run, s2_rect cells, int index)
{
    const int side = S2_CELL_FEATURE_PX;
    const s2_rect cell = {(cells.x + index % cells.w) * side, (cells.y + index / cells.w) * side,
                          side, side};
    return s2_rect_intersect(cell, scene_rect(run));
}

/* Sums over the windows of plan.stat_cells; those of its outer ring are not complete and not used.
   */
typedef struct window_sums {
    float *sum, *square, *count;
} window_sums;

static window_sums sum_windows(s2_dense_run *run, const s2_region *stack, int channels)
{
    const s2_rect cells = run->plan.stat_cells;
    const size_t n = (size_t)channels;
    const size_t total = (size_t)cells.w * (size_t)cells.h;
    const s2_map map = {stack->data, 1, stack->rect.h, stack->rect.w, channels, stack->stride};
    float *cell_sum = run->buffer[S2_CELL_WORK];
    float *cell_square = cell_sum + total * n;
    float *cell_count = cell_square + total * n;
    window_sums window;
    window.sum = cell_count + total;
    window.square = window.sum + total * n;
    window.count = window.square + total * n;
    for (size_t i = 0; i < total; i++) {
        const s2_rect rect = cell_rect(run, cells, (int)i);
        const s2_cell_span span = {rect.y - stack->rect.y, rect.y - stack->rect.y + rect.h,
                                   rect.x - stack->rect.x, rect.x - stack->rect.x + rect.w};
        cell_count[i] = s2_cell_moments(&map, 0, s2_dense_feature_valid(run), span,
                                        cell_sum + i * n, cell_square + i * n);
    }
    s2_window_sum(cell_sum, cells.h, cells.w, n, window.sum);
    s2_window_sum(cell_square, cells.h, cells.w, n, window.square);
    s2_window_sum(cell_count, cells.h, cells.w, 1, window.count);
    return window;
}

/* Attention of every cell of plan.scale_cells: out [cells][channels]. */
static void find_attention(s2_dense_run *run, const s2_folded_adrf *adrf, const s2_region *stack,
                           int channels, float *out)
{
    const s2_rect cells = run->plan.scale_cells;
    const s2_rect lattice = run->plan.stat_cells;
    const window_sums window = sum_windows(run, stack, channels);
    const size_t n = (size_t)channels;
    float *work = window.count + (size_t)lattice.w * (size_t)lattice.h;
    for (int i = 0; i < cells.w * cells.h; i++, out += n) {
        const size_t at = (size_t)(cells.y + i / cells.w - lattice.y) * (size_t)lattice.w +
                          (size_t)(cells.x + i % cells.w - lattice.x);
        const s2_window_sums sums = {window.sum + at * n, window.square + at * n, window.count[at]};
        s2_relation_adrf(run->weights->kernels->row, adrf, &sums, work, out);
    }
}

/* A row of the stack times the attention interpolated between cell centres: out
   [mixed_computed.w][channels]. */
static void scale_row(const s2_dense_run *run, const s2_region *stack, int channels,
                      const float *attention, int y, float *out)
{
    const s2_rect computed = run->plan.mixed_computed;
    const s2_rect cells = run->plan.scale_cells;
    const s2_rect scene = scene_rect(run);
    const int rows = s2_cell_count(scene.h, S2_CELL_FEATURE_PX);
    const int columns = s2_cell_count(scene.w, S2_CELL_FEATURE_PX);
    const s2_cell_mix v = s2_cell_between(y, rows, S2_CELL_FEATURE_PX);
    const size_t n = (size_t)channels;
    const float *top = attention + (size_t)((v.first - cells.y) * cells.w) * n;
    const float *bottom = attention + (size_t)((v.second - cells.y) * cells.w) * n;
    for (int x = computed.x; x < computed.x + computed.w; x++, out += n) {
        const s2_cell_mix u = s2_cell_between(x, columns, S2_CELL_FEATURE_PX);
        const float *restrict from = s2_region_at(stack, x, y);
        const float *restrict tl = top + (size_t)(u.first - cells.x) * n;
        const float *restrict tr = top + (size_t)(u.second - cells.x) * n;
        const float *restrict bl = bottom + (size_t)(u.first - cells.x) * n;
        const float *restrict br = bottom + (size_t)(u.second - cells.x) * n;
        const float wtl = (1.0f - v.weight) * (1.0f - u.weight);
        const float wtr = (1.0f - v.weight) * u.weight;
        const float wbl = v.weight * (1.0f - u.weight);
        const float wbr = v.weight * u.weight;
        for (size_t k = 0; k < n; k++)
            out[k] = from[k] * (wtl * tl[k] + wtr * tr[k] + wbl * bl[k] + wbr * br[k]);
    }
}

/* The stack times its attention through the mix of ADRF, row by row; without attention as it is. */
static void mix_stack(s2_dense_run *run, const s2_folded_adrf *adrf, const s2_region *stack,
                      const s2_region *mixed)
{
    const s2_rect computed = run->plan.mixed_computed;
    const int channels = adrf->mix.conv.in;
    const bool scaled = !run->weights->spec.off.attention;
    float *attention = run->buffer[S2_ATTENTION];
    float *row = run->buffer[S2_ROWS];
    if (scaled)
        find_attention(run, adrf, stack, channels, attention);
    for (int y = computed.y; y < computed.y + computed.h; y++) {
        if (scaled)
            scale_row(run, stack, channels, attention, y, row);
        s2_row_conv(run->weights->kernels->row, &adrf->mix,
                    (s2_row){scaled ? row : s2_region_at(stack, computed.x, y), channels},
                    computed.w, (s2_row){s2_region_at(mixed, computed.x, y), mixed->stride});
    }
    s2_region_clear_around(mixed, computed);
}

/* One domain from its stack through ADRF and its neck to the pixels SSJA reads. */
static void fuse_domain(s2_dense_run *run, const s2_folded_adrf *adrf, const s2_folded_conv *neck,
                        int stack_buffer, int mixed_buffer, int joint_buffer)
{
    const s2_dense_plan *plan = &run->plan;
    const int channels = adrf->mix.conv.in;
    const int c = run->weights->spec.channels;
    const s2_region stack = s2_dense_region(run, stack_buffer, plan->stack, channels);
    const s2_region mixed = s2_dense_region(run, mixed_buffer, plan->mixed, c);
    const s2_region joint = s2_dense_region(run, joint_buffer, plan->joint, c);
    mix_stack(run, adrf, &stack, &mixed);
    s2_dense_conv(run, neck, &mixed, NULL, plan->joint, &joint);
}

/* Gram matrices of cells and windows inside the buffer of cell work, and what is left of it. */
typedef struct gram_space {
    float *cell[3], *window[3]; /* G11, G22, G21: [gram_cells][c][c] */
    s2_relation_space relation;
} gram_space;

static gram_space divide_space(const s2_dense_run *run)
{
    const s2_rect cells = run->plan.gram_cells;
    const int c = run->weights->spec.channels;
    const size_t grams = (size_t)cells.w * (size_t)cells.h * (size_t)c * (size_t)c;
    float *next = run->buffer[S2_CELL_WORK];
    gram_space space;
    for (int i = 0; i < 3; i++, next += grams)
        space.cell[i] = next;
    for (int i = 0; i < 3; i++, next += grams)
        space.window[i] = next;
    space.relation = s2_relation_divide(run->weights->kernels->row, c, next);
    return space;
}

/* Valid pixels of a cell one after the other: out [count][c]. */
static int gather_valid(const s2_dense_run *run, const s2_region *from, s2_rect rect, float *out)
{
    const uint8_t *valid = s2_dense_feature_valid(run);
    const s2_rect stack = run->plan.stack;
    int count = 0;
    for (int y = rect.y; y < rect.y + rect.h; y++)
        for (int x = rect.x; x < rect.x + rect.w; x++)
            if (valid[(size_t)(y - stack.y) * (size_t)stack.w + (size_t)(x - stack.x)])
                memcpy(out + (size_t)(count++ * from->stride), s2_region_at(from, x, y),
                       (size_t)from->stride * sizeof(float));
    return count;
}

static void find_grams(const s2_dense_run *run, const gram_space *space, const s2_region *spectral,
                       const s2_region *spatial)
{
    const s2_rect cells = run->plan.gram_cells;
    const int c = run->weights->spec.channels;
    const size_t matrix = (size_t)c * (size_t)c;
    for (int i = 0; i < cells.w * cells.h; i++) {
        const s2_rect rect = cell_rect(run, cells, i);
        const size_t at = (size_t)i * matrix;
        float *const grams[3] = {space->cell[0] + at, space->cell[1] + at, space->cell[2] + at};
        const int count = gather_valid(run, spectral, rect, space->relation.x1);
        gather_valid(run, spatial, rect, space->relation.x2);
        s2_relation_grams(&space->relation, count, grams);
    }
    for (int k = 0; k < 3; k++)
        s2_window_sum(space->cell[k], cells.h, cells.w, matrix, space->window[k]);
}

static void join_domains(s2_dense_run *run)
{
    const s2_dense_plan *plan = &run->plan;
    const int c = run->weights->spec.channels;
    const s2_region spectral = s2_dense_region(run, S2_JOINT_SPECTRAL, plan->joint, c);
    const s2_region spatial = s2_dense_region(run, S2_JOINT_SPATIAL, plan->joint, c);
    const s2_region fused = s2_dense_region(run, S2_FUSED, plan->fused, c);
    const gram_space space = divide_space(run);
    const s2_rect cells = plan->fused_cells;
    s2_region_clear_around(&fused, plan->fused_computed);
    if (run->weights->spec.off.ssja) {
        s2_relation_add(plan->fused_computed, &spectral, &spatial, &fused);
        return;
    }
    find_grams(run, &space, &spectral, &spatial);
    for (int i = 0; i < cells.w * cells.h; i++) {
        const s2_rect rect = s2_rect_intersect(cell_rect(run, cells, i), plan->fused_computed);
        const size_t at =
            ((size_t)(cells.y + i / cells.w - plan->gram_cells.y) * (size_t)plan->gram_cells.w +
             (size_t)(cells.x + i % cells.w - plan->gram_cells.x)) *
            (size_t)c * (size_t)c;
        s2_relation_join(&space.relation, space.window[0] + at, space.window[1] + at,
                         space.window[2] + at);
        s2_relation_apply(&space.relation, rect, &spectral, &spatial, &fused);
    }
}

/* A domain that is switched off gives nothing to SSJA. */
static void silence_domain(const s2_dense_run *run, int joint_buffer)
{
    const int c = run->weights->spec.channels;
    const s2_region joint = s2_dense_region(run, joint_buffer, run->plan.joint, c);
    s2_region_clear_around(&joint, (s2_rect){joint.rect.x, joint.rect.y, 0, 0});
}

void s2_dense_relate(s2_dense_run *run)
{
    const s2_dense_weights *weights = run->weights;
    if (weights->spec.off.spectral)
        silence_domain(run, S2_JOINT_SPECTRAL);
    else
        fuse_domain(run, &weights->adrf_spectral, &weights->neck_spectral, S2_STACK_SPECTRAL,
                    S2_MIXED_SPECTRAL, S2_JOINT_SPECTRAL);
    if (weights->spec.off.spatial)
        silence_domain(run, S2_JOINT_SPATIAL);
    else
        fuse_domain(run, &weights->adrf_spatial, &weights->neck_spatial, S2_STACK_SPATIAL,
                    S2_MIXED_SPATIAL, S2_JOINT_SPATIAL);
    join_domains(run);
}
