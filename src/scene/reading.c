/* How the files of a scene are read under tiles: which pieces are held decoded, what decoding
   costs. */
#include "scene/reading.h"

#include <math.h>

#define APART_PX 128
#define LOWEST_PX 16 /* of a piece that is held; lower ones would not outlive one read of rows */

void s2_scene_describe_blocks(const s2_scene *scene, s2_scene_blocks *blocks)
{
    *blocks = (s2_scene_blocks){.sources = scene->count};
    for (int s = 0; s < scene->count; s++) {
        const double *m = scene->sources[s].ref_to_source.m;
        blocks->of[s] = s2_source_blocks(scene->sources[s].source);
        if (m[2] != 0.0 || m[4] != 0.0) /* turned: rows of tiles lie across rows of blocks */
            blocks->of[s].width = 0;
    }
}

/* One axis of a source under a tiling. */
typedef struct axis {
    double scale, offset; /* file pixel = scale * reference pixel + offset */
    int size;             /* file pixels */
    int tile, first, end; /* reference pixels: side of the tiles, the rectangle */
    int halo;             /* reference pixels */
} axis;

static axis describe_axis(const s2_reading_demand *demand, int source, bool down)
{
    const s2_block_layout *layout = &demand->blocks->of[source];
    const double *m = demand->geometry->ref_to_source[source].m;
    const s2_rect rect = demand->tiling->rect;
    if (down)
        return (axis){m[5],   m[3] + layout->y, layout->file_height, demand->tiling->h,
                      rect.y, rect.y + rect.h,  demand->halo_px};
    return (axis){m[1],   m[0] + layout->x, layout->file_width, demand->tiling->w,
                  rect.x, rect.x + rect.w,  demand->halo_px};
}

/* Pieces of a side that reference pixels first..end-1 and the halo around them touch. */
static int pieces_under(const axis *along, int side, int first, int end)
{
    const double a = along->scale * (first - along->halo) + along->offset;
    const double b = along->scale * (end + along->halo) + along->offset;
    const double low = fmax(fmin(a, b), 0.0);
    const double high = fmin(fmax(a, b), along->size);
    return high <= low ? 0 : (int)(ceil(high / side) - floor(low / side));
}

/* Pieces along an axis: of a group of neighbouring tiles at most, and of all groups one by one. */
typedef struct axis_pieces {
    int most;
    double all;
} axis_pieces;

static axis_pieces count_pieces(const axis *along, int side, int group)
{
    axis_pieces count = {0, 0.0};
    const int step = along->tile * group;
    for (int first = along->first; first < along->end;) {
        const int next = (first / step + 1) * step;
        const int end = next < along->end ? next : along->end;
        const int here = pieces_under(along, side, first, end);
        count.most = here > count.most ? here : count.most;
        count.all += here;
        first = end;
    }
    return count;
}

/* The source's pieces that are held at once, and the pieces decoded by the whole map. */
static int count_source(const s2_reading_demand *demand, int s, const s2_piece_plan *piece,
                        int rows, double *decoded)
{
    const s2_rect tiles = s2_tiling_tiles(demand->tiling);
    const int beside = demand->threads < tiles.w ? demand->threads : tiles.w;
    const int stacked = (demand->threads + beside - 1) / beside;
    const axis across = describe_axis(demand, s, false);
    const axis down = describe_axis(demand, s, true);
    const axis_pieces columns = count_pieces(&across, piece->width, beside);
    /* a tile that one worker alone maps below another as wide begins where that one's pieces are */
    const int follows = tiles.w == 1 && demand->threads == 1 ? tiles.h : 1;
    const axis_pieces lines = count_pieces(&down, piece->height, follows);
    /* workers side by side may be some way apart */
    const int apart_px = demand->threads > 1 && piece->height < APART_PX ? APART_PX : piece->height;
    const int wanted = rows * ((apart_px + piece->height - 1) / piece->height);
    const int here = wanted < lines.most ? wanted : lines.most;
    /* some of the tiles at hand may begin a row of tiles while the others end the one above */
    const int more = tiles.w % beside == 0 ? 0 : 2;
    *decoded = columns.all * lines.all;
    return (columns.most + more) * here * stacked;
}

/* Plans of all sources for pieces of those heights; the source whose pieces take most. */
static int plan_rows(const s2_reading_demand *demand, int rows, s2_reading *reading)
{
    int largest = 0;
    double largest_bytes = 0.0;
    double all = 0.0;
    reading->decoded_bytes = 0.0;
    for (int s = 0; s < demand->blocks->sources; s++) {
        const s2_block_layout *layout = &demand->blocks->of[s];
        s2_piece_plan *piece = &reading->pieces[s];
        double decoded = 0.0;
        piece->count = 0;
        if (layout->width == 0)
            continue;
        const double pixels = (double)piece->width * piece->height;
        const int lattice_height = layout->lattice.height;
        const bool none = piece->height < LOWEST_PX && piece->height < lattice_height;
        const int count = count_source(demand, s, piece, rows, &decoded);
        const double bytes = none ? 0.0 : count * pixels * (double)layout->held_bytes;
        piece->count = none ? 0 : count;
        reading->decoded_bytes +=
            decoded * piece->width * lattice_height * (double)layout->pixel_bytes;
        largest = bytes > largest_bytes ? s : largest;
        largest_bytes = fmax(bytes, largest_bytes);
        all += bytes;
    }
    reading->bytes = all < (double)SIZE_MAX / 2 ? (size_t)all : SIZE_MAX / 2;
    return largest;
}

void s2_scene_plan_reading(const s2_reading_demand *demand, s2_reading *reading)
{
    *reading = (s2_reading){.bytes = 0};
    for (int s = 0; s < demand->blocks->sources; s++)
        reading->pieces[s] = demand->blocks->of[s].lattice;
    int rows = demand->rows;
    int largest = plan_rows(demand, rows, reading);
    while (reading->bytes > demand->limit_bytes && rows > 1)
        largest = plan_rows(demand, --rows, reading);
    while (reading->bytes > demand->limit_bytes) {
        reading->pieces[largest].height = (reading->pieces[largest].height + 1) / 2;
        largest = plan_rows(demand, rows, reading);
    }
    for (int s = 0; s < demand->blocks->sources; s++)
        if (reading->pieces[s].count == 0)
            reading->pieces[s] = demand->blocks->of[s].lattice;
}

s2rgf_status s2_scene_hold(s2_scene *scene, const s2_reading *reading, s2rgf_error *err)
{
    s2rgf_status status = S2RGF_OK;
    for (int s = 0; s < scene->count && status == S2RGF_OK; s++)
        if (reading->pieces[s].count > 0)
            status = s2_source_hold(scene->sources[s].source, &reading->pieces[s], err);
    return status;
}

void s2_scene_drop(s2_scene *scene)
{
    for (int s = 0; s < scene->count; s++)
        s2_source_drop(scene->sources[s].source);
}

size_t s2_scene_cache_bytes(const s2_scene_blocks *blocks, int threads)
{
    size_t bytes = 0;
    for (int s = 0; s < blocks->sources; s++) {
        const s2_block_layout *layout = &blocks->of[s];
        if (layout->width == 0)
            return SIZE_MAX;
        bytes +=
            (size_t)threads * (size_t)layout->width * (size_t)layout->height * layout->pixel_bytes;
    }
    return bytes + bytes / 4;
}
