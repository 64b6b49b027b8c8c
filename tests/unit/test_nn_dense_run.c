/* The dense network at work: against PyTorch, against training, and the same for every tiling. */
#include "nn/dense/run.h"

#include "golden/golden_ablations.h"
#include "golden/golden_scene.h"
#include "nn/layers/resample.h"
#include "unit/input_rows.h"
#include "unit/windows_oracle.h"

#define TOLERANCE 1e-4

/* A scene to map: where its sources lie and what they hold. */
typedef struct scene {
    s2_run_geometry geometry;
    int sources;
    int bands[3];
    float *pixels[3];  /* [h][w][bands] of the whole source */
    uint8_t *valid[3]; /* [h][w] */
} scene;

static s2_rect scene_rect(const scene *s)
{
    return (s2_rect){0, 0, s->geometry.width, s->geometry.height};
}

static void scene_allocate(scene *s, int source, int w, int h, int bands)
{
    const size_t count = (size_t)(w * h);
    s->geometry.source_width[source] = w;
    s->geometry.source_height[source] = h;
    s->bands[source] = bands;
    s->pixels[source] = (float *)calloc(count * (size_t)bands, sizeof(float));
    s->valid[source] = (uint8_t *)malloc(count);
    REQUIRE(s->pixels[source] && s->valid[source]);
    memset(s->valid[source], 1, count);
}

static void scene_clear(scene *s)
{
    for (int i = 0; i < s->sources; i++) {
        free(s->pixels[i]);
        free(s->valid[i]);
    }
}

/* One crop of the golden scene as a scene of its own: only the first source has holes. */
static scene crop_scene(int crop, int sources)
{
    static uint8_t valid[GOLDEN_CROPS * GOLDEN_PIXELS];
    scene s = {.sources = sources};
    s.geometry.width = GOLDEN_WIDTH;
    s.geometry.height = GOLDEN_HEIGHT;
    golden_scene_valid(valid);
    for (int i = 0; i < sources; i++) {
        const golden_source *source = &GOLDEN_SOURCES[i];
        const size_t count = (size_t)(source->w * source->h * source->bands);
        float *both = (float *)malloc(GOLDEN_CROPS * count * sizeof *both);
        REQUIRE(both != NULL);
        scene_allocate(&s, i, source->w, source->h, source->bands);
        s.geometry.ref_to_source[i] = source->ref_to_source[crop];
        golden_scene_pixels(i, 0, valid, both);
        memcpy(s.pixels[i], both + (size_t)crop * count, count * sizeof *both);
        free(both);
    }
    memcpy(s.valid[0], valid + crop * GOLDEN_PIXELS, GOLDEN_PIXELS);
    return s;
}

/* What reading a scene does to the sources that are switched off. */
static void mute_scene(const s2_ablations *off, const scene *s)
{
    for (int i = 0; i < s->sources; i++)
        if (off->source[i])
            memset(
                s->pixels[i], 0,
                (size_t)(s->geometry.source_width[i] * s->geometry.source_height[i] * s->bands[i]) *
                    sizeof(float));
}

/* How the coarse source of the large scene lies. */
static const s2_affine SLIGHTLY_TURNED = {{0.4, 1 / 3.7, 0.002, 0.9, -0.003, 1 / 3.7}};
static const s2_affine UPRIGHT = {{0.4, 1 / 3.7, 0, 0.9, 0, 1 / 3.7}};
static const s2_affine UPSIDE_DOWN = {{0.4, 1 / 3.7, 0, 50.1, 0, -1 / 3.7}};
static const s2_affine SIDEWAYS = {{0.4, 0, 1 / 3.7, 0.9, 1 / 3.7, 0}};

/* Much larger than what one score depends on, with holes in both sources; the second is coarse. */
static scene large_scene(const s2_affine *ref_to_coarse)
{
    enum { WIDTH = 209, HEIGHT = 183 };
    scene s = {.sources = 2};
    s.geometry.width = WIDTH;
    s.geometry.height = HEIGHT;
    s.geometry.ref_to_source[0] = S2_AFFINE_IDENTITY;
    s.geometry.ref_to_source[1] = *ref_to_coarse;
    scene_allocate(&s, 0, WIDTH, HEIGHT, GOLDEN_SOURCES[0].bands);
    scene_allocate(&s, 1, 58, 58, GOLDEN_SOURCES[1].bands);
    for (int i = 0; i < 2; i++) {
        const int w = s.geometry.source_width[i], h = s.geometry.source_height[i];
        char name[GOLDEN_NAME_BYTES];
        snprintf(name, sizeof name, "large.%d", i);
        golden_fill(name, 2, 0, s.pixels[i], (size_t)(w * h * s.bands[i]));
        for (int p = 0; p < w * h; p++) {
            const int x = p % w, y = p / w;
            const bool hole = i == 0 ? x + y < 70 : x > 40 && x < 45 && y > 20;
            s.valid[i][p] = !hole;
            for (int k = 0; hole && k < s.bands[i]; k++)
                s.pixels[i][p * s.bands[i] + k] = 0;
        }
    }
    return s;
}

/* Memory for the seams of a tiling, and what was left in the one on the left. */
typedef struct seam_memory {
    s2_seam_layout right_layout, below_layout;
    char *right, *below; /* of one column on; [columns] */
    int before, given;   /* the last steps of the tile on the left, and of this one */
} seam_memory;

/* A scene to read from, where its map goes, and which rows came last. */
typedef struct scene_io {
    const scene *scene;
    s2_rect core;
    float *scores; /* [h][w][K] of the whole scene */
    uint8_t *valid;
    int next_y;
    s2_rect expected[S2RGF_MAX_SOURCES]; /* what the next read was said to be; empty: not said */
    int surprises;                       /* reads that nothing was said of */
    seam_memory seams;
} scene_io;

/* What comes after is read at once, beside rows that are still needed, and not again. */
static s2rgf_status read_scene(void *context, const s2_input_rows *rows, s2rgf_error *err)
{
    scene_io *io = (scene_io *)context;
    const scene *s = io->scene;
    REQUIRE(!err);
    for (int i = 0; i < s->sources; i++) {
        const whole_source source = {s->pixels[i], s->valid[i], s->geometry.source_width[i],
                                     s->geometry.source_height[i], s->bands[i]};
        if (!s2_rect_is_empty(io->expected[i])) {
            CHECK(s2_rect_equal(io->expected[i], rows[i].rect));
        } else if (!s2_rect_is_empty(rows[i].rect)) {
            io->surprises++;
            fill_input_rows(&source, &rows[i], rows[i].rect);
        }
        io->expected[i] = s2_rect_is_empty(rows[i].after) ? (s2_rect){0} : rows[i].after;
        fill_input_rows(&source, &rows[i], io->expected[i]);
    }
    return S2RGF_OK;
}

/* Rows come whole and in order. */
static s2rgf_status take_scene(void *context, s2_rect rows, const float *scores,
                               const uint8_t *valid, s2rgf_error *err)
{
    scene_io *io = (scene_io *)context;
    REQUIRE(!err);
    CHECK(rows.x == io->core.x && rows.w == io->core.w && rows.y == io->next_y && rows.h > 0);
    io->next_y = rows.y + rows.h;
    for (int i = 0; i < rows.h; i++) {
        const size_t to = (size_t)((rows.y + i) * io->scene->geometry.width + rows.x);
        const size_t from = (size_t)(i * rows.w), count = (size_t)rows.w;
        memcpy(io->scores + to * GOLDEN_CLASSES, scores + from * GOLDEN_CLASSES,
               count * GOLDEN_CLASSES * sizeof(float));
        memcpy(io->valid + to, valid + from, count);
    }
    return S2RGF_OK;
}

/* One after the other, every tile finds whole what the one on its left has given. */
static s2rgf_status await_seam(void *context, int step, s2rgf_error *err)
{
    scene_io *io = (scene_io *)context;
    REQUIRE(!err);
    CHECK(step <= io->seams.before);
    return S2RGF_OK;
}

static void give_seam(void *context, int step)
{
    scene_io *io = (scene_io *)context;
    CHECK(step > io->seams.given);
    io->seams.given = step;
}

/* The seams of a tile: two for what is on its left and right, in turns, one for every column. */
static void find_seams(const seam_memory *memory, const s2_tiling *tiling, int column, int row,
                       s2_seam *seams)
{
    const s2_rect tiles = s2_tiling_tiles(tiling);
    const s2_rect core = s2_tiling_core(tiling, column, row);
    memset(seams, 0, S2_SIDES * sizeof *seams);
    if (memory->right_layout.bytes > 0 && column > tiles.x)
        seams[S2_LEFT] =
            (s2_seam){s2_tiling_core(tiling, column - 1, row), core, &memory->right_layout,
                      memory->right + (size_t)(column % 2) * memory->right_layout.bytes};
    if (memory->right_layout.bytes > 0 && column < tiles.x + tiles.w - 1)
        seams[S2_RIGHT] =
            (s2_seam){core, s2_tiling_core(tiling, column + 1, row), &memory->right_layout,
                      memory->right + (size_t)((column + 1) % 2) * memory->right_layout.bytes};
    char *below = memory->below + (size_t)(column - tiles.x) * memory->below_layout.bytes;
    if (memory->below_layout.bytes > 0 && row > tiles.y)
        seams[S2_ABOVE] =
            (s2_seam){s2_tiling_core(tiling, column, row - 1), core, &memory->below_layout, below};
    if (memory->below_layout.bytes > 0 && row < tiles.y + tiles.h - 1)
        seams[S2_BELOW] =
            (s2_seam){core, s2_tiling_core(tiling, column, row + 1), &memory->below_layout, below};
}

/* Map the parts of a tiling. scores [h][w][K] and valid [h][w] of the whole scene, written in
   place; share: with seams; encoded out [sources], or NULL. */
static void run_tiles(const s2_network *network, const scene *s, s2_tiling tiling, bool share,
                      float *scores, uint8_t *valid, double *encoded)
{
    s2_weights *weights = NULL;
    s2_run *run = NULL;
    s2_seam seams[S2_SIDES];
    scene_io context = {.scene = s, .scores = scores, .valid = valid};
    const s2_tile_io io = {.next = read_scene,
                           .input = &context,
                           .context = &context,
                           .take = take_scene,
                           .seams = share ? seams : NULL,
                           .await = await_seam,
                           .give = give_seam};
    const s2_rect tiles = s2_tiling_tiles(&tiling);
    seam_memory *memory = &context.seams;
    REQUIRE(s2_weights_create(network, S2_PRECISION_FLOAT, &weights, NULL) == S2RGF_OK);
    REQUIRE(s2_run_create(weights, &s->geometry, &tiling, &run, NULL) == S2RGF_OK);
    s2_dense_seam_layout(weights, &s->geometry, &tiling, S2_RIGHT, &memory->right_layout);
    s2_dense_seam_layout(weights, &s->geometry, &tiling, S2_BELOW, &memory->below_layout);
    memory->right = (char *)malloc(2 * memory->right_layout.bytes + 1);
    memory->below = (char *)malloc((size_t)tiles.w * memory->below_layout.bytes + 1);
    REQUIRE(memory->right && memory->below);
    for (int row = tiles.y; row < tiles.y + tiles.h; row++)
        for (int column = tiles.x; column < tiles.x + tiles.w; column++) {
            const s2_rect core = s2_tiling_core(&tiling, column, row);
            context.core = core;
            context.next_y = core.y;
            context.surprises = 0;
            memory->before = memory->given;
            memory->given = -1;
            find_seams(memory, &tiling, column, row, seams);
            REQUIRE(s2_dense_run_compute(run, core, NULL, &io, NULL) == S2RGF_OK);
            CHECK(context.next_y == core.y + core.h);
            /* only a tile's first rows come unexpected, and all that is expected is read */
            CHECK(context.surprises <= s->sources);
            for (int i = 0; i < S2RGF_MAX_SOURCES; i++)
                CHECK(s2_rect_is_empty(context.expected[i]));
        }
    for (int i = 0; i < s->sources && encoded; i++)
        encoded[i] = run->counts.encoded[i];
    s2_run_free(run);
    s2_weights_free(weights);
    free(memory->right);
    free(memory->below);
}

static void run_scene(const s2_network *network, const scene *s, s2_tiling tiling, float *scores,
                      uint8_t *valid)
{
    run_tiles(network, s, tiling, false, scores, valid, NULL);
}

static void test_golden(int channels, int sources)
{
    static golden_file file;
    static float scores[GOLDEN_CROPS][GOLDEN_PIXELS * GOLDEN_CLASSES];
    static uint8_t valid[GOLDEN_CROPS][GOLDEN_PIXELS];
    char name[GOLDEN_NAME_BYTES];
    snprintf(name, sizeof name, "dense_c%d_s%d.txt", channels, sources);
    REQUIRE(golden_load(&file, name));
    s2_network *network = golden_network(channels, sources);
    for (int crop = 0; crop < GOLDEN_CROPS; crop++) {
        scene s = crop_scene(crop, sources);
        run_scene(network, &s, (s2_tiling){64, 64, scene_rect(&s)}, scores[crop], valid[crop]);
        CHECK(memcmp(valid[crop], s.valid[0], sizeof valid[crop]) == 0);
        scene_clear(&s);
    }
    CHECK(golden_matches(&file, "run.logits", scores[0], sizeof scores / sizeof(float), TOLERANCE));
    s2_network_free(network);
    golden_clear(&file);
}

/* The same area mapped in two ways: not a bit apart inside, not a byte written outside. encoded
   out [sources], or NULL. */
static void compare_tiles(const s2_network *network, const scene *s, s2_tiling tiling, bool share,
                          const float *whole, const uint8_t *whole_valid, double *encoded)
{
    const s2_rect area = tiling.rect;
    const size_t pixels = (size_t)(s->geometry.width * s->geometry.height);
    const size_t bytes = pixels * GOLDEN_CLASSES * sizeof(float);
    float *part = (float *)malloc(bytes);
    uint8_t *part_valid = (uint8_t *)malloc(pixels);
    REQUIRE(part && part_valid);
    memcpy(part, whole, bytes);
    memcpy(part_valid, whole_valid, pixels);
    for (int y = area.y; y < area.y + area.h; y++) {
        const size_t first = (size_t)(y * s->geometry.width + area.x), count = (size_t)area.w;
        memset(part + first * GOLDEN_CLASSES, 0xff, count * GOLDEN_CLASSES * sizeof(float));
        memset(part_valid + first, 0xff, count);
    }
    run_tiles(network, s, tiling, share, part, part_valid, encoded);
    const bool same_scores = CHECK(memcmp(whole, part, bytes) == 0);
    const bool same_valid = CHECK(memcmp(whole_valid, part_valid, pixels) == 0);
    if (!same_scores || !same_valid)
        printf("    tiles of %d x %d over %d,%d %d x %d%s\n", tiling.w, tiling.h, area.x, area.y,
               area.w, area.h, share ? ", shared" : "");
    free(part);
    free(part_valid);
}

/* Alone and with its neighbours a tile has the same scores. */
static void compare_area(const s2_network *network, const scene *s, s2_tiling tiling,
                         const float *whole, const uint8_t *whole_valid)
{
    compare_tiles(network, s, tiling, false, whole, whole_valid, NULL);
    compare_tiles(network, s, tiling, true, whole, whole_valid, NULL);
}

/* Any tiling, and any rectangle of the scene, gives the very same scores, those of the experts
   included. */
static void test_tilings(const s2_ablations *off, const s2_affine *ref_to_coarse)
{
    s2_network *network = golden_network_of(32, 2, off, true);
    scene s = large_scene(ref_to_coarse);
    mute_scene(off, &s);
    const size_t pixels = (size_t)(s.geometry.width * s.geometry.height);
    float *whole = (float *)malloc(pixels * GOLDEN_CLASSES * sizeof *whole);
    uint8_t *valid = (uint8_t *)malloc(pixels);
    REQUIRE(whole && valid);
    run_scene(network, &s, (s2_tiling){256, 256, scene_rect(&s)}, whole, valid);
    compare_area(network, &s, (s2_tiling){64, 64, scene_rect(&s)}, whole, valid);
    compare_area(network, &s, (s2_tiling){101, 101, scene_rect(&s)}, whole, valid);
    compare_area(network, &s, (s2_tiling){300, 37, scene_rect(&s)}, whole, valid);
    compare_area(network, &s, (s2_tiling){48, 400, scene_rect(&s)}, whole, valid);
    compare_area(network, &s, (s2_tiling){16, 16, (s2_rect){93, 77, 41, 29}}, whole, valid);
    compare_area(network, &s, (s2_tiling){32, 32, (s2_rect){5, 9, 64, 80}}, whole, valid);
    compare_area(network, &s, (s2_tiling){48, 48, (s2_rect){150, 31, 59, 152}}, whole, valid);
    compare_area(network, &s, (s2_tiling){16, 16, (s2_rect){100, 100, 1, 1}}, whole, valid);
    compare_area(network, &s, (s2_tiling){64, 64, (s2_rect){208, 0, 1, 183}}, whole, valid);

    /* a pixel is valid where every source is: the hole of the coarse one shows through */
    for (size_t i = 0; i < pixels; i++) {
        const int x = (int)i % s.geometry.width, y = (int)i / s.geometry.width;
        double u = 0, v = 0;
        s2_affine_apply(&s.geometry.ref_to_source[1], x + 0.5, y + 0.5, &u, &v);
        const size_t last = (size_t)(s.geometry.source_width[1] * s.geometry.source_height[1] - 1);
        const size_t at = (size_t)((int)v * s.geometry.source_width[1] + (int)u);
        const size_t coarse = at < last ? at : last;
        const bool inside =
            u >= 0 && u < s.geometry.source_width[1] && v >= 0 && v < s.geometry.source_height[1];
        CHECK(valid[i] == (s.valid[0][i] && inside && s.valid[1][coarse]));
    }
    free(whole);
    free(valid);
    scene_clear(&s);
    s2_network_free(network);
}

/* What the windows of all sources say of class k at a reference pixel. */
static double windows_score(const s2_network *network, const scene *s, int x, int y, int k)
{
    double score = 0;
    for (int i = 0; i < s->sources; i++) {
        const oracle_source source = {s->geometry.source_width[i], s->geometry.source_height[i],
                                      s->bands[i], s->pixels[i], s->valid[i]};
        if (network->expert.windows[i])
            score += oracle_windows_score(&network->expert, i, &source, x, y, k);
    }
    return score;
}

/* What the expert of bands says of class k at a reference pixel, summed in double precision. */
static double expert_score(const s2_network *network, const scene *s, int x, int y, int k)
{
    double score = (double)network->expert.bias->value[k];
    for (int i = 0; i < s->sources; i++) {
        const s2_sampling sampling = {s->geometry.ref_to_source[i], 1, s->geometry.source_width[i],
                                      s->geometry.source_height[i]};
        const s2_tap tap = s2_sampling_tap(&sampling, x, y);
        const int rows[2] = {tap.y0, tap.y1}, columns[2] = {tap.x0, tap.x1};
        const double down[2] = {1 - (double)tap.fy, (double)tap.fy};
        const double across[2] = {1 - (double)tap.fx, (double)tap.fx};
        for (int corner = 0; corner < 4; corner++) {
            const int at = rows[corner / 2] * sampling.width + columns[corner % 2];
            for (int b = 0; b < s->bands[i]; b++)
                score += down[corner / 2] * across[corner % 2] *
                         (double)s->pixels[i][at * s->bands[i] + b] *
                         (double)network->expert.weight[i]->value[b * GOLDEN_CLASSES + k];
        }
    }
    return score;
}

/* With experts, scores are those of the network without them and the experts'. */
static void test_expert(const s2_affine *ref_to_coarse)
{
    const s2_ablations none = {0};
    s2_network *network = golden_network(32, 2);
    s2_network *joined = golden_network_of(32, 2, &none, true);
    scene s = large_scene(ref_to_coarse);
    const s2_tiling tiling = {64, 64, scene_rect(&s)};
    const size_t pixels = (size_t)(s.geometry.width * s.geometry.height);
    float *alone = (float *)malloc(pixels * GOLDEN_CLASSES * sizeof *alone);
    float *both = (float *)malloc(pixels * GOLDEN_CLASSES * sizeof *both);
    uint8_t *valid = (uint8_t *)malloc(pixels);
    double apart = 0, size = 0, most = 0;
    REQUIRE(alone && both && valid);
    run_tiles(network, &s, tiling, true, alone, valid, NULL);
    run_tiles(joined, &s, tiling, true, both, valid, NULL);
    for (size_t i = 0; i < pixels * GOLDEN_CLASSES; i++) {
        const int pixel = (int)(i / GOLDEN_CLASSES);
        const int x = pixel % s.geometry.width, y = pixel / s.geometry.width;
        const int k = (int)(i % GOLDEN_CLASSES);
        const double texture = windows_score(joined, &s, x, y, k);
        const double wanted = expert_score(joined, &s, x, y, k) + texture;
        most = fmax(most, fabs(texture));
        apart = fmax(apart, fabs((double)both[i] - (double)alone[i] - wanted));
        size = fmax(size, fabs(wanted));
    }
    CHECK(size > 1 && most > 0.1 && apart < 1e-5 * size);
    free(alone);
    free(both);
    free(valid);
    scene_clear(&s);
    s2_network_free(network);
    s2_network_free(joined);
}

/* With seams on all sides, a pixel of a coarse source is encoded by one tile. */
static void test_encoded_once(void)
{
    s2_network *network = golden_network(32, 2);
    scene s = large_scene(&UPRIGHT);
    const size_t pixels = (size_t)(s.geometry.width * s.geometry.height);
    float *whole = (float *)malloc(pixels * GOLDEN_CLASSES * sizeof *whole);
    uint8_t *valid = (uint8_t *)malloc(pixels);
    double once[S2RGF_MAX_SOURCES], shared[S2RGF_MAX_SOURCES], alone[S2RGF_MAX_SOURCES];
    REQUIRE(whole && valid);
    run_tiles(network, &s, (s2_tiling){256, 256, scene_rect(&s)}, false, whole, valid, once);
    const s2_tiling rows = {300, 128, scene_rect(&s)};
    const s2_tiling columns = {48, 200, scene_rect(&s)};
    const s2_tiling both = {64, 128, scene_rect(&s)};
    const s2_tiling *const tilings[] = {&rows, &columns, &both};
    for (int i = 0; i < 3; i++) {
        compare_tiles(network, &s, *tilings[i], true, whole, valid, shared);
        compare_tiles(network, &s, *tilings[i], false, whole, valid, alone);
        CHECK(shared[1] == once[1] && alone[1] > 1.2 * once[1]);
        CHECK(shared[0] == alone[0] && alone[0] > once[0]);
    }
    free(whole);
    free(valid);
    scene_clear(&s);
    s2_network_free(network);
}

/* Two coarse sources, of which one ends within the scene; tiles with seams above and below. */
static scene tall_scene(void)
{
    enum { WIDTH = 100, HEIGHT = 600 };
    const int bands[] = {GOLDEN_SOURCES[0].bands, GOLDEN_SOURCES[1].bands, GOLDEN_SOURCES[2].bands};
    const int sizes[][2] = {{WIDTH, HEIGHT}, {13, 75}, {28, 80}};
    scene s = {.sources = 3};
    s.geometry.width = WIDTH;
    s.geometry.height = HEIGHT;
    s.geometry.ref_to_source[0] = S2_AFFINE_IDENTITY;
    s.geometry.ref_to_source[1] = (s2_affine){{0, 0.125, 0, 0, 0, 0.125}};
    s.geometry.ref_to_source[2] = UPRIGHT;
    for (int i = 0; i < s.sources; i++) {
        char name[GOLDEN_NAME_BYTES];
        snprintf(name, sizeof name, "tall.%d", i);
        scene_allocate(&s, i, sizes[i][0], sizes[i][1], bands[i]);
        golden_fill(name, 2, 0, s.pixels[i], (size_t)(sizes[i][0] * sizes[i][1] * bands[i]));
    }
    s.valid[1][40 * sizes[1][0] + 6] = 0;
    return s;
}

static void test_seams_above_and_below(void)
{
    s2_network *network = golden_network(32, 3);
    scene s = tall_scene();
    const size_t pixels = (size_t)(s.geometry.width * s.geometry.height);
    float *whole = (float *)malloc(pixels * GOLDEN_CLASSES * sizeof *whole);
    uint8_t *valid = (uint8_t *)malloc(pixels);
    double once[S2RGF_MAX_SOURCES], shared[S2RGF_MAX_SOURCES];
    REQUIRE(whole && valid);
    run_tiles(network, &s, (s2_tiling){128, 640, scene_rect(&s)}, false, whole, valid, once);
    /* low tiles, whose seams overlap; higher ones, of which the last is cut by the scene */
    const int heights[] = {32, 96, 176};
    for (int i = 0; i < 3; i++) {
        compare_tiles(network, &s, (s2_tiling){64, heights[i], scene_rect(&s)}, true, whole, valid,
                      shared);
        CHECK(shared[1] == once[1] && shared[2] == once[2]);
    }
    free(whole);
    free(valid);
    scene_clear(&s);
    s2_network_free(network);
}

static size_t seam_bytes(const s2_weights *weights, const scene *s, const s2_tiling *tiling,
                         int side)
{
    s2_seam_layout layout;
    s2_dense_seam_layout(weights, &s->geometry, tiling, side, &layout);
    return layout.bytes;
}

/* Which tiles can share. */
static void test_seam_bytes(void)
{
    s2_network *network = golden_network(32, 2);
    s2_weights *weights = NULL;
    REQUIRE(s2_weights_create(network, S2_PRECISION_FLOAT, &weights, NULL) == S2RGF_OK);
    const s2_affine *const positions[] = {&UPRIGHT, &SLIGHTLY_TURNED, &UPSIDE_DOWN, &SIDEWAYS};
    for (int i = 0; i < 4; i++) {
        scene s = large_scene(positions[i]);
        const s2_tiling tiling = {64, 128, scene_rect(&s)};
        const size_t right = seam_bytes(weights, &s, &tiling, S2_RIGHT);
        const size_t below = seam_bytes(weights, &s, &tiling, S2_BELOW);
        CHECK((right > 0) == (i == 0) && (below > 0) == (i == 0));
        /* one tile */
        const s2_tiling all = {256, 256, scene_rect(&s)};
        CHECK(seam_bytes(weights, &s, &all, S2_RIGHT) == 0);
        CHECK(seam_bytes(weights, &s, &all, S2_BELOW) == 0);
        scene_clear(&s);
    }
    s2_weights_free(weights);
    s2_network_free(network);
}

/*
 * Folding: with the batch statistics of a crop as running statistics, running must give what the
 * training pass gives, whose batch-norms are not folded.
 */
static void test_folding(int channels, int sources, const golden_ablation *without)
{
    static float scores[GOLDEN_PIXELS * GOLDEN_CLASSES];
    static uint8_t valid[GOLDEN_PIXELS];
    const s2_ablations *off = &without->off;
    s2_network *network = golden_network_without(channels, sources, off);
    for (int crop = 0; crop < GOLDEN_CROPS; crop++) {
        s2_training *train = golden_train(network, crop, 1);
        const s2_tensor *logits = NULL;
        golden_mute(off, sources, &train->batch);
        s2_norm_list_use(&train->norms, S2_STATISTICS_GATHER);
        REQUIRE(s2_dense_train_forward(train, 0, NULL, &logits, NULL) == S2RGF_OK);
        s2_norm_list_use(&train->norms, S2_STATISTICS_BATCH);
        scene s = crop_scene(crop, sources);
        mute_scene(off, &s);
        run_scene(network, &s, (s2_tiling){64, 64, scene_rect(&s)}, scores, valid);
        scene_clear(&s);
        double apart = 0, size = 0;
        for (size_t i = 0; i < golden_count(logits); i++) {
            apart = fmax(apart, fabs((double)scores[i] - *golden_value(logits, i)));
            size = fmax(size, fabs((double)scores[i]));
        }
        if (!CHECK(apart <= without->apart * size))
            printf("    without %s: %g apart\n", without->name, apart / size);
        s2_training_free(train);
    }
    s2_network_free(network);
}

int main(void)
{
    test_encoded_once();
    test_expert(&UPRIGHT);
    test_expert(&SIDEWAYS);
    test_seams_above_and_below();
    test_seam_bytes();
    for (int channels = 32; channels <= 64; channels += 32)
        for (int sources = 1; sources <= 3; sources++) {
            test_golden(channels, sources);
            test_folding(channels, sources, &GOLDEN_WHOLE);
        }
    for (size_t i = 0; i < GOLDEN_ABLATION_COUNT; i++) {
        test_folding(32, 3, &GOLDEN_ABLATIONS[i]);
        test_tilings(&GOLDEN_ABLATIONS[i].off, &SLIGHTLY_TURNED);
    }
    test_tilings(&GOLDEN_WHOLE.off, &SLIGHTLY_TURNED);
    const s2_affine *placements[] = {&UPRIGHT, &UPSIDE_DOWN, &SIDEWAYS};
    for (int i = 0; i < 3; i++) {
        test_tilings(&GOLDEN_WHOLE.off, placements[i]);
        test_tilings(&(s2_ablations){.attention = true, .ssja = true}, placements[i]);
    }
    return harness_end();
}
