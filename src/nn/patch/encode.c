/* Patch run: the part of the encoders that depends on a position and not on the patch around it. */
#include "nn/patch/worker.h"

#include <assert.h>
#include <string.h>

#include "nn/layers/pool.h"
#include "nn/run/sampler.h"

s2_rect s2_patch_reach(s2_rect rect)
{
    return (s2_rect){rect.x - S2_PATCH_CENTRE, rect.y - S2_PATCH_CENTRE, rect.w + S2_PATCH_PX - 1,
                     rect.h + S2_PATCH_PX - 1};
}

/* Of the patches' positions at stride 2, the first row and column are those of the block's patches'
   corners; the others begin two pixels further. */
s2_rect s2_patch_block_rect(int part, s2_rect block)
{
    const s2_rect reach = s2_patch_reach(block);
    const int edge = part - S2_OF_CONV1;
    s2_rect rect = {reach.x, reach.y, reach.w - 1, reach.h - 1};
    if (part == S2_OF_PIXELS)
        return s2_rect_grow(reach, 1);
    if (part < S2_OF_CONV1)
        return rect;
    if (edge == S2_EDGE_LEFT || edge == S2_EDGE_CORNER) {
        rect.w = block.w;
    } else {
        rect.x += 2;
        rect.w -= 2;
    }
    if (edge == S2_EDGE_TOP || edge == S2_EDGE_CORNER) {
        rect.h = block.h;
    } else {
        rect.y += 2;
        rect.h -= 2;
    }
    return rect;
}

static int part_channels(const s2_network_spec *spec, int source, int part)
{
    return part == S2_OF_PIXELS     ? spec->bands[source]
           : part == S2_OF_SPECTRAL ? s2_patch_spectral_width(spec, source)
                                    : S2_PATCH_CHANNELS;
}

s2_region s2_patch_block_region(const s2_patch_run *run, int source, int part)
{
    return (s2_region){s2_patch_block_rect(part, run->block),
                       part_channels(&run->weights->base.spec, source, part), 1,
                       run->buffer[S2_SOURCES + S2_PER_SOURCE * source + part], 0};
}

/* Pixels of a source at the reference pixels around the block; 0 outside the scene or the
   source. */
static s2_region fill_pixels(const s2_patch_run *run, int source)
{
    const s2_network_spec *spec = &run->weights->base.spec;
    const s2_run_geometry *geometry = run->geometry;
    const s2_rect scene = {0, 0, geometry->width, geometry->height};
    const s2_rect filled = s2_rect_intersect(s2_patch_reach(run->block), scene);
    const s2_region from = {run->source_rects[source], spec->bands[source], 1,
                            run->tile.pixels[source], 0};
    const s2_region to = s2_patch_block_region(run, source, S2_OF_PIXELS);
    const s2_sampling sampling = {geometry->ref_to_source[source], 1.0,
                                  geometry->source_width[source], geometry->source_height[source]};
    const s2_sampler sampler = {.sampling = sampling, .kernel = run->weights->base.kernels->sample};
    const size_t bytes = (size_t)to.stride * sizeof(float);
    s2_region_clear_around(&to, filled);
    for (int y = filled.y; y < filled.y + filled.h; y++) {
        if (spec->on_reference[source]) {
            memcpy(s2_region_at(&to, filled.x, y), s2_region_at(&from, filled.x, y),
                   (size_t)filled.w * bytes);
            continue;
        }
        for (int x = filled.x; x < filled.x + filled.w; x++)
            if (s2_sampling_inside(&sampling, x, y))
                s2_sampler_row(&sampler, &from, (s2_rect){x, y, 1, 1}, false,
                               (s2_row){s2_region_at(&to, x, y), to.stride});
            else
                memset(s2_region_at(&to, x, y), 0, bytes);
    }
    return to;
}

/* Spectral features at every position: the pool takes the position and those right of and below it.
   */
static void encode_spectral(const s2_patch_run *run, int source, const s2_region *pixels)
{
    const s2_folded_spectral *encoder = &run->weights->spectral[source];
    const s2_region out = s2_patch_block_region(run, source, S2_OF_SPECTRAL);
    const int bands = run->weights->base.spec.bands[source];
    const size_t pair = 2 * (size_t)bands;
    const int columns = out.rect.w + 1;
    float *rows[2] = {run->buffer[S2_FILTERED], run->buffer[S2_FILTERED] + (size_t)columns * pair};
    float *pooled = rows[1] + (size_t)columns * pair;
    assert(s2_row_filter_stride(encoder, bands) == 2 * bands); /* a pool follows */
    s2_row_filter(run->weights->base.kernels, encoder,
                  (s2_row){s2_region_at(pixels, out.rect.x, out.rect.y), bands}, bands, columns,
                  rows[0]);
    for (int y = out.rect.y; y < out.rect.y + out.rect.h; y++) {
        float *next = rows[1];
        s2_row_filter(run->weights->base.kernels, encoder,
                      (s2_row){s2_region_at(pixels, out.rect.x, y + 1), bands}, bands, columns,
                      next);
        for (size_t x = 0; x < (size_t)out.rect.w; x++) {
            const float *const four[4] = {rows[0] + x * pair, rows[0] + (x + 1) * pair,
                                          next + x * pair, next + (x + 1) * pair};
            s2_pool_four(four, pair, pooled + x * pair);
        }
        s2_row_conv(run->weights->kernel, &encoder->mix, (s2_row){pooled, 2 * bands}, out.rect.w,
                    (s2_row){s2_region_at(&out, out.rect.x, y), out.stride});
        rows[1] = rows[0];
        rows[0] = next;
    }
}

/* A convolution at every position, whatever its stride within a patch. */
static void encode_part(const s2_patch_run *run, int source, int part, s2_folded_conv conv,
                        const s2_region *pixels)
{
    const s2_region out = s2_patch_block_region(run, source, part);
    conv.conv.stride = 1;
    s2_region_conv(run->weights->kernel, &conv, pixels, NULL, out.rect, &out);
}

void s2_patch_encode(s2_patch_run *run)
{
    for (int s = 0; s < run->weights->base.spec.sources; s++) {
        const s2_patch_spatial *spatial = &run->weights->spatial[s];
        const s2_region pixels = fill_pixels(run, s);
        encode_spectral(run, s, &pixels);
        encode_part(run, s, S2_OF_SHORTCUT, spatial->shortcut, &pixels);
        for (int edge = 0; edge < S2_EDGES; edge++)
            encode_part(run, s, S2_OF_CONV1 + edge, spatial->conv1[edge], &pixels);
    }
}
