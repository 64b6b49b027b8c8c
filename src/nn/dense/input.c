/* Dense run: the sources' rows and their validity. */
#include <math.h>
#include <string.h>

#include "nn/dense/worker.h"
#include "nn/run/validity.h"

static s2_region pixel_region(const s2_dense_run *run, int s)
{
    return s2_dense_region(run, s2_dense_buffer(s, S2_OF_PIXELS), run->plan.source[s].pixels,
                           run->weights->base.spec.bands[s]);
}

/* Rows of source s to read so that its pixels get from one front to another. */
static s2_rect rows_between(const s2_dense_run *run, int s, const s2_dense_front *from,
                            const s2_dense_front *to)
{
    const s2_rect inside = run->plan.source[s].inside;
    return s2_rect_intersect(s2_dense_rows(inside, from->source[s].pixels, to->source[s].pixels),
                             inside);
}

/* What is asked of source s: its new rows, straight into its rings, and those of the step after. */
static s2_input_rows ask_rows(const s2_dense_run *run, int s, const s2_dense_front *after)
{
    const s2_rect kept = run->plan.source[s].valid;
    const s2_region pixels = pixel_region(run, s);
    const size_t pixel_bytes = (size_t)pixels.stride * sizeof(float);
    const int buffer = s2_dense_buffer(s, S2_OF_VALID);
    const s2_rect rect = rows_between(run, s, &run->now, &run->next);
    const int x = run->plan.source[s].inside.x;
    return (s2_input_rows){.rect = rect,
                           .after = rows_between(run, s, &run->next, after),
                           .pixels = {pixels.data + (ptrdiff_t)(x - pixels.rect.x) * pixels.stride,
                                      (size_t)pixels.rect.w * pixel_bytes, pixels.rect.y,
                                      pixels.ring},
                           .valid = {(uint8_t *)run->buffer[buffer] + (x - kept.x), (size_t)kept.w,
                                     kept.y, run->sizes.rings[buffer]}};
}

/* Join the validity of an aligned source to `valid`, reference pixels x0.. of row y. */
static void mark_aligned(const s2_dense_run *run, int s, int y, uint8_t *valid)
{
    const s2_rect kept = run->plan.source[s].valid;
    const s2_rect reference = run->plan.reference;
    const uint8_t *from =
        s2_dense_bytes(run, s2_dense_buffer(s, S2_OF_VALID), kept, y) + (reference.x - kept.x);
    for (int x = 0; x < reference.w; x++)
        valid[x] = s2_validity_join(run->geometry->any_source, valid[x], from[x]);
}

/* Join the validity of another source's pixel under the centre of each reference pixel. */
static void mark_native(const s2_dense_run *run, int s, int y, uint8_t *valid)
{
    const s2_rect kept = run->plan.source[s].valid;
    const s2_rect known =
        s2_rect_intersect(kept, s2_dense_source(&run->weights->base.spec, run->geometry, s));
    const s2_rect reference = run->plan.reference;
    const int buffer = s2_dense_buffer(s, S2_OF_VALID);
    const uint8_t *row = NULL; /* under the last pixel that was inside, number row_y */
    int row_y = known.y - 1;
    for (int x = 0; x < reference.w; x++) {
        double u = 0.0;
        double v = 0.0;
        s2_affine_apply(&run->geometry->ref_to_source[s], reference.x + x + 0.5, y + 0.5, &u, &v);
        const s2_rect under = {(int)floor(u), (int)floor(v), 1, 1};
        const bool inside = s2_rect_contains(known, under);
        if (inside && under.y != row_y) {
            row = s2_dense_bytes(run, buffer, kept, under.y);
            row_y = under.y;
        }
        valid[x] =
            s2_validity_join(run->geometry->any_source, valid[x], inside && row[under.x - kept.x]);
    }
}

void s2_dense_validity(s2_dense_run *run)
{
    const s2_network_spec *spec = &run->weights->base.spec;
    const s2_rect reference = run->plan.reference;
    const s2_rect stack = run->plan.stack;
    const int end = reference.y + reference.h;
    const bool any = run->geometry->any_source;
    for (int y = 2 * run->now.stack; y < 2 * run->next.stack && y < end; y++) {
        uint8_t *valid = s2_dense_bytes(run, S2_REFERENCE_VALID, reference, y);
        memset(valid, s2_validity_start(any), (size_t)reference.w);
        for (int s = 0; s < spec->sources; s++)
            if (spec->on_reference[s])
                mark_aligned(run, s, y, valid);
            else
                mark_native(run, s, y, valid);
        for (int x = 0; any && x < reference.w; x++)
            valid[x] = s2_validity_end(any, valid[x]);
    }
    for (int i = run->now.stack; i < run->next.stack; i++) {
        const uint8_t *top = s2_dense_bytes(run, S2_REFERENCE_VALID, reference, 2 * i);
        const uint8_t *bottom =
            2 * i + 1 < end ? s2_dense_bytes(run, S2_REFERENCE_VALID, reference, 2 * i + 1) : top;
        uint8_t *feature = s2_dense_bytes(run, S2_FEATURE_VALID, stack, i);
        for (int j = 0; j < stack.w; j++) {
            const int right = 2 * j + 1 < reference.w ? 2 * j + 1 : 2 * j;
            feature[j] = top[2 * j] && top[right] && bottom[2 * j] && bottom[right];
        }
    }
}

s2rgf_status s2_dense_input(s2_dense_run *run, const s2_dense_front *after, s2rgf_error *err)
{
    s2_input_rows rows[S2RGF_MAX_SOURCES];
    for (int s = 0; s < run->weights->base.spec.sources; s++) {
        const s2_region pixels = pixel_region(run, s);
        rows[s] = ask_rows(run, s, after);
        s2_region_clear_rows(&pixels, run->now.source[s].pixels, run->next.source[s].pixels,
                             rows[s].rect);
    }
    return run->io->next(run->io->input, rows, err);
}
