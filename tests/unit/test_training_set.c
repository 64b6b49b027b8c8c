/* Training sets: crops whose sources and labels stay in register. */
#include "training_fixture.h"

#include "nn/layers/resample.h"
#include "nn/networks/networks.h"
#include "s2rgf/scene.h"

/* A model that leaves the pixels as they are. */
static void make_content(s2_model_content *content, s2_model_source sources[2],
                         s2_model_band bands[2])
{
    for (int b = 0; b < 2; b++)
        bands[b] = (s2_model_band){.name = (char *)"", .mean = 0.0, .std = 1.0};
    for (int s = 0; s < 2; s++)
        sources[s] = (s2_model_source){.on_reference = s == 0, .band_count = 2, .bands = bands};
    *content = (s2_model_content){.source_count = 2, .sources = sources};
}

/* The label at a place of the scene, NULL where there is none. */
static const s2_label_pixel *label_at(const s2_label_set *labels, double x, double y)
{
    for (size_t i = 0; i < labels->count; i++)
        if (fabs(labels->pixels[i].x + 0.5 - x) < 1e-3 &&
            fabs(labels->pixels[i].y + 0.5 - y) < 1e-3)
            return &labels->pixels[i];
    return NULL;
}

/* Every pixel of a crop shows the same place in both sources, and exactly the labels of that place.
   */
static void check_crop(const s2_label_set *labels, const s2_batch *batch, int n)
{
    const s2_tensor *fine = &batch->pixels[0];
    const s2_tensor *coarse = &batch->pixels[1];
    const s2_sampling sampling = {batch->ref_to_source[1][n], 1.0, coarse->w, coarse->h};
    s2_tensor sampled;
    double worst = 0.0;
    int wrong = 0;
    int labelled = 0;
    REQUIRE(s2_tensor_init(&sampled, 1, CROP, CROP, 2, NULL) == S2RGF_OK);
    s2_tensor one = *coarse;
    one.n = 1;
    one.data = s2_tensor_at(coarse, n);
    s2_sample_forward(&sampling, &one, &sampled);
    for (int p = 0; p < CROP * CROP; p++) {
        const float *a = s2_tensor_at(fine, n) + 2 * p;
        const float *b = sampled.data + 2 * p;
        const int label = batch->labels[n * CROP * CROP + p];
        const s2_label_pixel *expected =
            label_at(labels, (double)a[0] / 10.0, -(double)a[1] / 10.0);
        CHECK(batch->valid[n * CROP * CROP + p] == 1);
        worst = fmax(worst, fmax(fabs((double)(a[0] - b[0])), fabs((double)(a[1] - b[1]))));
        wrong += label != (expected ? expected->class_index : -1);
        labelled += label >= 0;
    }
    CHECK_NEAR(worst, 0.0, 0.01);
    CHECK(wrong == 0);
    CHECK(labelled > 0);
    s2_tensor_clear(&sampled);
}

/* A scene of two sources in register, its labels, and a batch to draw crops into. */
typedef struct crop_fixture {
    s2_scene scene;
    s2_label_set labels;
    s2_model_content content;
    s2_model_source sources[2];
    s2_model_band bands[2];
    s2_training_scenes scenes;
    s2_training_set set;
    s2_network *network;
    s2_batch_shape shape;
    s2_training *training;
} crop_fixture;

static void fixture_init(crop_fixture *f)
{
    const s2rgf_input inputs[] = {{"fine", "/vsimem/fine.tif"}, {"coarse", "/vsimem/coarse.tif"}};
    const s2rgf_scene_options options = {.inputs = inputs, .input_count = 2};
    const s2_network_spec spec = {
        .channels = 16, .classes = 3, .sources = 2, .bands = {2, 2}, .on_reference = {true, false}};
    s2_split_report report;
    make_coordinates("/vsimem/fine.tif", FINE_W, FINE_H, 0.0, 0.0, 10.0);
    make_coordinates("/vsimem/coarse.tif", COARSE_W, COARSE_H, -61.0, 52.0, 33.0);
    make_labels(&f->labels);
    make_content(&f->content, f->sources, f->bands);
    REQUIRE(s2_scene_open(&options, NULL, NULL, &f->scene, NULL) == S2RGF_OK);
    make_scenes(&f->scenes, &f->scene, &f->labels, &f->content);
    REQUIRE(s2_training_set_init(&f->set, &f->scenes, &f->labels, &f->content, CROP, NULL) ==
            S2RGF_OK);
    REQUIRE(s2_training_set_split(&f->set, 0.0, 1, NULL, &report, NULL) == S2RGF_OK);
    CHECK(report.validation_pixels == 0);
    CHECK(isnan(report.distance_px));
    f->shape = s2_training_set_shape(&f->set, CROPS);
    REQUIRE(s2_network_create(&s2_dense_ops, &spec, &f->network, NULL) == S2RGF_OK);
    REQUIRE(s2_training_create(f->network, &f->shape, &f->training, NULL) == S2RGF_OK);
}

static void fixture_clear(crop_fixture *f)
{
    s2_training_free(f->training);
    s2_network_free(f->network);
    s2_training_set_clear(&f->set);
    s2_training_scenes_clear(&f->scenes);
    s2_label_set_clear(&f->labels);
    s2_scene_close(&f->scene);
}

static void crops_stay_in_register(void)
{
    crop_fixture f;
    s2_random random;
    fixture_init(&f);
    const s2_batch_shape *shape = &f.shape;
    s2_batch *batch = &f.training->batch;
    s2_random_init(&random, 7, 0);
    REQUIRE(s2_training_set_draw(&f.set, shape, &random, batch, NULL) == S2RGF_OK);
    bool turned = false;
    for (int n = 0; n < CROPS; n++) {
        const float *first = s2_tensor_at(&batch->pixels[0], n);
        check_crop(&f.labels, batch, n);
        turned = turned || first[2] - first[0] < 9.0f; /* east is not to the right */
    }
    CHECK(turned);
    REQUIRE(s2_training_set_draw_anywhere(&f.set, shape, &random, batch, NULL) == S2RGF_OK);
    for (int p = 0; p < CROPS * CROP * CROP; p++)
        CHECK(batch->labels[p] == -1);
    fixture_clear(&f);
}

/* Easting and northing of a crop's pixel (column, row), had the scene no end: from the pixel at the
   centre, which is inside, and the two beside it in the direction of the scene's middle. */
typedef struct crop_frame {
    double centre[2], right[2], down[2];
} crop_frame;

/* false: a neighbour of the centre is beyond the scene. */
static bool find_frame(const s2_batch *batch, int n, crop_frame *frame)
{
    const float *pixels = s2_tensor_at(&batch->pixels[0], n);
    const uint8_t *valid = batch->valid + (size_t)n * CROP * CROP;
    const size_t at = CROP / 2 * CROP + CROP / 2;
    const bool back_x = !valid[at + 1];
    const bool back_y = !valid[at + CROP];
    const size_t beside = back_x ? at - 1 : at + 1;
    const size_t below = back_y ? at - CROP : at + CROP;
    if (!valid[at] || !valid[beside] || !valid[below])
        return false;
    for (int k = 0; k < 2; k++) {
        const double here = (double)pixels[2 * at + (size_t)k];
        frame->centre[k] = here;
        frame->right[k] = ((double)pixels[2 * beside + (size_t)k] - here) * (back_x ? -1.0 : 1.0);
        frame->down[k] = ((double)pixels[2 * below + (size_t)k] - here) * (back_y ? -1.0 : 1.0);
    }
    return true;
}

/* Pixels of a crop where they belong: inside the scene its coordinates, beyond it zeros, not valid.
   Returns how many lie beyond. */
static int check_extent(const s2_batch *batch, int n, const crop_frame *frame)
{
    const float *pixels = s2_tensor_at(&batch->pixels[0], n);
    const uint8_t *valid = batch->valid + (size_t)n * CROP * CROP;
    int beyond = 0;
    int wrong = 0;
    for (int y = 0; y < CROP; y++)
        for (int x = 0; x < CROP; x++) {
            const size_t at = (size_t)(y * CROP + x);
            double expected[2];
            for (int k = 0; k < 2; k++)
                expected[k] = frame->centre[k] + (x - CROP / 2) * frame->right[k] +
                              (y - CROP / 2) * frame->down[k];
            const bool inside = expected[0] > 0.0 && expected[0] < 10.0 * FINE_W &&
                                expected[1] < 0.0 && expected[1] > -10.0 * FINE_H;
            wrong += valid[at] != inside;
            for (int k = 0; k < 2; k++)
                wrong +=
                    fabs((double)pixels[2 * at + (size_t)k] - (inside ? expected[k] : 0.0)) > 1e-3;
            beyond += !inside;
        }
    CHECK(wrong == 0);
    return beyond;
}

/* Crops for a network that labels one pixel: the pixel drawn is at the centre whatever the turn,
   with the only label; beyond the scene there are zeros, and the crop is not moved inside. */
static void labelled_pixel_is_at_the_centre(void)
{
    enum { CENTRE = CROP / 2 * CROP + CROP / 2 };
    crop_fixture f;
    s2_random random;
    int beyond = 0;
    int turns[8] = {0};
    int classes[3] = {0};
    fixture_init(&f);
    const s2_batch_shape *shape = &f.shape;
    s2_batch *batch = &f.training->batch;
    f.set.centred = true;
    s2_random_init(&random, 7, 0);
    for (int round = 0; round < 8; round++) {
        REQUIRE(s2_training_set_draw(&f.set, shape, &random, batch, NULL) == S2RGF_OK);
        for (int n = 0; n < CROPS; n++) {
            const int16_t *labels = batch->labels + (size_t)n * CROP * CROP;
            crop_frame frame;
            REQUIRE(find_frame(batch, n, &frame));
            const s2_label_pixel *drawn =
                label_at(&f.labels, frame.centre[0] / 10.0, -frame.centre[1] / 10.0);
            REQUIRE(drawn != NULL);
            CHECK(labels[CENTRE] == drawn->class_index);
            for (int p = 0; p < CROP * CROP; p++)
                CHECK(p == CENTRE || labels[p] == -1);
            beyond += check_extent(batch, n, &frame);
            const bool upright = fabs(frame.right[0]) > 5.0;
            turns[4 * upright + 2 * (frame.right[!upright] > 0.0) + (frame.down[upright] > 0.0)]++;
            classes[drawn->class_index]++;
        }
    }
    CHECK(beyond > 0);
    for (int i = 0; i < 8; i++)
        CHECK(turns[i] > 0);
    for (int k = 0; k < 3; k++)
        CHECK(classes[k] > 0);
    fixture_clear(&f);
}

/* Crops for the statistics of such a network stand around pixels of the whole scene, its edges
   too. */
static void statistics_see_the_edges(void)
{
    crop_fixture f;
    s2_random random;
    int beyond = 0;
    double east = 0.0;
    double west = 1e9;
    fixture_init(&f);
    s2_batch *batch = &f.training->batch;
    f.set.centred = true;
    s2_random_init(&random, 3, 0);
    for (int round = 0; round < 8; round++) {
        REQUIRE(s2_training_set_draw_anywhere(&f.set, &f.shape, &random, batch, NULL) == S2RGF_OK);
        for (int n = 0; n < CROPS; n++) {
            crop_frame frame;
            REQUIRE(find_frame(batch, n, &frame));
            CHECK_NEAR(frame.right[0], 10.0, 1e-3); /* not turned */
            CHECK_NEAR(frame.down[1], -10.0, 1e-3);
            beyond += check_extent(batch, n, &frame);
            east = fmax(east, frame.centre[0]);
            west = fmin(west, frame.centre[0]);
        }
        for (int p = 0; p < CROPS * CROP * CROP; p++)
            CHECK(batch->labels[p] == -1);
    }
    CHECK(beyond > 0);
    CHECK(west < 10.0 * CROP / 2); /* nearer to the edge than a crop inside the scene can be */
    CHECK(east > 10.0 * (FINE_W - CROP / 2));
    fixture_clear(&f);
}

static void draw_first(crop_fixture *f)
{
    s2_random random;
    s2_random_init(&random, 7, 0);
    REQUIRE(s2_training_set_draw(&f->set, &f->shape, &random, &f->training->batch, NULL) ==
            S2RGF_OK);
}

static void check_same_pixels(const s2_batch *a, const s2_batch *b, int source)
{
    const size_t count = s2_tensor_pixels(&a->pixels[source]) * (size_t)a->pixels[source].c;
    CHECK(memcmp(a->pixels[source].data, b->pixels[source].data, count * sizeof(float)) == 0);
    CHECK(memcmp(a->valid, b->valid, (size_t)CROPS * CROP * CROP) == 0);
    CHECK(memcmp(a->labels, b->labels, (size_t)CROPS * CROP * CROP * sizeof(int16_t)) == 0);
}

/* A source that is switched off is 0 in every crop, whatever the brightness; all else is as with
   it, down to the random numbers. */
static void muted_source_stays_zero(void)
{
    crop_fixture with, muted;
    crop_fixture *const both[] = {&with, &muted};
    for (int i = 0; i < 2; i++) {
        fixture_init(both[i]);
        for (int b = 0; b < 2; b++)
            both[i]->bands[b].mean = 5.0; /* so that another brightness would move 0 */
        both[i]->set.jitter = 0.2;
        both[i]->content.off.source[1] = i == 1;
        draw_first(both[i]);
    }
    const s2_batch *all = &with.training->batch;
    const s2_batch *one = &muted.training->batch;
    const size_t coarse = s2_tensor_pixels(&one->pixels[1]) * 2;
    double seen = 0.0;
    for (size_t i = 0; i < coarse; i++) {
        CHECK(one->pixels[1].data[i] == 0.0f);
        seen += fabs((double)all->pixels[1].data[i]);
    }
    CHECK(seen > 0.0);
    check_same_pixels(all, one, 0);
    fixture_clear(&muted);
    fixture_clear(&with);
}

/* Sources that are kept in memory are what their files hold. */
static void kept_sources_are_those_of_files(void)
{
    crop_fixture kept, read;
    fixture_init(&kept);
    fixture_init(&read);
    read.scenes.kept_room = 0;
    draw_first(&kept);
    draw_first(&read);
    CHECK(kept.scenes.items[0].kept[0].pixels && !read.scenes.items[0].kept[0].pixels);
    for (int s = 0; s < 2; s++)
        check_same_pixels(&kept.training->batch, &read.training->batch, s);
    fixture_clear(&read);
    fixture_clear(&kept);
}

/* A source that can no longer be read is an error, and nothing of it is kept. */
static void source_that_cannot_be_read_is_not_kept(void)
{
    crop_fixture f;
    s2_random random;
    s2rgf_error err = {0};
    fixture_init(&f);
    VSILFILE *file = VSIFOpenL("/vsimem/fine.tif", "r+b");
    REQUIRE(file && VSIFTruncateL(file, FINE_W * FINE_H) == 0 && VSIFCloseL(file) == 0);
    s2_random_init(&random, 7, 0);
    CPLPushErrorHandler(CPLQuietErrorHandler);
    CHECK(s2_training_set_draw(&f.set, &f.shape, &random, &f.training->batch, &err) == S2RGF_IO);
    CPLPopErrorHandler();
    CHECK(strstr(err.message, "fine.tif"));
    CHECK(!f.scenes.items[0].kept[0].pixels && !f.scenes.items[0].kept[0].valid);
    fixture_clear(&f);
}

/* Bands that hardly vary for their size, as a temperature, keep their brightness. */
static void distant_bands_keep_their_brightness(void)
{
    crop_fixture f;
    s2_training *still = NULL;
    s2_random random;
    fixture_init(&f);
    for (int b = 0; b < 2; b++)
        f.bands[b].mean = 290.0;
    REQUIRE(s2_training_create(f.network, &f.shape, &still, NULL) == S2RGF_OK);
    f.set.jitter = 0.2;
    s2_random_init(&random, 7, 0);
    REQUIRE(s2_training_set_draw(&f.set, &f.shape, &random, &f.training->batch, NULL) == S2RGF_OK);
    f.set.jitter = 1e-100; /* the same random numbers, to no effect */
    s2_random_init(&random, 7, 0);
    REQUIRE(s2_training_set_draw(&f.set, &f.shape, &random, &still->batch, NULL) == S2RGF_OK);
    for (int s = 0; s < 2; s++)
        CHECK(memcmp(f.training->batch.pixels[s].data, still->batch.pixels[s].data,
                     s2_tensor_pixels(&still->batch.pixels[s]) * 2 * sizeof(float)) == 0);
    s2_training_free(still);
    fixture_clear(&f);
}

int main(void)
{
    GDALAllRegister();
    crops_stay_in_register();
    labelled_pixel_is_at_the_centre();
    statistics_see_the_edges();
    muted_source_stays_zero();
    kept_sources_are_those_of_files();
    source_that_cannot_be_read_is_not_kept();
    distant_bands_keep_their_brightness();
    return harness_end();
}
