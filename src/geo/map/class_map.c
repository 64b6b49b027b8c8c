/* An existing class raster, read row by row. */
#include "geo/map/class_map.h"

#include "core/error.h"
#include "core/memory.h"
#include "geo/source/gdal_catch.h"
#include "geo/labels/labels.h"

static s2rgf_status open_dataset(const char *path, s2_class_map *map, s2rgf_error *err)
{
    s2_gdal_catch caught;
    s2_gdal_catch_begin(&caught);
    map->dataset = GDALOpenEx(path, GDAL_OF_RASTER | GDAL_OF_READONLY | GDAL_OF_VERBOSE_ERROR, NULL,
                              NULL, NULL);
    s2_gdal_catch_end(&caught);
    s2_gdal_drop_partial(&caught, &map->dataset);
    if (map->dataset == NULL)
        return s2_gdal_fail(&caught, err, S2RGF_IO, "%s: cannot open the map", path);
    if (GDALGetRasterCount(map->dataset) < 1)
        return s2_fail(err, S2RGF_FORMAT, "%s: no map: expected a raster band, found none", path);
    const GDALDataType type = GDALGetRasterDataType(GDALGetRasterBand(map->dataset, 1));
    if (GDALDataTypeIsComplex(type) || GDALDataTypeIsFloating(type))
        return s2_fail(err, S2RGF_FORMAT, "%s: no class map: expected integer pixels, found %s",
                       path, GDALGetDataTypeName(type));
    return S2RGF_OK;
}

s2rgf_status s2_class_map_open(const char *path, s2_class_map *map, s2rgf_error *err)
{
    *map = (s2_class_map){0};
    s2rgf_status status = open_dataset(path, map, err);
    if (status == S2RGF_OK)
        status = s2_grid_of_dataset(map->dataset, path, NULL, &map->grid, err);
    if (status == S2RGF_OK)
        status = s2_class_table_of_raster(map->dataset, &map->classes, err);
    if (status == S2RGF_OK && (map->path = s2_strdup(path)) == NULL)
        status = s2_fail_memory(err, "name of the map");
    if (status != S2RGF_OK)
        s2_class_map_close(map);
    return status;
}

void s2_class_map_close(s2_class_map *map)
{
    if (map->dataset != NULL)
        GDALClose(map->dataset);
    s2_free(map->path);
    s2_grid_clear(&map->grid);
    s2_class_table_clear(&map->classes);
    *map = (s2_class_map){0};
}

/** Class indices of a row of values, in place. */
static s2rgf_status values_to_indices(const s2_class_map *map, int y, int *row, s2rgf_error *err)
{
    int has_nodata = 0;
    const double nodata = GDALGetRasterNoDataValue(GDALGetRasterBand(map->dataset, 1), &has_nodata);
    int value = 0, index = -1;
    for (int x = 0; x < map->grid.width; x++) {
        if (row[x] == 0 || (has_nodata && row[x] == nodata)) {
            row[x] = -1;
            continue;
        }
        /* Neighbours are mostly alike: one look-up serves a run of equal values. */
        if (row[x] != value || index < 0) {
            value = row[x];
            index = s2_class_table_find_value(&map->classes, value);
        }
        if (index < 0)
            return s2_fail(err, S2RGF_FORMAT,
                           "%s: pixel %d, %d: expected one of the map's %d classes, found value %d",
                           map->path, x, y, map->classes.count, value);
        row[x] = index;
    }
    return S2RGF_OK;
}

s2rgf_status s2_class_map_read_row(s2_class_map *map, int y, int *indices, s2rgf_error *err)
{
    s2_gdal_catch caught;
    s2_gdal_catch_begin(&caught);
    const CPLErr failure =
        GDALRasterIO(GDALGetRasterBand(map->dataset, 1), GF_Read, 0, y, map->grid.width, 1, indices,
                     map->grid.width, 1, GDT_Int32, 0, 0);
    s2_gdal_catch_end(&caught);
    if (failure != CE_None)
        return s2_gdal_fail(&caught, err, S2RGF_IO, "%s: cannot read row %d", map->path, y);
    return values_to_indices(map, y, indices, err);
}
