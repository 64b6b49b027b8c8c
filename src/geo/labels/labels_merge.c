/* Labels of many scenes as one set. */
#include "geo/labels/labels_merge.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/log.h"
#include "core/memory.h"
#include "geo/labels/labels_blocks.h"
#include "geo/labels/labels_private.h"
#include "geo/source/gdal_catch.h"
#include "geo/source/srs.h"

/* ---- classes -------------------------------------------------------------------------------- */

/** "7" and "class 7" have the value 7 in every layer. */
static bool says_its_value(const s2_class *class)
{
    char number[16];
    const char *name = strncmp(class->name, "class ", 6) == 0 ? class->name + 6 : class->name;
    snprintf(number, sizeof number, "%d", class->value);
    return strcmp(name, number) == 0;
}

/** Index of a class by its name, or by the value that its name says; -1 if absent. */
static int find_class(const s2_class_table *classes, const s2_class *class)
{
    const int named = s2_class_table_find_name(classes, class->name);
    const int valued = s2_class_table_find_value(classes, class->value);
    const bool same = named < 0 && valued >= 0 && says_its_value(class) &&
                      says_its_value(&classes->items[valued]);
    return same ? valued : named;
}

static int compare_names(const void *left, const void *right)
{
    return strcmp((*(const s2_class *const *)left)->name, (*(const s2_class *const *)right)->name);
}

/** Whether a name has one value, and a value one name, in two tables; *conflict says if not. */
static s2rgf_status join_tables(const s2_class_table *more, s2_class_table *all, bool *conflict,
                                s2rgf_error *err)
{
    s2rgf_status status = S2RGF_OK;
    for (int k = 0; k < more->count && !*conflict && status == S2RGF_OK; k++) {
        const s2_class *item = &more->items[k];
        const int named = find_class(all, item);
        const int valued = s2_class_table_find_value(all, item->value);
        *conflict = named != valued;
        if (named < 0 && valued < 0)
            status = s2_class_table_add(all, item->value, item->name,
                                        item->has_colour ? item->rgb : NULL, err);
    }
    return status;
}

/** All classes under their names: values that names say, then the lowest free ones in order. */
static s2rgf_status number_anew(const s2_class **items, size_t count, s2_class_table *all,
                                s2rgf_error *err)
{
    s2rgf_status status = S2RGF_OK;
    int free_value = 1;
    qsort(items, count, sizeof *items, compare_names);
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < count && status == S2RGF_OK; i++) {
            const s2_class *item = items[i];
            const bool own = says_its_value(item);
            if (own != (pass == 0) || find_class(all, item) >= 0)
                continue;
            while (!own && s2_class_table_find_value(all, free_value) >= 0)
                free_value++;
            status = s2_class_table_add(all, own ? item->value : free_value, item->name,
                                        item->has_colour ? item->rgb : NULL, err);
        }
    return status;
}

/** Numbers in one scene's labels and names in another's are mostly the same classes. */
static void warn_kinds(const s2_class_table *all, const s2rgf_host *host)
{
    const char *example[2] = {NULL, NULL}; /* a name, a number */
    for (int k = all->count - 1; k >= 0; k--)
        example[says_its_value(&all->items[k])] = all->items[k].name;
    if (example[0] && example[1])
        s2_log(host, S2RGF_WARNING,
               "the scenes' labels mix numbers and names: \"%s\" and \"%s\" are different classes",
               example[1], example[0]);
}

static s2rgf_status merge_classes(const s2_scene_labels *scenes, int count, const s2rgf_host *host,
                                  s2_class_table *all, s2rgf_error *err)
{
    bool conflict = false;
    size_t items = 0;
    s2rgf_status status = S2RGF_OK;
    for (int i = 0; i < count && status == S2RGF_OK; i++) {
        items += (size_t)scenes[i].set.classes.count;
        status = join_tables(&scenes[i].set.classes, all, &conflict, err);
    }
    if (status != S2RGF_OK || !conflict)
        return status;
    const s2_class **list = s2_alloc(items, sizeof *list);
    if (!list)
        return s2_fail_memory(err, "classes");
    items = 0;
    for (int i = 0; i < count; i++)
        for (int k = 0; k < scenes[i].set.classes.count; k++)
            list[items++] = &scenes[i].set.classes.items[k];
    s2_class_table_clear(all);
    status = number_anew(list, items, all, err);
    s2_free(list);
    if (status == S2RGF_OK)
        s2_log(host, S2RGF_INFO, "Classes are numbered anew: the scenes give them other values");
    return status;
}

/** Classes that no scene has a pixel of. */
static s2rgf_status merge_absent(const s2_scene_labels *scenes, int count, s2_label_set *all,
                                 s2rgf_error *err)
{
    s2rgf_status status = S2RGF_OK;
    for (int i = 0; i < count; i++)
        for (int k = 0; k < scenes[i].set.absent.count && status == S2RGF_OK; k++) {
            const s2_class *item = &scenes[i].set.absent.items[k];
            if (find_class(&all->classes, item) < 0 && find_class(&all->absent, item) < 0 &&
                s2_class_table_find_value(&all->absent, item->value) < 0)
                status = s2_class_table_add(&all->absent, item->value, item->name, NULL, err);
        }
    return status;
}

/* ---- pixels and groups ---------------------------------------------------------------------- */

/** Pixels and groups of all scenes one after the other, with the classes of all. */
static s2rgf_status append_pixels(const s2_scene_labels *scenes, int count, s2_label_set *all,
                                  size_t *first, s2rgf_error *err)
{
    size_t pixels = 0, groups = 0;
    for (int i = 0; i < count; i++) {
        pixels += scenes[i].set.count;
        groups += (size_t)scenes[i].set.group_count;
    }
    all->pixels = s2_alloc(pixels, sizeof *all->pixels);
    all->groups = s2_alloc(groups, sizeof *all->groups);
    if (!all->pixels || !all->groups)
        return s2_fail_memory(err, "labels");
    for (int i = 0; i < count; i++) {
        const s2_label_set *set = &scenes[i].set;
        const s2_class *classes = set->classes.items;
        first[i] = all->count;
        for (size_t p = 0; p < set->count; p++) {
            s2_label_pixel pixel = set->pixels[p];
            pixel.group += all->group_count;
            pixel.class_index = find_class(&all->classes, &classes[pixel.class_index]);
            all->pixels[all->count++] = pixel;
        }
        for (int g = 0; g < set->group_count; g++) {
            s2_label_group group = set->groups[g];
            group.class_index = find_class(&all->classes, &classes[group.class_index]);
            group.scene = i;
            all->groups[all->group_count++] = group;
        }
    }
    first[count] = all->count;
    return S2RGF_OK;
}

static void add_counts(const s2_label_set *set, s2_merge_rules rules, s2_label_set *all)
{
    all->conflicts += set->conflicts;
    if (rules.one_file)
        return; /* what lies outside of one scene may lie in another */
    all->polygons += set->polygons;
    all->polygons_without_pixel += set->polygons_without_pixel;
    all->points_outside += set->points_outside;
}

static s2rgf_status merge_kinds(const s2_scene_labels *scenes, int count, s2_merge_rules rules,
                                s2_label_set *all, s2rgf_error *err)
{
    const s2_scene_labels *kinds[2] = {NULL, NULL}; /* the first with blocks, with polygons */
    for (int i = 0; i < count; i++) {
        const s2_scene_labels **first = &kinds[scenes[i].set.from_polygons];
        if (scenes[i].set.count > 0 && !*first)
            *first = &scenes[i];
    }
    all->from_polygons = kinds[true] != NULL;
    if (kinds[false] && kinds[true] && !rules.one_file)
        return s2_fail(err, S2RGF_FORMAT,
                       "labels: polygons in some scenes, points or rasters in others: expected the "
                       "same in all scenes, found polygons in %s and none in %s",
                       kinds[true]->name, kinds[false]->name);
    return S2RGF_OK;
}

static void merge_checksums(const s2_scene_labels *scenes, int count, s2_label_set *all)
{
    uint64_t sum = S2_CHECKSUM_START;
    for (int i = 0; i < count; i++)
        sum = s2_checksum_add(sum, scenes[i].set.checksum, sizeof scenes[i].set.checksum);
    s2_checksum_text(sum, all->checksum);
}

/* ---- what goes together --------------------------------------------------------------------- */

static int compare_features(const void *left, const void *right)
{
    const s2_label_group *a = *(const s2_label_group *const *)left;
    const s2_label_group *b = *(const s2_label_group *const *)right;
    if (a->block != b->block)
        return a->block < b->block ? -1 : 1;
    if (a->feature != b->feature)
        return a->feature < b->feature ? -1 : 1;
    return a < b ? -1 : a > b;
}

/** Give every group the number of the first one in its place. number in/out [groups] */
static void renumber(s2_label_set *all, const int *same_as, int *number)
{
    int kept = 0;
    for (int g = 0; g < all->group_count; g++) {
        number[g] = same_as[g] == g ? kept : number[same_as[g]];
        if (same_as[g] == g)
            all->groups[kept++] = all->groups[g];
        else
            all->groups[number[g]].pixels += all->groups[g].pixels;
    }
    for (size_t i = 0; i < all->count; i++)
        all->pixels[i].group = number[all->pixels[i].group];
    all->group_count = kept;
}

/** Parts of one polygon, in whatever scenes of a block, become one group. */
static s2rgf_status merge_polygons(s2_label_set *all, s2rgf_error *err)
{
    const size_t count = (size_t)all->group_count;
    const s2_label_group **order = s2_alloc(count, sizeof *order);
    int *same_as = s2_alloc(count, sizeof *same_as);
    int *number = s2_alloc(count, sizeof *number);
    const bool ready = order && same_as && number;
    for (size_t g = 0; ready && g < count; g++)
        order[g] = &all->groups[g];
    if (ready)
        qsort(order, count, sizeof *order, compare_features);
    for (size_t i = 0; ready && i < count; i++) {
        const size_t g = (size_t)(order[i] - all->groups);
        const bool again = i > 0 && order[i]->feature != S2_LABEL_POINTS &&
                           order[i]->feature == order[i - 1]->feature &&
                           order[i]->block == order[i - 1]->block;
        same_as[g] = again ? same_as[order[i - 1] - all->groups] : (int)g;
    }
    if (ready)
        renumber(all, same_as, number);
    S2_FREE_EACH(order, same_as, number);
    return ready ? S2RGF_OK : s2_fail_memory(err, "label groups");
}

/** Without CRS no ground is known: every scene is put below the others, in blocks of its own. */
static void place_apart(const s2_label_set *set, int below, s2_ground_place *ground)
{
    for (size_t i = 0; i < set->count; i++) {
        const s2_ground_place place = s2_labels_place(set, i);
        ground[i] = (s2_ground_place){place.x, below + place.y};
    }
}

/** Places of a scene's pixels on the first scene's grid, carried on over all ground. */
static s2rgf_status place_on_ground(const s2_scene_labels *scene, const s2_grid *common,
                                    s2_ground_place *ground, s2rgf_error *err)
{
    const s2_grid *grid = &scene->grid;
    const size_t count = scene->set.count;
    double *x = s2_alloc(count, sizeof *x), *y = s2_alloc(count, sizeof *y);
    s2_affine to_pixel = S2_AFFINE_IDENTITY;
    s2rgf_status status = x && y ? S2RGF_OK : s2_fail_memory(err, "labels");
    for (size_t i = 0; i < count && status == S2RGF_OK; i++) {
        const s2_ground_place place = s2_labels_place(&scene->set, i);
        s2_affine_apply(&grid->to_geo, place.x + 0.5, place.y + 0.5, &x[i], &y[i]);
    }
    bool same = true;
    if (status == S2RGF_OK)
        status = s2_srs_equal(grid->srs_wkt, common->srs_wkt, &same, err);
    if (status == S2RGF_OK && !same)
        status = s2_srs_carry(grid->srs_wkt, common->srs_wkt, (int)count, x, y, err);
    s2_affine_invert(&common->to_geo, &to_pixel);
    for (size_t i = 0; i < count && status == S2RGF_OK; i++) {
        double u, v;
        s2_affine_apply(&to_pixel, x[i], y[i], &u, &v);
        const bool there = fabs(u) < 1e9 && fabs(v) < 1e9;
        ground[i] =
            there ? (s2_ground_place){(int)floor(u), (int)floor(v)} : (s2_ground_place){0, 0};
    }
    S2_FREE_EACH(x, y);
    return status;
}

static s2rgf_status cut_ground(const s2_scene_labels *scenes, int count, const size_t *first,
                               s2_label_set *all, s2rgf_error *err)
{
    s2rgf_status status = S2RGF_OK;
    int below = 0;
    all->ground = s2_alloc(all->count, sizeof *all->ground);
    if (!all->ground)
        return s2_fail_memory(err, "labels");
    for (int i = 0; i < count && status == S2RGF_OK; i++) {
        if (scenes[0].grid.srs_wkt)
            status = place_on_ground(&scenes[i], &scenes[0].grid, all->ground + first[i], err);
        else
            place_apart(&scenes[i].set, below, all->ground + first[i]);
        below += (scenes[i].grid.height / S2_LABEL_BLOCK_PX + 1) * S2_LABEL_BLOCK_PX;
    }
    return status == S2RGF_OK ? s2_labels_regroup(all, S2_LABEL_BLOCK_PX, err) : status;
}

/** Groups in the order of their blocks, which a split needs. */
static s2rgf_status order_by_block(s2_label_set *all, int blocks, s2rgf_error *err)
{
    const size_t count = (size_t)all->group_count;
    s2_label_group *sorted = s2_alloc(count, sizeof *sorted);
    int *number = s2_alloc(count, sizeof *number);
    int done = 0;
    if (!sorted || !number) {
        S2_FREE_EACH(sorted, number);
        return s2_fail_memory(err, "label groups");
    }
    for (int block = 0; block < blocks; block++)
        for (size_t g = 0; g < count; g++)
            if (all->groups[g].block == block) {
                number[g] = done;
                sorted[done++] = all->groups[g];
            }
    for (size_t i = 0; i < all->count; i++)
        all->pixels[i].group = number[all->pixels[i].group];
    S2_FREE_EACH(all->groups, number);
    all->groups = sorted;
    return S2RGF_OK;
}

/* ---- scenes that overlap -------------------------------------------------------------------- */

/** A box around a scene in the CRS of the first: left, bottom, right, top. */
static s2rgf_status find_box(const s2_grid *grid, const s2_grid *common, double box[4],
                             s2rgf_error *err)
{
    double x[9], y[9];
    bool same = true;
    for (int i = 0; i < 9; i++)
        s2_affine_apply(&grid->to_geo, (i % 3) * 0.5 * grid->width, (i / 3) * 0.5 * grid->height,
                        &x[i], &y[i]);
    s2rgf_status status = s2_srs_equal(grid->srs_wkt, common->srs_wkt, &same, err);
    if (status == S2RGF_OK && !same)
        status = s2_srs_carry(grid->srs_wkt, common->srs_wkt, 9, x, y, err);
    for (int k = 0; k < 4; k++)
        box[k] = k < 2 ? INFINITY : -INFINITY;
    for (int i = 0; i < 9 && status == S2RGF_OK; i++) {
        box[0] = fmin(box[0], x[i]);
        box[1] = fmin(box[1], y[i]);
        box[2] = fmax(box[2], x[i]);
        box[3] = fmax(box[3], y[i]);
    }
    return status;
}

/** Number the scenes so that those that overlap, also by way of others, have one number. Without
    CRS no ground is known, and every scene is by itself. block out [count] */
static s2rgf_status number_regions(const s2_scene_labels *scenes, int count, int *block,
                                   s2rgf_error *err)
{
    double(*boxes)[4] = s2_alloc((size_t)count, sizeof *boxes);
    s2rgf_status status = boxes ? S2RGF_OK : s2_fail_memory(err, "scenes");
    for (int i = 0; i < count && status == S2RGF_OK; i++) {
        block[i] = i;
        status = find_box(&scenes[i].grid, &scenes[0].grid, boxes[i], err);
    }
    for (int i = 0; i < count && status == S2RGF_OK && scenes[0].grid.srs_wkt; i++)
        for (int k = 0; k < i; k++) {
            const double *a = boxes[i], *b = boxes[k];
            const int from = block[i], to = block[k];
            if (from == to || a[0] >= b[2] || b[0] >= a[2] || a[1] >= b[3] || b[1] >= a[3])
                continue;
            for (int j = 0; j <= i; j++)
                block[j] = block[j] == from ? to : block[j];
        }
    s2_free(boxes);
    return status;
}

static s2rgf_status keep_scenes_whole(const s2_scene_labels *scenes, int count, s2_label_set *all,
                                      s2rgf_error *err)
{
    int *block = s2_alloc((size_t)count, sizeof *block);
    s2rgf_status status =
        block ? number_regions(scenes, count, block, err) : s2_fail_memory(err, "scenes");
    for (int g = 0; g < all->group_count && status == S2RGF_OK; g++)
        all->groups[g].block = block[all->groups[g].scene];
    all->whole_scenes = true;
    s2_free(block);
    return status;
}

s2rgf_status s2_labels_merge(s2_scene_labels *scenes, int count, s2_merge_rules rules,
                             const s2rgf_host *host, s2_label_set *all, size_t *first,
                             s2rgf_error *err)
{
    *all = (s2_label_set){0};
    if (count == 1) {
        *all = scenes[0].set;
        scenes[0].set = (s2_label_set){0};
        first[0] = 0;
        first[1] = all->count;
        return S2RGF_OK;
    }
    s2rgf_status status = merge_kinds(scenes, count, rules, all, err);
    if (status == S2RGF_OK)
        status = merge_classes(scenes, count, host, &all->classes, err);
    if (status == S2RGF_OK && !rules.one_file) {
        s2_labels_warn_case(&all->classes, "labels of the scenes", host);
        warn_kinds(&all->classes, host);
    }
    if (status == S2RGF_OK)
        status = merge_absent(scenes, count, all, err);
    if (status == S2RGF_OK)
        status = append_pixels(scenes, count, all, first, err);
    if (status == S2RGF_OK && rules.whole_scenes)
        status = keep_scenes_whole(scenes, count, all, err);
    if (status == S2RGF_OK && all->from_polygons && rules.one_file)
        status = merge_polygons(all, err);
    if (status == S2RGF_OK && rules.whole_scenes)
        status = order_by_block(all, count, err);
    else if (status == S2RGF_OK && (!all->from_polygons || s2_labels_have_points(all)))
        status = cut_ground(scenes, count, first, all, err);
    merge_checksums(scenes, count, all);
    for (int i = 0; i < count; i++) {
        add_counts(&scenes[i].set, rules, all);
        s2_label_set_clear(&scenes[i].set);
    }
    if (status != S2RGF_OK)
        s2_label_set_clear(all);
    return status;
}
