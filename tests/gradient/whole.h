/* Finite differences for a whole network: the loss along the gradient of every part.
 *
 * The parameters of a part are moved along their gradient by a vector of length WHOLE_STEP: far
 * enough that rounding of the loss (about 1e-7) does not matter, spread over so many values that
 * few rectifiers switch.
 */
#ifndef GRADIENT_WHOLE_H
#define GRADIENT_WHOLE_H

#include "golden/golden_tensors.h"

#define WHOLE_STEP 1e-2
#define WHOLE_TOLERANCE 2e-2

/** A network under test: loss() sets the gradients of params and returns the loss. */
typedef struct whole_network {
    const s2_params *params;
    double (*loss)(void);
} whole_network;

static inline bool whole_is_trained(const s2_param *p, const char *part)
{
    return p->grad && strncmp(p->name, part, strlen(part)) == 0;
}

/** All values (or gradients) of trained parameters, end to end. */
static inline float *whole_copy(const s2_params *params, bool gradients)
{
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

/** Parameters of a part = values + factor * gradients. */
static inline void whole_move(const s2_params *params, const char *part, const float *values,
                              const float *grads, double factor)
{
    for (int i = 0; i < params->count; i++) {
        const s2_param *p = &params->items[i];
        for (size_t k = 0; k < p->count && whole_is_trained(p, part); k++)
            p->value[k] = (float)(values[k] + factor * grads[k]);
        values += p->grad ? p->count : 0;
        grads += p->grad ? p->count : 0;
    }
}

static inline double whole_norm(const s2_params *params, const char *part, const float *grads)
{
    double square = 0;
    for (int i = 0; i < params->count; i++) {
        const s2_param *p = &params->items[i];
        for (size_t k = 0; k < p->count && whole_is_trained(p, part); k++)
            square += (double)grads[k] * grads[k];
        grads += p->grad ? p->count : 0;
    }
    return sqrt(square);
}

/** Along its own gradient the loss rises by the gradient's norm. */
static inline void whole_check_part(const whole_network *network, const char *part,
                                    const float *values, const float *grads)
{
    const s2_params *params = network->params;
    const double norm = whole_norm(params, part, grads);
    double found = NAN, step = WHOLE_STEP;
    REQUIRE(norm > 0);
    for (int k = 0; k < 3 && !(fabs(found - norm) <= WHOLE_TOLERANCE * norm); k++, step /= 3) {
        whole_move(params, part, values, grads, step / norm);
        found = network->loss();
        whole_move(params, part, values, grads, -step / norm);
        found = (found - network->loss()) / (2 * step);
    }
    whole_move(params, part, values, grads, 0);
    if (!CHECK(fabs(found - norm) <= WHOLE_TOLERANCE * norm))
        printf("    %s: backward says %g, differences say %g\n", part, norm, found);
}

/** Check parts, given by the beginning of their parameters' names. */
static inline void whole_check(const whole_network *network, const char *const *parts, size_t count)
{
    CHECK(network->loss() > 0);
    float *grads = whole_copy(network->params, true), *values = whole_copy(network->params, false);
    for (size_t i = 0; i < count; i++)
        whole_check_part(network, parts[i], values, grads);
    free(grads);
    free(values);
}

#endif
