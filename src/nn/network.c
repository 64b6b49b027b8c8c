/* What the networks share. */
#include "nn/network.h"

#include <math.h>
#include <string.h>

#include "core/error.h"
#include "core/memory.h"
#include "core/random.h"

s2rgf_status s2_network_check(const s2_network_spec *spec, s2rgf_error *err)
{
    if (spec->sources < 1 || spec->sources > S2RGF_MAX_SOURCES)
        return s2_fail(err, S2RGF_INVALID_ARGUMENT, "sources: expected 1 to %d, found %d",
                       S2RGF_MAX_SOURCES, spec->sources);
    if (spec->classes < 2 || spec->classes > S2RGF_MAX_CLASSES)
        return s2_fail(err, S2RGF_INVALID_ARGUMENT, "classes: expected 2 to %d, found %d",
                       S2RGF_MAX_CLASSES, spec->classes);
    for (int s = 0; s < spec->sources; s++)
        if (spec->bands[s] < 1 || spec->bands[s] > 65535)
            return s2_fail(err, S2RGF_INVALID_ARGUMENT,
                           "source %d: expected 1 to 65535 bands, found %d", s + 1, spec->bands[s]);
    return S2RGF_OK;
}

/** The source with most bands, the first of equals. */
static int rich_source(const s2_network_spec *spec)
{
    int rich = 0;
    for (int s = 1; s < spec->sources; s++)
        if (spec->bands[s] > spec->bands[rich])
            rich = s;
    return rich;
}

int s2_spectral_width(const s2_network_spec *spec, int narrow, int source)
{
    return source == rich_source(spec) ? spec->channels : narrow;
}

int s2_spectral_first(const s2_network_spec *spec, int narrow, int source)
{
    int first = 0;
    for (int s = 0; s < source; s++)
        first += s2_spectral_width(spec, narrow, s);
    return first;
}

/* Inputs that feed one output of a weight: all dimensions but the last; a band filter has only its
   width. */
static size_t fan_in(const s2_param *weight)
{
    const int last = weight->dims[weight->dim_count - 1];
    return weight->dim_count == 1 ? weight->count : weight->count / (size_t)last;
}

/* Weights and variances of a batch-norm start at 1, biases and means at 0. */
static void reset_norm(s2_param *param)
{
    const char *leaf = strrchr(param->name, '.');
    const float value =
        strcmp(leaf, ".weight") == 0 || strcmp(leaf, ".running_var") == 0 ? 1.0f : 0.0f;
    for (size_t k = 0; k < param->count; k++)
        param->value[k] = value;
}

void s2_network_randomise(s2_params *params, uint64_t seed)
{
    double bound = 0.0;
    for (int i = 0; i < params->count; i++) {
        s2_param *param = &params->items[i];
        s2_random random;
        if (strstr(param->name, ".bn")) {
            reset_norm(param);
            continue;
        }
        if (!param->grad && !params->without_gradients)
            continue; /* what no training changes */
        /* a bias follows its weight and shares its bound */
        if (param->decay)
            bound = 1.0 / sqrt((double)fan_in(param));
        s2_random_init(&random, seed, (uint64_t)i + 1);
        for (size_t k = 0; k < param->count; k++)
            param->value[k] = (float)(bound * (2.0 * s2_random_uniform(&random) - 1.0));
    }
}

s2rgf_status s2_batch_init(s2_batch *batch, const s2_network_spec *spec,
                           const s2_batch_shape *shape, s2rgf_error *err)
{
    const size_t crops = (size_t)shape->crops;
    const size_t pixels = crops * (size_t)shape->height * (size_t)shape->width;
    batch->valid = s2_calloc(pixels, 1);
    batch->labels = s2_calloc(pixels, sizeof(int16_t));
    if (!batch->valid || !batch->labels)
        return s2_fail_memory(err, "training");
    for (int s = 0; s < spec->sources; s++) {
        const bool aligned = spec->on_reference[s];
        const int h = aligned ? shape->height : shape->source_height[s];
        const int w = aligned ? shape->width : shape->source_width[s];
        if (h < 1 || w < 1)
            return s2_fail(err, S2RGF_INVALID_ARGUMENT, "source %d: empty crop rectangle", s + 1);
        batch->ref_to_source[s] = s2_calloc(crops, sizeof(s2_affine));
        if (!batch->ref_to_source[s])
            return s2_fail_memory(err, "training");
        const s2rgf_status status =
            s2_tensor_init(&batch->pixels[s], shape->crops, h, w, spec->bands[s], err);
        if (status != S2RGF_OK)
            return status;
    }
    return S2RGF_OK;
}

void s2_batch_clear(s2_batch *batch)
{
    for (int s = 0; s < S2RGF_MAX_SOURCES; s++) {
        s2_tensor_clear(&batch->pixels[s]);
        s2_free(batch->ref_to_source[s]);
    }
    s2_free(batch->valid);
    s2_free(batch->labels);
    *batch = (s2_batch){0};
}
