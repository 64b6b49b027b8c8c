/* The crops and networks of the dense_*.txt goldens: DenseCase in tests/golden/make_goldens.py. */
#ifndef GOLDEN_SCENE_H
#define GOLDEN_SCENE_H

#include "golden/golden_training.h"
#include "nn/dense/network.h"
#include "nn/dense/train.h"
#include "nn/networks/networks.h"

#define GOLDEN_CROPS 2
#define GOLDEN_HEIGHT 45
#define GOLDEN_WIDTH 38
#define GOLDEN_PIXELS (GOLDEN_HEIGHT * GOLDEN_WIDTH)
#define GOLDEN_CLASSES 5
#define GOLDEN_SMOOTHING 0.1
#define GOLDEN_BETA 1e-3

typedef struct golden_source {
    int bands;
    bool on_reference;
    int h, w;
    s2_affine ref_to_source[GOLDEN_CROPS];
} golden_source;

static const golden_source GOLDEN_SOURCES[3] = {
    {4, true, GOLDEN_HEIGHT, GOLDEN_WIDTH, {{{0, 1, 0, 0, 0, 1}}, {{0, 1, 0, 0, 0, 1}}}},
    {12,
     false,
     13,
     11,
     {{{0.5 / 3.7, 1 / 3.7, 0, 0.5 / 3.7, 0, 1 / 3.7}},
      {{0.5 / 3.7, 0, 1 / 4.7, 11.1, -1 / 3.7, 0}}}},
    {1,
     false,
     GOLDEN_HEIGHT + 1,
     GOLDEN_WIDTH + 1,
     {{{0.5, 1, 0, 0.5, 0, 1}}, {{0.5, 1, 0, 0.5, 0, 1}}}},
};

/** A nodata corner in the first crop, a nodata band in the second. valid out [crops][h][w] */
static inline void golden_scene_valid(uint8_t *valid)
{
    for (int i = 0; i < GOLDEN_CROPS * GOLDEN_PIXELS; i++) {
        int crop = i / GOLDEN_PIXELS, y = i % GOLDEN_PIXELS / GOLDEN_WIDTH, x = i % GOLDEN_WIDTH;
        valid[i] = crop == 0 ? !(y < 11 && x < 9) : x < 30;
    }
}

/** Pixels of source s in both crops of a batch, [crops][h][w][bands]: noise, 0 where invalid. */
static inline void golden_scene_pixels(int s, int batch, const uint8_t *valid, float *pixels)
{
    const golden_source *source = &GOLDEN_SOURCES[s];
    char name[GOLDEN_NAME_BYTES];
    snprintf(name, sizeof name, "input.%d", s);
    size_t count = (size_t)(GOLDEN_CROPS * source->h * source->w * source->bands);
    golden_fill(golden_of_batch(name, batch), 2, 0, pixels, count);
    for (size_t i = 0; source->on_reference && i < count; i++)
        if (!valid[i / (size_t)source->bands])
            pixels[i] = 0;
}

/** The network without some parts, with both experts or none, and its golden parameters. Memory:
    s2_network_free(). */
static inline s2_network *golden_network_of(int channels, int sources, const s2_ablations *off,
                                            bool expert)
{
    s2_network_spec spec = {.channels = channels,
                            .classes = GOLDEN_CLASSES,
                            .sources = sources,
                            .expert = expert,
                            .windows = expert,
                            .hidden = expert,
                            .off = *off};
    for (int s = 0; s < sources; s++) {
        spec.bands[s] = GOLDEN_SOURCES[s].bands;
        spec.on_reference[s] = GOLDEN_SOURCES[s].on_reference;
    }
    s2_network *network = NULL;
    s2rgf_error err = {0};
    if (s2_network_create(&s2_dense_ops, &spec, &network, &err) != S2RGF_OK)
        printf("%s\n", err.message);
    REQUIRE(network != NULL);
    golden_fill_params(&network->params);
    return network;
}

static inline s2_network *golden_network_without(int channels, int sources, const s2_ablations *off)
{
    return golden_network_of(channels, sources, off, false);
}

/** The whole network with its golden parameters. Memory: s2_network_free(). */
static inline s2_network *golden_network(int channels, int sources)
{
    const s2_ablations none = {0};
    return golden_network_without(channels, sources, &none);
}

/** Fill the batch with crops first, first + 1, ... of batch number `number`. */
static inline void golden_fill_batch(s2_batch *batch, int sources, int first, int number)
{
    static uint8_t valid[GOLDEN_CROPS * GOLDEN_PIXELS];
    static int16_t labels[GOLDEN_CROPS * GOLDEN_PIXELS];
    const int count = batch->pixels[0].n;
    golden_scene_valid(valid);
    golden_labels(golden_of_batch("labels", number), GOLDEN_CLASSES, 0.3, labels,
                  sizeof labels / sizeof labels[0]);
    for (int i = 0; i < count * GOLDEN_PIXELS; i++) {
        int from = first * GOLDEN_PIXELS + i;
        batch->valid[i] = valid[from];
        batch->labels[i] = valid[from] ? labels[from] : -1;
    }
    for (int s = 0; s < sources; s++) {
        const golden_source *source = &GOLDEN_SOURCES[s];
        size_t size = (size_t)(source->h * source->w * source->bands);
        float *pixels = (float *)malloc(GOLDEN_CROPS * size * sizeof *pixels);
        REQUIRE(pixels != NULL);
        golden_scene_pixels(s, number, valid, pixels);
        for (size_t i = 0; i < (size_t)count * size; i++)
            *golden_value(&batch->pixels[s], i) = pixels[(size_t)first * size + i];
        free(pixels);
        for (int crop = 0; crop < count; crop++)
            batch->ref_to_source[s][crop] = source->ref_to_source[first + crop];
    }
}

/** Training of crops first..first+count-1, its batch filled. Memory: s2_training_free(). */
static inline s2_training *golden_train(s2_network *network, int first, int count)
{
    s2_batch_shape shape = {.crops = count, .width = GOLDEN_WIDTH, .height = GOLDEN_HEIGHT};
    for (int s = 0; s < network->spec.sources; s++) {
        shape.source_width[s] = GOLDEN_SOURCES[s].w;
        shape.source_height[s] = GOLDEN_SOURCES[s].h;
    }
    s2_training *train = NULL;
    REQUIRE(s2_training_create(network, &shape, &train, NULL) == S2RGF_OK);
    golden_fill_batch(&train->batch, network->spec.sources, first, 0);
    return train;
}

#endif
