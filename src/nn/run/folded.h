/* Folded weights for running: batch-norms vanish in the convolutions, which are packed once. */
#ifndef S2_NN_RUN_FOLDED_H
#define S2_NN_RUN_FOLDED_H

#include "nn/expert.h"
#include "nn/kernels/kernels.h"
#include "nn/layers/classifier.h"
#include "nn/layers/trunk.h"

#define S2_FOLDED_MAX 256 /* output channels of a folded unit */

/** A convolution with its batch-norm folded in: packed weights and padded bias. */
typedef struct s2_folded_conv {
    s2_conv conv;
    bool relu;
    float *w, *bias;
    float *winograd; /* transformed weights, s2_fold_winograd(), or NULL */
} s2_folded_conv;

/**
 * A spectral encoder: the two filters, and the mix into which its batch-norm is folded. Those of
 * the filters are folded into the mix too unless a pool stands between; then they are here.
 */
typedef struct s2_folded_spectral {
    float filter3[3], filter5[5], bias3, bias5;
    s2_folded_conv filters; /* the same as a matrix, where bands are few and no pool follows */
    float *scale, *shift;   /* [2 bands] of the filters' batch-norms; NULL: folded */
    s2_folded_conv mix;
} s2_folded_spectral;

typedef struct s2_folded_block {
    s2_folded_conv conv1, conv2, shortcut; /* relu follows the sum of conv2 and shortcut */
} s2_folded_block;

typedef struct s2_folded_adrf {
    s2_folded_conv from_mean, from_std; /* empty: no attention */
    s2_folded_conv mix;
} s2_folded_adrf;

typedef struct s2_folded_classifier {
    s2_folded_conv hidden, out;
} s2_folded_classifier;

typedef struct s2_folded_expert {
    s2_folded_conv bands;               /* empty: there is no expert */
    s2_folded_conv components, windows; /* empty: there is none of windows, or not of this source */
    s2_folded_conv hidden, units;       /* likewise that with a hidden layer */
} s2_folded_expert;

typedef struct s2_folded_trunk {
    s2_folded_adrf adrf[S2_DOMAINS];
    s2_folded_conv neck[S2_DOMAINS];
    s2_folded_block head_block;
    s2_folded_conv head_conv;
} s2_folded_trunk;

/** What a unit's batch-norm does, the convolution's own bias included: scale, shift out [out]. */
void s2_fold_shift(const s2_conv_unit *unit, float *scale, float *shift);
/**
 * The mix of a spectral encoder without a pool, the batch-norms of its filters in it: weight out [2
 * bands][out], scale, shift out [out]. false: no memory.
 */
bool s2_fold_mix(const s2_spectral_encoder *encoder, float *weight, float *scale, float *shift);

/** Fold and pack. false: no memory; what was made is cleared with the rest. */
bool s2_fold_unit(s2_folded_conv *to, const s2_conv_unit *unit);
/**
 * As if the unit's weights of the taps outside rows first_row.. and columns first_column.. were 0.
 */
bool s2_fold_unit_from(s2_folded_conv *to, const s2_conv_unit *unit, int first_row,
                       int first_column);
/** Of a pointwise unit, the part of input channels first..first+count-1, without ReLU; the bias goes
    with channel 0. */
bool s2_fold_unit_inputs(s2_folded_conv *to, const s2_conv_unit *unit, int first, int count);
/** A convolution without batch-norm and ReLU; bias may be NULL. */
bool s2_fold_linear(s2_folded_conv *to, s2_conv conv, const float *w, const float *bias);
bool s2_fold_spectral(s2_folded_spectral *to, const s2_spectral_encoder *encoder);
bool s2_fold_block(s2_folded_block *to, const s2_residual_block *block);
bool s2_fold_trunk(s2_folded_trunk *to, const s2_trunk *trunk);
bool s2_fold_classifier(s2_folded_classifier *to, const s2_classifier *classifier);
/** to out [sources]; the bias goes with the bands of source 0. */
bool s2_fold_expert(s2_folded_expert *to, const s2_expert *expert, int sources);

/**
 * Add transformed weights if the convolution is one for Winograd: 3 x 3, stride 1, whole blocks.
 */
bool s2_fold_winograd(s2_folded_conv *conv);

void s2_folded_conv_clear(s2_folded_conv *conv);
void s2_folded_expert_clear(s2_folded_expert *expert);
void s2_folded_spectral_clear(s2_folded_spectral *spectral);
void s2_folded_block_clear(s2_folded_block *block);
void s2_folded_trunk_clear(s2_folded_trunk *trunk);
void s2_folded_classifier_clear(s2_folded_classifier *classifier);

#endif
