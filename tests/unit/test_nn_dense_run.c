/* The dense network at work: against PyTorch, against training, and the same for every tiling. */
#include "nn/dense_run.h"

#include "golden/golden_scene.h"

#define TOLERANCE 1e-4

/* One crop of the golden scene, seen as a scene of its own. */
typedef struct scene {
    s2_dense_geometry geometry;
    int sources;
    const float *pixels[3]; /* [h][w][bands] of the whole source */
    const uint8_t *valid;   /* of the source on the reference grid; the others have no holes */
} scene;

static uint8_t crop_valid[GOLDEN_CROPS * GOLDEN_PIXELS];
static float *crop_pixels[3]; /* both crops */

static scene crop_scene(int crop, int sources)
{
    scene s = {.sources = sources, .valid = crop_valid + crop * GOLDEN_PIXELS};
    s.geometry.width = GOLDEN_WIDTH;
    s.geometry.height = GOLDEN_HEIGHT;
    for (int i = 0; i < sources; i++) {
        const golden_source *source = &GOLDEN_SOURCES[i];
        s.geometry.source_width[i] = source->w;
        s.geometry.source_height[i] = source->h;
        s.geometry.ref_to_source[i] = source->ref_to_source[crop];
        s.pixels[i] = crop_pixels[i] + crop * source->h * source->w * source->bands;
    }
    return s;
}

/* Copy the window of every source that the core needs into the tile. */
static void fill_tile(const scene *s, const s2_dense_weights *weights, s2_dense_tile *tile)
{
    for (int i = 0; i < s->sources; i++) {
        const int width = s->geometry.source_width[i], height = s->geometry.source_height[i];
        const size_t bands = (size_t)GOLDEN_SOURCES[i].bands;
        const s2_rect window = s2_dense_run_window(weights, &s->geometry, i, tile->core);
        REQUIRE(s2_rect_contains((s2_rect){0, 0, width, height}, window));
        for (int y = 0; y < window.h; y++)
            for (int x = 0; x < window.w; x++) {
                size_t from = (size_t)((window.y + y) * width + window.x + x);
                size_t to = (size_t)(y * window.w + x);
                memcpy(tile->pixels[i] + to * bands, s->pixels[i] + from * bands,
                       bands * sizeof(float));
                tile->source_valid[i][to] = GOLDEN_SOURCES[i].on_reference ? s->valid[from] : 1;
            }
    }
}

/* Map the area in tiles of tile_px, from its own corner; scores out [h][w][K] and valid [h][w] of the scene. */
static void run_scene(const s2_dense_network *network, const scene *s, s2_rect area, int tile_px,
                      float *scores, uint8_t *valid)
{
    s2_dense_weights *weights = NULL;
    s2_dense_run *run = NULL;
    REQUIRE(s2_dense_weights_create(network, &weights, NULL) == S2RGF_OK);
    REQUIRE(s2_dense_run_create(weights, &s->geometry, tile_px, &run, NULL) == S2RGF_OK);
    s2_dense_tile *tile = s2_dense_run_tile(run);
    for (int y = area.y; y < area.y + area.h; y += tile_px)
        for (int x = area.x; x < area.x + area.w; x += tile_px) {
            tile->core = s2_rect_intersect((s2_rect){x, y, tile_px, tile_px}, area);
            fill_tile(s, weights, tile);
            s2_dense_run_compute(run);
            for (int i = 0; i < tile->core.h; i++) {
                const size_t to = (size_t)((y + i) * GOLDEN_WIDTH + x);
                const size_t from = (size_t)(i * tile->core.w), count = (size_t)tile->core.w;
                memcpy(scores + to * GOLDEN_CLASSES, tile->scores + from * GOLDEN_CLASSES,
                       count * GOLDEN_CLASSES * sizeof(float));
                memcpy(valid + to, tile->valid + from, count);
            }
        }
    s2_dense_run_free(run);
    s2_dense_weights_free(weights);
}

static const s2_rect WHOLE = {0, 0, GOLDEN_WIDTH, GOLDEN_HEIGHT};

static void test_golden(int channels, int sources)
{
    static golden_file file;
    static float scores[GOLDEN_CROPS][GOLDEN_PIXELS * GOLDEN_CLASSES];
    static uint8_t valid[GOLDEN_CROPS][GOLDEN_PIXELS];
    char name[32];
    snprintf(name, sizeof name, "dense_c%d_s%d.txt", channels, sources);
    REQUIRE(golden_load(&file, name));
    s2_dense_network *network = golden_network(channels, sources);
    for (int crop = 0; crop < GOLDEN_CROPS; crop++) {
        scene s = crop_scene(crop, sources);
        run_scene(network, &s, WHOLE, 64, scores[crop], valid[crop]);
    }
    CHECK(golden_matches(&file, "run.logits", scores[0], sizeof scores / sizeof(float), TOLERANCE));
    CHECK(memcmp(valid, crop_valid, sizeof valid) == 0);
    s2_dense_network_free(network);
    golden_clear(&file);
}

/* Any tiling, and any window of the scene, gives the very same scores. */
static void test_tilings(int channels)
{
    static float whole[GOLDEN_PIXELS * GOLDEN_CLASSES], part[GOLDEN_PIXELS * GOLDEN_CLASSES];
    static uint8_t whole_valid[GOLDEN_PIXELS], part_valid[GOLDEN_PIXELS];
    static const int tiles[] = {16, 23, 32, 48};
    s2_dense_network *network = golden_network(channels, 3);
    for (int crop = 0; crop < GOLDEN_CROPS; crop++) {
        scene s = crop_scene(crop, 3);
        run_scene(network, &s, WHOLE, 64, whole, whole_valid);
        for (size_t t = 0; t < sizeof tiles / sizeof tiles[0]; t++) {
            memset(part, 0xff, sizeof part);
            run_scene(network, &s, WHOLE, tiles[t], part, part_valid);
            CHECK(memcmp(whole, part, sizeof part) == 0);
            CHECK(memcmp(whole_valid, part_valid, sizeof part_valid) == 0);
        }
        const s2_rect window = {5, 9, 22, 31};
        memcpy(part, whole, sizeof part);
        for (int y = window.y; y < window.y + window.h; y++)
            memset(part + (y * GOLDEN_WIDTH + window.x) * GOLDEN_CLASSES, 0xff,
                   (size_t)(window.w * GOLDEN_CLASSES) * sizeof(float));
        run_scene(network, &s, window, 13, part, part_valid);
        CHECK(memcmp(whole, part, sizeof part) == 0);
    }
    s2_dense_network_free(network);
}

/*
 * Folding: with the batch statistics of a crop as running statistics, running must give what the
 * training pass gives, whose batch-norms are not folded.
 */
static void test_folding(int channels, int sources)
{
    static float scores[GOLDEN_PIXELS * GOLDEN_CLASSES];
    static uint8_t valid[GOLDEN_PIXELS];
    s2_dense_network *network = golden_network(channels, sources);
    for (int crop = 0; crop < GOLDEN_CROPS; crop++) {
        s2_dense_train *train = golden_train(network, crop, 1);
        const s2_map *logits = NULL;
        s2_dense_train_collect(train);
        REQUIRE(s2_dense_train_forward(train, 0, NULL, &logits, NULL) == S2RGF_OK);
        s2_dense_train_adopt(train);
        scene s = crop_scene(crop, sources);
        run_scene(network, &s, WHOLE, 64, scores, valid);
        double apart = 0, size = 0;
        for (size_t i = 0; i < golden_count(logits); i++) {
            apart = fmax(apart, fabs((double)scores[i] - *golden_value(logits, i)));
            size = fmax(size, fabs((double)scores[i]));
        }
        CHECK_NEAR(apart / size, 0, 1e-5);
        s2_dense_train_free(train);
    }
    s2_dense_network_free(network);
}

int main(void)
{
    golden_scene_valid(crop_valid);
    for (int s = 0; s < 3; s++) {
        const golden_source *source = &GOLDEN_SOURCES[s];
        size_t count = (size_t)(GOLDEN_CROPS * source->h * source->w * source->bands);
        REQUIRE((crop_pixels[s] = (float *)malloc(count * sizeof(float))) != NULL);
        golden_scene_pixels(s, crop_valid, crop_pixels[s]);
    }
    for (int channels = 32; channels <= 64; channels += 32)
        for (int sources = 2; sources <= 3; sources++) {
            test_golden(channels, sources);
            test_folding(channels, sources);
        }
    test_tilings(32);
    for (int s = 0; s < 3; s++)
        free(crop_pixels[s]);
    return harness_end();
}
