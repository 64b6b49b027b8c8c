/* Places that no point of a sample may lie in, or near. */
#include "sample/exclusion.h"

#include <math.h>

#include "core/error.h"
#include "core/memory.h"

s2rgf_status s2_exclusion_read(const s2rgf_label_options *places, double distance_m,
                               const s2_grid *grid, const s2rgf_host *host, s2_exclusion *exclusion,
                               s2rgf_error *err)
{
    *exclusion = (s2_exclusion){.distance_m = distance_m, .width = grid->width};
    s2_ground_init(&exclusion->ground, grid);
    if (distance_m > 0.0 && !exclusion->ground.is_known)
        return s2_fail(err, S2RGF_INVALID_ARGUMENT,
                       "%s: no distance in metres: expected a map with a CRS that has a unit of "
                       "length",
                       places->path);
    return s2_labels_read_places(places, grid, host, &exclusion->runs, err);
}

void s2_exclusion_clear(s2_exclusion *exclusion)
{
    s2_label_runs_clear(&exclusion->runs);
    *exclusion = (s2_exclusion){0};
}

void s2_exclusion_rewind(s2_exclusion *exclusion)
{
    exclusion->first = 0;
}

void s2_exclusion_apply(s2_exclusion *exclusion, int y, int *values)
{
    const double radius = exclusion->distance_m;
    double metric[3] = {1.0, 0.0, 1.0}, reach = 0.0;
    if (radius > 0.0) {
        s2_ground_metric(&exclusion->ground, y + 0.5, metric);
        reach = s2_ground_reach(metric, radius);
    }
    const s2_label_runs *runs = &exclusion->runs;
    while (exclusion->first < runs->count && runs->items[exclusion->first].y < y - reach)
        exclusion->first++;
    for (size_t i = exclusion->first; i < runs->count; i++) {
        const s2_label_run *run = &runs->items[i];
        double from, to;
        if (run->y > y + reach)
            break;
        if (!s2_ground_span(metric, y - run->y, radius, &from, &to))
            continue;
        const double first = fmax(ceil(run->x + from), 0.0);
        const double last = fmin(floor(run->last + to), exclusion->width - 1.0);
        for (double x = first; x <= last; x++)
            values[(int)x] = -1;
    }
}
