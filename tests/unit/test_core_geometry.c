/* Tests of core/geometry.h. */
#include "core/geometry.h"

#include <limits.h>

#include "../harness.h"

static bool is_rect(s2_rect r, int x, int y, int w, int h)
{
    return r.x == x && r.y == y && r.w == w && r.h == h;
}

static void test_rectangles(void)
{
    const s2_rect a = {10, 20, 30, 40};
    CHECK(!s2_rect_is_empty(a));
    CHECK(s2_rect_is_empty((s2_rect){0, 0, 0, 5}));
    CHECK(s2_rect_is_empty((s2_rect){0, 0, 5, -1}));
    CHECK(is_rect(s2_rect_intersect(a, (s2_rect){0, 0, 15, 25}), 10, 20, 5, 5));
    CHECK(is_rect(s2_rect_intersect(a, a), 10, 20, 30, 40));
    CHECK(s2_rect_is_empty(s2_rect_intersect(a, (s2_rect){40, 20, 5, 5})));
    CHECK(s2_rect_is_empty(s2_rect_intersect(a, (s2_rect){-50, -50, 5, 5})));
    CHECK(s2_rect_contains(a, a));
    CHECK(s2_rect_contains(a, (s2_rect){39, 59, 1, 1}));
    CHECK(!s2_rect_contains(a, (s2_rect){39, 59, 2, 1}));
    CHECK(!s2_rect_contains(a, (s2_rect){9, 20, 1, 1}));
    CHECK(s2_rect_contains(a, (s2_rect){500, 500, 0, 0}));
    CHECK(is_rect(s2_rect_grow(a, 3), 7, 17, 36, 46));
    CHECK(is_rect(s2_rect_grow(a, -3), 13, 23, 24, 34));
}

static void test_rectangles_do_not_overflow(void)
{
    const s2_rect far = {INT_MAX - 2, 0, 100, 1};
    CHECK(is_rect(s2_rect_intersect(far, far), INT_MAX - 2, 0, 100, 1));
    CHECK(!s2_rect_contains((s2_rect){0, 0, 10, 10}, far));
    const s2_rect grown = s2_rect_grow((s2_rect){0, 0, INT_MAX, INT_MAX}, 10);
    CHECK(grown.x == -10 && grown.y == -10 && grown.w == INT_MAX && grown.h == INT_MAX);
}

static void check_point(const s2_affine *a, double x, double y, double u_wanted, double v_wanted)
{
    double u, v;
    s2_affine_apply(a, x, y, &u, &v);
    CHECK_NEAR(u, u_wanted, 1e-9);
    CHECK_NEAR(v, v_wanted, 1e-9);
}

static void test_affine(void)
{
    const s2_affine rotated = {{100.0, 2.0, 0.5, -50.0, 0.25, -3.0}};
    check_point(&S2_AFFINE_IDENTITY, 3.5, -7.0, 3.5, -7.0);
    check_point(&rotated, 0, 0, 100, -50);
    check_point(&rotated, 10, 4, 122, -59.5);

    s2_affine back;
    REQUIRE(s2_affine_invert(&rotated, &back));
    check_point(&back, 122, -59.5, 10, 4);

    /* "first, then second": scaling first keeps the shift whole. */
    const s2_affine scale = {{0, 2, 0, 0, 0, 2}};
    const s2_affine shift = {{5, 1, 0, 7, 0, 1}};
    const s2_affine both = s2_affine_compose(&scale, &shift);
    check_point(&both, 1, 1, 7, 9);
    const s2_affine other = s2_affine_compose(&shift, &scale);
    check_point(&other, 1, 1, 12, 16);
    const s2_affine round_trip = s2_affine_compose(&rotated, &back);
    check_point(&round_trip, 31.25, 17.5, 31.25, 17.5);
}

static void test_inversion_limits(void)
{
    s2_affine inverse = S2_AFFINE_IDENTITY;
    const s2_affine flat = {{0, 1, 2, 0, 2, 4}};
    CHECK(!s2_affine_invert(&flat, &inverse));
    const s2_affine zero = {{0, 0, 0, 0, 0, 0}};
    CHECK(!s2_affine_invert(&zero, &inverse));
    const s2_affine undefined = {{0, NAN, 0, 0, 0, 1}};
    CHECK(!s2_affine_invert(&undefined, &inverse));
    CHECK(inverse.m[1] == 1.0 && inverse.m[0] == 0.0);
    const s2_affine tiny = {{13.0, 1e-9, 0, 52.0, 0, -1e-9}};
    REQUIRE(s2_affine_invert(&tiny, &inverse));
    double x, y;
    s2_affine_apply(&inverse, 13.0 + 5e-9, 52.0 - 7e-9, &x, &y);
    CHECK_NEAR(x, 5.0, 1e-4);
    CHECK_NEAR(y, 7.0, 1e-4);
}

static void test_bounds(void)
{
    const s2_affine third = {{0.5, 1.0 / 3.0, 0, -0.25, 0, 1.0 / 3.0}};
    CHECK(is_rect(s2_affine_bounds(&third, (s2_rect){0, 0, 6, 6}), 0, -1, 3, 3));
    const s2_affine flipped = {{10, -1, 0, 10, 0, -1}};
    CHECK(is_rect(s2_affine_bounds(&flipped, (s2_rect){2, 3, 4, 5}), 4, 2, 4, 5));
    const s2_affine turned = {{0, 0, 1, 0, 1, 0}};
    CHECK(is_rect(s2_affine_bounds(&turned, (s2_rect){2, 3, 4, 5}), 3, 2, 5, 4));
    /* Whole pixels stay whole in spite of rounding: 0.1 * 30 is above 3. */
    const s2_affine tenth = {{1e-10, 0.1, 0, -1e-10, 0, 0.1}};
    CHECK(is_rect(s2_affine_bounds(&tenth, (s2_rect){0, 0, 30, 30}), 0, 0, 3, 3));
    const s2_affine huge = {{-1e12, 1e12, 0, 0, 0, 1}};
    const s2_rect saturated = s2_affine_bounds(&huge, (s2_rect){0, 0, 5, 5});
    CHECK(saturated.x == INT_MIN && saturated.w == INT_MAX && saturated.h == 5);
}

int main(void)
{
    test_rectangles();
    test_rectangles_do_not_overflow();
    test_affine();
    test_inversion_limits();
    test_bounds();
    return harness_end();
}
