/* Places that no point of a sample may lie in, or near. */
#include "sample/exclusion.h"

#include <math.h>

#include "core/error.h"
#include "core/memory.h"

#define TURN 6.283185307179586 /* radians */
#define MOST_BEYOND 10000.0    /* pixels beyond the map where places count */

/** Columns and rows beyond the map from which a place still reaches into it. */
static void look_beyond(const s2_exclusion *exclusion, const s2_grid *grid, int *columns, int *rows)
{
    double reach[2] = {0.0, 0.0};
    for (int y = 0; y < grid->height; y++) {
        double metric[3];
        s2_ground_metric(&exclusion->ground, y + 0.5, metric);
        const double turned[3] = {metric[2], metric[1], metric[0]};
        reach[0] = fmax(reach[0], s2_ground_reach(turned, exclusion->distance_m));
        reach[1] = fmax(reach[1], s2_ground_reach(metric, exclusion->distance_m));
    }
    /* a place must not be on both sides of a map that goes around the Earth */
    const double turn = exclusion->ground.is_geographic
                            ? TURN / exclusion->ground.unit / fabs(grid->to_geo.m[1])
                            : INFINITY;
    const double most = fmax(floor((turn - grid->width) / 2.0), 0.0);
    *columns = (int)fmin(fmin(ceil(reach[0]), MOST_BEYOND), most);
    *rows = (int)fmin(ceil(reach[1]), MOST_BEYOND);
}

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
    int columns = 0, rows = 0;
    if (distance_m > 0.0)
        look_beyond(exclusion, grid, &columns, &rows);
    const s2_rect wide = {-columns, -rows, grid->width + 2 * columns, grid->height + 2 * rows};
    s2_grid wider = {0};
    s2rgf_status status = s2_grid_cut(grid, wide, &wider, err);
    if (status == S2RGF_OK)
        status = s2_labels_read_places(places, &wider, host, &exclusion->runs, err);
    for (size_t i = 0; i < exclusion->runs.count; i++) {
        s2_label_run *run = &exclusion->runs.items[i];
        run->x -= columns;
        run->last -= columns;
        run->y -= rows;
    }
    s2_grid_clear(&wider);
    return status;
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
