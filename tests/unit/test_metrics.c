/* Confusion matrix: figures worked out by hand, and the corners where they are not defined. */
#include "assess/metrics.h"

#include <math.h>

#include "harness.h"

/* A matrix of the given counts, row by row. */
static s2_confusion make(int classes, const unsigned *counts)
{
    s2_confusion c;
    REQUIRE(s2_confusion_init(&c, classes, NULL) == S2RGF_OK);
    for (int i = 0; i < classes; i++)
        for (int j = 0; j < classes; j++)
            for (unsigned n = 0; n < counts[i * classes + j]; n++)
                s2_confusion_add(&c, i, j);
    return c;
}

/* Cohen's own kind of example: OA 0.7, chance 0.5. */
static void test_two_classes(void)
{
    s2_confusion c = make(2, (const unsigned[]){20, 5, 10, 15});
    CHECK(s2_confusion_total(&c) == 50);
    CHECK(s2_confusion_reference(&c, 0) == 25 && s2_confusion_reference(&c, 1) == 25);
    CHECK(s2_confusion_mapped(&c, 0) == 30 && s2_confusion_mapped(&c, 1) == 20);
    CHECK_NEAR(s2_confusion_overall(&c), 0.7, 1e-15);
    CHECK_NEAR(s2_confusion_average(&c), 0.7, 1e-15);
    CHECK_NEAR(s2_confusion_kappa(&c), 0.4, 1e-15);
    CHECK_NEAR(s2_confusion_users(&c, 0), 2.0 / 3.0, 1e-15);
    CHECK_NEAR(s2_confusion_users(&c, 1), 0.75, 1e-15);
    CHECK_NEAR(s2_confusion_producers(&c, 0), 0.8, 1e-15);
    CHECK_NEAR(s2_confusion_producers(&c, 1), 0.6, 1e-15);
    CHECK_NEAR(s2_confusion_f1(&c, 0), 8.0 / 11.0, 1e-15);
    CHECK_NEAR(s2_confusion_f1(&c, 1), 2.0 / 3.0, 1e-15);
    s2_confusion_clear(&c);
    CHECK(!c.counts && c.classes == 0);
}

/* Class 2 has no reference pixel but is mapped; class 3 appears nowhere. */
static void test_absent_classes(void)
{
    s2_confusion c = make(4, (const unsigned[]){6, 2, 1, 0, 1, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
    CHECK_NEAR(s2_confusion_overall(&c), 9.0 / 13.0, 1e-15);
    CHECK_NEAR(s2_confusion_average(&c), (6.0 / 9.0 + 3.0 / 4.0) / 2.0, 1e-15);
    /* e = (9 * 7 + 4 * 5) / 169 */
    CHECK_NEAR(s2_confusion_kappa(&c), (9.0 / 13.0 - 83.0 / 169.0) / (1.0 - 83.0 / 169.0), 1e-15);
    CHECK(isnan(s2_confusion_producers(&c, 2)));
    CHECK(s2_confusion_users(&c, 2) == 0.0 && s2_confusion_f1(&c, 2) == 0.0);
    CHECK(isnan(s2_confusion_producers(&c, 3)) && isnan(s2_confusion_users(&c, 3)));
    CHECK(isnan(s2_confusion_f1(&c, 3)));
    s2_confusion_clear(&c);
}

static void test_kappa_corners(void)
{
    s2_confusion perfect = make(3, (const unsigned[]){5, 0, 0, 0, 7, 0, 0, 0, 1});
    CHECK(s2_confusion_overall(&perfect) == 1.0 && s2_confusion_kappa(&perfect) == 1.0);
    s2_confusion_clear(&perfect);

    s2_confusion swapped = make(2, (const unsigned[]){0, 4, 4, 0});
    CHECK_NEAR(s2_confusion_kappa(&swapped), -1.0, 1e-15);
    s2_confusion_clear(&swapped);

    s2_confusion blind = make(2, (const unsigned[]){9, 0, 3, 0});
    CHECK_NEAR(s2_confusion_kappa(&blind), 0.0, 1e-15);
    s2_confusion_clear(&blind);

    s2_confusion one_class = make(2, (const unsigned[]){9, 0, 0, 0});
    CHECK(s2_confusion_overall(&one_class) == 1.0 && isnan(s2_confusion_kappa(&one_class)));
    s2_confusion_clear(&one_class);

    s2_confusion empty = make(2, (const unsigned[]){0, 0, 0, 0});
    CHECK(s2_confusion_total(&empty) == 0);
    CHECK(isnan(s2_confusion_overall(&empty)) && isnan(s2_confusion_average(&empty)));
    CHECK(isnan(s2_confusion_kappa(&empty)));
    s2_confusion_clear(&empty);
}

/* Squares of the counts of a very large map overflow 64 bits; the figures must not. */
static void test_large_counts(void)
{
    s2_confusion c = make(2, (const unsigned[]){0, 0, 0, 0});
    const uint64_t unit = UINT64_C(1000000000000);
    c.counts[0] = 20 * unit;
    c.counts[1] = 5 * unit;
    c.counts[2] = 10 * unit;
    c.counts[3] = 15 * unit;
    CHECK_NEAR(s2_confusion_kappa(&c), 0.4, 1e-12);
    CHECK_NEAR(s2_confusion_f1(&c, 0), 8.0 / 11.0, 1e-12);
    s2_confusion_clear(&c);
}

static void test_refusal(void)
{
    s2rgf_error err;
    s2_confusion c;
    CHECK(s2_confusion_init(&c, 0, &err) == S2RGF_INVALID_ARGUMENT);
    CHECK_CONTAINS(err.message, "expected one class or more, found 0");
    CHECK(!c.counts);
    s2_confusion_clear(&c);
}

int main(void)
{
    test_two_classes();
    test_absent_classes();
    test_kappa_corners();
    test_large_counts();
    test_refusal();
    return harness_end();
}
