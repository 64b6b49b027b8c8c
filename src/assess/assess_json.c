/* s2rgf_assessment_json: an assessment as a JSON object. */
#include "s2rgf.h"

#include <json-c/json.h>
#include <math.h>
#include <stdio.h>

#include "core/error.h"
#include "core/memory.h"

/**
 * Put a value under a key and take it over; a value that json-c could not make counts as failure.
 * JSON's null is a NULL pointer to json-c, so it goes through add_number() alone.
 */
static bool add(json_object *object, const char *key, json_object *value)
{
    if (value == NULL || json_object_object_add(object, key, value) != 0) {
        json_object_put(value);
        return false;
    }
    return true;
}

static bool append(json_object *array, json_object *value)
{
    if (value == NULL || json_object_array_add(array, value) != 0) {
        json_object_put(value);
        return false;
    }
    return true;
}

/** A number, null where it is not defined. */
static bool add_number(json_object *object, const char *key, double value)
{
    if (isnan(value))
        return json_object_object_add(object, key, NULL) == 0;
    char digits[32];
    snprintf(digits, sizeof digits, "%.12g", value);
    return add(object, key, json_object_new_double_s(value, digits));
}

/** The same as an element. */
static bool append_number(json_object *array, double value)
{
    if (isnan(value))
        return json_object_array_add(array, NULL) == 0;
    char digits[32];
    snprintf(digits, sizeof digits, "%.12g", value);
    return append(array, json_object_new_double_s(value, digits));
}

static bool add_count(json_object *object, const char *key, uint64_t count)
{
    return add(object, key, json_object_new_uint64(count));
}

static bool append_row(const s2rgf_assessment *a, int row, json_object *matrix)
{
    json_object *counts = json_object_new_array();
    if (!append(matrix, counts))
        return false;
    const uint64_t *entries = a->confusion + (size_t)row * (size_t)a->class_count;
    for (int j = 0; j < a->class_count; j++)
        if (!append(counts, json_object_new_uint64(entries[j])))
            return false;
    return true;
}

static bool append_class(const s2rgf_assessment *a, int index, json_object *per_class)
{
    uint64_t reference = 0, mapped = 0;
    for (int j = 0; j < a->class_count; j++) {
        reference += a->confusion[(size_t)index * (size_t)a->class_count + (size_t)j];
        mapped += a->confusion[(size_t)j * (size_t)a->class_count + (size_t)index];
    }
    json_object *class = json_object_new_object();
    return append(per_class, class) &&
           add(class, "name", json_object_new_string(a->class_names[index])) &&
           add(class, "value", json_object_new_int(a->class_values[index])) &&
           add_count(class, "reference_pixels", reference) &&
           add_count(class, "map_pixels", mapped) &&
           add_number(class, "users_accuracy", a->users_accuracy[index]) &&
           add_number(class, "producers_accuracy", a->producers_accuracy[index]) &&
           add_number(class, "f1", a->f1[index]);
}

static bool append_bin(const s2rgf_assessment *a, int index, json_object *bins)
{
    const s2rgf_reliability_bin *bin = &a->reliability[index];
    json_object *object = json_object_new_object();
    return append(bins, object) &&
           add_number(object, "from", (double)index / S2RGF_RELIABILITY_BINS) &&
           add_number(object, "to", (double)(index + 1) / S2RGF_RELIABILITY_BINS) &&
           add_count(object, "pixels", bin->pixels) &&
           add_number(object, "mean_confidence", bin->confidence) &&
           add_number(object, "accuracy", bin->accuracy);
}

static bool add_calibration(const s2rgf_assessment *a, json_object *root)
{
    json_object *calibration = json_object_new_object();
    json_object *bins = json_object_new_array();
    bool ok = add(root, "calibration", calibration);
    if (!ok) {
        json_object_put(bins);
        return false;
    }
    ok = add_number(calibration, "expected_calibration_error", a->calibration_error);
    ok = add(calibration, "bins", bins) && ok;
    for (int b = 0; ok && b < S2RGF_RELIABILITY_BINS; b++)
        ok = append_bin(a, b, bins);
    return ok && add_count(calibration, "without_confidence", a->without_confidence);
}

/** {estimate, se, ci95: [low, high]} */
static bool add_estimate(json_object *object, const char *key, s2rgf_estimate estimate)
{
    json_object *value = json_object_new_object();
    json_object *interval = json_object_new_array();
    if (!add(object, key, value)) {
        json_object_put(interval);
        return false;
    }
    return add_number(value, "estimate", estimate.estimate) &&
           add_number(value, "se", estimate.se) && add(value, "ci95", interval) &&
           append_number(interval, estimate.ci95[0]) && append_number(interval, estimate.ci95[1]);
}

static bool append_estimates(const s2rgf_class_estimates *of, json_object *per_class)
{
    json_object *class = json_object_new_object();
    return append(per_class, class) && add(class, "class", json_object_new_string(of->name)) &&
           add_estimate(class, "users_accuracy", of->users_accuracy) &&
           add_estimate(class, "producers_accuracy", of->producers_accuracy) &&
           add_estimate(class, "f1", of->f1) && add_estimate(class, "area_ha", of->area_ha);
}

static bool append_stratum(const s2rgf_stratum *of, json_object *strata)
{
    json_object *stratum = json_object_new_object();
    return append(strata, stratum) && add(stratum, "stratum", json_object_new_string(of->name)) &&
           add_count(stratum, "pixels", of->pixels) &&
           add_number(stratum, "area_ha", of->area_ha) && add_count(stratum, "points", of->points);
}

static bool append_proportions(const s2rgf_map_estimates *e, int row, json_object *matrix)
{
    json_object *line = json_object_new_array();
    bool ok = append(matrix, line);
    for (int j = 0; ok && j < e->class_count; j++)
        ok = append_number(line, e->proportions[(size_t)row * (size_t)e->class_count + (size_t)j]);
    return ok;
}

/** A new array under a key; NULL when memory is out. */
static json_object *add_array(json_object *object, const char *key)
{
    json_object *array = json_object_new_array();
    return add(object, key, array) ? array : NULL;
}

static bool add_area_adjusted(const s2rgf_map_estimates *e, json_object *root)
{
    json_object *object = json_object_new_object();
    bool ok = add(root, "area_adjusted", object) &&
              add(object, "design", json_object_new_string(e->design)) &&
              add_number(object, "area_ha", e->area_ha) &&
              add_estimate(object, "overall_accuracy", e->overall_accuracy);
    json_object *per_class = ok ? add_array(object, "per_class") : NULL;
    ok = per_class != NULL;
    for (int c = 0; ok && c < e->class_count; c++)
        ok = append_estimates(&e->per_class[c], per_class);
    json_object *matrix = ok ? add_array(object, "error_matrix_proportions") : NULL;
    ok = matrix != NULL;
    for (int c = 0; ok && c < e->class_count; c++)
        ok = append_proportions(e, c, matrix);
    json_object *strata = ok ? add_array(object, "strata") : NULL;
    ok = strata != NULL;
    for (int h = 0; ok && h < e->stratum_count; h++)
        ok = append_stratum(&e->strata[h], strata);
    return ok;
}

static bool fill_object(const s2rgf_assessment *a, json_object *root)
{
    json_object *classes = json_object_new_array();
    if (!add_number(root, "overall_accuracy", a->overall_accuracy) ||
        !add_number(root, "average_accuracy", a->average_accuracy) ||
        !add_number(root, "kappa", a->kappa) || !add_count(root, "assessed", a->assessed) ||
        !add(root, "classes", classes))
        return false;
    for (int i = 0; i < a->class_count; i++)
        if (!append(classes, json_object_new_string(a->class_names[i])))
            return false;
    json_object *matrix = json_object_new_array();
    bool ok = add(root, "confusion_matrix", matrix);
    for (int i = 0; ok && i < a->class_count; i++)
        ok = append_row(a, i, matrix);
    json_object *per_class = json_object_new_array();
    ok = add(root, "per_class", per_class) && ok;
    for (int i = 0; ok && i < a->class_count; i++)
        ok = append_class(a, i, per_class);
    json_object *excluded = json_object_new_object();
    return add(root, "excluded", excluded) && ok &&
           add_count(excluded, "nodata", a->excluded_nodata) &&
           add_count(excluded, "outside", a->excluded_outside) &&
           add_count(excluded, "unknown_class", a->excluded_unknown) &&
           add_count(excluded, "conflict", a->excluded_conflict) &&
           (!a->area_adjusted || add_area_adjusted(a->area_adjusted, root)) &&
           (!a->has_confidence || add_calibration(a, root));
}

s2rgf_status s2rgf_assessment_json(const s2rgf_assessment *assessment, char **text,
                                   s2rgf_error *err)
{
    s2_error_clear(err);
    if (text == NULL || assessment == NULL)
        return s2_fail(err, S2RGF_INVALID_ARGUMENT,
                       "assessment: expected an assessment and room for its text");
    *text = NULL;
    json_object *root = json_object_new_object();
    if (root != NULL && fill_object(assessment, root)) {
        const int style =
            JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED | JSON_C_TO_STRING_NOSLASHESCAPE;
        *text = s2_strdup(json_object_to_json_string_ext(root, style));
    }
    json_object_put(root);
    return *text != NULL ? S2RGF_OK : s2_fail_memory(err, "assessment as JSON");
}
