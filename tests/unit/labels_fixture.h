/* Labels read onto a small grid, and layers made for it. */
#ifndef S2_TESTS_LABELS_FIXTURE_H
#define S2_TESTS_LABELS_FIXTURE_H

#include <cpl_error.h>
#include <ogr_api.h>

#include "core/memory.h"
#include "geo/labels/labels.h"
#include "geo/source/srs.h"
#include "geo_fixture.h"
#include "s2rgf/labelling.h"

static s2_grid grid; /* 10 m pixels, EPSG:32633, 100 x 80 */
static char last_lines[2048];

static inline void collect_line(s2rgf_log_level level, const char *line, void *user)
{
    (void)level;
    (void)user;
    const size_t used = strlen(last_lines);
    snprintf(last_lines + used, sizeof last_lines - used, "%s\n", line);
}

static const s2rgf_host host = {.log = collect_line};

static inline s2rgf_status read_labels(const s2rgf_label_options *options, s2_label_set *labels,
                                       s2rgf_error *err)
{
    last_lines[0] = '\0';
    return s2_labels_read(options, &grid, &host, labels, err);
}

static inline void read_or_stop(const s2rgf_label_options *options, s2_label_set *labels)
{
    s2rgf_error err = {0};
    const s2rgf_status status = read_labels(options, labels, &err);
    if (status != S2RGF_OK)
        printf("    %s\n", err.message);
    REQUIRE(status == S2RGF_OK);
}

static inline void check_refused(const s2rgf_label_options *options, s2rgf_status expected,
                                 const char *message)
{
    s2_label_set labels;
    s2rgf_error err = {0};
    CHECK(read_labels(options, &labels, &err) == expected);
    CHECK_CONTAINS(err.message, message);
    CHECK(!labels.pixels && !labels.groups && !labels.classes.items);
}

/** Class name at a pixel, "-" where there is none. */
static inline const char *name_at(const s2_label_set *labels, int x, int y)
{
    for (size_t i = 0; i < labels->count; i++)
        if (labels->pixels[i].x == x && labels->pixels[i].y == y)
            return labels->classes.items[labels->pixels[i].class_index].name;
    return "-";
}

/** What every set keeps: order, no position twice, groups that tell the truth. */
static inline void check_consistent(const s2_label_set *labels)
{
    size_t disorder = 0, wrong = 0, total = 0;
    for (size_t i = 0; i < labels->count; i++) {
        const s2_label_pixel *p = &labels->pixels[i];
        if (i > 0)
            disorder += p[-1].y > p->y || (p[-1].y == p->y && p[-1].x >= p->x);
        const s2_label_group *group = &labels->groups[p->group];
        wrong += group->class_index != p->class_index ||
                 !s2_rect_contains(group->bounds, (s2_rect){p->x, p->y, 1, 1});
    }
    for (int g = 0; g < labels->group_count; g++) {
        total += labels->groups[g].pixels;
        CHECK(labels->groups[g].pixels > 0);
    }
    CHECK(disorder == 0 && wrong == 0 && total == labels->count);
    CHECK(strlen(labels->checksum) == 16);
}

/** A layer of polygons. Coordinates in wkt are pixels of the grid where srs is its own. */
typedef struct feature_recipe {
    const char *text; /* NULL: field not set */
    double number;
    const char *wkt;   /* in pixels, (0, 0) top left; NULL: no geometry */
    const char *style; /* or NULL */
} feature_recipe;

static inline void pixels_to_geo(OGRGeometryH geometry)
{
    for (int i = 0; i < OGR_G_GetPointCount(geometry); i++) {
        double x, y;
        s2_affine_apply(&grid.to_geo, OGR_G_GetX(geometry, i), OGR_G_GetY(geometry, i), &x, &y);
        OGR_G_SetPoint_2D(geometry, i, x, y);
    }
    for (int i = 0; i < OGR_G_GetGeometryCount(geometry); i++)
        pixels_to_geo(OGR_G_GetGeometryRef(geometry, i));
}

static inline void make_layer(const char *driver, const char *path, const char *srs_text,
                              const feature_recipe *features, int count)
{
    GDALDatasetH dataset =
        GDALCreate(GDALGetDriverByName(driver), path, 0, 0, 0, GDT_Unknown, NULL);
    REQUIRE(dataset != NULL);
    OGRSpatialReferenceH srs = NULL;
    if (srs_text)
        REQUIRE(s2_srs_from_text(srs_text, &srs, NULL) == S2RGF_OK);
    OGRCoordinateTransformationH transformation =
        srs_text ? s2_srs_transformation("EPSG:32633", srs_text) : NULL;
    OGRLayerH layer = GDALDatasetCreateLayer(dataset, "areas", srs, wkbUnknown, NULL);
    REQUIRE(layer != NULL);
    static const struct {
        const char *name;
        OGRFieldType type;
    } fields[] = {{"class", OFTString}, {"code", OFTInteger}, {"real", OFTReal}, {"day", OFTDate}};
    for (int i = 0; i < 4; i++) {
        OGRFieldDefnH field = OGR_Fld_Create(fields[i].name, fields[i].type);
        CHECK(OGR_L_CreateField(layer, field, TRUE) == OGRERR_NONE);
        OGR_Fld_Destroy(field);
    }
    for (int i = 0; i < count; i++) {
        OGRFeatureH feature = OGR_F_Create(OGR_L_GetLayerDefn(layer));
        if (features[i].text)
            OGR_F_SetFieldString(feature, 0, features[i].text);
        OGR_F_SetFieldInteger(feature, 1, (int)features[i].number);
        OGR_F_SetFieldDouble(feature, 2, features[i].number);
        if (features[i].style)
            OGR_F_SetStyleString(feature, features[i].style);
        if (features[i].wkt) {
            OGRGeometryH geometry = NULL;
            char *text = (char *)features[i].wkt;
            CHECK(OGR_G_CreateFromWkt(&text, NULL, &geometry) == OGRERR_NONE);
            if (!OGR_G_IsEmpty(geometry))
                pixels_to_geo(geometry);
            if (transformation)
                CHECK(OGR_G_Transform(geometry, transformation) == OGRERR_NONE);
            OGR_F_SetGeometryDirectly(feature, geometry);
        }
        CHECK(OGR_L_CreateFeature(layer, feature) == OGRERR_NONE);
        OGR_F_Destroy(feature);
    }
    GDALClose(dataset);
    OCTDestroyCoordinateTransformation(transformation);
    OSRDestroySpatialReference(srs);
}

/** Call first. */
static inline void start_labels(void)
{
    GDALAllRegister();
    grid = (s2_grid){.to_geo = {{500000, 10, 0, 5800000, 0, -10}},
                     .width = 100,
                     .height = 80,
                     .srs_wkt = wkt_of("EPSG:32633")};
}

#endif
