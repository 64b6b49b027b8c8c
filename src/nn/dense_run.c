/* The dense network at work on a scene, tile by tile: batch-norms folded, no statistics, exact
   halos. */
#include "nn/dense_run.h"

#include <assert.h>
#include <string.h>

#include "core/error.h"
#include "core/memory.h"
#include "nn/dense_worker.h"

typedef struct buffer_sizes {
    size_t floats[S2_BUFFERS];
    size_t pixels[S2RGF_MAX_SOURCES]; /* of the source windows */
    size_t core;                      /* pixels */
} buffer_sizes;

static size_t area(s2_rect rect)
{
    return (size_t)rect.w * (size_t)rect.h;
}

s2_rect s2_dense_reference_under(s2_rect feature, const s2_run_geometry *geometry)
{
    const s2_rect reference = {0, 0, geometry->width, geometry->height};
    return s2_rect_intersect((s2_rect){2 * feature.x, 2 * feature.y, 2 * feature.w, 2 * feature.h},
                             reference);
}

static size_t largest(size_t a, size_t b)
{
    return a > b ? a : b;
}

/* Floats of cell work: statistics of cells and windows of the wider fusion, or the Gram matrices.
   */
static size_t cell_work_floats(const s2_network_spec *spec, const s2_dense_plan *plan)
{
    const size_t c = (size_t)spec->channels;
    const size_t widest = largest((size_t)s2_dense_spectral_total(spec), (size_t)spec->sources * c);
    const size_t stats =
        area(plan->stat_cells) * (4 * widest + 2) + area(plan->scale_cells) * 4 * widest;
    const size_t grams = area(plan->gram_cells) * 6 * c * c + s2_relation_floats(spec->channels);
    return largest(stats, grams);
}

static size_t row_floats(const s2_network_spec *spec, const s2_run_geometry *geometry,
                         const s2_dense_plan *plan)
{
    const size_t c = (size_t)spec->channels;
    const size_t spectral = (size_t)s2_dense_spectral_total(spec);
    const size_t widest = largest(spectral, (size_t)spec->sources * c);
    size_t floats = (size_t)plan->core.w * (spectral + 2 * c + S2_HIDDEN);
    floats = largest(floats, (size_t)plan->mixed_computed.w * widest);
    for (int s = 0; s < spec->sources; s++) {
        const size_t width = spec->on_reference[s]
                                 ? (size_t)s2_dense_reference_under(plan->stack, geometry).w
                                 : (size_t)plan->source[s].spectral.w;
        floats = largest(floats, width * (2 * (size_t)spec->bands[s] + 2 * c));
    }
    return floats;
}

/* The widest convolution is one of the network's own or the first over a source's bands. */
static size_t winograd_floats(const s2_network_spec *spec)
{
    int widest = spec->channels;
    for (int s = 0; s < spec->sources; s++)
        widest = spec->bands[s] > widest ? spec->bands[s] : widest;
    return s2_winograd_floats(widest, spec->channels);
}

/* Floats of every buffer for one tile; sizes is raised to them. */
static void measure_tile(const s2_network_spec *spec, const s2_run_geometry *geometry,
                         const s2_dense_plan *plan, buffer_sizes *sizes)
{
    const size_t c = (size_t)spec->channels;
    const size_t spectral = (size_t)s2_dense_spectral_total(spec);
    const size_t spatial = (size_t)spec->sources * c;
    const size_t reference = area(s2_dense_reference_under(plan->stack, geometry));
    size_t need[S2_BUFFERS] = {
        [S2_STACK_SPECTRAL] = area(plan->stack) * spectral,
        [S2_STACK_SPATIAL] = area(plan->stack) * spatial,
        [S2_MIXED_SPECTRAL] = area(plan->mixed) * c,
        [S2_MIXED_SPATIAL] = area(plan->mixed) * c,
        [S2_JOINT_SPECTRAL] = area(plan->joint) * c,
        [S2_JOINT_SPATIAL] = area(plan->joint) * c,
        [S2_FUSED] = area(plan->fused) * c,
        [S2_BLOCK_MIDDLE] = area(plan->block_middle) * c,
        [S2_BLOCK_SHORTCUT] = area(plan->block_computed) * c,
        [S2_BLOCK] = area(plan->block) * c,
        [S2_HEAD] = area(plan->head) * c,
        [S2_ATTENTION] = area(plan->scale_cells) * (spectral + spatial),
        [S2_CELL_WORK] = cell_work_floats(spec, plan),
        [S2_WINOGRAD] = winograd_floats(spec),
        [S2_ROWS] = row_floats(spec, geometry, plan),
        [S2_VALIDITY] = (reference + area(plan->stack)) / sizeof(float) + 1,
    };
    for (int s = 0; s < spec->sources; s++) {
        const s2_source_plan *source = &plan->source[s];
        size_t *of = need + S2_SOURCES + S2_PER_SOURCE * s;
        of[S2_OF_SPECTRAL] = area(source->spectral) * (size_t)s2_dense_spectral_width(spec, s);
        of[S2_OF_MIDDLE] = area(source->middle) * c;
        of[S2_OF_PADDED] = area(source->padded) * (size_t)spec->bands[s];
        of[S2_OF_SPATIAL] = spec->on_reference[s] ? 0 : area(source->spatial) * c;
        sizes->pixels[s] = largest(sizes->pixels[s], area(source->window));
    }
    for (int i = 0; i < S2_BUFFERS; i++)
        sizes->floats[i] = largest(sizes->floats[i], need[i]);
    sizes->core = largest(sizes->core, area(plan->core));
}

/* The largest need over the lattice of tiles. */
static void measure(const s2_network_spec *spec, const s2_run_geometry *geometry, int tile_px,
                    buffer_sizes *sizes)
{
    const s2_rect reference = {0, 0, geometry->width, geometry->height};
    s2_dense_plan plan;
    memset(sizes, 0, sizeof *sizes);
    for (int y = 0; y < geometry->height; y += tile_px)
        for (int x = 0; x < geometry->width; x += tile_px) {
            const s2_rect core = s2_rect_intersect((s2_rect){x, y, tile_px, tile_px}, reference);
            s2_dense_plan_make(spec, geometry, core, &plan);
            measure_tile(spec, geometry, &plan, sizes);
        }
}

size_t s2_dense_run_bytes(const s2_dense_weights *weights, const s2_run_geometry *geometry,
                          int tile_px)
{
    const s2_network_spec *spec = &weights->spec;
    buffer_sizes sizes;
    measure(spec, geometry, tile_px, &sizes);
    size_t bytes = s2_tile_bytes(spec, sizes.core, sizes.pixels);
    for (int i = 0; i < S2_BUFFERS; i++)
        bytes += sizes.floats[i] * sizeof(float);
    return bytes;
}

s2rgf_status s2_dense_run_create(const s2_dense_weights *weights, const s2_run_geometry *geometry,
                                 int tile_px, s2_dense_run **run, s2rgf_error *err)
{
    const s2_network_spec *spec = &weights->spec;
    buffer_sizes sizes;
    *run = NULL;
    s2_dense_run *own = s2_calloc(1, sizeof *own);
    if (!own)
        return s2_fail_memory(err, "tile");
    own->weights = weights;
    own->geometry = geometry;
    own->tile_px = tile_px;
    measure(spec, geometry, tile_px, &sizes);
    bool ready = s2_tile_init(&own->tile, spec, sizes.core, sizes.pixels);
    for (int i = 0; i < S2_SOURCES + S2_PER_SOURCE * spec->sources; i++) {
        own->buffer[i] = s2_alloc(sizes.floats[i], sizeof(float));
        ready = ready && own->buffer[i];
    }
    if (!ready) {
        s2_dense_run_free(own);
        return s2_fail_memory(err, "tile");
    }
    *run = own;
    return S2RGF_OK;
}

void s2_dense_run_free(s2_dense_run *run)
{
    if (!run)
        return;
    for (int i = 0; i < S2_BUFFERS; i++)
        s2_free(run->buffer[i]);
    s2_tile_clear(&run->tile);
    s2_free(run);
}

s2_rect s2_dense_run_window(const s2_dense_weights *weights, const s2_run_geometry *geometry,
                            int source, s2_rect core)
{
    s2_dense_plan plan;
    s2_dense_plan_make(&weights->spec, geometry, core, &plan);
    return plan.source[source].window;
}

s2_tile *s2_dense_run_tile(s2_dense_run *run)
{
    return &run->tile;
}

s2_region s2_dense_region(const s2_dense_run *run, int buffer, s2_rect rect, int channels)
{
    return (s2_region){rect, channels, 1, run->buffer[buffer]};
}

void s2_dense_conv(const s2_dense_run *run, const s2_folded_conv *conv, const s2_region *in,
                   const s2_region *add, s2_rect computed, const s2_region *out)
{
    const s2_kernels *kernels = run->weights->kernels;
    const s2_winograd winograd = {kernels->winograd, run->buffer[S2_WINOGRAD]};
    if (conv->winograd)
        s2_region_winograd(winograd, conv, in, add, computed, out);
    else
        s2_region_conv(kernels->row, conv, in, add, computed, out);
}

s2_rect s2_dense_reference_rect(const s2_dense_run *run)
{
    return s2_dense_reference_under(run->plan.stack, run->geometry);
}

uint8_t *s2_dense_reference_valid(const s2_dense_run *run)
{
    return (uint8_t *)run->buffer[S2_VALIDITY];
}

uint8_t *s2_dense_feature_valid(const s2_dense_run *run)
{
    return s2_dense_reference_valid(run) + area(s2_dense_reference_rect(run));
}

/* Source validity at the reference pixels under the stack, then at its feature pixels. */
static void find_validity(s2_dense_run *run)
{
    const s2_network_spec *spec = &run->weights->spec;
    const s2_rect reference = s2_dense_reference_rect(run);
    uint8_t *valid = s2_dense_reference_valid(run);
    s2_rect windows[S2RGF_MAX_SOURCES];
    for (int s = 0; s < spec->sources; s++)
        windows[s] = run->plan.source[s].window;
    s2_tile_validity(spec, run->geometry, &run->tile, windows, reference, valid);
    s2_halve_validity(valid, reference.h, reference.w, s2_dense_feature_valid(run));
    for (int y = 0; y < run->plan.core.h; y++)
        memcpy(run->tile.valid + (size_t)y * (size_t)run->plan.core.w,
               valid + (size_t)(run->plan.core.y + y - reference.y) * (size_t)reference.w +
                   (size_t)(run->plan.core.x - reference.x),
               (size_t)run->plan.core.w);
}

static void run_head(s2_dense_run *run)
{
    const s2_dense_weights *weights = run->weights;
    const s2_dense_plan *plan = &run->plan;
    const int c = weights->spec.channels;
    const s2_folded_block *block = &weights->head_block;
    const s2_region fused = s2_dense_region(run, S2_FUSED, plan->fused, c);
    const s2_region middle = s2_dense_region(run, S2_BLOCK_MIDDLE, plan->block_middle, c);
    const s2_region shortcut = s2_dense_region(run, S2_BLOCK_SHORTCUT, plan->block_computed, c);
    const s2_region out = s2_dense_region(run, S2_BLOCK, plan->block, c);
    const s2_region head = s2_dense_region(run, S2_HEAD, plan->head, c);
    s2_dense_conv(run, &block->conv1, &fused, NULL, plan->block_middle_computed, &middle);
    s2_region_clear_around(&middle, plan->block_middle_computed);
    s2_dense_conv(run, &block->shortcut, &fused, NULL, plan->block_computed, &shortcut);
    s2_dense_conv(run, &block->conv2, &middle, &shortcut, plan->block_computed, &out);
    s2_region_clear_around(&out, plan->block_computed);
    s2_dense_conv(run, &weights->head_conv, &out, NULL, plan->head, &head);
}

/* Spectral features of all sources at the reference pixels of core row y: [core.w][spectral total].
   */
static void gather_detail(const s2_dense_run *run, int y, float *row)
{
    const s2_network_spec *spec = &run->weights->spec;
    const s2_rect core = run->plan.core;
    const int total = s2_dense_spectral_total(spec);
    for (int s = 0; s < spec->sources; s++) {
        const int width = s2_dense_spectral_width(spec, s);
        const s2_region from = s2_dense_region(run, S2_SOURCES + S2_PER_SOURCE * s + S2_OF_SPECTRAL,
                                               run->plan.source[s].spectral, width);
        if (spec->on_reference[s]) {
            const float *values = s2_region_at(&from, core.x, y);
            for (int x = 0; x < core.w; x++)
                memcpy(row + (size_t)x * (size_t)total, values + (size_t)x * (size_t)width,
                       (size_t)width * sizeof(float));
        } else {
            const s2_sampling sampling = s2_dense_sampling(run->geometry, s, 1.0);
            s2_row_sample(&sampling, &from, width, core.x, y, core.w, row, total);
        }
        row += width;
    }
}

/* Detail path of core row y: every other c floats of joined; 0 without spectral features. stack tmp
   [core.w][spectral total]. */
static void find_detail(const s2_dense_run *run, int y, float *stack, float *joined)
{
    const s2_dense_weights *weights = run->weights;
    const size_t c = (size_t)weights->spec.channels;
    const int width = run->plan.core.w;
    if (weights->spec.off.spectral) {
        for (size_t x = 0; x < (size_t)width; x++)
            memset(joined + 2 * x * c, 0, c * sizeof(float));
        return;
    }
    gather_detail(run, y, stack);
    s2_row_conv(weights->kernels->row, &weights->detail,
                (s2_row){stack, s2_dense_spectral_total(&weights->spec)}, width,
                (s2_row){joined, 2 * (int)c});
}

/* Detail path, classifier: scores of one core row at a time. */
static void run_classifier(s2_dense_run *run)
{
    const s2_dense_weights *weights = run->weights;
    const s2_kernel_row_function kernel = weights->kernels->row;
    const s2_network_spec *spec = &weights->spec;
    const s2_rect core = run->plan.core;
    const s2_rect scene = {0, 0, (run->geometry->width + 1) / 2, (run->geometry->height + 1) / 2};
    const s2_sampling upsampling = {{{0.0, 0.5, 0.0, 0.0, 0.0, 0.5}}, 1.0, scene.w, scene.h};
    const int c = spec->channels;
    const int total = s2_dense_spectral_total(spec);
    const s2_region head = s2_dense_region(run, S2_HEAD, run->plan.head, c);
    float *stack = run->buffer[S2_ROWS];
    float *joined = stack + (size_t)core.w * (size_t)total;
    float *hidden = joined + (size_t)core.w * 2 * (size_t)c;
    for (int y = core.y; y < core.y + core.h; y++) {
        float *scores =
            run->tile.scores + (size_t)(y - core.y) * (size_t)core.w * (size_t)spec->classes;
        find_detail(run, y, stack, joined + c);
        s2_row_sample(&upsampling, &head, c, core.x, y, core.w, joined, 2 * c);
        s2_row_conv(kernel, &weights->classifier.hidden, (s2_row){joined, 2 * c}, core.w,
                    (s2_row){hidden, S2_HIDDEN});
        s2_row_conv(kernel, &weights->classifier.out, (s2_row){hidden, S2_HIDDEN}, core.w,
                    (s2_row){scores, spec->classes});
    }
}

void s2_dense_run_compute(s2_dense_run *run)
{
    const s2_rect core = run->tile.core;
    assert(core.x / run->tile_px == (core.x + core.w - 1) / run->tile_px);
    assert(core.y / run->tile_px == (core.y + core.h - 1) / run->tile_px);
    s2_dense_plan_make(&run->weights->spec, run->geometry, run->tile.core, &run->plan);
    find_validity(run);
    for (int s = 0; s < run->weights->spec.sources; s++)
        s2_dense_encode(run, s);
    s2_dense_relate(run);
    run_head(run);
    run_classifier(run);
}
