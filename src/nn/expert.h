/* A linear expert beside a network: class scores that are linear in the pixels of all sources. */
#ifndef S2_NN_EXPERT_H
#define S2_NN_EXPERT_H

#include "nn/network.h"

/**
 * scores += b + sum over sources of the samples, at the reference pixel, of x W: one pointwise
 * layer a source, on its native grid. Its parameters are no network's to learn: they are found in
 * closed form. Source network.md 5
 */
typedef struct s2_expert {
    s2_param *weight[S2RGF_MAX_SOURCES]; /* [bands][classes]; NULL: there is no expert */
    s2_param *bias;                      /* [classes] */
} s2_expert;

/** Zeroed parameters expert.S.weight and expert.bias; none where spec has no expert. */
void s2_expert_declare(s2_expert *expert, s2_params *params, const s2_network_spec *spec);

/** Whether a parameter of that name is the expert's. */
bool s2_expert_owns(const char *name);

#endif
