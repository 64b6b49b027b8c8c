/* Places on a grid as runs of pixels. */
#include "geo/labels/label_runs.h"

#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/memory.h"

s2rgf_status s2_label_runs_add(s2_label_runs *runs, s2_label_run run, s2rgf_error *err)
{
    s2_label_run *newest = runs->count > 0 ? &runs->items[runs->count - 1] : NULL;
    if (newest && newest->y == run.y && newest->last + 1 == run.x) {
        newest->last = run.last;
        return S2RGF_OK;
    }
    s2_label_run *items = s2_make_room(runs->items, runs->count, &runs->capacity, sizeof *items);
    if (!items)
        return s2_fail_memory(err, "pixels of polygons");
    runs->items = items;
    runs->items[runs->count++] = run;
    return S2RGF_OK;
}

void s2_label_runs_clear(s2_label_runs *runs)
{
    s2_free(runs->items);
    *runs = (s2_label_runs){0};
}

static int compare_runs(const void *left, const void *right)
{
    const s2_label_run *a = left, *b = right;
    if (a->y != b->y)
        return a->y < b->y ? -1 : 1;
    return (a->x > b->x) - (a->x < b->x);
}

void s2_label_runs_settle(s2_label_runs *runs)
{
    s2_label_run *items = runs->items;
    size_t kept = 0;
    if (runs->count > 0)
        qsort(items, runs->count, sizeof *items, compare_runs);
    for (size_t i = 0; i < runs->count; i++) {
        s2_label_run *newest = kept > 0 ? &items[kept - 1] : NULL;
        if (!newest || newest->y != items[i].y || items[i].x > newest->last + 1)
            items[kept++] = items[i];
        else if (items[i].last > newest->last)
            newest->last = items[i].last;
    }
    runs->count = kept;
}

size_t s2_label_runs_first(const s2_label_runs *runs, double row)
{
    size_t low = 0, high = runs->count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (runs->items[middle].y < row)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Run number i cut to a rectangle; false when it is none of row y. *from > *end: nothing is left. */
static bool cut_run(const s2_label_runs *runs, size_t i, int y, s2_rect rect, int *from, int *end)
{
    if (i >= runs->count || runs->items[i].y != y)
        return false;
    const s2_label_run *run = &runs->items[i];
    *from = run->x > rect.x ? run->x : rect.x;
    *end = run->last < rect.x + rect.w ? run->last + 1 : rect.x + rect.w;
    return true;
}

void s2_label_runs_erase(const s2_label_runs *runs, bool inside, s2_rect rect, uint8_t *mask)
{
    size_t i = s2_label_runs_first(runs, rect.y);
    for (int y = rect.y; y < rect.y + rect.h; y++) {
        uint8_t *row = mask + (size_t)(y - rect.y) * (size_t)rect.w;
        int done = rect.x; /* pixels before it are as they are to be */
        for (int from, end; cut_run(runs, i, y, rect, &from, &end); i++) {
            if (from >= end)
                continue;
            if (inside)
                memset(row + (from - rect.x), 0, (size_t)(end - from));
            else
                memset(row + (done - rect.x), 0, (size_t)(from - done));
            done = end;
        }
        if (!inside)
            memset(row + (done - rect.x), 0, (size_t)(rect.x + rect.w - done));
    }
}

bool s2_label_runs_meet(const s2_label_runs *runs, s2_rect rect)
{
    size_t i = s2_label_runs_first(runs, rect.y);
    bool met = false;
    for (int y = rect.y; y < rect.y + rect.h && !met; y++)
        for (int from, end; !met && cut_run(runs, i, y, rect, &from, &end); i++)
            met = from < end;
    return met;
}
