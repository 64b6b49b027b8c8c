/* Labels of many scenes as one set: classes by name, and what lies on one ground goes together. */
#include "core/memory.h"
#include "geo/labels/labels_blocks.h"
#include "geo/labels/labels_merge.h"
#include "geo/source/srs.h"
#include "geo_fixture.h"

/* A grid of 10 m pixels in UTM zone 33, or without CRS. */
static void make_grid(s2_grid *grid, double x0, double y0, bool placed)
{
    s2rgf_error err;
    char *wkt = NULL;
    if (placed)
        REQUIRE(s2_srs_assigned(NULL, "EPSG:32633", &wkt, &err) == S2RGF_OK);
    *grid = (s2_grid){{{x0, 10.0, 0.0, y0, 0.0, -10.0}}, 100, 100, wkt};
}

/* Add a group of `pixels` pixels from (x, y) to the right. */
static void add_group(s2_label_set *set, const char *name, int value, long long feature, int x,
                      int y, int pixels)
{
    if (s2_class_table_find_name(&set->classes, name) < 0)
        REQUIRE(s2_class_table_add(&set->classes, value, name, NULL, NULL) == S2RGF_OK);
    const int k = s2_class_table_find_name(&set->classes, name);
    set->pixels =
        s2_grow(set->pixels, set->count, set->count + (size_t)pixels, sizeof *set->pixels);
    set->groups = s2_grow(set->groups, (size_t)set->group_count, (size_t)set->group_count + 1,
                          sizeof *set->groups);
    REQUIRE(set->pixels && set->groups);
    for (int i = 0; i < pixels; i++)
        set->pixels[set->count++] = (s2_label_pixel){x + i, y, k, set->group_count};
    set->groups[set->group_count++] = (s2_label_group){.class_index = k,
                                                       .pixels = (size_t)pixels,
                                                       .bounds = {x, y, pixels, 1},
                                                       .feature = feature};
}

static void clear_scenes(s2_scene_labels *scenes, int count)
{
    for (int i = 0; i < count; i++) {
        s2_label_set_clear(&scenes[i].set);
        s2_grid_clear(&scenes[i].grid);
    }
}

static int group_at(const s2_label_set *all, size_t first, int x, int y)
{
    for (size_t i = first; i < all->count; i++)
        if (all->pixels[i].x == x && all->pixels[i].y == y)
            return all->pixels[i].group;
    return -1;
}

/* Two scenes that overlap by half, with polygons; feature 7 lies in both. */
static void make_polygons(s2_scene_labels scenes[3])
{
    for (int i = 0; i < 3; i++) {
        scenes[i] = (s2_scene_labels){.set = {.from_polygons = true}};
        make_grid(&scenes[i].grid, 500000.0 + (i == 2 ? 90000.0 : 500.0 * i), 5800000.0, true);
    }
    add_group(&scenes[0].set, "oak", 1, 3, 0, 0, 5);
    add_group(&scenes[0].set, "zinc", 2, 7, 60, 0, 4);
    add_group(&scenes[1].set, "birch", 1, 5, 20, 0, 6);
    add_group(&scenes[1].set, "zinc", 2, 7, 10, 2, 4);
    add_group(&scenes[1].set, "zinc", 2, 7, 10, 3, 2);
    add_group(&scenes[2].set, "class 9", 9, 8, 0, 0, 3);
}

static void polygons_of_one_file_are_one(void)
{
    s2_scene_labels scenes[3];
    s2_label_set all;
    size_t first[4];
    make_polygons(scenes);
    REQUIRE(s2_labels_merge(scenes, 3, (s2_merge_rules){true, false}, NULL, &all, first, NULL) ==
            S2RGF_OK);
    CHECK(first[0] == 0 && first[1] == 9 && first[2] == 21 && first[3] == 24 && all.count == 24);
    CHECK(all.from_polygons && all.group_count == 4);
    const int zinc = group_at(&all, 0, 60, 0);
    CHECK(all.groups[zinc].pixels == 10);
    CHECK(group_at(&all, first[1], 10, 2) == zinc && group_at(&all, first[1], 10, 3) == zinc);
    CHECK(group_at(&all, first[1], 20, 0) != zinc);
    /* values did not agree: names in order of the alphabet, but for those that say their value */
    CHECK(all.classes.count == 4);
    CHECK_STR(all.classes.items[0].name, "birch");
    CHECK_STR(all.classes.items[1].name, "oak");
    CHECK_STR(all.classes.items[2].name, "zinc");
    CHECK_STR(all.classes.items[3].name, "class 9");
    CHECK(all.classes.items[2].value == 3 && all.classes.items[3].value == 9);
    CHECK(all.pixels[first[1]].class_index == 0 && all.pixels[0].class_index == 1);
    s2_label_set_clear(&all);
    clear_scenes(scenes, 3);
}

static void polygons_of_several_files_stay_apart(void)
{
    s2_scene_labels scenes[3];
    s2_label_set all;
    size_t first[4];
    make_polygons(scenes);
    REQUIRE(s2_labels_merge(scenes, 3, (s2_merge_rules){false, false}, NULL, &all, first, NULL) ==
            S2RGF_OK);
    CHECK(all.group_count == 6);
    s2_label_set_clear(&all);
    clear_scenes(scenes, 3);
}

static void scenes_that_overlap_are_one_block(void)
{
    s2_scene_labels scenes[3];
    s2_label_set all;
    size_t first[4];
    make_polygons(scenes);
    REQUIRE(s2_labels_merge(scenes, 3, (s2_merge_rules){true, true}, NULL, &all, first, NULL) ==
            S2RGF_OK);
    const int near = group_at(&all, 0, 0, 0), far = group_at(&all, first[2], 0, 0);
    CHECK(s2_labels_same_block(&all, near, group_at(&all, first[1], 20, 0)));
    CHECK(!s2_labels_same_block(&all, near, far));
    for (int g = 1; g < all.group_count; g++)
        CHECK(all.groups[g - 1].block <= all.groups[g].block);
    s2_label_set_clear(&all);
    clear_scenes(scenes, 3);
}

/* Blocks of 64 pixels lie on the ground: shifted by 64 pixels a scene has those of the other. */
static void blocks_lie_on_the_ground(bool placed)
{
    s2_scene_labels scenes[2] = {{.set = {0}}, {.set = {0}}};
    s2_label_set all;
    size_t first[3];
    make_grid(&scenes[0].grid, 500000.0, 5800000.0, placed);
    make_grid(&scenes[1].grid, 500000.0 - 640.0, 5800000.0, placed);
    add_group(&scenes[0].set, "oak", 1, 0, 3, 0, 2);
    add_group(&scenes[0].set, "oak", 1, 0, 70, 0, 2);
    add_group(&scenes[1].set, "oak", 1, 0, 3, 0, 2);
    add_group(&scenes[1].set, "oak", 1, 0, 70, 0, 2);
    REQUIRE(s2_labels_merge(scenes, 2, (s2_merge_rules){true, false}, NULL, &all, first, NULL) ==
            S2RGF_OK);
    const bool together = group_at(&all, 0, 3, 0) == group_at(&all, first[1], 70, 0);
    CHECK(together == placed);
    CHECK(all.group_count == (placed ? 3 : 4));
    CHECK(!s2_labels_same_block(&all, group_at(&all, 0, 3, 0), group_at(&all, first[1], 3, 0)));
    REQUIRE(s2_labels_regroup(&all, 16, NULL) == S2RGF_OK);
    CHECK(s2_labels_same_block(&all, group_at(&all, 0, 3, 0), group_at(&all, 0, 4, 0)));
    s2_label_set_clear(&all);
    clear_scenes(scenes, 2);
}

static void kinds_are_not_mixed(void)
{
    s2_scene_labels scenes[2] = {{.name = "a", .set = {.from_polygons = true}},
                                 {.name = "b", .set = {0}}};
    s2_label_set all;
    size_t first[3];
    s2rgf_error err;
    make_grid(&scenes[0].grid, 0.0, 0.0, true);
    make_grid(&scenes[1].grid, 0.0, 0.0, true);
    add_group(&scenes[0].set, "oak", 1, 0, 0, 0, 2);
    add_group(&scenes[1].set, "oak", 1, 0, 0, 0, 2);
    CHECK(s2_labels_merge(scenes, 2, (s2_merge_rules){false, false}, NULL, &all, first, &err) ==
          S2RGF_FORMAT);
    CHECK(strstr(err.message, "found polygons in a and none in b") != NULL);
    clear_scenes(scenes, 2);
}

/*
 * Polygons and points of one file, of which the second scene, 50 pixels to the east, has points
 * alone: points are in blocks of the ground by class, the polygon, feature 0, is by itself.
 */
static void points_beside_polygons_are_in_blocks(void)
{
    s2_scene_labels scenes[2] = {{.set = {.from_polygons = true}}, {.set = {0}}};
    s2_label_set all;
    size_t first[3];
    make_grid(&scenes[0].grid, 500000.0, 5800000.0, true);
    make_grid(&scenes[1].grid, 500500.0, 5800000.0, true);
    add_group(&scenes[0].set, "oak", 1, 0, 52, 3, 2);
    add_group(&scenes[0].set, "oak", 1, S2_LABEL_POINTS, 55, 5, 2);
    add_group(&scenes[0].set, "elm", 2, S2_LABEL_POINTS, 55, 6, 2);
    add_group(&scenes[1].set, "oak", 1, S2_LABEL_POINTS, 5, 5, 1);
    add_group(&scenes[1].set, "elm", 2, S2_LABEL_POINTS, 90, 6, 1);
    REQUIRE(s2_labels_merge(scenes, 2, (s2_merge_rules){true, false}, NULL, &all, first, NULL) ==
            S2RGF_OK);
    CHECK(all.from_polygons && all.group_count == 4);
    for (size_t i = 0; i < all.count; i++)
        CHECK(all.groups[all.pixels[i].group].class_index == all.pixels[i].class_index);
    const int points = group_at(&all, 0, 55, 5);
    CHECK(points == group_at(&all, 0, 56, 5) && points == group_at(&all, first[1], 5, 5));
    CHECK(points != group_at(&all, 0, 52, 3) && all.groups[group_at(&all, 0, 52, 3)].pixels == 2);
    CHECK(group_at(&all, 0, 55, 6) != group_at(&all, first[1], 90, 6));
    s2_label_set_clear(&all);
    clear_scenes(scenes, 2);
}

/* "1", as text, and 1 are one class; a name that has the same value is another. */
static void numbers_are_their_values(void)
{
    s2_scene_labels scenes[3] = {{.set = {0}}, {.set = {0}}, {.set = {0}}};
    s2_label_set all;
    size_t first[4];
    for (int i = 0; i < 3; i++)
        make_grid(&scenes[i].grid, 1e5 * i, 0.0, true);
    add_group(&scenes[0].set, "1", 1, 0, 0, 0, 2);
    add_group(&scenes[1].set, "class 1", 1, 0, 0, 0, 3);
    add_group(&scenes[2].set, "oak", 1, 0, 0, 0, 4);
    REQUIRE(s2_labels_merge(scenes, 3, (s2_merge_rules){false, false}, NULL, &all, first, NULL) ==
            S2RGF_OK);
    CHECK(all.classes.count == 2 && strcmp(all.classes.items[0].name, "1") == 0);
    CHECK(all.pixels[0].class_index == 0 && all.pixels[first[1]].class_index == 0);
    CHECK(all.classes.items[all.pixels[first[2]].class_index].value == 2);
    s2_label_set_clear(&all);
    clear_scenes(scenes, 3);
}

int main(void)
{
    polygons_of_one_file_are_one();
    polygons_of_several_files_stay_apart();
    scenes_that_overlap_are_one_block();
    blocks_lie_on_the_ground(true);
    blocks_lie_on_the_ground(false);
    kinds_are_not_mixed();
    points_beside_polygons_are_in_blocks();
    numbers_are_their_values();
    return harness_end();
}
