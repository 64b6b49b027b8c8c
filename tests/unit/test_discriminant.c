/* The linear discriminant: against scikit-learn, and where data are scarce or say nothing. */
#include "train/experts/discriminant.h"

#include "golden/golden.h"
#include "harness.h"

enum { CLASSES = 4, MOST = 200, WIDEST = 70 };

static float features[MOST * WIDEST];
static int class_index[MOST], group[MOST];

/* Samples of golden noise around classes' means, class after class; each a group of its own. */
static s2_samples golden_samples(const char *name, int per_class, int width)
{
    char text[GOLDEN_NAME_BYTES];
    snprintf(text, sizeof text, "%s.x", name);
    const uint64_t noise = golden_stream(text);
    snprintf(text, sizeof text, "%s.mean", name);
    const uint64_t means = golden_stream(text);
    for (int i = 0; i < CLASSES * per_class; i++) {
        double sum = 0;
        class_index[i] = i / per_class;
        group[i] = i;
        for (int j = 0; j < width; j++) {
            const double value = golden_noise(noise, (uint64_t)(i * width + j));
            sum += value;
            features[i * width + j] =
                (float)(value + sum / 2 +
                        golden_noise(means, (uint64_t)(class_index[i] * width + j)));
        }
    }
    return (s2_samples){features, class_index, group, (size_t)(CLASSES * per_class),
                        width,    CLASSES};
}

/* values as floats, for the comparison. */
static bool matches(const golden_file *file, const char *name, const char *part,
                    const double *values, size_t count)
{
    static float single[WIDEST * CLASSES];
    char text[GOLDEN_NAME_BYTES];
    snprintf(text, sizeof text, "%s.%s", name, part);
    for (size_t i = 0; i < count; i++)
        single[i] = (float)values[i];
    return golden_matches(file, text, single, count, 1e-6);
}

static void test_golden(const golden_file *file, const char *name, int per_class, int width)
{
    const s2_samples samples = golden_samples(name, per_class, width);
    char text[GOLDEN_NAME_BYTES];
    s2_discriminant fitted;
    snprintf(text, sizeof text, "%s.x", name);
    CHECK(golden_matches(file, text, features, samples.count * (size_t)width, 1e-7));
    REQUIRE(s2_discriminant_fit(&samples, NULL, &fitted, NULL) == S2RGF_OK);
    CHECK(matches(file, name, "shrinkage", &fitted.shrinkage, 1));
    CHECK(matches(file, name, "weight", fitted.weight, (size_t)(width * CLASSES)));
    CHECK(matches(file, name, "bias", fitted.bias, CLASSES));
    s2_discriminant_clear(&fitted);
}

static bool is_finite(const s2_discriminant *fitted)
{
    bool finite = isfinite(fitted->shrinkage) && fitted->shrinkage > 0 && fitted->shrinkage <= 1;
    for (int i = 0; i < fitted->width * fitted->classes; i++)
        finite = finite && isfinite(fitted->weight[i]);
    for (int k = 0; k < fitted->classes; k++)
        finite = finite && isfinite(fitted->bias[k]);
    return finite;
}

static int best_class(const s2_discriminant *fitted, const float *x)
{
    double scores[CLASSES];
    int best = 0;
    s2_discriminant_score(fitted, x, scores);
    for (int k = 1; k < CLASSES; k++)
        if (scores[k] > scores[best])
            best = k;
    return best;
}

/* How many of its own samples a discriminant of all of them gets right. */
static int count_right(const s2_samples *samples)
{
    s2_discriminant fitted;
    int right = 0;
    REQUIRE(s2_discriminant_fit(samples, NULL, &fitted, NULL) == S2RGF_OK);
    CHECK(is_finite(&fitted));
    for (size_t i = 0; i < samples->count; i++)
        right += best_class(&fitted, samples->features + i * (size_t)samples->width) ==
                 samples->class_index[i];
    s2_discriminant_clear(&fitted);
    return right;
}

/* One sample a class has nothing within classes to measure: the nearest one decides. */
static void test_single_samples(void)
{
    const s2_samples samples = golden_samples("single", 1, 7);
    CHECK(count_right(&samples) == CLASSES);
}

/* Two samples of every class, and one of the last, in many more dimensions. */
static void test_scarce_samples(void)
{
    s2_samples samples = golden_samples("scarce", 2, WIDEST);
    samples.count--;
    CHECK(count_right(&samples) == (int)samples.count);
}

/* Bands that are constant, equal, or sums of others. */
static void test_collinear_bands(void)
{
    const int width = 8;
    const s2_samples samples = golden_samples("collinear", 20, width);
    for (size_t i = 0; i < samples.count; i++) {
        float *x = features + i * (size_t)width;
        x[5] = 0;
        x[6] = x[0];
        x[7] = x[1] - x[2];
    }
    CHECK(count_right(&samples) > (int)samples.count / CLASSES);
    s2_discriminant fitted;
    REQUIRE(s2_discriminant_fit(&samples, NULL, &fitted, NULL) == S2RGF_OK);
    for (int k = 0; k < CLASSES; k++) {
        CHECK(fitted.weight[5 * CLASSES + k] == 0);
        CHECK_NEAR(fitted.weight[6 * CLASSES + k], fitted.weight[k], 1e-9);
    }
    s2_discriminant_clear(&fitted);
}

/* Every band is 0 everywhere: scores say nothing, and are numbers. */
static void test_nothing_to_see(void)
{
    const s2_samples samples = golden_samples("nothing", 5, 6);
    memset(features, 0, sizeof features);
    CHECK(count_right(&samples) == 5);
}

/* Samples that are their class's mean but for rounding: weights are numbers that a model may hold. */
static void test_no_variance(void)
{
    const s2_samples samples = golden_samples("equal", 7, 3);
    s2_discriminant fitted;
    for (size_t i = 0; i < samples.count; i++)
        for (size_t j = 0; j < 3; j++)
            features[i * 3 + j] = 0.7f * (float)class_index[i] + 0.1f * (float)j;
    CHECK(count_right(&samples) == (int)samples.count);
    REQUIRE(s2_discriminant_fit(&samples, NULL, &fitted, NULL) == S2RGF_OK);
    for (size_t i = 0; i < (size_t)3 * CLASSES; i++)
        CHECK(fabs(fitted.weight[i]) < 1e6);
    s2_discriminant_clear(&fitted);
}

/* A discriminant of some samples is that of a set that holds only these; the order does not matter,
   and a class without samples is known to have none. */
static void test_used(void)
{
    s2_samples samples = golden_samples("used", 6, 5);
    bool used[MOST];
    s2_discriminant some, alone;
    size_t count = 0;
    for (size_t i = 0; i < samples.count; i++)
        used[i] = class_index[i] != 2 && i % 3 != 0;
    REQUIRE(s2_discriminant_fit(&samples, used, &some, NULL) == S2RGF_OK);
    for (size_t i = 0; i < samples.count; i++)
        if (used[i]) {
            memmove(features + count * 5, features + i * 5, 5 * sizeof(float));
            class_index[count] = class_index[i];
            group[count++] = group[i];
        }
    samples.count = count;
    REQUIRE(s2_discriminant_fit(&samples, NULL, &alone, NULL) == S2RGF_OK);
    CHECK(memcmp(some.weight, alone.weight, (size_t)5 * CLASSES * sizeof(double)) == 0);
    CHECK(some.known[0] && some.known[1] && !some.known[2] && some.known[3]);
    for (int k = 0; k < CLASSES; k++)
        CHECK((some.bias[k] == 0) == (k == 2));
    s2_discriminant_clear(&some);
    s2_discriminant_clear(&alone);
}

/* Ten copies of a sample are no more than one: in groups, the covariance is shrunk as that of the
   single ones is; taken one by one it is shrunk much less. */
static void test_groups(void)
{
    enum { WIDTH = 6, EACH = 4, COPIES = 10 };
    s2_samples samples = golden_samples("groups", EACH, WIDTH);
    s2_discriminant single, grouped, apart;
    const size_t count = samples.count;
    REQUIRE(s2_discriminant_fit(&samples, NULL, &single, NULL) == S2RGF_OK);
    for (size_t i = 0; i < count * COPIES; i++) {
        if (i >= count)
            memcpy(features + i * WIDTH, features + i % count * WIDTH, WIDTH * sizeof(float));
        class_index[i] = class_index[i % count];
        group[i] = (int)(i % count);
    }
    samples.count = count * COPIES;
    REQUIRE(s2_discriminant_fit(&samples, NULL, &grouped, NULL) == S2RGF_OK);
    for (size_t i = 0; i < samples.count; i++)
        group[i] = (int)i;
    REQUIRE(s2_discriminant_fit(&samples, NULL, &apart, NULL) == S2RGF_OK);
    CHECK_NEAR(grouped.shrinkage, single.shrinkage, 1e-6);
    CHECK(apart.shrinkage < single.shrinkage / 5);
    s2_discriminant_clear(&single);
    s2_discriminant_clear(&grouped);
    s2_discriminant_clear(&apart);
}

int main(void)
{
    static golden_file file;
    REQUIRE(golden_load(&file, "discriminant.txt"));
    test_golden(&file, "many", 50, 6);
    test_golden(&file, "few", 9, 5);
    test_golden(&file, "wide", 15, WIDEST);
    golden_clear(&file);
    test_single_samples();
    test_scarce_samples();
    test_collinear_bands();
    test_nothing_to_see();
    test_no_variance();
    test_used();
    test_groups();
    return harness_end();
}
