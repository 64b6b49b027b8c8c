/* The phases of a training: with validation, then on all labels. */
#ifndef S2_TRAIN_PHASES_H
#define S2_TRAIN_PHASES_H

#include "model/file.h"
#include "train/trainer.h"

/**
 * Train with validation, then on all labels for as long as validation found best; or on all labels
 * at once. Facts, history and expert of content are filled in, and the network has the expert.
 * fitted in/out: the expert; zeroed before, cleared by the caller whatever is returned
 * Errors  those of s2_trainer_run(), s2_checkpoint_load() and s2_expert_fit().
 */
s2rgf_status s2_train_phases(s2_trainer *trainer, s2_fitted_expert *fitted,
                             s2_model_content *content, s2rgf_error *err);

#endif
