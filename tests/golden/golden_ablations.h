/* What tests switch off in a network. */
#ifndef GOLDEN_ABLATIONS_H
#define GOLDEN_ABLATIONS_H

#include "golden/golden_tensors.h"
#include "nn/network.h"

typedef struct golden_ablation {
    const char *name;
    s2_ablations off;
    /* of running against training, relative. The features of a source of zeros are constant but at
       edges: its batch-norms divide by almost nothing, one after the other, and magnify rounding. */
    double apart;
} golden_ablation;

static const golden_ablation GOLDEN_WHOLE = {"nothing", {0}, 1e-5};

/* Every part by itself, and all that go together. */
static const golden_ablation GOLDEN_ABLATIONS[] = {
    {"attention", {.attention = true}, 1e-5},
    {"ssja", {.ssja = true}, 1e-5},
    {"relations", {.attention = true, .ssja = true}, 1e-5},
    {"spectral", {.spectral = true}, 1e-5},
    {"spatial", {.spatial = true}, 1e-5},
    {"source 2", {.source = {[1] = true}}, 5e-3},
    {"many", {.attention = true, .ssja = true, .spectral = true, .source = {[1] = true}}, 5e-3},
};
#define GOLDEN_ABLATION_COUNT (sizeof GOLDEN_ABLATIONS / sizeof *GOLDEN_ABLATIONS)

/** In a batch, what reading a scene does to the sources that are switched off. */
static inline void golden_mute(const s2_ablations *off, int sources, const s2_batch *batch)
{
    for (int s = 0; s < sources; s++)
        if (off->source[s])
            s2_tensor_zero(&batch->pixels[s]);
}

#endif
