/* Experts beside a network: class scores that are linear in what they see of a pixel. */
#include "nn/expert.h"

#include <stdio.h>
#include <string.h>

#define PREFIX "expert"

static s2_param *add(s2_params *params, int source, const char *name, int rows, int columns)
{
    char prefix[32];
    const int dims[5] = {rows, columns};
    snprintf(prefix, sizeof prefix, PREFIX ".%d", source);
    return s2_params_add(params, S2_PARAM_STATISTIC, prefix, name, dims);
}

void s2_expert_declare(s2_expert *expert, s2_params *params, const s2_network_spec *spec)
{
    const int bias[5] = {spec->classes};
    if (!spec->expert)
        return;
    for (int s = 0; s < spec->sources; s++) {
        const int components = s2_expert_components(spec->bands[s]);
        expert->weight[s] = add(params, s, "weight", spec->bands[s], spec->classes);
        if (!spec->windows || !spec->on_reference[s])
            continue;
        expert->components[s] = add(params, s, "components", spec->bands[s], components);
        expert->windows[s] =
            add(params, s, "windows", S2_EXPERT_FEATURES * components, spec->classes);
        if (!spec->hidden)
            continue;
        expert->hidden[s] =
            add(params, s, "hidden", (S2_EXPERT_FEATURES + 1) * components, S2_EXPERT_HIDDEN);
        expert->hidden_bias[s] = add(params, s, "hidden_bias", S2_EXPERT_HIDDEN, 0);
        expert->unit_scores[s] = add(params, s, "units", S2_EXPERT_HIDDEN, spec->classes);
    }
    expert->bias = s2_params_add(params, S2_PARAM_STATISTIC, PREFIX, "bias", bias);
}

bool s2_expert_owns(const char *name)
{
    return strncmp(name, PREFIX ".", strlen(PREFIX ".")) == 0;
}

bool s2_expert_owns_windows(const char *name)
{
    const char *leaf = strrchr(name, '.');
    return s2_expert_owns(name) &&
           (strcmp(leaf, ".components") == 0 || strcmp(leaf, ".windows") == 0);
}

bool s2_expert_owns_hidden(const char *name)
{
    const char *leaf = strrchr(name, '.');
    return s2_expert_owns(name) &&
           (strcmp(leaf, ".hidden") == 0 || strcmp(leaf, ".hidden_bias") == 0 ||
            strcmp(leaf, ".units") == 0);
}

int s2_expert_components(int bands)
{
    return bands < S2_EXPERT_COMPONENTS ? bands : S2_EXPERT_COMPONENTS;
}
