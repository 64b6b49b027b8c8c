/* The labels of a sample scene: polygons inside its objects, in two layers that keep apart. */
#include "scene_spec.h"

#include <cpl_conv.h>
#include <cpl_error.h>
#include <gdal.h>
#include <math.h>
#include <ogr_api.h>
#include <ogr_srs_api.h>

#include "core/memory.h"
#include "core/random.h"

enum { CORNERS = 16, LAYERS = 2, STREAM_LABELS = 3 << 20 };

#define LONGEST_PX 13.0 /* from a polygon's middle to a corner */

static const char *const LAYER_NAMES[LAYERS] = {"train", "test"};

/* A polygon around (x, y), fine pixels; corner i lies in direction i / CORNERS of a turn. */
typedef struct label_polygon {
    int class_index;
    int layer;
    double x, y;
    double radius[CORNERS];
    double x_min, y_min, x_max, y_max;
} label_polygon;

typedef struct polygon_list {
    label_polygon *items;
    int count, capacity;
    int counts[LAYERS][LAND_CLASS_MAX];
} polygon_list;

static void corner_at(const label_polygon *p, int i, double *x, double *y)
{
    double angle = 2.0 * 3.14159265358979323846 * i / (double)CORNERS;
    *x = p->x + p->radius[i] * cos(angle);
    *y = p->y + p->radius[i] * sin(angle);
}

static bool same_object(land_point a, land_point b)
{
    return a.class_index == b.class_index && a.object == b.object;
}

/* Let every corner run outwards until it leaves the object, then step back by the margin. */
static void grow(const landscape *land, label_polygon *p, land_point point)
{
    double margin = LAND_CLASSES[p->class_index].margin_px;
    p->x_min = p->y_min = INFINITY;
    p->x_max = p->y_max = -INFINITY;
    for (int i = 0; i < CORNERS; i++) {
        double x, y;
        p->radius[i] = 0.0;
        do {
            p->radius[i] += 0.5;
            corner_at(p, i, &x, &y);
        } while (p->radius[i] < LONGEST_PX + margin &&
                 same_object(landscape_at(land, x, y), point));
        p->radius[i] = fmax(0.1, p->radius[i] - 0.5 - margin);
        corner_at(p, i, &x, &y);
        p->x_min = fmin(p->x_min, x);
        p->x_max = fmax(p->x_max, x);
        p->y_min = fmin(p->y_min, y);
        p->y_max = fmax(p->y_max, y);
    }
}

/* Even-odd rule. */
static bool holds_point(const label_polygon *p, double x, double y)
{
    bool inside = false;
    double ax, ay, bx, by;
    corner_at(p, CORNERS - 1, &ax, &ay);
    for (int i = 0; i < CORNERS; i++, ax = bx, ay = by) {
        corner_at(p, i, &bx, &by);
        if ((ay > y) != (by > y) && x < ax + (y - ay) / (by - ay) * (bx - ax))
            inside = !inside;
    }
    return inside;
}

/* Pixel centres inside; -1 unless all of them, and their surroundings, are the object. */
static int count_pixels(const landscape *land, const label_polygon *p, land_point point)
{
    double margin = 0.5 * LAND_CLASSES[p->class_index].margin_px;
    int count = 0;
    for (int j = (int)floor(p->y_min); j <= (int)p->y_max; j++)
        for (int i = (int)floor(p->x_min); i <= (int)p->x_max; i++) {
            double x = i + 0.5, y = j + 0.5;
            if (!holds_point(p, x, y))
                continue;
            if (!same_object(landscape_at(land, x, y), point) ||
                !same_object(landscape_at(land, x - margin, y), point) ||
                !same_object(landscape_at(land, x + margin, y), point) ||
                !same_object(landscape_at(land, x, y - margin), point) ||
                !same_object(landscape_at(land, x, y + margin), point))
                return -1;
            count++;
        }
    return count;
}

/* Inside the scene, and two coarse pixels away from nodata, whose corners are cut off straight. */
static bool sees_data(const scene_spec *spec, const label_polygon *p)
{
    double gap = 2.0 * spec->ratio;
    return p->x_min > 0.0 && p->y_min > 0.0 && p->x_max < spec->width && p->y_max < spec->height &&
           !scene_ms_is_nodata(spec, p->x_max + gap, p->y_min - gap) &&
           !scene_hs_is_nodata(spec, p->x_min - gap, p->y_max + gap);
}

/* Layers keep two coarse pixels apart, so that no coarse pixel serves both. */
static bool keeps_apart(const scene_spec *spec, const polygon_list *list, const label_polygon *p)
{
    for (int i = 0; i < list->count; i++) {
        const label_polygon *q = &list->items[i];
        double gap = q->layer == p->layer ? 2.0 : 2.0 * spec->ratio;
        if (p->x_min < q->x_max + gap && q->x_min < p->x_max + gap && p->y_min < q->y_max + gap &&
            q->y_min < p->y_max + gap)
            return false;
    }
    return true;
}

/* Polygons of each class and layer: five in 512 x 512 pixels, more in larger scenes. */
static int wanted_count(const scene_spec *spec)
{
    double side = sqrt((double)spec->width * (double)spec->height);
    return (int)fmin(fmax(round(5.0 * side / 512.0), 2.0), 60.0);
}

/* Draw places until every class has its polygons; a small scene may not hold them all. */
static void draw_polygons(const scene_spec *spec, const landscape *land, polygon_list *list)
{
    const int tries = (int)fmin(100.0 + 0.25 * spec->width * spec->height, 60000.0);
    s2_random random;
    s2_random_init(&random, spec->seed, STREAM_LABELS);
    int wanted = list->capacity / (LAYERS * spec->classes);
    for (int t = 0; t < tries && list->count < list->capacity; t++) {
        label_polygon p = {.x = s2_random_uniform(&random) * spec->width,
                           .y = s2_random_uniform(&random) * spec->height};
        land_point point = landscape_at(land, p.x, p.y);
        int k = p.class_index = point.class_index;
        p.layer = list->counts[1][k] < list->counts[0][k];
        if (list->counts[p.layer][k] >= wanted)
            continue;
        grow(land, &p, point);
        if (!sees_data(spec, &p) || !keeps_apart(spec, list, &p) ||
            count_pixels(land, &p, point) < LAND_CLASSES[k].least_px)
            continue;
        list->items[list->count++] = p;
        list->counts[p.layer][k]++;
    }
}

static OGRGeometryH polygon_geometry(const label_polygon *p)
{
    OGRGeometryH ring = OGR_G_CreateGeometry(wkbLinearRing);
    OGRGeometryH polygon = OGR_G_CreateGeometry(wkbPolygon);
    for (int i = 0; i <= CORNERS; i++) {
        double x, y;
        corner_at(p, i % CORNERS, &x, &y);
        OGR_G_AddPoint_2D(ring, SCENE_ORIGIN_X + x * SCENE_PIXEL_M,
                          SCENE_ORIGIN_Y - y * SCENE_PIXEL_M);
    }
    OGR_G_AddGeometryDirectly(polygon, ring);
    return polygon;
}

static bool write_layer(GDALDatasetH dataset, OGRSpatialReferenceH srs, const polygon_list *list,
                        int which)
{
    OGRLayerH layer = GDALDatasetCreateLayer(dataset, LAYER_NAMES[which], srs, wkbPolygon, NULL);
    OGRFieldDefnH field = OGR_Fld_Create("class", OFTString);
    bool ok = layer && OGR_L_CreateField(layer, field, true) == OGRERR_NONE;
    OGR_Fld_Destroy(field);
    for (int i = 0; ok && i < list->count; i++) {
        const label_polygon *p = &list->items[i];
        if (p->layer != which)
            continue;
        OGRFeatureH feature = OGR_F_Create(OGR_L_GetLayerDefn(layer));
        OGR_F_SetFieldString(feature, 0, LAND_CLASSES[p->class_index].name);
        ok = OGR_F_SetGeometryDirectly(feature, polygon_geometry(p)) == OGRERR_NONE &&
             OGR_L_CreateFeature(layer, feature) == OGRERR_NONE;
        OGR_F_Destroy(feature);
    }
    return ok;
}

static bool write_layers(const scene_spec *spec, const polygon_list *list)
{
    /* GeoPackage notes the time of the last change; the same seed must give the same bytes. */
    CPLSetConfigOption("OGR_CURRENT_DATE", "2000-01-01T00:00:00.000Z");
    char *path = scene_path(spec, "labels.gpkg");
    GDALDatasetH dataset =
        !path ? NULL : GDALCreate(GDALGetDriverByName("GPKG"), path, 0, 0, 0, GDT_Unknown, NULL);
    s2_free(path);
    OGRSpatialReferenceH srs = OSRNewSpatialReference(NULL);
    bool ok = dataset && srs && OSRImportFromEPSG(srs, SCENE_EPSG) == OGRERR_NONE;
    for (int which = 0; ok && which < LAYERS; which++)
        ok = write_layer(dataset, srs, list, which);
    CPLErrorReset();
    OSRDestroySpatialReference(srs);
    if (dataset)
        GDALClose(dataset);
    return CPLGetLastErrorType() < CE_Failure && ok;
}

bool scene_write_labels(const scene_spec *spec, const landscape *land)
{
    polygon_list list = {.capacity = wanted_count(spec) * LAYERS * spec->classes};
    list.items = s2_alloc((size_t)list.capacity, sizeof *list.items);
    if (!list.items) {
        CPLError(CE_Failure, CPLE_OutOfMemory, "labels.gpkg: no memory for %d polygons",
                 list.capacity);
        return false;
    }
    draw_polygons(spec, land, &list);
    bool ok = write_layers(spec, &list);
    s2_free(list.items);
    return ok;
}
