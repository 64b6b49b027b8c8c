/* The patch network as one of the architectures. */
#include "nn/patch/train.h"
#include "nn/patch/worker.h"

const s2_network_ops s2_patch_ops = {
    .name = "patch",
    .defaults = {.channels = 64,
                 .steps = 600,
                 .batch = 32,
                 .crop_px = S2_PATCH_PX,
                 .centred = true,
                 .fixed = true},
    /* Rectangles are read as a whole; what neighbours share is shared within a block of the
       tile. */
    .tiles = {.halo_px = 16, .width = 256, .height = 256},
    .network_bytes = sizeof(s2_patch_network),
    .training_bytes = sizeof(s2_patch_train),
    .weights_bytes = sizeof(s2_patch_weights),
    .run_bytes = sizeof(s2_patch_run),
    .declare = s2_patch_declare,
#ifndef S2_WITHOUT_TRAINING
    .training_init = s2_patch_train_init,
    .training_clear = s2_patch_train_clear,
    .forward = s2_patch_train_forward,
    .backward = s2_patch_train_backward,
#endif
    .weights_fold = s2_patch_weights_fold,
    .weights_clear = s2_patch_weights_clear,
    .run_needs = s2_patch_run_needs,
    .run_init = s2_patch_run_init,
    .run_clear = s2_patch_run_clear,
    .run_compute = s2_patch_run_compute,
};
