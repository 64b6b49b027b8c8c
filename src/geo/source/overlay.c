/* A single-band raster that lies on a given grid. */
#include "geo/source/overlay.h"

#include <math.h>

#include "core/error.h"
#include "core/memory.h"
#include "geo/source/gdal_catch.h"

#define ROUNDING 1e-6 /* of a scale that is written with few digits */

static s2rgf_status open_dataset(const char *path, s2_overlay *overlay, s2rgf_error *err)
{
    const s2_gdal_request request = {.name = path, .complaint = "cannot be opened as a raster"};
    const s2rgf_status status = s2_gdal_open(&request, &overlay->dataset, err);
    if (status != S2RGF_OK)
        return status;
    const int bands = GDALGetRasterCount(overlay->dataset);
    if (bands == 0)
        return s2_gdal_fail_empty(overlay->dataset, path, "expected one band, found 0", err);
    if (bands != 1)
        return s2_fail(err, S2RGF_FORMAT, "%s: expected one band, found %d", path, bands);
    const GDALDataType type = GDALGetRasterDataType(GDALGetRasterBand(overlay->dataset, 1));
    if (GDALDataTypeIsComplex(type))
        return s2_fail(err, S2RGF_UNSUPPORTED, "%s: complex values: expected a real type, found %s",
                       path, GDALGetDataTypeName(type));
    return S2RGF_OK;
}

s2rgf_status s2_overlay_open(const char *path, const s2_grid *grid, const char *whose,
                             s2_overlay *overlay, s2rgf_error *err)
{
    s2_grid found = {0};
    *overlay = (s2_overlay){0};
    s2rgf_status status = open_dataset(path, overlay, err);
    if (status == S2RGF_OK)
        status = s2_grid_of_dataset(overlay->dataset, path, grid->srs_wkt, &found, err);
    if (status == S2RGF_OK)
        status = s2_grid_check_same(path, &found, whose, grid, err);
    if (status == S2RGF_OK) {
        overlay->path = s2_strdup(path);
        overlay->line = s2_alloc((size_t)grid->width, sizeof *overlay->line);
        if (!overlay->path || !overlay->line)
            status = s2_fail_memory(err, "raster on a grid");
    }
    s2_grid_clear(&found);
    if (status != S2RGF_OK)
        s2_overlay_close(overlay);
    return status;
}

void s2_overlay_close(s2_overlay *overlay)
{
    if (overlay->dataset)
        GDALClose(overlay->dataset);
    s2_free(overlay->path);
    s2_free(overlay->line);
    *overlay = (s2_overlay){0};
}

s2rgf_status s2_overlay_read(s2_overlay *overlay, s2_rect rect, double *values, uint8_t *valid,
                             s2rgf_error *err)
{
    GDALRasterBandH band = GDALGetRasterBand(overlay->dataset, 1);
    s2_gdal_catch caught;
    s2_gdal_catch_begin(&caught);
    CPLErr outcome = GDALRasterIO(band, GF_Read, rect.x, rect.y, rect.w, rect.h, values, rect.w,
                                  rect.h, GDT_Float64, 0, 0);
    if (outcome == CE_None)
        outcome = GDALRasterIO(GDALGetMaskBand(band), GF_Read, rect.x, rect.y, rect.w, rect.h,
                               valid, rect.w, rect.h, GDT_Byte, 0, 0);
    s2_gdal_catch_end(&caught);
    if (outcome != CE_None)
        return s2_gdal_fail(&caught, err, S2RGF_IO, "%s: cannot read lines %d..%d", overlay->path,
                            rect.y, rect.y + rect.h - 1);
    const size_t pixels = (size_t)rect.w * (size_t)rect.h;
    for (size_t i = 0; i < pixels; i++)
        valid[i] = valid[i] != 0 && !isnan(values[i]);
    return S2RGF_OK;
}

s2rgf_status s2_overlay_read_confidence(s2_overlay *overlay, s2_rect rect, double *values,
                                        uint8_t *valid, s2rgf_error *err)
{
    GDALRasterBandH band = GDALGetRasterBand(overlay->dataset, 1);
    int has_scale = FALSE, has_offset = FALSE;
    const double scale = GDALGetRasterScale(band, &has_scale);
    const double offset = GDALGetRasterOffset(band, &has_offset);
    const s2rgf_status status = s2_overlay_read(overlay, rect, values, valid, err);
    const size_t pixels = (size_t)rect.w * (size_t)rect.h;
    for (size_t i = 0; i < pixels && status == S2RGF_OK && (has_scale || has_offset); i++) {
        values[i] = values[i] * (has_scale ? scale : 1.0) + (has_offset ? offset : 0.0);
        const double nearest = round(values[i]);
        if ((nearest == 0.0 || nearest == 1.0) && fabs(values[i] - nearest) < ROUNDING)
            values[i] = nearest;
    }
    return status;
}

s2rgf_status s2_overlay_read_mask(s2_overlay *overlay, s2_rect rect, uint8_t *wanted, bool *any,
                                  s2rgf_error *err)
{
    s2rgf_status status = S2RGF_OK;
    *any = false;
    for (int y = 0; y < rect.h && status == S2RGF_OK; y++) {
        const s2_rect row = {rect.x, rect.y + y, rect.w, 1};
        uint8_t *line = wanted + (size_t)y * (size_t)rect.w;
        status = s2_overlay_read(overlay, row, overlay->line, line, err);
        for (int x = 0; x < rect.w && status == S2RGF_OK; x++) {
            line[x] = line[x] && overlay->line[x] != 0.0;
            *any = *any || line[x];
        }
    }
    return status;
}

size_t s2_overlay_bytes(const s2_grid *grid)
{
    return (size_t)grid->width * sizeof(double);
}
