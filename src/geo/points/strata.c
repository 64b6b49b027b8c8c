/* The strata of a class raster: parts of it whose pixels are counted, measured and drawn from. */
#include "geo/points/strata.h"

#include <math.h>

#include "core/error.h"
#include "core/log.h"
#include "core/memory.h"
#include "core/number.h"
#include "core/plural.h"

#define VALUES (S2_CLASS_MAX_VALUE + 1)
#define TRUE_AREA 0.01 /* by how much a projection's areas may be off without a word */

s2rgf_status s2_strata_open(const char *map_path, const char *assigned_srs, const char *strata_path,
                            const s2rgf_host *host, s2_strata *strata, s2rgf_error *err)
{
    *strata = (s2_strata){.has_own = strata_path != NULL};
    s2rgf_status status = s2_class_map_open_unread(map_path, assigned_srs, host, &strata->map, err);
    if (status == S2RGF_OK && strata->has_own)
        status = s2_class_map_open_unread(strata_path, strata->map.grid.srs_wkt, host, &strata->own,
                                          err);
    if (status == S2RGF_OK && strata->has_own)
        status =
            s2_grid_check_same(strata_path, &strata->own.grid, "the map's", &strata->map.grid, err);
    if (status != S2RGF_OK)
        return status;
    s2_ground_init(&strata->ground, &strata->map.grid);
    strata->pixels = s2_calloc(VALUES, sizeof *strata->pixels);
    strata->area_m2 = s2_calloc(VALUES, sizeof *strata->area_m2);
    strata->map_values = s2_alloc((size_t)strata->map.grid.width, sizeof *strata->map_values);
    return strata->pixels && strata->area_m2 && strata->map_values ? S2RGF_OK
                                                                   : s2_fail_memory(err, "strata");
}

void s2_strata_close(s2_strata *strata)
{
    s2_class_map_close(&strata->map);
    s2_class_map_close(&strata->own);
    S2_FREE_EACH(strata->pixels, strata->area_m2, strata->map_values);
    *strata = (s2_strata){0};
}

s2rgf_status s2_strata_read_row(s2_strata *strata, int y, int *values, s2rgf_error *err)
{
    s2rgf_status status = s2_class_map_read_values(&strata->map, y, strata->map_values, err);
    if (status == S2RGF_OK && strata->has_own)
        status = s2_class_map_read_values(&strata->own, y, values, err);
    for (int x = 0; x < strata->map.grid.width && status == S2RGF_OK; x++)
        if (!strata->has_own || strata->map_values[x] < 0)
            values[x] = strata->map_values[x];
    return status;
}

/**
 * Note a row in counts and areas, and in the classes that occur. occurs in, out [VALUES] of the map
 */
static void count_strata_row(s2_strata *strata, int y, const int *values, uint8_t *occurs)
{
    const int width = strata->map.grid.width;
    const double area = s2_ground_area(&strata->ground, y);
    strata->least_m2 = y == 0 ? area : fmin(strata->least_m2, area);
    strata->most_m2 = y == 0 ? area : fmax(strata->most_m2, area);
    for (int x = 0, end; x < width; x = end) {
        const int value = values[x], mapped = strata->map_values[x];
        for (end = x + 1; end < width && values[end] == value && strata->map_values[end] == mapped;)
            end++;
        if (mapped < 0)
            continue;
        occurs[mapped] = 1;
        if (value < 0) {
            strata->without_stratum += (uint64_t)(end - x);
            continue;
        }
        strata->pixels[value] += (uint64_t)(end - x);
        strata->area_m2[value] += (end - x) * area;
    }
}

/** Name what occurs without a name. map_occurs in [VALUES] */
static s2rgf_status complete_classes(s2_strata *strata, const uint8_t *map_occurs,
                                     const s2rgf_host *host, s2rgf_error *err)
{
    s2_class_map *map = &strata->map, *own = &strata->own;
    s2rgf_status status = s2_class_band_add(&map->band, host, map_occurs, &map->classes, err);
    if (status != S2RGF_OK || !strata->has_own)
        return status;
    uint8_t *occurs = s2_calloc(VALUES, 1);
    if (!occurs)
        return s2_fail_memory(err, "strata");
    for (int value = 0; value < VALUES; value++)
        occurs[value] = strata->pixels[value] > 0;
    status = s2_class_band_add(&own->band, host, occurs, &own->classes, err);
    s2_free(occurs);
    return status;
}

/** Say how areas are measured, and where that may mislead. */
static void tell_areas(const s2_strata *strata, const s2rgf_host *host)
{
    const s2_ground *ground = &strata->ground;
    if (!ground->is_known) {
        s2_log(host, S2RGF_WARNING, "%s: areas are not known: it has no CRS with a unit of length",
               strata->map.path);
        return;
    }
    if (!ground->is_geographic && !ground->has_rows) {
        s2_log(host, S2RGF_INFO, "Areas are those of the projection: %.10g m2 a pixel",
               strata->most_m2);
        return;
    }
    s2_log(host, S2RGF_INFO,
           "Areas are those on the ellipsoid, row by row: %.6g to %.6g m2 a pixel",
           strata->least_m2, strata->most_m2);
    if (strata->least_m2 <= 0.0)
        s2_log(host, S2RGF_WARNING,
               "%s: it reaches beyond a pole, where pixels have no area: cut it at the pole",
               strata->map.path);
    if (ground->uneven > TRUE_AREA)
        s2_log(host, S2RGF_WARNING,
               "%s: its projection does not keep areas: within a row, pixels differ by up to "
               "%.0f %%, and hectares may be wrong by as much: an equal-area projection would be "
               "better",
               strata->map.path, 100.0 * ground->uneven);
}

s2rgf_status s2_strata_read(s2_strata *strata, const s2rgf_host *host, s2_strata_visit visit,
                            void *context, s2rgf_error *err)
{
    const int height = strata->map.grid.height;
    int *values = s2_alloc((size_t)strata->map.grid.width, sizeof *values);
    uint8_t *occurs = s2_calloc(VALUES, 1);
    s2rgf_status status = values && occurs ? S2RGF_OK : s2_fail_memory(err, "strata");
    for (int y = 0; y < height && status == S2RGF_OK; y++) {
        status = s2_strata_read_row(strata, y, values, err);
        if (status != S2RGF_OK)
            break;
        count_strata_row(strata, y, values, occurs);
        if (visit)
            status = visit(context, y, values, err);
        if (status == S2RGF_OK && !s2_progress(host, (double)(y + 1) / height))
            status = s2_fail(err, S2RGF_CANCELLED, "%s: interrupted", strata->map.path);
    }
    for (int value = 0; value < VALUES && status == S2RGF_OK; value++) {
        strata->total += strata->pixels[value];
        strata->total_m2 += strata->area_m2[value];
    }
    if (status == S2RGF_OK)
        status = complete_classes(strata, occurs, host, err);
    if (status == S2RGF_OK && strata->total == 0 && strata->without_stratum == 0)
        status = s2_class_band_fail_empty(&strata->map.band, err);
    if (status == S2RGF_OK && strata->total == 0)
        status = s2_fail(err, S2RGF_MISMATCH, "%s: no pixel with a class has a stratum in %s",
                         strata->map.path, strata->own.path);
    if (status == S2RGF_OK)
        tell_areas(strata, host);
    if (status == S2RGF_OK && strata->without_stratum > 0)
        s2_log(
            host, S2RGF_WARNING, "%s: %llu %s no stratum: not a part of what is sampled",
            strata->own.path, (unsigned long long)strata->without_stratum,
            s2_plural(strata->without_stratum, "pixel of the map has", "pixels of the map have"));
    s2_free(values);
    s2_free(occurs);
    return status;
}

const s2_class_table *s2_strata_classes(const s2_strata *strata)
{
    return strata->has_own ? &strata->own.classes : &strata->map.classes;
}

double s2_strata_weight(const s2_strata *strata, int value)
{
    return isfinite(strata->total_m2) ? strata->area_m2[value] / strata->total_m2
                                      : (double)strata->pixels[value] / (double)strata->total;
}
