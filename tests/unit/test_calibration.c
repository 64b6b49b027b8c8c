/* Calibration: errors worked out by hand, temperatures that are known. */
#include "calibration.h"

#include <math.h>

#include "core/random.h"
#include "harness.h"

#define PIXELS 4000
#define CLASSES 3

static float scores[PIXELS * CLASSES];
static int labels[PIXELS];

/* Pixels whose classes follow softmax(scores / temperature). */
static s2_scored_pixels draw_pixels(double temperature)
{
    s2_random random;
    s2_random_init(&random, 7, 1);
    for (int i = 0; i < PIXELS; i++) {
        double weight[CLASSES];
        double sum = 0.0;
        for (int k = 0; k < CLASSES; k++) {
            scores[i * CLASSES + k] = (float)(2.0 * s2_random_normal(&random));
            weight[k] = exp((double)scores[i * CLASSES + k] / temperature);
            sum += weight[k];
        }
        double rest = sum * s2_random_uniform(&random);
        labels[i] = 0;
        while (labels[i] < CLASSES - 1 && (rest -= weight[labels[i]]) > 0.0)
            labels[i]++;
    }
    return (s2_scored_pixels){scores, labels, PIXELS, CLASSES};
}

static void test_temperature_is_found(void)
{
    const double known[] = {0.5, 1.0, 2.0};
    for (int i = 0; i < 3; i++) {
        const s2_scored_pixels pixels = draw_pixels(known[i]);
        const double fitted = s2_fit_temperature(&pixels);
        CHECK_NEAR(fitted, known[i], 0.1 * known[i]);
        if (known[i] != 1.0)
            CHECK(s2_calibration_error(&pixels, fitted) < s2_calibration_error(&pixels, 1.0));
        CHECK(s2_calibration_error(&pixels, fitted) < 0.03);
    }
}

/* Scores twice as large are twice too sure. */
static void test_temperature_scales_with_scores(void)
{
    const s2_scored_pixels pixels = draw_pixels(0.8);
    const double before = s2_fit_temperature(&pixels);
    for (int i = 0; i < PIXELS * CLASSES; i++)
        scores[i] *= 2.0f;
    CHECK_NEAR(s2_fit_temperature(&pixels), 2.0 * before, 1e-5);
}

/* All right drives the temperature down, all wrong up: both stop at their limit. */
static void test_temperature_is_bounded(void)
{
    s2_scored_pixels pixels = draw_pixels(1.0);
    for (int i = 0; i < PIXELS; i++) {
        const float *of = scores + (size_t)i * CLASSES;
        labels[i] = of[0] >= of[1] && of[0] >= of[2] ? 0 : of[1] >= of[2] ? 1 : 2;
    }
    CHECK_NEAR(s2_fit_temperature(&pixels), S2_TEMPERATURE_MIN, 1e-6);
    for (int i = 0; i < PIXELS; i++)
        labels[i] = (labels[i] + 1) % CLASSES;
    CHECK_NEAR(s2_fit_temperature(&pixels), S2_TEMPERATURE_MAX, 1e-5);
    pixels.count = 0;
    CHECK(s2_fit_temperature(&pixels) == 1.0);
    CHECK(isnan(s2_calibration_error(&pixels, 1.0)));
}

/* Two bins: 4 pixels at 0.9 of which 3 are right, 1 at 0.5 that is wrong: (|3 - 3.6| + 0.5) / 5. */
static void test_error_by_hand(void)
{
    s2_reliability table = {0};
    for (int i = 0; i < 4; i++)
        s2_reliability_add(&table, 0.9, i > 0);
    s2_reliability_add(&table, 0.5, false);
    CHECK_NEAR(s2_reliability_error(&table), 0.22, 1e-12);
    s2_reliability_add(&table, 1.0, true); /* the last bin includes 1 */
    CHECK(table.pixels[S2_RELIABILITY_BINS - 1] == 1);
    CHECK_NEAR(s2_reliability_error(&table), 1.1 / 6.0, 1e-12);
}

int main(void)
{
    test_temperature_is_found();
    test_temperature_scales_with_scores();
    test_temperature_is_bounded();
    test_error_by_hand();
    return harness_end();
}
