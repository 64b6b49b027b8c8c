/* An existing class raster, read row by row. */
#include "geo/map/class_map.h"

#include "core/error.h"
#include "core/log.h"
#include "core/memory.h"
#include "geo/source/gdal_catch.h"

static s2rgf_status open_dataset(const char *path, s2_class_map *map, s2rgf_error *err)
{
    const s2_gdal_request request = {.name = path, .complaint = "cannot open the map"};
    const s2rgf_status status = s2_gdal_open(&request, &map->dataset, err);
    return status == S2RGF_OK ? s2_class_band_open(map->dataset, path, &map->band, err) : status;
}

/** Open, and find the classes with names or those that occur, too. */
static s2rgf_status open_with_classes(const char *path, const char *assigned_srs,
                                      const s2rgf_host *host, bool all_classes, s2_class_map *map,
                                      s2rgf_error *err)
{
    *map = (s2_class_map){.path = s2_strdup(path)};
    if (!map->path)
        return s2_fail_memory(err, "name of the map");
    s2rgf_status status = open_dataset(map->path, map, err);
    if (status == S2RGF_OK)
        status = s2_grid_of_dataset(map->dataset, path, assigned_srs, &map->grid, err);
    if (status == S2RGF_OK)
        s2_gdal_tell_pages(map->dataset, path, host);
    if (status == S2RGF_OK && map->band.count > 1)
        s2_log(host, S2RGF_WARNING, "%s: the first of its %d bands is used as the map", path,
               map->band.count);
    if (status == S2RGF_OK)
        status = all_classes ? s2_class_band_classes(&map->band, host, &map->classes, err)
                             : s2_class_band_names(&map->band, host, &map->classes, err);
    if (status == S2RGF_OK && all_classes && map->classes.count == 0)
        status = s2_class_band_fail_empty(&map->band, err);
    if (status != S2RGF_OK)
        s2_class_map_close(map);
    return status;
}

s2rgf_status s2_class_map_open(const char *path, const char *assigned_srs, const s2rgf_host *host,
                               s2_class_map *map, s2rgf_error *err)
{
    return open_with_classes(path, assigned_srs, host, true, map, err);
}

s2rgf_status s2_class_map_open_unread(const char *path, const char *assigned_srs,
                                      const s2rgf_host *host, s2_class_map *map, s2rgf_error *err)
{
    return open_with_classes(path, assigned_srs, host, false, map, err);
}

void s2_class_map_close(s2_class_map *map)
{
    s2_class_band_close(&map->band);
    if (map->dataset)
        GDALClose(map->dataset);
    s2_free(map->path);
    s2_grid_clear(&map->grid);
    s2_class_table_clear(&map->classes);
    *map = (s2_class_map){0};
}

s2rgf_status s2_class_map_read_block(s2_class_map *map, s2_rect block, int *values,
                                     s2rgf_error *err)
{
    const int count = block.w * block.h;
    const double *pixels = NULL;
    s2rgf_status status = s2_class_band_read(&map->band, block, &pixels, err);
    for (int i = 0; i < count && status == S2RGF_OK; i++) {
        /* Neighbours are mostly alike: one look serves a run of classes. */
        if (i > 0 && values[i - 1] >= 0 && pixels[i] == pixels[i - 1])
            values[i] = values[i - 1];
        else
            status = s2_class_band_value(&map->band, block.x + i % block.w, block.y + i / block.w,
                                         pixels[i], &values[i], err);
    }
    return status;
}

s2rgf_status s2_class_map_read_values(s2_class_map *map, int y, int *values, s2rgf_error *err)
{
    return s2_class_map_read_block(map, (s2_rect){0, y, map->grid.width, 1}, values, err);
}

s2rgf_status s2_class_map_read_row(s2_class_map *map, int y, int *indices, s2rgf_error *err)
{
    s2rgf_status status = s2_class_map_read_values(map, y, indices, err);
    for (int x = 0, value = -1, index = -1; x < map->grid.width && status == S2RGF_OK; x++) {
        if (indices[x] != value) {
            value = indices[x];
            index = value < 0 ? -1 : s2_class_table_find_value(&map->classes, value);
            if (value >= 0 && index < 0)
                status =
                    s2_fail(err, S2RGF_IO, "%s: changed while it was read: pixel %d, %d now has %d",
                            map->path, x, y, value);
        }
        indices[x] = index;
    }
    return status;
}

const char *const *s2_class_map_metadata(const s2_class_map *map)
{
    return (const char *const *)GDALGetMetadata(map->dataset, NULL);
}
