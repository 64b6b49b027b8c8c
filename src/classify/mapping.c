/* What mapping a whole scene and mapping on demand share. */
#include "classify/mapping.h"

#include <stdio.h>

#include "assess/calibration.h"
#include "model/network_model.h"

s2rgf_status s2_mapping_load(const char *model_path, s2_model_content *content,
                             s2_weights **weights, s2rgf_error *err)
{
    s2_network *network = NULL;
    s2rgf_status status = s2_model_load(model_path, content, err);
    if (status == S2RGF_OK)
        status = s2_network_from_model(content, model_path, &network, err);
    if (status == S2RGF_OK) {
        s2_model_tensors_clear(content); /* the network has them */
        status = network->ops->weights_create(network, weights, err);
    }
    s2_network_free(network);
    return status;
}

size_t s2_mapping_bytes(const s2_model_content *content, const s2_weights *weights,
                        const s2_run_geometry *geometry, const s2_tiling *tiling,
                        size_t *read_pixels)
{
    size_t bytes = weights->ops->run_bytes(weights, geometry, tiling, read_pixels);
    /* reading goes through a buffer of the window's size, every source has its own */
    for (int s = 0; s < content->source_count; s++)
        bytes += read_pixels[s] * (size_t)content->sources[s].band_count * sizeof(float);
    return bytes;
}

uint16_t s2_mapping_class(const s2_class_table *classes, const float *scores)
{
    return (uint16_t)classes->items[s2_best_class(scores, classes->count)].value;
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
