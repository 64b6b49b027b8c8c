/* The linear expert of a training: fitted in closed form, calibrated, and put into the network. */
#ifndef S2_TRAIN_EXPERT_H
#define S2_TRAIN_EXPERT_H

#include "assess/calibration.h"
#include "train/discriminant.h"
#include "train/training_set.h"

#define S2_EXPERT_MAX_BANDS 4096 /* of all sources: the time goes with their cube */
#define S2_EXPERT_SHARE 2.0      /* unless validation tells of a better one */

typedef struct s2_fitted_expert {
    s2_discriminant discriminant;
    double temperature; /* by which its scores are divided */
    bool calibrated;    /* the temperature was fitted; otherwise it is a default */
    size_t *row;        /* [labels] of a validating label in scores; NULL: nothing validates */
    float *scores;      /* [validating labels][classes], at the temperature */
} s2_fitted_expert;

/**
 * Fit to the labels that train, find the temperature on polygons (blocks) left out in turn, and
 * score the labels that validate, if any.
 * Errors  IO, CANCELLED, NO_MEMORY. Memory  s2_fitted_expert_clear(). Source  network.md 7
 */
s2rgf_status s2_expert_fit(const s2_training_set *set, const s2rgf_host *host,
                           s2_fitted_expert *fitted, s2rgf_error *err);
void s2_fitted_expert_clear(s2_fitted_expert *fitted);

/** Scores [classes] of a label that validates. */
const float *s2_expert_scores(const s2_fitted_expert *fitted, size_t label);

/** That share of its scores into the network, which has room for an expert. */
void s2_expert_install(const s2_fitted_expert *fitted, double share, s2_network *network);

/** Scores of validation pixels, one by one the same. */
typedef struct s2_expert_trial {
    s2_scored_pixels network, expert;
    int *group; /* [network.count] polygon, or part of a block, that a pixel is of */
    int groups; /* the numbers in group are below this */
} s2_expert_trial;

/**
 * The share of the expert in the sum: that which makes validation most likely, each at the
 * temperature that suits it best, if it is better than S2_EXPERT_SHARE by more than two standard
 * errors, taken over groups; else this. trial->network becomes the sum.
 * Errors  NO_MEMORY.
 */
s2rgf_status s2_expert_choose_share(s2_expert_trial *trial, double *share, s2rgf_error *err);

#endif
