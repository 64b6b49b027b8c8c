/* The patch network at work: against training, the same for every tiling, only what is wanted. */
#include "nn/patch/run.h"

#include "golden/golden_ablations.h"
#include "unit/patch_scene.h"
#include "unit/windows_oracle.h"

static const s2_rect WHOLE = {0, 0, PATCH_SCENE_WIDTH, PATCH_SCENE_HEIGHT};

static float whole[PATCH_SCENE_PIXELS * PATCH_SCENE_CLASSES];
static float part[PATCH_SCENE_PIXELS * PATCH_SCENE_CLASSES];
static uint8_t whole_valid[PATCH_SCENE_PIXELS], part_valid[PATCH_SCENE_PIXELS];

/* What reading a scene does to the sources that are switched off. */
static void mute_scene(const patch_scene *s)
{
    for (int i = 0; i < s->spec.sources; i++)
        if (s->spec.off.source[i])
            memset(s->pixels[i], 0,
                   (size_t)(PATCH_SOURCES[i].w * PATCH_SOURCES[i].h * PATCH_SOURCES[i].bands) *
                       sizeof(float));
}

/*
 * With the batch statistics of some patches as running statistics, running must give at their
 * centres what the training pass gives, whose batch-norms are not folded: in the middle, in every
 * corner, at every edge, at odd and even places. Patches whose third source reaches beyond the
 * scene are left out: training reads it there, running does not.
 */
static void running_is_training(int sources, const golden_ablation *without)
{
    static const int pixels[][2] = {{28, 24}, {29, 27}, {20, 31}, {40, 32}, {0, 0},   {56, 0},
                                    {0, 48},  {56, 48}, {33, 1},  {1, 20},  {55, 17}, {12, 47}};
    const int count = sources < 3 ? (int)(sizeof pixels / sizeof *pixels) : 4;
    const int classes = PATCH_SCENE_CLASSES;
    patch_scene scene = patch_scene_make(sources);
    scene.spec.off = without->off;
    mute_scene(&scene);
    s2_network *network = patch_scene_network(&scene);
    s2_training *train = patch_scene_train(&scene, network, pixels, count);
    const s2_tensor *logits = NULL;
    double apart = 0, size = 0;
    s2_norm_list_use(&train->norms, S2_STATISTICS_GATHER);
    REQUIRE(s2_patch_train_forward(train, 0, NULL, &logits, NULL) == S2RGF_OK);
    s2_norm_list_use(&train->norms, S2_STATISTICS_BATCH);
    memset(part_valid, 0, sizeof part_valid);
    for (int n = 0; n < count; n++)
        part_valid[pixels[n][1] * PATCH_SCENE_WIDTH + pixels[n][0]] = 1;
    const patch_map map = {64, WHOLE, part_valid, whole, whole_valid};
    patch_scene_run(&scene, network, &map);
    for (int n = 0; n < count; n++)
        for (int k = 0; k < classes; k++) {
            const int at = pixels[n][1] * PATCH_SCENE_WIDTH + pixels[n][0];
            const double score = whole[at * classes + k];
            apart = fmax(apart, fabs(score - s2_tensor_at(logits, n)[k]));
            size = fmax(size, fabs(score));
        }
    CHECK(size > 1e-3);
    if (!CHECK(apart <= 10 * without->apart * size))
        printf("    without %s: %g apart\n", without->name, apart / size);
    s2_training_free(train);
    s2_network_free(network);
    patch_scene_clear(&scene);
}

/* The same area mapped in two ways: not a bit apart inside, not a byte written outside. */
static void compare_area(const patch_scene *scene, const s2_network *network, s2_rect area,
                         int tile_px)
{
    const size_t pixel = PATCH_SCENE_CLASSES * sizeof(float);
    const patch_map map = {tile_px, area, NULL, part, part_valid};
    memcpy(part, whole, sizeof part);
    memcpy(part_valid, whole_valid, sizeof part_valid);
    for (int y = area.y; y < area.y + area.h; y++) {
        const size_t first = (size_t)(y * PATCH_SCENE_WIDTH + area.x), count = (size_t)area.w;
        memset(part + first * PATCH_SCENE_CLASSES, 0xff, count * pixel);
        memset(part_valid + first, 0xff, count);
    }
    patch_scene_run(scene, network, &map);
    const bool same_scores = CHECK(memcmp(whole, part, sizeof part) == 0);
    const bool same_valid = CHECK(memcmp(whole_valid, part_valid, sizeof part_valid) == 0);
    if (!same_scores || !same_valid)
        printf("    tiles of %d over %d,%d %d x %d\n", tile_px, area.x, area.y, area.w, area.h);
}

/* A pixel is valid where every source has data at its centre. */
static void check_validity(const patch_scene *scene)
{
    for (int i = 0; i < PATCH_SCENE_PIXELS; i++) {
        bool valid = true;
        for (int s = 0; s < scene->spec.sources; s++) {
            const int w = scene->geometry.source_width[s], h = scene->geometry.source_height[s];
            double u = i % PATCH_SCENE_WIDTH + 0.5, v = i / PATCH_SCENE_WIDTH + 0.5;
            s2_affine_apply(&scene->geometry.ref_to_source[s], u, v, &u, &v);
            valid =
                valid && u >= 0 && u < w && v >= 0 && v < h && scene->valid[s][(int)v * w + (int)u];
        }
        CHECK(whole_valid[i] == valid);
    }
}

/* Any tiling, any rectangle of the scene, and any choice of pixels gives the very same scores. */
static void tiles_do_not_matter(void)
{
    patch_scene scene = patch_scene_make(3);
    s2_network *network = patch_scene_network(&scene);
    const patch_map map = {64, WHOLE, NULL, whole, whole_valid};
    patch_scene_run(&scene, network, &map);
    check_validity(&scene);
    compare_area(&scene, network, (s2_rect){11, 0, 33, 25}, 23);
    compare_area(&scene, network, (s2_rect){13, 7, 17, 11}, 16);
    compare_area(&scene, network, (s2_rect){56, 0, 1, 49}, 64);
    compare_area(&scene, network, (s2_rect){30, 30, 1, 1}, 5);

    static uint8_t wanted[PATCH_SCENE_PIXELS];
    const patch_map some = {40, WHOLE, wanted, part, part_valid};
    golden_mask("wanted", 0.1, wanted, sizeof wanted);
    for (int i = 0; i < PATCH_SCENE_PIXELS; i++) /* a block that nobody wants */
        if (i % PATCH_SCENE_WIDTH >= 32 && i / PATCH_SCENE_WIDTH >= 32)
            wanted[i] = 0;
    memset(part, 0xff, sizeof part);
    patch_scene_run(&scene, network, &some);
    CHECK(memcmp(whole_valid, part_valid, sizeof part_valid) == 0);
    for (size_t i = 0; i < PATCH_SCENE_PIXELS; i++)
        if (wanted[i])
            CHECK(memcmp(whole + i * PATCH_SCENE_CLASSES, part + i * PATCH_SCENE_CLASSES,
                         PATCH_SCENE_CLASSES * sizeof(float)) == 0);
    s2_network_free(network);
    patch_scene_clear(&scene);
}

/* Pixels nobody wants are not computed: their scores stay as the worker had them from before. */
static void unwanted_is_skipped(void)
{
    const s2_rect core = {4, 5, 20, 10};
    const s2_tiling tiling = {32, 32, core};
    patch_scene scene = patch_scene_make(1);
    s2_network *network = patch_scene_network(&scene);
    s2_weights *weights = NULL;
    s2_run *run = NULL;
    uint8_t wanted[20 * 10] = {0};
    const patch_map before = {32, core, NULL, whole, whole_valid};
    const patch_map after = {32, core, NULL, part, part_valid};
    patch_scene_io context = {&scene, &before};
    const s2_tile_io io = {
        .next = patch_scene_read, .input = &context, .context = &context, .take = patch_scene_take};
    REQUIRE(s2_weights_create(network, S2_PRECISION_FLOAT, &weights, NULL) == S2RGF_OK);
    REQUIRE(s2_run_create(weights, &scene.geometry, &tiling, &run, NULL) == S2RGF_OK);
    REQUIRE(s2_patch_run_compute(run, core, NULL, &io, NULL) == S2RGF_OK);
    for (int i = 0; i < PATCH_SOURCES[0].w * PATCH_SOURCES[0].h * PATCH_SOURCES[0].bands; i++)
        scene.pixels[0][i] *= 2;
    context.map = &after;
    wanted[37] = 1;
    REQUIRE(s2_patch_run_compute(run, core, wanted, &io, NULL) == S2RGF_OK);
    for (int i = 0; i < core.w * core.h; i++) {
        const int at = (core.y + i / core.w) * PATCH_SCENE_WIDTH + core.x + i % core.w;
        const bool same = memcmp(whole + at * PATCH_SCENE_CLASSES, part + at * PATCH_SCENE_CLASSES,
                                 PATCH_SCENE_CLASSES * sizeof(float)) == 0;
        CHECK(same == (i != 37));
    }
    s2_run_free(run);
    s2_run_free(NULL);
    s2_weights_free(weights);
    s2_weights_free(NULL);
    s2_network_free(network);
    patch_scene_clear(&scene);
}

/* What a source holds beyond the scene is not seen; what it holds inside is. */
static void beyond_the_scene(void)
{
    patch_scene scene = patch_scene_make(3);
    s2_network *network = patch_scene_network(&scene);
    const s2_rect area = {0, 0, 3, 2};
    const patch_map before = {64, area, NULL, whole, whole_valid};
    const patch_map after = {64, area, NULL, part, part_valid};
    const size_t bytes = 3 * PATCH_SCENE_CLASSES * sizeof(float);
    const int width = scene.geometry.source_width[2], height = scene.geometry.source_height[2];
    patch_scene_run(&scene, network, &before);
    for (int y = 0; y < height;
         y++) /* the scene begins at 5.5, 4.5; a sample reaches 0.5 further */
        for (int x = 0; x < width; x++)
            if (x < 4 || y < 3)
                scene.pixels[2][y * width + x] = 77;
    patch_scene_run(&scene, network, &after);
    CHECK(memcmp(whole, part, bytes) == 0);
    scene.pixels[2][6 * width + 7] = 77;
    patch_scene_run(&scene, network, &after);
    CHECK(memcmp(whole, part, bytes) != 0);
    s2_network_free(network);
    patch_scene_clear(&scene);
}

/* The experts' scores are added to the network's, at edges and beside holes, too. */
static void experts_are_added(void)
{
    const s2_rect area = {0, 0, 16, 12};
    const patch_map before = {64, area, NULL, whole, whole_valid};
    const patch_map after = {64, area, NULL, part, part_valid};
    patch_scene scene = patch_scene_make(1);
    s2_network *alone = patch_scene_network(&scene);
    double apart = 0, size = 0;
    scene.spec.expert = scene.spec.windows = scene.spec.hidden = true;
    s2_network *joined = patch_scene_network(&scene);
    const s2_expert *expert = &joined->expert;
    const oracle_source source = {PATCH_SCENE_WIDTH, PATCH_SCENE_HEIGHT, scene.spec.bands[0],
                                  scene.pixels[0], scene.valid[0]};
    patch_scene_run(&scene, alone, &before);
    patch_scene_run(&scene, joined, &after);
    for (int i = 0; i < area.w * area.h * PATCH_SCENE_CLASSES; i++) {
        const int k = i % PATCH_SCENE_CLASSES, pixel = i / PATCH_SCENE_CLASSES;
        const int x = pixel % area.w, y = pixel / area.w, at = y * PATCH_SCENE_WIDTH + x;
        double wanted = oracle_windows_score(expert, 0, &source, x, y, k);
        size = fmax(size, fabs(wanted));
        wanted += (double)expert->bias->value[k];
        for (int b = 0; b < source.bands; b++)
            wanted += (double)source.pixels[at * source.bands + b] *
                      (double)expert->weight[0]->value[b * PATCH_SCENE_CLASSES + k];
        apart = fmax(apart, fabs((double)part[at * PATCH_SCENE_CLASSES + k] -
                                 (double)whole[at * PATCH_SCENE_CLASSES + k] - wanted));
    }
    CHECK(size > 0.1 && apart < 1e-5 * (1 + size));
    s2_network_free(alone);
    s2_network_free(joined);
    patch_scene_clear(&scene);
}

int main(void)
{
    experts_are_added();
    for (int sources = 1; sources <= 3; sources++)
        running_is_training(sources, &GOLDEN_WHOLE);
    for (size_t i = 0; i < GOLDEN_ABLATION_COUNT; i++)
        running_is_training(2, &GOLDEN_ABLATIONS[i]);
    tiles_do_not_matter();
    unwanted_is_skipped();
    beyond_the_scene();
    return harness_end();
}
