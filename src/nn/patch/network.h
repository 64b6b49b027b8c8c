/* The patch network, as published: its structure and parameters. Executions: patch_train.h,
   patch_run.h. */
#ifndef S2_NN_PATCH_NETWORK_H
#define S2_NN_PATCH_NETWORK_H

#include "nn/layers/classifier.h"
#include "nn/layers/source_encoder.h"
#include "nn/layers/trunk.h"
#include "nn/layers/unfold.h"
#include "nn/networks/network_ops.h"

#define S2_PATCH_PX 32                        /* side of a patch, reference pixels */
#define S2_PATCH_CENTRE 16                    /* row and column of its labelled pixel */
#define S2_PATCH_CHANNELS 64                  /* C */
#define S2_PATCH_FEATURE_PX (S2_PATCH_PX / 2) /* side of the encoders' tensors, where ADRF works */
#define S2_PATCH_WIDE (2 * S2_PATCH_CHANNELS) /* channels from the necks to the head */
#define S2_PATCH_NECK_PX 8                    /* side of the necks' tensors, before their pool */
#define S2_PATCH_JOINT_PX 4                   /* side of the tensors from SSJA to the head */
#define S2_PATCH_FLAT (2 * 2 * S2_PATCH_CHANNELS) /* what the classifier reads */

typedef struct s2_patch_network {
    s2_network base;
    s2_source_encoder encoder[S2RGF_MAX_SOURCES];
    s2_unfold unfold; /* of the spectral stack */
    s2_trunk trunk;
    s2_classifier classifier; /* of the pooled head */
} s2_patch_network;

/** Spectral width of a source: C for the rich one, C/8 for others. */
int s2_patch_spectral_width(const s2_network_spec *spec, int source);
/** Sum of all spectral widths. */
int s2_patch_spectral_total(const s2_network_spec *spec);

/* For the ops of the architecture, network_ops.h. */
void s2_patch_declare(s2_network *network);

#endif
