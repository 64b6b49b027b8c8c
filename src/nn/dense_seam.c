/* Dense run: features of coarse sources that neighbouring tiles both need, computed by one of them. */
#include "nn/dense_seam.h"

#include <string.h>

/* Rows of a map of one source, in a seam or in a worker's ring. */
typedef struct pixel_rows {
    s2_rect rect;
    size_t pixel_bytes;
    int ring; /* rows that memory holds */
    char *data;
} pixel_rows;

/* The maps that cross a seam. */
static const int PARTS[] = {S2_OF_SPECTRAL, S2_OF_SPATIAL, S2_OF_VALID};
#define PART_COUNT ((int)(sizeof PARTS / sizeof *PARTS))

static size_t pixel_bytes(const s2_network_spec *spec, int source, int part)
{
    if (part == S2_OF_VALID)
        return 1;
    const int channels =
        part == S2_OF_SPATIAL ? spec->channels : s2_dense_spectral_width(spec, source);
    return (size_t)channels * sizeof(float);
}

/* Pixels of a part that cross; validity is known wherever spectral features are. */
static s2_rect crossing(const s2_source_seam *seam, int part)
{
    return part == S2_OF_SPATIAL ? seam->spatial : seam->spectral;
}

static size_t rows_bytes(const pixel_rows *rows)
{
    return (size_t)rows->rect.w * (size_t)rows->ring * rows->pixel_bytes;
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

static pixel_rows rows_of_seam(const s2_network_spec *spec, const s2_source_seam *seams, int source,
                               int part, char *data)
{
    const s2_rect rect = crossing(&seams[source], part);
    return (pixel_rows){rect, pixel_bytes(spec, source, part), rect.h, data};
}

static pixel_rows rows_of_run(const s2_dense_run *run, int source, int part)
{
    const s2_source_plan *plan = &run->plan.source[source];
    const int buffer = s2_dense_buffer(source, part);
    const s2_rect rect = part == S2_OF_VALID     ? plan->valid
                         : part == S2_OF_SPATIAL ? plan->spatial
                                                 : plan->spectral;
    return (pixel_rows){rect, pixel_bytes(&run->weights->spec, source, part),
                        run->sizes.rings[buffer], run->buffer[buffer]};
}

/* Let the rows of this step cross a seam of the tile, out of it or into it. */
static void cross(const s2_dense_run *run, int side, bool out)
{
    const s2_network_spec *spec = &run->weights->spec;
    const s2_source_seam *seams = run->seams[side];
    char *data = run->io->seams[side].memory;
    for (int s = 0; s < spec->sources; s++)
        for (int i = 0; i < PART_COUNT; i++) {
            const bool spatial = PARTS[i] == S2_OF_SPATIAL;
            const s2_source_front *now = &run->now.source[s];
            const s2_source_front *next = &run->next.source[s];
            const pixel_rows seam = rows_of_seam(spec, seams, s, PARTS[i], data);
            if (s2_rect_is_empty(seam.rect))
                continue;
            const pixel_rows own = rows_of_run(run, s, PARTS[i]);
            const s2_rect rows =
                s2_rect_intersect(s2_dense_rows(seam.rect, spatial ? now->spatial : now->spectral,
                                                spatial ? next->spatial : next->spectral),
                                  seam.rect);
            copy_pixels(out ? &own : &seam, out ? &seam : &own, rows);
            data += rows_bytes(&seam);
        }
}

static bool has_seam(const s2_dense_run *run, int side)
{
    return run->io->seams && run->io->seams[side].memory;
}

void s2_dense_seams_plan(s2_dense_run *run)
{
    const s2_network_spec *spec = &run->weights->spec;
    memset(run->seams, 0, sizeof run->seams);
    for (int side = 0; side < S2_SIDES; side++)
        if (has_seam(run, side))
            s2_dense_plan_seam(spec, run->geometry, run->io->seams[side].from,
                               run->io->seams[side].to, run->seams[side]);
    s2_dense_plan_leave(spec, run->geometry, run->seams[S2_LEFT], run->seams[S2_ABOVE], &run->plan);
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
        run->io->leave(run->io->context, step);
    }
}

/* ---- bytes ---------------------------------------------------------------------------------- */

/* Bytes of a seam. */
static size_t measure_seam(const s2_network_spec *spec, const s2_source_seam *seams)
{
    size_t bytes = 0;
    for (int s = 0; s < spec->sources; s++)
        for (int i = 0; i < PART_COUNT; i++) {
            const pixel_rows seam = rows_of_seam(spec, seams, s, PARTS[i], NULL);
            bytes += s2_rect_is_empty(seam.rect) ? 0 : rows_bytes(&seam);
        }
    return bytes;
}

/* Whether a seam ends before the next one below begins. */
static bool ends_before(const s2_network_spec *spec, const s2_source_seam *above,
                        const s2_source_seam *below)
{
    bool ends = true;
    for (int s = 0; s < spec->sources; s++)
        for (int i = 0; i < PART_COUNT; i++) {
            const s2_rect one = crossing(&above[s], PARTS[i]);
            const s2_rect other = crossing(&below[s], PARTS[i]);
            ends = ends && (s2_rect_is_empty(other) || one.y + one.h <= other.y);
        }
    return ends;
}

size_t s2_dense_seam_bytes(const s2_dense_weights *weights, const s2_run_geometry *geometry,
                           const s2_tiling *tiling, int side)
{
    const s2_network_spec *spec = &weights->spec;
    const s2_rect parts = s2_tiling_parts(tiling);
    const int right = side == S2_RIGHT;
    const int below = side == S2_BELOW;
    size_t largest = 0;
    for (int column = parts.x; column < parts.x + parts.w - right; column++) {
        s2_source_seam seams[2][S2RGF_MAX_SOURCES];
        for (int row = parts.y; row < parts.y + parts.h - below; row++) {
            s2_source_seam *seam = seams[row % 2];
            s2_dense_plan_seam(spec, geometry, s2_tiling_core(tiling, column, row),
                               s2_tiling_core(tiling, column + right, row + below), seam);
            if (below && row > parts.y && !ends_before(spec, seams[(row + 1) % 2], seam))
                return 0;
            const size_t bytes = measure_seam(spec, seam);
            largest = bytes > largest ? bytes : largest;
        }
    }
    return largest;
}
