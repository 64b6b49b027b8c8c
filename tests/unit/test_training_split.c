/* Labels that train and validate: those with valid data, split in space. */
#include "training_fixture.h"

#include <time.h>

#include "geo/labels/labels_blocks.h"
#include "s2rgf/scene.h"

/* What the tests split. */
static s2_label_set labels;
static s2_training_scenes scenes;
static s2_training_set set;
static s2_split_report report;

/* A set that is only good for splitting. */
static void init_split_only(void)
{
    static s2_scene no_scene;
    static const s2_model_content none;
    make_scenes(&scenes, &no_scene, &labels, &none);
    REQUIRE(s2_training_set_init(&set, &scenes, &labels, &none, CROP, NULL) == S2RGF_OK);
}

static void clear_all(void)
{
    s2_training_scenes_clear(&scenes);
    s2_training_set_clear(&set);
    s2_label_set_clear(&labels);
}

/* Other pixels and groups in place of those that a fixture made, all zero. */
static void replace_labels(size_t pixels, size_t groups)
{
    S2_FREE_EACH(labels.pixels, labels.groups);
    labels.pixels = s2_calloc(pixels, sizeof *labels.pixels);
    labels.groups = s2_calloc(groups, sizeof *labels.groups);
}

static void polygons_are_split_whole(void)
{
    make_labels(&labels);
    init_split_only();
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
    clear_all();
}

/* The only polygon of a class trains. */
static void no_class_is_lost(void)
{
    make_labels(&labels);
    for (int g = 0; g < labels.group_count; g++)
        labels.groups[g].class_index = g == 0 ? 0 : 1 + g % 2;
    for (size_t i = 0; i < labels.count; i++)
        labels.pixels[i].class_index = labels.groups[labels.pixels[i].group].class_index;
    init_split_only();
    for (uint64_t seed = 1; seed <= 20; seed++) {
        REQUIRE(s2_training_set_split(&set, 0.5, seed, NULL, &report, NULL) == S2RGF_OK);
        CHECK(set.class_pixels[0] == labels.groups[0].pixels);
        CHECK(report.validation_pixels > 0);
    }
    clear_all();
}

/* Blocks of raster labels hold several classes and are split whole: no block shows both roles. */
static void blocks_are_split_whole(void)
{
    enum { BLOCKS = 12 };
    make_labels(&labels);
    replace_labels(BLOCKS * 9, BLOCKS * 3);
    labels.from_polygons = false;
    labels.count = 0;
    labels.group_count = 0;
    for (int block = 0; block < BLOCKS; block++)
        for (int k = 0; k < 3; k++) {
            const int x = S2_LABEL_BLOCK_PX * block + 4 * k;
            labels.groups[labels.group_count] =
                (s2_label_group){.class_index = k, .pixels = 3, .bounds = {x, 0, 3, 1}};
            for (int i = 0; i < 3; i++)
                labels.pixels[labels.count++] = (s2_label_pixel){x + i, 0, k, labels.group_count};
            labels.group_count++;
        }
    init_split_only();
    for (uint64_t seed = 1; seed <= 20; seed++) {
        int of_block[BLOCKS] = {0};
        REQUIRE(s2_training_set_split(&set, 0.25, seed, NULL, &report, NULL) == S2RGF_OK);
        for (size_t i = 0; i < labels.count; i++)
            of_block[labels.pixels[i].x / S2_LABEL_BLOCK_PX] |= 1 << set.role[i];
        for (int b = 0; b < BLOCKS; b++)
            CHECK(of_block[b] == 1 || of_block[b] == 2);
        CHECK(report.validation_pixels == BLOCKS * 9 / 4);
    }
    clear_all();
}

/* A small scene has as many blocks as it takes to split it; a large one keeps its own. */
static void small_scenes_have_smaller_blocks(void)
{
    enum { SMALL_W = 67, SMALL_H = 100 };
    size_t of_class[3] = {0}, validating[3] = {0};
    make_labels(&labels);
    replace_labels(SMALL_W * SMALL_H, 1);
    labels.from_polygons = false;
    labels.count = 0;
    for (int y = 0; y < SMALL_H; y++)
        for (int x = 0; x < SMALL_W; x++)
            labels.pixels[labels.count++] = (s2_label_pixel){x, y, (x / 20 + y / 20) % 3, 0};
    REQUIRE(s2_labels_regroup(&labels, S2_LABEL_BLOCK_PX, NULL) == S2RGF_OK);
    CHECK(labels.group_count >= 4 && labels.group_count <= 4 * 3);
    REQUIRE(s2_training_labels_block(&labels, NULL) == S2RGF_OK);
    CHECK(labels.block_px == 16);
    size_t pixels = 0;
    for (int g = 0; g < labels.group_count; g++) {
        const s2_rect b = labels.groups[g].bounds;
        pixels += labels.groups[g].pixels;
        CHECK(b.x / 16 == (b.x + b.w - 1) / 16 && b.y / 16 == (b.y + b.h - 1) / 16);
    }
    CHECK(pixels == labels.count);
    for (size_t i = 0; i < labels.count; i++) {
        const s2_label_group *group = &labels.groups[labels.pixels[i].group];
        CHECK(group->class_index == labels.pixels[i].class_index &&
              s2_rect_contains(group->bounds,
                               (s2_rect){labels.pixels[i].x, labels.pixels[i].y, 1, 1}));
    }
    init_split_only();
    REQUIRE(s2_training_set_split(&set, 0.25, 1, NULL, &report, NULL) == S2RGF_OK);
    for (size_t i = 0; i < labels.count; i++) {
        of_class[labels.pixels[i].class_index]++;
        validating[labels.pixels[i].class_index] += set.role[i] == S2_LABEL_VALIDATE;
    }
    CHECK(report.validation_pixels >= labels.count / 5 &&
          report.validation_pixels <= labels.count / 3);
    for (int k = 0; k < 3; k++)
        CHECK(validating[k] > of_class[k] / 10);
    s2_training_scenes_clear(set.scenes);
    s2_training_set_clear(&set);

    /* spread over a large scene, they stay in blocks of the usual side */
    for (size_t i = 0; i < labels.count; i++)
        labels.pixels[i].x *= 50;
    REQUIRE(s2_labels_regroup(&labels, S2_LABEL_BLOCK_PX, NULL) == S2RGF_OK);
    REQUIRE(s2_training_labels_block(&labels, NULL) == S2RGF_OK);
    CHECK(labels.block_px == S2_LABEL_BLOCK_PX);
    s2_label_set_clear(&labels);
}

/* ---- labels without valid data -------------------------------------------------------------- */

/* How a raster says that it has no data. */
typedef enum gap_kind { GAP_NODATA, GAP_NAN, GAP_MASK, GAP_ALPHA, GAP_EXTENT, GAP_KINDS } gap_kind;

#define GAP_WEST 45 /* fine pixels before the gap */

/* A raster of the fine grid without data from GAP_WEST on; EXTENT: a coarser one that ends
   there. */
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
        s2rgf_error err = {0};
        VSIUnlink("/vsimem/gap.tif.msk");
        make_coordinates("/vsimem/whole.tif", FINE_W, FINE_H, 0.0, 0.0, 10.0);
        make_gap("/vsimem/gap.tif", kind);
        make_labels(&labels);
        const size_t rows = labels.count / (size_t)columns;
        REQUIRE(s2_scene_open(&options, NULL, NULL, &scene, &err) == S2RGF_OK);
        heard[0] = '\0';
        REQUIRE(s2_training_labels_check(&scene, "labels.gpkg", true, &host, &labels, &err) ==
                S2RGF_OK);
        CHECK(labels.count == rows * GAP_WEST / 5);
        CHECK(labels.classes.count == 3 && labels.absent.count == 0);
        for (size_t i = 0; i < labels.count; i++)
            CHECK(labels.pixels[i].x < GAP_WEST);
        CHECK_CONTAINS(heard, "source gap (/vsimem/gap.tif): no valid data at 135 labelled pixels");
        CHECK_CONTAINS(heard, "class c1: no valid data at 45 of its 90 labelled pixels: they are "
                              "left out");
        CHECK(!strstr(heard, "source fine"));

        /* what is left is as good as labels that never were elsewhere: nothing is told of it */
        heard[0] = '\0';
        REQUIRE(s2_training_labels_check(&scene, "labels.gpkg", true, &host, &labels, &err) ==
                S2RGF_OK);
        CHECK(heard[0] == '\0' && labels.count == rows * GAP_WEST / 5);

        /* one class has no data at all, then none has */
        for (size_t i = 0; i < labels.count; i++)
            if (labels.pixels[i].class_index == 1)
                labels.pixels[i].x += GAP_WEST;
        REQUIRE(s2_training_labels_check(&scene, "labels.gpkg", true, &host, &labels, &err) ==
                S2RGF_OK);
        CHECK_CONTAINS(heard, "class c2: no valid data at any of its 45 labelled pixels: it cannot "
                              "be learned");
        CHECK(labels.classes.count == 2 && labels.absent.count == 1);
        for (size_t i = 0; i < labels.count; i++)
            labels.pixels[i].x += GAP_WEST;
        CHECK(s2_training_labels_check(&scene, "labels.gpkg", true, &host, &labels, &err) ==
              S2RGF_FORMAT);
        CHECK_CONTAINS(err.message, "labels.gpkg: nothing to learn from");
        CHECK_CONTAINS(err.message, "none at any of the 90 labelled pixels");
        s2_label_set_clear(&labels);
        s2_scene_close(&scene);
    }
}

/* ---- distance and time ---------------------------------------------------------------------- */

/* Labels over a whole square, one class in each 5 x 5 pixels, grouped as a raster's are. */
static void make_square(int side)
{
    const int blocks = (side + S2_LABEL_BLOCK_PX - 1) / S2_LABEL_BLOCK_PX;
    labels = (s2_label_set){.group_count = 2 * blocks * blocks};
    labels.count = (size_t)side * (size_t)side;
    labels.pixels = s2_alloc(labels.count, sizeof *labels.pixels);
    labels.groups = s2_calloc((size_t)labels.group_count, sizeof *labels.groups);
    REQUIRE(s2_class_table_add(&labels.classes, 1, "a", NULL, NULL) == S2RGF_OK);
    REQUIRE(s2_class_table_add(&labels.classes, 2, "b", NULL, NULL) == S2RGF_OK);
    for (size_t i = 0; i < labels.count; i++) {
        const int x = (int)(i % (size_t)side);
        const int y = (int)(i / (size_t)side);
        const int class_index = (x / 5 + y / 5) % 2;
        const int block = y / S2_LABEL_BLOCK_PX * blocks + x / S2_LABEL_BLOCK_PX;
        s2_label_group *group = &labels.groups[2 * block + class_index];
        labels.pixels[i] = (s2_label_pixel){x, y, class_index, 2 * block + class_index};
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
        labels = (s2_label_set){.pixels = pixels};
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
        double distance;
        make_square(k == 0 ? 512 : 1024);
        init_split_only();
        REQUIRE(s2_training_set_split(&set, 0.25, 3, NULL, &report, NULL) == S2RGF_OK);
        CHECK(report.train_pixels + report.validation_pixels == labels.count);
        CHECK(report.distance_px == 1.0);
        REQUIRE(s2_role_distance(&labels, set.role, NULL, &distance, &work[k], NULL) == S2RGF_OK);
        clear_all();
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
    make_square(200);
    init_split_only();
    CHECK(s2_training_set_split(&set, 0.25, 3, &host, &report, NULL) == S2RGF_CANCELLED);
    clear_all();
}

/* Groups are found, not searched for: a hundred thousand take no time that counts. */
static void many_blocks_are_split_in_no_time(void)
{
    enum { BLOCKS = 100000 };
    make_square(1);
    replace_labels(BLOCKS, BLOCKS);
    labels.count = BLOCKS;
    labels.group_count = BLOCKS;
    for (int i = 0; i < BLOCKS; i++) {
        const int x = i * S2_LABEL_BLOCK_PX;
        labels.pixels[i] = (s2_label_pixel){x, 0, i % 2, i};
        labels.groups[i] =
            (s2_label_group){.class_index = i % 2, .pixels = 1, .bounds = {x, 0, 1, 1}};
    }
    init_split_only();
    const clock_t start = clock();
    REQUIRE(s2_training_set_split(&set, 0.25, 3, NULL, &report, NULL) == S2RGF_OK);
    CHECK((double)(clock() - start) / CLOCKS_PER_SEC < 5.0); /* squared: far more than ten */
    CHECK(report.validation_pixels == BLOCKS / 4 && report.distance_px == S2_LABEL_BLOCK_PX);
    clear_all();
}

int main(void)
{
    GDALAllRegister();
    polygons_are_split_whole();
    no_class_is_lost();
    blocks_are_split_whole();
    small_scenes_have_smaller_blocks();
    labels_need_valid_data();
    distance_is_that_of_the_nearest_pair();
    work_is_linear();
    splitting_can_be_cancelled();
    many_blocks_are_split_in_no_time();
    return harness_end();
}
