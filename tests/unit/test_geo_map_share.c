/* Shares of a map: names, lines, and the text that says which share a file is. */
#include "core/memory.h"
#include "geo/map/share.h"
#include "harness.h"

static void check_path(const char *path, int number, int count, const char *expected)
{
    char *made = s2_map_share_path(path, number, count);
    CHECK_STR(made, expected);
    s2_free(made);
}

static void test_paths(void)
{
    check_path("map.tif", 3, 4, "map_3of4.tif");
    check_path("map.tif", 3, 16, "map_03of16.tif");
    check_path("a.b/map", 1, 100, "a.b/map_001of100.tif");
    check_path("/x/map.one.vrt", 12, 12, "/x/map.one_12of12.tif");
}

/** All shares lie in the rectangle, meet, and begin at multiples of unit but for the first. */
static void check_cuts(s2_rect rect, int tile_px, int count, int unit)
{
    int next = rect.y;
    for (int number = 1; number <= count; number++) {
        s2_rect cut = rect;
        s2_map_share share = {.number = number, .count = count};
        s2rgf_error err = {0};
        REQUIRE(s2_map_share_cut(&cut, tile_px, &share, &err) == S2RGF_OK);
        CHECK(cut.y == next && cut.h > 0 && cut.x == rect.x && cut.w == rect.w);
        CHECK(number == 1 || cut.y % unit == 0);
        CHECK(share.first_line == cut.y - rect.y && share.lines == cut.h);
        CHECK(share.map_lines == rect.h);
        next = cut.y + cut.h;
    }
    CHECK(next == rect.y + rect.h);
}

static void test_cuts(void)
{
    check_cuts((s2_rect){5, 0, 100, 1000}, 256, 1, 256);
    check_cuts((s2_rect){5, 0, 100, 1000}, 256, 4, 256);
    check_cuts((s2_rect){5, 0, 100, 1000}, 256, 5, 128);
    check_cuts((s2_rect){0, 300, 9, 40}, 256, 7, 4);
    check_cuts((s2_rect){0, 17, 9, 13}, 100, 13, 1);
    check_cuts((s2_rect){0, 0, 9, 2000000000}, 16, 99999, 16);
}

static void test_refusals(void)
{
    s2rgf_error err = {0};
    s2_rect rect = {0, 0, 10, 10};
    s2_map_share share = {.number = 1, .count = 11};
    CHECK(s2_map_share_cut(&rect, 256, &share, &err) == S2RGF_INVALID_ARGUMENT);
    share = (s2_map_share){.number = 3, .count = 2};
    CHECK(s2_map_share_cut(&rect, 256, &share, &err) == S2RGF_INVALID_ARGUMENT);
    share = (s2_map_share){.number = 0, .count = 2};
    CHECK(s2_map_share_cut(&rect, 256, &share, &err) == S2RGF_INVALID_ARGUMENT);
    share = (s2_map_share){.number = 1, .count = S2_MAP_SHARES_MAX + 1};
    CHECK(s2_map_share_cut(&rect, 256, &share, &err) == S2RGF_INVALID_ARGUMENT);
}

static void test_text(void)
{
    static const char *const wrong[] = {"",
                                        "3/16",
                                        "0/3, lines 0 to 4 of 9",
                                        "4/3, lines 0 to 4 of 9",
                                        "1/3, lines 5 to 4 of 9",
                                        "1/3, lines 0 to 9 of 9",
                                        "1/3, lines -1 to 4 of 9",
                                        "1/3, lines 0 to 4 of 9x"};
    char text[S2_MAP_SHARE_TEXT_BYTES];
    const s2_map_share share = {3, 16, 512, 256, 4096};
    s2_map_share back = {0};
    s2_map_share_write(&share, text);
    CHECK_STR(text, "3/16, lines 512 to 767 of 4096");
    CHECK(s2_map_share_read(text, &back));
    CHECK(back.number == 3 && back.count == 16 && back.first_line == 512 && back.lines == 256 &&
          back.map_lines == 4096);
    CHECK(!s2_map_share_read(NULL, &back));
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        CHECK(!s2_map_share_read(wrong[i], &back));
}

int main(void)
{
    test_paths();
    test_cuts();
    test_refusals();
    test_text();
    return harness_end();
}
