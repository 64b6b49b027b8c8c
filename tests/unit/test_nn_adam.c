/* AdamW and its learning rate, five steps against PyTorch. */
#include "nn/layers/adam.h"

#include "golden/golden_tensors.h"

#define TOLERANCE 1e-5
#define STEPS 5
#define PEAK 0.01

static void test_steps(const golden_file *file)
{
    static s2_params params;
    s2_adam adam;
    char name[GOLDEN_NAME_BYTES];
    memset(&params, 0, sizeof params);
    s2_param *weight = s2_params_add(&params, S2_PARAM_WEIGHT, "adam", "weight", (int[5]){10});
    s2_param *bias = s2_params_add(&params, S2_PARAM_BIAS, "adam", "bias", (int[5]){4});
    s2_param *mean = s2_params_add(&params, S2_PARAM_STATISTIC, "adam", "mean", (int[5]){4});
    REQUIRE(!params.failed);
    CHECK(weight->decay && !bias->decay && !mean->grad);
    golden_fill("adam.weight", 1, 0, weight->value, 10);
    golden_fill("adam.bias", 1, 0, bias->value, 4);
    golden_fill("adam.mean", 1, 0, mean->value, 4);
    const float statistic = mean->value[2];

    REQUIRE(s2_adam_init(&adam, &params, 0.02, NULL) == S2RGF_OK);
    for (int step = 0; step < STEPS; step++) {
        snprintf(name, sizeof name, "adam.weight.grad%d", step);
        golden_fill(name, 1, 0, weight->grad, 10);
        snprintf(name, sizeof name, "adam.bias.grad%d", step);
        golden_fill(name, 1, 0, bias->grad, 4);
        s2_adam_step(&adam, &params, s2_one_cycle(PEAK, step, STEPS));
        snprintf(name, sizeof name, "adam.weight%d", step);
        CHECK(golden_matches(file, name, weight->value, 10, TOLERANCE));
        snprintf(name, sizeof name, "adam.bias%d", step);
        CHECK(golden_matches(file, name, bias->value, 4, TOLERANCE));
    }
    CHECK(adam.step == STEPS);
    CHECK(mean->value[2] == statistic); /* statistics are not trained */
    s2_adam_clear(&adam);
    s2_params_clear(&params);
}

static void test_one_cycle(const golden_file *file, const char *name, int total)
{
    float rates[40];
    for (int step = 0; step < total; step++)
        rates[step] = (float)s2_one_cycle(2e-3, step, total);
    CHECK(golden_matches(file, name, rates, (size_t)total, TOLERANCE));
}

/* Runs too short for a proper cycle still give positive, finite rates up to the peak. */
static void test_short_runs(void)
{
    for (int total = 1; total <= 4; total++)
        for (int step = 0; step < total; step++) {
            double rate = s2_one_cycle(2e-3, step, total);
            CHECK(rate > 0 && rate <= 2e-3 * (1 + 1e-12));
        }
}

int main(void)
{
    static golden_file file;
    REQUIRE(golden_load(&file, "layers.txt"));
    test_steps(&file);
    test_one_cycle(&file, "one_cycle5", 5);
    test_one_cycle(&file, "one_cycle40", 40);
    test_short_runs();
    golden_clear(&file);
    return harness_end();
}
