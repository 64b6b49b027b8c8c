/* The patch network as one of the architectures. */
#include "nn/patch/run.h"
#include "nn/patch/train.h"

const s2_network_ops s2_patch_ops = {
    .name = "patch",
    .defaults = {.channels = 64,
                 .steps = 600,
                 .batch = 32,
                 .crop_px = S2_PATCH_PX,
                 .centred = true,
                 .fixed = true},
    /* Rectangles are read as a whole; what neighbours share is shared within a block of the tile. */
    .tiles = {.halo_px = 16, .width = 256, .height = 256},
    .create = s2_patch_network_create,
#ifndef S2_WITHOUT_TRAINING
    .training_create = s2_patch_train_create,
    .training_free = s2_patch_train_free,
    .forward = s2_patch_train_forward,
    .backward = s2_patch_train_backward,
#endif
    .weights_create = s2_patch_weights_create,
    .weights_free = s2_patch_weights_free,
    .run_bytes = s2_patch_run_bytes,
    .run_create = s2_patch_run_create,
    .run_free = s2_patch_run_free,
    .run_compute = s2_patch_run_compute,
};
