/* Checkpoints of a training: written whole or not at all, read with suspicion. */
#ifndef S2_TRAIN_CHECKPOINT_H
#define S2_TRAIN_CHECKPOINT_H

#include "train/trainer.h"

/** Write the trainer's state to options->checkpoint. Errors: IO, NO_MEMORY. */
s2rgf_status s2_checkpoint_save(s2_trainer *trainer, s2rgf_error *err);
/** Restore it. Errors: IO, FORMAT (not a checkpoint, damaged), MISMATCH (of another training). */
s2rgf_status s2_checkpoint_load(s2_trainer *trainer, s2rgf_error *err);

#endif
