/* Finite differences against the gradients of backward passes.
 *
 * A test gives an objective: the sum of a forward pass's outputs, each times a fixed weight, so its
 * gradient is what backward makes of those weights. Central differences are taken along the gradient
 * itself, along random directions and along single values, all with one step.
 */
#ifndef GRADIENT_H
#define GRADIENT_H

#include "golden/golden_maps.h"

#define GRADIENT_DIRECTIONS 4 /* the first is the gradient, the others are noise */
#define GRADIENT_VALUES 12    /* single values tried per array */

/** The objective at the present values of all inputs. */
typedef double (*gradient_objective)(void *context);

/** One array under test. */
typedef struct gradient_input {
    const char *name;
    s2_map value, grad; /* a parameter array is a map of 1 x 1 x 1 pixels */
} gradient_input;

/** A parameter array as a map. */
static inline s2_map gradient_array(float *data, size_t count)
{
    return (s2_map){.data = data, .n = 1, .h = 1, .w = 1, .c = (int)count, .stride = (int)count};
}

/** Sum of y times weight. */
static inline double gradient_dot(const s2_map *y, const s2_map *weight)
{
    double sum = 0;
    for (size_t i = 0; i < golden_count(y); i++)
        sum += (double)*golden_value(y, i) * *golden_value(weight, i);
    return sum;
}

/** to = from, value by value. */
static inline void gradient_copy(const s2_map *from, const s2_map *to)
{
    for (size_t i = 0; i < golden_count(from); i++)
        *golden_value(to, i) = *golden_value(from, i);
}

/** Central difference of the objective along `direction` (one number per value, mean square 1). */
static inline double gradient_difference(const gradient_input *input, const double *direction,
                                         double step, gradient_objective objective, void *context)
{
    const size_t count = golden_count(&input->value);
    float *kept = (float *)malloc(count * sizeof *kept);
    double side[2];
    REQUIRE(kept != NULL);
    for (size_t i = 0; i < count; i++)
        kept[i] = *golden_value(&input->value, i);
    for (int k = 0; k < 2; k++) {
        for (size_t i = 0; i < count; i++)
            *golden_value(&input->value, i) =
                (float)(kept[i] + (k == 0 ? -step : step) * direction[i]);
        side[k] = objective(context);
    }
    for (size_t i = 0; i < count; i++)
        *golden_value(&input->value, i) = kept[i];
    free(kept);
    return (side[1] - side[0]) / (2 * step);
}

/** One difference against the gradient's; |difference| at most tolerance * (|expected| + floor). */
static inline void gradient_compare(const gradient_input *input, const char *what, double found,
                                    double expected, double allowed)
{
    if (!CHECK(fabs(found - expected) <= allowed))
        printf("    %s, %s: backward says %g, differences say %g, allowed %g\n", input->name, what,
               expected, found, allowed);
}

/**
 * Check one array. Along a direction v of mean square 1 the difference may miss g.v by
 * tolerance * max(|g.v|, |g|); along a single value by tolerance * (|g_k| + rms of g).
 */
static inline void gradient_check(const gradient_input *input, double step, double tolerance,
                                  gradient_objective objective, void *context)
{
    const size_t count = golden_count(&input->value);
    double *direction = (double *)calloc(count, sizeof *direction), square = 0;
    REQUIRE(direction != NULL);
    for (size_t i = 0; i < count; i++)
        square += (double)*golden_value(&input->grad, i) * *golden_value(&input->grad, i);
    const double norm = sqrt(square), rms = norm / sqrt((double)count);
    CHECK(norm > 0);

    for (int d = 0; d < GRADIENT_DIRECTIONS && norm > 0; d++) {
        double expected = 0;
        for (size_t i = 0; i < count; i++) {
            double g = *golden_value(&input->grad, i);
            uint64_t stream = golden_stream("direction") + (uint64_t)d;
            direction[i] = d == 0 ? g / rms : sqrt(3) * golden_noise(stream, i);
            expected += g * direction[i];
        }
        double found = gradient_difference(input, direction, step, objective, context);
        gradient_compare(input, d == 0 ? "along itself" : "along noise", found, expected,
                         tolerance * fmax(fabs(expected), norm));
    }
    const size_t tried = count < GRADIENT_VALUES ? count : GRADIENT_VALUES;
    for (size_t k = 0; k < tried; k++) {
        const size_t at = k * count / tried;
        const double expected = *golden_value(&input->grad, at);
        memset(direction, 0, count * sizeof *direction);
        direction[at] = 1;
        double found = gradient_difference(input, direction, step, objective, context);
        gradient_compare(input, "single value", found, expected,
                         tolerance * (fabs(expected) + rms));
    }
    free(direction);
}

#endif
