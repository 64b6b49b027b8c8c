/* Accuracy of a network on the labels kept for validation, through the very code that maps scenes.
   */
#ifndef S2_TRAIN_VALIDATION_H
#define S2_TRAIN_VALIDATION_H

#include "assess/calibration.h"
#include "assess/metrics.h"
#include "train/training_set.h"

/**
 * Count the validation pixels of the set as the network maps them. confusion: initialised, added
 * to. scored out: their scores, tile by tile, whatever is returned; one float for every validation
 * pixel and class, released with s2_scored_pixels_clear(). threads: at least 1. Errors: IO,
 * NO_MEMORY.
 */
s2rgf_status s2_validate(const s2_training_set *set, const s2_network *network, int threads,
                         s2_confusion *confusion, s2_scored_pixels *scored, s2rgf_error *err);

#endif
