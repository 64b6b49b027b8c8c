/* Burn polygons onto a pixel grid, one by one, each within its own bounds; points beside them. */
#include "geo/labels/labels_burn.h"

#include <cpl_string.h>
#include <gdal_alg.h>
#include <math.h>

#include "core/error.h"
#include "core/log.h"
#include "core/memory.h"
#include "core/plural.h"
#include "geo/labels/labels_place.h"
#include "geo/labels/labels_points.h"
#include "geo/source/gdal_catch.h"

/* A polygon larger than this is burnt in strips, so that memory does not follow the grid. */
#define STRIP_PIXELS (4 * 1024 * 1024)

/** Oddities of labels; geometries with any but the last are left out. */
typedef enum oddity {
    ODD_EMPTY,
    ODD_LINE,
    ODD_STRAY_POINT,
    ODD_SURFACE,
    ODD_NOWHERE,
    ODD_NOT_FINITE,
    ODD_UNWRAPPED,
    ODDITIES
} oddity;

struct s2_burner {
    const char *path;
    s2_label_claims *claims;
    s2_label_use use;
    s2_label_points points; /* until s2_burner_finish() */
    s2_label_place place;
    OGRFeatureH feature; /* at hand */
    GDALDriverH memory_driver;
    char **options;
    bool odd[ODDITIES]; /* of the feature at hand */
    size_t odd_features[ODDITIES];
    long long first_odd[ODDITIES]; /* feature */
};

void s2_burner_free(s2_burner *burner)
{
    if (!burner)
        return;
    s2_label_place_clear(&burner->place);
    s2_label_points_clear(&burner->points);
    CSLDestroy(burner->options);
    s2_free(burner);
}

s2rgf_status s2_burner_create(const s2_label_request *request, const char *layer_wkt,
                              s2_label_claims *claims, s2_burner **burner, s2rgf_error *err)
{
    s2_burner *made = s2_calloc(1, sizeof *made);
    if (!made)
        return s2_fail_memory(err, "labels");
    *made = (s2_burner){.path = request->options->path,
                        .claims = claims,
                        .use = request->use,
                        .memory_driver = GDALGetDriverByName("MEM")};
    made->options =
        CSLSetNameValue(NULL, "ALL_TOUCHED", request->options->all_touched ? "TRUE" : "FALSE");
    s2rgf_status status = s2_label_place_init(&made->place, request, layer_wkt, err);
    if (status == S2RGF_OK)
        status = s2_label_points_init(&made->points, request, err);
    if (status == S2RGF_OK && !made->options)
        status = s2_fail_memory(err, "labels");
    if (status == S2RGF_OK && !made->memory_driver)
        status = s2_fail(err, S2RGF_INTERNAL, "labels: GDAL's MEM driver is not registered");
    if (status != S2RGF_OK) {
        s2_burner_free(made);
        return status;
    }
    *burner = made;
    return S2RGF_OK;
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

/** Pixels of the grid a polygon in pixel coordinates may touch. */
static s2_rect pixel_bounds(const s2_burner *burner, OGRGeometryH polygon)
{
    OGREnvelope box;
    OGR_G_GetEnvelope(polygon, &box);
    const double width = burner->place.grid->width, height = burner->place.grid->height;
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
    s2rgf_status status = line ? S2RGF_OK : s2_fail_memory(err, "labels");
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
/* Burn a polygon, whose coordinates count from the strip's corner, and claim its pixels. */
static s2rgf_status burn_moved(s2_burner *burner, OGRGeometryH moved, GDALDatasetH memory,
                               s2_rect strip, s2rgf_error *err)
{
    const double value = 1.0;
    int band_number = 1;
    s2_gdal_catch caught;
    s2_gdal_catch_begin(&caught);
    const CPLErr outcome =
        GDALRasterizeGeometries(memory, 1, &band_number, 1, &moved, keep_coordinates, NULL, &value,
                                burner->options, NULL, NULL);
    s2_gdal_catch_end(&caught);
    if (outcome != CE_None)
        return s2_gdal_fail(&caught, err, S2RGF_FORMAT, "%s: a polygon cannot be burnt",
                            burner->path);
    return claim_strip(burner, GDALGetRasterBand(memory, 1), strip, err);
}

static s2rgf_status burn_strip(s2_burner *burner, OGRGeometryH polygon, s2_rect strip,
                               s2rgf_error *err)
{
    OGRGeometryH moved = OGR_G_Clone(polygon);
    GDALDatasetH memory =
        GDALCreate(burner->memory_driver, "", strip.w, strip.h, 1, GDT_Byte, NULL);
    s2rgf_status status = moved && memory ? S2RGF_OK : s2_fail_memory(err, "burnt polygon");
    for (int r = 0; status == S2RGF_OK && r < OGR_G_GetGeometryCount(moved); r++) {
        OGRGeometryH ring = OGR_G_GetGeometryRef(moved, r);
        for (int i = 0; i < OGR_G_GetPointCount(ring); i++)
            OGR_G_SetPoint_2D(ring, i, OGR_G_GetX(ring, i) - strip.x,
                              OGR_G_GetY(ring, i) - strip.y);
    }
    if (status == S2RGF_OK)
        status = burn_moved(burner, moved, memory, strip, err);
    GDALClose(memory);
    OGR_G_DestroyGeometry(moved);
    return status;
}

/** Burn a polygon in pixel coordinates for the newest group. */
static s2rgf_status burn_pixels(s2_burner *burner, OGRGeometryH polygon, s2rgf_error *err)
{
    s2_rect rest = pixel_bounds(burner, polygon);
    const int lines = rest.w > 0 ? STRIP_PIXELS / rest.w + 1 : 1;
    s2rgf_status status = S2RGF_OK;
    while (status == S2RGF_OK && !s2_rect_is_empty(rest)) {
        const int height = rest.h < lines ? rest.h : lines;
        status = burn_strip(burner, polygon, (s2_rect){rest.x, rest.y, rest.w, height}, err);
        rest.y += height;
        rest.h -= height;
    }
    return status;
}

/** Burn one polygon in the grid's CRS as a group of its own. */
static s2rgf_status burn_polygon(s2_burner *burner, OGRGeometryH polygon, int class_index,
                                 s2_label_set *set, s2rgf_error *err)
{
    OGREnvelope box;
    int turns;
    s2rgf_status status = s2_labels_add_group(burner->claims, class_index, err);
    const size_t before = burner->claims->count;
    if (status == S2RGF_OK)
        burner->claims->groups[burner->claims->group_count - 1].feature =
            (long long)OGR_F_GetFID(burner->feature);
    OGR_G_GetEnvelope(polygon, &box);
    if (!isfinite(box.MaxX - box.MinX) || !isfinite(box.MaxY - box.MinY)) {
        burner->odd[ODD_NOT_FINITE] = true;
        return status;
    }
    const int count = s2_label_place_turns(&burner->place, box.MinX, box.MaxX, &turns);
    set->polygons++;
    for (int i = 0; i < count && status == S2RGF_OK; i++) {
        OGRGeometryH in_pixels = s2_label_place_polygon(&burner->place, polygon, turns + i);
        if (!in_pixels) {
            burner->odd[ODD_NOT_FINITE] = true;
            set->polygons--;
            return S2RGF_OK;
        }
        status = burn_pixels(burner, in_pixels, err);
        OGR_G_DestroyGeometry(in_pixels);
    }
    if (burner->claims->count == before)
        set->polygons_without_pixel++;
    else
        set->from_polygons = true;
    return status;
}

/** Note a point in the grid's CRS, of a sample with what its feature says of it. */
static s2rgf_status note_point(s2_burner *burner, OGRGeometryH point, int class_index,
                               s2_label_set *set, s2rgf_error *err)
{
    const size_t before = burner->points.found.count;
    bool finite;
    s2rgf_status status = s2_label_points_note(&burner->points, &burner->place, point, class_index,
                                               &finite, set, err);
    if (status != S2RGF_OK)
        return status;
    burner->odd[ODD_NOT_FINITE] = burner->odd[ODD_NOT_FINITE] || !finite;
    if (burner->use == S2_LABELS_OF_SAMPLE && burner->points.found.count > before)
        return s2_label_points_origin(burner->feature, set, err);
    return S2RGF_OK;
}

/** Which oddity a geometry of a type that cannot be a label is. */
static oddity oddity_of(OGRwkbGeometryType type)
{
    switch (type) {
    case wkbPoint:
    case wkbMultiPoint:
        return ODD_STRAY_POINT;
    case wkbLineString:
    case wkbMultiLineString:
        return ODD_LINE;
    default:
        return ODD_SURFACE;
    }
}

/**
 * All polygons inside a geometry, whatever its nesting, and points that are not in a collection
 * with something else.
 */
static s2rgf_status burn_parts(s2_burner *burner, OGRGeometryH geometry, bool collected,
                               int class_index, s2_label_set *set, s2rgf_error *err)
{
    const OGRwkbGeometryType type = wkbFlatten(OGR_G_GetGeometryType(geometry));
    if (OGR_G_IsEmpty(geometry))
        return S2RGF_OK;
    if (type == wkbPolygon && burner->use == S2_LABELS_OF_SAMPLE)
        return s2_fail(err, S2RGF_FORMAT,
                       "%s: feature %lld is a polygon: expected a sample of points: pixels of a "
                       "polygon were not drawn at random",
                       burner->path, (long long)OGR_F_GetFID(burner->feature));
    if (type == wkbPolygon)
        return burn_polygon(burner, geometry, class_index, set, err);
    if (type == wkbPoint && !collected && burner->use != S2_LABELS_OF_AREAS)
        return note_point(burner, geometry, class_index, set, err);
    const bool in_collection =
        collected || (type == wkbGeometryCollection && OGR_G_GetDimension(geometry) > 0);
    if (type != wkbMultiPolygon && type != wkbGeometryCollection &&
        (type != wkbMultiPoint || collected)) {
        burner->odd[oddity_of(type)] = true;
        return S2RGF_OK;
    }
    s2rgf_status status = S2RGF_OK;
    for (int i = 0; i < OGR_G_GetGeometryCount(geometry) && status == S2RGF_OK; i++)
        status = burn_parts(burner, OGR_G_GetGeometryRef(geometry, i), in_collection, class_index,
                            set, err);
    return status;
}

/** Count the oddities of a feature. */
static void count_oddities(s2_burner *burner, long long feature)
{
    for (int kind = 0; kind < ODDITIES; kind++) {
        if (!burner->odd[kind])
            continue;
        if (burner->odd_features[kind]++ == 0)
            burner->first_odd[kind] = feature;
        burner->odd[kind] = false;
    }
}

s2rgf_status s2_burn_feature(s2_burner *burner, OGRFeatureH feature, int class_index,
                             s2_label_set *set, s2rgf_error *err)
{
    OGRGeometryH own = OGR_F_GetGeometryRef(feature), geometry = NULL;
    s2rgf_status status = S2RGF_OK;
    burner->feature = feature;
    burner->odd[ODD_EMPTY] = !own || OGR_G_IsEmpty(own);
    if (!burner->odd[ODD_EMPTY])
        geometry = OGR_G_GetLinearGeometry(own, 0.0, NULL);
    if (!geometry) {
        burner->odd[ODD_SURFACE] = !burner->odd[ODD_EMPTY];
    } else {
        const s2_label_outcome outcome = s2_label_place_project(&burner->place, geometry);
        burner->odd[ODD_NOWHERE] = outcome == S2_LABEL_NOWHERE;
        burner->odd[ODD_UNWRAPPED] = outcome == S2_LABEL_UNWRAPPED;
        if (outcome != S2_LABEL_NOWHERE)
            status = burn_parts(burner, geometry, false, class_index, set, err);
    }
    count_oddities(burner, (long long)OGR_F_GetFID(feature));
    OGR_G_DestroyGeometry(geometry);
    return status;
}

static void tell_oddities(const s2_burner *burner, const s2rgf_host *host)
{
    const char *const what[ODDITIES] = {
        [ODD_EMPTY] = "left out: no geometry",
        [ODD_LINE] = "left out: lines",
        [ODD_STRAY_POINT] = burner->use == S2_LABELS_OF_AREAS
                                ? "left out: points"
                                : "left out: points in a collection with others",
        [ODD_SURFACE] = "left out: geometries that are neither polygons nor points",
        [ODD_NOWHERE] = "left out: geometries that the reference grid's CRS does not reach",
        [ODD_NOT_FINITE] = "left out: geometries with coordinates that are not finite",
        [ODD_UNWRAPPED] = "edges of more than 180 degrees of longitude, taken the short way round,",
    };
    for (int kind = 0; kind < ODDITIES; kind++) {
        const size_t count = burner->odd_features[kind];
        if (count > 0)
            s2_log(host, S2RGF_WARNING, "%s: %s in %zu %s: the first is feature %lld", burner->path,
                   what[kind], count, s2_plural(count, "feature", "features"),
                   burner->first_odd[kind]);
    }
}

s2rgf_status s2_burner_finish(s2_burner *burner, const s2rgf_host *host, s2rgf_error *err)
{
    tell_oddities(burner, host);
    s2_label_points_tell(&burner->points, host);
    return s2_label_points_claim(&burner->points, burner->claims, err);
}
