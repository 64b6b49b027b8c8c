/* Labelled pixels of a reference grid: opened, settled, counted. */
#include "geo/labels/labels.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/log.h"
#include "core/memory.h"
#include "geo/source/gdal_catch.h"
#include "geo/labels/labels_private.h"

/** Room for one more item in an array that doubles; false when memory is out. */
static bool make_room(void **items, size_t count, size_t *capacity, size_t size)
{
    if (count < *capacity)
        return true;
    const size_t wider = *capacity == 0 ? 256 : 2 * *capacity;
    void *grown = s2_alloc(wider, size);
    if (grown == NULL)
        return false;
    if (count > 0)
        memcpy(grown, *items, count * size);
    s2_free(*items);
    *items = grown;
    *capacity = wider;
    return true;
}

s2rgf_status s2_labels_add_group(s2_label_claims *claims, int class_index, s2rgf_error *err)
{
    void *groups = claims->groups;
    if (claims->group_count >= INT_MAX)
        return s2_fail(err, S2RGF_UNSUPPORTED, "labels: more than %d polygons", INT_MAX);
    if (!make_room(&groups, claims->group_count, &claims->group_capacity, sizeof *claims->groups))
        return s2_fail_memory(err, "label groups");
    claims->groups = groups;
    claims->groups[claims->group_count++] = (s2_label_group){.class_index = class_index};
    return S2RGF_OK;
}

s2rgf_status s2_labels_claim(s2_label_claims *claims, int x, int y, int group, s2rgf_error *err)
{
    void *items = claims->items;
    if (!make_room(&items, claims->count, &claims->capacity, sizeof *claims->items))
        return s2_fail_memory(err, "labelled pixels");
    claims->items = items;
    claims->items[claims->count++] =
        (s2_label_pixel){x, y, claims->groups[group].class_index, group};
    return S2RGF_OK;
}

void s2_labels_claims_clear(s2_label_claims *claims)
{
    s2_free(claims->items);
    s2_free(claims->groups);
    *claims = (s2_label_claims){0};
}

static int compare_claims(const void *left, const void *right)
{
    const s2_label_pixel *a = left, *b = right;
    if (a->y != b->y)
        return a->y < b->y ? -1 : 1;
    if (a->x != b->x)
        return a->x < b->x ? -1 : 1;
    return (a->group > b->group) - (a->group < b->group);
}

/** One pixel a position: the first group's if all claims agree on the class, else none. */
static void settle(s2_label_claims *claims, size_t *conflicts)
{
    size_t kept = 0;
    if (claims->count > 0)
        qsort(claims->items, claims->count, sizeof *claims->items, compare_claims);
    for (size_t i = 0; i < claims->count;) {
        const s2_label_pixel first = claims->items[i];
        bool agree = true;
        for (; i < claims->count && claims->items[i].x == first.x && claims->items[i].y == first.y;
             i++)
            agree = agree && claims->items[i].class_index == first.class_index;
        if (agree)
            claims->items[kept++] = first;
        else
            (*conflicts)++;
    }
    claims->count = kept;
}

/** Pixels and bounds of every group. */
static void measure_groups(s2_label_claims *claims)
{
    for (size_t i = 0; i < claims->count; i++) {
        const s2_label_pixel *pixel = &claims->items[i];
        s2_label_group *group = &claims->groups[pixel->group];
        s2_rect *b = &group->bounds;
        if (group->pixels++ == 0) {
            *b = (s2_rect){pixel->x, pixel->y, 1, 1};
            continue;
        }
        const int right = b->x + b->w > pixel->x + 1 ? b->x + b->w : pixel->x + 1;
        /* Pixels come in order of y, so the top stays. */
        b->x = pixel->x < b->x ? pixel->x : b->x;
        b->w = right - b->x;
        b->h = pixel->y + 1 - b->y;
    }
}

/** Remove groups and classes without pixels and number the others anew. */
static s2rgf_status drop_empty(s2_label_claims *claims, const s2rgf_host *host,
                               s2_class_table *classes, s2rgf_error *err)
{
    int *new_group = s2_alloc(claims->group_count, sizeof *new_group);
    int *new_class = s2_alloc((size_t)classes->count, sizeof *new_class);
    bool *occurs = s2_calloc((size_t)classes->count, sizeof *occurs);
    s2_class_table kept = {0};
    s2rgf_status status = S2RGF_OK;
    if (new_group == NULL || new_class == NULL || occurs == NULL) {
        status = s2_fail_memory(err, "label groups");
        goto done;
    }
    for (size_t i = 0; i < claims->count; i++)
        occurs[claims->items[i].class_index] = true;
    for (int c = 0; c < classes->count && status == S2RGF_OK; c++) {
        const s2_class *item = &classes->items[c];
        new_class[c] = kept.count;
        if (occurs[c])
            status = s2_class_table_add(&kept, item->value, item->name,
                                        item->has_colour ? item->rgb : NULL, err);
        else
            s2_log(host, S2RGF_WARNING, "class %s: no labelled pixel on the reference grid",
                   item->name);
    }
    if (status != S2RGF_OK)
        goto done;
    int group_count = 0;
    for (size_t g = 0; g < claims->group_count; g++) {
        s2_label_group group = claims->groups[g];
        new_group[g] = group_count;
        if (group.pixels == 0)
            continue;
        group.class_index = new_class[group.class_index];
        claims->groups[group_count++] = group;
    }
    claims->group_count = (size_t)group_count;
    for (size_t i = 0; i < claims->count; i++) {
        claims->items[i].group = new_group[claims->items[i].group];
        claims->items[i].class_index = new_class[claims->items[i].class_index];
    }
    s2_class_table_clear(classes);
    *classes = kept;
    kept = (s2_class_table){0};
done:
    s2_class_table_clear(&kept);
    s2_free(occurs);
    s2_free(new_class);
    s2_free(new_group);
    return status;
}

/** FNV-1a, 64 bits, over x, y and class value as little-endian 32-bit integers. */
static void compute_checksum(const s2_label_claims *claims, const s2_class_table *classes,
                             char text[17])
{
    uint64_t hash = 0xcbf29ce484222325u;
    for (size_t i = 0; i < claims->count; i++) {
        const s2_label_pixel *pixel = &claims->items[i];
        const uint32_t words[3] = {(uint32_t)pixel->x, (uint32_t)pixel->y,
                                   (uint32_t)classes->items[pixel->class_index].value};
        for (int byte = 0; byte < 12; byte++) {
            hash ^= (words[byte / 4] >> (8 * (byte % 4))) & 0xffu;
            hash *= 0x100000001b3u;
        }
    }
    snprintf(text, 17, "%016" PRIx64, hash);
}

s2rgf_status s2_labels_finish(s2_label_claims *claims, const s2rgf_host *host, s2_label_set *labels,
                              s2rgf_error *err)
{
    settle(claims, &labels->conflicts);
    measure_groups(claims);
    const s2rgf_status status = drop_empty(claims, host, &labels->classes, err);
    if (status != S2RGF_OK)
        return status;
    compute_checksum(claims, &labels->classes, labels->checksum);
    labels->pixels = claims->items;
    labels->count = claims->count;
    labels->groups = claims->groups;
    labels->group_count = (int)claims->group_count;
    *claims = (s2_label_claims){0};
    return S2RGF_OK;
}

/** Open as vector if the file has layers, else as raster. */
static s2rgf_status open_labels(const char *path, GDALDatasetH *dataset, bool *is_vector,
                                s2rgf_error *err)
{
    s2_gdal_catch caught;
    s2_gdal_catch_begin(&caught);
    *dataset =
        GDALOpenEx(path, GDAL_OF_VECTOR | GDAL_OF_RASTER | GDAL_OF_VERBOSE_ERROR, NULL, NULL, NULL);
    s2_gdal_catch_end(&caught);
    s2_gdal_drop_partial(&caught, dataset);
    if (*dataset == NULL)
        return s2_gdal_fail(&caught, err, S2RGF_IO,
                            "%s: cannot be opened as polygons or as a raster", path);
    *is_vector = GDALDatasetGetLayerCount(*dataset) > 0;
    return S2RGF_OK;
}

s2rgf_status s2_labels_read(const s2rgf_label_options *options, const s2_grid *grid,
                            const s2rgf_host *host, s2_label_set *labels, s2rgf_error *err)
{
    GDALDatasetH dataset = NULL;
    s2_label_claims claims = {0};
    *labels = (s2_label_set){0};
    s2rgf_status status = open_labels(options->path, &dataset, &labels->from_polygons, err);
    if (status == S2RGF_OK && labels->from_polygons)
        status = s2_labels_read_vector(options, dataset, grid, &claims, labels, err);
    else if (status == S2RGF_OK)
        status = s2_labels_read_raster(options, dataset, grid, &claims, labels, err);
    if (status == S2RGF_OK)
        status = s2_labels_finish(&claims, host, labels, err);
    s2_labels_claims_clear(&claims);
    GDALClose(dataset);
    if (status != S2RGF_OK)
        s2_label_set_clear(labels);
    return status;
}

void s2_label_set_clear(s2_label_set *labels)
{
    s2_free(labels->pixels);
    s2_free(labels->groups);
    s2_class_table_clear(&labels->classes);
    *labels = (s2_label_set){0};
}
