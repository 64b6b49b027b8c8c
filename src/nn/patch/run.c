/* The patch network at work on a scene: one patch for every wanted pixel, batch-norms folded. */
#include "nn/patch/run.h"

#include <string.h>

#include "core/error.h"
#include "core/memory.h"
#include "nn/patch/worker.h"

typedef struct buffer_sizes {
    size_t floats[S2_BUFFERS];
    size_t pixels[S2RGF_MAX_SOURCES]; /* of the source rectangles */
    size_t core;                      /* pixels */
} buffer_sizes;

static size_t area(s2_rect rect)
{
    return (size_t)rect.w * (size_t)rect.h;
}

static size_t largest(size_t a, size_t b)
{
    return a > b ? a : b;
}

static s2_rect source_rect(const s2_network_spec *spec, const s2_run_geometry *geometry, int source,
                           s2_rect core)
{
    const s2_rect scene = {0, 0, geometry->width, geometry->height};
    const s2_rect reach = s2_rect_intersect(s2_patch_reach(core), scene);
    const s2_sampling sampling = {geometry->ref_to_source[source], 1.0,
                                  geometry->source_width[source], geometry->source_height[source]};
    return spec->on_reference[source] ? reach : s2_sampling_bounds(&sampling, reach);
}

/* Floats of the buffers of a batch; those of the tensors are per patch first. */
static void measure_batch(const s2_network_spec *spec, size_t *floats)
{
    const size_t c = S2_PATCH_CHANNELS;
    const size_t wide = S2_PATCH_WIDE;
    const size_t features = (size_t)S2_PATCH_FEATURE_PX * S2_PATCH_FEATURE_PX;
    const size_t framed = (size_t)(S2_PATCH_FEATURE_PX + 2) * (S2_PATCH_FEATURE_PX + 2);
    const size_t joint = (size_t)S2_PATCH_JOINT_PX * S2_PATCH_JOINT_PX;
    const size_t joint_framed = (size_t)(S2_PATCH_JOINT_PX + 2) * (S2_PATCH_JOINT_PX + 2);
    const size_t spectral = (size_t)s2_patch_spectral_total(spec);
    const size_t spatial = (size_t)spec->sources * c;
    const size_t widest = largest(spectral, spatial);
    const size_t each[S2_FILTERED] = {
        [S2_SHORTCUT] = features * c,
        [S2_MIDDLE] = framed * c,
        [S2_STACK_SPECTRAL] = features * spectral,
        [S2_STACK_SPATIAL] = features * spatial,
        [S2_UNFOLDED] = features * spectral,
        [S2_ATTENTION] = widest,
        [S2_MIXED] = framed * c,
        [S2_NECK] = (size_t)S2_PATCH_NECK_PX * S2_PATCH_NECK_PX * wide,
        [S2_JOINT_SPECTRAL] = joint * wide,
        [S2_JOINT_SPATIAL] = joint * wide,
        [S2_FUSED] = joint_framed * wide,
        [S2_BLOCK_MIDDLE] = joint_framed * wide,
        [S2_BLOCK_SHORTCUT] = joint * wide,
        [S2_BLOCK] = joint_framed * wide,
        [S2_HEAD] = joint * c,
        [S2_POOLED] = S2_PATCH_FLAT,
        [S2_FLAT] = S2_PATCH_FLAT,
        [S2_HIDDEN_ROWS] = S2_HIDDEN,
        [S2_SCORES] = (size_t)spec->classes,
    };
    for (int i = 0; i < S2_FILTERED; i++)
        floats[i] = S2_PATCH_BATCH * each[i];
    floats[S2_EXPANDED] = (size_t)S2_UNFOLD_WIDTH * S2_UNFOLD_STRIDE;
    floats[S2_MOMENTS] = 6 * widest;
    floats[S2_RELATION] = s2_gram_floats(S2_PATCH_WIDE) + s2_relation_floats(S2_PATCH_WIDE);
}

/* Floats of the buffers of a block of that side. */
static void measure_block(const s2_network_spec *spec, int side, size_t *floats)
{
    const s2_rect block = {0, 0, side, side};
    const size_t columns = (size_t)s2_patch_reach(block).w;
    for (int s = 0; s < spec->sources; s++) {
        const size_t bands = (size_t)spec->bands[s];
        size_t *of = floats + S2_SOURCES + S2_PER_SOURCE * s;
        floats[S2_FILTERED] = largest(floats[S2_FILTERED], 3 * columns * 2 * bands);
        for (int part = 0; part < S2_PER_SOURCE; part++)
            of[part] = area(s2_patch_block_rect(part, block)) * S2_PATCH_CHANNELS;
        of[S2_OF_PIXELS] = area(s2_patch_block_rect(S2_OF_PIXELS, block)) * bands;
    }
}

static int larger_int(int a, int b)
{
    return a > b ? a : b;
}

/* Sides of the largest rectangle of a source, and of the largest core, of all tiles: rectangles are
   as wide as any at all heights. */
static void measure_source_rects(const s2_network_spec *spec, const s2_run_geometry *geometry,
                                 const s2_tiling *tiling, bool quick, buffer_sizes *sizes)
{
    const s2_rect tiles = s2_tiling_tiles(tiling);
    const int columns = s2_tiling_looks(tiles.w, quick);
    const int rows = s2_tiling_looks(tiles.h, quick);
    for (int s = 0; s < spec->sources; s++) {
        const bool turned = !spec->on_reference[s] && s2_is_turned(geometry, s);
        s2_rect core = {0};
        s2_rect widest = {0};
        for (int i = 0; i < rows; i++)
            for (int j = 0; j < columns && (turned || i == 0 || j == 0); j++) {
                const s2_rect tile =
                    s2_tiling_core(tiling, tiles.x + s2_tiling_look(tiles.w, quick, j),
                                   tiles.y + s2_tiling_look(tiles.h, quick, i));
                const s2_rect part = s2_tile_reach(geometry, tile);
                const s2_rect here = source_rect(spec, geometry, s, part);
                core.w = larger_int(core.w, part.w);
                core.h = larger_int(core.h, part.h);
                widest.w = larger_int(widest.w, here.w);
                widest.h = larger_int(widest.h, here.h);
            }
        sizes->core = area(core);
        sizes->pixels[s] = area(widest);
    }
}

static void measure(const s2_network_spec *spec, const s2_run_geometry *geometry,
                    const s2_tiling *tiling, bool quick, buffer_sizes *sizes)
{
    const int side = tiling->w > tiling->h ? tiling->w : tiling->h;
    memset(sizes, 0, sizeof *sizes);
    measure_batch(spec, sizes->floats);
    measure_block(spec, side < S2_PATCH_BLOCK_PX ? side : S2_PATCH_BLOCK_PX, sizes->floats);
    measure_source_rects(spec, geometry, tiling, quick, sizes);
}

size_t s2_patch_run_needs(const s2_weights *weights, const s2_run_geometry *geometry,
                          const s2_tiling *tiling, bool quick, size_t *read_pixels)
{
    buffer_sizes sizes;
    measure(&weights->spec, geometry, tiling, quick, &sizes);
    size_t bytes = sizeof(s2_patch_run) + s2_tile_bytes(&weights->spec, sizes.core, sizes.pixels);
    for (int i = 0; i < S2_BUFFERS; i++)
        bytes += sizes.floats[i] * sizeof(float);
    for (int s = 0; s < weights->spec.sources; s++)
        read_pixels[s] = sizes.pixels[s];
    return bytes;
}

bool s2_patch_run_init(s2_run *base, const s2_tiling *tiling)
{
    s2_patch_run *run = (s2_patch_run *)base;
    const s2_network_spec *spec = &base->weights->spec;
    buffer_sizes sizes;
    run->weights = (const s2_patch_weights *)base->weights;
    run->geometry = base->geometry;
    memset(run->all_valid, 1, sizeof run->all_valid);
    for (int p = 0; p < S2_UNFOLD_WIDTH; p++)
        run->turned[p] = (ptrdiff_t)p * S2_UNFOLD_STRIDE;
    measure(spec, base->geometry, tiling, false, &sizes);
    bool ready = s2_tile_init(&run->tile, spec, sizes.core, sizes.pixels);
    for (int i = 0; i < S2_SOURCES + S2_PER_SOURCE * spec->sources && ready; i++) {
        run->buffer[i] = s2_alloc(sizes.floats[i], sizeof(float));
        ready = run->buffer[i] != NULL;
    }
    return ready;
}

void s2_patch_run_clear(s2_run *base)
{
    s2_patch_run *run = (s2_patch_run *)base;
    for (int i = 0; i < S2_BUFFERS; i++)
        s2_free(run->buffer[i]);
    s2_tile_clear(&run->tile);
}

/* List the wanted pixels of a part of the core; the block becomes the rectangle around them. */
static void find_wanted(s2_patch_run *run, s2_rect part)
{
    const s2_rect core = run->tile.core;
    const uint8_t *wanted = run->tile.wanted;
    int x0 = part.x + part.w;
    int y0 = part.y + part.h;
    int x1 = part.x;
    int y1 = part.y;
    run->wanted_count = 0;
    for (int y = part.y; y < part.y + part.h; y++)
        for (int x = part.x; x < part.x + part.w; x++) {
            const size_t at = (size_t)(y - core.y) * (size_t)core.w + (size_t)(x - core.x);
            if (wanted && !wanted[at])
                continue;
            run->wanted[run->wanted_count][0] = x;
            run->wanted[run->wanted_count++][1] = y;
            x0 = x < x0 ? x : x0;
            y0 = y < y0 ? y : y0;
            x1 = x + 1 > x1 ? x + 1 : x1;
            y1 = y + 1 > y1 ? y + 1 : y1;
        }
    run->block = (s2_rect){x0, y0, x1 - x0, y1 - y0};
}

static s2rgf_status read_sources(s2_patch_run *run, const s2_tile_io *io, s2rgf_error *err)
{
    const s2_network_spec *spec = &run->weights->base.spec;
    const s2_tile *tile = &run->tile;
    s2_input_rows rows[S2RGF_MAX_SOURCES];
    for (int s = 0; s < spec->sources; s++) {
        const s2_rect rect = source_rect(spec, run->geometry, s, tile->core);
        const size_t width = (size_t)rect.w;
        const size_t pixel_bytes = (size_t)spec->bands[s] * sizeof(float);
        run->source_rects[s] = rect;
        rows[s] = (s2_input_rows){.rect = rect,
                                  .pixels = {tile->pixels[s], width * pixel_bytes, rect.y, 0},
                                  .valid = {tile->source_valid[s], width, rect.y, 0}};
    }
    return io->next(io->input, rows, err);
}

s2rgf_status s2_patch_run_compute(s2_run *base, s2_rect core, const uint8_t *wanted,
                                  const s2_tile_io *io, s2rgf_error *err)
{
    s2_patch_run *run = (s2_patch_run *)base;
    const s2_network_spec *spec = &run->weights->base.spec;
    run->tile.core = core;
    run->tile.wanted = wanted;
    const s2rgf_status status = read_sources(run, io, err);
    if (status != S2RGF_OK)
        return status;
    s2_tile_validity(spec, run->geometry, &run->tile, run->source_rects, core, run->tile.valid);
    for (int y = core.y; y < core.y + core.h; y += S2_PATCH_BLOCK_PX)
        for (int x = core.x; x < core.x + core.w; x += S2_PATCH_BLOCK_PX) {
            const s2_rect part = {x, y, S2_PATCH_BLOCK_PX, S2_PATCH_BLOCK_PX};
            find_wanted(run, s2_rect_intersect(part, core));
            if (run->wanted_count == 0)
                continue;
            s2_patch_encode(run);
            for (int first = 0; first < run->wanted_count; first += S2_PATCH_BATCH)
                s2_patch_classify(run, first);
        }
    return io->take(io->context, core, run->tile.scores, run->tile.valid, err);
}
