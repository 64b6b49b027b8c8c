/* Which class became which, and the classes of a map that says so. */
#include "change/transitions.h"

#include <string.h>

#include "assess/matching.h"
#include "core/class_name.h"
#include "core/error.h"
#include "core/log.h"
#include "core/memory.h"
#include "core/utf8.h"

#define UNSURE "unsure"
static const uint8_t UNSURE_RGB[3] = {0xC8, 0xC8, 0xC8};

/** What transitions are made from. */
typedef struct transition_maker {
    s2_compared_maps *pair;
    const s2_pair_census *census;
    const s2rgf_host *host;
    s2_transitions *made;
    s2_class_table painted; /* classes of the first map with their colours */
    int *match;             /* [classes of the second map] class of the first, or -1 */
    int *first_class;       /* [made->count] of the first map, -1: the second has it alone */
    int *place[2];          /* [classes of a map] among those that occur, -1: it does not */
} transition_maker;

/** Give a map classes for values that have no name. */
static s2rgf_status complete_map(s2_class_map *map, const s2_pair_census *census, int which,
                                 const s2rgf_host *host, s2rgf_error *err)
{
    uint8_t *occurs = s2_calloc(S2_CLASS_MAX_VALUE + 1, 1);
    if (!occurs)
        return s2_fail_memory(err, "classes");
    for (int i = 0; i < census->count[which]; i++)
        occurs[census->values[which][i]] = 1;
    const s2rgf_status status = s2_class_band_add(&map->band, host, occurs, &map->classes, err);
    s2_free(occurs);
    return status;
}

static s2rgf_status prepare_maker(transition_maker *maker, s2rgf_error *err)
{
    s2_class_map *before = &maker->pair->before, *after = &maker->pair->after;
    s2rgf_status status = complete_map(before, maker->census, 0, maker->host, err);
    if (status == S2RGF_OK)
        status = complete_map(after, maker->census, 1, maker->host, err);
    if (status == S2RGF_OK)
        status = s2_class_table_copy(&before->classes, &maker->painted, err);
    if (status != S2RGF_OK)
        return status;
    s2_class_table_paint(&maker->painted);
    const size_t first = (size_t)before->classes.count, second = (size_t)after->classes.count;
    maker->match = s2_alloc(second, sizeof *maker->match);
    maker->first_class = s2_alloc(first + second, sizeof *maker->first_class);
    maker->place[0] = s2_alloc(first, sizeof *maker->place[0]);
    maker->place[1] = s2_alloc(second, sizeof *maker->place[1]);
    maker->made->names = s2_calloc(first + second, sizeof *maker->made->names);
    if (!maker->match || !maker->first_class || !maker->place[0] || !maker->place[1] ||
        !maker->made->names)
        return s2_fail_memory(err, "transitions");
    const s2_class_sets sets = {&after->classes, &before->classes, after->path, before->path,
                                before->path};
    return s2_match_classes(&sets, maker->host, maker->match, err);
}

/** Tell which classes one map has alone. */
static void tell_alone(const transition_maker *maker)
{
    const s2_class_map *before = &maker->pair->before, *after = &maker->pair->after;
    for (int a = 0; a < after->classes.count; a++)
        if (maker->match[a] < 0)
            s2_log(maker->host, S2RGF_WARNING, "Class \"%s\" of %s is not in %s",
                   after->classes.items[a].name, after->path, before->path);
    for (int b = 0; b < before->classes.count; b++) {
        bool found = false;
        for (int a = 0; a < after->classes.count; a++)
            found = found || maker->match[a] == b;
        if (!found)
            s2_log(maker->host, S2RGF_WARNING, "Class \"%s\" of %s is not in %s",
                   before->classes.items[b].name, before->path, after->path);
    }
}

/** Take a class among those that occur. */
static s2rgf_status add_joint(s2_transitions *made, const char *name, s2rgf_error *err)
{
    made->names[made->count] = s2_strdup(name);
    return made->names[made->count++] ? S2RGF_OK : s2_fail_memory(err, "class name");
}

/** List the classes that occur in either map. */
static s2rgf_status list_joint(transition_maker *maker, s2rgf_error *err)
{
    const s2_class_table *before = &maker->pair->before.classes;
    const s2_class_table *after = &maker->pair->after.classes;
    const s2_pair_census *census = maker->census;
    s2_transitions *made = maker->made;
    s2rgf_status status = S2RGF_OK;
    for (int b = 0; b < before->count && status == S2RGF_OK; b++) {
        bool occurs = census->index[0][before->items[b].value] >= 0;
        for (int a = 0; a < after->count; a++)
            occurs =
                occurs || (maker->match[a] == b && census->index[1][after->items[a].value] >= 0);
        maker->place[0][b] = occurs ? made->count : -1;
        if (!occurs)
            continue;
        maker->first_class[made->count] = b;
        status = add_joint(made, before->items[b].name, err);
    }
    for (int a = 0; a < after->count && status == S2RGF_OK; a++) {
        const bool alone = maker->match[a] < 0 && census->index[1][after->items[a].value] >= 0;
        maker->place[1][a] = alone ? made->count : -1;
        if (maker->match[a] >= 0)
            maker->place[1][a] = maker->place[0][maker->match[a]];
        if (!alone)
            continue;
        maker->first_class[made->count] = -1;
        status = add_joint(made, after->items[a].name, err);
    }
    return status;
}

/** Which class that occurs each number of the census is. */
static s2rgf_status place_numbers(transition_maker *maker, s2rgf_error *err)
{
    const s2_class_table *tables[2] = {&maker->pair->before.classes, &maker->pair->after.classes};
    for (int m = 0; m < 2; m++) {
        const int count = maker->census->count[m];
        maker->made->joint[m] = s2_alloc((size_t)count, sizeof *maker->made->joint[m]);
        if (!maker->made->joint[m])
            return s2_fail_memory(err, "transitions");
        for (int i = 0; i < count; i++)
            maker->made->joint[m][i] =
                maker->place[m][s2_class_table_find_value(tables[m], maker->census->values[m][i])];
    }
    return S2RGF_OK;
}

/** Add a class to those of the change map. rgb in  NULL: one of the palette */
static s2rgf_status add_class(s2_transitions *made, const char *name, const uint8_t *rgb,
                              s2_transition of, s2rgf_error *err)
{
    const int value = made->classes.count + 1;
    char *text = s2_class_table_find_name(&made->classes, name) < 0
                     ? s2_strdup(name)
                     : s2_asprintf("%s (%d)", name, value);
    if (!text)
        return s2_fail_memory(err, "class name");
    const s2rgf_status status = s2_class_table_add(&made->classes, value, text, rgb, err);
    s2_free(text);
    if (status != S2RGF_OK)
        return status;
    made->of[value - 1] = of;
    made->from_names[value - 1] = of.from >= 0 ? made->names[of.from] : "";
    made->to_names[value - 1] = of.to >= 0 ? made->names[of.to] : "";
    return S2RGF_OK;
}

/** "forest to water". */
static s2rgf_status add_change(s2_transitions *made, s2_transition of, s2rgf_error *err)
{
    char *name = s2_asprintf("%s to %s", made->names[of.from], made->names[of.to]);
    if (!name)
        return s2_fail_memory(err, "class name");
    s2rgf_status status = S2RGF_OK;
    if (strlen(name) > S2_CLASS_NAME_BYTES)
        status =
            s2_fail(err, S2RGF_UNSUPPORTED,
                    "class \"%.40s...\" to \"%.40s...\": the name of this change is too long: "
                    "expected at most %d bytes, found %zu",
                    made->names[of.from], made->names[of.to], S2_CLASS_NAME_BYTES, strlen(name));
    else
        status = add_class(made, name, NULL, of, err);
    s2_free(name);
    return status;
}

/** Whether a change says nothing although it was seen: a map has an unsure class of its own. */
static bool is_unsure(const s2_transitions *made, int from, int to)
{
    return s2_utf8_same_letters(made->names[from], UNSURE) ||
           s2_utf8_same_letters(made->names[to], UNSURE);
}

/** Which transitions occur. occurs out [made->count][made->count]; any_unsure out */
static void collect(const transition_maker *maker, uint8_t *occurs, bool *any_unsure)
{
    const s2_pair_census *census = maker->census;
    const s2_transitions *made = maker->made;
    for (int i = 0; i < census->count[0]; i++)
        for (int j = 0; j < census->count[1]; j++) {
            const int seen = census->seen[s2_pair_place(i, j)];
            const int from = made->joint[0][i], to = made->joint[1][j];
            const bool unsure = is_unsure(made, from, to);
            if (!unsure && ((seen & S2_PAIR_SURE) || (seen != 0 && from == to)))
                occurs[(size_t)from * (size_t)made->count + (size_t)to] = 1;
            *any_unsure =
                *any_unsure || (seen != 0 && unsure) || ((seen & S2_PAIR_UNSURE) && from != to);
        }
}

/** Make the classes of the change map. occurs in [made->count][made->count] */
static s2rgf_status make_classes(transition_maker *maker, const uint8_t *occurs, bool any_unsure,
                                 s2rgf_error *err)
{
    s2_transitions *made = maker->made;
    const size_t n = (size_t)made->count;
    size_t kinds = any_unsure;
    for (size_t i = 0; i < n * n; i++)
        kinds += occurs[i];
    if (kinds > S2RGF_MAX_CLASSES)
        return s2_fail(err, S2RGF_UNSUPPORTED,
                       "%s, %s: %zu kinds of change occur: expected at most %d: join classes first",
                       maker->pair->before.path, maker->pair->after.path, kinds, S2RGF_MAX_CLASSES);
    made->of = s2_calloc(kinds, sizeof *made->of);
    made->from_names = s2_calloc(kinds, sizeof *made->from_names);
    made->to_names = s2_calloc(kinds, sizeof *made->to_names);
    s2rgf_status status = made->of && made->from_names && made->to_names
                              ? S2RGF_OK
                              : s2_fail_memory(err, "transitions");
    for (int c = 0; c < made->count && status == S2RGF_OK; c++)
        if (occurs[(size_t)c * n + (size_t)c])
            status = add_class(
                made, made->names[c],
                maker->first_class[c] >= 0 ? maker->painted.items[maker->first_class[c]].rgb : NULL,
                (s2_transition){c, c}, err);
    for (int from = 0; from < made->count && status == S2RGF_OK; from++)
        for (int to = 0; to < made->count && status == S2RGF_OK; to++)
            if (from != to && occurs[(size_t)from * n + (size_t)to])
                status = add_change(made, (s2_transition){from, to}, err);
    if (status == S2RGF_OK && any_unsure) {
        status = add_class(made, UNSURE, UNSURE_RGB, (s2_transition){-1, -1}, err);
        made->unsure = made->classes.count;
    }
    return status;
}

/** Values in the change map by pairs of the census. */
static s2rgf_status make_codes(transition_maker *maker, s2rgf_error *err)
{
    s2_transitions *made = maker->made;
    const size_t n = (size_t)made->count;
    uint16_t *value = s2_calloc(n * n, sizeof *value);
    made->code = s2_calloc(S2RGF_MAX_CLASSES * (size_t)S2RGF_MAX_CLASSES, sizeof *made->code);
    if (!value || !made->code) {
        s2_free(value);
        return s2_fail_memory(err, "transitions");
    }
    for (int k = 0; k < made->classes.count; k++)
        if (made->of[k].from >= 0)
            value[(size_t)made->of[k].from * n + (size_t)made->of[k].to] = (uint16_t)(k + 1);
    for (int i = 0; i < maker->census->count[0]; i++)
        for (int j = 0; j < maker->census->count[1]; j++) {
            const int from = made->joint[0][i], to = made->joint[1][j];
            made->code[s2_pair_place(i, j)] = is_unsure(made, from, to)
                                                  ? (uint16_t)made->unsure
                                                  : value[(size_t)from * n + (size_t)to];
        }
    s2_free(value);
    return S2RGF_OK;
}

s2rgf_status s2_transitions_make(s2_compared_maps *pair, const s2_pair_census *census,
                                 const s2rgf_host *host, s2_transitions *transitions,
                                 s2rgf_error *err)
{
    transition_maker maker = {.pair = pair, .census = census, .host = host, .made = transitions};
    *transitions = (s2_transitions){0};
    uint8_t *occurs = NULL;
    bool any_unsure = false;
    s2rgf_status status = prepare_maker(&maker, err);
    if (status == S2RGF_OK)
        tell_alone(&maker);
    if (status == S2RGF_OK)
        status = list_joint(&maker, err);
    if (status == S2RGF_OK)
        status = place_numbers(&maker, err);
    if (status == S2RGF_OK) {
        occurs = s2_calloc((size_t)transitions->count, (size_t)transitions->count);
        status = occurs ? S2RGF_OK : s2_fail_memory(err, "transitions");
    }
    if (status == S2RGF_OK) {
        collect(&maker, occurs, &any_unsure);
        status = make_classes(&maker, occurs, any_unsure, err);
    }
    if (status == S2RGF_OK)
        status = make_codes(&maker, err);
    s2_class_table_clear(&maker.painted);
    S2_FREE_EACH(maker.match, maker.first_class, maker.place[0], maker.place[1], occurs);
    return status;
}

void s2_transitions_clear(s2_transitions *transitions)
{
    s2_strings_free(transitions->names, (size_t)transitions->count);
    S2_FREE_EACH(transitions->joint[0], transitions->joint[1], transitions->of,
                 transitions->from_names, transitions->to_names, transitions->code);
    s2_class_table_clear(&transitions->classes);
    *transitions = (s2_transitions){0};
}
