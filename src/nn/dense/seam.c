/* Dense run: features of coarse sources that neighbouring tiles both need, computed by one of
   them. */
#include "nn/dense/seam.h"

#include <string.h>

/* Rows of a tensor of one source, in a seam or in a worker's ring. */
typedef struct pixel_rows {
    s2_rect rect;
    size_t pixel_bytes;
    int ring; /* rows that memory holds */
    char *data;
} pixel_rows;

/* The tensors that cross a seam. */
static const int PARTS[S2_SEAM_TENSORS] = {S2_OF_SPECTRAL, S2_OF_SPATIAL, S2_OF_VALID,
                                           S2_OF_EXPERT};

static size_t pixel_bytes(const s2_network_spec *spec, int source, int part)
{
    if (part == S2_OF_VALID)
        return 1;
    if (part == S2_OF_EXPERT)
        return spec->expert ? (size_t)spec->classes * sizeof(float) : 0;
    const int channels =
        part == S2_OF_SPATIAL ? spec->channels : s2_dense_spectral_width(spec, source);
    return (size_t)channels * sizeof(float);
}

/* Pixels of a part that cross; validity and the expert's scores are there wherever spectral
   features are. */
static s2_rect crossing(const s2_source_seam *seam, int part)
{
    return part == S2_OF_SPATIAL ? seam->spatial : seam->spectral;
}

static char *pixel_at(const pixel_rows *rows, int x, int y)
{
    const size_t row = (size_t)((y - rows->rect.y) % rows->ring);
    return rows->data +
           (row * (size_t)rows->rect.w + (size_t)(x - rows->rect.x)) * rows->pixel_bytes;
}

static void copy_pixels(const pixel_rows *from, const pixel_rows *to, s2_rect rect)
{
    for (int y = rect.y; y < rect.y + rect.h; y++)
        memcpy(pixel_at(to, rect.x, y), pixel_at(from, rect.x, y),
               (size_t)rect.w * from->pixel_bytes);
}

/* A seam's memory holds every tensor at a place of its own, and a row of it, counted from the
   source's first, modulo their number: so seams of one column of tiles, of which each begins no
   higher than the one before, can have the same memory. */
static pixel_rows rows_of_seam(const s2_dense_run *run, int side, int source, int i)
{
    const s2_seam *seam = &run->io->seams[side];
    const s2_rect rect = crossing(&run->seams[side][source], PARTS[i]);
    return (pixel_rows){(s2_rect){rect.x, 0, rect.w, rect.y + rect.h},
                        pixel_bytes(&run->weights->base.spec, source, PARTS[i]),
                        seam->layout->rows[source][i],
                        (char *)seam->memory + seam->layout->first[source][i]};
}

static pixel_rows rows_of_run(const s2_dense_run *run, int source, int part)
{
    const s2_source_plan *plan = &run->plan.source[source];
    const int buffer = s2_dense_buffer(source, part);
    const s2_rect rect = part == S2_OF_VALID     ? plan->valid
                         : part == S2_OF_SPATIAL ? plan->spatial
                                                 : plan->spectral;
    return (pixel_rows){rect, pixel_bytes(&run->weights->base.spec, source, part),
                        run->sizes.rings[buffer], run->buffer[buffer]};
}

/* Let the rows of this step cross a seam of the tile, out of it or into it. */
static void cross(const s2_dense_run *run, int side, bool out)
{
    for (int s = 0; s < run->weights->base.spec.sources; s++)
        for (int i = 0; i < S2_SEAM_TENSORS; i++) {
            const bool spatial = PARTS[i] == S2_OF_SPATIAL;
            const s2_source_front *now = &run->now.source[s];
            const s2_source_front *next = &run->next.source[s];
            const s2_rect all = crossing(&run->seams[side][s], PARTS[i]);
            const s2_rect rows =
                s2_rect_intersect(s2_dense_rows(all, spatial ? now->spatial : now->spectral,
                                                spatial ? next->spatial : next->spectral),
                                  all);
            const pixel_rows seam = rows_of_seam(run, side, s, i);
            const pixel_rows own = rows_of_run(run, s, PARTS[i]);
            copy_pixels(out ? &own : &seam, out ? &seam : &own, rows);
        }
}

static bool has_seam(const s2_dense_run *run, int side)
{
    return run->io->seams && run->io->seams[side].memory;
}

void s2_dense_seams_plan(s2_dense_run *run)
{
    const s2_network_spec *spec = &run->weights->base.spec;
    memset(run->seams, 0, sizeof run->seams);
    for (int side = 0; side < S2_SIDES; side++)
        if (has_seam(run, side))
            s2_dense_plan_seam(spec, run->geometry, run->io->seams[side].from,
                               run->io->seams[side].to, run->seams[side]);
    s2_dense_plan_omit(spec, run->geometry, run->seams[S2_LEFT], run->seams[S2_ABOVE], &run->plan);
}

s2rgf_status s2_dense_seams_take(s2_dense_run *run, int step, s2rgf_error *err)
{
    s2rgf_status status = S2RGF_OK;
    if (has_seam(run, S2_ABOVE))
        cross(run, S2_ABOVE, false);
    if (has_seam(run, S2_LEFT)) {
        status = run->io->await(run->io->context, step, err);
        if (status == S2RGF_OK)
            cross(run, S2_LEFT, false);
    }
    return status;
}

void s2_dense_seams_give(s2_dense_run *run, int step)
{
    if (has_seam(run, S2_BELOW))
        cross(run, S2_BELOW, true);
    if (has_seam(run, S2_RIGHT)) {
        cross(run, S2_RIGHT, true);
        run->io->give(run->io->context, step);
    }
}

/* ---- layout --------------------------------------------------------------------------------- */

/* Columns that two rectangles share, or rows. */
static int overlap(int a, int a_size, int b, int b_size)
{
    const int first = a > b ? a : b;
    const int end = a + a_size < b + b_size ? a + a_size : b + b_size;
    return end > first ? end - first : 0;
}

/* What two tiles share of tensors of all sources along one axis; largest in/out
   [sources][tensors]. */
static void measure_overlap(const s2_network_spec *spec, const s2_dense_plan *a,
                            const s2_dense_plan *b, bool down, int largest[][S2_SEAM_TENSORS])
{
    for (int s = 0; s < spec->sources; s++)
        for (int i = 0; i < S2_SEAM_TENSORS; i++) {
            const bool spatial = PARTS[i] == S2_OF_SPATIAL;
            const s2_rect one = spatial ? a->source[s].spatial : a->source[s].spectral;
            const s2_rect other = spatial ? b->source[s].spatial : b->source[s].spectral;
            const int shared = down ? overlap(one.y, one.h, other.y, other.h)
                                    : overlap(one.x, one.w, other.x, other.w);
            largest[s][i] = shared > largest[s][i] ? shared : largest[s][i];
        }
}

/* Sources that share anything have the rows of the reference: what tiles share of their columns is
   the same for all rows of tiles, and the other way round. */
void s2_dense_seam_layout(const s2_weights *weights, const s2_run_geometry *geometry,
                          const s2_tiling *tiling, int side, s2_seam_layout *layout)
{
    const s2_network_spec *spec = &weights->spec;
    const s2_rect tiles = s2_tiling_tiles(tiling);
    const int right = side == S2_RIGHT;
    const int below = side == S2_BELOW;
    int widths[S2RGF_MAX_SOURCES][S2_SEAM_TENSORS] = {{0}};
    s2_dense_plan a, b;
    memset(layout, 0, sizeof *layout);
    for (int row = tiles.y; row < tiles.y + tiles.h - below; row++) {
        s2_dense_plan_make(spec, geometry, s2_tiling_core(tiling, tiles.x, row), &a);
        s2_dense_plan_make(spec, geometry, s2_tiling_core(tiling, tiles.x, row + below), &b);
        measure_overlap(spec, &a, &b, true, layout->rows);
    }
    for (int column = tiles.x; column < tiles.x + tiles.w - right; column++) {
        s2_dense_plan_make(spec, geometry, s2_tiling_core(tiling, column, tiles.y), &a);
        s2_dense_plan_make(spec, geometry, s2_tiling_core(tiling, column + right, tiles.y), &b);
        measure_overlap(spec, &a, &b, false, widths);
    }
    for (int s = 0; s < spec->sources; s++)
        for (int i = 0; i < S2_SEAM_TENSORS; i++) {
            if (!s2_dense_can_share(spec, geometry, s))
                widths[s][i] = layout->rows[s][i] = 0;
            layout->first[s][i] = layout->bytes;
            layout->bytes +=
                (size_t)widths[s][i] * (size_t)layout->rows[s][i] * pixel_bytes(spec, s, PARTS[i]);
        }
}
