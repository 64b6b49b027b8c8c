/* Dense run: how large a worker's buffers are, and how they are seen. */
#include <string.h>

#include "nn/dense/worker.h"
#include "nn/networks/windows.h"

int s2_dense_buffer(int source, int part)
{
    return S2_SOURCES + S2_PER_SOURCE * source + part;
}

static int smaller(int a, int b)
{
    return a < b ? a : b;
}

static int larger_int(int a, int b)
{
    return a > b ? a : b;
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

/* ---- rows that are needed at once -------------------------------------------------------------

   A step takes every tensor from the front fronts[0] to the front fronts[1]. Its ring holds the
   rows that the step adds, and the earlier ones that later layers still read:

       rows of a tensor    done with | still read by later layers | added by this step | to come
                                     first                        now                  next
                                     |<---------------- the rows of the ring -------->|
       in a ring of 6      row 6 lies where row 0 was, row 7 where row 1 was, ...

   A ring has as many rows as the step that needs most, over all steps and tiles. */

/* A ring holds rows first..end-1 at the same time. */
static void hold(int *rings, int buffer, s2_rect rect, int first, int end)
{
    const int rows = end - (first > rect.y ? first : rect.y);
    rings[buffer] = rows > rings[buffer] ? rows : rings[buffer];
}

/* The first row of Winograd's input for the output rows from `row` on. */
static int reach_of(int row, int dilation)
{
    return s2_winograd_input((s2_rect){0, row, 1, 1}, dilation).y;
}

/* First source row that the target rows from `row` of rect on still sample. */
static int sampled_from(const s2_sampling *sampling, s2_rect rect, int row)
{
    const s2_rect left = s2_dense_rows(rect, row, rect.y + rect.h);
    const int none = sampling->height;
    return s2_rect_is_empty(left) ? none : s2_sampling_bounds(sampling, left).y;
}

static void hold_source(const s2_network_spec *spec, const s2_run_geometry *geometry,
                        const s2_dense_plan *plan, const s2_dense_front *fronts, int s, int *rings)
{
    const s2_source_plan *source = &plan->source[s];
    const s2_source_front *now = &fronts[0].source[s];
    const s2_source_front *next = &fronts[1].source[s];
    const int ahead = fronts[2].source[s].pixels; /* what comes after may be read already */
    const s2_sampling feature = s2_dense_sampling(geometry, s, 2.0);
    const s2_sampling reference = s2_dense_sampling(geometry, s, 1.0);
    const bool aligned = spec->on_reference[s];
    int *of = rings + s2_dense_buffer(s, 0);
    int pixels = smaller(now->spectral, smaller(reach_of(now->middle, 1), now->spatial));
    int seen = sampled_from(&feature, plan->stack, fronts[0].stack); /* by the stack */
    if (aligned) {
        seen = 2 * fronts[0].stack;
        pixels = smaller(2 * now->middle - 1, seen);
    }
    hold(of, S2_OF_PIXELS, source->pixels, pixels, ahead);
    /* pixels seen off their centres; what is new waits until seams have it */
    const int valid = smaller(seen - 1, now->spectral);
    hold(of, S2_OF_VALID, source->valid, aligned ? seen - 1 : valid, ahead);
    hold(of, S2_OF_SPECTRAL, source->spectral,
         aligned ? fronts[0].core : smaller(seen, now->spectral), next->spectral);
    hold(of, S2_OF_DETAIL, source->detail, sampled_from(&reference, plan->core, fronts[0].core),
         next->spectral);
    hold(of, S2_OF_EXPERT, source->spectral,
         aligned ? fronts[0].core
                 : smaller(sampled_from(&reference, plan->core, fronts[0].core), now->spectral),
         next->spectral);
    if (aligned)
        hold(of, S2_OF_SUMS, source->sums, now->seen - S2_EXPERT_REACH, next->sums);
    hold(of, S2_OF_MIDDLE, source->middle, reach_of(now->spatial, 1), next->middle);
    hold(of, S2_OF_SPATIAL, source->spatial, smaller(seen, now->spatial), next->spatial);
}

/* Rings of one step, from fronts[0] to fronts[1]; the next one goes on to fronts[2]. */
static void hold_step(const s2_network_spec *spec, const s2_run_geometry *geometry,
                      const s2_dense_plan *plan, const s2_dense_front *fronts, int *rings)
{
    const s2_dense_front *now = &fronts[0];
    const s2_dense_front *next = &fronts[1];
    const int side = S2_CELL_FEATURE_PX;
    const s2_sampling upsampling = s2_dense_upsampling(geometry);
    const int first_mixed =
        now->mixed > plan->mixed_computed.y ? now->mixed : plan->mixed_computed.y;
    const int rows = plan->scale_cells.y + plan->scale_cells.h;
    const int fused_cell = (now->fused > 0 ? now->fused : 0) / side;
    const int stack_end = (next->stack + side - 1) / side;
    for (int domain = 0; domain < 2; domain++) {
        hold(rings, S2_STACK_SPECTRAL + domain, plan->stack, smaller(now->stack, first_mixed),
             next->stack);
        hold(rings, S2_MIXED_SPECTRAL + domain, plan->mixed, reach_of(now->joint, 2), next->mixed);
        hold(rings, S2_JOINT_SPECTRAL + domain, plan->joint, smaller(now->fused, now->grams * side),
             next->joint);
    }
    hold(rings, S2_FUSED, plan->fused, smaller(reach_of(now->middle, 1), now->block), next->fused);
    hold(rings, S2_MIDDLE, plan->middle, reach_of(now->block, 2), next->middle);
    hold(rings, S2_BLOCK, plan->block, reach_of(now->head, 1), next->block);
    hold(rings, S2_HEAD, plan->head, sampled_from(&upsampling, plan->core, now->core), next->head);
    if (!spec->off.attention) {
        hold(rings, S2_MOMENTS, plan->stat_cells, now->attention - 1, stack_end);
        hold(rings, S2_ATTENTION, plan->scale_cells, s2_cell_between(first_mixed, rows, side).first,
             next->attention);
    }
    if (!spec->off.ssja)
        hold(rings, S2_GRAMS, plan->gram_cells, fused_cell - 1, next->grams);
    hold(rings, S2_FEATURE_VALID, plan->stack, smaller(now->grams * side, now->stack), next->stack);
    hold(rings, S2_REFERENCE_VALID, plan->reference, smaller(now->core, 2 * now->stack),
         2 * next->stack);
    for (int s = 0; s < spec->sources; s++)
        hold_source(spec, geometry, plan, fronts, s, rings);
}

/* ---- bytes ---------------------------------------------------------------------------------- */

static void need(s2_dense_sizes *sizes, int buffer, int width, size_t channels, size_t size)
{
    const size_t bytes = (size_t)sizes->rings[buffer] * (size_t)width * channels * size;
    sizes->bytes[buffer] = larger(sizes->bytes[buffer], bytes);
}

static void need_floats(s2_dense_sizes *sizes, int buffer, size_t floats)
{
    sizes->bytes[buffer] = larger(sizes->bytes[buffer], floats * sizeof(float));
}

static void need_tensors(const s2_network_spec *spec, const s2_dense_plan *plan,
                         s2_dense_sizes *sizes)
{
    const size_t c = (size_t)spec->channels;
    const size_t spectral = (size_t)s2_dense_spectral_total(spec);
    const size_t spatial = (size_t)spec->sources * c;
    need(sizes, S2_STACK_SPECTRAL, plan->stack.w, spectral, sizeof(float));
    need(sizes, S2_STACK_SPATIAL, plan->stack.w, spatial, sizeof(float));
    for (int domain = 0; domain < 2; domain++) {
        need(sizes, S2_MIXED_SPECTRAL + domain, plan->mixed.w, c, sizeof(float));
        need(sizes, S2_JOINT_SPECTRAL + domain, plan->joint.w, c, sizeof(float));
    }
    need(sizes, S2_FUSED, plan->fused.w, c, sizeof(float));
    need(sizes, S2_MIDDLE, plan->middle.w, c, sizeof(float));
    need(sizes, S2_BLOCK, plan->block.w, c, sizeof(float));
    need(sizes, S2_HEAD, plan->head.w, S2_HIDDEN, sizeof(float));
    need(sizes, S2_MOMENTS, plan->stat_cells.w, 1 + 2 * (spectral + spatial), sizeof(float));
    need(sizes, S2_ATTENTION, plan->scale_cells.w, spectral + spatial, sizeof(float));
    need(sizes, S2_GRAMS, plan->gram_cells.w, s2_gram_floats(spec->channels), sizeof(float));
    need(sizes, S2_FEATURE_VALID, plan->stack.w, 1, 1);
    need(sizes, S2_REFERENCE_VALID, plan->reference.w, 1, 1);
}

static void need_source(const s2_network_spec *spec, const s2_dense_plan *plan, int s,
                        s2_dense_sizes *sizes)
{
    const s2_source_plan *source = &plan->source[s];
    const size_t bands = (size_t)spec->bands[s];
    const size_t c = (size_t)spec->channels;
    const size_t width = (size_t)s2_dense_spectral_width(spec, s);
    const int first = s2_dense_buffer(s, 0);
    need(sizes, first + S2_OF_PIXELS, source->pixels.w, bands, sizeof(float));
    need(sizes, first + S2_OF_VALID, source->valid.w, 1, 1);
    need(sizes, first + S2_OF_SPECTRAL, source->spectral.w, width, sizeof(float));
    need(sizes, first + S2_OF_MIDDLE, source->middle.w, c, sizeof(float));
    if (spec->expert)
        need(sizes, first + S2_OF_EXPERT, source->spectral.w, (size_t)spec->classes, sizeof(float));
    if (spec->windows && spec->on_reference[s]) {
        const int components = s2_expert_components(spec->bands[s]);
        need(sizes, first + S2_OF_SUMS, source->sums.w, (size_t)s2_window_sum_floats(components),
             sizeof(float));
        need_floats(sizes, S2_ROWS,
                    (size_t)((source->sums.w + 2 * S2_EXPERT_REACH) * components) +
                        s2_window_work_floats(components, source->sums.w));
        need_floats(sizes, S2_SEGMENT,
                    S2_SEGMENT_PX * (size_t)(s2_window_feature_floats(components) +
                                             (spec->hidden ? S2_EXPERT_HIDDEN : 0)));
    }
    if (!spec->on_reference[s]) {
        need(sizes, first + S2_OF_DETAIL, source->detail.w, c, sizeof(float));
        need(sizes, first + S2_OF_SPATIAL, source->spatial.w, c, sizeof(float));
    }
    need_floats(sizes, S2_ROWS, (size_t)(2 * plan->reference.w) * width);
    need_floats(sizes, S2_SEGMENT, S2_SEGMENT_PX * larger(2 * bands, S2_KERNEL_BLOCK));
    need_floats(sizes, S2_WINOGRAD, s2_winograd_floats(spec->bands[s], spec->channels));
}

/* Buffers that are no rings. score_rows: most rows of the core that a step gives. */
static void need_work(const s2_network_spec *spec, const s2_dense_plan *plan, int score_rows,
                      s2_dense_sizes *sizes)
{
    const size_t c = (size_t)spec->channels;
    const size_t spectral = (size_t)s2_dense_spectral_total(spec);
    const size_t widest = larger(spectral, (size_t)spec->sources * c);
    const size_t scored = (size_t)score_rows * (size_t)plan->core.w;
    const int columns =
        plan->core.w + spec->sources * (plan->core.w + plan->stack.w); /* of all samplers */
    need_floats(sizes, S2_CELL_WORK,
                larger(6 * widest, S2_GRAM_SUMS * s2_gram_floats(spec->channels) +
                                       s2_relation_floats(spec->channels)));
    need_floats(sizes, S2_WINOGRAD, s2_winograd_floats(spec->channels, spec->channels));
    need_floats(sizes, S2_SEGMENT, S2_SEGMENT_PX * larger(widest, c + S2_HIDDEN));
    need_floats(sizes, S2_ROWS, S2_WINOGRAD_SIDE * (size_t)plan->head.w * c);
    need_floats(sizes, S2_SCORES, scored * (size_t)spec->classes);
    sizes->bytes[S2_VALID] = larger(sizes->bytes[S2_VALID], scored);
    sizes->bytes[S2_COLUMNS] = larger(sizes->bytes[S2_COLUMNS], s2_sampler_bytes(columns));
}

/* What tiles have of rows, apart from rings. */
typedef struct row_sizes {
    int scored;                  /* most rows of the core that a step gives */
    int read[S2RGF_MAX_SOURCES]; /* most rows that it reads */
} row_sizes;

#define STEPS_LOOKED_AT 12 /* at either end of a tile: those between are like one another */

/* Rings and rows of a tile, which depend on its rows alone. */
static void measure_rows(const s2_network_spec *spec, const s2_run_geometry *geometry,
                         const s2_dense_plan *plan, bool quick, s2_dense_sizes *sizes,
                         row_sizes *rows)
{
    const int end = plan->core.y + plan->core.h;
    const int first = s2_dense_first_step(plan);
    const int last = end / (2 * S2_CELL_FEATURE_PX);
    s2_dense_front fronts[3] = {s2_dense_front_after(spec, geometry, plan, first - 1),
                                s2_dense_front_after(spec, geometry, plan, first)};
    for (int step = first; fronts[0].core < end; step++) {
        if (quick && step == first + STEPS_LOOKED_AT && step < last - STEPS_LOOKED_AT) {
            step = last - STEPS_LOOKED_AT;
            fronts[0] = s2_dense_front_after(spec, geometry, plan, step - 1);
            fronts[1] = s2_dense_front_after(spec, geometry, plan, step);
        }
        fronts[2] = s2_dense_front_after(spec, geometry, plan, step + 1);
        hold_step(spec, geometry, plan, fronts, sizes->rings);
        rows->scored = larger_int(rows->scored, fronts[1].core - fronts[0].core);
        for (int s = 0; s < spec->sources; s++)
            rows->read[s] =
                larger_int(rows->read[s], fronts[1].source[s].pixels - fronts[0].source[s].pixels);
        fronts[0] = fronts[1];
        fronts[1] = fronts[2];
    }
}

/* Buffers of a tile, by the rows of all tiles. */
static void measure_columns(const s2_network_spec *spec, const s2_dense_plan *plan,
                            const row_sizes *rows, s2_dense_sizes *sizes)
{
    need_tensors(spec, plan, sizes);
    for (int s = 0; s < spec->sources; s++) {
        const size_t pixels = (size_t)rows->read[s] * (size_t)plan->source[s].inside.w;
        sizes->read_pixels[s] = larger(sizes->read_pixels[s], pixels);
        need_source(spec, plan, s, sizes);
    }
    need_work(spec, plan, rows->scored, sizes);
}

static bool any_turned(const s2_network_spec *spec, const s2_run_geometry *geometry)
{
    bool turned = false;
    for (int s = 0; s < spec->sources; s++)
        turned = turned || (!spec->on_reference[s] && s2_is_turned(geometry, s));
    return turned;
}

/* Of the tiles at which to look, the one in the i-th row and j-th column. */
static void plan_tile(const s2_network_spec *spec, const s2_run_geometry *geometry,
                      const s2_tiling *tiling, bool quick, const int at[2], s2_dense_plan *plan)
{
    const s2_rect tiles = s2_tiling_tiles(tiling);
    const int row = tiles.y + s2_tiling_look(tiles.h, quick, at[0]);
    const int column = tiles.x + s2_tiling_look(tiles.w, quick, at[1]);
    const s2_rect core = s2_tiling_core(tiling, column, row);
    s2_dense_plan_make(spec, geometry, s2_tile_reach(geometry, core), plan);
}

/* Where no source is turned, rows are the same for all tiles of a row of tiles, columns for all of
   a column of tiles: one of each is enough. */
void s2_dense_measure(const s2_network_spec *spec, const s2_run_geometry *geometry,
                      const s2_tiling *tiling, bool quick, s2_dense_sizes *sizes)
{
    const s2_rect tiles = s2_tiling_tiles(tiling);
    const bool turned = any_turned(spec, geometry);
    const int columns = s2_tiling_looks(tiles.w, quick);
    const int rows = s2_tiling_looks(tiles.h, quick);
    row_sizes most = {0};
    s2_dense_plan plan;
    memset(sizes, 0, sizeof *sizes);
    for (int i = 0; i < rows; i++)
        for (int j = 0; j < (turned ? columns : 1); j++) {
            plan_tile(spec, geometry, tiling, quick, (const int[2]){i, j}, &plan);
            measure_rows(spec, geometry, &plan, quick, sizes, &most);
        }
    /* the rows of one tile's rings count for the width of another */
    for (int i = 0; i < (turned ? rows : 1); i++)
        for (int j = 0; j < columns; j++) {
            plan_tile(spec, geometry, tiling, quick, (const int[2]){i, j}, &plan);
            measure_columns(spec, &plan, &most, sizes);
        }
}

/* ---- views ---------------------------------------------------------------------------------- */

s2_rect s2_dense_rows(s2_rect rect, int first, int end)
{
    return (s2_rect){rect.x, first, rect.w, end - first};
}

s2_region s2_dense_region(const s2_dense_run *run, int buffer, s2_rect rect, int channels)
{
    return (s2_region){rect, channels, 1, run->buffer[buffer], run->sizes.rings[buffer]};
}

uint8_t *s2_dense_bytes(const s2_dense_run *run, int buffer, s2_rect rect, int y)
{
    const size_t row = (size_t)((y - rect.y) % run->sizes.rings[buffer]);
    return (uint8_t *)run->buffer[buffer] + row * (size_t)rect.w;
}

float *s2_dense_cell(const s2_dense_run *run, int buffer, s2_rect cells, int x, int y,
                     size_t floats)
{
    const size_t row = (size_t)((y - cells.y) % run->sizes.rings[buffer]);
    return (float *)run->buffer[buffer] + (row * (size_t)cells.w + (size_t)(x - cells.x)) * floats;
}
