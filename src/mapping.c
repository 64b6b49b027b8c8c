/* What mapping a whole scene and mapping on demand share. */
#include "mapping.h"

#include <stdio.h>

#include "calibration.h"
#include "nn/network_model.h"

s2rgf_status s2_mapping_load(const char *model_path, s2_model_content *content,
                             s2_weights **weights, s2rgf_error *err)
{
    s2_network *network = NULL;
    s2rgf_status status = s2_model_load(model_path, content, err);
    if (status == S2RGF_OK)
        status = s2_network_from_model(content, model_path, &network, err);
    if (status == S2RGF_OK)
        status = s2_weights_create(network, weights, err);
    s2_network_free(network);
    return status;
}

size_t s2_mapping_bytes(const s2_model_content *content, const s2_weights *weights,
                        const s2_run_geometry *geometry, int tile_px)
{
    const s2_rect core = s2_rect_intersect((s2_rect){0, 0, tile_px, tile_px},
                                           (s2_rect){0, 0, geometry->width, geometry->height});
    size_t bytes = s2_run_bytes(weights, geometry, tile_px);
    /* reading goes through a buffer of the window's size, one source at a time */
    for (int s = 0; s < content->source_count; s++) {
        const s2_rect window = s2_run_window(weights, geometry, s, core);
        bytes += (size_t)window.w * (size_t)window.h * (size_t)content->sources[s].band_count *
                 sizeof(float);
    }
    return bytes;
}

void s2_mapping_classes(const s2_tile *tile, const s2_class_table *classes, uint16_t *values)
{
    const size_t pixels = (size_t)tile->core.w * (size_t)tile->core.h;
    for (size_t p = 0; p < pixels; p++) {
        const float *scores = tile->scores + p * (size_t)classes->count;
        /* validity is unset where a tile was not computed */
        const bool mapped = (!tile->wanted || tile->wanted[p]) && tile->valid[p];
        values[p] =
            mapped ? (uint16_t)classes->items[s2_best_class(scores, classes->count)].value : 0;
    }
}

void s2_mapping_provenance(const s2_model_content *content, const s2_scene *scene, char *lines,
                           size_t size, const char *metadata[4])
{
    int at = 0;
    int length = snprintf(lines, size, "S2RGF_VERSION=%s", s2rgf_version());
    metadata[0] = lines;
    at += length + 1;
    length = snprintf(lines + at, size - (size_t)at, "S2RGF_MODEL=%s", content->checksum);
    metadata[1] = lines + at;
    at += length + 1;
    metadata[2] = lines + at;
    at += snprintf(lines + at, size - (size_t)at, "S2RGF_SOURCES=");
    for (int s = 0; s < scene->count && at < (int)size - 1; s++)
        at += snprintf(lines + at, size - (size_t)at, "%s%s: %s", s ? "; " : "",
                       content->sources[s].name, s2_source_label(scene->sources[s].source));
    metadata[3] = NULL;
}
