/* Which weights of an earlier model serve a network with other sources or classes. */
#include <stdio.h>
#include <string.h>

#include "nn/layers/source_encoder.h"
#include "train/head_start.h"

/* What the entries of a parameter's dimension stand for. */
typedef enum axis {
    AXIS_SPECTRAL = S2_SPECTRAL, /* channels of all sources, stacked */
    AXIS_SPATIAL = S2_SPATIAL,
    AXIS_CLASSES,
    AXIS_PLAIN /* the same in all networks */
} axis;

/* The parameters whose dimensions grow with sources or classes, by the start of their names. */
static const struct layout {
    const char *start;
    axis axes[2];
} LAYOUTS[] = {{"adrf_spectral.w", {AXIS_SPECTRAL, AXIS_SPECTRAL}},
               {"adrf_spectral.b1", {AXIS_SPECTRAL, AXIS_PLAIN}},
               {"adrf_spectral.b2", {AXIS_SPECTRAL, AXIS_PLAIN}},
               {"adrf_spectral.mix.", {AXIS_SPECTRAL, AXIS_PLAIN}},
               {"adrf_spatial.w", {AXIS_SPATIAL, AXIS_SPATIAL}},
               {"adrf_spatial.b1", {AXIS_SPATIAL, AXIS_PLAIN}},
               {"adrf_spatial.b2", {AXIS_SPATIAL, AXIS_PLAIN}},
               {"adrf_spatial.mix.", {AXIS_SPATIAL, AXIS_PLAIN}},
               {"detail.mix.", {AXIS_SPECTRAL, AXIS_PLAIN}},
               {"unfold.expand.conv.", {AXIS_SPECTRAL, AXIS_PLAIN}},
               {"unfold.reduce.conv.", {AXIS_PLAIN, AXIS_SPECTRAL}},
               {"unfold.reduce.bn.", {AXIS_SPECTRAL, AXIS_PLAIN}},
               {"classifier.out.weight", {AXIS_PLAIN, AXIS_CLASSES}},
               {"classifier.out.bias", {AXIS_CLASSES, AXIS_PLAIN}}};

/* Where the channels of each source begin in the stacks of a network, and the end. */
typedef struct stacks {
    int first[S2_DOMAINS][S2RGF_MAX_SOURCES + 1];
} stacks;

/* Between two networks. */
typedef struct transfer {
    const s2_head_start *start;
    stacks from, to;
} transfer;

static const s2_param *find_param(const s2_network *network, const char *name)
{
    for (int i = 0; i < network->params.count; i++)
        if (strcmp(network->params.items[i].name, name) == 0)
            return &network->params.items[i];
    return NULL;
}

static stacks stacks_of(const s2_network *network)
{
    static const char *const LAST[S2_DOMAINS] = {"spectral.%d.mix.weight",
                                                 "spatial.%d.conv2.weight"};
    stacks found = {{{0}}};
    char name[64];
    for (int d = 0; d < S2_DOMAINS; d++)
        for (int s = 0; s < network->spec.sources; s++) {
            snprintf(name, sizeof name, LAST[d], s);
            const s2_param *last = find_param(network, name);
            found.first[d][s + 1] = found.first[d][s] + last->dims[last->dim_count - 1];
        }
    return found;
}

/* Which channel of the model's stack is channel i of ours; -1: none. */
static int channel_of(const transfer *t, int domain, int i)
{
    const int *ours = t->to.first[domain];
    const int *theirs = t->from.first[domain];
    int s = 0;
    while (i >= ours[s + 1])
        s++;
    const int from = t->start->source[s];
    if (from < 0 || theirs[from + 1] - theirs[from] != ours[s + 1] - ours[s])
        return -1;
    return theirs[from] + i - ours[s];
}

/* Which entry of the model's dimension is entry i of ours; -1: none. */
static int entry_of(const transfer *t, axis kind, int i)
{
    if (kind == AXIS_PLAIN)
        return i;
    return kind == AXIS_CLASSES ? t->start->class_index[i] : channel_of(t, (int)kind, i);
}

/* Returns the number of values taken. */
static size_t take_by_layout(const transfer *t, const struct layout *layout, const s2_param *from,
                             const s2_param *to)
{
    const int columns = to->dim_count > 1 ? to->dims[1] : 1;
    const size_t width = from->dim_count > 1 ? (size_t)from->dims[1] : 1;
    float *value = to->value;
    size_t taken = 0;
    for (int i = 0; i < to->dims[0]; i++)
        for (int j = 0; j < columns; j++, value++) {
            const int row = entry_of(t, layout->axes[0], i);
            const int column = to->dim_count > 1 ? entry_of(t, layout->axes[1], j) : 0;
            if (row < 0 || column < 0)
                continue;
            *value = from->value[(size_t)row * width + (size_t)column];
            taken++;
        }
    return taken;
}

static const struct layout *layout_of(const char *name)
{
    for (size_t i = 0; i < sizeof LAYOUTS / sizeof *LAYOUTS; i++)
        if (strncmp(name, LAYOUTS[i].start, strlen(LAYOUTS[i].start)) == 0)
            return &LAYOUTS[i];
    return NULL;
}

static bool same_shape(const s2_param *a, const s2_param *b)
{
    return a->dim_count == b->dim_count &&
           memcmp(a->dims, b->dims, (size_t)a->dim_count * sizeof *a->dims) == 0;
}

/* The model's parameter of that name, its source being another number there; NULL: none. */
static const s2_param *find_counterpart(const transfer *t, const char *name, int source)
{
    char renamed[64];
    const char *rest = strchr(name, '.');
    if (source < 0)
        return find_param(t->start->network, name);
    if (t->start->source[source] < 0)
        return NULL;
    snprintf(renamed, sizeof renamed, "%.*s.%d%s", (int)(rest - name), name,
             t->start->source[source], strchr(rest + 1, '.'));
    return find_param(t->start->network, renamed);
}

/* Returns the number of values taken. source: that it encodes, -1: none. */
static size_t take_param(const transfer *t, const s2_param *to, int source)
{
    const s2_param *from = find_counterpart(t, to->name, source);
    const struct layout *layout = layout_of(to->name);
    if (!from)
        return 0;
    if (layout)
        return take_by_layout(t, layout, from, to);
    if (!same_shape(from, to))
        return 0;
    memcpy(to->value, from->value, to->count * sizeof(float));
    return to->count;
}

void s2_head_start_take(const s2_head_start *start, s2_network *network, s2_head_start_count *count)
{
    const transfer t = {start, stacks_of(start->network), stacks_of(network)};
    s2_head_start_count own = {0};
    for (int i = 0; i < network->params.count; i++) {
        const s2_param *param = &network->params.items[i];
        const int source = s2_source_encoder_owner(param->name);
        if (s2_expert_owns(param->name))
            continue;
        const size_t taken = take_param(&t, param, source);
        own.taken += taken;
        own.all += param->count;
        if (source >= 0) {
            own.source_taken[source] += taken;
            own.source_all[source] += param->count;
        }
    }
    if (count)
        *count = own;
}
