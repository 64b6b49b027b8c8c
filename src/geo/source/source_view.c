/* How a source is presented (band selection, warp, view) and read. */
#include <string.h>

#include "core/error.h"
#include "core/memory.h"
#include "geo/source/source_values.h"

s2rgf_status s2_source_select(s2_source *source, const int *order, int count, s2rgf_error *err)
{
    if (count < 1)
        return s2_fail(err, S2RGF_INVALID_ARGUMENT, "source %s: no band selected", source->name);
    s2_band_place *bands = s2_alloc((size_t)count, sizeof *bands);
    if (!bands)
        return s2_fail_memory(err, "band list");
    for (int i = 0; i < count; i++) {
        if (order[i] < 0 || order[i] >= source->band_count) {
            s2_free(bands);
            return s2_fail(err, S2RGF_INVALID_ARGUMENT,
                           "source %s: no such band: expected 1 to %d, found %d", source->name,
                           source->band_count, order[i] + 1);
        }
        bands[i] = source->bands[order[i]];
    }
    s2_free(source->bands);
    source->bands = bands;
    source->band_count = count;
    return S2RGF_OK;
}

s2rgf_status s2_source_warp_to_grid(s2_source *source, const s2_grid *grid, s2rgf_error *err)
{
    s2_warp *warp = NULL;
    s2_grid base = {0}, presented = {0};
    s2rgf_status status = s2_warp_create(source->label, &source->file_grid, grid, &warp, err);
    if (status == S2RGF_OK)
        status = s2_grid_copy(grid, &base, err);
    if (status == S2RGF_OK)
        status = s2_grid_copy(grid, &presented, err);
    if (status != S2RGF_OK) {
        s2_grid_clear(&base);
        s2_warp_free(warp);
        return status;
    }
    s2_warp_free(source->warp);
    s2_grid_clear(&source->base);
    s2_grid_clear(&source->grid);
    source->warp = warp;
    source->base = base;
    source->grid = presented;
    source->has_view = false;
    return S2RGF_OK;
}

s2rgf_status s2_source_warp_to_srs(s2_source *source, const char *srs_wkt, s2rgf_error *err)
{
    s2_grid grid;
    s2rgf_status status = s2_warp_suggest(source, srs_wkt, &grid, err);
    if (status == S2RGF_OK)
        status = s2_source_warp_to_grid(source, &grid, err);
    s2_grid_clear(&grid);
    return status;
}

s2rgf_status s2_source_set_view(s2_source *source, s2_rect view, s2rgf_error *err)
{
    s2_grid grid;
    if (s2_rect_is_empty(view))
        return s2_fail(err, S2RGF_INVALID_ARGUMENT, "source %s: empty view", source->name);
    const s2rgf_status status = s2_grid_cut(&source->base, view, &grid, err);
    if (status != S2RGF_OK)
        return status;
    s2_grid_clear(&source->grid);
    source->grid = grid;
    source->view = view;
    source->has_view = true;
    return S2RGF_OK;
}

/** Read a rectangle of the base grid that lies inside it. */
static s2rgf_status read_base(s2_source *source, s2_rect rect, const s2_read_target *to,
                              s2rgf_error *err)
{
    if (source->warp)
        return s2_warp_read(source, rect, to, err);
    return s2_source_read_files(source, rect, to, err);
}

/** Read a rectangle that leaves the base grid: what lies outside is invalid. */
static s2rgf_status read_across_edge(s2_source *source, s2_rect rect, s2_rect inside,
                                     const s2_read_target *to, s2rgf_error *err)
{
    const size_t floats = (size_t)rect.w * (size_t)to->bands;
    for (int y = rect.y; y < rect.y + rect.h; y++) {
        memset(s2_row_ring_at(&to->valid, y), 0, (size_t)rect.w);
        if (to->pixels.data)
            memset(s2_row_ring_at(&to->pixels, y), 0, floats * sizeof(float));
    }
    if (s2_rect_is_empty(inside))
        return S2RGF_OK;
    const s2_read_target inside_pixels = s2_read_target_from(to, inside.x - rect.x);
    return read_base(source, inside, &inside_pixels, err);
}

s2rgf_status s2_source_read_to(s2_source *source, s2_rect rect, const s2_read_target *to,
                               s2rgf_error *err)
{
    const s2_rect presented = {0, 0, source->grid.width, source->grid.height};
    s2_read_target moved = *to; /* rows by their numbers in the base grid */
    if (s2_rect_is_empty(rect) || !s2_rect_contains(presented, rect))
        return s2_fail(err, S2RGF_INTERNAL,
                       "source %s: rectangle %d,%d %d x %d is not in its %d x %d", source->name,
                       rect.x, rect.y, rect.w, rect.h, presented.w, presented.h);
    if (source->has_view) {
        rect.x += source->view.x;
        rect.y += source->view.y;
        moved.pixels.first += source->view.y;
        moved.valid.first += source->view.y;
    }
    const s2_rect base = {0, 0, source->base.width, source->base.height};
    const s2_rect inside = s2_rect_intersect(rect, base);
    if (s2_rect_equal(inside, rect))
        return read_base(source, rect, &moved, err);
    return read_across_edge(source, rect, inside, &moved, err);
}

s2rgf_status s2_source_read(s2_source *source, s2_rect rect, float *pixels, uint8_t *valid,
                            s2rgf_error *err)
{
    const s2_read_target to = s2_read_target_whole(rect, source->band_count, pixels, valid);
    return s2_source_read_to(source, rect, &to, err);
}

s2rgf_status s2_source_read_valid(s2_source *source, s2_rect rect, uint8_t *valid, s2rgf_error *err)
{
    return s2_source_read(source, rect, NULL, valid, err);
}
