/* Accuracy of a network on the labels kept for validation, through the code that maps scenes.
   */
#ifndef S2_TRAIN_VALIDATION_H
#define S2_TRAIN_VALIDATION_H

#include "assess/calibration.h"
#include "assess/metrics.h"
#include "train/experts/expert.h"

/** What is measured, and how. */
typedef struct s2_validation {
    const s2_training_set *set;
    const s2_network *network;
    const s2_fitted_expert *expert; /* whose scores are added; NULL: none */
    int threads;                    /* at least 1 */
    const s2rgf_host *host;         /* NULL, or whose progress() may stop it */
} s2_validation;

/** What was found. */
typedef struct s2_validated {
    s2_scored_pixels scored; /* the validation pixels, tile by tile: sums of network and expert */
    s2_confusion confusion;
    s2_share share; /* of the expert in the sums */
} s2_validated;

/**
 * Score the validation pixels of the set as the network maps them, and choose the expert's share.
 * found out: whatever is returned; one float for every validation pixel and class. Errors: IO,
 * NO_MEMORY, CANCELLED. Memory: s2_validated_clear().
 */
s2rgf_status s2_validate(const s2_validation *asked, s2_validated *found, s2rgf_error *err);
void s2_validated_clear(s2_validated *found);

#endif
