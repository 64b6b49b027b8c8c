/* Labels from a layer: its choice, its features; classes are in labels_field.c, burning in
   labels_burn.c. */
#include <cpl_string.h>
#include <ogr_api.h>
#include <string.h>

#include "core/error.h"
#include "core/log.h"
#include "core/memory.h"
#include "core/plural.h"
#include "geo/labels/labels_burn.h"
#include "geo/labels/labels_field.h"
#include "geo/labels/labels_private.h"
#include "geo/source/gdal_catch.h"
#include "geo/source/srs.h"
#include "s2rgf/labelling.h"

/** An open layer and how its features become classes. */
typedef struct vector_labels {
    const s2rgf_label_options *options;
    const char *layer_option;
    s2_label_use use;
    OGRLayerH layer;
    s2_class_field field;
} vector_labels;

bool s2_labels_has_geometries(OGRLayerH layer)
{
    return OGR_L_GetGeomType(layer) != wkbNone;
}

/** No layer was found: named or not. */
static s2rgf_status fail_layers(const vector_labels *labels, GDALDatasetH dataset, s2rgf_error *err)
{
    const char *path = labels->options->path, *wanted = labels->options->layer;
    const char *missing = labels->use == S2_LABELS_OF_AREAS
                              ? "no layer with geometries: expected polygons"
                              : "no layer with geometries: expected polygons or points";
    char list[512] = "";
    int count = 0;
    for (int i = 0; i < GDALDatasetGetLayerCount(dataset); i++) {
        OGRLayerH layer = GDALDatasetGetLayer(dataset, i);
        if (s2_labels_has_geometries(layer))
            CPLsnprintf(list + strlen(list), sizeof list - strlen(list), "%s%s",
                        count++ > 0 ? ", " : "", OGR_L_GetName(layer));
    }
    if (count == 0)
        return s2_gdal_fail_empty(dataset, path, missing, err);
    if (wanted)
        return s2_fail(err, S2RGF_INVALID_ARGUMENT, "%s: no layer %s: expected one of %s", path,
                       wanted, list);
    return s2_fail(err, S2RGF_INVALID_ARGUMENT, "%s: several layers: choose one with %s, found %s",
                   path, labels->layer_option, list);
}

/** The only layer with geometries; NULL if there are none or several. */
static OGRLayerH only_layer(GDALDatasetH dataset)
{
    OGRLayerH found = NULL;
    for (int i = 0; i < GDALDatasetGetLayerCount(dataset); i++) {
        OGRLayerH layer = GDALDatasetGetLayer(dataset, i);
        if (!s2_labels_has_geometries(layer))
            continue;
        if (found)
            return NULL;
        found = layer;
    }
    return found;
}

static s2rgf_status choose_layer(GDALDatasetH dataset, vector_labels *labels, s2rgf_error *err)
{
    const char *wanted = labels->options->layer;
    labels->layer = wanted ? GDALDatasetGetLayerByName(dataset, wanted) : only_layer(dataset);
    if (labels->layer && !s2_labels_has_geometries(labels->layer))
        return s2_fail(err, S2RGF_FORMAT,
                       "%s: layer %s has no geometries: expected polygons or points",
                       labels->options->path, wanted);
    if (!labels->layer)
        return fail_layers(labels, dataset, err);
    if (!labels->options->where)
        return S2RGF_OK;
    s2_gdal_catch caught;
    s2_gdal_catch_begin(&caught);
    const OGRErr outcome = OGR_L_SetAttributeFilter(labels->layer, labels->options->where);
    s2_gdal_catch_end(&caught);
    if (outcome != OGRERR_NONE)
        return s2_gdal_fail(&caught, err, S2RGF_INVALID_ARGUMENT,
                            "%s: the filter \"%s\" cannot be applied", labels->options->path,
                            labels->options->where);
    return S2RGF_OK;
}

static s2rgf_status fail_layer_read(const vector_labels *labels, const s2_gdal_catch *caught,
                                    s2rgf_error *err)
{
    const s2rgf_label_options *options = labels->options;
    /* Databases find out only here that a filter is malformed. */
    if (options->where)
        return s2_gdal_fail(caught, err, S2RGF_INVALID_ARGUMENT,
                            "%s: cannot read features with the filter \"%s\"", options->path,
                            options->where);
    return s2_gdal_fail(caught, err, S2RGF_IO, "%s: cannot read its features", options->path);
}

/** Next feature, NULL at the end; a failure of GDAL's on the way is reported. */
static s2rgf_status next_feature(const vector_labels *labels, OGRFeatureH *feature,
                                 s2rgf_error *err)
{
    s2_gdal_catch caught;
    s2_gdal_catch_begin(&caught);
    *feature = OGR_L_GetNextFeature(labels->layer);
    s2_gdal_catch_end(&caught);
    if (!*feature && caught.failed)
        return fail_layer_read(labels, &caught, err);
    return S2RGF_OK;
}

static s2rgf_status fail_no_features(const s2rgf_label_options *options, s2rgf_error *err)
{
    if (!options->where)
        return s2_fail(err, S2RGF_FORMAT, "%s: the layer has no features", options->path);
    return s2_fail(err, S2RGF_FORMAT, "%s: no feature matches the filter \"%s\"", options->path,
                   options->where);
}

/** First pass: the classes of the layer. */
static s2rgf_status collect_classes(const vector_labels *labels, const s2rgf_host *host,
                                    s2_class_table *classes, s2rgf_error *err)
{
    s2_class_list *list = NULL;
    OGRFeatureH feature = NULL;
    OGR_L_ResetReading(labels->layer);
    s2rgf_status status = s2_class_list_create(&labels->field, host, &list, err);
    if (status == S2RGF_OK)
        status = next_feature(labels, &feature, err);
    if (status == S2RGF_OK && !feature)
        status = fail_no_features(labels->options, err);
    while (status == S2RGF_OK && feature) {
        status = s2_class_list_note(list, feature, err);
        OGR_F_Destroy(feature);
        if (status == S2RGF_OK)
            status = next_feature(labels, &feature, err);
    }
    if (status == S2RGF_OK)
        status = s2_class_list_finish(list, classes, err);
    s2_class_list_free(list);
    return status;
}

static void count_classless(OGRFeatureH feature, s2_label_set *set)
{
    OGRGeometryH geometry = OGR_F_GetGeometryRef(feature);
    const int dimension = geometry ? OGR_G_GetDimension(geometry) : -1;
    if (set->without_class++ == 0)
        set->classless_feature = (long long)OGR_F_GetFID(feature);
    set->classless_points += dimension == 0;
    set->classless_areas += dimension == 2;
}

/** Burn a feature of a class that is known by now; one without a class is counted. */
static s2rgf_status burn_feature(const vector_labels *labels, s2_burner *burner,
                                 OGRFeatureH feature, s2_label_set *set, s2rgf_error *err)
{
    if (s2_labels_are_places(labels->use))
        return s2_burn_feature(burner, feature, 0, set, err);
    s2_class_name name = {0};
    s2rgf_status status = s2_class_field_read(&labels->field, feature, &name, NULL, err);
    const int index = status == S2RGF_OK ? s2_class_table_find_name(&set->classes, name.text) : -1;
    s2_class_name_clear(&name);
    if (status != S2RGF_OK)
        return status;
    if (index < 0) {
        count_classless(feature, set);
        return S2RGF_OK;
    }
    if (set->classes.items[index].value == 0 && !set->has_zero_feature) {
        set->has_zero_feature = true;
        set->zero_feature = (long long)OGR_F_GetFID(feature);
    }
    return s2_burn_feature(burner, feature, index, set, err);
}

/** Second pass: every feature onto the grid. */
static s2rgf_status burn_features(const vector_labels *labels, const s2rgf_host *host,
                                  s2_burner *burner, s2_label_set *set, s2rgf_error *err)
{
    OGRFeatureH feature = NULL;
    OGR_L_ResetReading(labels->layer);
    s2rgf_status status = next_feature(labels, &feature, err);
    while (status == S2RGF_OK && feature) {
        status = burn_feature(labels, burner, feature, set, err);
        OGR_F_Destroy(feature);
        if (status == S2RGF_OK && !s2_progress(host, 0.0))
            status = s2_fail(err, S2RGF_CANCELLED, "interrupted");
        if (status == S2RGF_OK)
            status = next_feature(labels, &feature, err);
    }
    return status;
}

static void tell_classless(const vector_labels *labels, const s2_label_set *set,
                           const s2rgf_host *host)
{
    const size_t count = set->without_class;
    const char *what = s2_plural(count, "feature", "features");
    if (count == 0)
        return;
    if (set->classless_areas == count)
        what = s2_plural(count, "polygon", "polygons");
    else if (set->classless_points == count)
        what = s2_plural(count, "point", "points");
    s2_log(host, S2RGF_WARNING,
           "%s: left out: %zu %s without a class in field %s: the first is feature %lld",
           labels->options->path, count, what, labels->field.name, set->classless_feature);
}

/** As s2_labels_settle_srs(), for the layer. */
static s2rgf_status layer_srs(const s2_label_request *request, OGRLayerH layer, char **wkt,
                              s2rgf_error *err)
{
    char *own_wkt = NULL;
    s2rgf_status status = s2_srs_to_wkt(OGR_L_GetSpatialRef(layer), &own_wkt, err);
    if (status == S2RGF_OK)
        status = s2_labels_settle_srs(request, own_wkt, wkt, err);
    s2_free(own_wkt);
    return status;
}

s2rgf_status s2_labels_read_vector(const s2_label_request *request, GDALDatasetH dataset,
                                   s2_label_claims *claims, s2_label_set *labels, s2rgf_error *err)
{
    vector_labels vector = {
        .options = request->options, .layer_option = request->layer_option, .use = request->use};
    s2_burner *burner = NULL;
    char *wkt = NULL;
    s2rgf_status status = choose_layer(dataset, &vector, err);
    if (status == S2RGF_OK && !s2_labels_are_places(vector.use))
        status = s2_class_field_choose(dataset, vector.layer, request->options, &vector.field, err);
    if (status == S2RGF_OK)
        status = layer_srs(request, vector.layer, &wkt, err);
    if (status == S2RGF_OK)
        status = s2_labels_are_places(vector.use)
                     ? s2_class_table_add(&labels->classes, 1, "place", NULL, err)
                     : collect_classes(&vector, request->host, &labels->classes, err);
    if (status == S2RGF_OK)
        status = s2_burner_create(request, wkt, claims, &burner, err);
    if (status == S2RGF_OK)
        status = burn_features(&vector, request->host, burner, labels, err);
    if (status == S2RGF_OK)
        status = s2_burner_finish(burner, request->host, err);
    if (status == S2RGF_OK)
        tell_classless(&vector, labels, request->host);
    s2_burner_free(burner);
    s2_free(wkt);
    return status;
}
