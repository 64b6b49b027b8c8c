/* The patches and networks of the patch_*.txt goldens: PatchCase in
   tests/golden/make_goldens.py. */
#ifndef GOLDEN_PATCHES_H
#define GOLDEN_PATCHES_H

#include "golden/golden_training.h"
#include "nn/networks/networks.h"
#include "nn/patch/network.h"
#include "nn/patch/train.h"

#define GOLDEN_PATCHES 4
#define GOLDEN_PATCH_PIXELS (S2_PATCH_PX * S2_PATCH_PX)
#define GOLDEN_PATCH_CENTRE (S2_PATCH_CENTRE * S2_PATCH_PX + S2_PATCH_CENTRE)
#define GOLDEN_PATCH_SOURCES 3
#define GOLDEN_PATCH_CLASSES 5
#define GOLDEN_PATCH_SMOOTHING 0.1
#define GOLDEN_PATCH_BETA 1e-2

typedef struct golden_patch_source {
    int bands;
    bool on_reference;
    int h, w;
    s2_affine ref_to_source[GOLDEN_PATCHES];
} golden_patch_source;

/* The rectangle of the second source ends inside the second and the fourth patch. */
static const golden_patch_source GOLDEN_PATCH_SOURCE[GOLDEN_PATCH_SOURCES] = {
    {4,
     true,
     S2_PATCH_PX,
     S2_PATCH_PX,
     {{{0, 1, 0, 0, 0, 1}}, {{0, 1, 0, 0, 0, 1}}, {{0, 1, 0, 0, 0, 1}}, {{0, 1, 0, 0, 0, 1}}}},
    {12,
     false,
     13,
     11,
     {{{0.5 / 3.7, 1 / 3.7, 0, 0.5 / 3.7, 0, 1 / 3.7}},
      {{-2.3, 1 / 3.7, 0, -0.9, 0, 1 / 3.7}},
      {{0.5 / 3.7, 0, 1 / 4.7, 11.1, -1 / 3.7, 0}},
      {{5.2, 0.26, 0.031, 1.3, -0.03, 0.27}}}},
    {1,
     false,
     S2_PATCH_PX + 1,
     S2_PATCH_PX + 1,
     {{{0.5, 1, 0, 0.5, 0, 1}},
      {{0.5, 1, 0, 0.5, 0, 1}},
      {{0.5, 1, 0, 0.5, 0, 1}},
      {{0.5, 1, 0, 0.5, 0, 1}}}},
};

/** Whether a reference pixel of a patch has data: not in a corner of the first. */
static inline bool golden_patch_valid(int patch, int x, int y)
{
    return !(patch == 0 && y < 11 && x < 9);
}

/** Floats of one patch of a source. */
static inline size_t golden_patch_size(int s)
{
    const golden_patch_source *source = &GOLDEN_PATCH_SOURCE[s];
    return (size_t)(source->h * source->w * source->bands);
}

/** Pixels of source s in all patches of a batch, [patches][h][w][bands]: noise, 0 where invalid. */
static inline void golden_patch_pixels(int s, int batch, float *pixels)
{
    const int bands = GOLDEN_PATCH_SOURCE[s].bands;
    char name[GOLDEN_NAME_BYTES];
    snprintf(name, sizeof name, "patch.%d", s);
    golden_fill(golden_of_batch(name, batch), 2, 0, pixels, GOLDEN_PATCHES * golden_patch_size(s));
    for (int i = 0; s == 0 && i < GOLDEN_PATCH_PIXELS; i++)
        for (int k = 0; k < bands && !golden_patch_valid(0, i % S2_PATCH_PX, i / S2_PATCH_PX); k++)
            pixels[i * bands + k] = 0;
}

/** Labels of the centres, and others around them that nobody may look at. */
static inline void golden_patch_labels(int batch, int16_t *labels)
{
    int16_t centres[GOLDEN_PATCHES];
    golden_labels(golden_of_batch("patch.around", batch), GOLDEN_PATCH_CLASSES, 0.3, labels,
                  GOLDEN_PATCHES * GOLDEN_PATCH_PIXELS);
    golden_labels(golden_of_batch("patch.centres", batch), GOLDEN_PATCH_CLASSES, 1, centres,
                  GOLDEN_PATCHES);
    for (int n = 0; n < GOLDEN_PATCHES; n++)
        labels[n * GOLDEN_PATCH_PIXELS + GOLDEN_PATCH_CENTRE] = centres[n];
}

/** Fill the batch with the patches of batch number `number`. */
static inline void golden_fill_patches(s2_batch *batch, int sources, int number)
{
    for (int i = 0; i < GOLDEN_PATCHES * GOLDEN_PATCH_PIXELS; i++) {
        const int at = i % GOLDEN_PATCH_PIXELS;
        batch->valid[i] =
            golden_patch_valid(i / GOLDEN_PATCH_PIXELS, at % S2_PATCH_PX, at / S2_PATCH_PX);
    }
    golden_patch_labels(number, batch->labels);
    for (int s = 0; s < sources; s++) {
        REQUIRE(golden_count(&batch->pixels[s]) == GOLDEN_PATCHES * golden_patch_size(s) &&
                batch->pixels[s].stride == batch->pixels[s].c);
        golden_patch_pixels(s, number, batch->pixels[s].data);
        memcpy(batch->ref_to_source[s], GOLDEN_PATCH_SOURCE[s].ref_to_source,
               sizeof GOLDEN_PATCH_SOURCE[s].ref_to_source);
    }
}

/** The network with its golden parameters. Memory: s2_network_free(). */
static inline s2_network *golden_patch_network(int sources)
{
    s2_network_spec spec = {
        .channels = S2_PATCH_CHANNELS, .classes = GOLDEN_PATCH_CLASSES, .sources = sources};
    for (int s = 0; s < sources; s++) {
        spec.bands[s] = GOLDEN_PATCH_SOURCE[s].bands;
        spec.on_reference[s] = GOLDEN_PATCH_SOURCE[s].on_reference;
    }
    s2_network *network = NULL;
    REQUIRE(s2_network_create(&s2_patch_ops, &spec, &network, NULL) == S2RGF_OK);
    golden_fill_params(&network->params);
    return network;
}

/** Training of the patches, the first batch filled. Memory: s2_training_free(). */
static inline s2_training *golden_patch_train(s2_network *network)
{
    s2_batch_shape shape = {.crops = GOLDEN_PATCHES, .width = S2_PATCH_PX, .height = S2_PATCH_PX};
    for (int s = 0; s < network->spec.sources; s++) {
        shape.source_width[s] = GOLDEN_PATCH_SOURCE[s].w;
        shape.source_height[s] = GOLDEN_PATCH_SOURCE[s].h;
    }
    s2_training *train = NULL;
    REQUIRE(s2_training_create(network, &shape, &train, NULL) == S2RGF_OK);
    golden_fill_patches(&train->batch, network->spec.sources, 0);
    return train;
}

#endif
