/* Accuracy of a network on the labels kept for validation, through the code that maps scenes.
   */
#ifndef S2_TRAIN_VALIDATION_H
#define S2_TRAIN_VALIDATION_H

#include "assess/calibration.h"
#include "assess/metrics.h"
#include "train/training_set.h"

/** What is measured, and how. */
typedef struct s2_validation {
    const s2_training_set *set;
    const s2_network *network;
    int threads;            /* at least 1 */
    const s2rgf_host *host; /* NULL, or whose progress() may stop it */
} s2_validation;

/**
 * Count the validation pixels of the set as the network maps them. confusion: initialised, added
 * to. scored out: their scores, tile by tile, whatever is returned; one float for every validation
 * pixel and class, released with s2_scored_pixels_clear(). Errors: IO, NO_MEMORY, CANCELLED.
 */
s2rgf_status s2_validate(const s2_validation *asked, s2_confusion *confusion,
                         s2_scored_pixels *scored, s2rgf_error *err);

#endif
