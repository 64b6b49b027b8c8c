/* How a source is presented (band selection, warp, view) and read. */
#include <string.h>

#include "core/error.h"
#include "core/memory.h"
#include "geo/source/source_private.h"

s2rgf_status s2_source_select(s2_source *source, const int *order, int count, s2rgf_error *err)
{
    if (count < 1)
        return s2_fail(err, S2RGF_INVALID_ARGUMENT, "source %s: no band selected", source->name);
    s2_band_place *bands = s2_alloc((size_t)count, sizeof *bands);
    if (bands == NULL)
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
static s2rgf_status read_base(s2_source *source, s2_rect rect, float *pixels, uint8_t *valid,
                              s2rgf_error *err)
{
    if (source->warp != NULL)
        return s2_warp_read(source, rect, pixels, valid, err);
    return s2_source_read_files(source, rect, pixels, valid, err);
}

/** Read a rectangle that leaves the base grid: what lies outside is invalid. */
static s2rgf_status read_across_edge(s2_source *source, s2_rect rect, s2_rect inside, float *pixels,
                                     uint8_t *valid, s2rgf_error *err)
{
    const size_t bands = (size_t)source->band_count;
    const size_t pixel_count = (size_t)rect.w * (size_t)rect.h;
    memset(valid, 0, pixel_count);
    if (pixels != NULL)
        memset(pixels, 0, pixel_count * bands * sizeof *pixels);
    if (s2_rect_is_empty(inside))
        return S2RGF_OK;
    const size_t inside_count = (size_t)inside.w * (size_t)inside.h;
    uint8_t *inside_valid = s2_scratch_reserve(&source->view_valid, inside_count, 1);
    float *inside_pixels = NULL;
    if (pixels != NULL)
        inside_pixels =
            s2_scratch_reserve(&source->view_pixels, inside_count * bands, sizeof *inside_pixels);
    if (inside_valid == NULL || (pixels != NULL && inside_pixels == NULL))
        return s2_fail_memory(err, "pixels");
    const s2rgf_status status = read_base(source, inside, inside_pixels, inside_valid, err);
    if (status != S2RGF_OK)
        return status;
    const size_t width = (size_t)inside.w;
    for (int y = 0; y < inside.h; y++) {
        const size_t to =
            (size_t)(inside.y - rect.y + y) * (size_t)rect.w + (size_t)(inside.x - rect.x);
        const size_t from = (size_t)y * width;
        memcpy(valid + to, inside_valid + from, width);
        if (pixels != NULL)
            memcpy(pixels + to * bands, inside_pixels + from * bands,
                   width * bands * sizeof *pixels);
    }
    return S2RGF_OK;
}

static s2rgf_status read_presented(s2_source *source, s2_rect rect, float *pixels, uint8_t *valid,
                                   s2rgf_error *err)
{
    const s2_rect presented = {0, 0, source->grid.width, source->grid.height};
    if (s2_rect_is_empty(rect) || !s2_rect_contains(presented, rect))
        return s2_fail(err, S2RGF_INTERNAL, "source %s: rectangle %d,%d %d x %d is not in its %d x %d",
                       source->name, rect.x, rect.y, rect.w, rect.h, presented.w, presented.h);
    if (source->has_view) {
        rect.x += source->view.x;
        rect.y += source->view.y;
    }
    const s2_rect base = {0, 0, source->base.width, source->base.height};
    const s2_rect inside = s2_rect_intersect(rect, base);
    if (inside.w == rect.w && inside.h == rect.h)
        return read_base(source, rect, pixels, valid, err);
    return read_across_edge(source, rect, inside, pixels, valid, err);
}

s2rgf_status s2_source_read(s2_source *source, s2_rect rect, float *pixels, uint8_t *valid,
                            s2rgf_error *err)
{
    return read_presented(source, rect, pixels, valid, err);
}

s2rgf_status s2_source_read_valid(s2_source *source, s2_rect rect, uint8_t *valid, s2rgf_error *err)
{
    return read_presented(source, rect, NULL, valid, err);
}
