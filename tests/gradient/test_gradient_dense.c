/* Finite differences for the whole dense network: the loss along the gradient of every part. */
#include "gradient/gradient.h"

#include "golden/golden_scene.h"

/*
 * The parameters of a part are moved along their gradient by a vector of length STEP: far enough
 * that rounding of the loss (about 1e-7) does not matter, spread over so many values that few
 * rectifiers switch.
 */
#define STEP 1e-2
#define TOLERANCE 2e-2

/* The parts of the network, by the beginning of their parameters' names; the first is all of it. */
static const char *const PARTS[] = {
    "",          "spectral.0",    "spectral.1",   "spectral.2",    "spatial.0",    "spatial.1",
    "spatial.2", "adrf_spectral", "adrf_spatial", "neck_spectral", "neck_spatial", "head.block",
    "head.conv", "detail",        "classifier",
};

static s2_dense_network *network;
static s2_dense_train *train;
static double dropout;

/* The loss, and all gradients as a side effect. The same units are dropped every time. */
static double loss_now(void)
{
    const s2_loss_options options = {GOLDEN_SMOOTHING, GOLDEN_BETA, dropout};
    const s2_map *logits = NULL;
    double loss = 0;
    s2_random random;
    s2_random_init(&random, 3, 0);
    REQUIRE(s2_dense_train_forward(train, dropout, dropout > 0 ? &random : NULL, &logits, NULL) ==
            S2RGF_OK);
    REQUIRE(s2_dense_train_backward(train, &options, &loss, NULL) == S2RGF_OK);
    return loss;
}

static bool is_trained(const s2_param *p, const char *part)
{
    return p->grad && strncmp(p->name, part, strlen(part)) == 0;
}

/* All values (or gradients) of trained parameters, end to end. */
static float *copy_arrays(bool gradients)
{
    const s2_params *params = &network->params;
    size_t count = 0;
    for (int i = 0; i < params->count; i++)
        count += params->items[i].count;
    float *all = (float *)malloc(count * sizeof *all), *to = all;
    REQUIRE(all != NULL);
    for (int i = 0; i < params->count; i++) {
        const s2_param *p = &params->items[i];
        if (p->grad) {
            memcpy(to, gradients ? p->grad : p->value, p->count * sizeof *to);
            to += p->count;
        }
    }
    return all;
}

/* Parameters of a part = values + factor * gradients. */
static void move(const char *part, const float *values, const float *grads, double factor)
{
    s2_params *params = &network->params;
    for (int i = 0; i < params->count; i++) {
        s2_param *p = &params->items[i];
        for (size_t k = 0; k < p->count && is_trained(p, part); k++)
            p->value[k] = (float)(values[k] + factor * grads[k]);
        values += p->grad ? p->count : 0;
        grads += p->grad ? p->count : 0;
    }
}

static double norm_of(const char *part, const float *grads)
{
    const s2_params *params = &network->params;
    double square = 0;
    for (int i = 0; i < params->count; i++) {
        const s2_param *p = &params->items[i];
        for (size_t k = 0; k < p->count && is_trained(p, part); k++)
            square += (double)grads[k] * grads[k];
        grads += p->grad ? p->count : 0;
    }
    return sqrt(square);
}

/* Along its own gradient the loss rises by the gradient's norm. */
static void check_part(const char *part, const float *values, const float *grads)
{
    const double norm = norm_of(part, grads);
    double found = NAN, step = STEP;
    REQUIRE(norm > 0);
    for (int k = 0; k < 3 && !(fabs(found - norm) <= TOLERANCE * norm); k++, step /= 3) {
        move(part, values, grads, step / norm);
        found = loss_now();
        move(part, values, grads, -step / norm);
        found = (found - loss_now()) / (2 * step);
    }
    move(part, values, grads, 0);
    if (!CHECK(fabs(found - norm) <= TOLERANCE * norm))
        printf("    %s: backward says %g, differences say %g\n", part, norm, found);
}

/* The first `count` parts of the list. */
static void test_parts(const char *const *parts, size_t count)
{
    CHECK(loss_now() > 0);
    float *grads = copy_arrays(true), *values = copy_arrays(false);
    for (size_t i = 0; i < count; i++)
        check_part(parts[i], values, grads);
    free(grads);
    free(values);
}

int main(void)
{
    static const char *const dropped[] = {"", "classifier.hidden", "classifier.out", "head.conv"};
    network = golden_network(16, 3);
    train = golden_train(network, 0, 1);
    test_parts(PARTS, sizeof PARTS / sizeof PARTS[0]);
    dropout = 0.5;
    test_parts(dropped, sizeof dropped / sizeof dropped[0]);
    s2_dense_train_free(train);
    s2_dense_network_free(network);
    return harness_end();
}
