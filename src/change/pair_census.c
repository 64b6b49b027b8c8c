/* Which pairs of values occur in two maps. */
#include "change/pair_census.h"

#include <string.h>

#include "core/error.h"
#include "core/memory.h"

#define VALUES (S2_CLASS_MAX_VALUE + 1)

s2rgf_status s2_pair_census_init(s2_pair_census *census, s2rgf_error *err)
{
    *census = (s2_pair_census){.seen = s2_calloc(S2RGF_MAX_CLASSES, S2RGF_MAX_CLASSES)};
    bool done = census->seen != NULL;
    for (int i = 0; i < 2; i++) {
        census->index[i] = s2_alloc(VALUES, sizeof *census->index[i]);
        census->values[i] = s2_alloc(S2RGF_MAX_CLASSES, sizeof *census->values[i]);
        done = done && census->index[i] && census->values[i];
        if (census->index[i])
            memset(census->index[i], 0xff, VALUES * sizeof *census->index[i]);
    }
    return done ? S2RGF_OK : s2_fail_memory(err, "transitions");
}

void s2_pair_census_clear(s2_pair_census *census)
{
    S2_FREE_EACH(census->index[0], census->index[1], census->values[0], census->values[1],
                 census->seen);
    *census = (s2_pair_census){0};
}

/** Number of a value in map i, given when it is first met; -1: there are too many. */
static int number_of(s2_pair_census *census, int i, int value)
{
    if (census->index[i][value] < 0 && census->count[i] < S2RGF_MAX_CLASSES) {
        census->values[i][census->count[i]] = value;
        census->index[i][value] = (int16_t)census->count[i]++;
    }
    return census->index[i][value];
}

s2rgf_status s2_pair_census_visit(void *of, s2_rect block, const int *before, const int *after,
                                  const uint8_t *sure, s2rgf_error *err)
{
    s2_pair_census *census = of;
    const size_t count = (size_t)block.w * (size_t)block.h;
    for (size_t i = 0; i < count; i++) {
        if (before[i] < 0 || after[i] < 0) {
            census->before_only += before[i] >= 0;
            census->after_only += after[i] >= 0;
            continue;
        }
        const int row = number_of(census, 0, before[i]), column = number_of(census, 1, after[i]);
        if (row < 0 || column < 0)
            return s2_fail(err, S2RGF_UNSUPPORTED,
                           "the %s map has more than %d classes: expected maps of classes",
                           row < 0 ? "first" : "second", S2RGF_MAX_CLASSES);
        census->seen[s2_pair_place(row, column)] |= sure[i] ? S2_PAIR_SURE : S2_PAIR_UNSURE;
    }
    return S2RGF_OK;
}
