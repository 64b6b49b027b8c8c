/* s2rgf_assessment_json: an assessment as a JSON object. */
#include "s2rgf/assessment.h"

#include "core/argument.h"
#include "core/error.h"
#include "format/json_writer.h"

static void put_matrix(s2_json_writer *json, const s2rgf_assessment *a)
{
    const uint64_t *entry = a->confusion;
    s2_json_begin_array(json, "confusion_matrix");
    for (int row = 0; row < a->class_count; row++) {
        s2_json_begin_array(json, NULL);
        for (int column = 0; column < a->class_count; column++)
            s2_json_put_uint(json, NULL, *entry++);
        s2_json_end_array(json);
    }
    s2_json_end_array(json);
}

static void put_class_figures(s2_json_writer *json, const s2rgf_assessment *a, int index)
{
    uint64_t reference = 0, mapped = 0;
    for (int j = 0; j < a->class_count; j++) {
        reference += a->confusion[(size_t)index * (size_t)a->class_count + (size_t)j];
        mapped += a->confusion[(size_t)j * (size_t)a->class_count + (size_t)index];
    }
    s2_json_begin_object(json, NULL);
    s2_json_put_string(json, "name", a->class_names[index]);
    s2_json_put_int(json, "value", a->class_values[index]);
    s2_json_put_uint(json, "reference_pixels", reference);
    s2_json_put_uint(json, "map_pixels", mapped);
    s2_json_put_double(json, "users_accuracy", a->users_accuracy[index]);
    s2_json_put_double(json, "producers_accuracy", a->producers_accuracy[index]);
    s2_json_put_double(json, "f1", a->f1[index]);
    s2_json_end_object(json);
}

static void put_classes(s2_json_writer *json, const s2rgf_assessment *a)
{
    s2_json_begin_array(json, "classes");
    for (int i = 0; i < a->class_count; i++)
        s2_json_put_string(json, NULL, a->class_names[i]);
    s2_json_end_array(json);
    put_matrix(json, a);
    s2_json_begin_array(json, "per_class");
    for (int i = 0; i < a->class_count; i++)
        put_class_figures(json, a, i);
    s2_json_end_array(json);
}

static void put_excluded(s2_json_writer *json, const s2rgf_assessment *a)
{
    s2_json_begin_object(json, "excluded");
    s2_json_put_uint(json, "nodata", a->excluded_nodata);
    s2_json_put_uint(json, "outside", a->excluded_outside);
    s2_json_put_uint(json, "unknown_class", a->excluded_unknown);
    s2_json_put_uint(json, "conflict", a->excluded_conflict);
    s2_json_end_object(json);
}

static void put_bin(s2_json_writer *json, const s2rgf_reliability_bin *bin, int index)
{
    s2_json_begin_object(json, NULL);
    s2_json_put_double(json, "from", (double)index / S2RGF_RELIABILITY_BINS);
    s2_json_put_double(json, "to", (double)(index + 1) / S2RGF_RELIABILITY_BINS);
    s2_json_put_uint(json, "pixels", bin->pixels);
    s2_json_put_double(json, "mean_confidence", bin->confidence);
    s2_json_put_double(json, "accuracy", bin->accuracy);
    s2_json_end_object(json);
}

static void put_calibration(s2_json_writer *json, const s2rgf_assessment *a)
{
    s2_json_begin_object(json, "calibration");
    s2_json_put_double(json, "expected_calibration_error", a->calibration_error);
    s2_json_begin_array(json, "bins");
    for (int b = 0; b < S2RGF_RELIABILITY_BINS; b++)
        put_bin(json, &a->reliability[b], b);
    s2_json_end_array(json);
    s2_json_put_uint(json, "without_confidence", a->without_confidence);
    s2_json_end_object(json);
}

/** {estimate, se, ci95: [low, high]} */
static void put_estimate(s2_json_writer *json, const char *key, const s2rgf_estimate *estimate)
{
    s2_json_begin_object(json, key);
    s2_json_put_double(json, "estimate", estimate->estimate);
    s2_json_put_double(json, "se", estimate->se);
    s2_json_begin_array(json, "ci95");
    s2_json_put_double(json, NULL, estimate->ci95[0]);
    s2_json_put_double(json, NULL, estimate->ci95[1]);
    s2_json_end_array(json);
    s2_json_end_object(json);
}

static void put_class_estimates(s2_json_writer *json, const s2rgf_class_estimates *of)
{
    s2_json_begin_object(json, NULL);
    s2_json_put_string(json, "class", of->name);
    put_estimate(json, "users_accuracy", &of->users_accuracy);
    put_estimate(json, "producers_accuracy", &of->producers_accuracy);
    put_estimate(json, "f1", &of->f1);
    put_estimate(json, "area_ha", &of->area_ha);
    s2_json_end_object(json);
}

static void put_stratum(s2_json_writer *json, const s2rgf_stratum *of)
{
    s2_json_begin_object(json, NULL);
    s2_json_put_string(json, "stratum", of->name);
    s2_json_put_uint(json, "pixels", of->pixels);
    s2_json_put_double(json, "area_ha", of->area_ha);
    s2_json_put_uint(json, "points", of->points);
    s2_json_end_object(json);
}

static void put_area_adjusted(s2_json_writer *json, const s2rgf_map_estimates *e)
{
    const double *entry = e->proportions;
    s2_json_begin_object(json, "area_adjusted");
    s2_json_put_string(json, "design", e->design);
    s2_json_put_double(json, "area_ha", e->area_ha);
    put_estimate(json, "overall_accuracy", &e->overall_accuracy);
    s2_json_begin_array(json, "per_class");
    for (int c = 0; c < e->class_count; c++)
        put_class_estimates(json, &e->per_class[c]);
    s2_json_end_array(json);
    s2_json_begin_array(json, "error_matrix_proportions");
    for (int row = 0; row < e->class_count; row++) {
        s2_json_begin_array(json, NULL);
        for (int column = 0; column < e->class_count; column++)
            s2_json_put_double(json, NULL, *entry++);
        s2_json_end_array(json);
    }
    s2_json_end_array(json);
    s2_json_begin_array(json, "strata");
    for (int h = 0; h < e->stratum_count; h++)
        put_stratum(json, &e->strata[h]);
    s2_json_end_array(json);
    s2_json_end_object(json);
}

s2rgf_status s2rgf_assessment_json(const s2rgf_assessment *assessment, char **text,
                                   s2rgf_error *err)
{
    s2_json_writer json = {.indent = true};
    const s2rgf_status status = s2_text_asked("assessment", assessment, text, err);
    if (status != S2RGF_OK)
        return status;
    s2_json_begin_object(&json, NULL);
    s2_json_put_double(&json, "overall_accuracy", assessment->overall_accuracy);
    s2_json_put_double(&json, "average_accuracy", assessment->average_accuracy);
    s2_json_put_double(&json, "kappa", assessment->kappa);
    s2_json_put_uint(&json, "assessed", assessment->assessed);
    put_classes(&json, assessment);
    put_excluded(&json, assessment);
    if (assessment->area_adjusted)
        put_area_adjusted(&json, assessment->area_adjusted);
    if (assessment->has_confidence)
        put_calibration(&json, assessment);
    s2_json_end_object(&json);
    return s2_text_hand_over(&json.text, "assessment as JSON", text, err);
}
