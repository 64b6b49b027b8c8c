/* A random layer of units that see windows and components, and what becomes of it beside a network. */
#include "train/experts/hidden_layer.h"

#include <math.h>
#include <string.h>

#include "core/error.h"
#include "core/memory.h"
#include "nn/networks/windows.h"

#define SEED 1
#define STREAM 0x41d

enum { UNITS = S2_EXPERT_HIDDEN };

/* Weights of standardised features become weights of the features as they are. */
static void draw_source(const double (*scale)[2], int seen, s2_random *random, float *weight,
                        float *bias)
{
    const double spread = 1.0 / sqrt((double)seen);
    double offset[UNITS];
    for (int u = 0; u < UNITS; u++)
        offset[u] = s2_random_normal(random);
    for (int j = 0; j < seen; j++)
        for (int u = 0; u < UNITS; u++) {
            const double drawn = spread * s2_random_normal(random) / scale[j][1];
            weight[j * UNITS + u] = (float)drawn;
            offset[u] -= drawn * scale[j][0];
        }
    for (int u = 0; u < UNITS; u++)
        bias[u] = (float)offset[u];
}

s2rgf_status s2_hidden_layer_draw(const s2_training_set *set, const s2_components *components,
                                  s2_hidden_layer *layer, s2rgf_error *err)
{
    s2_random random;
    *layer = (s2_hidden_layer){.seen = {0}};
    s2_random_init(&random, SEED, STREAM);
    for (int s = 0; s < set->content->source_count; s++) {
        if (!components->scale[s])
            continue;
        const int own = s2_expert_components(set->content->sources[s].band_count);
        const int seen = s2_window_feature_floats(own);
        layer->seen[s] = seen;
        layer->weight[s] = s2_alloc((size_t)seen * UNITS, sizeof(float));
        layer->bias[s] = s2_alloc(UNITS, sizeof(float));
        if (!layer->weight[s] || !layer->bias[s])
            return s2_fail_memory(err, "expert");
        draw_source((const double(*)[2])components->scale[s], seen, &random, layer->weight[s],
                    layer->bias[s]);
    }
    return S2RGF_OK;
}

void s2_hidden_layer_clear(s2_hidden_layer *layer)
{
    for (int s = 0; s < S2RGF_MAX_SOURCES; s++)
        S2_FREE_EACH(layer->weight[s], layer->bias[s]);
    *layer = (s2_hidden_layer){.seen = {0}};
}

int s2_hidden_layer_units(const s2_hidden_layer *layer)
{
    int units = 0;
    for (int s = 0; s < S2RGF_MAX_SOURCES; s++)
        units += layer->weight[s] ? UNITS : 0;
    return units;
}

void s2_hidden_layer_see(const s2_hidden_layer *layer, const float *features, float *units)
{
    for (int s = 0; s < S2RGF_MAX_SOURCES; s++) {
        if (!layer->weight[s])
            continue;
        memcpy(units, layer->bias[s], UNITS * sizeof(float));
        for (int j = 0; j < layer->seen[s]; j++)
            for (int u = 0; u < UNITS; u++)
                units[u] += features[j] * layer->weight[s][j * UNITS + u];
        for (int u = 0; u < UNITS; u++)
            units[u] = fmaxf(units[u], 0.0f);
        features += layer->seen[s];
        units += UNITS;
    }
}
