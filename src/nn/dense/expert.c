/* Dense run: what the experts say of a source's pixels. */
#include "nn/dense/worker.h"
#include "nn/networks/windows.h"

static s2_region scores_of(const s2_dense_run *run, int source)
{
    return s2_dense_region(run, s2_dense_buffer(source, S2_OF_EXPERT),
                           run->plan.source[source].spectral, run->weights->base.spec.classes);
}

static s2_region pixels_of(const s2_dense_run *run, int source)
{
    return s2_dense_region(run, s2_dense_buffer(source, S2_OF_PIXELS),
                           run->plan.source[source].pixels, run->weights->base.spec.bands[source]);
}

static s2_region sums_of(const s2_dense_run *run, int source)
{
    const int components = run->weights->expert[source].components.conv.out;
    return s2_dense_region(run, s2_dense_buffer(source, S2_OF_SUMS), run->plan.source[source].sums,
                           s2_window_sum_floats(components));
}

void s2_dense_expert_bands(const s2_dense_run *run, int source, int x, int y, int count)
{
    const s2_folded_conv *bands = &run->weights->expert[source].bands;
    const s2_region pixels = pixels_of(run, source);
    const s2_region scores = scores_of(run, source);
    if (bands->w)
        s2_row_conv(run->weights->base.kernels->row, bands,
                    (s2_row){s2_region_at(&pixels, x, y), pixels.stride}, count,
                    (s2_row){s2_region_at(&scores, x, y), scores.stride});
}

/* Sums along row y. */
static void sum_row(const s2_dense_run *run, int source, int y)
{
    const s2_folded_conv *conv = &run->weights->expert[source].components;
    const s2_rect core = run->plan.core;
    const s2_rect kept = run->plan.source[source].valid;
    const s2_rect reached =
        s2_rect_intersect((s2_rect){core.x - S2_EXPERT_REACH, y, core.w + 2 * S2_EXPERT_REACH, 1},
                          (s2_rect){0, y, run->geometry->width, 1});
    const int around[2] = {core.x - reached.x, reached.x + reached.w - core.x - core.w};
    const s2_region pixels = pixels_of(run, source);
    const s2_region sums = sums_of(run, source);
    float *values = run->buffer[S2_ROWS];
    s2_row_conv(run->weights->base.kernels->row, conv,
                (s2_row){s2_region_at(&pixels, reached.x, y), pixels.stride}, reached.w,
                (s2_row){values, conv->conv.out});
    s2_window_sum_row(values,
                      s2_dense_bytes(run, s2_dense_buffer(source, S2_OF_VALID), kept, y) +
                          (reached.x - kept.x),
                      conv->conv.out, around, core.w, s2_region_at(&sums, core.x, y),
                      values + (size_t)reached.w * (size_t)conv->conv.out);
}

/* What the windows around row y add to its scores: those of one segment. */
static void add_segment(const s2_dense_run *run, int source, s2_row features, int count,
                        s2_row scores)
{
    const s2_folded_expert *expert = &run->weights->expert[source];
    const s2_kernel_row_function kernel = run->weights->base.kernels->row;
    const s2_row hidden = {features.data + (size_t)S2_SEGMENT_PX * (size_t)features.stride,
                           S2_EXPERT_HIDDEN};
    s2_row_conv_add(kernel, &expert->windows, features, count, &scores, scores);
    if (!expert->hidden.w)
        return;
    s2_row_conv(kernel, &expert->hidden, features, count, hidden);
    s2_row_conv_add(kernel, &expert->units, hidden, count, &scores, scores);
}

/* What the windows around row y add to its scores. */
static void score_row(const s2_dense_run *run, int source, int y)
{
    const s2_folded_expert *expert = &run->weights->expert[source];
    const s2_rect core = run->plan.core;
    const s2_region scores = scores_of(run, source);
    const s2_region sums = sums_of(run, source);
    const int components = expert->components.conv.out;
    const s2_row features = {run->buffer[S2_SEGMENT], s2_window_feature_floats(components)};
    const float *rows[2 * S2_EXPERT_REACH + 1];
    for (int i = 0; i <= 2 * S2_EXPERT_REACH; i++) {
        const int at = y + i - S2_EXPERT_REACH;
        const bool inside = at >= sums.rect.y && at < sums.rect.y + sums.rect.h;
        rows[i] = inside ? s2_region_at(&sums, core.x, at) : NULL;
    }
    for (int x = 0; x < core.w; x += S2_SEGMENT_PX) {
        const int count = core.w - x < S2_SEGMENT_PX ? core.w - x : S2_SEGMENT_PX;
        const s2_row row = {s2_region_at(&scores, core.x + x, y), scores.stride};
        s2_window_features(rows, core.w, components, x, count, features.data);
        add_segment(run, source, features, count, row);
    }
}

void s2_dense_expert_windows(const s2_dense_run *run, int source)
{
    const s2_source_front *now = &run->now.source[source];
    const s2_source_front *next = &run->next.source[source];
    if (!run->weights->expert[source].windows.w)
        return;
    for (int y = now->sums; y < next->sums; y++)
        sum_row(run, source, y);
    for (int y = now->seen; y < next->seen; y++)
        score_row(run, source, y);
}
