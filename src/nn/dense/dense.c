/* The dense network as one of the architectures. */
#include "nn/dense/onnx.h"
#include "nn/dense/run.h"
#include "nn/dense/train.h"

const s2_network_ops s2_dense_ops = {
    .name = "dense",
    .defaults = {.channels = 64, .steps = 150, .batch = 8, .crop_px = 96},
    /* Wider, rows drop out of the caches between a stage and the next; higher, the halo hardly
       counts any more, and fewer tiles are harder to share. */
    .tiles = {.halo_px = 45, .width = 1024, .height = 2048, .by_rows = true},
    .create = s2_dense_network_create,
#ifndef S2_WITHOUT_TRAINING
    .training_create = s2_dense_train_create,
    .training_free = s2_dense_train_free,
    .forward = s2_dense_train_forward,
    .backward = s2_dense_train_backward,
    .onnx = s2_dense_onnx,
#endif
    .weights_create = s2_dense_weights_create,
    .weights_free = s2_dense_weights_free,
    .run_bytes = s2_dense_run_bytes,
    .seam_layout = s2_dense_seam_layout,
    .run_create = s2_dense_run_create,
    .run_free = s2_dense_run_free,
    .run_compute = s2_dense_run_compute,
    .work = s2_dense_work,
};
