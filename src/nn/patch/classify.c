/* Patch run: a batch of patches from the shared parts of the encoders to scores. */
#include "nn/patch/worker.h"

#include <string.h>

#include "nn/layers/cells.h"
#include "nn/layers/pool.h"
#include "nn/networks/windows.h"
#include "nn/run/validity.h"

static const s2_rect FEATURES = {0, 0, S2_PATCH_FEATURE_PX, S2_PATCH_FEATURE_PX};
static const s2_rect JOINT = {0, 0, S2_PATCH_JOINT_PX, S2_PATCH_JOINT_PX};

/* A buffer as the interleaved tensors of the batch; coordinates are those of a patch. */
static s2_region batch_region(const s2_patch_run *run, int buffer, s2_rect rect, int channels)
{
    return (s2_region){rect, channels, S2_PATCH_BATCH, run->buffer[buffer], 0};
}

/* Corner of the patch of the batch's pixel number `index`; a batch that is not full repeats its
   last pixel. */
static void patch_corner(const s2_patch_run *run, int first, int index, int *x, int *y)
{
    const int last = run->wanted_count - 1;
    const int *pixel = run->wanted[first + index < last ? first + index : last];
    *x = pixel[0] - S2_PATCH_CENTRE;
    *y = pixel[1] - S2_PATCH_CENTRE;
}

/* Copy `channels` of every second position of a source's shared part into one patch of the batch,
   for the patch's positions `where`. */
static void gather(const s2_region *from, int x, int y, s2_rect where, int channels,
                   const s2_region *to)
{
    for (int i = where.y; i < where.y + where.h; i++)
        for (int j = where.x; j < where.x + where.w; j++)
            memcpy(s2_region_at(to, j, i), s2_region_at(from, x + 2 * j, y + 2 * i),
                   (size_t)channels * sizeof(float));
}

/* What source s gives to every patch: spectral features to their stack, the first convolution and
   the shortcut of the spatial encoder. */
static void gather_source(const s2_patch_run *run, int s, int first, const s2_region *spectral,
                          const s2_region *middle, const s2_region *shortcut)
{
    const int side = S2_PATCH_FEATURE_PX;
    const int c = S2_PATCH_CHANNELS;
    const s2_rect where[S2_EDGES] = {[S2_EDGE_NONE] = {1, 1, side - 1, side - 1},
                                     [S2_EDGE_TOP] = {1, 0, side - 1, 1},
                                     [S2_EDGE_LEFT] = {0, 1, 1, side - 1},
                                     [S2_EDGE_CORNER] = {0, 0, 1, 1}};
    const s2_region features = s2_patch_block_region(run, s, S2_OF_SPECTRAL);
    const s2_region direct = s2_patch_block_region(run, s, S2_OF_SHORTCUT);
    for (int p = 0; p < S2_PATCH_BATCH; p++) {
        const s2_region to_spectral = s2_region_tensor(spectral, p);
        const s2_region to_middle = s2_region_tensor(middle, p);
        const s2_region to_shortcut = s2_region_tensor(shortcut, p);
        int x = 0;
        int y = 0;
        patch_corner(run, first, p, &x, &y);
        gather(&features, x, y, FEATURES, features.stride, &to_spectral);
        gather(&direct, x, y, FEATURES, c, &to_shortcut);
        for (int edge = 0; edge < S2_EDGES; edge++) {
            const s2_region conv1 = s2_patch_block_region(run, s, S2_OF_CONV1 + edge);
            gather(&conv1, x, y, where[edge], c, &to_middle);
        }
    }
}

static void encode_batch(const s2_patch_run *run, int first)
{
    const s2_patch_weights *weights = run->weights;
    const s2_network_spec *spec = &weights->base.spec;
    const int c = S2_PATCH_CHANNELS;
    const s2_region middle = batch_region(run, S2_MIDDLE, s2_rect_grow(FEATURES, 1), c);
    const s2_region shortcut = batch_region(run, S2_SHORTCUT, FEATURES, c);
    const s2_region all_spectral =
        batch_region(run, S2_STACK_SPECTRAL, FEATURES, s2_patch_spectral_total(spec));
    const s2_region all_spatial = batch_region(run, S2_STACK_SPATIAL, FEATURES, spec->sources * c);
    int offset = 0;
    s2_region_clear_around(&middle, FEATURES);
    for (int s = 0; s < spec->sources; s++) {
        const s2_region spectral = s2_region_channels(&all_spectral, offset);
        const s2_region spatial = s2_region_channels(&all_spatial, s * c);
        gather_source(run, s, first, &spectral, &middle, &shortcut);
        s2_region_conv(weights->kernel, &weights->spatial[s].conv2, &middle, &shortcut, FEATURES,
                       &spatial);
        offset += s2_patch_spectral_width(spec, s);
    }
}

/* Both convolutions of unfold for one patch; the second reads the first's output transposed. */
static void unfold_patch(const s2_patch_run *run, const s2_region *from, const s2_region *to)
{
    const s2_patch_weights *weights = run->weights;
    float *expanded = run->buffer[S2_EXPANDED];
    const s2_kernel_row row = {.x = expanded,
                               .x_step = 1,
                               .taps = run->turned,
                               .tap_count = S2_UNFOLD_WIDTH,
                               .in = 1,
                               .w = weights->reduce.w,
                               .bias = weights->reduce.bias,
                               .y = to->data,
                               .y_step = to->stride,
                               .count = S2_UNFOLD_WIDTH,
                               .out = weights->reduce.conv.out,
                               .relu = true};
    s2_row_conv(weights->kernel, &weights->expand, (s2_row){from->data, from->stride},
                S2_UNFOLD_WIDTH, (s2_row){expanded, S2_UNFOLD_STRIDE});
    weights->kernel(&row);
}

static void unfold(const s2_patch_run *run)
{
    const int total = s2_patch_spectral_total(&run->weights->base.spec);
    const s2_region from = batch_region(run, S2_STACK_SPECTRAL, FEATURES, total);
    const s2_region to = batch_region(run, S2_UNFOLDED, FEATURES, total);
    for (int p = 0; p < S2_PATCH_BATCH; p++) {
        const s2_region one = s2_region_tensor(&from, p);
        const s2_region turned = s2_region_tensor(&to, p);
        unfold_patch(run, &one, &turned);
    }
}

/* Every patch of the stack times its attention, in place. */
static void scale_stack(const s2_patch_run *run, const s2_folded_adrf *adrf, const s2_region *stack)
{
    const int channels = adrf->mix.conv.in;
    const size_t each = (size_t)channels * S2_PATCH_BATCH;
    const s2_cell_span whole = {0, stack->rect.h, 0, stack->rect.w};
    float *attention = run->buffer[S2_ATTENTION];
    float *sum = run->buffer[S2_MOMENTS];
    float *square = sum + channels;
    for (int p = 0; p < S2_PATCH_BATCH; p++) {
        const s2_region one = s2_region_tensor(stack, p);
        const s2_tensor tensor = {one.data, 1, one.rect.h, one.rect.w, channels, one.stride};
        const float count = s2_cell_moments(&tensor, 0, run->all_valid, whole, sum, square);
        const s2_window_sums sums = {sum, square, count};
        s2_relation_adrf(run->weights->kernel, adrf, &sums, square + channels,
                         attention + (ptrdiff_t)p * channels);
    }
    for (size_t at = 0; at < S2_UNFOLD_WIDTH; at++)
        for (size_t k = 0; k < each; k++)
            stack->data[at * each + k] *= attention[k];
}

/* out(x, y) = max of in at 2x, 2x+1, 2y, 2y+1. */
static void pool_region(const s2_region *in, const s2_region *out)
{
    for (int y = 0; y < out->rect.h; y++)
        for (int x = 0; x < out->rect.w; x++) {
            const float *const four[4] = {
                s2_region_at(in, 2 * x, 2 * y), s2_region_at(in, 2 * x + 1, 2 * y),
                s2_region_at(in, 2 * x, 2 * y + 1), s2_region_at(in, 2 * x + 1, 2 * y + 1)};
            s2_pool_four(four, (size_t)out->stride * S2_PATCH_BATCH, s2_region_at(out, x, y));
        }
}

/* One domain from its stack (consumed) through ADRF, its neck and the pool to what SSJA reads. */
static void fuse_domain(const s2_patch_run *run, int domain, int stack_buffer)
{
    const s2_folded_adrf *adrf = &run->weights->trunk.adrf[domain];
    const s2_folded_conv *neck = &run->weights->trunk.neck[domain];
    const s2_kernel_row_function kernel = run->weights->kernel;
    const int side = S2_PATCH_FEATURE_PX;
    const s2_rect beyond = {-1, -1, side + 1, side + 1};
    const s2_rect small = {0, 0, S2_PATCH_NECK_PX, S2_PATCH_NECK_PX};
    const s2_region stack = batch_region(run, stack_buffer, FEATURES, adrf->mix.conv.in);
    const s2_region mixed = batch_region(run, S2_MIXED, beyond, S2_PATCH_CHANNELS);
    const s2_region wide = batch_region(run, S2_NECK, small, S2_PATCH_WIDE);
    const s2_region joint = batch_region(run, S2_JOINT_SPECTRAL + domain, JOINT, S2_PATCH_WIDE);
    if (!run->weights->base.spec.off.attention)
        scale_stack(run, adrf, &stack);
    s2_region_clear_around(&mixed, FEATURES);
    s2_region_conv(kernel, &adrf->mix, &stack, NULL, FEATURES, &mixed);
    s2_region_conv(kernel, neck, &mixed, NULL, small, &wide);
    pool_region(&wide, &joint);
}

/* SSJA of every patch, whose window is the whole of it. */
static void join_domains(const s2_patch_run *run)
{
    const int c = S2_PATCH_WIDE;
    float *grams = run->buffer[S2_RELATION];
    const s2_relation_space space =
        s2_relation_divide(run->weights->base.kernels, c, grams + s2_gram_floats(c));
    const s2_region spectral = batch_region(run, S2_JOINT_SPECTRAL, JOINT, c);
    const s2_region spatial = batch_region(run, S2_JOINT_SPATIAL, JOINT, c);
    const s2_region fused = batch_region(run, S2_FUSED, s2_rect_grow(JOINT, 1), c);
    s2_region_clear_around(&fused, JOINT);
    if (run->weights->base.spec.off.ssja) {
        s2_relation_add(JOINT, &spectral, &spatial, &fused);
        return;
    }
    for (int p = 0; p < S2_PATCH_BATCH; p++) {
        const s2_region x1 = s2_region_tensor(&spectral, p);
        const s2_region x2 = s2_region_tensor(&spatial, p);
        const s2_region z = s2_region_tensor(&fused, p);
        for (int k = 0; k < JOINT.w * JOINT.h; k++) {
            memcpy(space.x1 + k * c, x1.data + (ptrdiff_t)k * x1.stride, (size_t)c * sizeof(float));
            memcpy(space.x2 + k * c, x2.data + (ptrdiff_t)k * x2.stride, (size_t)c * sizeof(float));
        }
        s2_relation_grams(&space, JOINT.w * JOINT.h, grams);
        s2_relation_join(&space, grams);
        s2_relation_apply(&space, JOINT, &x1, &x2, &z);
    }
}

/* A domain that is switched off gives nothing to SSJA. */
static void silence_domain(const s2_patch_run *run, int domain)
{
    const s2_region joint = batch_region(run, S2_JOINT_SPECTRAL + domain, JOINT, S2_PATCH_WIDE);
    s2_region_clear_around(&joint, (s2_rect){0, 0, 0, 0});
}

static void run_head(const s2_patch_run *run)
{
    const s2_patch_weights *weights = run->weights;
    const s2_folded_block *block = &weights->trunk.head_block;
    const int c = S2_PATCH_WIDE;
    const s2_rect padded = s2_rect_grow(JOINT, 1);
    const s2_rect half = {0, 0, JOINT.w / 2, JOINT.h / 2};
    const s2_region fused = batch_region(run, S2_FUSED, padded, c);
    const s2_region middle = batch_region(run, S2_BLOCK_MIDDLE, padded, c);
    const s2_region shortcut = batch_region(run, S2_BLOCK_SHORTCUT, JOINT, c);
    const s2_region out = batch_region(run, S2_BLOCK, padded, c);
    const s2_region head = batch_region(run, S2_HEAD, JOINT, S2_PATCH_CHANNELS);
    const s2_region pooled = batch_region(run, S2_POOLED, half, S2_PATCH_CHANNELS);
    s2_region_clear_around(&middle, JOINT);
    s2_region_clear_around(&out, JOINT);
    s2_region_conv(weights->kernel, &block->conv1, &fused, NULL, JOINT, &middle);
    s2_region_conv(weights->kernel, &block->shortcut, &fused, NULL, JOINT, &shortcut);
    s2_region_conv(weights->kernel, &block->conv2, &middle, &shortcut, JOINT, &out);
    s2_region_conv(weights->kernel, &weights->trunk.head_conv, &out, NULL, JOINT, &head);
    pool_region(&head, &pooled);
}

/* Classifier over the batch: scores of every patch to the buffer of scores. */
static void run_classifier(const s2_patch_run *run)
{
    const s2_patch_weights *weights = run->weights;
    const int classes = weights->base.spec.classes;
    const size_t c = S2_PATCH_CHANNELS;
    const float *pooled = run->buffer[S2_POOLED];
    float *flat = run->buffer[S2_FLAT];
    float *hidden = run->buffer[S2_HIDDEN_ROWS];
    for (size_t p = 0; p < S2_PATCH_BATCH; p++)
        for (size_t at = 0; at < 4; at++)
            memcpy(flat + p * S2_PATCH_FLAT + at * c, pooled + (at * S2_PATCH_BATCH + p) * c,
                   c * sizeof(float));
    s2_row_conv(weights->kernel, &weights->classifier.hidden, (s2_row){flat, S2_PATCH_FLAT},
                S2_PATCH_BATCH, (s2_row){hidden, S2_HIDDEN});
    s2_row_conv(weights->kernel, &weights->classifier.out, (s2_row){hidden, S2_HIDDEN},
                S2_PATCH_BATCH, (s2_row){run->buffer[S2_SCORES], classes});
}

/* What the windows of a source around a pixel of the block add to its scores. */
static void add_windows(const s2_patch_run *run, int source, int x, int y, s2_row scores)
{
    enum { SIDE = 2 * S2_EXPERT_REACH + 1 };
    const s2_folded_expert *expert = &run->weights->expert[source];
    const int components = expert->components.conv.out;
    const s2_rect kept = run->source_rects[source];
    const s2_rect window = {x - S2_EXPERT_REACH, y - S2_EXPERT_REACH, SIDE, SIDE};
    const s2_rect inside =
        s2_rect_intersect(window, (s2_rect){0, 0, run->geometry->width, run->geometry->height});
    const int around[2] = {x - inside.x, inside.x + inside.w - x - 1};
    const s2_region pixels = s2_patch_block_region(run, source, S2_OF_PIXELS);
    float values[SIDE * S2_EXPERT_COMPONENTS], features[S2_WINDOW_FEATURES_MOST];
    float sums[SIDE][S2_WINDOW_SUMS_MOST], work[SIDE * S2_WINDOW_MOST];
    float hidden[S2_EXPERT_HIDDEN];
    const float *rows[SIDE] = {NULL};
    for (int i = inside.y; i < inside.y + inside.h; i++) {
        const uint8_t *valid =
            run->tile.source_valid[source] + (ptrdiff_t)(i - kept.y) * kept.w + (inside.x - kept.x);
        s2_row_conv(run->weights->kernel, &expert->components,
                    (s2_row){s2_region_at(&pixels, inside.x, i), pixels.stride}, inside.w,
                    (s2_row){values, components});
        s2_window_sum_row(values, valid, components, around, 1, sums[i - window.y], work);
        rows[i - window.y] = sums[i - window.y];
    }
    s2_window_features(rows, 1, components, 0, 1, features);
    const s2_row row = {features, s2_window_feature_floats(components)};
    s2_row_conv_add(run->weights->kernel, &expert->windows, row, 1, &scores, scores);
    if (!expert->hidden.w)
        return;
    const s2_row units = {hidden, S2_EXPERT_HIDDEN};
    s2_row_conv(run->weights->kernel, &expert->hidden, row, 1, units);
    s2_row_conv_add(run->weights->kernel, &expert->units, units, 1, &scores, scores);
}

/* The experts' scores of a pixel of the block, added to the network's. */
static void add_expert(const s2_patch_run *run, int x, int y, float *scores)
{
    const s2_network_spec *spec = &run->weights->base.spec;
    const s2_row row = {scores, spec->classes};
    for (int s = 0; s < spec->sources && spec->expert; s++) {
        const s2_region pixels = s2_patch_block_region(run, s, S2_OF_PIXELS);
        s2_row_conv_add(run->weights->kernel, &run->weights->expert[s].bands,
                        (s2_row){s2_region_at(&pixels, x, y), pixels.stride}, 1, &row, row);
        if (run->weights->expert[s].windows.w)
            add_windows(run, s, x, y, row);
    }
}

void s2_patch_classify(s2_patch_run *run, int first)
{
    const s2_patch_weights *weights = run->weights;
    const s2_ablations *off = &weights->base.spec.off;
    const s2_rect core = run->tile.core;
    const size_t classes = (size_t)weights->base.spec.classes;
    encode_batch(run, first);
    unfold(run);
    if (off->spectral)
        silence_domain(run, S2_SPECTRAL);
    else
        fuse_domain(run, S2_SPECTRAL, S2_UNFOLDED);
    if (off->spatial)
        silence_domain(run, S2_SPATIAL);
    else
        fuse_domain(run, S2_SPATIAL, S2_STACK_SPATIAL);
    join_domains(run);
    run_head(run);
    run_classifier(run);
    for (int p = 0; p < S2_PATCH_BATCH && first + p < run->wanted_count; p++) {
        const int *pixel = run->wanted[first + p];
        const size_t at =
            (size_t)(pixel[1] - core.y) * (size_t)core.w + (size_t)(pixel[0] - core.x);
        memcpy(run->tile.scores + at * classes, run->buffer[S2_SCORES] + (size_t)p * classes,
               classes * sizeof(float));
        if (run->tile.valid[at] != S2_PIXEL_PART) /* of which the expert knows nothing */
            add_expert(run, pixel[0], pixel[1], run->tile.scores + at * classes);
    }
}
