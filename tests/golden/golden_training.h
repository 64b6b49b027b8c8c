/* Networks in training against their goldens: every gradient, and the losses of ten steps. */
#ifndef GOLDEN_TRAINING_H
#define GOLDEN_TRAINING_H

#include "golden/golden_tensors.h"
#include "golden/network_parts.h"
#include "nn/layers/adam.h"
#include "nn/networks/networks.h"

/* Gradients of biases before a batch-norm are zero: at most this part of the whole gradient. */
#define GOLDEN_NULL_TOLERANCE 2e-6
/* Gradients smaller than this part of the whole are compared as if they were that large. */
#define GOLDEN_SMALL_GRADIENT 1e-4

/* STEPS, BATCHES, PEAK and DECAY in tests/golden/make_goldens.py. */
#define GOLDEN_STEPS 10
#define GOLDEN_BATCHES 2
#define GOLDEN_PEAK 2e-3
#define GOLDEN_DECAY 0.02
/* Of the weights' norms. Decay changes them by itself times the sum of the rates, 2e-4; a rectifier
   that rounding tips over, in one instruction set or another, by up to 5.1e-5. */
#define GOLDEN_WEIGHTS_TOLERANCE 1e-4

/* WATCHED in tests/golden/make_goldens.py: weights that decay and weights that do not. */
static const char *const GOLDEN_WATCHED[] = {"neck_spatial.conv.weight", "adrf_spectral.w1",
                                             "head.bn.weight"};

/** A network with its training, for the loss of its steps. */
typedef struct golden_steps {
    s2_network *network;
    s2_training *train;
} golden_steps;

static inline void golden_steps_free(golden_steps *steps)
{
    s2_training_free(steps->train);
    s2_network_free(steps->network);
}

/** The name of something in a batch: batches after the first have names of their own. */
static inline const char *golden_of_batch(const char *name, int batch)
{
    char number[16];
    snprintf(number, sizeof number, "%d", batch);
    return batch ? golden_name(name, number) : name;
}

/** Norm of all gradients together. */
static inline double golden_total_norm(const s2_params *params)
{
    double square = 0;
    for (int i = 0; i < params->count; i++)
        for (size_t k = 0; params->items[i].grad && k < params->items[i].count; k++)
            square += (double)params->items[i].grad[k] * params->items[i].grad[k];
    return sqrt(square);
}

/** Check the gradient of one parameter; whole is the norm of all gradients. */
static inline void golden_check_gradient(const golden_file *file, const s2_param *p, double whole,
                                         double tolerance)
{
    const golden_tensor *golden = golden_find(file, p->name);
    if (!CHECK(golden && golden->count == p->count)) {
        printf("    %s\n", p->name);
        return;
    }
    if (golden->norm == 0) {
        golden_distance size = golden_measure(golden, p->grad, whole);
        if (!CHECK(size.norm <= GOLDEN_NULL_TOLERANCE))
            printf("    %s: %.2g of the whole gradient\n", p->name, size.norm);
        return;
    }
    golden_distance far = golden_measure(golden, p->grad, GOLDEN_SMALL_GRADIENT * whole);
    bool same = far.norm <= tolerance && far.projection <= tolerance && far.sum <= tolerance &&
                far.value <= tolerance;
    if (!CHECK(same))
        printf("    %s: norm %.2g, projection %.2g, sum %.2g, value %.2g\n", p->name, far.norm,
               far.projection, far.sum, far.value);
}

/** Check the gradient of every trained parameter. Returns how many these are. */
static inline size_t golden_check_gradients(const golden_file *file, const s2_params *params,
                                            double tolerance)
{
    const double whole = golden_total_norm(params);
    size_t trained = 0;
    for (int i = 0; i < params->count; i++)
        if (params->items[i].grad) {
            golden_check_gradient(file, &params->items[i], whole, tolerance);
            trained++;
        }
    return trained;
}

/**
 * Ten optimiser steps from golden parameters, batches in turn: the losses before each and after
 * the last, and some weights after it, are those of steps.txt called name.losses and name.WEIGHT.
 * loss sets the gradients of params and returns the loss of a batch; network is what it takes
 */
static inline void golden_check_steps(const char *name, s2_params *params,
                                      double (*loss)(void *network, int batch), void *network,
                                      double tolerance)
{
    static golden_file file;
    REQUIRE(golden_load(&file, "steps.txt"));
    const golden_tensor *golden = golden_find(&file, golden_name(name, "losses"));
    REQUIRE(golden && golden->stored == GOLDEN_STEPS + 1);
    s2_adam adam;
    REQUIRE(s2_adam_init(&adam, params, GOLDEN_DECAY, NULL) == S2RGF_OK);
    golden_fill_params(params);
    for (int step = 0; step <= GOLDEN_STEPS; step++) {
        const double expected = golden->values[step];
        CHECK_NEAR(loss(network, step % GOLDEN_BATCHES) / expected, 1, tolerance);
        if (step < GOLDEN_STEPS)
            s2_adam_step(&adam, params, s2_one_cycle(GOLDEN_PEAK, step, GOLDEN_STEPS));
    }
    for (size_t i = 0; i < sizeof GOLDEN_WATCHED / sizeof *GOLDEN_WATCHED; i++) {
        const s2_param *p = find_param(params, GOLDEN_WATCHED[i]);
        golden = golden_find(&file, golden_name(name, GOLDEN_WATCHED[i]));
        REQUIRE(p && golden && golden->count == p->count);
        CHECK(golden_measure(golden, p->value, 0).norm <= GOLDEN_WEIGHTS_TOLERANCE);
    }
    s2_adam_clear(&adam);
    golden_clear(&file);
}

#endif
