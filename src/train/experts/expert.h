/* The experts of a training: fitted in closed form, calibrated, and put into the network. */
#ifndef S2_TRAIN_EXPERTS_EXPERT_H
#define S2_TRAIN_EXPERTS_EXPERT_H

#include "assess/calibration.h"
#include "train/experts/components.h"
#include "train/experts/discriminant.h"
#include "train/experts/hidden_layer.h"
#include "train/set/training_set.h"

#define S2_EXPERT_MAX_BANDS 4096   /* of all sources: the time goes with their cube */
#define S2_EXPERT_SHARE 3.0        /* unless validation tells of a better one */
#define S2_EXPERT_SHARE_UNSURE 1.0 /* likewise, where labels are too few for a temperature */
#define S2_EXPERT_SHARE_MOST 8.0   /* temperatures reach as far */

typedef struct s2_fitted_part {
    s2_discriminant discriminant; /* width 0: there is none */
    double temperature;           /* by which its scores are divided */
    bool calibrated;              /* the temperature was fitted; otherwise it is a default */
} s2_fitted_part;

typedef struct s2_fitted_expert {
    s2_fitted_part bands, windows, hidden; /* hidden: only beside windows */
    s2_components components;              /* that the windows are of */
    s2_hidden_layer layer;                 /* that hidden sees them through */
    size_t *row;   /* [labels] of a validating label in scores; NULL: nothing validates */
    float *scores; /* [validating labels][classes], sums at the temperatures */
} s2_fitted_expert;

/**
 * Whether there are an expert of windows and one with a hidden layer. Where they are judged, there is not
 * the first where left-out labels say that it does harm, nor the second where they are not likelier
 * with it, or are too few.
 */
typedef enum s2_windows_use {
    S2_WINDOWS_NEVER,
    S2_WINDOWS_JUDGED, /* without a hidden layer */
    S2_WINDOWS_ALWAYS, /* without a hidden layer */
    S2_WINDOWS_AND_HIDDEN,
    S2_WINDOWS_AND_HIDDEN_JUDGED
} s2_windows_use;

/**
 * Fit to the labels that train, find the temperatures on polygons (blocks) left out in turn, and
 * score the labels that validate, if any.
 * Errors  IO, CANCELLED, NO_MEMORY. Memory  s2_fitted_expert_clear(). Source  network.md 7
 */
s2rgf_status s2_expert_fit(const s2_training_set *set, s2_windows_use windows,
                           const s2rgf_host *host, s2_fitted_expert *fitted, s2rgf_error *err);
void s2_fitted_expert_clear(s2_fitted_expert *fitted);

/** Scores [classes] of a label that validates. */
const float *s2_expert_scores(const s2_fitted_expert *fitted, size_t label);

/** That share of the scores into the network, which has room for the experts. */
void s2_expert_install(const s2_fitted_expert *fitted, double share, s2_network *network);

/** The share of an expert unless validation tells of a better one. */
double s2_expert_usual_share(const s2_fitted_expert *fitted);

/** What the temperature of the sum is expected to be: it is as sure as the expert, which is calibrated on
    other polygons, would be alone, and no surer than the network. */
double s2_expert_temperature(double share);

/** Scores of validation pixels, one by one the same. */
typedef struct s2_expert_trial {
    s2_scored_pixels network, expert;
    int *group; /* [network.count] polygon, or part of a block, that a pixel is of */
    int groups; /* the numbers in group are below this */
} s2_expert_trial;

/** What an expert's share is, and why. */
typedef struct s2_share {
    double share;
    double expert_oa; /* overall accuracy of the expert alone; NaN: there is none */
    double former_oa; /* of the sum before its share was raised; NaN: it was not */
} s2_share;

/**
 * The share of the expert in the sum: that which makes validation most likely, each at the
 * temperature that suits it best, if it is better than the usual one by more than two standard
 * errors, taken over groups; else this. While the expert alone is right more often than the sum, by
 * more than a standard error, it is raised, up to S2_EXPERT_SHARE_MOST. trial->network becomes the
 * sum.
 * Errors  NO_MEMORY.
 */
s2rgf_status s2_expert_choose_share(s2_expert_trial *trial, double usual_share, s2_share *share,
                                    s2rgf_error *err);

/**
 * Whether an expert is to be added to what is called the network here: not if that is worse by more
 * than a standard error, taken over groups. Errors  NO_MEMORY.
 */
s2rgf_status s2_expert_is_worth(const s2_expert_trial *trial, bool *worth, s2rgf_error *err);

#endif
