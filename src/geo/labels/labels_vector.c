/* Labels from polygons: layer, class field, classes; burning is in labels_burn.c. */
#include <cpl_string.h>
#include <math.h>
#include <ogr_api.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/memory.h"
#include "geo/source/gdal_catch.h"
#include "geo/labels/labels_burn.h"
#include "geo/labels/labels_private.h"

/** An open layer and how its features become classes. */
typedef struct vector_labels {
    const s2rgf_label_options *options;
    OGRLayerH layer;
    int field;
    bool is_text;
    const char *field_name;
} vector_labels;

static s2rgf_status fail_layers(const char *path, GDALDatasetH dataset, const char *wanted,
                                s2rgf_error *err)
{
    char **names = NULL;
    for (int i = 0; i < GDALDatasetGetLayerCount(dataset); i++)
        names = CSLAddString(names, OGR_L_GetName(GDALDatasetGetLayer(dataset, i)));
    char list[512] = "";
    for (int i = 0; names != NULL && names[i] != NULL; i++)
        CPLsnprintf(list + strlen(list), sizeof list - strlen(list), "%s%s", i > 0 ? ", " : "",
                    names[i]);
    CSLDestroy(names);
    if (wanted != NULL)
        return s2_fail(err, S2RGF_INVALID_ARGUMENT, "%s: no layer %s: expected one of %s", path,
                       wanted, list);
    return s2_fail(err, S2RGF_INVALID_ARGUMENT,
                   "%s: several layers: expected a choice of one of %s", path, list);
}

static s2rgf_status choose_layer(GDALDatasetH dataset, vector_labels *labels, s2rgf_error *err)
{
    const char *wanted = labels->options->layer;
    if (wanted != NULL)
        labels->layer = GDALDatasetGetLayerByName(dataset, wanted);
    else if (GDALDatasetGetLayerCount(dataset) == 1)
        labels->layer = GDALDatasetGetLayer(dataset, 0);
    if (labels->layer == NULL)
        return fail_layers(labels->options->path, dataset, wanted, err);
    if (labels->options->where == NULL)
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

static bool is_text_type(OGRFieldType type)
{
    return type == OFTString;
}

static bool is_number_type(OGRFieldType type)
{
    /* Real too: shapefiles often carry whole numbers that way; their values are checked. */
    return type == OFTInteger || type == OFTInteger64 || type == OFTReal;
}

static s2rgf_status fail_field(const vector_labels *labels, OGRFeatureDefnH defn, s2rgf_error *err)
{
    char list[512] = "";
    for (int i = 0; i < OGR_FD_GetFieldCount(defn); i++) {
        OGRFieldDefnH field = OGR_FD_GetFieldDefn(defn, i);
        CPLsnprintf(list + strlen(list), sizeof list - strlen(list), "%s%s (%s)", i > 0 ? ", " : "",
                    OGR_Fld_GetNameRef(field), OGR_GetFieldTypeName(OGR_Fld_GetType(field)));
    }
    const char *path = labels->options->path;
    const char *found = list[0] != '\0' ? list : "no field";
    if (labels->options->attribute == NULL)
        return s2_fail(err, S2RGF_INVALID_ARGUMENT,
                       "%s: which field holds the class? expected its name, found %s", path, found);
    return s2_fail(err, S2RGF_INVALID_ARGUMENT,
                   "%s: no text or integer field \"%s\": expected one of %s", path,
                   labels->options->attribute, found);
}

/** The named field, or the only one of text or integer type. */
static s2rgf_status choose_field(vector_labels *labels, s2rgf_error *err)
{
    OGRFeatureDefnH defn = OGR_L_GetLayerDefn(labels->layer);
    const char *wanted = labels->options->attribute;
    int plausible = 0;
    labels->field = -1;
    for (int i = 0; i < OGR_FD_GetFieldCount(defn) && wanted == NULL; i++) {
        const OGRFieldType type = OGR_Fld_GetType(OGR_FD_GetFieldDefn(defn, i));
        if (is_text_type(type) || type == OFTInteger || type == OFTInteger64) {
            labels->field = i;
            plausible++;
        }
    }
    if (wanted != NULL)
        labels->field = OGR_FD_GetFieldIndex(defn, wanted);
    if (labels->field < 0 || plausible > 1)
        return fail_field(labels, defn, err);
    OGRFieldDefnH field = OGR_FD_GetFieldDefn(defn, labels->field);
    const OGRFieldType type = OGR_Fld_GetType(field);
    if (!is_text_type(type) && !is_number_type(type))
        return fail_field(labels, defn, err);
    labels->is_text = is_text_type(type);
    labels->field_name = OGR_Fld_GetNameRef(field);
    return S2RGF_OK;
}

/** Class name of a feature, trimmed, for a text field; "" where there is none. */
static void feature_text(const vector_labels *labels, OGRFeatureH feature, char *name, size_t size)
{
    name[0] = '\0';
    if (!OGR_F_IsFieldSetAndNotNull(feature, labels->field))
        return;
    const char *text = OGR_F_GetFieldAsString(feature, labels->field);
    while (*text == ' ' || *text == '\t' || *text == '\r' || *text == '\n')
        text++;
    size_t length = strlen(text);
    while (length > 0 && strchr(" \t\r\n", text[length - 1]) != NULL)
        length--;
    CPLsnprintf(name, size, "%.*s", (int)length, text);
}

/** Class value of a feature for a number field; 0 where there is none. */
static s2rgf_status feature_value(const vector_labels *labels, OGRFeatureH feature, int *value,
                                  s2rgf_error *err)
{
    *value = 0;
    if (!OGR_F_IsFieldSetAndNotNull(feature, labels->field))
        return S2RGF_OK;
    const double number = OGR_F_GetFieldAsDouble(feature, labels->field);
    if (!(number >= 1.0 && number <= 65535.0) || number != floor(number))
        return s2_fail(err, S2RGF_FORMAT,
                       "%s: feature %lld: class out of range: expected a whole number from 1 to "
                       "65535 in field %s, found %.15g",
                       labels->options->path, (long long)OGR_F_GetFID(feature), labels->field_name,
                       number);
    *value = (int)number;
    return S2RGF_OK;
}

/** Fill colour of a feature's own style; false where there is none. */
static bool feature_colour(OGRFeatureH feature, uint8_t rgb[3])
{
    if (OGR_F_GetStyleString(feature) == NULL)
        return false;
    OGRStyleMgrH manager = OGR_SM_Create(NULL);
    bool found = false;
    if (manager != NULL && OGR_SM_InitFromFeature(manager, feature) != NULL) {
        for (int i = 0; i < OGR_SM_GetPartCount(manager, NULL) && !found; i++) {
            OGRStyleToolH tool = OGR_SM_GetPart(manager, i, NULL);
            int absent = TRUE, red, green, blue, alpha;
            const char *colour = NULL;
            if (tool != NULL && OGR_ST_GetType(tool) == OGRSTCBrush)
                colour = OGR_ST_GetParamStr(tool, OGRSTBrushFColor, &absent);
            if (!absent && colour != NULL &&
                OGR_ST_GetRGBFromString(tool, colour, &red, &green, &blue, &alpha)) {
                rgb[0] = (uint8_t)red;
                rgb[1] = (uint8_t)green;
                rgb[2] = (uint8_t)blue;
                found = true;
            }
            OGR_ST_Destroy(tool);
        }
    }
    OGR_SM_Destroy(manager);
    return found;
}

#define MAX_NAME 512

/** Name and value of a feature's class; an empty name means it has none. */
static s2rgf_status feature_class(const vector_labels *labels, OGRFeatureH feature,
                                  char name[MAX_NAME], int *value, s2rgf_error *err)
{
    *value = 0;
    if (labels->is_text) {
        feature_text(labels, feature, name, MAX_NAME);
        return S2RGF_OK;
    }
    const s2rgf_status status = feature_value(labels, feature, value, err);
    name[0] = '\0';
    if (status == S2RGF_OK && *value > 0)
        CPLsnprintf(name, MAX_NAME, "class %d", *value);
    return status;
}

/** A class seen in the layer, before values are given out. */
typedef struct seen_class {
    char *name;
    int value;
    uint8_t rgb[3];
    bool has_colour;
} seen_class;

static int compare_seen(const void *left, const void *right)
{
    return strcmp(((const seen_class *)left)->name, ((const seen_class *)right)->name);
}

/** Note a feature's class; the first colour met is the class's. */
static s2rgf_status note_class(const vector_labels *labels, OGRFeatureH feature, seen_class *seen,
                               int *count, s2rgf_error *err)
{
    char name[MAX_NAME];
    int value;
    const s2rgf_status status = feature_class(labels, feature, name, &value, err);
    if (status != S2RGF_OK || name[0] == '\0')
        return status;
    int at = 0;
    while (at < *count && strcmp(seen[at].name, name) != 0)
        at++;
    if (at == *count) {
        if (*count == S2RGF_MAX_CLASSES)
            return s2_fail(err, S2RGF_FORMAT,
                           "%s: field %s: too many classes: expected at most %d: is it the class?",
                           labels->options->path, labels->field_name, S2RGF_MAX_CLASSES);
        seen[at] = (seen_class){.name = s2_strdup(name), .value = value};
        if (seen[at].name == NULL)
            return s2_fail_memory(err, "class name");
        (*count)++;
    }
    if (!seen[at].has_colour)
        seen[at].has_colour = feature_colour(feature, seen[at].rgb);
    return S2RGF_OK;
}

static s2rgf_status fail_layer_read(const vector_labels *labels, const s2_gdal_catch *caught,
                                    s2rgf_error *err)
{
    const s2rgf_label_options *options = labels->options;
    /* Databases find out only here that a filter is malformed. */
    if (options->where != NULL)
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
    if (*feature == NULL && caught.failed)
        return fail_layer_read(labels, &caught, err);
    return S2RGF_OK;
}

/** First pass: the classes of the layer, text classes numbered in alphabetical order. */
static s2rgf_status collect_classes(const vector_labels *labels, s2_class_table *classes,
                                    s2rgf_error *err)
{
    seen_class *seen = s2_calloc(S2RGF_MAX_CLASSES, sizeof *seen);
    int count = 0;
    if (seen == NULL)
        return s2_fail_memory(err, "classes");
    OGRFeatureH feature = NULL;
    OGR_L_ResetReading(labels->layer);
    s2rgf_status status = next_feature(labels, &feature, err);
    while (status == S2RGF_OK && feature != NULL) {
        status = note_class(labels, feature, seen, &count, err);
        OGR_F_Destroy(feature);
        if (status == S2RGF_OK)
            status = next_feature(labels, &feature, err);
    }
    if (labels->is_text && count > 0)
        qsort(seen, (size_t)count, sizeof *seen, compare_seen);
    for (int i = 0; i < count && status == S2RGF_OK; i++)
        status = s2_class_table_add(classes, labels->is_text ? i + 1 : seen[i].value, seen[i].name,
                                    seen[i].has_colour ? seen[i].rgb : NULL, err);
    for (int i = 0; i < count; i++)
        s2_free(seen[i].name);
    s2_free(seen);
    return status;
}

/** Second pass: every feature onto the grid. */
static s2rgf_status burn_features(const vector_labels *labels, s2_burner *burner, s2_label_set *set,
                                  s2rgf_error *err)
{
    OGRFeatureH feature = NULL;
    OGR_L_ResetReading(labels->layer);
    s2rgf_status status = next_feature(labels, &feature, err);
    while (status == S2RGF_OK && feature != NULL) {
        char name[MAX_NAME];
        int value;
        status = feature_class(labels, feature, name, &value, err);
        const int class_index = s2_class_table_find_name(&set->classes, name);
        if (status == S2RGF_OK && class_index < 0)
            set->without_class++;
        else if (status == S2RGF_OK)
            status = s2_burn_feature(burner, feature, class_index, set, err);
        OGR_F_Destroy(feature);
        if (status == S2RGF_OK)
            status = next_feature(labels, &feature, err);
    }
    return status;
}

/**
 * WKT of the layer's CRS, or of the assigned one. *wkt is NULL only if the grid has none either.
 */
static s2rgf_status layer_srs(const vector_labels *labels, const s2_grid *grid, char **wkt,
                              s2rgf_error *err)
{
    const char *path = labels->options->path;
    const char *assigned_text = labels->options->assigned_srs;
    const s2rgf_status status =
        s2_srs_assigned(OGR_L_GetSpatialRef(labels->layer), assigned_text, wkt, err);
    if (status != S2RGF_OK)
        return status;
    if (*wkt == NULL && grid->srs_wkt != NULL)
        return s2_fail(err, S2RGF_INVALID_ARGUMENT,
                       "%s: the labels have no CRS: assign the one they are in", path);
    if (*wkt != NULL && grid->srs_wkt == NULL)
        return s2_fail(err, S2RGF_INVALID_ARGUMENT,
                       "%s: the labels have a CRS, the rasters have none: assign one to them",
                       path);
    return S2RGF_OK;
}

s2rgf_status s2_labels_read_vector(const s2rgf_label_options *options, GDALDatasetH dataset,
                                   const s2_grid *grid, s2_label_claims *claims,
                                   s2_label_set *labels, s2rgf_error *err)
{
    vector_labels vector = {.options = options};
    s2_burner *burner = NULL;
    char *wkt = NULL;
    s2rgf_status status = choose_layer(dataset, &vector, err);
    if (status == S2RGF_OK)
        status = choose_field(&vector, err);
    if (status == S2RGF_OK)
        status = layer_srs(&vector, grid, &wkt, err);
    if (status == S2RGF_OK)
        status = collect_classes(&vector, &labels->classes, err);
    if (status == S2RGF_OK)
        status = s2_burner_create(options, wkt, grid, claims, &burner, err);
    if (status == S2RGF_OK)
        status = burn_features(&vector, burner, labels, err);
    s2_burner_free(burner);
    s2_free(wkt);
    return status;
}
