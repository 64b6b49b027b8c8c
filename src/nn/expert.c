/* A linear expert beside a network: class scores that are linear in the pixels of all sources. */
#include "nn/expert.h"

#include <stdio.h>
#include <string.h>

#define PREFIX "expert"

void s2_expert_declare(s2_expert *expert, s2_params *params, const s2_network_spec *spec)
{
    char prefix[32];
    const int bias[5] = {spec->classes};
    if (!spec->expert)
        return;
    for (int s = 0; s < spec->sources; s++) {
        const int weight[5] = {spec->bands[s], spec->classes};
        snprintf(prefix, sizeof prefix, PREFIX ".%d", s);
        expert->weight[s] = s2_params_add(params, S2_PARAM_STATISTIC, prefix, "weight", weight);
    }
    expert->bias = s2_params_add(params, S2_PARAM_STATISTIC, PREFIX, "bias", bias);
}

bool s2_expert_owns(const char *name)
{
    return strncmp(name, PREFIX ".", strlen(PREFIX ".")) == 0;
}
