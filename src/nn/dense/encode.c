/* Dense run: from a source's rows to its features on the feature grid. */
#include <string.h>

#include "nn/dense/worker.h"

static s2_region spectral_stack(const s2_dense_run *run, int source)
{
    const s2_network_spec *spec = &run->weights->base.spec;
    const s2_region stack =
        s2_dense_region(run, S2_STACK_SPECTRAL, run->plan.stack, s2_dense_spectral_total(spec));
    return s2_region_channels(&stack, s2_dense_spectral_first(spec, source));
}

static s2_region spatial_stack(const s2_dense_run *run, int source)
{
    const s2_network_spec *spec = &run->weights->base.spec;
    const s2_region stack =
        s2_dense_region(run, S2_STACK_SPATIAL, run->plan.stack, spec->sources * spec->channels);
    return s2_region_channels(&stack, source * spec->channels);
}

static s2_region source_region(const s2_dense_run *run, int source, int part, s2_rect rect,
                               int channels)
{
    return s2_dense_region(run, s2_dense_buffer(source, part), rect, channels);
}

static s2_region source_pixels(const s2_dense_run *run, int source)
{
    return source_region(run, source, S2_OF_PIXELS, run->plan.source[source].pixels,
                         run->weights->base.spec.bands[source]);
}

/* Spectral encoder over `count` pixels of one row: out [count][width]. */
static void encode_spectral_row(const s2_dense_run *run, int source, float *pixels, int count,
                                float *out)
{
    const s2_folded_spectral *encoder = &run->weights->spectral[source];
    const int bands = run->weights->base.spec.bands[source];
    const int width = encoder->mix.conv.out;
    const s2_row filtered = {run->buffer[S2_SEGMENT], s2_row_filter_stride(encoder, bands)};
    for (int x = 0; x < count; x += S2_SEGMENT_PX) {
        const int part = count - x < S2_SEGMENT_PX ? count - x : S2_SEGMENT_PX;
        s2_row_filter(run->weights->base.kernels, encoder,
                      (s2_row){pixels + (ptrdiff_t)x * bands, bands}, bands, part, filtered.data);
        s2_row_conv(run->weights->base.kernels->row, &encoder->mix, filtered, part,
                    (s2_row){out + (ptrdiff_t)x * width, width});
    }
}

/* Spatial encoder to `out`, the source's spatial rows; `inside`: the grid of its outputs. */
static void encode_spatial(const s2_dense_run *run, int source, s2_rect inside,
                           const s2_region *out)
{
    const s2_folded_block *block = &run->weights->spatial[source];
    const s2_source_plan *plan = &run->plan.source[source];
    const s2_source_front *now = &run->now.source[source];
    const s2_source_front *next = &run->next.source[source];
    const s2_region pixels = source_pixels(run, source);
    const s2_region middle =
        source_region(run, source, S2_OF_MIDDLE, plan->middle, run->weights->base.spec.channels);
    const s2_rect computed =
        s2_rect_intersect(s2_dense_rows(plan->middle, now->middle, next->middle), inside);
    const s2_rect rows = s2_rect_intersect(
        s2_dense_rows(plan->spatial, now->spatial, next->spatial), plan->spatial_computed);
    s2_dense_conv(run, &block->conv1, &pixels, NULL, computed, &middle);
    s2_region_clear_rows(&middle, now->middle, next->middle, computed);
    s2_dense_conv(run, &block->shortcut, &pixels, NULL, rows, out);
    s2_dense_conv(run, &block->conv2, &middle, out, rows, out);
}

/* Mean over the two rows and columns that exist, into one row of the stack. */
static void halve_rows(const float *top, const float *bottom, int width, int channels, float *out,
                       int out_stride)
{
    for (int x = 0; x < width; x += 2, out += out_stride) {
        const float *left = top + (size_t)x * (size_t)channels;
        const float *under = bottom ? bottom + (size_t)x * (size_t)channels : NULL;
        const bool right = x + 1 < width;
        const float part = 1.0f / (float)((right ? 2 : 1) * (bottom ? 2 : 1));
        for (int k = 0; k < channels; k++) {
            float sum = left[k];
            sum += right ? left[channels + k] : 0.0f;
            sum += under ? under[k] : 0.0f;
            sum += under && right ? under[channels + k] : 0.0f;
            out[k] = sum * part;
        }
    }
}

/* Keep what the core's scores need of reference row y: its spectral features, for the detail path,
   and the expert's scores. */
static void keep_core_row(const s2_dense_run *run, int source, const float *row, int y)
{
    const s2_rect core = run->plan.core;
    const int width = s2_dense_spectral_width(&run->weights->base.spec, source);
    const s2_region kept = source_region(run, source, S2_OF_SPECTRAL, core, width);
    if (y < core.y || y >= core.y + core.h)
        return;
    memcpy(s2_region_at(&kept, core.x, y),
           row + (size_t)(core.x - run->plan.reference.x) * (size_t)width,
           (size_t)core.w * (size_t)width * sizeof(float));
    s2_dense_expert_bands(run, source, core.x, y, core.w);
}

static void encode_aligned(s2_dense_run *run, int source)
{
    const s2_rect reference = run->plan.reference;
    const s2_region pixels = source_pixels(run, source);
    const s2_region stack = spectral_stack(run, source);
    const s2_region spatial = spatial_stack(run, source);
    const int width = s2_dense_spectral_width(&run->weights->base.spec, source);
    float *rows[2] = {run->buffer[S2_ROWS], NULL};
    rows[1] = rows[0] + (size_t)reference.w * (size_t)width;
    for (int i = run->now.stack; i < run->next.stack; i++) {
        const int count = 2 * i + 1 < reference.y + reference.h ? 2 : 1;
        for (int k = 0; k < count; k++) {
            encode_spectral_row(run, source, s2_region_at(&pixels, reference.x, 2 * i + k),
                                reference.w, rows[k]);
            keep_core_row(run, source, rows[k], 2 * i + k);
        }
        halve_rows(rows[0], count > 1 ? rows[1] : NULL, reference.w, width,
                   s2_region_at(&stack, stack.rect.x, i), stack.stride);
    }
    s2_dense_expert_windows(run, source);
    encode_spatial(run, source, s2_dense_scene(run->geometry), &spatial);
    run->base.counts.encoded[source] +=
        (double)reference.w * 2.0 * (run->next.stack - run->now.stack);
}

/* Spectral features and expert's scores of new native rows, and what all there are give to the
   detail path. */
static void encode_native_rows(s2_dense_run *run, int source, const s2_region *spectral)
{
    const s2_folded_conv *conv = &run->weights->detail.part[source];
    const s2_source_plan *plan = &run->plan.source[source];
    const s2_rect rows = s2_dense_rows(plan->spectral, run->now.source[source].spectral,
                                       run->next.source[source].spectral);
    const s2_rect computed = s2_rect_intersect(rows, plan->spectral_computed);
    const s2_rect sampled = s2_rect_intersect(rows, plan->detail);
    const s2_region pixels = source_pixels(run, source);
    const s2_region detail =
        source_region(run, source, S2_OF_DETAIL, plan->detail, run->weights->base.spec.channels);
    for (int y = rows.y; y < rows.y + rows.h; y++) {
        if (y >= computed.y && y < computed.y + computed.h) {
            encode_spectral_row(run, source, s2_region_at(&pixels, computed.x, y), computed.w,
                                s2_region_at(spectral, computed.x, y));
            s2_dense_expert_bands(run, source, computed.x, y, computed.w);
        }
        if (y >= sampled.y && y < sampled.y + sampled.h)
            s2_row_conv(run->weights->base.kernels->row, conv,
                        (s2_row){s2_region_at(spectral, sampled.x, y), spectral->stride}, sampled.w,
                        (s2_row){s2_region_at(&detail, sampled.x, y), detail.stride});
    }
    run->base.counts.encoded[source] += (double)computed.w * computed.h;
}

static void encode_native(s2_dense_run *run, int source)
{
    const s2_network_spec *spec = &run->weights->base.spec;
    const s2_source_plan *plan = &run->plan.source[source];
    const s2_region spectral = source_region(run, source, S2_OF_SPECTRAL, plan->spectral,
                                             s2_dense_spectral_width(spec, source));
    const s2_region spatial =
        source_region(run, source, S2_OF_SPATIAL, plan->spatial, spec->channels);
    const s2_region to_spectral = spectral_stack(run, source);
    const s2_region to_spatial = spatial_stack(run, source);
    const s2_rect stack = run->plan.stack;
    const s2_sampler *sampler = &run->to_stack[source];
    encode_native_rows(run, source, &spectral);
    encode_spatial(run, source, s2_dense_source(spec, run->geometry, source), &spatial);
    for (int y = run->now.stack; y < run->next.stack; y++) {
        const s2_rect row = {stack.x, y, stack.w, 1};
        s2_sampler_row(sampler, &spectral, row, false,
                       (s2_row){s2_region_at(&to_spectral, stack.x, y), to_spectral.stride});
        s2_sampler_row(sampler, &spatial, row, false,
                       (s2_row){s2_region_at(&to_spatial, stack.x, y), to_spatial.stride});
    }
}

void s2_dense_encode(s2_dense_run *run, int source)
{
    if (run->weights->base.spec.on_reference[source])
        encode_aligned(run, source);
    else
        encode_native(run, source);
}
