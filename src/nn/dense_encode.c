/* Dense run: from a source's pixels to its features on the feature grid. */
#include "nn/dense_worker.h"

#include <string.h>

static int source_buffer(int source, int part)
{
    return S2_SOURCES + S2_PER_SOURCE * source + part;
}

/* First channel of a source in the spectral stack. */
static int spectral_offset(const s2_network_spec *spec, int source)
{
    int first = 0;
    for (int s = 0; s < source; s++)
        first += s2_dense_spectral_width(spec, s);
    return first;
}

static s2_region spectral_stack(const s2_dense_run *run, int source)
{
    const s2_network_spec *spec = &run->weights->spec;
    s2_region stack =
        s2_dense_region(run, S2_STACK_SPECTRAL, run->plan.stack, s2_dense_spectral_total(spec));
    stack.data += spectral_offset(spec, source);
    return stack;
}

static s2_region spatial_stack(const s2_dense_run *run, int source)
{
    const s2_network_spec *spec = &run->weights->spec;
    s2_region stack =
        s2_dense_region(run, S2_STACK_SPATIAL, run->plan.stack, spec->sources * spec->channels);
    stack.data += source * spec->channels;
    return stack;
}

static s2_region source_pixels(const s2_dense_run *run, int source)
{
    return (s2_region){run->plan.source[source].window, run->weights->spec.bands[source], 1,
                       run->tile.pixels[source]};
}

/* Spectral encoder over `count` pixels of one row; filtered tmp [count][2 bands]. */
static void encode_spectral_row(const s2_dense_run *run, int source, const float *pixels, int count,
                                float *filtered, float *out)
{
    const s2_folded_spectral *encoder = &run->weights->spectral[source];
    const int bands = run->weights->spec.bands[source];
    s2_folded_filter(encoder, pixels, bands, count, filtered);
    s2_row_conv(run->weights->kernels->row, &encoder->mix, (s2_row){filtered, 2 * bands}, count,
                (s2_row){out, encoder->mix.conv.out});
}

/* The source's pixels with zeros beyond it. */
static s2_region pad_source(const s2_dense_run *run, int source)
{
    const s2_region from = source_pixels(run, source);
    const s2_region padded = s2_dense_region(run, source_buffer(source, S2_OF_PADDED),
                                             run->plan.source[source].padded, from.stride);
    const s2_rect inside = s2_rect_intersect(padded.rect, from.rect);
    for (int y = inside.y; y < inside.y + inside.h; y++)
        memcpy(s2_region_at(&padded, inside.x, y), s2_region_at(&from, inside.x, y),
               (size_t)inside.w * (size_t)from.stride * sizeof(float));
    s2_region_clear_around(&padded, inside);
    return padded;
}

/* Spatial encoder to `out` over the source's spatial rectangle; `inside`: the grid of its outputs.
   */
static void encode_spatial(const s2_dense_run *run, int source, s2_rect inside,
                           const s2_region *out)
{
    const s2_folded_block *block = &run->weights->spatial[source];
    const s2_source_plan *plan = &run->plan.source[source];
    const s2_rect computed = s2_rect_intersect(plan->middle, inside);
    const s2_region padded = pad_source(run, source);
    const s2_region middle = s2_dense_region(run, source_buffer(source, S2_OF_MIDDLE), plan->middle,
                                             run->weights->spec.channels);
    s2_dense_conv(run, &block->conv1, &padded, NULL, computed, &middle);
    s2_region_clear_around(&middle, computed);
    s2_dense_conv(run, &block->shortcut, &padded, NULL, plan->spatial, out);
    s2_dense_conv(run, &block->conv2, &middle, out, plan->spatial, out);
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

/* Keep the part of reference row y that lies in the core, for the detail path. */
static void keep_core_row(const s2_dense_run *run, int source, const float *row, int first_x, int y)
{
    const s2_rect core = run->plan.core;
    const int width = s2_dense_spectral_width(&run->weights->spec, source);
    const s2_region kept = s2_dense_region(run, source_buffer(source, S2_OF_SPECTRAL), core, width);
    if (y >= core.y && y < core.y + core.h)
        memcpy(s2_region_at(&kept, core.x, y), row + (size_t)(core.x - first_x) * (size_t)width,
               (size_t)core.w * (size_t)width * sizeof(float));
}

static void encode_aligned(s2_dense_run *run, int source)
{
    const s2_network_spec *spec = &run->weights->spec;
    const s2_rect scene = {0, 0, (run->geometry->width + 1) / 2, (run->geometry->height + 1) / 2};
    const s2_rect reference = s2_dense_reference_rect(run);
    const s2_region pixels = source_pixels(run, source);
    const s2_region stack = spectral_stack(run, source);
    const s2_region spatial = spatial_stack(run, source);
    const int width = s2_dense_spectral_width(spec, source);
    float *filtered = run->buffer[S2_ROWS];
    float *rows[2];
    rows[0] = filtered + (size_t)reference.w * 2 * (size_t)spec->bands[source];
    rows[1] = rows[0] + (size_t)reference.w * (size_t)width;
    for (int i = stack.rect.y; i < stack.rect.y + stack.rect.h; i++) {
        const bool both = 2 * i + 1 < reference.y + reference.h;
        for (int k = 0; k <= both; k++) {
            encode_spectral_row(run, source, s2_region_at(&pixels, reference.x, 2 * i + k),
                                reference.w, filtered, rows[k]);
            keep_core_row(run, source, rows[k], reference.x, 2 * i + k);
        }
        halve_rows(rows[0], both ? rows[1] : NULL, reference.w, width,
                   s2_region_at(&stack, stack.rect.x, i), stack.stride);
    }
    encode_spatial(run, source, scene, &spatial);
}

static void encode_native(s2_dense_run *run, int source)
{
    const s2_network_spec *spec = &run->weights->spec;
    const s2_source_plan *plan = &run->plan.source[source];
    const s2_rect all = {0, 0, run->geometry->source_width[source],
                         run->geometry->source_height[source]};
    const s2_sampling sampling = s2_dense_sampling(run->geometry, source, 2.0);
    const int width = s2_dense_spectral_width(spec, source);
    const s2_region pixels = source_pixels(run, source);
    const s2_region spectral =
        s2_dense_region(run, source_buffer(source, S2_OF_SPECTRAL), plan->spectral, width);
    const s2_region spatial =
        s2_dense_region(run, source_buffer(source, S2_OF_SPATIAL), plan->spatial, spec->channels);
    const s2_region to_spectral = spectral_stack(run, source);
    const s2_region to_spatial = spatial_stack(run, source);
    const s2_rect stack = run->plan.stack;
    for (int y = plan->spectral.y; y < plan->spectral.y + plan->spectral.h; y++)
        encode_spectral_row(run, source, s2_region_at(&pixels, plan->spectral.x, y),
                            plan->spectral.w, run->buffer[S2_ROWS],
                            s2_region_at(&spectral, plan->spectral.x, y));
    encode_spatial(run, source, all, &spatial);
    for (int y = stack.y; y < stack.y + stack.h; y++) {
        s2_row_sample(&sampling, &spectral, width, stack.x, y, stack.w,
                      s2_region_at(&to_spectral, stack.x, y), to_spectral.stride);
        s2_row_sample(&sampling, &spatial, spec->channels, stack.x, y, stack.w,
                      s2_region_at(&to_spatial, stack.x, y), to_spatial.stride);
    }
}

void s2_dense_encode(s2_dense_run *run, int source)
{
    if (run->weights->spec.on_reference[source])
        encode_aligned(run, source);
    else
        encode_native(run, source);
}
