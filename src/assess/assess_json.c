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
