/* Dense run: the relations, from the stacked features to the fused tensor: ADRF, necks, SSJA. */
#include <string.h>

#include "nn/dense/worker.h"

#define SIDE S2_CELL_FEATURE_PX
_Static_assert(SIDE *SIDE <= S2_RELATION_CELL_MAX, "cell of SSJA");

/* The part of a run that belongs to one of the two domains. */
typedef struct fusion {
    const s2_folded_adrf *adrf;
    const s2_folded_conv *neck;
    int stack, mixed, joint; /* buffers */
    int channels, first;     /* of the stack; of them, before those of this domain in a cell */
} fusion;

/* Channels of a domain's stack. */
static int stack_channels(const s2_dense_run *run, int domain)
{
    return run->weights->trunk.adrf[domain].mix.conv.in;
}

/* Channels of both stacks. */
static int all_channels(const s2_dense_run *run)
{
    return stack_channels(run, S2_SPECTRAL) + stack_channels(run, S2_SPATIAL);
}

static fusion fusion_of(const s2_dense_run *run, int domain)
{
    const s2_folded_trunk *trunk = &run->weights->trunk;
    return (fusion){&trunk->adrf[domain],
                    &trunk->neck[domain],
                    S2_STACK_SPECTRAL + domain,
                    S2_MIXED_SPECTRAL + domain,
                    S2_JOINT_SPECTRAL + domain,
                    stack_channels(run, domain),
                    domain == S2_SPATIAL ? stack_channels(run, S2_SPECTRAL) : 0};
}

/* Feature pixels of a cell. */
static s2_rect cell_rect(const s2_dense_run *run, int x, int y)
{
    return s2_rect_intersect((s2_rect){x * SIDE, y * SIDE, SIDE, SIDE},
                             s2_dense_scene(run->geometry));
}

/* The cells of the window around a cell. */
static s2_rect window_cells(s2_rect cells, int x, int y)
{
    return s2_rect_intersect((s2_rect){x - 1, y - 1, 3, 3}, cells);
}

/* ---- ADRF ----------------------------------------------------------------------------------- */

/* A cell's moments: its count of valid pixels, then sums, then sums of squares of all channels. */
static float *cell_moments(const s2_dense_run *run, int x, int y)
{
    return s2_dense_cell(run, S2_MOMENTS, run->plan.stat_cells, x, y,
                         1 + 2 * (size_t)all_channels(run));
}

/* Moments of the cells of the stack's new rows. */
static void find_moments(const s2_dense_run *run, const fusion *domain)
{
    const s2_rect cells = run->plan.stat_cells;
    const s2_region stack = s2_dense_region(run, domain->stack, run->plan.stack, domain->channels);
    const size_t all = (size_t)all_channels(run);
    for (int y = run->now.stack / SIDE; y < (run->next.stack + SIDE - 1) / SIDE; y++)
        for (int x = cells.x; x < cells.x + cells.w; x++) {
            const s2_rect rect = cell_rect(run, x, y);
            float *moments = cell_moments(run, x, y);
            float *sum = moments + 1 + domain->first;
            float *square = sum + all;
            moments[0] = 0.0f;
            memset(sum, 0, (size_t)domain->channels * sizeof(float));
            memset(square, 0, (size_t)domain->channels * sizeof(float));
            for (int i = rect.y; i < rect.y + rect.h; i++) {
                const uint8_t *valid =
                    s2_dense_bytes(run, S2_FEATURE_VALID, stack.rect, i) + (rect.x - stack.rect.x);
                const s2_kernel_moments row = {s2_region_at(&stack, rect.x, i),
                                               stack.stride,
                                               valid,
                                               rect.w,
                                               domain->channels,
                                               sum,
                                               square};
                moments[0] += run->weights->base.kernels->moments(&row);
            }
        }
}

/* Attention of the cells whose windows are complete now. */
static void find_attention(const s2_dense_run *run, const fusion *domain)
{
    const s2_rect cells = run->plan.scale_cells;
    const size_t all = (size_t)all_channels(run);
    const size_t n = (size_t)domain->channels;
    float *sum = run->buffer[S2_CELL_WORK];
    float *square = sum + n;
    for (int y = run->now.attention; y < run->next.attention; y++)
        for (int x = cells.x; x < cells.x + cells.w; x++) {
            const s2_rect window = window_cells(run->plan.stat_cells, x, y);
            float count = 0.0f;
            memset(sum, 0, 2 * n * sizeof(float));
            for (int i = window.y; i < window.y + window.h; i++)
                for (int j = window.x; j < window.x + window.w; j++) {
                    const float *moments = cell_moments(run, j, i);
                    const float *cell_sum = moments + 1 + domain->first;
                    count += moments[0];
                    for (size_t k = 0; k < n; k++) {
                        sum[k] += cell_sum[k];
                        square[k] += cell_sum[all + k];
                    }
                }
            const s2_window_sums sums = {sum, square, count};
            s2_relation_adrf(run->weights->base.kernels->row, domain->adrf, &sums, square + n,
                             s2_dense_cell(run, S2_ATTENTION, cells, x, y, all) + domain->first);
        }
}

/* Pixels of a row from `x` on, before `end`, between the same cells as the first; their weights of
   the right one. */
static int next_run(int x, int end, int columns, s2_cell_mix *between, float *weights)
{
    int count = 0;
    *between = s2_cell_between(x, columns, SIDE);
    while (count < SIDE && x + count < end) {
        const s2_cell_mix u = s2_cell_between(x + count, columns, SIDE);
        if (u.first != between->first || u.second != between->second)
            break;
        weights[count++] = u.weight;
    }
    return count;
}

/* Pixels of the stack times the attention interpolated between cell centres: out [w][channels]. */
static void scale_pixels(const s2_dense_run *run, const fusion *domain, const s2_region *stack,
                         s2_rect pixels, float *out)
{
    const s2_rect cells = run->plan.scale_cells;
    const s2_rect scene = s2_dense_scene(run->geometry);
    const size_t all = (size_t)all_channels(run);
    const int columns = s2_cell_count(scene.w, SIDE);
    const s2_cell_mix v = s2_cell_between(pixels.y, s2_cell_count(scene.h, SIDE), SIDE);
    const float *top = s2_dense_cell(run, S2_ATTENTION, cells, cells.x, v.first, all);
    const float *bottom = s2_dense_cell(run, S2_ATTENTION, cells, cells.x, v.second, all);
    const float *x_row = s2_region_at(stack, pixels.x, pixels.y);
    float weights[SIDE];
    s2_kernel_scale scale = {
        .right_weights = weights, .channels = domain->channels, .bottom_weight = v.weight};
    for (int x = 0; x < pixels.w; x += scale.count) {
        s2_cell_mix u;
        scale.count = next_run(pixels.x + x, pixels.x + pixels.w, columns, &u, weights);
        const size_t left = (size_t)(u.first - cells.x) * all + (size_t)domain->first;
        const size_t right = (size_t)(u.second - cells.x) * all + (size_t)domain->first;
        scale.corners[0] = top + left;
        scale.corners[1] = top + right;
        scale.corners[2] = bottom + left;
        scale.corners[3] = bottom + right;
        scale.x = x_row + (ptrdiff_t)x * domain->channels;
        scale.y = out + (ptrdiff_t)x * domain->channels;
        run->weights->base.kernels->scale(&scale);
    }
}

/* One row of the stack, times its attention, through the mix of ADRF. */
static void mix_row(const s2_dense_run *run, const fusion *domain, const s2_region *stack, int y,
                    const s2_region *mixed)
{
    const s2_rect computed = run->plan.mixed_computed;
    const bool scaled = !run->weights->base.spec.off.attention;
    float *segment = run->buffer[S2_SEGMENT];
    for (int x = 0; x < computed.w; x += S2_SEGMENT_PX) {
        const int count = computed.w - x < S2_SEGMENT_PX ? computed.w - x : S2_SEGMENT_PX;
        const s2_rect pixels = {computed.x + x, y, count, 1};
        if (scaled)
            scale_pixels(run, domain, stack, pixels, segment);
        s2_row_conv(run->weights->base.kernels->row, &domain->adrf->mix,
                    (s2_row){scaled ? segment : s2_region_at(stack, pixels.x, y), domain->channels},
                    count, (s2_row){s2_region_at(mixed, pixels.x, y), mixed->stride});
    }
}

/* One domain from its stack through ADRF and its neck to the pixels SSJA reads. */
static void fuse_domain(const s2_dense_run *run, const fusion *domain)
{
    const s2_dense_plan *plan = &run->plan;
    const int c = run->weights->base.spec.channels;
    const s2_region stack = s2_dense_region(run, domain->stack, plan->stack, domain->channels);
    const s2_region mixed = s2_dense_region(run, domain->mixed, plan->mixed, c);
    const s2_region joint = s2_dense_region(run, domain->joint, plan->joint, c);
    const s2_rect rows = s2_rect_intersect(
        s2_dense_rows(plan->mixed, run->now.mixed, run->next.mixed), plan->mixed_computed);
    if (!run->weights->base.spec.off.attention) {
        find_moments(run, domain);
        find_attention(run, domain);
    }
    for (int y = rows.y; y < rows.y + rows.h; y++)
        mix_row(run, domain, &stack, y, &mixed);
    s2_region_clear_rows(&mixed, run->now.mixed, run->next.mixed, rows);
    s2_dense_conv(run, domain->neck, &mixed, NULL,
                  s2_dense_rows(plan->joint, run->now.joint, run->next.joint), &joint);
}

/* A domain that is switched off gives nothing to SSJA. */
static void silence_domain(const s2_dense_run *run, const fusion *domain)
{
    const s2_region joint =
        s2_dense_region(run, domain->joint, run->plan.joint, run->weights->base.spec.channels);
    s2_region_clear_rows(&joint, run->now.joint, run->next.joint, (s2_rect){0, 0, 0, 0});
}

/* ---- SSJA ----------------------------------------------------------------------------------- */

/* Valid pixels of a cell one after the other: out [count][c]. */
static int gather_valid(const s2_dense_run *run, const s2_region *from, s2_rect rect, float *out)
{
    const s2_rect stack = run->plan.stack;
    const size_t stride = (size_t)from->stride;
    size_t count = 0;
    for (int y = rect.y; y < rect.y + rect.h; y++) {
        const uint8_t *valid = s2_dense_bytes(run, S2_FEATURE_VALID, stack, y) + (rect.x - stack.x);
        const float *row = s2_region_at(from, rect.x, y);
        for (int x = 0; x < rect.w; x++) {
            const int first = x;
            while (x < rect.w && valid[x])
                x++;
            const size_t together = (size_t)(x - first);
            memcpy(out + count * stride, row + (size_t)first * stride,
                   together * stride * sizeof(float));
            count += together;
        }
    }
    return (int)count;
}

/* A cell's Gram matrices, one after the other. */
static float *cell_grams(const s2_dense_run *run, int x, int y)
{
    return s2_dense_cell(run, S2_GRAMS, run->plan.gram_cells, x, y,
                         s2_gram_floats(run->weights->base.spec.channels));
}

static void find_grams(const s2_dense_run *run, const s2_relation_space *space,
                       const s2_region *spectral, const s2_region *spatial)
{
    const s2_rect cells = run->plan.gram_cells;
    for (int y = run->now.grams; y < run->next.grams; y++)
        for (int x = cells.x; x < cells.x + cells.w; x++) {
            const s2_rect rect = cell_rect(run, x, y);
            const int count = gather_valid(run, spectral, rect, space->x1);
            gather_valid(run, spatial, rect, space->x2);
            s2_relation_grams(space, count, cell_grams(run, x, y));
        }
}

/* Sum of the Gram matrices of column x over the rows of the windows around row y. */
static void sum_column(const s2_dense_run *run, int x, int y, float *sum)
{
    const s2_rect window = window_cells(run->plan.gram_cells, x, y);
    const float *cells[3];
    for (int i = 0; i < window.h; i++)
        cells[i] = cell_grams(run, x, window.y + i);
    run->weights->base.kernels->sum(cells, window.h,
                                    s2_gram_floats(run->weights->base.spec.channels), sum);
}

/* What SSJA reads and gives. */
typedef struct joint_tensors {
    s2_region spectral, spatial, fused;
} joint_tensors;

static joint_tensors find_joint_tensors(const s2_dense_run *run)
{
    const s2_dense_plan *plan = &run->plan;
    const int c = run->weights->base.spec.channels;
    return (joint_tensors){s2_dense_region(run, S2_JOINT_SPECTRAL, plan->joint, c),
                           s2_dense_region(run, S2_JOINT_SPATIAL, plan->joint, c),
                           s2_dense_region(run, S2_FUSED, plan->fused, c)};
}

/* A row of cells: every window is the sum of three sums of columns, of which the last two serve the
   next window. sums tmp [S2_GRAM_SUMS] */
static void join_row(const s2_dense_run *run, const s2_relation_space *space,
                     const joint_tensors *tensors, s2_rect rows, int y, float *sums)
{
    const s2_dense_plan *plan = &run->plan;
    const size_t floats = s2_gram_floats(space->c);
    const s2_rect cells = plan->fused_cells;
    float *column_sums = sums + floats;
    int next = plan->gram_cells.x; /* column to sum */
    for (int x = cells.x; x < cells.x + cells.w; x++) {
        const s2_rect window = window_cells(plan->gram_cells, x, y);
        const float *columns[3];
        for (; next < window.x + window.w; next++)
            sum_column(run, next, y, column_sums + (size_t)(next % 3) * floats);
        for (int i = 0; i < window.w; i++)
            columns[i] = column_sums + (size_t)((window.x + i) % 3) * floats;
        run->weights->base.kernels->sum(columns, window.w, floats, sums);
        s2_relation_join(space, sums);
        s2_relation_apply(space, s2_rect_intersect(cell_rect(run, x, y), rows), &tensors->spectral,
                          &tensors->spatial, &tensors->fused);
    }
}

static void join_domains(const s2_dense_run *run)
{
    const s2_dense_plan *plan = &run->plan;
    const int c = run->weights->base.spec.channels;
    const joint_tensors tensors = find_joint_tensors(run);
    const s2_rect rows = s2_rect_intersect(
        s2_dense_rows(plan->fused, run->now.fused, run->next.fused), plan->fused_computed);
    float *sums = run->buffer[S2_CELL_WORK];
    const s2_relation_space space =
        s2_relation_divide(run->weights->base.kernels, c, sums + S2_GRAM_SUMS * s2_gram_floats(c));
    s2_region_clear_rows(&tensors.fused, run->now.fused, run->next.fused, rows);
    if (run->weights->base.spec.off.ssja) {
        s2_relation_add(rows, &tensors.spectral, &tensors.spatial, &tensors.fused);
        return;
    }
    find_grams(run, &space, &tensors.spectral, &tensors.spatial);
    if (s2_rect_is_empty(rows))
        return;
    for (int y = rows.y / SIDE; y <= (rows.y + rows.h - 1) / SIDE; y++)
        join_row(run, &space, &tensors, rows, y, sums);
}

void s2_dense_relate(s2_dense_run *run)
{
    const s2_ablations *off = &run->weights->base.spec.off;
    const bool silent[S2_DOMAINS] = {off->spectral, off->spatial};
    for (int d = 0; d < S2_DOMAINS; d++) {
        const fusion domain = fusion_of(run, d);
        if (silent[d])
            silence_domain(run, &domain);
        else
            fuse_domain(run, &domain);
    }
    join_domains(run);
}
