/* Pixels and ellipsoidal area of every class of a map, and its raster attribute table. */
#include "geo/map/map_table.h"

#include <geodesic.h>
#include <limits.h>
#include <math.h>
#include <string.h>

#include "core/error.h"
#include "core/memory.h"
#include "geo/map/class_description.h"
#include "geo/source/gdal_catch.h"
#include "geo/source/srs.h"

#define MAX_VALUE 65535
#define BLOCK S2_AREA_BLOCK_PX
/* Lines between vertices of a block's outline are geodesics, those of the grid are not. */
#define EDGE_POINTS 8
#define OUTLINE_POINTS (4 * EDGE_POINTS)
#define AREA_SAMPLES 16 /* blocks along each side whose mean is that of the map */

struct s2_map_table {
    const s2_grid *grid;
    const s2_class_table *classes;
    const s2_class_column *columns;
    uint64_t *pixels;   /* [classes] */
    uint32_t *in_block; /* [classes], of the block in hand */
    double *hectares;   /* [classes] */
    int16_t *index;     /* [MAX_VALUE + 1] class of a value, -1: none */
    bool has_area;
    OGRCoordinateTransformationH to_geographic; /* NULL: the grid is geographic itself */
    double degrees;                             /* of one angular unit of the geographic CRS */
    struct geod_geodesic ellipsoid;
};

/** Find the ellipsoid and the way to longitude and latitude; has_area: there is one. */
static s2rgf_status prepare_area(s2_map_table *table, s2rgf_error *err)
{
    const char *wkt = table->grid->srs_wkt;
    OGRSpatialReferenceH srs = NULL;
    const s2rgf_status status = wkt ? s2_srs_from_text(wkt, &srs, err) : S2RGF_OK;
    if (!srs)
        return status;
    s2_gdal_catch caught;
    s2_gdal_catch_begin(&caught);
    OSRStripVertical(srs);
    OGRSpatialReferenceH geographic = OSRCloneGeogCS(srs);
    OGRErr no_axis = OGRERR_FAILURE, no_flattening = OGRERR_FAILURE;
    const double axis = OSRGetSemiMajor(srs, &no_axis);
    const double inverse = OSRGetInvFlattening(srs, &no_flattening);
    bool done = geographic && no_axis == OGRERR_NONE && no_flattening == OGRERR_NONE && axis > 0.0;
    if (done) {
        OSRSetAxisMappingStrategy(geographic, OAMS_TRADITIONAL_GIS_ORDER);
        geod_init(&table->ellipsoid, axis, inverse > 0.0 ? 1.0 / inverse : 0.0);
        table->degrees = OSRGetAngularUnits(geographic, NULL) * 180.0 / M_PI;
        if (!OSRIsGeographic(srs)) {
            table->to_geographic = OCTNewCoordinateTransformation(srs, geographic);
            done = table->to_geographic != NULL;
        }
    }
    s2_gdal_catch_end(&caught);
    OSRDestroySpatialReference(geographic);
    OSRDestroySpatialReference(srs);
    table->has_area = done;
    return S2RGF_OK;
}

void s2_map_table_free(s2_map_table *table)
{
    if (!table)
        return;
    OCTDestroyCoordinateTransformation(table->to_geographic);
    S2_FREE_EACH(table->pixels, table->in_block, table->hectares, table->index, table);
}

s2rgf_status s2_map_table_create(const s2_grid *grid, const s2_class_table *classes,
                                 s2_map_table **table, s2rgf_error *err)
{
    const size_t count = (size_t)classes->count;
    s2_map_table *made = s2_calloc(1, sizeof *made);
    if (!made)
        return s2_fail_memory(err, "attribute table");
    made->grid = grid;
    made->classes = classes;
    made->pixels = s2_calloc(count, sizeof *made->pixels);
    made->in_block = s2_calloc(count, sizeof *made->in_block);
    made->hectares = s2_calloc(count, sizeof *made->hectares);
    made->index = s2_alloc(MAX_VALUE + 1, sizeof *made->index);
    if (!made->pixels || !made->in_block || !made->hectares || !made->index) {
        s2_map_table_free(made);
        return s2_fail_memory(err, "attribute table");
    }
    memset(made->index, 0xff, (MAX_VALUE + 1) * sizeof *made->index);
    for (int c = 0; c < classes->count; c++)
        made->index[classes->items[c].value] = (int16_t)c;
    const s2rgf_status status = prepare_area(made, err);
    if (status != S2RGF_OK) {
        s2_map_table_free(made);
        return status;
    }
    *table = made;
    return S2RGF_OK;
}

/** Outline of a block in CRS coordinates, EDGE_POINTS a side. */
static void outline(const s2_grid *grid, s2_rect block, double *x, double *y)
{
    for (int i = 0; i < OUTLINE_POINTS; i++) {
        const double along = (double)(i % EDGE_POINTS) / EDGE_POINTS;
        double u = 0.0, v = 0.0;
        switch (i / EDGE_POINTS) {
        case 0:
            u = along;
            break;
        case 1:
            u = 1.0, v = along;
            break;
        case 2:
            u = 1.0 - along, v = 1.0;
            break;
        default:
            v = 1.0 - along;
        }
        s2_affine_apply(&grid->to_geo, block.x + u * block.w, block.y + v * block.h, &x[i], &y[i]);
    }
}

/** Hectares of a block; NaN where the CRS does not reach. */
static double block_hectares(const s2_map_table *table, s2_rect block)
{
    double x[OUTLINE_POINTS], y[OUTLINE_POINTS];
    outline(table->grid, block, x, y);
    if (table->to_geographic) {
        s2_gdal_catch caught;
        s2_gdal_catch_begin(&caught);
        OCTTransform(table->to_geographic, OUTLINE_POINTS, x, y, NULL);
        s2_gdal_catch_end(&caught);
    }
    struct geod_polygon polygon;
    geod_polygon_init(&polygon, FALSE);
    for (int i = 0; i < OUTLINE_POINTS; i++) {
        const double longitude = x[i] * table->degrees, latitude = y[i] * table->degrees;
        /* HUGE_VAL marks a failed transformation. */
        if (!isfinite(longitude) || !(fabs(latitude) <= 90.0))
            return NAN;
        geod_polygon_addpoint(&table->ellipsoid, &polygon, latitude, longitude);
    }
    double square_metres = NAN;
    geod_polygon_compute(&table->ellipsoid, &polygon, FALSE, TRUE, &square_metres, NULL);
    return fabs(square_metres) / 1e4;
}

double s2_map_table_pixel_hectares(const s2_map_table *table)
{
    const s2_rect whole = {0, 0, table->grid->width, table->grid->height};
    double hectares = 0.0, pixels = 0.0;
    if (!table->has_area)
        return (double)NAN;
    for (int i = 0; i < AREA_SAMPLES * AREA_SAMPLES; i++) {
        const int x = (int)((int64_t)whole.w * (i % AREA_SAMPLES) / AREA_SAMPLES);
        const int y = (int)((int64_t)whole.h * (i / AREA_SAMPLES) / AREA_SAMPLES);
        const s2_rect block = s2_rect_intersect((s2_rect){x, y, BLOCK, BLOCK}, whole);
        const double known = block_hectares(table, block);
        if (isnan(known))
            continue;
        hectares += known;
        pixels += (double)block.w * block.h;
    }
    return pixels > 0.0 ? hectares / pixels : (double)NAN;
}

/** Count one block of lines already in memory. lines in [block.h][grid width] */
static s2rgf_status count_block(s2_map_table *table, const unsigned char *lines, size_t value_bytes,
                                s2_rect block, s2rgf_error *err)
{
    const int count = table->classes->count;
    bool labelled = false;
    memset(table->in_block, 0, (size_t)count * sizeof *table->in_block);
    for (int y = 0; y < block.h; y++) {
        const size_t first = (size_t)y * (size_t)table->grid->width + (size_t)block.x;
        const unsigned char *narrow = lines + first * value_bytes;
        const uint16_t *wide = value_bytes == 1 ? NULL : (const uint16_t *)(const void *)narrow;
        for (int x = 0; x < block.w; x++) {
            const int value = wide ? wide[x] : narrow[x];
            if (value == 0)
                continue;
            const int class_index = table->index[value];
            if (class_index < 0)
                return s2_fail(err, S2RGF_INTERNAL, "map: value %d is none of its classes", value);
            table->in_block[class_index]++;
            labelled = true;
        }
    }
    if (!labelled)
        return S2RGF_OK;
    const double hectares = table->has_area ? block_hectares(table, block) : (double)NAN;
    const double each = hectares / ((double)block.w * block.h);
    for (int c = 0; c < count; c++) {
        if (table->in_block[c] == 0)
            continue;
        table->pixels[c] += table->in_block[c];
        table->hectares[c] += each * table->in_block[c];
    }
    return S2RGF_OK;
}

s2rgf_status s2_map_table_count(s2_map_table *table, const void *values, size_t value_bytes, int y,
                                int height, s2rgf_error *err)
{
    const size_t width = (size_t)table->grid->width;
    const s2_rect whole = {0, y, table->grid->width, height};
    s2rgf_status status = S2RGF_OK;
    for (int top = 0; top < height && status == S2RGF_OK; top += BLOCK)
        for (int left = 0; left < table->grid->width && status == S2RGF_OK; left += BLOCK)
            status = count_block(
                table, (const unsigned char *)values + (size_t)top * width * value_bytes,
                value_bytes, s2_rect_intersect((s2_rect){left, y + top, BLOCK, BLOCK}, whole), err);
    return status;
}

void s2_map_table_add_columns(s2_map_table *table, const s2_class_column *columns)
{
    table->columns = columns;
}

s2_class_extents s2_map_table_extents(const s2_map_table *table)
{
    return (s2_class_extents){.pixels = table->pixels,
                              .hectares = table->has_area ? table->hectares : NULL,
                              .columns = table->columns};
}

GDALRasterAttributeTableH s2_map_table_rows(const s2_map_table *table)
{
    const s2_class_extents extents = s2_map_table_extents(table);
    return s2_class_make_table(table->classes, &extents);
}

s2rgf_status s2_map_table_attach(const s2_map_table *table, GDALRasterBandH band, s2rgf_error *err)
{
    const s2_class_extents extents = s2_map_table_extents(table);
    s2_gdal_catch caught;
    s2_gdal_catch_begin(&caught);
    const bool done = s2_class_set_table(band, table->classes, &extents);
    s2_gdal_catch_end(&caught);
    return done ? S2RGF_OK
                : s2_gdal_fail(&caught, err, S2RGF_IO, "map: attribute table cannot be attached");
}

bool s2_map_table_is_attached(const s2_map_table *table, GDALRasterBandH band)
{
    return s2_class_table_is_set(band, table->classes, table->pixels);
}
