/* The dense network as one of the kinds. */
#include "nn/dense/onnx.h"
#include "nn/dense/run.h"
#include "nn/dense/train.h"
#include "nn/networks/network_ops.h"

#define OF(name) s2_dense_##name
#define TABLE S2_DENSE_KIND
#define NAME "dense"
#define HAS_ONNX
#define DEFAULTS                                                                                   \
    {                                                                                              \
        .channels = 64, .steps = 150, .batch = 8, .crop_px = 96                                    \
    }

/* Wider, rows drop out of the caches between a stage and the next; higher, the halo hardly counts
   any more, and fewer tiles are harder to share. */
#define TILES                                                                                      \
    {                                                                                              \
        .halo_px = 45, .width = 1024, .height = 2048, .by_rows = true                              \
    }

#include "nn/networks/network_functions.inc"
