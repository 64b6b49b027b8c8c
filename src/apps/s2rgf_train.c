/* s2rgf_train: train a land-cover model on one scene, or many, and their labels. */
#include <gdal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "apps/common_options.h"
#include "apps/environment.h"
#include "apps/program.h"
#include "apps/scenes.h"
#include "s2rgf/training.h"

#define TRAIN(member) offsetof(s2rgf_train_options, member)

static const s2_option MODEL_OPTIONS[] = {
    S2_OUTPUT(NULL, "model.s2rgf", TRAIN(model_path), "the model file to write", .required = true),
    S2_ON("overwrite", TRAIN(overwrite),
          "replace the model file, the checkpoint and the report if they exist"),
    S2_WORD("network", "dense|patch", TRAIN(network), "architecture of the network"),
    S2_INT("c", "channels", TRAIN(channels), 16, 128,
           "channels of the network; auto: 64, or those of the initial model", .multiple_of = 16,
           .zero = "auto"),
};

static const s2_option START_OPTIONS[] = {
    S2_TEXT("init", "model.s2rgf", TRAIN(initial_path),
            "model whose weights to start from, for sources and classes of the same name"),
    S2_WORD("freeze", "encoders", TRAIN(freeze),
            "leave the encoders of the initial model as they are", .needs = "init"),
};

static const s2_option BAND_OPTIONS[] = {
    S2_LIST("b", "[name=]bands", TRAIN(bands),
            "bands of the source called name to use, in this order: 1-4,8 or 450-900nm; by default "
            "all that hold data and are not marked bad"),
};

static const s2_option SCENES_OPTIONS[] = {
    S2_TEXT("scenes", "folder|list", TRAIN(scenes_path),
            "train on many scenes: all of a folder, or those that a text file names, one per line; "
            "{} in rasters and labels stands for the name of a scene"),
    S2_ON("skip_bad", TRAIN(skip_bad),
          "leave out scenes that cannot be used, with a warning, instead of stopping",
          .needs = "scenes"),
    S2_WORD(
        "val_by", "group|scene", TRAIN(validation_by),
        "what validation keeps whole: group, a polygon or block; or scene, with all scenes that "
        "it overlaps",
        .needs = "scenes"),
};

static const s2_option TRAINING_OPTIONS[] = {
    S2_INT("steps", "N", TRAIN(steps), 1, 1e6,
           "optimiser steps of a full run; auto: 150 for dense, 600 for patch", .zero = "auto"),
    S2_INT("batch", "N", TRAIN(batch), 1, 256, "crops in a step; auto: 8 for dense, 32 for patch",
           .zero = "auto"),
    S2_INT("crop", "pixels", TRAIN(crop_px), 32, 512,
           "side of a crop, in pixels of the reference grid; auto: 96 for dense, 32 for patch",
           .multiple_of = 16, .zero = "auto"),
    S2_REAL("lr", "rate", TRAIN(learning_rate), 1e-8, 1,
            "learning rate at the peak of its schedule"),
    S2_REAL("wd", "rate", TRAIN(weight_decay), 0, 1, "weight decay"),
    S2_REAL("smoothing", "fraction", TRAIN(label_smoothing), 0, 0.5, "label smoothing"),
    S2_REAL("balance", "fraction", TRAIN(balance), 0, 1,
            "how much more the rarer classes of a step weigh: 0: all pixels count the same, 1: all "
            "classes do"),
    S2_REAL("settle", "fraction", TRAIN(settle), 0, 1,
            "fraction of the steps after which batch-norms use the statistics of the whole scene; "
            "1: only at the end"),
    S2_REAL("beta", "weight", TRAIN(redundancy_weight), 0, 1000,
            "weight of the de-redundancy loss"),
    S2_WORD("redundancy", "correlation|softmax", TRAIN(redundancy),
            "form of the de-redundancy loss; softmax is the published one"),
    S2_LIST("ablate", "part", TRAIN(ablations),
            "part to switch off, to measure what it contributes: attention, ssja, redundancy, "
            "spectral, spatial, expert, windows, hidden or source:name"),
    S2_REAL("jitter", "spread", TRAIN(jitter), 0, 1,
            "spread of the brightness of training crops; 0 leaves them as they are"),
    S2_REAL("source_dropout", "p", TRAIN(source_dropout), 0, 0.9,
            "probability that a training crop lacks a source, so that the network relies on none; "
            "0: crops have all sources"),
    S2_REAL("shift_jitter", "pixels", TRAIN(shift_jitter), 0, 2,
            "in training, move sources that have a grid of their own by up to this many of their "
            "pixels; 0 leaves them in place"),
    S2_REAL("val", "fraction", TRAIN(validation), 0, 0.5,
            "fraction of the labels to keep for validation; 0 trains on all, without validation"),
    S2_OFF("no_refit", TRAIN(refit),
           "keep the weights of the best validation instead of training again on all labels"),
    S2_INT("patience", "N", TRAIN(patience), 0, 1e6,
           "validations without improvement before stopping; 0 never stops early"),
    S2_ENTRY(S2_OPTION_SEED, "seed", "N", TRAIN(seed), "seed of all random numbers"),
    S2_INT("threads", "N", TRAIN(threads), 1, 1024, "threads to work with", .zero = "ALL_CPUS"),
    S2_OUTPUT("checkpoint", "file", TRAIN(checkpoint),
              "save the state of the training to this file from time to time"),
    S2_ON("resume", TRAIN(resume), "continue from the checkpoint file", .needs = "checkpoint"),
    S2_OUTPUT("report", "file", TRAIN(report_path),
              "write a JSON file that says how the training went"),
    S2_QUIET,
};

const bool s2_program_has_openmp = true;

static const s2_program PROGRAM = S2_PROGRAM(
    "s2rgf_train", "Train a land-cover model on one scene, or many, and their labels.",
    s2rgf_train_options, GDAL_OF_RASTER | GDAL_OF_VECTOR, S2_GROUP("Model", MODEL_OPTIONS),
    S2_GROUP("Head start", START_OPTIONS), S2_GROUP_AT("Rasters", S2_SCENE_OPTIONS, TRAIN(scene)),
    S2_GROUP("Bands", BAND_OPTIONS), S2_GROUP_AT("Labels", S2_LABEL_OPTIONS, TRAIN(labels)),
    S2_GROUP("Many scenes", SCENES_OPTIONS), S2_GROUP("Training", TRAINING_OPTIONS));

/* A number that Open MPI's mpirun gives its processes; 0 where it has not started this one. */
static int mpirun_number(const char *name)
{
    const char *value = getenv(name);
    return value ? atoi(value) : 0;
}

static s2rgf_status train(void *data, s2_report *report, s2rgf_error *err)
{
    s2rgf_train_options *options = data;
    options->mpi = mpirun_number("OMPI_COMM_WORLD_SIZE") > 1;
    if (options->mpi && mpirun_number("OMPI_COMM_WORLD_RANK") > 0)
        s2_report_leave_to_another(report);
    if (options->scenes_path)
        s2_scenes_expect();
    return s2rgf_train(options, &report->host, err);
}

/* OpenBLAS chooses its kernels when it is loaded: to get others, the program restarts itself. */
static void start_with_fast_kernels(char **argv)
{
    const char *core_type = s2rgf_blas_core_type();
    char setting[64];
    if (!core_type)
        return;
    snprintf(setting, sizeof setting, "OPENBLAS_CORETYPE=%s", core_type);
    s2_start_again(argv, environ, (const char *const[]){setting, NULL});
}

int main(int argc, char **argv)
{
    start_with_fast_kernels(argv);
    s2rgf_train_options values;

    s2rgf_train_options_init(&values, sizeof values);
    return s2_program_run(&PROGRAM, argc, argv, &values, train);
}
