/* The dense network at work on a scene, tile by tile: batch-norms folded, no statistics, exact
   halos. A tile is walked down row of cells by row of cells, and only the rows still needed are
   kept. */
#include "nn/dense/run.h"

#include <assert.h>
#include <string.h>

#include "core/clock.h"
#include "core/error.h"
#include "core/memory.h"
#include "nn/dense/seam.h"

size_t s2_dense_run_needs(const s2_weights *weights, const s2_run_geometry *geometry,
                          const s2_tiling *tiling, bool quick, size_t *read_pixels)
{
    s2_dense_sizes sizes;
    s2_dense_measure(&weights->spec, geometry, tiling, quick, &sizes);
    size_t bytes = sizeof(s2_dense_run);
    for (int i = 0; i < S2_BUFFERS; i++)
        bytes += sizes.bytes[i];
    for (int s = 0; s < weights->spec.sources; s++)
        read_pixels[s] = sizes.read_pixels[s];
    return bytes;
}

bool s2_dense_run_init(s2_run *base, const s2_tiling *tiling)
{
    s2_dense_run *run = (s2_dense_run *)base;
    bool ready = true;
    run->weights = (const s2_dense_weights *)base->weights;
    run->geometry = base->geometry;
    s2_dense_measure(&base->weights->spec, base->geometry, tiling, false, &run->sizes);
    for (int i = 0; i < S2_BUFFERS && ready; i++) {
        run->buffer[i] = s2_alloc_large(run->sizes.bytes[i], 1);
        ready = run->buffer[i] != NULL;
    }
    return ready;
}

void s2_dense_run_clear(s2_run *base)
{
    s2_dense_run *run = (s2_dense_run *)base;
    for (int i = 0; i < S2_BUFFERS; i++)
        s2_free(run->buffer[i]);
}

void s2_dense_conv(const s2_dense_run *run, const s2_folded_conv *conv, const s2_region *in,
                   const s2_region *add, s2_rect computed, const s2_region *out)
{
    const s2_kernels *kernels = run->weights->base.kernels;
    const s2_winograd winograd = {kernels->winograd, run->buffer[S2_WINOGRAD]};
    if (s2_rect_is_empty(computed))
        return;
    if (conv->winograd)
        s2_region_winograd(winograd, conv, in, add, computed, out);
    else
        s2_region_conv(kernels->row, conv, in, add, computed, out);
}

/* The next part of the memory for columns becomes a sampler's. */
static s2_sampler add_sampler(const s2_dense_run *run, const s2_sampling *sampling, int first_x,
                              int count, int *used)
{
    char *memory = (char *)run->buffer[S2_COLUMNS] + s2_sampler_bytes(*used);
    *used += count;
    return s2_sampler_make(run->weights->base.kernels->sample, sampling, first_x, count, memory);
}

static void make_samplers(s2_dense_run *run)
{
    const s2_rect core = run->plan.core;
    const s2_rect stack = run->plan.stack;
    const s2_sampling upsampling = s2_dense_upsampling(run->geometry);
    int used = 0;
    run->upsampler = add_sampler(run, &upsampling, core.x, core.w, &used);
    for (int s = 0; s < run->weights->base.spec.sources; s++) {
        const s2_sampling reference = s2_dense_sampling(run->geometry, s, 1.0);
        const s2_sampling feature = s2_dense_sampling(run->geometry, s, 2.0);
        if (run->weights->base.spec.on_reference[s])
            continue;
        run->to_core[s] = add_sampler(run, &reference, core.x, core.w, &used);
        run->to_stack[s] = add_sampler(run, &feature, stack.x, stack.w, &used);
    }
}

/* Seconds of the thread's own work since the last call, to a stage. */
static void count_time(s2_dense_run *run, double *last, int stage)
{
    const double now = s2_thread_seconds();
    run->base.counts.seconds[stage] += now - *last;
    *last = now;
}

/* One row of cells: every tensor gets from run->now to run->next; after in, where the next step
   will take them. */
static s2rgf_status run_step(s2_dense_run *run, int step, const s2_dense_front *after,
                             double *clock, s2rgf_error *err)
{
    const bool last = run->next.core >= run->plan.core.y + run->plan.core.h;
    s2rgf_status status = s2_dense_input(run, last ? &run->next : after, err);
    if (status == S2RGF_OK)
        status = s2_dense_seams_take(run, step, err);
    if (status != S2RGF_OK)
        return status;
    s2_dense_validity(run);
    count_time(run, clock, S2_STAGE_READ);
    for (int s = 0; s < run->weights->base.spec.sources; s++)
        s2_dense_encode(run, s);
    s2_dense_seams_give(run, step);
    count_time(run, clock, S2_STAGE_ENCODE);
    s2_dense_relate(run);
    count_time(run, clock, S2_STAGE_RELATE);
    s2_dense_head(run);
    count_time(run, clock, S2_STAGE_HEAD);
    s2_dense_classify(run);
    return S2RGF_OK;
}

s2rgf_status s2_dense_run_compute(s2_run *base, s2_rect core, const uint8_t *wanted,
                                  const s2_tile_io *io, s2rgf_error *err)
{
    s2_dense_run *run = (s2_dense_run *)base;
    (void)wanted;
    const s2_network_spec *spec = &run->weights->base.spec;
    const int end = core.y + core.h;
    double clock = s2_thread_seconds();
    s2rgf_status status = S2RGF_OK;
    run->io = io;
    s2_dense_plan_make(spec, run->geometry, core, &run->plan);
    s2_dense_seams_plan(run);
    make_samplers(run);
    int step = s2_dense_first_step(&run->plan);
    s2_dense_front after = s2_dense_front_after(spec, run->geometry, &run->plan, step);
    run->now = s2_dense_front_after(spec, run->geometry, &run->plan, step - 1);
    for (; run->now.core < end && status == S2RGF_OK; run->now = run->next, step++) {
        run->next = after;
        after = s2_dense_front_after(spec, run->geometry, &run->plan, step + 1);
        status = run_step(run, step, &after, &clock, err);
        const s2_rect rows = s2_dense_rows(core, run->now.core, run->next.core);
        if (status == S2RGF_OK && rows.h > 0)
            status =
                io->take(io->context, rows, run->buffer[S2_SCORES], run->buffer[S2_VALID], err);
        count_time(run, &clock, S2_STAGE_CLASSIFY);
    }
    return status;
}

/* `pixels` output pixels of a convolution. */
static void add_conv(s2_work *work, const s2_folded_conv *conv, double pixels)
{
    const double all = pixels * conv->conv.in * conv->conv.out;
    const double each = (double)conv->conv.kernel * conv->conv.kernel;
    const double winograd = (double)S2_WINOGRAD_PRODUCTS / (S2_WINOGRAD_SIDE * S2_WINOGRAD_SIDE);
    work->direct += all * each;
    work->done += all * (conv->winograd ? winograd : each);
}

static void count_block(s2_work *work, const s2_folded_block *block, double pixels)
{
    add_conv(work, &block->conv1, pixels);
    add_conv(work, &block->conv2, pixels);
    add_conv(work, &block->shortcut, pixels);
}

/* Three Gram matrices, two of them symmetric, and two attention matrices applied. */
static void add_joint_attention(s2_work *work, int channels, double pixels)
{
    const double matrix = (double)channels * channels;
    work->direct += pixels * 5.0 * matrix;
    work->done += pixels * ((double)s2_gram_floats(channels) + 2.0 * matrix);
}

static void count_source(const s2_dense_weights *weights, const s2_run_geometry *geometry, int s,
                         s2_work work[S2_STAGES])
{
    const s2_rect scene = s2_dense_scene(geometry);
    const bool aligned = weights->base.spec.on_reference[s];
    const double pixels = (double)geometry->width * geometry->height;
    const double native = (double)geometry->source_width[s] * geometry->source_height[s];
    const double encoded = aligned ? pixels : native;
    const s2_folded_spectral *spectral = &weights->spectral[s];
    const s2_conv *matrix = &spectral->filters.conv;
    /* the filters along the bands have 3 and 5 taps */
    const double filters = 8.0 * weights->base.spec.bands[s];
    s2_work *encode = &work[S2_STAGE_ENCODE];
    encode->direct += encoded * filters;
    encode->done += encoded * (spectral->filters.w ? (double)matrix->in * matrix->out : filters);
    add_conv(encode, &spectral->mix, encoded);
    add_conv(encode, &weights->expert[s].bands, encoded);
    if (weights->expert[s].windows.w) {
        add_conv(encode, &weights->expert[s].components, encoded);
        add_conv(encode, &weights->expert[s].windows, encoded);
        add_conv(encode, &weights->expert[s].hidden, encoded);
        add_conv(encode, &weights->expert[s].units, encoded);
    }
    count_block(encode, &weights->spatial[s], aligned ? (double)scene.w * scene.h : native);
    /* what a source on a grid of its own gives to the detail path is computed there */
    add_conv(aligned ? &work[S2_STAGE_CLASSIFY] : encode, &weights->detail.part[s], encoded);
}

void s2_dense_work(const s2_weights *base, const s2_run_geometry *geometry, s2_work work[S2_STAGES])
{
    const s2_dense_weights *weights = (const s2_dense_weights *)base;
    const s2_rect scene = s2_dense_scene(geometry);
    const double features = (double)scene.w * scene.h;
    const double pixels = (double)geometry->width * geometry->height;
    s2_work *relate = &work[S2_STAGE_RELATE];
    s2_work *classify = &work[S2_STAGE_CLASSIFY];
    memset(work, 0, S2_STAGES * sizeof *work);
    for (int s = 0; s < base->spec.sources; s++)
        count_source(weights, geometry, s, work);
    for (int d = 0; d < S2_DOMAINS; d++) {
        add_conv(relate, &weights->trunk.adrf[d].mix, features);
        add_conv(relate, &weights->trunk.neck[d], features);
    }
    if (!base->spec.off.ssja)
        add_joint_attention(relate, base->spec.channels, features);
    count_block(&work[S2_STAGE_HEAD], &weights->trunk.head_block, features);
    add_conv(&work[S2_STAGE_HEAD], &weights->trunk.head_conv, features);
    /* this part of the hidden layer is computed with the head */
    add_conv(&work[S2_STAGE_HEAD], &weights->hidden_head, features);
    add_conv(classify, &weights->hidden_detail, pixels);
    add_conv(classify, &weights->out, pixels);
}
