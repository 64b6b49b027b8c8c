/* Dense run: from the fused tensor through the head and the detail path to scores. */
#include <string.h>

#include "nn/dense/worker.h"
#include "nn/run/validity.h"

/* The hidden layer of the classifier is linear in the head before it is sampled: its part of the
   head is computed on the feature grid, where there are four times fewer pixels. */
static void give_to_hidden(const s2_dense_run *run, const s2_region *block)
{
    const s2_dense_weights *weights = run->weights;
    const s2_rect head = run->plan.head;
    const int c = weights->base.spec.channels;
    const s2_region given = s2_dense_region(run, S2_HEAD, head, S2_HIDDEN);
    const int first = run->now.head;
    const int end = run->next.head;
    for (int y = first; y < end;) {
        /* whole tiles of Winograd at a time */
        const int tile = s2_winograd_tiles_end(y + 1, 1);
        const int stop = tile < end ? tile : end;
        const s2_rect rows = {head.x, y, head.w, stop - y};
        const s2_region tensor = {rows, c, 1, run->buffer[S2_ROWS], 0};
        s2_dense_conv(run, &weights->trunk.head_conv, block, NULL, rows, &tensor);
        for (; y < stop; y++)
            s2_row_conv(weights->base.kernels->row, &weights->hidden_head,
                        (s2_row){s2_region_at(&tensor, head.x, y), c}, head.w,
                        (s2_row){s2_region_at(&given, head.x, y), S2_HIDDEN});
    }
}

void s2_dense_head(s2_dense_run *run)
{
    const s2_dense_plan *plan = &run->plan;
    const s2_rect scene = s2_dense_scene(run->geometry);
    const s2_folded_block *weights = &run->weights->trunk.head_block;
    const int c = run->weights->base.spec.channels;
    const s2_region fused = s2_dense_region(run, S2_FUSED, plan->fused, c);
    const s2_region middle = s2_dense_region(run, S2_MIDDLE, plan->middle, c);
    const s2_region block = s2_dense_region(run, S2_BLOCK, plan->block, c);
    const s2_rect middle_rows =
        s2_rect_intersect(s2_dense_rows(plan->middle, run->now.middle, run->next.middle), scene);
    const s2_rect block_rows =
        s2_rect_intersect(s2_dense_rows(plan->block, run->now.block, run->next.block), scene);
    s2_dense_conv(run, &weights->conv1, &fused, NULL, middle_rows, &middle);
    s2_region_clear_rows(&middle, run->now.middle, run->next.middle, middle_rows);
    s2_dense_conv(run, &weights->shortcut, &fused, NULL, block_rows, &block);
    s2_dense_conv(run, &weights->conv2, &middle, &block, block_rows, &block);
    s2_region_clear_rows(&block, run->now.block, run->next.block, block_rows);
    give_to_hidden(run, &block);
}

/* Detail path over pixels of one row of the core: detail out [pixels.w][c]. */
static void find_detail(const s2_dense_run *run, s2_rect pixels, float *detail)
{
    const s2_dense_weights *weights = run->weights;
    const s2_network_spec *spec = &weights->base.spec;
    const int c = spec->channels;
    const s2_row out = {detail, c};
    bool any = false;
    for (int s = 0; s < spec->sources; s++) {
        const s2_region kept =
            s2_dense_region(run, s2_dense_buffer(s, S2_OF_DETAIL), run->plan.source[s].detail, c);
        if (spec->on_reference[s])
            continue;
        s2_sampler_row(&run->to_core[s], &kept, pixels, any, out);
        any = true;
    }
    for (int s = 0; s < spec->sources; s++) {
        const s2_region kept = s2_dense_region(run, s2_dense_buffer(s, S2_OF_SPECTRAL),
                                               run->plan.core, s2_dense_spectral_width(spec, s));
        if (!spec->on_reference[s])
            continue;
        s2_row_conv_add(weights->base.kernels->row, &weights->detail.part[s],
                        (s2_row){s2_region_at(&kept, pixels.x, pixels.y), kept.stride}, pixels.w,
                        any ? &out : NULL, out);
        any = true;
    }
    for (int i = 0; i < pixels.w * c && !weights->detail.ends_aligned; i++)
        detail[i] = detail[i] < 0.0f ? 0.0f : detail[i];
}

/* The expert's scores of pixels of one row of the core, added to the network's. */
static void add_expert(const s2_dense_run *run, s2_rect pixels, s2_row scores)
{
    const s2_network_spec *spec = &run->weights->base.spec;
    for (int s = 0; s < spec->sources && spec->expert; s++) {
        const s2_region kept = s2_dense_region(run, s2_dense_buffer(s, S2_OF_EXPERT),
                                               run->plan.source[s].spectral, spec->classes);
        if (!spec->on_reference[s]) {
            s2_sampler_row(&run->to_core[s], &kept, pixels, true, scores);
            continue;
        }
        const float *own = s2_region_at(&kept, pixels.x, pixels.y);
        for (int i = 0; i < pixels.w * spec->classes; i++)
            scores.data[i] += own[i];
    }
}

/* The same where all sources have data: the expert knows nothing of others. */
static void add_expert_to_whole(const s2_dense_run *run, s2_rect pixels, s2_row scores)
{
    const s2_rect core = run->plan.core;
    const uint8_t *valid = (const uint8_t *)run->buffer[S2_VALID] +
                           (ptrdiff_t)(pixels.y - run->now.core) * core.w + (pixels.x - core.x);
    for (int x = 0, end; x < pixels.w; x = end) {
        const bool part = valid[x] == S2_PIXEL_PART;
        for (end = x + 1; end < pixels.w && (valid[end] == S2_PIXEL_PART) == part;)
            end++;
        if (!part)
            add_expert(run, (s2_rect){pixels.x + x, pixels.y, end - x, 1},
                       (s2_row){scores.data + (ptrdiff_t)x * scores.stride, scores.stride});
    }
}

/* Scores of pixels of one row of the core. */
static void score_pixels(const s2_dense_run *run, s2_rect pixels, float *scores)
{
    const s2_dense_weights *weights = run->weights;
    const s2_network_spec *spec = &weights->base.spec;
    const int c = spec->channels;
    const s2_region given = s2_dense_region(run, S2_HEAD, run->plan.head, S2_HIDDEN);
    float *detail = run->buffer[S2_SEGMENT];
    const s2_row hidden = {detail + S2_SEGMENT_PX * c, S2_HIDDEN};
    if (spec->off.spectral)
        memset(detail, 0, (size_t)(pixels.w * c) * sizeof(float));
    else
        find_detail(run, pixels, detail);
    s2_sampler_row(&run->upsampler, &given, pixels, false, hidden);
    s2_row_conv_add(weights->base.kernels->row, &weights->hidden_detail, (s2_row){detail, c},
                    pixels.w, &hidden, hidden);
    s2_row_conv(weights->base.kernels->row, &weights->out, hidden, pixels.w,
                (s2_row){scores, spec->classes});
    add_expert_to_whole(run, pixels, (s2_row){scores, spec->classes});
}

/* Segment by segment, not row by row: the rows of the head and of coarse sources, of which every
   row of the core samples two, stay in the cache. */
void s2_dense_classify(s2_dense_run *run)
{
    const s2_rect core = run->plan.core;
    const s2_rect reference = run->plan.reference;
    const ptrdiff_t classes = run->weights->base.spec.classes;
    float *scores = run->buffer[S2_SCORES];
    for (int y = run->now.core; y < run->next.core; y++)
        memcpy((uint8_t *)run->buffer[S2_VALID] + (ptrdiff_t)(y - run->now.core) * core.w,
               s2_dense_bytes(run, S2_REFERENCE_VALID, reference, y) + (core.x - reference.x),
               (size_t)core.w);
    for (int x = 0; x < core.w; x += S2_SEGMENT_PX) {
        const int count = core.w - x < S2_SEGMENT_PX ? core.w - x : S2_SEGMENT_PX;
        for (int y = run->now.core; y < run->next.core; y++) {
            const ptrdiff_t first = (ptrdiff_t)(y - run->now.core) * core.w + x;
            score_pixels(run, (s2_rect){core.x + x, y, count, 1}, scores + first * classes);
        }
    }
}
