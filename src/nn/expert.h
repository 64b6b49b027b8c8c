/* Experts beside a network: class scores that are linear in what they see of a pixel. */
#ifndef S2_NN_EXPERT_H
#define S2_NN_EXPERT_H

#include "nn/network.h"

#define S2_EXPERT_COMPONENTS 8 /* of a source at most */
#define S2_EXPERT_WINDOWS 2    /* 5 x 5 and 9 x 9 pixels */
#define S2_EXPERT_FEATURES 4   /* of a component: mean, deviation in one window, in the other */
#define S2_EXPERT_HIDDEN 128   /* units of a hidden layer */
#define S2_EXPERT_REACH 4      /* pixels from the middle of the wider one to its edge */
#define S2_EXPERT_FLOOR 1e-4f  /* added to variances before the root */

/**
 * scores += b + sum over sources of the samples, at the reference pixel, of x W: one pointwise
 * layer a source, on its native grid. The expert of windows adds f V of every source on the
 * reference grid: f are mean and deviation, in both windows around the pixel, of every component,
 * which is linear in the bands. The expert with a hidden layer adds relu(g H + h) U of them: g are f and
 * the pixel's components, H and h are random. No network learns these parameters: they are found in
 * closed form.
 * Source network.md 5
 */
typedef struct s2_expert {
    s2_param *weight[S2RGF_MAX_SOURCES]; /* [bands][classes]; NULL: there is no expert */
    s2_param *bias;                      /* [classes], of both experts */
    /* of windows, of a source on the reference grid; NULL: there is none */
    s2_param *components[S2RGF_MAX_SOURCES]; /* [bands][components] */
    s2_param *windows[S2RGF_MAX_SOURCES];    /* [features][classes] */
    /* of the hidden layer, likewise */
    s2_param *hidden[S2RGF_MAX_SOURCES];      /* [features + components][S2_EXPERT_HIDDEN] */
    s2_param *hidden_bias[S2RGF_MAX_SOURCES]; /* [S2_EXPERT_HIDDEN] */
    s2_param *unit_scores[S2RGF_MAX_SOURCES]; /* [S2_EXPERT_HIDDEN][classes] */
} s2_expert;

/**
 * Zeroed parameters expert.S.weight, .components, .windows, .hidden, .hidden_bias, .units and
 * expert.bias, as spec has experts.
 */
void s2_expert_declare(s2_expert *expert, s2_params *params, const s2_network_spec *spec);

/** Whether a parameter of that name is an expert's, and which has it where not all have. */
bool s2_expert_owns(const char *name);
bool s2_expert_owns_windows(const char *name);
bool s2_expert_owns_hidden(const char *name);

/** Components of a source of so many bands. */
int s2_expert_components(int bands);

#endif
