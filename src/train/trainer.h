/* The training loop: steps, schedule, statistics, validation, checkpoints. */
#ifndef S2_TRAIN_TRAINER_H
#define S2_TRAIN_TRAINER_H

#include "assess/calibration.h"
#include "model/history.h"
#include "nn/layers/adam.h"
#include "s2rgf/training.h"
#include "train/experts/expert.h"
#include "train/head_start.h"
#include "train/set/batch_queue.h"

/** How far a training has come; everything a checkpoint must hold besides arrays. */
typedef struct s2_trainer_progress {
    /* 0: with validation, 1: refit on all labels (or the only phase without validation) */
    int phase;
    int step;                   /* optimiser steps done in this phase */
    int best_step;              /* of phase 0, 0 before the first validation */
    int stale;                  /* validations since the best one */
    double best_oa, best_kappa; /* measured at best_step */
    double highest_oa;          /* of all measurements */
    s2_share share;             /* of the expert, at best_step */
    /* experts when it was validated: 1: one of windows, 2: one with a hidden layer, too; else 0 */
    int windows;
    double loss, loss_weight;   /* of recent steps: weighted sum, and sum of the weights */
    s2_calibration calibration; /* of the weights measured at best_step */
} s2_trainer_progress;

typedef struct s2_trainer {
    const s2rgf_train_options *options;
    const s2rgf_host *host;
    s2_training_set *set;
    s2_network *network;
    const s2_head_start *start; /* of every phase; may be set after init. NULL: from nothing */
    /* of the labels that train, to validate with; NULL: none. The network trains without it. */
    const s2_fitted_expert *expert;
    s2_training *training;
    s2_batch_shape shape;
    s2_batch_queue queue;
    s2_adam adam;
    float *average;   /* exponential average of the trainable parameters */
    float *best;      /* parameters and statistics of the best validation */
    float *confusion; /* [classes][classes] of the best validation: pixels of a class, as mapped */
    s2_history_curve curve; /* of both phases */
    size_t trainable;       /* floats in average */
    size_t all;             /* floats in best */
    s2_trainer_progress progress;
    uint64_t fingerprint; /* of everything that must be equal to go on from a checkpoint */
    bool settled;         /* batch-norms use statistics of the scene as constants */
    double started;       /* seconds, of this phase in this process */
    int started_step;
    double progress_from, progress_to; /* this phase's share of the whole */
    double reported;                   /* the progress last reported to the host */
    s2_ranks *ranks;                   /* those of the set */
} s2_trainer;

/**
 * With set->ranks, each of them trains on its crops of every step; the first validates, and saves
 * checkpoints. Errors: NO_MEMORY, INVALID_ARGUMENT (more ranks than crops). Memory:
 * s2_trainer_clear(). Everything named in the arguments is borrowed.
 */
s2rgf_status s2_trainer_init(s2_trainer *trainer, const s2rgf_train_options *options,
                             const s2rgf_host *host, s2_training_set *set, s2_network *network,
                             s2rgf_error *err);
void s2_trainer_clear(s2_trainer *trainer);

/** Values in trainer->confusion. */
size_t s2_trainer_confusion_floats(const s2_trainer *trainer);

/** Begin a phase: fresh weights and moments. */
void s2_trainer_start_phase(s2_trainer *trainer, int phase);

/**
 * Train the phase begun (or resumed) up to `steps` steps. validate: measure along the way, keep the
 * best, stop early.
 * The network ends with averaged weights and statistics of the whole scene: the best validated
 * ones, or the last.
 * Errors: IO, NO_MEMORY, CANCELLED; what another rank fails with.
 */
s2rgf_status s2_trainer_run(s2_trainer *trainer, int steps, bool validate, s2rgf_error *err);

#endif
