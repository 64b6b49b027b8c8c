/* What a network reads at single pixels: for comparing places with each other. */
#include "scene/pixel_features.h"

#include <math.h>

#include "core/error.h"
#include "core/log.h"

size_t s2_pixel_feature_count(const s2_model_content *content)
{
    size_t bands = 0;
    for (int s = 0; s < content->source_count; s++)
        bands += (size_t)content->sources[s].band_count;
    return bands;
}

/** One source at one pixel of the reference grid. features out [bands] */
static s2rgf_status read_feature(const s2_scene *scene, s2_network_input *input, int source,
                                 const int place[2], int bands, float *features, s2rgf_error *err)
{
    const s2_scene_source *from = &scene->sources[source];
    const s2_grid *grid = s2_source_grid(from->source);
    double u, v;
    uint8_t valid = 0;
    s2_affine_apply(&from->ref_to_source, place[0] + 0.5, place[1] + 0.5, &u, &v);
    const bool inside = u >= 0.0 && v >= 0.0 && u < grid->width && v < grid->height;
    const s2rgf_status status =
        inside ? s2_network_input_read(input, source, (s2_rect){(int)u, (int)v, 1, 1}, features,
                                       &valid, err)
               : S2RGF_OK;
    for (int b = 0; b < bands; b++)
        features[b] = valid ? features[b] / sqrtf((float)bands) : 0.0f;
    return status;
}

s2rgf_status s2_pixel_features_read(s2_scene *scene, const s2_model_content *content,
                                    const int (*places)[2], size_t count, const s2rgf_host *host,
                                    float *features, s2rgf_error *err)
{
    s2_network_input *input = NULL;
    s2rgf_status status = s2_network_input_open(scene, content, S2_INPUT_AT_ONCE, &input, err);
    for (size_t i = 0; i < count && status == S2RGF_OK; i++) {
        for (int s = 0; s < content->source_count && status == S2RGF_OK; s++) {
            const int bands = content->sources[s].band_count;
            status = read_feature(scene, input, s, places[i], bands, features, err);
            features += bands;
        }
        if (status == S2RGF_OK && !s2_progress(host, 1.0))
            status = s2_fail(err, S2RGF_CANCELLED, "interrupted");
    }
    s2_network_input_close(input);
    return status;
}
