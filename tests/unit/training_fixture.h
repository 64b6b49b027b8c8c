/* Rasters and labels for the tests of training sets. */
#ifndef S2_TESTS_TRAINING_FIXTURE_H
#define S2_TESTS_TRAINING_FIXTURE_H

#include "core/memory.h"
#include "geo_fixture.h"
#include "train/set/training_set.h"

enum { FINE_W = 90, FINE_H = 71, COARSE_W = 32, COARSE_H = 27, CROP = 32, CROPS = 16 };

/* A raster whose two bands are its own easting and northing: bilinear sampling reproduces both. */
static inline void make_coordinates(const char *path, int width, int height, double x0, double y0,
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

/* The scenes of a training of one open scene. Memory: s2_training_scenes_clear(). */
static inline void make_scenes(s2_training_scenes *scenes, s2_scene *scene,
                               const s2_label_set *labels, const s2_model_content *content)
{
    s2_training_scenes_init(scenes, NULL, content);
    REQUIRE(s2_training_scenes_add(scenes, NULL, NULL, scene, NULL) == S2RGF_OK);
    scenes->items[0].end = labels->count;
}

/* Labels on every fifth pixel of the fine grid, three classes, each row of pixels a group. */
static inline void make_labels(s2_label_set *labels)
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
        labels->groups[r] = (s2_label_group){
            .class_index = r % 3, .pixels = (size_t)columns, .bounds = {0, 5 * r, FINE_W, 1}};
        for (int c = 0; c < columns; c++)
            labels->pixels[labels->count++] = (s2_label_pixel){5 * c, 5 * r, r % 3, r};
    }
}

#endif
