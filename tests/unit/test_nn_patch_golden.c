/* The patch network against PyTorch: scores, loss, every gradient, ten steps, scores at work. */
#include "nn/patch/run.h"

#include "golden/golden_patches.h"
#include "unit/input_rows.h"

#define TOLERANCE 1e-4
#define STEPS_TOLERANCE 1e-3

static void load(golden_file *file, int sources)
{
    char name[GOLDEN_NAME_BYTES];
    snprintf(name, sizeof name, "patch_s%d.txt", sources);
    REQUIRE(golden_load(file, name));
}

/* Forward and backward of a batch. */
static double loss_of(s2_training *train, const s2_tensor **logits)
{
    const s2_loss_options options = {
        {GOLDEN_PATCH_SMOOTHING, 0}, GOLDEN_PATCH_BETA, 0, S2_RELATION_CORRELATION};
    double loss = NAN;
    REQUIRE(s2_patch_train_forward(train, 0, NULL, logits, NULL) == S2RGF_OK);
    REQUIRE(s2_patch_train_backward(train, &options, &loss, NULL) == S2RGF_OK);
    return loss;
}

static void test_network(int sources)
{
    static golden_file file;
    const s2_tensor *logits = NULL;
    load(&file, sources);
    s2_network *network = golden_patch_network(sources);
    s2_training *train = golden_patch_train(network);

    const double loss = loss_of(train, &logits);
    CHECK_NEAR(loss / golden_find(&file, "train.loss")->values[0], 1, 1e-5);
    CHECK(golden_tensor_matches(&file, "train", "logits", logits, TOLERANCE));
    const size_t trained = golden_check_gradients(&file, &network->params, TOLERANCE);
    CHECK(trained + 3 == file.count); /* besides the scores, running and training, and the loss */

    s2_training_free(train);
    s2_network_free(network);
    golden_clear(&file);
}

static double loss_of_batch(void *network, int batch)
{
    const golden_steps *s = network;
    golden_fill_patches(&s->train->batch, s->network->spec.sources, batch);
    return loss_of(s->train, NULL);
}

static void test_steps(int sources)
{
    char name[GOLDEN_NAME_BYTES];
    golden_steps s = {golden_patch_network(sources), NULL};
    s.train = golden_patch_train(s.network);
    snprintf(name, sizeof name, "patch_s%d", sources);
    golden_check_steps(name, &s.network->params, loss_of_batch, &s, STEPS_TOLERANCE);
    golden_steps_free(&s);
}

/* One patch as a scene, and the scores of its centre. */
typedef struct patch_input {
    int patch, sources;
    float *scores;
} patch_input;

/* Rows cut from whole sources. */
static s2rgf_status read_patch(void *context, const s2_input_rows *rows, s2rgf_error *err)
{
    const patch_input *input = (const patch_input *)context;
    REQUIRE(!err);
    for (int i = 0; i < input->sources; i++) {
        const size_t size = golden_patch_size(i);
        float *all = (float *)malloc(GOLDEN_PATCHES * size * sizeof *all);
        REQUIRE(all != NULL);
        golden_patch_pixels(i, 0, all);
        const whole_source source = {all + (size_t)input->patch * size, NULL,
                                     GOLDEN_PATCH_SOURCE[i].w, GOLDEN_PATCH_SOURCE[i].h,
                                     GOLDEN_PATCH_SOURCE[i].bands};
        fill_input_rows(&source, &rows[i], rows[i].rect);
        free(all);
    }
    return S2RGF_OK;
}

static s2rgf_status take_patch(void *context, s2_rect rows, const float *scores,
                               const uint8_t *valid, s2rgf_error *err)
{
    const patch_input *input = (const patch_input *)context;
    CHECK(rows.w == 1 && rows.h == 1 && valid[0] == 1 && !err);
    memcpy(input->scores, scores, GOLDEN_PATCH_CLASSES * sizeof *scores);
    return S2RGF_OK;
}

/* Scores of a patch's centre, the patch being the whole scene. */
static void run_patch(const s2_network *network, const s2_weights *weights, int patch,
                      float *scores)
{
    const int sources = network->spec.sources;
    s2_run_geometry geometry = {.width = S2_PATCH_PX, .height = S2_PATCH_PX};
    s2_run *run = NULL;
    for (int s = 0; s < sources; s++) {
        geometry.source_width[s] = GOLDEN_PATCH_SOURCE[s].w;
        geometry.source_height[s] = GOLDEN_PATCH_SOURCE[s].h;
        geometry.ref_to_source[s] = GOLDEN_PATCH_SOURCE[s].ref_to_source[patch];
    }
    const s2_rect core = {S2_PATCH_CENTRE, S2_PATCH_CENTRE, 1, 1};
    const s2_tiling tiling = {S2_PATCH_PX, S2_PATCH_PX, core};
    patch_input input = {patch, sources, scores};
    const s2_tile_io io = {
        .next = read_patch, .input = &input, .context = &input, .take = take_patch};
    REQUIRE(s2_run_create(weights, &geometry, &tiling, &run, NULL) == S2RGF_OK);
    REQUIRE(s2_patch_run_compute(run, core, NULL, &io, NULL) == S2RGF_OK);
    s2_run_free(run);
}

/* With running statistics, batch-norms folded. */
static void test_run(int sources)
{
    static golden_file file;
    float scores[GOLDEN_PATCHES * GOLDEN_PATCH_CLASSES];
    s2_weights *weights = NULL;
    load(&file, sources);
    s2_network *network = golden_patch_network(sources);
    REQUIRE(s2_weights_create(network, S2_PRECISION_FLOAT, &weights, NULL) == S2RGF_OK);
    for (int patch = 0; patch < GOLDEN_PATCHES; patch++)
        run_patch(network, weights, patch, scores + patch * GOLDEN_PATCH_CLASSES);
    CHECK(golden_matches(&file, "run.logits", scores, sizeof scores / sizeof *scores, TOLERANCE));
    s2_weights_free(weights);
    s2_network_free(network);
    golden_clear(&file);
}

int main(void)
{
    for (int sources = 1; sources <= GOLDEN_PATCH_SOURCES; sources++) {
        test_network(sources);
        test_run(sources);
        test_steps(sources);
    }
    return harness_end();
}
