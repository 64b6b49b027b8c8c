/* How far each tensor of a tile is computed while a dense run walks down it, a row of cells at a
   step. */
#include "nn/dense/front.h"

#include "nn/expert.h"
#include "nn/run/winograd.h"

#define SIDE S2_CELL_FEATURE_PX
/* Rows that necks read above and below: those above the scene are cleared in the first step. */
#define NECK_REACH 2
#define READ_ROWS                                                                                  \
    16 /* rows are read in multiples of this, because each call to GDAL costs something */

/* A row, or what of a rectangle lies before it. */
static int clamp_row(int row, s2_rect rect)
{
    const int end = rect.y + rect.h;
    return row < rect.y ? rect.y : row > end ? end : row;
}

static int end_of(s2_rect rect)
{
    return rect.y + rect.h;
}

/* The end of the rows that tiles of Winograd reach for the rows before `row`. */
static int winograd_end(int row)
{
    return s2_winograd_tiles_end(row, 1) + 1;
}

static s2_source_front aligned_front(const s2_source_plan *plan, const s2_dense_front *front,
                                     s2_rect scene)
{
    s2_source_front source = {.spatial = front->stack};
    source.middle = clamp_row(winograd_end(front->stack), plan->middle);
    const int computed = source.middle < end_of(scene) ? source.middle : end_of(scene);
    source.pixels = clamp_row(2 * computed, plan->pixels);
    source.spectral = clamp_row(2 * front->stack, plan->spectral);
    source.sums = clamp_row(2 * front->stack, plan->sums);
    /* a window needs the rows below its middle, as far as there are any */
    const bool all = source.sums == end_of(plan->sums);
    source.seen = clamp_row(source.sums - (all ? 0 : S2_EXPERT_REACH), plan->spectral);
    return source;
}

/* Convolutions go by whole tiles of Winograd, so that none is computed twice. */
static s2_source_front native_front(const s2_source_plan *plan, const s2_dense_plan *tile,
                                    const s2_dense_front *front, const s2_sampling *sampling)
{
    const s2_rect seen = {tile->stack.x, tile->stack.y, tile->stack.w,
                          front->stack - tile->stack.y};
    const s2_rect bounds = s2_sampling_bounds(sampling, seen);
    const s2_rect computed = {0, 0, sampling->width, sampling->height};
    s2_source_front source = {.sums = 0};
    int end = end_of(bounds);
    /* a source that does not run downwards with the reference is taken as a whole */
    if (front->stack == end_of(tile->stack) || sampling->to_source.m[5] < 0.0)
        end = end_of(plan->spectral);
    source.spectral = clamp_row(end, plan->spectral);
    source.spatial = clamp_row(s2_winograd_tiles_end(end, 1), plan->spatial);
    /* not clamped to the plan's rows, which begin late below a seam: nothing is read early */
    const int middle = s2_winograd_tiles_end(winograd_end(source.spatial), 1);
    source.middle = clamp_row(middle, plan->middle);
    source.pixels = winograd_end(clamp_row(middle, computed));
    if (source.pixels < source.spectral)
        source.pixels = source.spectral;
    source.pixels =
        clamp_row((source.pixels + READ_ROWS - 1) / READ_ROWS * READ_ROWS, plan->pixels);
    return source;
}

int s2_dense_first_step(const s2_dense_plan *plan)
{
    return plan->stat_cells.y;
}

s2_dense_front s2_dense_front_after(const s2_network_spec *spec, const s2_run_geometry *geometry,
                                    const s2_dense_plan *plan, int step)
{
    const s2_ablations *off = &spec->off;
    /* rows of cells that both domains have, and that are fused: a window needs the row below it */
    const int joint = off->attention ? step : step - 1;
    const int fused = off->ssja ? joint : joint - 1;
    s2_dense_front front;
    front.stack = clamp_row(SIDE * (step + 1), plan->stack);
    front.attention = clamp_row(step, plan->scale_cells);
    /* interpolation needs the window of the next cell, up to the centre of its own */
    const int mixed_later = off->attention ? NECK_REACH : SIDE + SIDE / 2;
    front.mixed = clamp_row(SIDE * (step + 1) - mixed_later, plan->mixed);
    front.joint = clamp_row(SIDE * joint, plan->joint);
    front.grams = clamp_row(joint, plan->gram_cells);
    front.fused = clamp_row(SIDE * fused, plan->fused);
    front.middle = clamp_row(SIDE * fused - S2_WINOGRAD_SIDE, plan->middle);
    front.block = clamp_row(SIDE * (fused - 1), plan->block);
    front.head = clamp_row(SIDE * (fused - 1) - S2_WINOGRAD_SIDE, plan->head);
    front.core = clamp_row(2 * SIDE * (fused - 2), plan->core);
    for (int s = 0; s < spec->sources; s++) {
        const s2_source_plan *source = &plan->source[s];
        const s2_sampling sampling = s2_dense_sampling(geometry, s, 2.0);
        if (front.stack == plan->stack.y)
            front.source[s] =
                (s2_source_front){source->pixels.y,  source->spectral.y, source->middle.y,
                                  source->spatial.y, source->sums.y,     source->spectral.y};
        else if (spec->on_reference[s])
            front.source[s] = aligned_front(source, &front, s2_dense_scene(geometry));
        else
            front.source[s] = native_front(source, plan, &front, &sampling);
    }
    return front;
}
