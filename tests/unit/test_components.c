/* Principal components of a scene, and the scale of what windows show of them. */
#include "training_fixture.h"

#include "core/random.h"
#include "nn/expert.h"
#include "s2rgf/scene.h"
#include "train/experts/components.h"

enum { SIDE = 160, BANDS = 12 };

/* Independent noise whose deviation halves from one factor to the next, mixed into the bands by a
   reflection; a band that is constant is one that no factor reaches. */
static void make_mixture(const char *path, float *factors)
{
    const raster_recipe recipe = {.path = path,
                                  .width = SIDE,
                                  .height = SIDE,
                                  .bands = BANDS,
                                  .type = GDT_Float32,
                                  .geotransform = {0, 10, 0, 0, 0, -10}};
    GDALDatasetH dataset = create_raster(&recipe);
    double *values = s2_alloc((size_t)SIDE * SIDE, sizeof *values);
    s2_random random;
    REQUIRE(values != NULL);
    s2_random_init(&random, 7, 7);
    for (int i = 0; i < SIDE * SIDE * BANDS; i++)
        factors[i] = (float)s2_random_normal(&random);
    for (int b = 0; b < BANDS; b++) {
        for (int i = 0; i < SIDE * SIDE; i++) {
            double sum = 0, own = 0;
            for (int f = 0; f < BANDS; f++) {
                const double value = ldexp((double)factors[i * BANDS + f], -f);
                sum += value;
                own = f == b ? value : own;
            }
            values[i] = own - 2.0 / BANDS * sum;
        }
        write_band(dataset, b + 1, values);
    }
    s2_free(values);
    GDALClose(dataset);
}

/* A training set of rasters, whose pixels stay as they are. */
typedef struct set_fixture {
    s2_scene scene;
    s2_label_set labels;
    s2_model_band bands[BANDS];
    s2_model_source sources[2];
    s2_model_content content;
    s2_training_scenes scenes;
    s2_training_set set;
} set_fixture;

static void open_set(set_fixture *f, const s2rgf_input *inputs, const int *bands, size_t count)
{
    const s2rgf_scene_options options = {.inputs = inputs, .input_count = count};
    memset(f, 0, sizeof *f);
    for (int b = 0; b < BANDS; b++)
        f->bands[b] = (s2_model_band){.name = (char *)"", .mean = 0.0, .std = 1.0};
    for (size_t s = 0; s < count; s++)
        f->sources[s] = (s2_model_source){.band_count = bands[s], .bands = f->bands};
    f->content = (s2_model_content){.source_count = (int)count, .sources = f->sources};
    make_labels(&f->labels);
    REQUIRE(s2_scene_open(&options, NULL, NULL, &f->scene, NULL) == S2RGF_OK);
    for (size_t s = 0; s < count; s++)
        f->sources[s].on_reference = f->scene.sources[s].on_reference;
    make_scenes(&f->scenes, &f->scene, &f->labels, &f->content);
    REQUIRE(s2_training_set_init(&f->set, &f->scenes, &f->labels, &f->content, CROP, NULL) ==
            S2RGF_OK);
}

static void close_set(set_fixture *f)
{
    s2_training_set_clear(&f->set);
    s2_training_scenes_clear(&f->scenes);
    s2_scene_close(&f->scene);
    s2_label_set_clear(&f->labels);
}

/* The factors that vary most come out, in any order, each with deviation 1. */
static void factors_are_found(void)
{
    const s2rgf_input inputs[] = {{"mix", "/vsimem/mixture.tif"}};
    const int bands[] = {BANDS};
    float *factors = (float *)malloc((size_t)SIDE * SIDE * BANDS * sizeof *factors);
    s2_components found, again;
    set_fixture f;
    int taken[BANDS] = {0};
    REQUIRE(factors != NULL);
    make_mixture(inputs[0].path, factors);
    open_set(&f, inputs, bands, 1);
    REQUIRE(s2_components_find(&f.set, &found, NULL) == S2RGF_OK);
    REQUIRE(s2_components_find(&f.set, &again, NULL) == S2RGF_OK);
    const size_t bytes = (size_t)BANDS * S2_EXPERT_COMPONENTS * sizeof(float);
    CHECK(memcmp(found.matrix[0], again.matrix[0], bytes) == 0);
    for (int k = 0; k < S2_EXPERT_COMPONENTS; k++) {
        int best = 0;
        double part[BANDS], total = 0;
        /* what the component has of a factor: the reflection is its own inverse */
        for (int factor = 0; factor < BANDS; factor++) {
            double sum = 0;
            for (int b = 0; b < BANDS; b++)
                sum += ((b == factor ? 1.0 : 0.0) - 2.0 / BANDS) *
                       (double)found.matrix[0][b * S2_EXPERT_COMPONENTS + k];
            part[factor] = ldexp(sum, -factor);
            total += part[factor] * part[factor];
            best = fabs(part[factor]) > fabs(part[best]) ? factor : best;
        }
        taken[best]++;
        CHECK(part[best] * part[best] > 0.98 * total);
        CHECK_NEAR(total, 1.0, 0.05);
        /* of independent pixels: means vary by 1 over the side, deviations are a little below 1 */
        const double(*scale)[2] = (const double(*)[2])found.scale[0] + 4 * k;
        CHECK_NEAR(scale[0][0], 0.0, 0.03);
        CHECK_NEAR(scale[0][1], 0.2, 0.03);
        CHECK_NEAR(scale[1][0], 0.97, 0.03);
        CHECK_NEAR(scale[2][1], 1.0 / 9, 0.03);
        CHECK_NEAR(scale[3][0], 0.99, 0.03);
    }
    for (int factor = 0; factor < BANDS; factor++)
        CHECK(taken[factor] == (factor < S2_EXPERT_COMPONENTS));
    s2_components_clear(&found);
    s2_components_clear(&again);
    close_set(&f);
    free(factors);
    VSIUnlink(inputs[0].path);
}

/* Of a coarse source there are none; a band that is constant, and a scene smaller than a window, do
   no harm. */
static void small_and_constant(void)
{
    const s2rgf_input inputs[] = {{"fine", "/vsimem/fine.tif"}, {"coarse", "/vsimem/coarse.tif"}};
    const int bands[] = {2, 2};
    const raster_recipe recipe = {.path = inputs[0].path,
                                  .width = 7,
                                  .height = 3,
                                  .bands = 2,
                                  .type = GDT_Float32,
                                  .geotransform = {0, 10, 0, 0, 0, -10}};
    GDALDatasetH dataset = create_raster(&recipe);
    double values[7 * 3];
    s2_components found;
    set_fixture f;
    for (int i = 0; i < 7 * 3; i++)
        values[i] = i % 5;
    write_band(dataset, 1, values);
    for (int i = 0; i < 7 * 3; i++)
        values[i] = 42;
    write_band(dataset, 2, values);
    GDALClose(dataset);
    make_coordinates(inputs[1].path, 5, 5, -10.0, 10.0, 33.0);
    open_set(&f, inputs, bands, 2);
    REQUIRE(s2_components_find(&f.set, &found, NULL) == S2RGF_OK);
    CHECK(found.matrix[0] && !found.matrix[1] && !found.scale[1]);
    for (int i = 0; i < 4; i++)
        CHECK(isfinite(found.matrix[0][i]));
    for (int i = 0; i < 8; i++)
        CHECK(isfinite(found.scale[0][i][0]) && found.scale[0][i][1] > 0);
    s2_components_clear(&found);
    close_set(&f);
    VSIUnlink(inputs[0].path);
    VSIUnlink(inputs[1].path);
}

int main(void)
{
    GDALAllRegister();
    factors_are_found();
    small_and_constant();
    return harness_end();
}
