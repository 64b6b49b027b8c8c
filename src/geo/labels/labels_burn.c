/* Burn polygons onto a pixel grid, one by one, each within its own bounds. */
#include "geo/labels/labels_burn.h"

#include <cpl_string.h>
#include <gdal_alg.h>
#include <math.h>

#include "core/error.h"
#include "core/memory.h"
#include "geo/source/gdal_catch.h"

/* A polygon larger than this is burnt in strips, so that memory does not follow the grid. */
#define STRIP_PIXELS (4 * 1024 * 1024)
/* Straight edges bend under a change of CRS: each is cut to this part of the polygon's extent. */
#define EDGE_PARTS 64

struct s2_burner {
    const char *path;
    const s2_grid *grid;
    s2_label_claims *claims;
    OGRCoordinateTransformationH transformation; /* NULL: same CRS */
    s2_affine to_pixel;
    GDALDriverH memory_driver;
    char **options;
};

s2rgf_status s2_burner_create(const s2rgf_label_options *options, const char *layer_wkt,
                              const s2_grid *grid, s2_label_claims *claims, s2_burner **burner,
                              s2rgf_error *err)
{
    s2_burner *made = s2_calloc(1, sizeof *made);
    if (made == NULL)
        return s2_fail_memory(err, "labels");
    *made = (s2_burner){.path = options->path,
                        .grid = grid,
                        .claims = claims,
                        .memory_driver = GDALGetDriverByName("MEM")};
    made->options = CSLSetNameValue(NULL, "ALL_TOUCHED", options->all_touched ? "TRUE" : "FALSE");
    bool same_srs;
    const s2rgf_status status = s2_srs_equal(layer_wkt, grid->srs_wkt, &same_srs, err);
    if (status != S2RGF_OK || made->options == NULL) {
        s2_burner_free(made);
        return status != S2RGF_OK ? status : s2_fail_memory(err, "labels");
    }
    if (!same_srs) {
        made->transformation = s2_srs_transformation(layer_wkt, grid->srs_wkt);
        if (made->transformation == NULL) {
            s2_burner_free(made);
            return s2_fail(err, S2RGF_INVALID_ARGUMENT,
                           "%s: no transformation from its CRS to the reference grid's",
                           options->path);
        }
    }
    if (made->memory_driver == NULL || !s2_affine_invert(&grid->to_geo, &made->to_pixel)) {
        const bool no_driver = made->memory_driver == NULL;
        s2_burner_free(made);
        return s2_fail(err, S2RGF_INTERNAL, "labels: %s",
                       no_driver ? "GDAL's MEM driver is not registered" : "singular grid");
    }
    *burner = made;
    return S2RGF_OK;
}

void s2_burner_free(s2_burner *burner)
{
    if (burner == NULL)
        return;
    OCTDestroyCoordinateTransformation(burner->transformation);
    CSLDestroy(burner->options);
    s2_free(burner);
}

/** Pixel coordinates are geographic coordinates here: nothing to transform. */
static int keep_coordinates(void *context, int inverse, int count, double *x, double *y, double *z,
                            int *success)
{
    (void)context;
    (void)inverse;
    (void)x;
    (void)y;
    (void)z;
    for (int i = 0; i < count; i++)
        success[i] = TRUE;
    return TRUE;
}

/** A copy of a polygon in pixel coordinates of the grid; NULL if a vertex is not finite. */
static OGRGeometryH to_pixels(const s2_burner *burner, OGRGeometryH polygon)
{
    OGRGeometryH copy = OGR_G_Clone(polygon);
    if (copy == NULL)
        return NULL;
    for (int r = 0; r < OGR_G_GetGeometryCount(copy); r++) {
        OGRGeometryH ring = OGR_G_GetGeometryRef(copy, r);
        for (int i = 0; i < OGR_G_GetPointCount(ring); i++) {
            double x, y;
            s2_affine_apply(&burner->to_pixel, OGR_G_GetX(ring, i), OGR_G_GetY(ring, i), &x, &y);
            if (!isfinite(x) || !isfinite(y)) {
                OGR_G_DestroyGeometry(copy);
                return NULL;
            }
            OGR_G_SetPoint_2D(ring, i, x, y);
        }
    }
    return copy;
}

/** Pixels of the grid a polygon in pixel coordinates may touch. */
static s2_rect pixel_bounds(const s2_burner *burner, OGRGeometryH polygon)
{
    OGREnvelope box;
    OGR_G_GetEnvelope(polygon, &box);
    const double width = burner->grid->width, height = burner->grid->height;
    const double x0 = fmax(floor(box.MinX), 0.0), x1 = fmin(floor(box.MaxX) + 1.0, width);
    const double y0 = fmax(floor(box.MinY), 0.0), y1 = fmin(floor(box.MaxY) + 1.0, height);
    if (!(x0 < x1 && y0 < y1))
        return (s2_rect){0, 0, 0, 0};
    return (s2_rect){(int)x0, (int)y0, (int)(x1 - x0), (int)(y1 - y0)};
}

/** Claim the pixels of one strip for the newest group. */
static s2rgf_status claim_strip(s2_burner *burner, GDALRasterBandH band, s2_rect strip,
                                s2rgf_error *err)
{
    const int group = (int)burner->claims->group_count - 1;
    uint8_t *line = s2_alloc((size_t)strip.w, 1);
    s2rgf_status status = line != NULL ? S2RGF_OK : s2_fail_memory(err, "labels");
    for (int y = 0; y < strip.h && status == S2RGF_OK; y++) {
        if (GDALRasterIO(band, GF_Read, 0, y, strip.w, 1, line, strip.w, 1, GDT_Byte, 0, 0) !=
            CE_None) {
            status = s2_fail(err, S2RGF_INTERNAL, "labels: burnt pixels cannot be read back");
            break;
        }
        for (int x = 0; x < strip.w && status == S2RGF_OK; x++)
            if (line[x] != 0)
                status = s2_labels_claim(burner->claims, strip.x + x, strip.y + y, group, err);
    }
    s2_free(line);
    return status;
}

/** Burn one strip of a polygon in pixel coordinates. */
static s2rgf_status burn_strip(s2_burner *burner, OGRGeometryH polygon, s2_rect strip,
                               s2rgf_error *err)
{
    const double value = 1.0;
    int band_number = 1;
    double shifted[6] = {strip.x, 1.0, 0.0, strip.y, 0.0, 1.0};
    OGRGeometryH moved = OGR_G_Clone(polygon);
    GDALDatasetH memory =
        GDALCreate(burner->memory_driver, "", strip.w, strip.h, 1, GDT_Byte, NULL);
    s2rgf_status status = S2RGF_OK;
    if (moved == NULL || memory == NULL) {
        status = s2_fail_memory(err, "burnt polygon");
        goto done;
    }
    for (int r = 0; r < OGR_G_GetGeometryCount(moved); r++) {
        OGRGeometryH ring = OGR_G_GetGeometryRef(moved, r);
        for (int i = 0; i < OGR_G_GetPointCount(ring); i++)
            OGR_G_SetPoint_2D(ring, i, OGR_G_GetX(ring, i) - shifted[0],
                              OGR_G_GetY(ring, i) - shifted[3]);
    }
    s2_gdal_catch caught;
    s2_gdal_catch_begin(&caught);
    const CPLErr outcome =
        GDALRasterizeGeometries(memory, 1, &band_number, 1, &moved, keep_coordinates, NULL, &value,
                                burner->options, NULL, NULL);
    s2_gdal_catch_end(&caught);
    status = outcome == CE_None ? claim_strip(burner, GDALGetRasterBand(memory, 1), strip, err)
                                : s2_gdal_fail(&caught, err, S2RGF_FORMAT,
                                               "%s: a polygon cannot be burnt", burner->path);
done:
    GDALClose(memory);
    OGR_G_DestroyGeometry(moved);
    return status;
}

/** Burn one polygon in the grid's CRS as a group of its own. */
static s2rgf_status burn_polygon(s2_burner *burner, OGRGeometryH polygon, int class_index,
                                 s2_label_set *set, s2rgf_error *err)
{
    s2rgf_status status = s2_labels_add_group(burner->claims, class_index, err);
    if (status != S2RGF_OK)
        return status;
    const size_t before = burner->claims->count;
    OGRGeometryH in_pixels = to_pixels(burner, polygon);
    set->polygons++;
    if (in_pixels == NULL)
        return s2_fail(err, S2RGF_FORMAT, "%s: a polygon has coordinates that are not finite",
                       burner->path);
    s2_rect rest = pixel_bounds(burner, in_pixels);
    const int lines = rest.w > 0 ? STRIP_PIXELS / rest.w + 1 : 1;
    while (status == S2RGF_OK && !s2_rect_is_empty(rest)) {
        const int height = rest.h < lines ? rest.h : lines;
        status = burn_strip(burner, in_pixels, (s2_rect){rest.x, rest.y, rest.w, height}, err);
        rest.y += height;
        rest.h -= height;
    }
    OGR_G_DestroyGeometry(in_pixels);
    if (burner->claims->count == before)
        set->polygons_without_pixel++;
    return status;
}

/** All polygons inside a geometry, whatever its nesting. */
static s2rgf_status burn_parts(s2_burner *burner, OGRGeometryH geometry, int class_index,
                               s2_label_set *set, s2rgf_error *err)
{
    const OGRwkbGeometryType type = wkbFlatten(OGR_G_GetGeometryType(geometry));
    if (type == wkbPolygon)
        return burn_polygon(burner, geometry, class_index, set, err);
    if (type != wkbMultiPolygon && type != wkbGeometryCollection)
        return s2_fail(err, S2RGF_FORMAT, "%s: expected polygons, found a %s", burner->path,
                       OGR_G_GetGeometryName(geometry));
    s2rgf_status status = S2RGF_OK;
    for (int i = 0; i < OGR_G_GetGeometryCount(geometry) && status == S2RGF_OK; i++)
        status = burn_parts(burner, OGR_G_GetGeometryRef(geometry, i), class_index, set, err);
    return status;
}

/** Into the grid's CRS, with edges cut first so that they bend as they should. */
static s2rgf_status reproject(const s2_burner *burner, OGRGeometryH geometry, long long id,
                              s2rgf_error *err)
{
    if (burner->transformation == NULL || OGR_G_IsEmpty(geometry))
        return S2RGF_OK;
    OGREnvelope box;
    OGR_G_GetEnvelope(geometry, &box);
    const double extent = fmax(box.MaxX - box.MinX, box.MaxY - box.MinY);
    s2_gdal_catch caught;
    s2_gdal_catch_begin(&caught);
    if (extent > 0.0 && isfinite(extent))
        OGR_G_Segmentize(geometry, extent / EDGE_PARTS);
    const OGRErr outcome = OGR_G_Transform(geometry, burner->transformation);
    s2_gdal_catch_end(&caught);
    if (outcome != OGRERR_NONE)
        return s2_gdal_fail(&caught, err, S2RGF_FORMAT,
                            "%s: feature %lld cannot be transformed to the reference grid's CRS",
                            burner->path, id);
    return S2RGF_OK;
}

s2rgf_status s2_burn_feature(s2_burner *burner, OGRFeatureH feature, int class_index,
                             s2_label_set *set, s2rgf_error *err)
{
    OGRGeometryH own = OGR_F_GetGeometryRef(feature);
    if (own == NULL || OGR_G_IsEmpty(own)) {
        set->polygons++;
        set->polygons_without_pixel++;
        return S2RGF_OK;
    }
    OGRGeometryH geometry = OGR_G_GetLinearGeometry(own, 0.0, NULL);
    if (geometry == NULL)
        return s2_fail_memory(err, "polygon");
    s2rgf_status status = reproject(burner, geometry, (long long)OGR_F_GetFID(feature), err);
    if (status == S2RGF_OK)
        status = burn_parts(burner, geometry, class_index, set, err);
    OGR_G_DestroyGeometry(geometry);
    return status;
}
