/* Labelled pixels where a source has no valid data teach nothing: they are left out. */
#include <math.h>
#include <string.h>

#include "core/class_name.h"
#include "core/error.h"
#include "core/log.h"
#include "core/memory.h"
#include "core/plural.h"
#include "geo/labels/labels_blocks.h"
#include "train/set/training_set.h"

#define TILE_PX 256 /* side of what is read at once, in reference pixels */

/* What has been found out about the labels so far. */
typedef struct label_check {
    s2_scene *scene;
    const s2_label_set *labels;
    uint8_t *keep;                     /* [labels.count] */
    size_t invalid[S2RGF_MAX_SOURCES]; /* labelled pixels at which the source has no data */
    uint8_t *row;                      /* [TILE_PX][scene width] validity of a row of tiles */
    s2_rect *boxes;                    /* [tiles of a row] around the labels of each */
    uint8_t *valid;                    /* validity of a source's rectangle */
    size_t valid_bytes;
} label_check;

static s2rgf_status reserve_valid(label_check *check, s2_rect rect, s2rgf_error *err)
{
    const size_t bytes = (size_t)rect.w * (size_t)rect.h;
    if (bytes <= check->valid_bytes)
        return S2RGF_OK;
    s2_free(check->valid);
    check->valid = s2_alloc(bytes, 1);
    check->valid_bytes = check->valid ? bytes : 0;
    return check->valid ? S2RGF_OK : s2_fail_memory(err, "labels");
}

/* Validity of a source in a box of the reference grid, at the nearest native pixel, into the row of
   tiles that begins at y. */
static s2rgf_status read_box(label_check *check, int source, s2_rect box, int y, s2rgf_error *err)
{
    const s2_scene_source *from = &check->scene->sources[source];
    const s2_grid *grid = s2_source_grid(from->source);
    const s2_rect bounds = s2_affine_bounds(&from->ref_to_source, box);
    /* one more pixel around: bounds leave out what rounding alone reaches */
    const s2_rect rect =
        s2_rect_intersect(s2_rect_grow(bounds, 1), (s2_rect){0, 0, grid->width, grid->height});
    s2rgf_status status = reserve_valid(check, rect, err);
    if (status == S2RGF_OK && !s2_rect_is_empty(rect))
        status = s2_source_read_valid(from->source, rect, check->valid, err);
    if (status != S2RGF_OK)
        return status;
    for (int i = 0; i < box.w * box.h; i++) {
        const int px = box.x + i % box.w;
        const int py = box.y + i / box.w;
        double u, v;
        s2_affine_apply(&from->ref_to_source, px + 0.5, py + 0.5, &u, &v);
        const s2_rect pixel = {(int)floor(u), (int)floor(v), 1, 1};
        const size_t at = (size_t)(pixel.y - rect.y) * (size_t)rect.w + (size_t)(pixel.x - rect.x);
        check->row[(size_t)(py - y) * (size_t)check->scene->grid.width + (size_t)px] =
            s2_rect_contains(rect, pixel) && check->valid[at];
    }
    return S2RGF_OK;
}

/* The smallest box around the labels first..end of every tile of a row. */
static void find_boxes(label_check *check, size_t first, size_t end)
{
    const int tiles = (check->scene->grid.width - 1) / TILE_PX + 1;
    memset(check->boxes, 0, (size_t)tiles * sizeof *check->boxes);
    for (size_t i = first; i < end; i++) {
        const s2_label_pixel *pixel = &check->labels->pixels[i];
        s2_rect *box = &check->boxes[pixel->x / TILE_PX];
        if (s2_rect_is_empty(*box))
            *box = (s2_rect){pixel->x, pixel->y, 1, 1};
        const int right = pixel->x >= box->x + box->w ? pixel->x + 1 : box->x + box->w;
        box->x = pixel->x < box->x ? pixel->x : box->x;
        box->w = right - box->x;
        box->h = pixel->y + 1 - box->y; /* labels come in order of y */
    }
}

/* Judge the labels first..end, which lie in the row of tiles that begins at y. */
static s2rgf_status check_row(label_check *check, size_t first, size_t end, int y,
                              const s2rgf_host *host, s2rgf_error *err)
{
    const int width = check->scene->grid.width;
    s2rgf_status status = S2RGF_OK;
    find_boxes(check, first, end);
    for (int s = 0; s < check->scene->count && status == S2RGF_OK; s++) {
        for (int x = 0; x < width && status == S2RGF_OK; x += TILE_PX) {
            const s2_rect box = check->boxes[x / TILE_PX];
            if (!s2_rect_is_empty(box))
                status = read_box(check, s, box, y, err);
            if (status == S2RGF_OK && !s2_progress(host, 0.0))
                status = s2_fail(err, S2RGF_CANCELLED, "interrupted");
        }
        for (size_t i = first; i < end && status == S2RGF_OK; i++) {
            const s2_label_pixel *pixel = &check->labels->pixels[i];
            const size_t at = (size_t)(pixel->y - y) * (size_t)width + (size_t)pixel->x;
            const uint8_t valid = check->row[at];
            check->keep[i] =
                check->scene->any_source ? check->keep[i] | valid : check->keep[i] & valid;
            check->invalid[s] += !valid;
        }
    }
    return status;
}

static s2rgf_status check_labels(label_check *check, const s2rgf_host *host, s2rgf_error *err)
{
    const s2_label_set *labels = check->labels;
    const size_t width = (size_t)check->scene->grid.width;
    check->keep = s2_alloc(labels->count, 1);
    check->row = s2_alloc(TILE_PX * width, 1);
    check->boxes = s2_alloc((width - 1) / TILE_PX + 1, sizeof *check->boxes);
    if (!check->keep || !check->row || !check->boxes)
        return s2_fail_memory(err, "labels");
    memset(check->keep, !check->scene->any_source, labels->count);
    s2rgf_status status = S2RGF_OK;
    for (size_t first = 0, end; first < labels->count && status == S2RGF_OK; first = end) {
        const int y = labels->pixels[first].y / TILE_PX * TILE_PX;
        for (end = first; end < labels->count && labels->pixels[end].y < y + TILE_PX;)
            end++;
        status = check_row(check, first, end, y, host, err);
    }
    return status;
}

/* Pixels of one class, and those of them that are left out. */
typedef struct class_count {
    size_t all, out;
} class_count;

static void tell_class(const s2_class *class, class_count count, bool alone, const s2rgf_host *host)
{
    if (count.out == count.all)
        s2_log(host, S2RGF_WARNING,
               "%s%s: no valid data at any of its %zu labelled %s: it cannot be learned%s",
               s2_class_word(class->name), class->name, count.all,
               s2_plural(count.all, "pixel", "pixels"), alone ? "" : " here");
    else if (count.out > 0)
        s2_log(host, S2RGF_WARNING, "%s%s: no valid data at %zu of its %zu labelled pixels: %s",
               s2_class_word(class->name), class->name, count.out, count.all,
               s2_plural(count.out, "it is left out", "they are left out"));
}

/* One line for every source with gaps under labels, where there are several, and for every
   class. */
static s2rgf_status tell_invalid(const label_check *check, bool alone, const s2rgf_host *host,
                                 size_t *left, s2rgf_error *err)
{
    const s2_label_set *labels = check->labels;
    class_count *counts = s2_calloc((size_t)labels->classes.count, sizeof *counts);
    if (!counts)
        return s2_fail_memory(err, "labels");
    *left = 0;
    for (size_t i = 0; i < labels->count; i++) {
        class_count *count = &counts[labels->pixels[i].class_index];
        count->all++;
        count->out += !check->keep[i];
        *left += check->keep[i];
    }
    for (int s = 0; check->scene->count > 1 && s < check->scene->count; s++) {
        const s2_source *source = check->scene->sources[s].source;
        if (check->invalid[s] > 0)
            s2_log(host, S2RGF_WARNING, "source %s (%s): no valid data at %zu labelled %s",
                   s2_source_name(source), s2_source_label(source), check->invalid[s],
                   s2_plural(check->invalid[s], "pixel", "pixels"));
    }
    for (int k = 0; (*left > 0 || !alone) && k < labels->classes.count; k++)
        tell_class(&labels->classes.items[k], counts[k], alone, host);
    s2_free(counts);
    return S2RGF_OK;
}

#define FEW_BLOCKS 30
#define LEAST_BLOCK_PX 16

static int count_blocks(const s2_label_set *labels)
{
    int blocks = labels->group_count > 0;
    for (int g = 1; g < labels->group_count; g++)
        blocks += !s2_labels_same_block(labels, g - 1, g);
    return blocks;
}

s2rgf_status s2_training_labels_block(s2_label_set *labels, s2rgf_error *err)
{
    s2rgf_status status = S2RGF_OK;
    for (int side = S2_LABEL_BLOCK_PX / 2;
         side >= LEAST_BLOCK_PX && status == S2RGF_OK && !labels->from_polygons &&
         count_blocks(labels) < FEW_BLOCKS;
         side /= 2)
        status = s2_labels_regroup(labels, side, err);
    return status;
}

s2rgf_status s2_training_labels_check(s2_scene *scene, const char *path, bool alone,
                                      const s2rgf_host *host, s2_label_set *labels,
                                      s2rgf_error *err)
{
    label_check check = {.scene = scene, .labels = labels};
    size_t left = 0;
    s2rgf_status status = check_labels(&check, host, err);
    if (status == S2RGF_OK)
        status = tell_invalid(&check, alone, host, &left, err);
    if (status == S2RGF_OK && alone && left == 0 && labels->count > 0)
        status = s2_fail(err, S2RGF_FORMAT,
                         "%s: nothing to learn from: expected labels where all sources have valid "
                         "data, found none at %s %zu labelled %s",
                         path, s2_plural(labels->count, "the", "any of the"), labels->count,
                         s2_plural(labels->count, "pixel", "pixels"));
    if (status == S2RGF_OK && left < labels->count)
        status = s2_labels_keep(labels, check.keep, err);
    S2_FREE_EACH(check.keep, check.row, check.boxes, check.valid);
    return status;
}
