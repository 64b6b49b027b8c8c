/* The dense network as one of the architectures. */
#include "nn/dense/onnx.h"
#include "nn/dense/train.h"
#include "nn/dense/worker.h"

const s2_network_ops s2_dense_ops = {
    .name = "dense",
    .defaults = {.channels = 64, .steps = 150, .batch = 8, .crop_px = 96},
    /* Wider, rows drop out of the caches between a stage and the next; higher, the halo hardly
       counts any more, and fewer tiles are harder to share. */
    .tiles = {.halo_px = 45, .width = 1024, .height = 2048, .by_rows = true},
    .network_bytes = sizeof(s2_dense_network),
    .training_bytes = sizeof(s2_dense_train),
    .weights_bytes = sizeof(s2_dense_weights),
    .run_bytes = sizeof(s2_dense_run),
    .declare = s2_dense_declare,
#ifndef S2_WITHOUT_TRAINING
    .training_init = s2_dense_train_init,
    .training_clear = s2_dense_train_clear,
    .forward = s2_dense_train_forward,
    .backward = s2_dense_train_backward,
#endif
    .onnx = s2_dense_onnx,
    .weights_fold = s2_dense_weights_fold,
    .weights_clear = s2_dense_weights_clear,
    .run_needs = s2_dense_run_needs,
    .seam_layout = s2_dense_seam_layout,
    .run_init = s2_dense_run_init,
    .run_clear = s2_dense_run_clear,
    .run_compute = s2_dense_run_compute,
    .work = s2_dense_work,
};
