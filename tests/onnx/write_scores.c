/* The scores a model gives a scene: what its ONNX file is compared with.
     write_scores model.s2rgf scores.f32 name=raster ...
   writes [height][width][classes] numbers of 32 bits, NaN where a source has no data. */
#include <gdal.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "classify/mapping.h"
#include "core/memory.h"
#include "s2rgf/models.h"
#include "s2rgf/scene.h"
#include "scene/network_input.h"

typedef struct writer {
    s2_scene scene;
    const s2_model_content *content;
    FILE *out;
} writer;

static s2rgf_status take_rows(void *context, s2_rect rows, const float *scores,
                              const uint8_t *valid, s2rgf_error *err)
{
    const writer *w = context;
    const int classes = w->content->classes.count;
    (void)err;
    for (int p = 0; p < rows.w * rows.h; p++)
        for (int k = 0; k < classes; k++) {
            const float score = valid[p] ? scores[(ptrdiff_t)p * classes + k] : NAN;
            fwrite(&score, sizeof score, 1, w->out);
        }
    return S2RGF_OK;
}

/* The whole scene as one tile. */
static s2rgf_status write_all(writer *w, const s2_weights *weights, s2rgf_error *err)
{
    s2_run_geometry geometry;
    s2_run *run = NULL;
    s2_network_input *input = NULL;
    s2rgf_status status =
        s2_network_input_open(&w->scene, w->content, S2_INPUT_AT_ONCE, &input, err);
    const s2_tile_io io = {
        .next = s2_network_input_next, .input = input, .context = w, .take = take_rows};
    s2_scene_geometry(&w->scene, &geometry);
    const s2_rect whole = {0, 0, geometry.width, geometry.height};
    const s2_tiling tiling = {whole.w, whole.h, whole};
    if (status == S2RGF_OK)
        status = s2_run_create(weights, &geometry, &tiling, &run, err);
    if (status == S2RGF_OK)
        status = run->ops->run_compute(run, whole, NULL, &io, err);
    s2_network_input_close(input);
    s2_run_free(run);
    return status;
}

int main(int argc, char **argv)
{
    s2rgf_input inputs[S2RGF_MAX_SOURCES];
    s2rgf_scene_options options = {.inputs = inputs};
    const s2rgf_model *model = NULL;
    const s2_weights *weights = NULL;
    writer w = {.out = argc > 3 ? fopen(argv[2], "wb") : NULL};
    s2rgf_error err = {0};
    GDALAllRegister();
    for (int i = 3; i < argc && options.input_count < S2RGF_MAX_SOURCES; i++) {
        char *path = strchr(argv[i], '=');
        if (!path)
            return EXIT_FAILURE;
        *path++ = '\0';
        inputs[options.input_count++] = (s2rgf_input){argv[i], path};
    }
    if (!w.out)
        return EXIT_FAILURE;
    s2rgf_status status =
        s2_mapping_load(argv[1], NULL, S2_PRECISION_FLOAT, &model, &weights, &err);
    if (status == S2RGF_OK)
        w.content = &model->content;
    if (status == S2RGF_OK)
        status = s2_scene_open_for_model(&options, w.content, NULL, NULL, &w.scene, &err);
    if (status == S2RGF_OK) {
        status = write_all(&w, weights, &err);
        s2_scene_close(&w.scene);
    }
    s2_mapping_leave(model);
    if (status != S2RGF_OK)
        fprintf(stderr, "%s\n", err.message);
    return fclose(w.out) == 0 && status == S2RGF_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
