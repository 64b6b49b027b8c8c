/* The architectures there are. */
#include "nn/networks/networks.h"

#include <stdio.h>
#include <string.h>

#include "core/error.h"

static const s2_network_ops *const ALL[] = {&s2_dense_ops, &s2_patch_ops};

#define COUNT (sizeof ALL / sizeof *ALL)

const s2_network_ops *s2_network_find(const char *subject, const char *name, s2rgf_error *err)
{
    char names[128] = "";
    size_t at = 0;
    for (size_t i = 0; i < COUNT; i++)
        if (strcmp(ALL[i]->name, name) == 0)
            return ALL[i];
    for (size_t i = 0; i < COUNT && at < sizeof names; i++)
        at +=
            (size_t)snprintf(names + at, sizeof names - at, "%s%s", i ? " or " : "", ALL[i]->name);
    s2_fail(err, S2RGF_UNSUPPORTED, "%s: expected the network %s, found \"%s\"", subject, names,
            name);
    return NULL;
}
