/* The patch network as one of the kinds. */
#include "nn/networks/network_ops.h"
#include "nn/patch/run.h"
#include "nn/patch/train.h"

#define OF(name) s2_patch_##name
#define TABLE S2_PATCH_KIND
#define NAME "patch"
#define DEFAULTS                                                                                   \
    {                                                                                              \
        .channels = 64, .steps = 600, .batch = 32, .crop_px = 32, .centred = true, .fixed = true   \
    }

/* Windows are read as a whole; what neighbours share is shared within a block of the tile. */
#define TILES                                                                                      \
    {                                                                                              \
        .halo_px = 16, .width = 256, .height = 256                                                 \
    }

#include "nn/networks/network_functions.inc"
