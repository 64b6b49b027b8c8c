/* Estimates from probability samples: two worked examples from the literature, and 2,000
   samples. */
#include "assess/estimates.h"

#include "core/memory.h"
#include "harness.h"
#include "s2rgf/assessment.h"
#include "sample/allocation.h"
#include "sample/reservoir.h"

/** Printed digits: the figure rounds to them. */
#define CHECK_PRINTED(value, digits, decimals)                                                     \
    CHECK_NEAR(value, digits, 0.5 * pow(10.0, -(decimals)) * (1.0 + 1e-9))

enum { MOST_UNITS = 2000, MOST_STRATA = 8 };

static s2_sample_unit units[MOST_UNITS];
static s2_sample_tally tally[4 * MOST_STRATA];

/** Half of the 95 % interval. */
static double margin(s2rgf_estimate e)
{
    CHECK_NEAR(e.ci95[0] + e.ci95[1], 2.0 * e.estimate, 1e-9 * fabs(e.estimate));
    return 0.5 * (e.ci95[1] - e.ci95[0]);
}

/* Olofsson et al. 2014, tables 8 and 9: deforestation, forest gain, stable forest, stable
   non-forest. */
static void test_olofsson(void)
{
    static const int counts[4][4] = {
        {66, 0, 5, 4}, {0, 55, 8, 12}, {1, 0, 153, 11}, {2, 1, 9, 313}};
    static const double map_ha[4] = {18000, 13500, 288000, 580500};
    static const double users[4][2] = {{.88, .07}, {.73, .10}, {.93, .04}, {.96, .02}};
    static const double producers[4][2] = {{.75, .21}, {.85, .25}, {.93, .03}, {.96, .02}};
    static const double area[4][2] = {
        {21158, 6158}, {11686, 3756}, {285770, 15510}, {581386, 16282}};
    s2_sample_stratum strata[4];
    s2_sample sample = {strata, 4, true, units, 0, tally};
    double matrix[16];
    for (int i = 0; i < 4; i++) {
        /* pixels of 0.09 ha */
        strata[i] = (s2_sample_stratum){map_ha[i] / 900000.0, (uint64_t)(map_ha[i] / .09 + .5)};
        for (int j = 0; j < 4; j++)
            for (int n = 0; n < counts[i][j]; n++)
                units[sample.unit_count++] = (s2_sample_unit){i, i, j, 1};
    }
    REQUIRE(sample.unit_count == 640);
    CHECK_PRINTED(s2_estimate_overall(&sample).estimate, .95, 2);
    CHECK_PRINTED(margin(s2_estimate_overall(&sample)), .02, 2);
    for (int i = 0; i < 4; i++) {
        CHECK_PRINTED(s2_estimate_users(&sample, i).estimate, users[i][0], 2);
        CHECK_PRINTED(margin(s2_estimate_users(&sample, i)), users[i][1], 2);
        CHECK_PRINTED(s2_estimate_producers(&sample, i).estimate, producers[i][0], 2);
        CHECK_PRINTED(margin(s2_estimate_producers(&sample, i)), producers[i][1], 2);
        const s2rgf_estimate ha = s2_estimate_times(s2_estimate_proportion(&sample, i), 900000.0);
        CHECK_PRINTED(ha.estimate, area[i][0], 0);
        CHECK_PRINTED(margin(ha), area[i][1], 0);
    }
    s2_estimate_matrix(&sample, 4, matrix);
    static const double proportions[4][4] = {{.0176, 0, .0013, .0011},
                                             {0, .0110, .0016, .0024},
                                             {.0019, 0, .2967, .0213},
                                             {.0040, .0020, .0179, .6212}};
    for (int i = 0; i < 4; i++)
        for (int j = 0; j < 4; j++)
            CHECK_PRINTED(matrix[4 * j + i], proportions[i][j], 4);
}

/* Stehman 2014, table 1: 40 points in strata that are not the map's classes A to D. */
static void test_stehman(void)
{
    static const char map[] = "AAAAAAABBBABBBBBBBBBBBCCCCCCBBDDDDDDDDDD";
    static const char reference[] = "AAAAACBABCABBBBBAABBCCCCCDDBBADDDDDDDCCB";
    const s2_sample_stratum strata[4] = {{.4, 40000}, {.3, 30000}, {.2, 20000}, {.1, 10000}};
    const s2_sample sample = {strata, 4, false, units, 40, tally};
    double matrix[16];
    for (int i = 0; i < 40; i++)
        units[i] = (s2_sample_unit){i / 10, map[i] - 'A', reference[i] - 'A', 1};
    CHECK_PRINTED(s2_estimate_proportion(&sample, 0).estimate, .35, 2);
    CHECK_PRINTED(s2_estimate_proportion(&sample, 0).se, .082, 3);
    CHECK_PRINTED(s2_estimate_proportion(&sample, 2).estimate, .20, 2);
    CHECK_PRINTED(s2_estimate_proportion(&sample, 2).se, .064, 3);
    CHECK_PRINTED(s2_estimate_overall(&sample).estimate, .63, 2);
    CHECK_PRINTED(s2_estimate_overall(&sample).se, .085, 3);
    CHECK_PRINTED(s2_estimate_users(&sample, 1).estimate, .574, 3);
    CHECK_PRINTED(s2_estimate_users(&sample, 1).se, .125, 3);
    CHECK_PRINTED(s2_estimate_producers(&sample, 1).estimate, .794, 3);
    CHECK_PRINTED(s2_estimate_producers(&sample, 1).se, .117, 3);
    s2_estimate_matrix(&sample, 4, matrix);
    CHECK_PRINTED(matrix[4 * 2 + 1], .08, 2);
}

/* A simple sample by the formulas of every textbook, with the correction for a finite map. */
static void test_simple(void)
{
    const s2_sample_stratum all = {1.0, 2000};
    const s2_sample sample = {&all, 1, false, units, 100, tally};
    for (int i = 0; i < 100; i++)
        units[i] = (s2_sample_unit){0, i < 40 ? 0 : 1, i < 30 || i >= 90 ? 0 : 1, 1};
    const double unseen = 1.0 - 100.0 / 2000.0;
    CHECK_NEAR(s2_estimate_overall(&sample).estimate, .8, 1e-12);
    CHECK_NEAR(s2_estimate_overall(&sample).se, sqrt(unseen * .8 * .2 / 99), 1e-12);
    CHECK_NEAR(s2_estimate_proportion(&sample, 0).estimate, .4, 1e-12);
    CHECK_NEAR(s2_estimate_proportion(&sample, 0).se, sqrt(unseen * .4 * .6 / 99), 1e-12);
    CHECK_NEAR(s2_estimate_users(&sample, 0).estimate, .75, 1e-12);
    CHECK_NEAR(s2_estimate_users(&sample, 0).se, sqrt(unseen * .75 * .25 / 40 * 100 / 99), 1e-12);
    CHECK_NEAR(s2_estimate_f1(&sample, 0).estimate, .75, 1e-12);
    CHECK(s2_estimate_f1(&sample, 0).se > 0.0);
    CHECK(isnan(s2_estimate_users(&sample, 2).estimate));
    CHECK(isnan(s2_estimate_users(&sample, 2).se));
}

/* One unit tells no spread, unless it is all that there is. */
static void test_few_units(void)
{
    s2_sample_stratum strata[2] = {{.75, 300}, {.25, 100}};
    s2_sample sample = {strata, 2, true, units, 3, tally};
    units[0] = units[1] = (s2_sample_unit){0, 0, 0, 1};
    units[2] = (s2_sample_unit){1, 1, 0, 1};
    CHECK_NEAR(s2_estimate_overall(&sample).estimate, .75, 1e-12);
    CHECK(isnan(s2_estimate_overall(&sample).se));
    CHECK(isnan(s2_estimate_producers(&sample, 0).se));
    CHECK(isnan(s2_estimate_users(&sample, 1).se));
    CHECK(s2_estimate_users(&sample, 0).se == 0.0);
    strata[1].pixels = 1;
    CHECK(s2_estimate_overall(&sample).se == 0.0);
}

static void check_points(s2_allocation allocation, uint64_t points, uint64_t least,
                         s2_allotment *strata, int count, const uint64_t *expected)
{
    s2_allocate(allocation, points, least, strata, count);
    for (int h = 0; h < count; h++)
        if (!CHECK(strata[h].points == expected[h]))
            printf("    stratum %d: found %llu, expected %llu\n", h,
                   (unsigned long long)strata[h].points, (unsigned long long)expected[h]);
}

static void test_allocation(void)
{
    /* Olofsson et al. 2014, section 5.1: expected user's accuracies .7, .6, .9, .95, 641 points */
    s2_allotment strata[4] = {{200000, .02, sqrt(.7 * .3), 0},
                              {150000, .015, sqrt(.6 * .4), 0},
                              {3200000, .32, sqrt(.9 * .1), 0},
                              {6450000, .645, sqrt(.95 * .05), 0}};
    CHECK(s2_points_for(.01, strata, 4) == 641);
    check_points(S2_ALLOCATION_PROPORTIONAL, 640, 50, strata, 4, (uint64_t[]){13, 10, 205, 412});
    check_points(S2_ALLOCATION_EQUAL, 640, 50, strata, 4, (uint64_t[]){160, 160, 160, 160});
    check_points(S2_ALLOCATION_LEAST, 640, 50, strata, 4, (uint64_t[]){50, 50, 179, 361});
    check_points(S2_ALLOCATION_NEYMAN, 1000, 50, strata, 4, (uint64_t[]){36, 29, 379, 556});
    /* small strata, empty ones, more points than there are pixels */
    s2_allotment odd[4] = {{1, 0, .5, 0}, {0, 0, .5, 0}, {30, 0, .5, 0}, {5000, 0, .5, 0}};
    check_points(S2_ALLOCATION_LEAST, 200, 50, odd, 4, (uint64_t[]){1, 0, 30, 169});
    check_points(S2_ALLOCATION_EQUAL, 200, 50, odd, 4, (uint64_t[]){1, 0, 30, 169});
    check_points(S2_ALLOCATION_PROPORTIONAL, 20, 50, odd, 4, (uint64_t[]){1, 0, 2, 17});
    check_points(S2_ALLOCATION_LEAST, 9, 50, odd, 4, (uint64_t[]){1, 0, 4, 4});
    check_points(S2_ALLOCATION_LEAST, 1, 50, odd, 4, (uint64_t[]){0, 0, 0, 1});
    check_points(S2_ALLOCATION_EQUAL, 100000, 50, odd, 4, (uint64_t[]){1, 0, 30, 5000});
    s2_allocation allocation;
    s2rgf_error err;
    CHECK(s2_allocation_of("neyman", &allocation, NULL) == S2RGF_OK);
    CHECK(allocation == S2_ALLOCATION_NEYMAN);
    CHECK(s2_allocation_of("optimal", &allocation, &err) == S2RGF_INVALID_ARGUMENT);
    CHECK_CONTAINS(err.message, "found optimal");
}

/* Every pixel is as likely as any other, however the line is cut into runs. */
static void test_reservoir(void)
{
    enum { PIXELS = 50, KEPT = 7, DRAWS = 20000 };
    int hits[PIXELS] = {0}, twice = 0;
    for (int draw = 0; draw < DRAWS; draw++) {
        s2_reservoir reservoir;
        s2_reservoir_init(&reservoir, 10, (uint64_t)draw, 3);
        for (int x = 0, run = 1; x < PIXELS; x += run, run = run % 5 + 1)
            REQUIRE(s2_reservoir_add(&reservoir, x, 0, run < PIXELS - x ? run : PIXELS - x, NULL) ==
                    S2RGF_OK);
        CHECK(reservoir.seen == PIXELS && reservoir.count == 10);
        s2_reservoir_cut(&reservoir, KEPT);
        REQUIRE(reservoir.count == KEPT);
        for (int i = 0; i < KEPT; i++) {
            REQUIRE(reservoir.items[i].x >= 0 && reservoir.items[i].x < PIXELS);
            hits[reservoir.items[i].x]++;
            for (int k = 0; k < i; k++)
                twice += reservoir.items[i].x == reservoir.items[k].x;
        }
        s2_reservoir_clear(&reservoir);
    }
    CHECK(twice == 0);
    const double expected = (double)DRAWS * KEPT / PIXELS, share = (double)KEPT / PIXELS;
    double chi = 0.0;
    for (int x = 0; x < PIXELS; x++)
        chi += (hits[x] - expected) * (hits[x] - expected) / expected;
    /* about PIXELS (1 - share), with a standard deviation of 10 (1 - share) */
    CHECK_NEAR(chi, PIXELS * (1.0 - share), 40.0 * (1.0 - share));
}

/* ---- 2,000 samples of a map whose truth is known ------------------------------------------------ */

enum { SIDE = 400, CLASSES = 3, DRAWS = 2000, FIGURES = 1 + 4 * CLASSES };

static uint8_t truth[SIDE * SIDE], mapped[SIDE * SIDE], blocks[SIDE * SIDE];
static bool areas_differ;

/** Area of a pixel; where they differ, the larger ones are of other classes. */
static double area_at(int at)
{
    const int x = at % SIDE, y = at / SIDE;
    return areas_differ ? 1.0 + (x + y / 3) % 100 / 25.0 : 1.0;
}

/** Stripes of three classes, an error for every tenth pixel or so, and strata that are neither. */
static void make_maps(void)
{
    s2_random random;
    s2_random_init(&random, 17, 0);
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++) {
            const int i = y * SIDE + x;
            const int band = (x + y / 3) % 100;
            truth[i] = band < 60 ? 0 : band < 88 ? 1 : 2;
            mapped[i] = truth[i];
            if (s2_random_uniform(&random) < (truth[i] == 0 ? .08 : .15))
                mapped[i] = (uint8_t)s2_random_below(&random, CLASSES);
            blocks[i] = x < 150 ? 0 : y < 250 ? 1 : 2;
        }
}

/** All figures of a sample: overall, then user's, producer's, F1 and share of each class. */
static void all_figures(const s2_sample *sample, s2rgf_estimate figures[FIGURES])
{
    figures[0] = s2_estimate_overall(sample);
    for (int c = 0; c < CLASSES; c++) {
        figures[1 + 4 * c] = s2_estimate_users(sample, c);
        figures[2 + 4 * c] = s2_estimate_producers(sample, c);
        figures[3 + 4 * c] = s2_estimate_f1(sample, c);
        figures[4 + 4 * c] = s2_estimate_proportion(sample, c);
    }
}

/** Draw a sample from strata, NULL: all are one; n points in each. */
static size_t draw(const uint8_t *strata, size_t n, uint64_t seed, s2_sample_stratum *found)
{
    s2_reservoir reservoirs[CLASSES];
    double areas[CLASSES] = {0}, all = 0.0;
    size_t count = 0;
    for (int at = 0; at < SIDE * SIDE; at++) {
        areas[strata ? strata[at] : 0] += area_at(at);
        all += area_at(at);
    }
    for (int h = 0; h < CLASSES; h++)
        s2_reservoir_init(&reservoirs[h], n, seed, (uint64_t)h);
    for (int y = 0; y < SIDE; y++)
        for (int x = 0, end; x < SIDE; x = end) {
            const int h = strata ? strata[y * SIDE + x] : 0;
            for (end = x + 1; end < SIDE && (!strata || strata[y * SIDE + end] == h);)
                end++;
            REQUIRE(s2_reservoir_add(&reservoirs[h], x, y, end - x, NULL) == S2RGF_OK);
        }
    for (int h = 0; h < CLASSES; h++) {
        found[h] = (s2_sample_stratum){areas[h] / all, reservoirs[h].seen};
        for (size_t i = 0; i < reservoirs[h].count; i++) {
            const int at = reservoirs[h].items[i].y * SIDE + reservoirs[h].items[i].x;
            units[count++] = (s2_sample_unit){h, mapped[at], truth[at], area_at(at)};
        }
        s2_reservoir_clear(&reservoirs[h]);
    }
    return count;
}

/** The truth, as the figures of a sample that is the whole map. */
static void true_figures(double figures[FIGURES])
{
    const s2_sample_stratum all = {1.0, SIDE * SIDE};
    s2rgf_estimate found[FIGURES];
    s2_sample_unit *every = s2_alloc(SIDE * SIDE, sizeof *every);
    REQUIRE(every != NULL);
    for (int i = 0; i < SIDE * SIDE; i++)
        every[i] = (s2_sample_unit){0, mapped[i], truth[i], area_at(i)};
    const s2_sample sample = {&all, 1, false, every, SIDE * SIDE, tally};
    all_figures(&sample, found);
    for (int f = 0; f < FIGURES; f++) {
        CHECK(found[f].se == 0.0);
        figures[f] = found[f].estimate;
    }
    s2_free(every);
}

/**
 * 95 % intervals cover the truth in 93 to 97 % of the samples, and no estimate leans to one side.
 */
static void check_coverage(const char *what, const uint8_t *strata, bool are_classes, size_t n)
{
    int covered[FIGURES] = {0};
    double expected[FIGURES], mean[FIGURES] = {0}, spread[FIGURES] = {0};
    s2_sample_stratum found[CLASSES];
    true_figures(expected);
    for (int d = 0; d < DRAWS; d++) {
        s2_sample sample = {found, CLASSES, are_classes, units, 0, tally};
        s2rgf_estimate figures[FIGURES];
        sample.unit_count = draw(strata, n, (uint64_t)d + 1, found);
        all_figures(&sample, figures);
        for (int f = 0; f < FIGURES; f++) {
            covered[f] += figures[f].ci95[0] <= expected[f] && expected[f] <= figures[f].ci95[1];
            mean[f] += figures[f].estimate / DRAWS;
            spread[f] += figures[f].se / DRAWS;
        }
    }
    for (int f = 0; f < FIGURES; f++) {
        const double share = (double)covered[f] / DRAWS;
        if (!CHECK(share >= .93 && share <= .97))
            printf("    %s, figure %d: %.4f\n", what, f, share);
        CHECK_NEAR(mean[f], expected[f], .1 * spread[f]);
    }
}

int main(void)
{
    test_olofsson();
    test_stehman();
    test_simple();
    test_few_units();
    test_allocation();
    test_reservoir();
    make_maps();
    check_coverage("map's classes", mapped, true, 500);
    check_coverage("other strata", blocks, false, 500);
    check_coverage("simple", NULL, false, 1500);
    areas_differ = true;
    check_coverage("map's classes, areas differ", mapped, true, 500);
    check_coverage("other strata, areas differ", blocks, false, 500);
    check_coverage("simple, areas differ", NULL, false, 1500);
    return harness_end();
}
