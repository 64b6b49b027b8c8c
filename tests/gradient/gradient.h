/* Finite differences against the gradients of backward passes.
 *
 * A test gives an objective: the sum of a forward pass's outputs, each times a fixed weight, so
 * its gradient is what backward makes of those weights. Central differences are taken along the
 * gradient itself, along random directions and along single values. A rectifier that switches
 * within the step spoils a difference, and rounding spoils one whose step is small: where a
 * difference misses, it is taken again to either side alone, one of which has no such switch, and
 * with thirds of the step. A wrong gradient misses with every step and on every side.
 */
#ifndef GRADIENT_H
#define GRADIENT_H

#include "golden/golden_tensors.h"

#define GRADIENT_DIRECTIONS 4 /* the first is the gradient, the others are noise */
#define GRADIENT_VALUES 12    /* single values tried per array */
#define GRADIENT_STEPS 4      /* steps tried, each a third of the one before */

/** The objective at the present values of all inputs. */
typedef double (*gradient_objective)(void *context);

/** One array under test. */
typedef struct gradient_input {
    const char *name;
    s2_tensor value, grad; /* a parameter array is a tensor of 1 x 1 x 1 pixels */
} gradient_input;

/** A parameter array as a tensor. */
static inline s2_tensor gradient_array(float *data, size_t count)
{
    return (s2_tensor){.data = data, .n = 1, .h = 1, .w = 1, .c = (int)count, .stride = (int)count};
}

/** Sum of y times weight. */
static inline double gradient_dot(const s2_tensor *y, const s2_tensor *weight)
{
    double sum = 0;
    for (size_t i = 0; i < golden_count(y); i++)
        sum += (double)*golden_value(y, i) * *golden_value(weight, i);
    return sum;
}

/** to = from, value by value. */
static inline void gradient_copy(const s2_tensor *from, const s2_tensor *to)
{
    for (size_t i = 0; i < golden_count(from); i++)
        *golden_value(to, i) = *golden_value(from, i);
}

/**
 * Difference of the objective along `direction` (one number per value, mean square 1) between
 * `from` and `to` steps.
 */
static inline double gradient_difference(const gradient_input *input, const double *direction,
                                         double from, double to, gradient_objective objective,
                                         void *context)
{
    const double places[2] = {from, to};
    const size_t count = golden_count(&input->value);
    float *kept = (float *)malloc(count * sizeof *kept);
    double side[2];
    REQUIRE(kept != NULL);
    for (size_t i = 0; i < count; i++)
        kept[i] = *golden_value(&input->value, i);
    for (int k = 0; k < 2; k++) {
        for (size_t i = 0; i < count; i++)
            *golden_value(&input->value, i) = (float)(kept[i] + places[k] * direction[i]);
        side[k] = objective(context);
    }
    for (size_t i = 0; i < count; i++)
        *golden_value(&input->value, i) = kept[i];
    free(kept);
    return (side[1] - side[0]) / (to - from);
}

/** A test of one array: how, and against what. */
typedef struct gradient_test {
    double step, tolerance;
    gradient_objective objective;
    void *context;
} gradient_test;

/** The difference along a direction is `expected` but for `allowed`, with one of the steps. */
static inline void gradient_compare(const gradient_test *test, const gradient_input *input,
                                    const double *direction, double expected, double allowed)
{
    static const double sides[][2] = {{-1, 1}, {-1, 0}, {0, 1}};
    double found = NAN, step = test->step;
    for (int k = 0; k < 3 * GRADIENT_STEPS && !(fabs(found - expected) <= allowed); k++) {
        found = gradient_difference(input, direction, step * sides[k % 3][0],
                                    step * sides[k % 3][1], test->objective, test->context);
        step /= k % 3 == 2 ? 3 : 1;
    }
    if (!CHECK(fabs(found - expected) <= allowed))
        printf("    %s: backward says %g, differences say %g, allowed %g\n", input->name, expected,
               found, allowed);
}

/**
 * Check one array. Along a direction v of mean square 1 the difference may miss g.v by
 * tolerance * max(|g.v|, |g|); along a single value by tolerance * (|g_k| + rms of g).
 */
static inline void gradient_check(const gradient_input *input, double step, double tolerance,
                                  gradient_objective objective, void *context)
{
    const gradient_test test = {step, tolerance, objective, context};
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
        gradient_compare(&test, input, direction, expected, tolerance * fmax(fabs(expected), norm));
    }
    const size_t tried = count < GRADIENT_VALUES ? count : GRADIENT_VALUES;
    for (size_t k = 0; k < tried; k++) {
        const size_t at = k * count / tried;
        const double expected = *golden_value(&input->grad, at);
        memset(direction, 0, count * sizeof *direction);
        direction[at] = 1;
        gradient_compare(&test, input, direction, expected, tolerance * (fabs(expected) + rms));
    }
    free(direction);
}

#endif
