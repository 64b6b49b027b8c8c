/* The class field of a layer: which one it is, and the classes of its features. */
#include "geo/labels/labels_field.h"

#include <cpl_string.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/log.h"
#include "core/memory.h"
#include "core/number.h"

/* ---- which field ------------------------------------------------------------------------------ */

static bool is_text_type(OGRFieldType type)
{
    return type == OFTString;
}

static bool is_number_type(OGRFieldType type)
{
    /* Real too: shapefiles often carry whole numbers that way; their values are checked. */
    return type == OFTInteger || type == OFTInteger64 || type == OFTReal;
}

/** Fields of the layer with their types, all or those that can hold a class. */
static void list_fields(OGRFeatureDefnH defn, bool all, char *list, size_t size)
{
    list[0] = '\0';
    for (int i = 0; i < OGR_FD_GetFieldCount(defn); i++) {
        OGRFieldDefnH field = OGR_FD_GetFieldDefn(defn, i);
        const OGRFieldType type = OGR_Fld_GetType(field);
        if (all || is_text_type(type) || is_number_type(type))
            CPLsnprintf(list + strlen(list), size - strlen(list), "%s%s (%s)",
                        list[0] != '\0' ? ", " : "", OGR_Fld_GetNameRef(field),
                        OGR_GetFieldTypeName(type));
    }
}

static s2rgf_status fail_field(const s2rgf_label_options *options, OGRFeatureDefnH defn,
                               s2rgf_error *err)
{
    char list[512], fit[512];
    list_fields(defn, true, list, sizeof list);
    list_fields(defn, false, fit, sizeof fit);
    const char *path = options->path;
    const char *found = list[0] != '\0' ? list : "no field";
    if (!options->attribute)
        return s2_fail(err, S2RGF_INVALID_ARGUMENT,
                       "%s: which field holds the class? expected its name, found %s", path, found);
    return s2_fail(err, S2RGF_INVALID_ARGUMENT, "%s: no text or integer field \"%s\": %s %s", path,
                   options->attribute, fit[0] != '\0' ? "expected one of" : "found",
                   fit[0] != '\0' ? fit : found);
}

/** Index of a field by its exact name, else of the only one that differs in case; -1 if none. */
static int find_field(OGRFeatureDefnH defn, const char *wanted)
{
    int found = -1, similar = 0;
    for (int i = 0; i < OGR_FD_GetFieldCount(defn); i++) {
        const char *name = OGR_Fld_GetNameRef(OGR_FD_GetFieldDefn(defn, i));
        if (strcmp(name, wanted) == 0)
            return i;
        if (EQUAL(name, wanted)) {
            found = i;
            similar++;
        }
    }
    return similar == 1 ? found : -1;
}

/** Whether a field of text is none of the user's, or holds the geometries of a CSV file. */
static bool is_no_class(const char *field)
{
    static const char *const names[] = {"gml_id",   "WKT",          "geom",    "geometry",
                                        "the_geom", "wkb_geometry", "wkt_geom"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (EQUAL(field, names[i]))
            return true;
    return false;
}

/** What the codes of a field mean, where the dataset says it. */
static const OGRCodedValue *coded_names(GDALDatasetH dataset, OGRFieldDefnH definition)
{
    const char *name = OGR_Fld_GetDomainName(definition);
    OGRFieldDomainH domain =
        name && name[0] != '\0' ? GDALDatasetGetFieldDomain(dataset, name) : NULL;
    return domain && OGR_FldDomain_GetDomainType(domain) == OFDT_CODED
               ? OGR_CodedFldDomain_GetEnumeration(domain)
               : NULL;
}

s2rgf_status s2_class_field_choose(GDALDatasetH dataset, OGRLayerH layer,
                                   const s2rgf_label_options *options, s2_class_field *field,
                                   s2rgf_error *err)
{
    OGRFeatureDefnH defn = OGR_L_GetLayerDefn(layer);
    int chosen = -1, plausible = 0;
    for (int i = 0; i < OGR_FD_GetFieldCount(defn) && !options->attribute; i++) {
        OGRFieldDefnH candidate = OGR_FD_GetFieldDefn(defn, i);
        const OGRFieldType type = OGR_Fld_GetType(candidate);
        const bool suits = is_text_type(type) || type == OFTInteger || type == OFTInteger64;
        if (suits && !is_no_class(OGR_Fld_GetNameRef(candidate))) {
            chosen = i;
            plausible++;
        }
    }
    if (options->attribute)
        chosen = find_field(defn, options->attribute);
    if (chosen < 0 || plausible > 1)
        return fail_field(options, defn, err);
    OGRFieldDefnH definition = OGR_FD_GetFieldDefn(defn, chosen);
    const OGRFieldType type = OGR_Fld_GetType(definition);
    if (!is_text_type(type) && !is_number_type(type))
        return fail_field(options, defn, err);
    *field = (s2_class_field){.path = options->path,
                              .name = OGR_Fld_GetNameRef(definition),
                              .index = chosen,
                              .is_text = is_text_type(type),
                              .names = coded_names(dataset, definition)};
    return S2RGF_OK;
}

/* ---- the class of a feature ------------------------------------------------------------------- */

/** Class value of a feature for a field of numbers; -1 where there is none. */
static s2rgf_status read_number(const s2_class_field *field, OGRFeatureH feature, int *value,
                                s2rgf_error *err)
{
    const double number = OGR_F_GetFieldAsDouble(feature, field->index);
    double whole = -1.0;
    *value = -1;
    if (isnan(number))
        return S2RGF_OK;
    if (!s2_whole_number(number, &whole) || whole < 0.0 || whole > S2_CLASS_MAX_VALUE) {
        char found[S2_NUMBER_BYTES];
        return s2_fail(err, S2RGF_FORMAT,
                       "%s: feature %lld: class out of range: expected a whole number from 1 to %d "
                       "in field %s, found %s",
                       field->path, (long long)OGR_F_GetFID(feature), S2_CLASS_MAX_VALUE,
                       field->name, s2_number_text(number, found));
    }
    *value = (int)whole;
    return S2RGF_OK;
}

/** The name of a code, or NULL. */
static const char *name_of_code(const s2_class_field *field, const char *code)
{
    for (const OGRCodedValue *item = field->names; item && item->pszCode; item++)
        if (strcmp(item->pszCode, code) == 0 && item->pszValue && item->pszValue[0] != '\0')
            return item->pszValue;
    return NULL;
}

s2rgf_status s2_class_field_read(const s2_class_field *field, OGRFeatureH feature,
                                 s2_class_name *name, int *value, s2rgf_error *err)
{
    char phrase[32] = "";
    int number = -1;
    const char *raw = phrase;
    *name = (s2_class_name){0};
    const bool has = OGR_F_IsFieldSetAndNotNull(feature, field->index);
    if (has && !field->is_text) {
        const s2rgf_status status = read_number(field, feature, &number, err);
        if (status != S2RGF_OK)
            return status;
    } else if (has) {
        raw = OGR_F_GetFieldAsString(feature, field->index);
    }
    if (number >= 0)
        snprintf(phrase, sizeof phrase, "class %d", number);
    const char *named =
        has ? name_of_code(field, OGR_F_GetFieldAsString(feature, field->index)) : NULL;
    s2rgf_error reason;
    s2rgf_status status = s2_class_name_clean(named ? named : raw, name, &reason);
    if (status == S2RGF_OK && field->is_text)
        number = s2_class_name_number(named ? raw : name->text);
    if (value)
        *value = number;
    return status == S2RGF_OK
               ? S2RGF_OK
               : s2_fail(err, status, "%s: feature %lld: field %s: %s", field->path,
                         (long long)OGR_F_GetFID(feature), field->name, reason.message);
}

/** Fill colour of a feature's own style; false where there is none. */
static bool feature_colour(OGRFeatureH feature, uint8_t rgb[3])
{
    if (!OGR_F_GetStyleString(feature))
        return false;
    OGRStyleMgrH manager = OGR_SM_Create(NULL);
    bool found = false;
    if (manager && OGR_SM_InitFromFeature(manager, feature)) {
        for (int i = 0; i < OGR_SM_GetPartCount(manager, NULL) && !found; i++) {
            OGRStyleToolH tool = OGR_SM_GetPart(manager, i, NULL);
            int absent = TRUE, red, green, blue, alpha;
            const char *colour = NULL;
            if (tool && OGR_ST_GetType(tool) == OGRSTCBrush)
                colour = OGR_ST_GetParamStr(tool, OGRSTBrushFColor, &absent);
            if (!absent && colour &&
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

/* ---- the classes of a layer ------------------------------------------------------------------- */

/** A class seen in the layer. */
typedef struct seen_class {
    s2_class_name name;
    int number; /* value of a field of numbers, or the number that its name is; -1: neither */
    uint8_t rgb[3];
    bool has_colour;
} seen_class;

struct s2_class_list {
    const s2_class_field *field;
    const s2rgf_host *host;
    int count;
    bool recoded; /* the host knows that names are not UTF-8 */
    seen_class seen[S2RGF_MAX_CLASSES];
};

s2rgf_status s2_class_list_create(const s2_class_field *field, const s2rgf_host *host,
                                  s2_class_list **list, s2rgf_error *err)
{
    *list = s2_calloc(1, sizeof **list);
    if (!*list)
        return s2_fail_memory(err, "classes");
    (*list)->field = field;
    (*list)->host = host;
    return S2RGF_OK;
}

void s2_class_list_free(s2_class_list *list)
{
    for (int i = 0; list && i < list->count; i++)
        s2_class_name_clear(&list->seen[i].name);
    s2_free(list);
}

/** Say once that names are not UTF-8. */
static void warn_recoded(s2_class_list *list, OGRFeatureH feature, const s2_class_name *name)
{
    if (name->recoded && !list->recoded)
        s2_log(list->host, S2RGF_WARNING,
               "%s: feature %lld: class names are not UTF-8 and are taken for Windows-1252: \"%s\" "
               "is \"%s\"",
               list->field->path, (long long)OGR_F_GetFID(feature), name->original, name->text);
    list->recoded = list->recoded || name->recoded;
}

/** Place of a class in the list, which is count for one not seen before. */
static s2rgf_status place_of_class(const s2_class_list *list, OGRFeatureH feature,
                                   const s2_class_name *name, int value, int *place,
                                   s2rgf_error *err)
{
    const s2_class_field *field = list->field;
    int at = 0;
    while (at < list->count && strcmp(list->seen[at].name.text, name->text) != 0)
        at++;
    *place = at;
    if (at < list->count && strcmp(list->seen[at].name.original, name->original) != 0)
        return s2_fail(err, S2RGF_FORMAT,
                       "%s: feature %lld: field %s: two classes become one name: \"%s\" and \"%s\" "
                       "both \"%s\"",
                       field->path, (long long)OGR_F_GetFID(feature), field->name,
                       list->seen[at].name.original, name->original, name->text);
    if (at < list->count && list->seen[at].number != value)
        return s2_fail(err, S2RGF_FORMAT,
                       "%s: feature %lld: field %s: two values for one name: %d and %d both \"%s\"",
                       field->path, (long long)OGR_F_GetFID(feature), field->name,
                       list->seen[at].number, value, name->text);
    if (at == S2RGF_MAX_CLASSES)
        return s2_fail(
            err, S2RGF_FORMAT,
            "%s: field %s: too many classes: expected at most %d: does it hold the class?",
            field->path, field->name, S2RGF_MAX_CLASSES);
    return S2RGF_OK;
}

/* Note the class of a feature; the list takes the name if it is new there. */
static s2rgf_status note_class(s2_class_list *list, OGRFeatureH feature, s2_class_name *name,
                               int value, s2rgf_error *err)
{
    int at;
    warn_recoded(list, feature, name);
    const s2rgf_status status = place_of_class(list, feature, name, value, &at, err);
    if (status != S2RGF_OK)
        return status;
    seen_class *seen = &list->seen[at];
    if (at == list->count) {
        *seen = (seen_class){.name = *name, .number = value};
        *name = (s2_class_name){0};
        list->count++;
    }
    if (!seen->has_colour)
        seen->has_colour = feature_colour(feature, seen->rgb);
    return S2RGF_OK;
}

s2rgf_status s2_class_list_note(s2_class_list *list, OGRFeatureH feature, s2rgf_error *err)
{
    s2_class_name name;
    int value;
    s2rgf_status status = s2_class_field_read(list->field, feature, &name, &value, err);
    if (status == S2RGF_OK && name.text[0] != '\0')
        status = note_class(list, feature, &name, value, err);
    s2_class_name_clear(&name);
    return status;
}

/** Numbers first, ascending; then names in alphabetical order. */
static int compare_seen(const void *left, const void *right)
{
    const seen_class *a = left, *b = right;
    if (a->number != b->number)
        return (unsigned)a->number < (unsigned)b->number ? -1 : 1;
    return strcmp(a->name.text, b->name.text);
}

/** Numbers and names in one field: say which values the names get. */
static void warn_mixed(const s2_class_list *list, const seen_class *first_name, int value)
{
    if (list->seen[0].number >= 0)
        s2_log(
            list->host, S2RGF_WARNING,
            "%s: field %s mixes numbers and names: numbers keep their values, names get those that "
            "are free: \"%s\" gets %d",
            list->field->path, list->field->name, first_name->name.text, value);
}

s2rgf_status s2_class_list_finish(s2_class_list *list, s2_class_table *classes, s2rgf_error *err)
{
    const s2_class_field *field = list->field;
    s2rgf_status status = S2RGF_OK;
    int next = 1;
    *classes = (s2_class_table){.zero_allowed = true};
    qsort(list->seen, (size_t)list->count, sizeof *list->seen, compare_seen);
    for (int i = 0; i < list->count && status == S2RGF_OK; i++) {
        const seen_class *seen = &list->seen[i];
        if (i > 0 && seen->number >= 0 && seen->number == seen[-1].number)
            return s2_fail(err, S2RGF_FORMAT,
                           "%s: field %s: two names for one number: \"%s\" and \"%s\"", field->path,
                           field->name, seen[-1].name.text, seen->name.text);
        while (seen->number < 0 && s2_class_table_find_value(classes, next) >= 0)
            next++;
        if (seen->number < 0 && (i == 0 || seen[-1].number >= 0))
            warn_mixed(list, seen, next);
        status = s2_class_table_add(classes, seen->number >= 0 ? seen->number : next,
                                    seen->name.text, seen->has_colour ? seen->rgb : NULL, err);
    }
    return status;
}
