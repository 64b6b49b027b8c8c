/* s2rgf_train: train a land-cover model on one scene and its labels. */
#include <gdal.h>
#include <stdio.h>
#include <unistd.h>

#include "apps/common_options.h"
#include "apps/environment.h"
#include "apps/program.h"
#include "s2rgf.h"

typedef struct arguments {
    s2rgf_train_options train;
    bool quiet;
} arguments;

#define TRAIN(member) offsetof(arguments, train.member)

static const s2_option MODEL_OPTIONS[] = {
    {.values = "model.s2rgf",
     .type = S2_OPTION_OUTPUT,
     .target = TRAIN(model_path),
     .required = true,
     .help = "the model file to write"},
    {.name = "overwrite",
     .type = S2_OPTION_ON,
     .target = TRAIN(overwrite),
     .help = "replace the model file if it exists"},
    {.name = "network",
     .values = "name",
     .type = S2_OPTION_TEXT,
     .target = TRAIN(network),
     .help = "architecture of the network: dense or patch"},
    {.name = "c",
     .values = "channels",
     .type = S2_OPTION_INT,
     .target = TRAIN(channels),
     .min = 16,
     .max = 128,
     .multiple_of = 16,
     .zero = "auto",
     .help = "channels of the network; auto: 64"},
};

static const s2_option TRAINING_OPTIONS[] = {
    {.name = "steps",
     .values = "N",
     .type = S2_OPTION_INT,
     .target = TRAIN(steps),
     .min = 1,
     .max = 1e6,
     .zero = "auto",
     .help = "optimiser steps of a full run; auto: 150 for dense, 600 for patch"},
    {.name = "batch",
     .values = "N",
     .type = S2_OPTION_INT,
     .target = TRAIN(batch),
     .min = 1,
     .max = 256,
     .zero = "auto",
     .help = "crops in a step; auto: 8 for dense, 32 for patch"},
    {.name = "crop",
     .values = "pixels",
     .type = S2_OPTION_INT,
     .target = TRAIN(crop_px),
     .min = 32,
     .max = 512,
     .multiple_of = 16,
     .zero = "auto",
     .help = "side of a crop, in pixels of the reference grid; auto: 96 for dense, 32 for patch"},
    {.name = "lr",
     .values = "rate",
     .type = S2_OPTION_REAL,
     .target = TRAIN(learning_rate),
     .min = 1e-8,
     .max = 1,
     .help = "learning rate at the peak of its schedule"},
    {.name = "wd",
     .values = "rate",
     .type = S2_OPTION_REAL,
     .target = TRAIN(weight_decay),
     .max = 1,
     .help = "weight decay"},
    {.name = "smoothing",
     .values = "fraction",
     .type = S2_OPTION_REAL,
     .target = TRAIN(label_smoothing),
     .max = 0.5,
     .help = "label smoothing"},
    {.name = "balance",
     .values = "fraction",
     .type = S2_OPTION_REAL,
     .target = TRAIN(balance),
     .max = 1,
     .help =
         "how much more the rarer classes of a step weigh: 0: all pixels count the same, 1: all "
         "classes do"},
    {.name = "settle",
     .values = "fraction",
     .type = S2_OPTION_REAL,
     .target = TRAIN(settle),
     .max = 1,
     .help = "fraction of the steps after which batch-norms use the statistics of the whole scene; "
             "1: only at the end"},
    {.name = "beta",
     .values = "weight",
     .type = S2_OPTION_REAL,
     .target = TRAIN(redundancy_weight),
     .max = 1000,
     .help = "weight of the de-redundancy loss"},
    {.name = "redundancy",
     .values = "form",
     .type = S2_OPTION_TEXT,
     .target = TRAIN(redundancy),
     .help = "form of the de-redundancy loss: correlation, or softmax as published"},
    {.name = "ablate",
     .values = "part",
     .type = S2_OPTION_LIST,
     .target = TRAIN(ablations),
     .help = "part to switch off, to measure what it contributes: attention, ssja, redundancy, "
             "spectral, spatial, expert or source:name"},
    {.name = "jitter",
     .values = "spread",
     .type = S2_OPTION_REAL,
     .target = TRAIN(jitter),
     .max = 1,
     .help = "spread of the brightness of training crops; 0 leaves them as they are"},
    {.name = "val",
     .values = "fraction",
     .type = S2_OPTION_REAL,
     .target = TRAIN(validation),
     .max = 0.5,
     .help = "fraction of the labels to keep for validation; 0 trains on all, without validation"},
    {.name = "no_refit",
     .type = S2_OPTION_OFF,
     .target = TRAIN(refit),
     .help = "keep the weights of the best validation instead of training again on all labels"},
    {.name = "patience",
     .values = "N",
     .type = S2_OPTION_INT,
     .target = TRAIN(patience),
     .max = 1e6,
     .help = "validations without improvement before stopping; 0 never stops early"},
    {.name = "seed",
     .values = "N",
     .type = S2_OPTION_SEED,
     .target = TRAIN(seed),
     .help = "seed of all random numbers"},
    {.name = "threads",
     .values = "N",
     .type = S2_OPTION_INT,
     .target = TRAIN(threads),
     .min = 1,
     .max = 1024,
     .zero = "ALL_CPUS",
     .help = "threads to work with"},
    {.name = "checkpoint",
     .values = "file",
     .type = S2_OPTION_OUTPUT,
     .target = TRAIN(checkpoint),
     .help = "save the state of the training to this file from time to time"},
    {.name = "resume",
     .type = S2_OPTION_ON,
     .target = TRAIN(resume),
     .needs = "checkpoint",
     .help = "continue from the checkpoint file"},
    S2_QUIET_OPTION(offsetof(arguments, quiet)),
};

const bool s2_program_has_threads = true;

static const s2_program PROGRAM = {
    .name = "s2rgf_train",
    .purpose = "Train a land-cover model on one scene and its labels.",
    .values_bytes = sizeof(arguments),
    .driver_kinds = GDAL_OF_RASTER | GDAL_OF_VECTOR,
    .groups =
        {
            {"Model", MODEL_OPTIONS, sizeof MODEL_OPTIONS / sizeof *MODEL_OPTIONS, 0},
            {"Rasters", S2_SCENE_OPTIONS, S2_SCENE_OPTION_COUNT, TRAIN(scene)},
            {"Labels", S2_LABEL_OPTIONS, S2_LABEL_OPTION_COUNT, TRAIN(labels)},
            {"Training", TRAINING_OPTIONS, sizeof TRAINING_OPTIONS / sizeof *TRAINING_OPTIONS, 0},
        },
};

static s2rgf_status train(void *data, s2_report *report, s2rgf_error *err)
{
    const arguments *values = data;
    report->quiet = values->quiet;
    return s2rgf_train(&values->train, &report->host, err);
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
    arguments values = {.quiet = false};
    s2rgf_train_options_init(&values.train, sizeof values.train);
    return s2_program_run(&PROGRAM, argc, argv, &values, train);
}
