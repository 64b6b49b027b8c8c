/* Calibration: temperatures and errors whose values can be worked out by hand. */
#include "assess/calibration.h"

#include "core/random.h"
#include "harness.h"

#define CLASSES 4

/* Pixels whose first class has score a, all others 0; `right` of them are of that class, the rest
   of the last. */
static void fill_two_kinds(s2_scored_pixels *scored, int classes, int pixels, int right, float a)
{
    float scores[CLASSES] = {a};
    REQUIRE(classes <= CLASSES);
    REQUIRE(s2_scored_pixels_init(scored, classes, (size_t)pixels, NULL) == S2RGF_OK);
    for (int i = 0; i < pixels; i++)
        s2_scored_pixels_add(scored, scores, i < right ? 0 : classes - 1);
}

/* The best probability of the first class is the part that is right: 1 / (1 + (K-1) e^(-a/T)). */
static void test_closed_form(void)
{
    const struct {
        int classes, right;
        float a;
    } cases[] = {{2, 80, 2.0f}, {2, 80, 1.0f}, {2, 55, 0.3f}, {3, 60, 4.0f}, {4, 90, 2.5f}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const int classes = cases[i].classes;
        const double a = (double)cases[i].a, q = cases[i].right / 100.0;
        s2_scored_pixels scored;
        fill_two_kinds(&scored, classes, 100, cases[i].right, cases[i].a);
        const s2_calibration found = s2_calibrate(&scored);
        const double expected = a / log(q * (classes - 1) / (1.0 - q));
        CHECK(found.pixels == 100);
        CHECK_NEAR(found.temperature, expected, 1e-8 * expected);
        CHECK_NEAR(found.error_before, fabs(q - 1.0 / (1.0 + (classes - 1) * exp(-a))), 1e-6);
        CHECK_NEAR(found.error_after, 0.0, 1e-6);
        s2_scored_pixels_clear(&scored);
    }
}

/* Labels drawn from softmax(scores / truth), classes of unequal share. */
static void fill_drawn(s2_scored_pixels *scored, size_t pixels, double truth, double factor)
{
    s2_random random;
    s2_random_init(&random, 7, 1);
    REQUIRE(s2_scored_pixels_init(scored, CLASSES, pixels, NULL) == S2RGF_OK);
    for (size_t i = 0; i < pixels; i++) {
        float scores[CLASSES], planes[CLASSES];
        for (int k = 0; k < CLASSES; k++)
            scores[k] = (float)(8.0 * s2_random_uniform(&random) - k);
        s2_probabilities(scores, CLASSES, truth, planes, 1);
        double draw = s2_random_uniform(&random);
        int label = 0;
        while (label < CLASSES - 1 && (draw -= (double)planes[label]) > 0.0)
            label++;
        for (int k = 0; k < CLASSES; k++)
            scores[k] = (float)((double)scores[k] * factor);
        s2_scored_pixels_add(scored, scores, label);
    }
}

static double likelihood(const s2_scored_pixels *scored, double temperature)
{
    double sum = 0.0;
    for (size_t i = 0; i < scored->count; i++) {
        float planes[CLASSES];
        s2_probabilities(scored->scores + i * CLASSES, CLASSES, temperature, planes, 1);
        sum -= log((double)planes[scored->labels[i]]);
    }
    return sum;
}

static void test_known_factor(void)
{
    s2_scored_pixels plain, scaled;
    fill_drawn(&plain, 20000, 1.0, 1.0);
    const s2_calibration one = s2_calibrate(&plain);
    CHECK_NEAR(one.temperature, 1.0, 0.03);
    CHECK(one.error_before < 0.02);
    const double least = likelihood(&plain, one.temperature);
    CHECK(least < likelihood(&plain, one.temperature * 1.01));
    CHECK(least < likelihood(&plain, one.temperature / 1.01));
    const double factors[] = {0.5, 2.0, 3.0};
    for (int i = 0; i < 3; i++) {
        fill_drawn(&scaled, 20000, 1.0, factors[i]);
        const s2_calibration found = s2_calibrate(&scaled);
        CHECK_NEAR(found.temperature / one.temperature, factors[i], 1e-6);
        CHECK_NEAR(found.error_after, one.error_after, 1e-3);
        CHECK(found.error_before > 2.0 * found.error_after);
        const s2_calibration again = s2_calibrate(&scaled);
        CHECK(memcmp(&found, &again, sizeof found) == 0);
        s2_scored_pixels_clear(&scaled);
    }
    fill_drawn(&scaled, 20000, 1.7, 1.0);
    CHECK_NEAR(s2_calibrate(&scaled).temperature, 1.7, 0.06);
    const s2_calibration near = s2_calibrate_near(&scaled, 6.0);
    CHECK_NEAR(near.temperature, sqrt(6.0 * s2_calibrate(&scaled).temperature), 1e-9);
    CHECK(near.error_after > 2.0 * s2_calibrate(&scaled).error_after);
    s2_scored_pixels_clear(&scaled);
    s2_scored_pixels_clear(&plain);
}

static void test_limits(void)
{
    const struct {
        int right;
        float a;
        double temperature;
    } cases[] = {
        {20, 3.0f, S2_TEMPERATURE_MIN},  /* all right: the likelihood wants 0 */
        {0, 3.0f, S2_TEMPERATURE_MAX},   /* all wrong: it wants infinity */
        {15, 20.0f, S2_TEMPERATURE_MAX}, /* 20 / ln 3 = 18.2 */
        {15, 0.1f, S2_TEMPERATURE_MIN},  /* 0.1 / ln 3 = 0.09 */
        {15, 0.0f, 1.0},                 /* flat */
        {15, NAN, 1.0},
        {15, INFINITY, 1.0},
    };
    s2_scored_pixels scored;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fill_two_kinds(&scored, 2, 20, cases[i].right, cases[i].a);
        CHECK(s2_calibrate(&scored).temperature == cases[i].temperature);
        s2_scored_pixels_clear(&scored);
    }
    fill_two_kinds(&scored, 2, 0, 0, 1.0f);
    const s2_calibration none = s2_calibrate(&scored);
    CHECK(none.pixels == 0 && none.temperature == 1.0);
    CHECK(s2_calibrate_near(&scored, 3.0).temperature == 3.0);
    CHECK(isnan(none.error_before) && isnan(none.error_after));
    s2_scored_pixels_clear(&scored);
}

static void test_reliability(void)
{
    s2_reliability reliability = {0};
    CHECK(isnan(s2_reliability_error(&reliability)));
    s2_reliability_add(&reliability, 1.0, true);
    s2_reliability_add(&reliability, 0.95, false);
    s2_reliability_add(&reliability, 0.5, true);
    s2_reliability_add(&reliability, 0.52, true);
    s2_reliability_add(&reliability, 0.0, false);
    CHECK(reliability.pixels[0] == 1 && reliability.pixels[7] == 2 && reliability.pixels[14] == 2);
    CHECK(reliability.correct[14] == 1 && reliability.correct[7] == 2);
    CHECK_NEAR(reliability.confidence[14], 1.95, 1e-15);
    /* 2/5 |1/2 - 0.975| + 2/5 |1 - 0.51| + 1/5 |0 - 0| */
    CHECK_NEAR(s2_reliability_error(&reliability), 0.4 * 0.475 + 0.4 * 0.49, 1e-15);
    /* over and under in one bin cancel, in two bins they do not */
    s2_reliability pair = {0};
    s2_reliability_add(&pair, 0.61, true);
    s2_reliability_add(&pair, 0.61, false);
    CHECK_NEAR(s2_reliability_error(&pair), 0.11, 1e-15);
}

static void test_probabilities(void)
{
    const float scores[3] = {1.0f, 3.0f, 2.0f};
    float planes[9] = {0};
    const float largest = s2_probabilities(scores, 3, 2.0, planes, 3);
    const double sum = exp(0.5) + exp(1.5) + exp(1.0);
    CHECK_NEAR((double)planes[0], exp(0.5) / sum, 1e-7);
    CHECK_NEAR((double)planes[3], exp(1.5) / sum, 1e-7);
    CHECK_NEAR((double)planes[6], exp(1.0) / sum, 1e-7);
    CHECK(planes[1] == 0.0f && planes[2] == 0.0f && largest == planes[3]);
    /* large scores do not overflow */
    const float large[2] = {3e4f, 1e4f};
    CHECK(s2_probabilities(large, 2, 0.25, NULL, 0) == 1.0f);
}

static void test_best_class(void)
{
    const float scores[] = {-3, 2.5f, -1, 2.5f, 2};
    CHECK(s2_best_class(scores, 5) == 1); /* the first of equals */
    CHECK(s2_best_class(scores, 1) == 0);
    CHECK(s2_best_class(scores + 2, 3) == 1);
}

int main(void)
{
    test_best_class();
    test_closed_form();
    test_known_factor();
    test_limits();
    test_reliability();
    test_probabilities();
    return harness_end();
}
