/* s2rgf_assess: a class raster against reference labels. */
#include "s2rgf/assessment.h"

#include <math.h>
#include <string.h>

#include "assess/calibration.h"
#include "assess/design.h"
#include "assess/matching.h"
#include "assess/metrics.h"
#include "core/argument.h"
#include "core/error.h"
#include "core/log.h"
#include "core/memory.h"
#include "core/number.h"
#include "geo/labels/labels.h"
#include "geo/map/class_map.h"
#include "geo/source/overlay.h"

/* ---- counting ------------------------------------------------------------------------------ */

typedef struct map_tally {
    s2_confusion confusion;
    uint64_t nodata;  /* reference pixels where the map has nodata */
    uint64_t unknown; /* reference pixels of a class the map does not have */
    s2_reliability reliability;
    uint64_t without_confidence; /* counted pixels without one */
} map_tally;

/** The rasters that are read together, and one row of each. */
typedef struct map_rows {
    s2_class_map *map;
    s2_overlay *confidence; /* NULL: there is none */
    int *classes;           /* [width] index of a class of the map, -1 nodata */
    double *confidences;    /* [width] with confidence */
    uint8_t *has;           /* [width] with confidence: 0 nodata */
} map_rows;

static s2rgf_status init_rows(map_rows *rows, s2rgf_error *err)
{
    const size_t width = (size_t)rows->map->grid.width;
    rows->classes = s2_alloc(width, sizeof *rows->classes);
    rows->confidences = s2_alloc(rows->confidence ? width : 0, sizeof *rows->confidences);
    rows->has = s2_alloc(rows->confidence ? width : 0, 1);
    return rows->classes && rows->confidences && rows->has
               ? S2RGF_OK
               : s2_fail_memory(err, "a row of the map");
}

static void clear_rows(map_rows *rows)
{
    S2_FREE_EACH(rows->classes, rows->confidences, rows->has);
}

static s2rgf_status read_rows(map_rows *rows, int y, s2rgf_error *err)
{
    const s2_rect line = {0, y, rows->map->grid.width, 1};
    s2rgf_status status = s2_class_map_read_row(rows->map, y, rows->classes, err);
    if (status == S2RGF_OK && rows->confidence)
        status =
            s2_overlay_read_confidence(rows->confidence, line, rows->confidences, rows->has, err);
    return status;
}

static s2rgf_status count_confidence(const map_rows *rows, const s2_label_pixel *label,
                                     bool correct, map_tally *tally, s2rgf_error *err)
{
    const double confidence = rows->confidences[label->x];
    if (!rows->has[label->x]) {
        tally->without_confidence++;
        return S2RGF_OK;
    }
    if (!(confidence >= 0.0 && confidence <= 1.0)) {
        char found[S2_NUMBER_BYTES];
        return s2_fail(
            err, S2RGF_FORMAT, "%s: pixel %d, %d: not a confidence: expected 0 to 1, found %s",
            rows->confidence->path, label->x, label->y, s2_number_text(confidence, found));
    }
    s2_reliability_add(&tally->reliability, confidence, correct);
    return S2RGF_OK;
}

/** Count labels that lie in one row of the map. */
static s2rgf_status count_row(const s2_label_pixel *labels, size_t count, const int *to_map,
                              const map_rows *rows, map_tally *tally, s2rgf_error *err)
{
    s2rgf_status status = S2RGF_OK;
    for (size_t i = 0; i < count && status == S2RGF_OK; i++) {
        const int reference = to_map[labels[i].class_index];
        const int mapped = rows->classes[labels[i].x];
        if (reference < 0) {
            tally->unknown++;
        } else if (mapped < 0) {
            tally->nodata++;
        } else {
            s2_confusion_add(&tally->confusion, reference, mapped);
            if (rows->confidence)
                status = count_confidence(rows, &labels[i], reference == mapped, tally, err);
        }
    }
    return status;
}

/** Walk the labels row by row; only rows with labels are read. */
static s2rgf_status count_all(map_rows *rows, const s2_label_set *labels, const int *to_map,
                              const s2rgf_host *host, map_tally *tally, s2rgf_error *err)
{
    s2rgf_status status = S2RGF_OK;
    for (size_t start = 0, end; status == S2RGF_OK && start < labels->count; start = end) {
        const int y = labels->pixels[start].y;
        for (end = start; end < labels->count && labels->pixels[end].y == y;)
            end++;
        status = read_rows(rows, y, err);
        if (status == S2RGF_OK)
            status = count_row(labels->pixels + start, end - start, to_map, rows, tally, err);
        if (status == S2RGF_OK && !s2_progress(host, (double)end / (double)labels->count))
            status = s2_fail(err, S2RGF_CANCELLED, "%s: assessment cancelled", rows->map->path);
    }
    return status;
}

/** Refuse an assessment of nothing. */
static s2rgf_status check_any_pixel(const s2_class_map *map, const s2_label_set *labels,
                                    const map_tally *tally, s2rgf_error *err)
{
    if (s2_confusion_total(&tally->confusion) > 0)
        return S2RGF_OK;
    return s2_fail(err, S2RGF_MISMATCH,
                   "%s: nothing to assess: expected reference pixels on the map, found %zu, of "
                   "which %llu where the map has nodata and %llu of classes it does not have",
                   map->path, labels->count, (unsigned long long)tally->nodata,
                   (unsigned long long)tally->unknown);
}

/** Name what is left out and has no count of its own in the result. */
static void warn_excluded(const s2_label_set *labels, const int *to_map, s2_design design,
                          const s2rgf_host *host)
{
    for (int i = 0; i < labels->classes.count; i++)
        if (to_map[i] < 0)
            s2_log(host, S2RGF_WARNING, "Class \"%s\" of the reference is not in the map: %s",
                   labels->classes.items[i].name,
                   design == S2_DESIGN_NONE ? "excluded"
                                            : "for the estimates its points are mapped wrong");
    for (int i = 0; i < labels->absent.count; i++)
        s2_log(host, S2RGF_WARNING, "Class \"%s\" of the reference has no pixel on the map",
               labels->absent.items[i].name);
}

/* ---- result -------------------------------------------------------------------------------- */

static s2rgf_status alloc_assessment(int classes, s2rgf_assessment **result, s2rgf_error *err)
{
    const size_t count = (size_t)classes;
    s2rgf_assessment *a = s2_calloc(1, sizeof *a);
    if (!a)
        return s2_fail_memory(err, "assessment");
    a->class_count = classes;
    a->class_names = s2_calloc(count, sizeof *a->class_names);
    a->class_values = s2_calloc(count, sizeof *a->class_values);
    a->confusion = s2_calloc(count * count, sizeof *a->confusion);
    a->users_accuracy = s2_calloc(count, sizeof *a->users_accuracy);
    a->producers_accuracy = s2_calloc(count, sizeof *a->producers_accuracy);
    a->f1 = s2_calloc(count, sizeof *a->f1);
    if (!a->class_names || !a->class_values || !a->confusion || !a->users_accuracy ||
        !a->producers_accuracy || !a->f1) {
        s2rgf_assessment_free(a);
        return s2_fail_memory(err, "assessment");
    }
    *result = a;
    return S2RGF_OK;
}

static void fill_reliability(const map_tally *tally, s2rgf_assessment *a)
{
    const s2_reliability *reliability = &tally->reliability;
    for (int b = 0; b < S2RGF_RELIABILITY_BINS; b++) {
        s2rgf_reliability_bin *bin = &a->reliability[b];
        const double pixels = (double)reliability->pixels[b];
        *bin = (s2rgf_reliability_bin){reliability->pixels[b], (double)NAN, (double)NAN};
        if (reliability->pixels[b] == 0)
            continue;
        bin->confidence = reliability->confidence[b] / pixels;
        bin->accuracy = (double)reliability->correct[b] / pixels;
    }
    a->calibration_error = s2_reliability_error(reliability);
    a->without_confidence = tally->without_confidence;
}

static s2rgf_status make_assessment(const s2_class_table *classes, const s2_label_set *labels,
                                    const map_tally *tally, s2rgf_assessment **result,
                                    s2rgf_error *err)
{
    const s2_confusion *confusion = &tally->confusion;
    s2rgf_assessment *a = NULL;
    const s2rgf_status status = alloc_assessment(classes->count, &a, err);
    if (status != S2RGF_OK)
        return status;
    for (int i = 0; i < classes->count; i++) {
        a->class_values[i] = classes->items[i].value;
        a->class_names[i] = s2_strdup(classes->items[i].name);
        if (!a->class_names[i]) {
            s2rgf_assessment_free(a);
            return s2_fail_memory(err, "class name");
        }
        a->users_accuracy[i] = s2_confusion_users(confusion, i);
        a->producers_accuracy[i] = s2_confusion_producers(confusion, i);
        a->f1[i] = s2_confusion_f1(confusion, i);
    }
    const size_t entries = (size_t)classes->count * (size_t)classes->count;
    memcpy(a->confusion, confusion->counts, entries * sizeof *a->confusion);
    a->overall_accuracy = s2_confusion_overall(confusion);
    a->average_accuracy = s2_confusion_average(confusion);
    a->kappa = s2_confusion_kappa(confusion);
    a->assessed = s2_confusion_total(confusion);
    a->excluded_nodata = tally->nodata;
    a->excluded_unknown = tally->unknown;
    a->excluded_outside = labels->polygons_without_pixel + labels->points_outside;
    a->excluded_conflict = labels->conflicts;
    fill_reliability(tally, a);
    *result = a;
    return S2RGF_OK;
}

/** All that an assessment reads. */
typedef struct assess_input {
    const s2rgf_assess_options *options;
    const s2rgf_host *host;
    s2_design design;
    s2_strata strata; /* its map alone without a design */
    s2_overlay confidence;
    s2_label_set reference;
} assess_input;

/** Estimate the whole map, where the reference is a sample of it. */
static s2rgf_status add_estimates(assess_input *input, const int *to_map, s2rgf_assessment *a,
                                  s2rgf_error *err)
{
    const s2_design_input design = {
        input->design, &input->strata, &input->reference, to_map, input->options->labels.path,
        input->host};
    return input->design != S2_DESIGN_NONE ? s2_design_estimate(&design, &a->area_adjusted, err)
                                           : S2RGF_OK;
}

/** Compare an open map with the reference read onto its grid. */
static s2rgf_status compare_maps(assess_input *input, s2rgf_assessment **result, s2rgf_error *err)
{
    s2_class_map *map = &input->strata.map;
    const s2_label_set *reference = &input->reference;
    const bool has_confidence = input->options->confidence_path != NULL;
    map_tally tally = {0};
    map_rows rows = {.map = map, .confidence = has_confidence ? &input->confidence : NULL};
    if (reference->count == 0)
        return s2_fail(
            err, S2RGF_MISMATCH,
            "%s: nothing to assess: expected reference pixels on the map, found none; "
            "polygons and points beside its pixels: %zu, features without a class: %zu, pixels of "
            "several classes: %zu",
            map->path, reference->polygons_without_pixel + reference->points_outside,
            reference->without_class, reference->conflicts);
    int *to_map = s2_alloc((size_t)reference->classes.count, sizeof *to_map);
    if (!to_map)
        return s2_fail_memory(err, "class matching");
    const s2_class_sets sets = {&reference->classes, &map->classes, "the reference", "the map",
                                map->path};
    s2rgf_status status = s2_match_classes(&sets, input->host, to_map, err);
    if (status == S2RGF_OK)
        status = s2_confusion_init(&tally.confusion, map->classes.count, err);
    if (status == S2RGF_OK)
        status = init_rows(&rows, err);
    if (status == S2RGF_OK)
        /* reading the strata was the work */
        status = count_all(&rows, reference, to_map,
                           input->design == S2_DESIGN_NONE ? input->host : NULL, &tally, err);
    if (status == S2RGF_OK)
        status = check_any_pixel(map, reference, &tally, err);
    if (status == S2RGF_OK) {
        warn_excluded(reference, to_map, input->design, input->host);
        s2_class_band_report(&map->band, input->host);
        status = make_assessment(&map->classes, reference, &tally, result, err);
    }
    if (status == S2RGF_OK) {
        (*result)->has_confidence = has_confidence;
        status = add_estimates(input, to_map, *result, err);
    }
    clear_rows(&rows);
    s2_confusion_clear(&tally.confusion);
    s2_free(to_map);
    return status;
}

/** Open the map with its classes, and for a design with its strata. */
static s2rgf_status open_assessed_map(assess_input *input, s2rgf_error *err)
{
    const s2rgf_assess_options *options = input->options;
    return input->design == S2_DESIGN_NONE
               ? s2_class_map_open(options->map_path, options->assigned_srs, input->host,
                                   &input->strata.map, err)
               : s2_strata_open(options->map_path, options->assigned_srs, options->strata_path,
                                input->host, &input->strata, err);
}

static s2rgf_status read_reference(assess_input *input, s2rgf_error *err)
{
    const s2rgf_label_options *labels = &input->options->labels;
    const s2_grid *grid = &input->strata.map.grid;
    if (input->design == S2_DESIGN_NONE)
        return s2_labels_read(labels, grid, input->host, &input->reference, err);
    const s2rgf_status status =
        s2_labels_read_sample(labels, grid, input->host, &input->reference, err);
    return status == S2RGF_OK ? s2_strata_read(&input->strata, input->host, NULL, NULL, err)
                              : status;
}

void s2rgf_assess_options_init(s2rgf_assess_options *options, size_t size)
{
    const s2rgf_assess_options defaults = {.size = 0};
    s2_options_fill(options, size, &defaults, sizeof defaults);
}

s2rgf_status s2rgf_assess(const s2rgf_assess_options *options, const s2rgf_host *host,
                          s2rgf_assessment **result, s2rgf_error *err)
{
    s2rgf_assess_options own = {.size = 0};
    assess_input input = {.options = &own, .host = host};
    s2_error_clear(err);
    s2rgf_status status = S2_ARGUMENTS_GIVEN(err, {"result", result});
    if (status != S2RGF_OK)
        return status;
    *result = NULL;
    status = s2_options_take(&own, sizeof own, options, err);
    if (status == S2RGF_OK)
        status = S2_ARGUMENTS_GIVEN(err, {"map", own.map_path});
    if (status == S2RGF_OK)
        status = s2_label_options_check(&own.labels, err);
    if (status == S2RGF_OK)
        status = s2_design_of(&own, &input.design, err);
    if (status == S2RGF_OK)
        status = open_assessed_map(&input, err);
    if (status == S2RGF_OK && own.confidence_path)
        status = s2_overlay_open(own.confidence_path, &input.strata.map.grid, "the map's",
                                 &input.confidence, err);
    if (status == S2RGF_OK)
        status = read_reference(&input, err);
    if (status == S2RGF_OK)
        status = compare_maps(&input, result, err);
    if (status != S2RGF_OK) {
        s2rgf_assessment_free(*result);
        *result = NULL;
    }
    s2_label_set_clear(&input.reference);
    s2_overlay_close(&input.confidence);
    s2_strata_close(&input.strata);
    return status;
}

void s2rgf_assessment_free(s2rgf_assessment *assessment)
{
    if (!assessment)
        return;
    s2_strings_free(assessment->class_names, (size_t)assessment->class_count);
    s2_estimates_free(assessment->area_adjusted);
    S2_FREE_EACH(assessment->class_values, assessment->confusion, assessment->users_accuracy,
                 assessment->producers_accuracy, assessment->f1, assessment);
}
