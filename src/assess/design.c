/* From the points of a sample to estimates of the whole map, by the design that drew them. */
#include "assess/design.h"

#include <math.h>
#include <string.h>

#include "assess/estimates.h"
#include "core/error.h"
#include "core/log.h"
#include "core/memory.h"
#include "core/plural.h"

#define SQUARE_METRES_PER_HA 1e4

static const char *const NAMES[] = {[S2_DESIGN_STRATIFIED] = "stratified",
                                    [S2_DESIGN_SIMPLE] = "simple",
                                    [S2_DESIGN_SYSTEMATIC] = "systematic"};

s2rgf_status s2_design_of(const s2rgf_assess_options *options, s2_design *design, s2rgf_error *err)
{
    *design = S2_DESIGN_NONE;
    if (!options->design && !options->strata_path)
        return S2RGF_OK;
    for (int i = S2_DESIGN_STRATIFIED; options->design && i <= S2_DESIGN_SYSTEMATIC; i++)
        if (strcmp(options->design, NAMES[i]) == 0)
            *design = (s2_design)i;
    if (*design == S2_DESIGN_NONE && options->design)
        return s2_fail(err, S2RGF_INVALID_ARGUMENT,
                       "design: expected stratified, simple or systematic, found %s",
                       options->design);
    if (options->strata_path && *design != S2_DESIGN_STRATIFIED)
        return s2_fail(err, S2RGF_INVALID_ARGUMENT,
                       "%s: strata belong to the design stratified, found %s", options->strata_path,
                       options->design ? options->design : "none");
    if (options->labels.buffer_m > 0.0)
        return s2_fail(err, S2RGF_INVALID_ARGUMENT,
                       "buffer of %g m: a point of a sample stands for the pixel that was drawn: "
                       "expected no buffer",
                       options->labels.buffer_m);
    return S2RGF_OK;
}

/* ---- units ------------------------------------------------------------------------------------ */

/** Points on their way to units. */
typedef struct unit_maker {
    const s2_design_input *input;
    s2_sample_stratum *strata; /* [stratum_count] */
    int stratum_count;
    int class_count;       /* of the map, and those that only the reference has */
    int *reference_class;  /* [sample classes] among these */
    s2_sample_unit *units; /* [unit_count] */
    size_t *unit_points;   /* [unit_count] index into sample->pixels */
    size_t unit_count, nodata;
    int *values; /* [width] strata of a row */
} unit_maker;

static bool by_classes(const s2_design_input *input)
{
    return input->design == S2_DESIGN_STRATIFIED && !input->strata->has_own;
}

static const s2_sample_origin *origin_of(const s2_design_input *input, size_t point)
{
    return &input->sample->origins[input->sample->pixels[point].group];
}

/** Number the classes and the strata; a stratum that is a class has its number. */
static s2rgf_status init_units(const s2_design_input *input, unit_maker *maker, s2rgf_error *err)
{
    const s2_strata *strata = input->strata;
    const s2_class_table *classes = s2_strata_classes(strata);
    const size_t reference_count = (size_t)input->sample->classes.count;
    const bool stratified = input->design == S2_DESIGN_STRATIFIED;
    *maker = (unit_maker){.input = input,
                          .stratum_count = stratified ? classes->count : 1,
                          .class_count = strata->map.classes.count};
    maker->strata = s2_calloc((size_t)maker->stratum_count, sizeof *maker->strata);
    maker->reference_class = s2_alloc(reference_count, sizeof *maker->reference_class);
    maker->units = s2_alloc(input->sample->count, sizeof *maker->units);
    maker->unit_points = s2_alloc(input->sample->count, sizeof *maker->unit_points);
    maker->values = s2_alloc((size_t)strata->map.grid.width, sizeof *maker->values);
    if (!maker->strata || !maker->reference_class || !maker->units || !maker->unit_points ||
        !maker->values)
        return s2_fail_memory(err, "sample");
    for (size_t c = 0; c < reference_count; c++)
        maker->reference_class[c] = input->to_map[c] >= 0 ? input->to_map[c] : maker->class_count++;
    maker->strata[0] = (s2_sample_stratum){1.0, strata->total};
    for (int h = 0; h < maker->stratum_count && stratified; h++) {
        const int value = classes->items[h].value;
        maker->strata[h] =
            (s2_sample_stratum){s2_strata_weight(strata, value), strata->pixels[value]};
    }
    return S2RGF_OK;
}

static void clear_units(unit_maker *maker)
{
    S2_FREE_EACH(maker->strata, maker->reference_class, maker->units, maker->unit_points,
                 maker->values);
}

/** Make the unit of a point in the row that was read, or leave it out where the map has nodata. */
static s2rgf_status make_unit(unit_maker *maker, size_t point, s2rgf_error *err)
{
    const s2_design_input *input = maker->input;
    const s2_label_pixel *pixel = &input->sample->pixels[point];
    const int mapped = input->strata->map_values[pixel->x], value = maker->values[pixel->x];
    if (mapped < 0) {
        maker->nodata++;
        return S2RGF_OK;
    }
    if (value < 0)
        return s2_fail(err, S2RGF_MISMATCH,
                       "%s: feature %lld lies in no stratum: %s has nodata there: expected the "
                       "strata that the sample was drawn from",
                       input->sample_path, origin_of(input, point)->feature,
                       input->strata->own.path);
    const int stratum = input->design == S2_DESIGN_STRATIFIED
                            ? s2_class_table_find_value(s2_strata_classes(input->strata), value)
                            : 0;
    const double area = s2_ground_area(&input->strata->ground, pixel->y);
    maker->unit_points[maker->unit_count] = point;
    maker->units[maker->unit_count++] =
        (s2_sample_unit){stratum, s2_class_table_find_value(&input->strata->map.classes, mapped),
                         maker->reference_class[pixel->class_index], isnan(area) ? 1.0 : area};
    return S2RGF_OK;
}

/** Read the rows with points. */
static s2rgf_status make_units(unit_maker *maker, s2rgf_error *err)
{
    const s2_label_set *sample = maker->input->sample;
    s2rgf_status status = S2RGF_OK;
    for (size_t i = 0; i < sample->count && status == S2RGF_OK; i++) {
        if (i == 0 || sample->pixels[i].y != sample->pixels[i - 1].y)
            status =
                s2_strata_read_row(maker->input->strata, sample->pixels[i].y, maker->values, err);
        if (status == S2RGF_OK)
            status = make_unit(maker, i, err);
    }
    return status;
}

/* ---- does the sample fit the design? ---------------------------------------------------------- */

static const char *stratum_name(const s2_design_input *input, int stratum)
{
    return input->design == S2_DESIGN_STRATIFIED
               ? s2_strata_classes(input->strata)->items[stratum].name
               : "all pixels";
}

/** Sizes that points state are those of their strata. */
static s2rgf_status check_sizes(const unit_maker *maker, s2rgf_error *err)
{
    const s2_design_input *input = maker->input;
    for (size_t i = 0; i < maker->unit_count; i++) {
        const s2_sample_origin *origin = origin_of(input, maker->unit_points[i]);
        const int stratum = maker->units[i].stratum;
        const uint64_t pixels = maker->strata[stratum].pixels;
        if (origin->stratum_size != 0 && origin->stratum_size != pixels)
            return s2_fail(
                err, S2RGF_MISMATCH,
                "%s: feature %lld was drawn from a stratum of %llu pixels, but \"%s\" has "
                "%llu: expected the map, the strata and the design of the sample",
                input->sample_path, origin->feature, (unsigned long long)origin->stratum_size,
                stratum_name(input, stratum), (unsigned long long)pixels);
    }
    return S2RGF_OK;
}

/** What points call one stratum is one stratum. */
static s2rgf_status check_strata(const unit_maker *maker, s2rgf_error *err)
{
    const s2_design_input *input = maker->input;
    size_t *first = s2_calloc((size_t)maker->stratum_count, sizeof *first); /* unit + 1 */
    s2rgf_status status = first ? S2RGF_OK : s2_fail_memory(err, "sample");
    for (size_t i = 0; i < maker->unit_count && status == S2RGF_OK; i++) {
        const s2_sample_origin *origin = origin_of(input, maker->unit_points[i]);
        const int stratum = maker->units[i].stratum;
        if (!origin->stratum)
            continue;
        const bool is_first = first[stratum] == 0;
        if (is_first)
            first[stratum] = i + 1;
        const s2_sample_origin *other = origin_of(input, maker->unit_points[first[stratum] - 1]);
        if (strcmp(origin->stratum, other->stratum) != 0)
            status = s2_fail(err, S2RGF_MISMATCH,
                             "%s: features %lld and %lld say that they are of strata %s and %s, "
                             "but both lie in \"%s\": expected the map, the strata and the design "
                             "of the sample",
                             input->sample_path, other->feature, origin->feature, other->stratum,
                             origin->stratum, stratum_name(input, stratum));
        for (int h = 0; is_first && h < maker->stratum_count && status == S2RGF_OK; h++) {
            if (first[h] == 0 || h == stratum)
                continue;
            other = origin_of(input, maker->unit_points[first[h] - 1]);
            if (strcmp(origin->stratum, other->stratum) == 0)
                status =
                    s2_fail(err, S2RGF_MISMATCH,
                            "%s: features %lld and %lld say that they are of stratum %s, but "
                            "lie in \"%s\" and \"%s\": expected the map, the strata and the "
                            "design of the sample",
                            input->sample_path, other->feature, origin->feature, origin->stratum,
                            stratum_name(input, h), stratum_name(input, stratum));
        }
    }
    s2_free(first);
    return status;
}

/** Warn of points in one pixel, which was drawn once. */
static void warn_doubles(const s2_design_input *input)
{
    const s2_label_pixel *pixels = input->sample->pixels;
    size_t doubles = 0, first = 0;
    for (size_t i = 1; i < input->sample->count; i++)
        if (pixels[i].y == pixels[i - 1].y && pixels[i].x == pixels[i - 1].x && doubles++ == 0)
            first = i;
    if (doubles > 0)
        s2_log(input->host, S2RGF_WARNING,
               "%s: %zu %s in a pixel that has one already, and each counts: the first is feature "
               "%lld",
               input->sample_path, doubles, s2_plural(doubles, "point lies", "points lie"),
               origin_of(input, first)->feature);
}

/** Every stratum needs a point, and for errors two. Sets counts out [stratum_count]. */
static s2rgf_status check_counts(const unit_maker *maker, uint64_t *counts, s2rgf_error *err)
{
    const s2_design_input *input = maker->input;
    for (size_t i = 0; i < maker->unit_count; i++)
        counts[maker->units[i].stratum]++;
    for (int h = 0; h < maker->stratum_count; h++) {
        const uint64_t pixels = maker->strata[h].pixels;
        if (pixels > 0 && counts[h] == 0)
            return s2_fail(err, S2RGF_MISMATCH,
                           "%s: no point in stratum \"%s\", which has %llu %s: nothing can be "
                           "estimated: expected two or more in each",
                           input->sample_path, stratum_name(input, h), (unsigned long long)pixels,
                           s2_plural(pixels, "pixel", "pixels"));
        if (counts[h] == 1 && pixels > 1)
            s2_log(input->host, S2RGF_WARNING,
                   "%s: one point in stratum \"%s\", which has %llu pixels: standard errors that "
                   "depend on it are undefined: expected two or more",
                   input->sample_path, stratum_name(input, h), (unsigned long long)pixels);
    }
    return S2RGF_OK;
}

static s2rgf_status check_sample(const unit_maker *maker, uint64_t *counts, s2rgf_error *err)
{
    const s2_design_input *input = maker->input;
    const size_t outside = input->sample->points_outside;
    if (maker->nodata > 0)
        s2_log(input->host, S2RGF_WARNING,
               "%s: %zu %s where the map has nodata: estimates are of what is mapped",
               input->sample_path, maker->nodata,
               s2_plural(maker->nodata, "point is left out", "points are left out"));
    if (outside > 0)
        s2_log(input->host, S2RGF_WARNING, "%s: %zu %s outside of the map", input->sample_path,
               outside, s2_plural(outside, "point lies", "points lie"));
    if (input->design == S2_DESIGN_SYSTEMATIC)
        s2_log(input->host, S2RGF_INFO,
               "Standard errors are those of a simple sample: those of a systematic one are mostly "
               "smaller");
    warn_doubles(input);
    s2rgf_status status = check_sizes(maker, err);
    if (status == S2RGF_OK)
        status = check_strata(maker, err);
    return status == S2RGF_OK ? check_counts(maker, counts, err) : status;
}

/* ---- estimates -------------------------------------------------------------------------------- */

void s2_estimates_free(s2rgf_map_estimates *estimates)
{
    if (!estimates)
        return;
    for (int c = 0; estimates->per_class && c < estimates->class_count; c++)
        s2_free(estimates->per_class[c].name);
    for (int h = 0; estimates->strata && h < estimates->stratum_count; h++)
        s2_free(estimates->strata[h].name);
    S2_FREE_EACH(estimates->per_class, estimates->strata, estimates->proportions, estimates);
}

/** Square metres of a stratum, NaN where areas are not known. */
static double stratum_area(const unit_maker *maker, int stratum)
{
    const s2_strata *strata = maker->input->strata;
    return maker->input->design == S2_DESIGN_STRATIFIED
               ? strata->area_m2[s2_strata_classes(strata)->items[stratum].value]
               : strata->total_m2;
}

static s2rgf_status name_strata(const unit_maker *maker, const uint64_t *counts,
                                s2rgf_map_estimates *estimates, s2rgf_error *err)
{
    for (int h = 0; h < maker->stratum_count; h++) {
        s2rgf_stratum *stratum = &estimates->strata[h];
        *stratum = (s2rgf_stratum){.name = s2_strdup(stratum_name(maker->input, h)),
                                   .pixels = maker->strata[h].pixels,
                                   .area_ha = stratum_area(maker, h) / SQUARE_METRES_PER_HA,
                                   .points = counts[h]};
        if (!stratum->name)
            return s2_fail_memory(err, "estimates");
    }
    return S2RGF_OK;
}

/** Names of the map's classes, then of those that only the reference has. */
static s2rgf_status name_estimated_classes(const unit_maker *maker, s2rgf_map_estimates *estimates,
                                           s2rgf_error *err)
{
    const s2_class_table *map = &maker->input->strata->map.classes;
    const s2_class_table *reference = &maker->input->sample->classes;
    for (int c = 0; c < map->count; c++)
        estimates->per_class[c].name = s2_strdup(map->items[c].name);
    for (int c = 0; c < reference->count; c++)
        if (maker->reference_class[c] >= map->count)
            estimates->per_class[maker->reference_class[c]].name =
                s2_strdup(reference->items[c].name);
    for (int c = 0; c < maker->class_count; c++)
        if (!estimates->per_class[c].name)
            return s2_fail_memory(err, "estimates");
    return S2RGF_OK;
}

static s2rgf_status estimate_all(const unit_maker *maker, const uint64_t *counts,
                                 s2rgf_map_estimates *estimates, s2rgf_error *err)
{
    const size_t classes = (size_t)maker->class_count, strata = (size_t)maker->stratum_count;
    s2_sample sample = {
        maker->strata, maker->stratum_count, by_classes(maker->input),
        maker->units,  maker->unit_count,    s2_alloc(4 * strata, sizeof(s2_sample_tally))};
    estimates->design = NAMES[maker->input->design];
    estimates->strata_are_classes = sample.strata_are_classes;
    estimates->area_ha = maker->input->strata->total_m2 / SQUARE_METRES_PER_HA;
    estimates->class_count = maker->class_count;
    estimates->stratum_count = maker->stratum_count;
    estimates->per_class = s2_calloc(classes, sizeof *estimates->per_class);
    estimates->strata = s2_calloc(strata, sizeof *estimates->strata);
    estimates->proportions = s2_calloc(classes * classes, sizeof *estimates->proportions);
    s2rgf_status status = S2RGF_OK;
    if (!sample.tally || !estimates->per_class || !estimates->strata || !estimates->proportions)
        status = s2_fail_memory(err, "estimates");
    if (status == S2RGF_OK)
        status = name_strata(maker, counts, estimates, err);
    if (status == S2RGF_OK)
        status = name_estimated_classes(maker, estimates, err);
    if (status == S2RGF_OK) {
        estimates->overall_accuracy = s2_estimate_overall(&sample);
        s2_estimate_matrix(&sample, maker->class_count, estimates->proportions);
    }
    for (int c = 0; c < maker->class_count && status == S2RGF_OK; c++) {
        s2rgf_class_estimates *of = &estimates->per_class[c];
        of->users_accuracy = s2_estimate_users(&sample, c);
        of->producers_accuracy = s2_estimate_producers(&sample, c);
        of->f1 = s2_estimate_f1(&sample, c);
        of->area_ha = s2_estimate_times(s2_estimate_proportion(&sample, c), estimates->area_ha);
    }
    s2_free(sample.tally);
    return status;
}

s2rgf_status s2_design_estimate(const s2_design_input *input, s2rgf_map_estimates **estimates,
                                s2rgf_error *err)
{
    unit_maker maker;
    s2rgf_map_estimates *made = s2_calloc(1, sizeof *made);
    uint64_t *counts = NULL;
    s2rgf_status status = init_units(input, &maker, err);
    if (status == S2RGF_OK)
        counts = s2_calloc((size_t)maker.stratum_count, sizeof *counts);
    if (status == S2RGF_OK && (!made || !counts))
        status = s2_fail_memory(err, "estimates");
    if (status == S2RGF_OK)
        status = make_units(&maker, err);
    if (status == S2RGF_OK)
        status = check_sample(&maker, counts, err);
    if (status == S2RGF_OK)
        status = estimate_all(&maker, counts, made, err);
    if (status == S2RGF_OK)
        *estimates = made;
    else
        s2_estimates_free(made);
    s2_free(counts);
    clear_units(&maker);
    return status;
}
