/* s2rgf_assess: a class raster against reference labels. */
#include "s2rgf.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "assess/calibration.h"
#include "assess/metrics.h"
#include "core/class_name.h"
#include "core/error.h"
#include "core/log.h"
#include "core/memory.h"
#include "core/number.h"
#include "core/utf8.h"
#include "geo/labels/labels.h"
#include "geo/map/class_map.h"
#include "geo/source/overlay.h"

/* ---- which class of the map is which class of the reference -------------------------------- */

static bool has_a_name(const s2_class_table *table)
{
    for (int i = 0; i < table->count; i++)
        if (s2_class_name_number(table->items[i].name) < 0)
            return true;
    return false;
}

/** The first names of a table, for messages: "a, b, c and 7 more". */
static void list_names(const s2_class_table *table, char *text, size_t size)
{
    const int shown_at_most = 12;
    size_t length = 0;
    text[0] = '\0';
    for (int i = 0; i < table->count && length < size; i++) {
        const int rest = table->count - i;
        const bool last = i == shown_at_most;
        const int written = last ? snprintf(text + length, size - length, " and %d more", rest)
                                 : snprintf(text + length, size - length, "%s%s",
                                            i == 0 ? "" : ", ", table->items[i].name);
        if (written < 0 || last)
            return;
        length += (size_t)written;
    }
}

/** The one class whose name differs in upper and lower case only; -1 if none or several. */
static int find_in_any_case(const s2_class_table *table, const s2_class *class)
{
    int found = -1;
    for (int i = 0; i < table->count; i++)
        if (s2_utf8_same_letters(table->items[i].name, class->name)) {
            if (found >= 0)
                return -1;
            found = i;
        }
    return found;
}

static int find_by_name(const s2_class_table *table, const s2_class *class)
{
    return s2_class_table_find_name(table, class->name);
}

/** The class that is called by the same number, whatever its value. */
static int find_by_number(const s2_class_table *table, const s2_class *class)
{
    const int number = s2_class_name_number(class->name);
    for (int i = 0; i < table->count && number >= 0; i++)
        if (s2_class_name_number(table->items[i].name) == number)
            return i;
    return -1;
}

/** The class of the same value, unless it is called by another number. */
static int find_by_value(const s2_class_table *table, const s2_class *class)
{
    const int number = s2_class_name_number(class->name);
    const int value = number >= 0 ? number : class->value;
    const int found = s2_class_table_find_value(table, value);
    const int other = found >= 0 ? s2_class_name_number(table->items[found].name) : -1;
    return other < 0 || other == value ? found : -1;
}

/** Fill what is still -1 in to_map, [reference classes]; returns how many that were. */
static int match_with(int (*find)(const s2_class_table *, const s2_class *),
                      const s2_class_table *reference, const s2_class_table *map, int *to_map)
{
    int matched = 0;
    for (int i = 0; i < reference->count; i++) {
        if (to_map[i] >= 0)
            continue;
        to_map[i] = find(map, &reference->items[i]);
        matched += to_map[i] >= 0;
    }
    return matched;
}

/** Tell which classes are taken for one that is spelled in another way. */
static void report_matches(const s2_class_table *reference, const s2_class_table *map,
                           const int *to_map, const s2rgf_host *host)
{
    for (int i = 0; i < reference->count; i++) {
        const s2_class *from = &reference->items[i];
        const s2_class *to = to_map[i] >= 0 ? &map->items[to_map[i]] : from;
        if (strcmp(from->name, to->name) != 0 && s2_utf8_same_letters(from->name, to->name))
            s2_log(host, S2RGF_INFO,
                   "Class \"%s\" of the reference is matched with \"%s\" of the map", from->name,
                   to->name);
    }
}

/**
 * Find the map's class for each reference class: by name, which may differ in case, by the number that
 * both are called by, or by value where the reference has only numbers, or where nothing else is common
 * and one side has only numbers. Two sets of names without a common one are a mismatch: that their
 * values mean the same would be a guess, and a wrong guess looks like a result.
 * to_map out [reference classes], -1 where the map has no such class
 */
static s2rgf_status match_classes(const s2_class_table *reference, const s2_class_map *map,
                                  const s2rgf_host *host, int *to_map, s2rgf_error *err)
{
    const s2_class_table *classes = &map->classes;
    for (int i = 0; i < reference->count; i++)
        to_map[i] = -1;
    int matched = match_with(find_by_name, reference, classes, to_map);
    matched += match_with(find_in_any_case, reference, classes, to_map);
    const int by_number = match_with(find_by_number, reference, classes, to_map);
    matched += by_number;
    if (by_number > 0)
        s2_log(host, S2RGF_INFO, "Classes that are called by numbers matched by these");
    report_matches(reference, classes, to_map, host);
    if (!has_a_name(reference) || (matched == 0 && !has_a_name(classes))) {
        const int by_value = match_with(find_by_value, reference, classes, to_map);
        if (by_value > 0)
            s2_log(host, S2RGF_INFO, "%s",
                   matched == 0 ? "No class name in common: classes matched by value"
                                : "Other classes matched by value");
        matched += by_value;
    }
    if (matched > 0)
        return S2RGF_OK;
    char wanted[400], found[400];
    list_names(classes, wanted, sizeof wanted);
    list_names(reference, found, sizeof found);
    return s2_fail(err, S2RGF_MISMATCH,
                   "%s: no class in common with the reference: expected some of %s; found %s",
                   map->path, wanted, found);
}

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
        status = s2_overlay_read(rows->confidence, line, rows->confidences, rows->has, err);
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
static void warn_excluded(const s2_label_set *labels, const int *to_map, const s2rgf_host *host)
{
    for (int i = 0; i < labels->classes.count; i++)
        if (to_map[i] < 0)
            s2_log(host, S2RGF_WARNING, "Class \"%s\" of the reference is not in the map: excluded",
                   labels->classes.items[i].name);
    for (int i = 0; i < labels->absent.count; i++)
        s2_log(host, S2RGF_WARNING, "Class \"%s\" of the reference has no pixel on the map",
               labels->absent.items[i].name);
}

/* ---- result -------------------------------------------------------------------------------- */

static s2rgf_status alloc_assessment(int classes, s2rgf_assessment **result, s2rgf_error *err)
{
    const size_t count = (size_t)classes;
    s2rgf_assessment *a = s2_calloc(1, sizeof *a);
    if (a == NULL)
        return s2_fail_memory(err, "assessment");
    a->class_count = classes;
    a->class_names = s2_calloc(count, sizeof *a->class_names);
    a->class_values = s2_calloc(count, sizeof *a->class_values);
    a->confusion = s2_calloc(count * count, sizeof *a->confusion);
    a->users_accuracy = s2_calloc(count, sizeof *a->users_accuracy);
    a->producers_accuracy = s2_calloc(count, sizeof *a->producers_accuracy);
    a->f1 = s2_calloc(count, sizeof *a->f1);
    if (a->class_names == NULL || a->class_values == NULL || a->confusion == NULL ||
        a->users_accuracy == NULL || a->producers_accuracy == NULL || a->f1 == NULL) {
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
        if (a->class_names[i] == NULL) {
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

/** Compare an open map with the reference read onto its grid. */
static s2rgf_status compare_maps(s2_class_map *map, s2_overlay *confidence,
                                 const s2_label_set *reference, const s2rgf_host *host,
                                 s2rgf_assessment **result, s2rgf_error *err)
{
    map_tally tally = {0};
    map_rows rows = {.map = map, .confidence = confidence};
    if (reference->count == 0)
        return s2_fail(err, S2RGF_MISMATCH,
                       "%s: nothing to assess: expected reference pixels on the map, found none; "
                       "polygons and points beside its pixels: %zu, pixels of several classes: %zu",
                       map->path, reference->polygons_without_pixel + reference->points_outside,
                       reference->conflicts);
    int *to_map = s2_alloc((size_t)reference->classes.count, sizeof *to_map);
    if (to_map == NULL)
        return s2_fail_memory(err, "class matching");
    s2rgf_status status = match_classes(&reference->classes, map, host, to_map, err);
    if (status == S2RGF_OK)
        status = s2_confusion_init(&tally.confusion, map->classes.count, err);
    if (status == S2RGF_OK)
        status = init_rows(&rows, err);
    if (status == S2RGF_OK)
        status = count_all(&rows, reference, to_map, host, &tally, err);
    if (status == S2RGF_OK)
        status = check_any_pixel(map, reference, &tally, err);
    if (status == S2RGF_OK) {
        warn_excluded(reference, to_map, host);
        s2_class_band_report(&map->band, host);
        status = make_assessment(&map->classes, reference, &tally, result, err);
    }
    if (status == S2RGF_OK)
        (*result)->has_confidence = confidence != NULL;
    clear_rows(&rows);
    s2_confusion_clear(&tally.confusion);
    s2_free(to_map);
    return status;
}

s2rgf_status s2rgf_assess(const s2rgf_assess_options *options, const s2rgf_host *host,
                          s2rgf_assessment **result, s2rgf_error *err)
{
    s2_class_map map = {0};
    s2_overlay confidence = {0};
    s2_label_set reference = {0};
    s2_error_clear(err);
    if (result == NULL || options == NULL || options->map_path == NULL ||
        options->labels.path == NULL)
        return s2_fail(err, S2RGF_INVALID_ARGUMENT,
                       "assessment: expected a map, labels and room for the result");
    *result = NULL;
    const bool has_confidence = options->confidence_path != NULL;
    s2rgf_status status =
        s2_class_map_open(options->map_path, options->assigned_srs, host, &map, err);
    if (status == S2RGF_OK && has_confidence)
        status =
            s2_overlay_open(options->confidence_path, &map.grid, "the map's", &confidence, err);
    if (status == S2RGF_OK)
        status = s2_labels_read(&options->labels, &map.grid, host, &reference, err);
    if (status == S2RGF_OK)
        status =
            compare_maps(&map, has_confidence ? &confidence : NULL, &reference, host, result, err);
    s2_label_set_clear(&reference);
    s2_overlay_close(&confidence);
    s2_class_map_close(&map);
    return status;
}

void s2rgf_assessment_free(s2rgf_assessment *assessment)
{
    if (assessment == NULL)
        return;
    for (int i = 0; assessment->class_names != NULL && i < assessment->class_count; i++)
        s2_free(assessment->class_names[i]);
    S2_FREE_EACH(assessment->class_names, assessment->class_values, assessment->confusion,
                 assessment->users_accuracy, assessment->producers_accuracy, assessment->f1,
                 assessment);
}
