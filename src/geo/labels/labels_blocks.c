/* Blocks: what a spatial split keeps together of points and raster labels. */
#include "geo/labels/labels_blocks.h"

#include <limits.h>
#include <stdlib.h>

#include "core/error.h"
#include "core/memory.h"
#include "geo/labels/labels_private.h"

static int block_side(const s2_label_set *labels)
{
    return labels->block_px > 0 ? labels->block_px : S2_LABEL_BLOCK_PX;
}

bool s2_labels_same_block(const s2_label_set *labels, int a, int b)
{
    const int side = block_side(labels);
    const s2_rect one = labels->groups[a].bounds;
    const s2_rect other = labels->groups[b].bounds;
    if (labels->ground || labels->whole_scenes)
        return labels->groups[a].block == labels->groups[b].block;
    return !labels->from_polygons && one.x / side == other.x / side &&
           one.y / side == other.y / side;
}

/** The block of a place along one axis, which may lie before the grid. */
static int block_of(int place, int block_px)
{
    return place >= 0 ? place / block_px : -((block_px - 1 - place) / block_px);
}

bool s2_labels_have_points(const s2_label_set *labels)
{
    for (int g = 0; g < labels->group_count; g++)
        if (labels->groups[g].feature == S2_LABEL_POINTS)
            return true;
    return false;
}

s2_ground_place s2_labels_place(const s2_label_set *labels, size_t pixel)
{
    return labels->ground ? labels->ground[pixel]
                          : (s2_ground_place){labels->pixels[pixel].x, labels->pixels[pixel].y};
}

static bool is_polygon(const s2_label_set *labels, int group)
{
    return labels->from_polygons && labels->groups[group].feature != S2_LABEL_POINTS;
}

/** A pixel by its block, or its polygon, then by its class. */
typedef struct block_key {
    int row, column, class_index;
    size_t pixel;
} block_key;

static int compare_blocks(const void *left, const void *right)
{
    const block_key *a = left, *b = right;
    if (a->row != b->row)
        return a->row < b->row ? -1 : 1;
    if (a->column != b->column)
        return a->column < b->column ? -1 : 1;
    return a->class_index < b->class_index ? -1 : a->class_index > b->class_index;
}

s2rgf_status s2_labels_regroup(s2_label_set *labels, int block_px, s2rgf_error *err)
{
    int count = 0;
    if (labels->count == 0)
        return S2RGF_OK;
    block_key *keys = s2_alloc(labels->count, sizeof *keys);
    s2_label_group *groups = s2_calloc(labels->count, sizeof *groups);
    if (!keys || !groups) {
        s2_free(keys);
        s2_free(groups);
        return s2_fail_memory(err, "label groups");
    }
    for (size_t i = 0; i < labels->count; i++) {
        const s2_label_pixel *pixel = &labels->pixels[i];
        const s2_ground_place place = s2_labels_place(labels, i);
        keys[i] = is_polygon(labels, pixel->group)
                      ? (block_key){INT_MIN, pixel->group, pixel->class_index, i}
                      : (block_key){block_of(place.y, block_px), block_of(place.x, block_px),
                                    pixel->class_index, i};
    }
    qsort(keys, labels->count, sizeof *keys, compare_blocks);
    int blocks = 0;
    for (size_t i = 0; i < labels->count; i++) {
        s2_label_pixel *pixel = &labels->pixels[keys[i].pixel];
        count += i == 0 || compare_blocks(&keys[i - 1], &keys[i]) != 0;
        blocks += i == 0 || keys[i - 1].row != keys[i].row || keys[i - 1].column != keys[i].column;
        groups[count - 1] = (s2_label_group){.class_index = pixel->class_index,
                                             .feature = labels->groups[pixel->group].feature,
                                             .scene = labels->groups[pixel->group].scene,
                                             .block = blocks - 1};
        pixel->group = count - 1;
    }
    s2_free(keys);
    s2_free(labels->groups);
    labels->groups = groups;
    labels->group_count = count;
    s2_labels_measure_groups(labels->pixels, labels->count, groups);
    labels->block_px = block_px;
    return S2RGF_OK;
}

s2rgf_status s2_labels_block_points(s2_label_set *labels, s2rgf_error *err)
{
    if (!s2_labels_have_points(labels))
        return S2RGF_OK;
    s2_ground_place *ground = s2_alloc(labels->count, sizeof *ground);
    if (!ground)
        return s2_fail_memory(err, "labels");
    for (size_t i = 0; i < labels->count; i++) {
        const s2_label_group *group = &labels->groups[labels->pixels[i].group];
        ground[i] = group->feature == S2_LABEL_POINTS ? group->point : s2_labels_place(labels, i);
    }
    labels->ground = ground;
    return s2_labels_regroup(labels, S2_LABEL_BLOCK_PX, err);
}
