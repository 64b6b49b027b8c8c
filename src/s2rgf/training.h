/* Part of s2rgf.h: training. */
#ifndef S2RGF_TRAINING_H
#define S2RGF_TRAINING_H

#include "s2rgf/base.h"
#include "s2rgf/labelling.h"
#include "s2rgf/scene.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- training ------------------------------------------------------------------------------ */

/** Everything s2rgf_train() needs; see s2rgf_train(1) for the meaning of each switch. */
typedef struct s2rgf_train_options {
    size_t size; /* of the structure, set by init */
    /* with scenes_path, "{}" in the paths of rasters and labels stands for the name of a scene */
    s2rgf_scene_options scene;
    s2rgf_label_options labels;
    const char *scenes_path;   /* folder of scenes, or list of their names; NULL: one scene */
    bool skip_bad;             /* leave out scenes that cannot be used, instead of failing */
    const char *validation_by; /* what stays together: "group", a polygon or block; or "scene" */
    /* bands to use, "NAME=1-4,8" or "NAME=450-900nm", in this order, ended by NULL, or NULL: all that
       are not marked bad and hold data. A single source needs no "NAME=". */
    const char *const *bands;
    const char *model_path;
    bool overwrite;
    const char *network; /* "dense" or "patch" */
    /* 0 in these four: the network's own default */
    int channels;             /* C: a multiple of 16, 16 to 128 */
    int steps;                /* optimiser steps of a full run, 1 to 1000000 */
    int batch;                /* crops in a step, 1 to 256 */
    int crop_px;              /* side of a training crop in reference pixels, a multiple of 16 */
    double learning_rate;     /* peak of the one-cycle schedule */
    double weight_decay;      /* decoupled */
    double label_smoothing;   /* 0 to 0.5 */
    double balance;           /* 0: all labelled pixels of a step count the same, 1: all classes */
    double settle;            /* fraction of the steps after which batch-norms use the statistics of
                                 the whole scene, 0 to 1; 1: only at the end */
    double redundancy_weight; /* beta of the de-redundancy loss */
    const char *redundancy;   /* its form: "correlation" or "softmax" (the published one) */
    /* parts to switch off, in training and in the model's maps, ended by NULL, or NULL: "attention",
       "ssja", "redundancy", "spectral", "spatial", "expert", "windows", "hidden", "source:NAME" */
    const char *const *ablations;
    double jitter;     /* spread of the brightness of training crops, 0 to 1 */
    double validation; /* fraction of the labels to keep for validation, 0 to 0.5 */
    bool refit;        /* after validation, train again on all labels */
    int patience;      /* validations without improvement before stopping; 0: never */
    uint64_t seed;
    int threads;             /* 0: as many as affinity and CPU quota allow */
    const char *checkpoint;  /* file written atomically while training, or NULL */
    bool resume;             /* continue from that checkpoint */
    const char *report_path; /* JSON file that says how the training went, or NULL */
    /* model to start from, or NULL: its weights for sources and classes of the same name, and its
       normalisation. channels 0: those of this model. */
    const char *initial_path;
    const char *freeze;    /* with initial_path: "encoders" are not trained; or NULL */
    double source_dropout; /* probability that a crop lacks a source, 0 to 0.9 */
    /* in training, move sources whose grid is not the reference grid by up to this many of their own
       pixels, 0 to 2 */
    double shift_jitter;
    /* this is one of several processes that MPI has started and that train one model together: all
       of them call s2rgf_train() with the same options */
    bool mpi;
} s2rgf_train_options;

/** Fill with defaults. options out [size], size is sizeof *options. */
S2RGF_API void s2rgf_train_options_init(s2rgf_train_options *options, size_t size);

/**
 * Train a model on one scene, or many, and their labels and write it to options->model_path.
 * The file gets its name only when it is complete.
 * Errors  INVALID_ARGUMENT, NO_MEMORY, IO, FORMAT, UNSUPPORTED, CANCELLED, MISMATCH (a checkpoint or
 *         an initial model that does not fit).
 * Several processes (options->mpi): each takes some crops of every step, and the model has the bytes
 *         that one process would have made. All must be able to read the same files. Only the first
 *         one writes, logs, and has the error's message. progress is called in all of them; the first
 *         that cancels ends all. A process that fails in the middle of a step logs why and ends all
 *         processes. Without the plugin for MPI the status is UNSUPPORTED. MPI, once started, ends
 *         with the process.
 * Memory  grows with the number of labelled pixels, the batch and C, not with the scene.
 * Memory  OpenBLAS takes and keeps 128 MB of address space for each thread; NO_MEMORY if there is
 *         less.
 * Threads one call at a time per process (OpenMP team inside). See "the process" in s2rgf/base.h.
 */
S2RGF_API s2rgf_status s2rgf_train(const s2rgf_train_options *options, const s2rgf_host *host,
                                   s2rgf_error *err);

#ifdef __cplusplus
}
#endif
#endif
