/* A tile at work: where the sources of its scene lie, its input and its output. */
#include "nn/run/tile.h"

#include <math.h>
#include <string.h>

#include "core/memory.h"
#include "nn/run/validity.h"

s2_rect s2_tiling_tiles(const s2_tiling *tiling)
{
    const s2_rect rect = tiling->rect;
    const int x = rect.x / tiling->w;
    const int y = rect.y / tiling->h;
    return (s2_rect){x, y, (rect.x + rect.w - 1) / tiling->w - x + 1,
                     (rect.y + rect.h - 1) / tiling->h - y + 1};
}

#define LOOKS 5

int s2_tiling_looks(int count, bool quick)
{
    return quick && count > LOOKS ? LOOKS : count;
}

int s2_tiling_look(int count, bool quick, int i)
{
    const int looks[LOOKS] = {0, 1, count / 2, count - 2, count - 1};
    return quick && count > LOOKS ? looks[i] : i;
}

bool s2_is_turned(const s2_run_geometry *geometry, int source)
{
    const double *m = geometry->ref_to_source[source].m;
    return m[2] != 0.0 || m[4] != 0.0;
}

s2_rect s2_tiling_core(const s2_tiling *tiling, int column, int row)
{
    return s2_rect_intersect((s2_rect){column * tiling->w, row * tiling->h, tiling->w, tiling->h},
                             tiling->rect);
}

s2_rect s2_tile_reach(const s2_run_geometry *geometry, s2_rect tile)
{
    const s2_rect scene = {0, 0, geometry->width, geometry->height};
    return s2_rect_intersect(s2_rect_grow(tile, geometry->margin_px), scene);
}

bool s2_tile_init(s2_tile *tile, const s2_network_spec *spec, size_t core_pixels,
                  const size_t *source_pixels)
{
    *tile = (s2_tile){0};
    tile->scores = s2_alloc(core_pixels * (size_t)spec->classes, sizeof(float));
    tile->valid = s2_alloc(core_pixels, 1);
    bool ready = tile->scores && tile->valid;
    for (int s = 0; s < spec->sources; s++) {
        tile->pixels[s] = s2_alloc(source_pixels[s] * (size_t)spec->bands[s], sizeof(float));
        tile->source_valid[s] = s2_alloc(source_pixels[s], 1);
        ready = ready && tile->pixels[s] && tile->source_valid[s];
    }
    return ready;
}

void s2_tile_clear(s2_tile *tile)
{
    for (int s = 0; s < S2RGF_MAX_SOURCES; s++) {
        s2_free(tile->pixels[s]);
        s2_free(tile->source_valid[s]);
    }
    s2_free(tile->scores);
    s2_free(tile->valid);
    *tile = (s2_tile){0};
}

size_t s2_tile_bytes(const s2_network_spec *spec, size_t core_pixels, const size_t *source_pixels)
{
    size_t bytes = core_pixels * ((size_t)spec->classes * sizeof(float) + 1);
    for (int s = 0; s < spec->sources; s++)
        bytes += source_pixels[s] * ((size_t)spec->bands[s] * sizeof(float) + 1);
    return bytes;
}

void s2_tile_validity(const s2_network_spec *spec, const s2_run_geometry *geometry,
                      const s2_tile *tile, const s2_rect *source_rects, s2_rect rect,
                      uint8_t *valid)
{
    const bool any = geometry->any_source;
    const size_t pixels = (size_t)rect.w * (size_t)rect.h;
    memset(valid, s2_validity_start(any), pixels);
    for (int s = 0; s < spec->sources; s++) {
        const s2_rect from = source_rects[s];
        const s2_affine *affine = &geometry->ref_to_source[s];
        for (int y = 0; y < rect.h; y++)
            for (int x = 0; x < rect.w; x++) {
                double u = rect.x + x + 0.5;
                double v = rect.y + y + 0.5;
                if (!spec->on_reference[s])
                    s2_affine_apply(affine, u, v, &u, &v);
                const int column = (int)floor(u);
                const int row = (int)floor(v);
                const bool inside = column >= from.x && column < from.x + from.w && row >= from.y &&
                                    row < from.y + from.h;
                const size_t at =
                    (size_t)(row - from.y) * (size_t)from.w + (size_t)(column - from.x);
                uint8_t *to = &valid[(size_t)y * (size_t)rect.w + (size_t)x];
                *to = s2_validity_join(any, *to, inside && tile->source_valid[s][at]);
            }
    }
    for (size_t i = 0; any && i < pixels; i++)
        valid[i] = s2_validity_end(any, valid[i]);
}
