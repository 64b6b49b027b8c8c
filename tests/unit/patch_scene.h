/* A scene for the patch network: where its sources lie, what they hold, its patches and its map. */
#ifndef PATCH_SCENE_H
#define PATCH_SCENE_H

#include "golden/golden_tensors.h"
#include "nn/networks/networks.h"
#include "nn/patch/run.h"
#include "nn/patch/train.h"
#include "unit/input_rows.h"

#define PATCH_SCENE_WIDTH 57
#define PATCH_SCENE_HEIGHT 49
#define PATCH_SCENE_PIXELS (PATCH_SCENE_WIDTH * PATCH_SCENE_HEIGHT)
#define PATCH_SCENE_CLASSES 5
#define PATCH_SCENE_SOURCES 3

typedef struct patch_source {
    int bands;
    bool on_reference;
    int w, h;
    s2_affine ref_to_source;
} patch_source;

/* On the reference; coarse, turned, and smaller than the scene; fine and reaching beyond it. */
static const patch_source PATCH_SOURCES[PATCH_SCENE_SOURCES] = {
    {4, true, PATCH_SCENE_WIDTH, PATCH_SCENE_HEIGHT, {{0, 1, 0, 0, 0, 1}}},
    {9, false, 11, 13, {{-1.23, 0.02, 0.26, 13.8, -0.25, 0.01}}},
    {1, false, 80, 70, {{5.5, 1.2, 0, 4.5, 0, 1.25}}},
};

/* Pixels [h][w][bands] and validity [h][w] of every source; holes in the first two. */
typedef struct patch_scene {
    s2_network_spec spec;
    s2_run_geometry geometry;
    float *pixels[PATCH_SCENE_SOURCES];
    uint8_t *valid[PATCH_SCENE_SOURCES];
} patch_scene;

/** The scene with its first `sources` sources. Memory: patch_scene_clear(). */
static inline patch_scene patch_scene_make(int sources)
{
    patch_scene s = {
        .spec = {.channels = S2_PATCH_CHANNELS, .classes = PATCH_SCENE_CLASSES, .sources = sources},
        .geometry = {.width = PATCH_SCENE_WIDTH, .height = PATCH_SCENE_HEIGHT}};
    for (int i = 0; i < sources; i++) {
        const patch_source *source = &PATCH_SOURCES[i];
        const int count = source->w * source->h;
        char name[GOLDEN_NAME_BYTES];
        snprintf(name, sizeof name, "patch.%d", i);
        s.spec.bands[i] = source->bands;
        s.spec.on_reference[i] = source->on_reference;
        s.geometry.source_width[i] = source->w;
        s.geometry.source_height[i] = source->h;
        s.geometry.ref_to_source[i] = source->ref_to_source;
        s.pixels[i] = (float *)malloc((size_t)(count * source->bands) * sizeof(float));
        s.valid[i] = (uint8_t *)malloc((size_t)count);
        REQUIRE(s.pixels[i] && s.valid[i]);
        golden_fill(name, 2, 0, s.pixels[i], (size_t)(count * source->bands));
        for (int p = 0; p < count; p++) {
            const int x = p % source->w, y = p / source->w;
            s.valid[i][p] = !(i == 0 ? x + y < 12 : i == 1 && x == 5);
            for (int k = 0; !s.valid[i][p] && k < source->bands; k++)
                s.pixels[i][p * source->bands + k] = 0;
        }
    }
    return s;
}

static inline void patch_scene_clear(patch_scene *s)
{
    for (int i = 0; i < s->spec.sources; i++) {
        free(s->pixels[i]);
        free(s->valid[i]);
    }
}

/** A network for the scene with golden parameters. Memory: s2_network_free(). */
static inline s2_network *patch_scene_network(const patch_scene *s)
{
    s2_network *network = NULL;
    REQUIRE(s2_network_create(&s2_patch_ops, &s->spec, &network, NULL) == S2RGF_OK);
    golden_fill_params(&network->params);
    return network;
}

/**
 * Training of the patches around pixels [count][2], its batch filled: the centre of patch n has
 * label n modulo classes, its neighbours others. Memory: s2_training_free().
 */
static inline s2_training *patch_scene_train(const patch_scene *s, s2_network *network,
                                             const int (*pixels)[2], int count)
{
    s2_batch_shape shape = {.crops = count, .width = S2_PATCH_PX, .height = S2_PATCH_PX};
    s2_training *train = NULL;
    memcpy(shape.source_width, s->geometry.source_width, sizeof shape.source_width);
    memcpy(shape.source_height, s->geometry.source_height, sizeof shape.source_height);
    REQUIRE(s2_training_create(network, &shape, &train, NULL) == S2RGF_OK);
    s2_batch *batch = &train->batch;
    for (int n = 0; n < count; n++) {
        const int x0 = pixels[n][0] - S2_PATCH_CENTRE, y0 = pixels[n][1] - S2_PATCH_CENTRE;
        const s2_affine to_scene = {{x0, 1, 0, y0, 0, 1}};
        int16_t *labels = batch->labels + n * S2_PATCH_PX * S2_PATCH_PX;
        for (int i = 0; i < S2_PATCH_PX * S2_PATCH_PX; i++)
            labels[i] = (int16_t)((n + i) % PATCH_SCENE_CLASSES);
        labels[S2_PATCH_CENTRE * (S2_PATCH_PX + 1)] = (int16_t)(n % PATCH_SCENE_CLASSES);
        for (int i = 0; i < s->spec.sources; i++) {
            const s2_tensor *to = &batch->pixels[i];
            const patch_source *source = &PATCH_SOURCES[i];
            const bool aligned = source->on_reference;
            batch->ref_to_source[i][n] =
                s2_affine_compose(&to_scene, &s->geometry.ref_to_source[i]);
            for (int p = 0; p < to->h * to->w; p++) {
                const int x = p % to->w + (aligned ? x0 : 0), y = p / to->w + (aligned ? y0 : 0);
                if (x >= 0 && x < source->w && y >= 0 && y < source->h)
                    memcpy(s2_tensor_at(to, n) + p * source->bands,
                           s->pixels[i] + (y * source->w + x) * source->bands,
                           (size_t)source->bands * sizeof(float));
            }
        }
    }
    return train;
}

/** What a map is made of and where it goes: [h][w][K] and [h][w] of the whole scene. */
typedef struct patch_map {
    int tile_px;
    s2_rect area;
    const uint8_t *wanted; /* [h][w] of the whole scene, or NULL */
    float *scores;
    uint8_t *valid;
} patch_map;

/** Context of a tile's input and output. */
typedef struct patch_scene_io {
    const patch_scene *scene;
    const patch_map *map;
} patch_scene_io;

static inline s2rgf_status patch_scene_read(void *context, const s2_input_rows *rows,
                                            s2rgf_error *err)
{
    const patch_scene *s = ((const patch_scene_io *)context)->scene;
    REQUIRE(!err);
    for (int i = 0; i < s->spec.sources; i++) {
        const whole_source source = {s->pixels[i], s->valid[i], s->geometry.source_width[i],
                                     s->geometry.source_height[i], s->spec.bands[i]};
        fill_input_rows(&source, &rows[i], rows[i].rect);
    }
    return S2RGF_OK;
}

static inline s2rgf_status patch_scene_take(void *context, s2_rect rows, const float *scores,
                                            const uint8_t *valid, s2rgf_error *err)
{
    const patch_map *map = ((const patch_scene_io *)context)->map;
    REQUIRE(!err);
    for (int p = 0; p < rows.w * rows.h; p++) {
        const int to = (rows.y + p / rows.w) * PATCH_SCENE_WIDTH + rows.x + p % rows.w;
        map->valid[to] = valid[p];
        if (!map->wanted || map->wanted[to])
            memcpy(map->scores + to * PATCH_SCENE_CLASSES, scores + p * PATCH_SCENE_CLASSES,
                   PATCH_SCENE_CLASSES * sizeof(float));
    }
    return S2RGF_OK;
}

/** Map an area: its part of every tile of the lattice that starts at the scene's corner. */
static inline void patch_scene_run(const patch_scene *s, const s2_network *network,
                                   const patch_map *map)
{
    s2_weights *weights = NULL;
    s2_run *run = NULL;
    uint8_t *wanted = (uint8_t *)malloc(PATCH_SCENE_PIXELS);
    const int px = map->tile_px;
    const s2_tiling tiling = {px, px, map->area};
    patch_scene_io context = {s, map};
    const s2_tile_io io = {
        .next = patch_scene_read, .input = &context, .context = &context, .take = patch_scene_take};
    REQUIRE(wanted && s2_weights_create(network, S2_PRECISION_FLOAT, &weights, NULL) == S2RGF_OK);
    REQUIRE(s2_run_create(weights, &s->geometry, &tiling, &run, NULL) == S2RGF_OK);
    for (int y = 0; y < PATCH_SCENE_HEIGHT; y += px)
        for (int x = 0; x < PATCH_SCENE_WIDTH; x += px) {
            const s2_rect core = s2_rect_intersect((s2_rect){x, y, px, px}, map->area);
            if (s2_rect_is_empty(core))
                continue;
            for (int p = 0; map->wanted && p < core.w * core.h; p++)
                wanted[p] =
                    map->wanted[(core.y + p / core.w) * PATCH_SCENE_WIDTH + core.x + p % core.w];
            REQUIRE(s2_patch_run_compute(run, core, map->wanted ? wanted : NULL, &io, NULL) ==
                    S2RGF_OK);
        }
    s2_run_free(run);
    s2_weights_free(weights);
    free(wanted);
}

#endif
