/* AdamW with a one-cycle learning rate. */
#ifndef S2_NN_LAYERS_ADAM_H
#define S2_NN_LAYERS_ADAM_H

#include "nn/tensor.h"

/**
 * First and second moments of all trainable parameters, laid out in the order of the parameters.
 */
typedef struct s2_adam {
    float *m, *v;
    size_t count;
    int step; /* updates done */
    double weight_decay, beta1, beta2, eps;
} s2_adam;

/** beta1 0.9, beta2 0.999, eps 1e-8. Errors: NO_MEMORY. */
s2rgf_status s2_adam_init(s2_adam *adam, const s2_params *params, double weight_decay,
                          s2rgf_error *err);
void s2_adam_clear(s2_adam *adam);
/** One update: w -= lr * (weight_decay * w [where decay] + m^ / (sqrt(v^) + eps)), decoupled. */
void s2_adam_step(s2_adam *adam, s2_params *params, double learning_rate);

/**
 * Learning rate of step `step` of `total`: cosine from peak/25 to peak over the first 30 %, cosine
 * to peak/2.5e5 at the end (as torch's OneCycleLR).
 */
double s2_one_cycle(double peak, int step, int total);

#endif
