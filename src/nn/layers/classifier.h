/* The classifier in training: two pointwise layers over a list of pixels, with dropout between
   them. */
#ifndef S2_NN_LAYERS_CLASSIFIER_H
#define S2_NN_LAYERS_CLASSIFIER_H

#include <stdint.h>

#include "core/random.h"
#include "nn/layers/loss.h"
#include "nn/tensor.h"

#define S2_HIDDEN 128 /* width of the hidden layer */

/** scores = relu(x W1 + b1) W2 + b2, pixel by pixel. */
typedef struct s2_classifier {
    s2_param *hidden_weight, *hidden_bias; /* [in][hidden], [hidden] */
    s2_param *out_weight, *out_bias;       /* [hidden][classes], [classes] */
} s2_classifier;

/** The pixels of the last forward and their tensors, one row a pixel: those of all ranks, because the
 * sums of a matrix product have no order that could be shared out. */
typedef struct s2_classifier_state {
    size_t *pixels;    /* [own] index in the batch */
    int16_t *labels;   /* [count] class or -1 */
    size_t first, own; /* rows of this rank's pixels: the first, and their number */
    size_t count, capacity;
    float *x, *dx; /* [count][in] */
    float *hidden; /* [count][hidden], after ReLU and dropout */
    float *dhidden;
    float *dropout_scale;    /* [count][hidden], 0 or 1/(1-p) */
    float *scores, *dscores; /* [count][classes] */
    double *class_weight;    /* [classes], of the loss */
    bool dropped;
} s2_classifier_state;

void s2_classifier_declare(s2_classifier *classifier, s2_params *params, const char *prefix, int in,
                           int hidden, int classes);
void s2_classifier_state_clear(s2_classifier_state *state);

/** Which pixels are scored, and how. */
typedef struct s2_classifier_task {
    const int16_t *labels; /* [n][h][w], -1 where none */
    bool all;              /* not only those with a label, which is all that backward needs */
    double dropout;
    s2_random *random; /* stream of the dropout mask, NULL: none */
} s2_classifier_task;

/** Score pixels of x [n,h,w,in]; state->scores has those of all ranks. Errors: NO_MEMORY. */
s2rgf_status s2_classifier_forward(const s2_classifier *classifier, s2_classifier_state *state,
                                   const s2_tensor *x, const s2_classifier_task *task,
                                   s2rgf_error *err);
/** Cross entropy of the last forward; parameter gradients added to; dx [n,h,w,in] overwritten. */
double s2_classifier_backward(const s2_classifier *classifier, s2_classifier_state *state,
                              const s2_entropy_options *options, const s2_tensor *dx);

#endif
