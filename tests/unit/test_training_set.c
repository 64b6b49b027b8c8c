/* Training sets: labels split in space, and crops whose sources and labels stay in register. */
#include "train/training_set.h"

#include <time.h>

#include "core/memory.h"
#include "geo_fixture.h"
#include "nn/networks/networks.h"
#include "nn/layers/resample.h"

enum { FINE_W = 90, FINE_H = 71, COARSE_W = 32, COARSE_H = 27, CROP = 32, CROPS = 16 };

/* A raster whose two bands are its own easting and northing: bilinear sampling reproduces both. */
static void make_coordinates(const char *path, int width, int height, double x0, double y0,
                             double pixel)
{
    const raster_recipe recipe = {.path = path,
                                  .width = width,
                                  .height = height,
                                  .bands = 2,
                                  .type = GDT_Float32,
                                  .geotransform = {x0, pixel, 0, y0, 0, -pixel}};
    GDALDatasetH dataset = create_raster(&recipe);
    double *values = s2_alloc((size_t)width * (size_t)height, sizeof *values);
    for (int band = 1; band <= 2; band++) {
        for (int i = 0; i < height; i++)
            for (int j = 0; j < width; j++)
                values[i * width + j] = band == 1 ? x0 + pixel * (j + 0.5) : y0 - pixel * (i + 0.5);
        write_band(dataset, band, values);
    }
    s2_free(values);
    GDALClose(dataset);
}

/* Labels on every fifth pixel of the fine grid, three classes, each row of pixels a group. */
static void make_labels(s2_label_set *labels)
{
    const int rows = (FINE_H + 4) / 5;
    const int columns = (FINE_W + 4) / 5;
    *labels = (s2_label_set){.from_polygons = true, .group_count = rows};
    labels->pixels = s2_calloc((size_t)(rows * columns), sizeof *labels->pixels);
    labels->groups = s2_calloc((size_t)rows, sizeof *labels->groups);
    for (int k = 1; k <= 3; k++) {
        char name[8];
        snprintf(name, sizeof name, "c%d", k);
        REQUIRE(s2_class_table_add(&labels->classes, k, name, NULL, NULL) == S2RGF_OK);
    }
    for (int r = 0; r < rows; r++) {
        labels->groups[r] = (s2_label_group){r % 3, (size_t)columns, {0, 5 * r, FINE_W, 1}};
        for (int c = 0; c < columns; c++)
            labels->pixels[labels->count++] = (s2_label_pixel){5 * c, 5 * r, r % 3, r};
    }
}

/* A model that leaves the pixels as they are. */
static void make_content(s2_model_content *content, s2_model_source sources[2],
                         s2_model_band bands[2])
{
    for (int b = 0; b < 2; b++)
        bands[b] = (s2_model_band){.name = (char *)"", .mean = 0.0, .std = 1.0};
    for (int s = 0; s < 2; s++)
        sources[s] = (s2_model_source){.band_count = 2, .bands = bands};
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
    const s2_map *fine = &batch->pixels[0];
    const s2_map *coarse = &batch->pixels[1];
    const s2_sampling sampling = {batch->ref_to_source[1][n], 1.0, coarse->w, coarse->h};
    s2_map sampled;
    double worst = 0.0;
    int wrong = 0;
    int labelled = 0;
    REQUIRE(s2_map_init(&sampled, 1, CROP, CROP, 2, NULL) == S2RGF_OK);
    s2_map one = *coarse;
    one.n = 1;
    one.data = s2_map_at(coarse, n);
    s2_sample_forward(&sampling, &one, &sampled);
    for (int p = 0; p < CROP * CROP; p++) {
        const float *a = s2_map_at(fine, n) + 2 * p;
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
    s2_map_clear(&sampled);
}

/* A scene of two sources in register, its labels, and a batch to draw crops into. */
typedef struct crop_fixture {
    s2_scene scene;
    s2_label_set labels;
    s2_model_content content;
    s2_model_source sources[2];
    s2_model_band bands[2];
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
    REQUIRE(s2_training_set_init(&f->set, &f->scene, &f->labels, &f->content, CROP, NULL) ==
            S2RGF_OK);
    REQUIRE(s2_training_set_split(&f->set, 0.0, 1, NULL, &report, NULL) == S2RGF_OK);
    CHECK(report.validation_pixels == 0);
    CHECK(isnan(report.distance_px));
    f->shape = s2_training_set_shape(&f->set, CROPS);
    REQUIRE(s2_dense_ops.create(&spec, &f->network, NULL) == S2RGF_OK);
    REQUIRE(s2_training_create(f->network, &f->shape, &f->training, NULL) == S2RGF_OK);
}

static void fixture_clear(crop_fixture *f)
{
    s2_training_free(f->training);
    s2_network_free(f->network);
    s2_training_set_clear(&f->set);
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
        const float *first = s2_map_at(&batch->pixels[0], n);
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
    const float *pixels = s2_map_at(&batch->pixels[0], n);
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
    const float *pixels = s2_map_at(&batch->pixels[0], n);
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

/* A source that is switched off is 0 in every crop, whatever the brightness; all else is as with it,
   down to the random numbers. */
static void muted_source_stays_zero(void)
{
    crop_fixture f;
    s2_training *muted = NULL;
    s2_random random;
    fixture_init(&f);
    for (int b = 0; b < 2; b++)
        f.bands[b].mean = 5.0; /* so that another brightness would move 0 */
    f.set.jitter = 0.2;
    REQUIRE(s2_training_create(f.network, &f.shape, &muted, NULL) == S2RGF_OK);
    s2_random_init(&random, 7, 0);
    REQUIRE(s2_training_set_draw(&f.set, &f.shape, &random, &f.training->batch, NULL) == S2RGF_OK);
    f.content.off.source[1] = true;
    s2_random_init(&random, 7, 0);
    REQUIRE(s2_training_set_draw(&f.set, &f.shape, &random, &muted->batch, NULL) == S2RGF_OK);
    const s2_batch *all = &f.training->batch;
    const s2_batch *one = &muted->batch;
    const size_t coarse = s2_map_pixels(&one->pixels[1]) * 2;
    const size_t pixels = (size_t)CROPS * CROP * CROP;
    double seen = 0.0;
    for (size_t i = 0; i < coarse; i++) {
        CHECK(one->pixels[1].data[i] == 0.0f);
        seen += fabs((double)all->pixels[1].data[i]);
    }
    CHECK(seen > 0.0);
    CHECK(memcmp(all->pixels[0].data, one->pixels[0].data, 2 * pixels * sizeof(float)) == 0);
    CHECK(memcmp(all->valid, one->valid, pixels) == 0);
    CHECK(memcmp(all->labels, one->labels, pixels * sizeof(int16_t)) == 0);
    s2_training_free(muted);
    fixture_clear(&f);
}

/* A set that is only good for splitting. */
static void init_split_only(s2_training_set *set, s2_scene *no_scene, const s2_model_content *none,
                            const s2_label_set *labels)
{
    REQUIRE(s2_training_set_init(set, no_scene, labels, none, CROP, NULL) == S2RGF_OK);
}

static void polygons_are_split_whole(void)
{
    s2_scene no_scene = {0};
    const s2_model_content none = {0};
    s2_label_set labels;
    s2_training_set set;
    s2_split_report report;
    make_labels(&labels);
    init_split_only(&set, &no_scene, &none, &labels);
    for (uint64_t seed = 1; seed <= 20; seed++) {
        int of_group[64] = {0};
        int trains[3] = {0};
        int validates[3] = {0};
        REQUIRE(s2_training_set_split(&set, 0.25, seed, NULL, &report, NULL) == S2RGF_OK);
        for (size_t i = 0; i < labels.count; i++) {
            const s2_label_pixel *pixel = &labels.pixels[i];
            of_group[pixel->group] |= 1 << set.role[i];
            trains[pixel->class_index] += set.role[i] == S2_LABEL_TRAIN;
            validates[pixel->class_index] += set.role[i] == S2_LABEL_VALIDATE;
        }
        for (int g = 0; g < labels.group_count; g++)
            CHECK(of_group[g] == 1 || of_group[g] == 2);
        for (int k = 0; k < 3; k++) {
            CHECK(validates[k] > 0);
            CHECK(trains[k] > validates[k]);
            CHECK(set.class_pixels[k] == (size_t)trains[k]);
        }
        CHECK(report.train_pixels + report.validation_pixels == labels.count);
        CHECK_NEAR(report.distance_px, 5.0, 1e-9); /* the next row of labels */
    }
    s2_training_set_clear(&set);
    s2_label_set_clear(&labels);
}

/* The only polygon of a class trains. */
static void no_class_is_lost(void)
{
    s2_scene no_scene = {0};
    const s2_model_content none = {0};
    s2_label_set labels;
    s2_training_set set;
    s2_split_report report;
    make_labels(&labels);
    for (int g = 0; g < labels.group_count; g++)
        labels.groups[g].class_index = g == 0 ? 0 : 1 + g % 2;
    for (size_t i = 0; i < labels.count; i++)
        labels.pixels[i].class_index = labels.groups[labels.pixels[i].group].class_index;
    init_split_only(&set, &no_scene, &none, &labels);
    for (uint64_t seed = 1; seed <= 20; seed++) {
        REQUIRE(s2_training_set_split(&set, 0.5, seed, NULL, &report, NULL) == S2RGF_OK);
        CHECK(set.class_pixels[0] == labels.groups[0].pixels);
        CHECK(report.validation_pixels > 0);
    }
    s2_training_set_clear(&set);
    s2_label_set_clear(&labels);
}

/* Blocks of raster labels hold several classes and are split whole: no block shows both roles. */
static void blocks_are_split_whole(void)
{
    enum { BLOCKS = 12 };
    s2_scene no_scene = {0};
    const s2_model_content none = {0};
    s2_label_set labels;
    s2_training_set set;
    s2_split_report report;
    make_labels(&labels);
    s2_free(labels.pixels);
    s2_free(labels.groups);
    labels.from_polygons = false;
    labels.count = 0;
    labels.group_count = 0;
    labels.pixels = s2_calloc(BLOCKS * 9, sizeof *labels.pixels);
    labels.groups = s2_calloc(BLOCKS * 3, sizeof *labels.groups);
    for (int block = 0; block < BLOCKS; block++)
        for (int k = 0; k < 3; k++) {
            const int x = S2_LABEL_BLOCK_PX * block + 4 * k;
            labels.groups[labels.group_count] = (s2_label_group){k, 3, {x, 0, 3, 1}};
            for (int i = 0; i < 3; i++)
                labels.pixels[labels.count++] = (s2_label_pixel){x + i, 0, k, labels.group_count};
            labels.group_count++;
        }
    init_split_only(&set, &no_scene, &none, &labels);
    for (uint64_t seed = 1; seed <= 20; seed++) {
        int of_block[BLOCKS] = {0};
        REQUIRE(s2_training_set_split(&set, 0.25, seed, NULL, &report, NULL) == S2RGF_OK);
        for (size_t i = 0; i < labels.count; i++)
            of_block[labels.pixels[i].x / S2_LABEL_BLOCK_PX] |= 1 << set.role[i];
        for (int b = 0; b < BLOCKS; b++)
            CHECK(of_block[b] == 1 || of_block[b] == 2);
        CHECK(report.validation_pixels == BLOCKS * 9 / 4);
    }
    s2_training_set_clear(&set);
    s2_label_set_clear(&labels);
}

/* ---- labels without valid data -------------------------------------------------------------- */

/* How a raster says that it has no data. */
typedef enum gap_kind { GAP_NODATA, GAP_NAN, GAP_MASK, GAP_ALPHA, GAP_EXTENT, GAP_KINDS } gap_kind;

#define GAP_WEST 45 /* fine pixels before the gap */

/* A raster of the fine grid without data from GAP_WEST on; EXTENT: a coarser one that ends there. */
static void make_gap(const char *path, gap_kind kind)
{
    const raster_recipe recipe = {
        .path = path,
        .width = kind == GAP_EXTENT ? GAP_WEST / 3 : FINE_W,
        .height = FINE_H,
        .bands = kind == GAP_ALPHA ? 2 : 1,
        .type = GDT_Float32,
        .geotransform = {0.0, kind == GAP_EXTENT ? 30.0 : 10.0, 0.0, 0.0, 0.0, -10.0}};
    GDALDatasetH dataset = create_raster(&recipe);
    GDALRasterBandH band = GDALGetRasterBand(dataset, 1);
    static double values[FINE_W * FINE_H], validity[FINE_W * FINE_H];
    const double gap = kind == GAP_NODATA ? -7.0 : kind == GAP_NAN ? (double)NAN : 3.0;
    for (int i = 0; i < recipe.width * FINE_H; i++) {
        const bool valid = kind == GAP_EXTENT || i % FINE_W < GAP_WEST;
        values[i] = valid ? i % 5 : gap;
        validity[i] = valid ? 255.0 : 0.0;
    }
    write_band(dataset, 1, values);
    if (kind == GAP_NODATA)
        CHECK(GDALSetRasterNoDataValue(band, gap) == CE_None);
    if (kind == GAP_ALPHA) {
        CHECK(GDALSetRasterColorInterpretation(GDALGetRasterBand(dataset, 2), GCI_AlphaBand) ==
              CE_None);
        write_band(dataset, 2, validity);
    }
    if (kind == GAP_MASK) {
        CHECK(GDALCreateDatasetMaskBand(dataset, GMF_PER_DATASET) == CE_None);
        CHECK(GDALRasterIO(GDALGetMaskBand(band), GF_Write, 0, 0, FINE_W, FINE_H, validity, FINE_W,
                           FINE_H, GDT_Float64, 0, 0) == CE_None);
    }
    GDALClose(dataset);
}

static char heard[4096];

static void hear(s2rgf_log_level level, const char *line, void *user)
{
    (void)user;
    const size_t used = strlen(heard);
    snprintf(heard + used, sizeof heard - used, "%d:%s\n", (int)level, line);
}

/* Labels at which one source has no data are gone, and told by class and number. */
static void labels_need_valid_data(void)
{
    const s2rgf_host host = {.log = hear};
    const int columns = FINE_W / 5;
    for (gap_kind kind = 0; kind < GAP_KINDS; kind++) {
        const s2rgf_input inputs[] = {{"fine", "/vsimem/whole.tif"}, {"gap", "/vsimem/gap.tif"}};
        const s2rgf_scene_options options = {.inputs = inputs, .input_count = 2};
        s2_scene scene;
        s2_label_set labels;
        s2rgf_error err = {0};
        VSIUnlink("/vsimem/gap.tif.msk");
        make_coordinates("/vsimem/whole.tif", FINE_W, FINE_H, 0.0, 0.0, 10.0);
        make_gap("/vsimem/gap.tif", kind);
        make_labels(&labels);
        const size_t rows = labels.count / (size_t)columns;
        REQUIRE(s2_scene_open(&options, NULL, NULL, &scene, &err) == S2RGF_OK);
        heard[0] = '\0';
        REQUIRE(s2_training_labels_check(&scene, "labels.gpkg", &host, &labels, &err) == S2RGF_OK);
        CHECK(labels.count == rows * GAP_WEST / 5);
        CHECK(labels.classes.count == 3 && labels.absent.count == 0);
        for (size_t i = 0; i < labels.count; i++)
            CHECK(labels.pixels[i].x < GAP_WEST);
        CHECK_CONTAINS(heard, "source gap (/vsimem/gap.tif): no valid data at 135 labelled pixels");
        CHECK_CONTAINS(heard, "class c1: no valid data at 45 of its 90 labelled pixels: they are "
                              "left out");
        CHECK(strstr(heard, "source fine") == NULL);

        /* what is left is as good as labels that never were elsewhere: nothing is told of it */
        heard[0] = '\0';
        REQUIRE(s2_training_labels_check(&scene, "labels.gpkg", &host, &labels, &err) == S2RGF_OK);
        CHECK(heard[0] == '\0' && labels.count == rows * GAP_WEST / 5);

        /* one class has no data at all, then none has */
        for (size_t i = 0; i < labels.count; i++)
            if (labels.pixels[i].class_index == 1)
                labels.pixels[i].x += GAP_WEST;
        REQUIRE(s2_training_labels_check(&scene, "labels.gpkg", &host, &labels, &err) == S2RGF_OK);
        CHECK_CONTAINS(heard, "class c2: no valid data at any of its 45 labelled pixels: it cannot "
                              "be learned");
        CHECK(labels.classes.count == 2 && labels.absent.count == 1);
        for (size_t i = 0; i < labels.count; i++)
            labels.pixels[i].x += GAP_WEST;
        CHECK(s2_training_labels_check(&scene, "labels.gpkg", &host, &labels, &err) ==
              S2RGF_FORMAT);
        CHECK_CONTAINS(err.message, "labels.gpkg: nothing to learn from");
        CHECK_CONTAINS(err.message, "none at any of the 90 labelled pixels");
        s2_label_set_clear(&labels);
        s2_scene_close(&scene);
    }
}

/* ---- distance and time ---------------------------------------------------------------------- */

/* Labels over a whole square, one class in each 5 x 5 pixels, grouped as a raster's are. */
static void make_square(s2_label_set *labels, int side)
{
    const int blocks = (side + S2_LABEL_BLOCK_PX - 1) / S2_LABEL_BLOCK_PX;
    *labels = (s2_label_set){.group_count = 2 * blocks * blocks};
    labels->count = (size_t)side * (size_t)side;
    labels->pixels = s2_alloc(labels->count, sizeof *labels->pixels);
    labels->groups = s2_calloc((size_t)labels->group_count, sizeof *labels->groups);
    REQUIRE(s2_class_table_add(&labels->classes, 1, "a", NULL, NULL) == S2RGF_OK);
    REQUIRE(s2_class_table_add(&labels->classes, 2, "b", NULL, NULL) == S2RGF_OK);
    for (size_t i = 0; i < labels->count; i++) {
        const int x = (int)(i % (size_t)side);
        const int y = (int)(i / (size_t)side);
        const int class_index = (x / 5 + y / 5) % 2;
        const int block = y / S2_LABEL_BLOCK_PX * blocks + x / S2_LABEL_BLOCK_PX;
        s2_label_group *group = &labels->groups[2 * block + class_index];
        labels->pixels[i] = (s2_label_pixel){x, y, class_index, 2 * block + class_index};
        group->class_index = class_index;
        group->bounds = group->pixels++ == 0 ? (s2_rect){x, y, 1, 1} : group->bounds;
    }
}

/* The distance is that of the nearest pair, whatever the pattern. */
static void distance_is_that_of_the_nearest_pair(void)
{
    enum { SIDE = 24, TRIALS = 300 };
    s2_label_pixel pixels[SIDE * SIDE];
    uint8_t role[SIDE * SIDE];
    s2_random random;
    s2_random_init(&random, 5, 0);
    for (int trial = 0; trial < TRIALS; trial++) {
        s2_label_set labels = {.pixels = pixels};
        const uint64_t rarity = 1 + s2_random_below(&random, 60);
        const int border = (int)s2_random_below(&random, SIDE);
        for (int i = 0; i < SIDE * SIDE; i++) {
            if (s2_random_below(&random, rarity) > 0)
                continue;
            pixels[labels.count] = (s2_label_pixel){i % SIDE, i / SIDE, 0, 0};
            role[labels.count++] = trial % 3 == 0   ? s2_random_below(&random, 2) != 0
                                   : trial % 3 == 1 ? i % SIDE < border
                                                    : i / SIDE < border;
        }
        double nearest = INFINITY;
        for (size_t i = 0; i < labels.count; i++)
            for (size_t k = 0; k < i; k++)
                if (role[i] != role[k])
                    nearest =
                        fmin(nearest, hypot(pixels[i].x - pixels[k].x, pixels[i].y - pixels[k].y));
        double found = 0.0;
        uint64_t work;
        REQUIRE(s2_role_distance(&labels, role, NULL, &found, &work, NULL) == S2RGF_OK);
        CHECK(isinf(nearest) ? isnan(found) : fabs(found - nearest) < 1e-9);
    }
}

/* Four times the pixels, four times the work. */
static void work_is_linear(void)
{
    uint64_t work[2];
    for (int k = 0; k < 2; k++) {
        s2_scene no_scene = {0};
        const s2_model_content none = {0};
        s2_label_set labels;
        s2_training_set set;
        s2_split_report report;
        double distance;
        make_square(&labels, k == 0 ? 512 : 1024);
        init_split_only(&set, &no_scene, &none, &labels);
        REQUIRE(s2_training_set_split(&set, 0.25, 3, NULL, &report, NULL) == S2RGF_OK);
        CHECK(report.train_pixels + report.validation_pixels == labels.count);
        CHECK(report.distance_px == 1.0);
        REQUIRE(s2_role_distance(&labels, set.role, NULL, &distance, &work[k], NULL) == S2RGF_OK);
        s2_training_set_clear(&set);
        s2_label_set_clear(&labels);
    }
    CHECK(work[0] > 0 && work[1] < 5 * work[0]);
}

static bool stop_at_once(double fraction, void *user)
{
    (void)fraction;
    (void)user;
    return false;
}

static void splitting_can_be_cancelled(void)
{
    const s2rgf_host host = {.progress = stop_at_once};
    s2_scene no_scene = {0};
    const s2_model_content none = {0};
    s2_label_set labels;
    s2_training_set set;
    s2_split_report report;
    make_square(&labels, 200);
    init_split_only(&set, &no_scene, &none, &labels);
    CHECK(s2_training_set_split(&set, 0.25, 3, &host, &report, NULL) == S2RGF_CANCELLED);
    s2_training_set_clear(&set);
    s2_label_set_clear(&labels);
}

/* Groups are found, not searched for: a hundred thousand take no time that counts. */
static void many_blocks_are_split_in_no_time(void)
{
    enum { BLOCKS = 100000 };
    s2_scene no_scene = {0};
    const s2_model_content none = {0};
    s2_label_set labels;
    s2_training_set set;
    s2_split_report report;
    make_square(&labels, 1);
    s2_free(labels.pixels);
    s2_free(labels.groups);
    labels.count = BLOCKS;
    labels.group_count = BLOCKS;
    labels.pixels = s2_alloc(BLOCKS, sizeof *labels.pixels);
    labels.groups = s2_alloc(BLOCKS, sizeof *labels.groups);
    for (int i = 0; i < BLOCKS; i++) {
        const int x = i * S2_LABEL_BLOCK_PX;
        labels.pixels[i] = (s2_label_pixel){x, 0, i % 2, i};
        labels.groups[i] = (s2_label_group){i % 2, 1, {x, 0, 1, 1}};
    }
    init_split_only(&set, &no_scene, &none, &labels);
    const clock_t start = clock();
    REQUIRE(s2_training_set_split(&set, 0.25, 3, NULL, &report, NULL) == S2RGF_OK);
    CHECK((double)(clock() - start) / CLOCKS_PER_SEC < 5.0); /* squared: far more than ten */
    CHECK(report.validation_pixels == BLOCKS / 4 && report.distance_px == S2_LABEL_BLOCK_PX);
    s2_training_set_clear(&set);
    s2_label_set_clear(&labels);
}

int main(void)
{
    GDALAllRegister();
    crops_stay_in_register();
    labelled_pixel_is_at_the_centre();
    statistics_see_the_edges();
    muted_source_stays_zero();
    polygons_are_split_whole();
    no_class_is_lost();
    blocks_are_split_whole();
    labels_need_valid_data();
    distance_is_that_of_the_nearest_pair();
    work_is_linear();
    splitting_can_be_cancelled();
    many_blocks_are_split_in_no_time();
    return harness_end();
}
