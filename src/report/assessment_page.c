/* s2rgf_assessment_html: an assessment as a page to look at, to print and to hand on. */
#include "s2rgf/assessment.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/argument.h"
#include "core/error.h"
#include "core/plural.h"
#include "report/charts.h"
#include "report/html.h"
#include "report/map_view.h"

#define HECTARES_WITH_DECIMALS 100.0 /* areas below it are shown with them */

/** All that the page shows; borrowed. */
typedef struct subject {
    const s2rgf_assessment *assessment;
    const s2rgf_assess_options *options;
    const char *const *warnings;
    const s2_map_view *view;
} subject;

static const char *file_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash && slash[1] ? slash + 1 : path;
}

/* ---- summary --------------------------------------------------------------------------------- */

static void put_summary(s2_text *page, const s2rgf_assessment *a)
{
    const s2rgf_map_estimates *e = a->area_adjusted;
    uint64_t points = 0;
    if (!e) {
        s2_text_append(page,
                       "<p class=\"lead\">Overall accuracy %.3f of %" PRIu64 " labelled %s, "
                       "average accuracy %.3f",
                       a->overall_accuracy, a->assessed, s2_plural(a->assessed, "pixel", "pixels"),
                       a->average_accuracy);
        if (isfinite(a->kappa))
            s2_text_append(page, ", kappa %.3f", a->kappa);
        s2_text_append(page, ".</p>\n");
        s2_html_paragraph(page, "No design of a sample was given: these are figures of the labels, "
                                "not of the map.");
        return;
    }
    for (int h = 0; h < e->stratum_count; h++)
        points += e->strata[h].points;
    s2_text_append(page, "<p class=\"lead\">Overall accuracy of the map %.3f",
                   e->overall_accuracy.estimate);
    if (isfinite(e->overall_accuracy.se))
        s2_text_append(page, " ± %.3f",
                       (e->overall_accuracy.ci95[1] - e->overall_accuracy.ci95[0]) / 2.0);
    s2_text_append(page,
                   ", weighted by area; a %s sample of %" PRIu64 " points; ± is half of the "
                   "95 %% interval.</p>\n",
                   e->design, points);
}

/* ---- estimates of the map -------------------------------------------------------------------- */

static void put_estimate_cells(s2_text *page, const s2rgf_estimate *of)
{
    s2_chart_estimate_cell(page, of, 3);
    s2_chart_bar_cell(page, of->estimate, of->ci95, 1.0);
}

/* Beside each figure stands its bar. */
static const char *const ACCURACY_COLUMNS[] = {
    "class", "#user's accuracy", "", "#producer's accuracy", "", "#F1", "", NULL};

static void put_estimated_accuracies(s2_text *page, const s2rgf_map_estimates *e)
{
    s2_html_begin_table(page, ACCURACY_COLUMNS);
    for (int c = 0; c < e->class_count; c++) {
        s2_html_begin_row(page, e->per_class[c].name);
        put_estimate_cells(page, &e->per_class[c].users_accuracy);
        put_estimate_cells(page, &e->per_class[c].producers_accuracy);
        put_estimate_cells(page, &e->per_class[c].f1);
        s2_text_append(page, "</tr>\n");
    }
    s2_html_begin_row(page, "all: overall accuracy");
    put_estimate_cells(page, &e->overall_accuracy);
    s2_text_append(page, "<td></td><td></td><td></td><td></td></tr>\n");
    s2_html_end_table(page);
}

/* Hectares that the map gives a class, where its strata tell; else NaN. */
static double mapped_ha(const s2rgf_map_estimates *e, const char *name)
{
    for (int h = 0; h < e->stratum_count && e->strata_are_classes; h++)
        if (strcmp(e->strata[h].name, name) == 0)
            return e->strata[h].area_ha;
    return (double)NAN;
}

static double share_of(const s2rgf_map_estimates *e, int class_index)
{
    double share = 0.0;
    for (int column = 0; column < e->class_count; column++)
        share += e->proportions[(size_t)class_index * (size_t)e->class_count + (size_t)column];
    return share;
}

static void put_area_row(s2_text *page, const s2rgf_map_estimates *e, int class_index, double most)
{
    const s2rgf_class_estimates *of = &e->per_class[class_index];
    const int decimals = most < HECTARES_WITH_DECIMALS ? 3 : 1;
    const double mapped = mapped_ha(e, of->name);
    s2_html_begin_row(page, of->name);
    s2_html_ratio_cell(page, share_of(e, class_index));
    s2_html_number_cell(page, decimals == 3 ? "%.3f" : "%.1f", mapped);
    s2_chart_estimate_cell(page, &of->area_ha, decimals);
    s2_chart_bar_cell(page, of->area_ha.estimate, of->area_ha.ci95, most);
    s2_text_append(page, "</tr>\n");
}

static void put_areas(s2_text *page, const s2rgf_map_estimates *e)
{
    double most = 0.0;
    for (int c = 0; c < e->class_count; c++)
        most = fmax(most, fmax(e->per_class[c].area_ha.estimate, e->per_class[c].area_ha.ci95[1]));
    s2_html_begin_section(page, "Areas");
    if (!isfinite(e->area_ha))
        s2_html_paragraph(page, "Hectares are not known: the map has no coordinate system with a "
                                "unit of length.");
    s2_html_begin_table(page, (const char *const[]){"class", "#share of the map", "#mapped, ha",
                                                    "#estimated, ha", "", NULL});
    for (int c = 0; c < e->class_count; c++)
        put_area_row(page, e, c, most);
    s2_html_end_table(page);
    s2_html_end_section(page);
}

static void put_strata(s2_text *page, const s2rgf_map_estimates *e)
{
    s2_html_begin_section(page, "Strata of the sample");
    s2_html_begin_table(page, (const char *const[]){"stratum", "#pixels", "#ha", "#points", NULL});
    for (int h = 0; h < e->stratum_count; h++) {
        const s2rgf_stratum *of = &e->strata[h];
        s2_html_begin_row(page, of->name);
        s2_text_append(page, "<td class=\"n\">%" PRIu64 "</td>", of->pixels);
        s2_html_number_cell(page, "%.1f", of->area_ha);
        s2_text_append(page, "<td class=\"n\">%" PRIu64 "</td></tr>\n", of->points);
    }
    s2_html_end_table(page);
    s2_html_end_section(page);
}

static s2rgf_status put_estimates(s2_text *page, const s2rgf_map_estimates *e, s2rgf_error *err)
{
    char **names = s2_alloc((size_t)e->class_count, sizeof *names);
    if (!names)
        return s2_fail_memory(err, "names of classes");
    for (int c = 0; c < e->class_count; c++)
        names[c] = e->per_class[c].name;
    const s2_heat_map matrix = {e->class_count, names, e->proportions, 4};
    s2_html_begin_section(page, "Accuracies of the map");
    put_estimated_accuracies(page, e);
    s2_html_end_section(page);
    put_areas(page, e);
    s2_html_begin_section(page, "Error matrix in proportions of the area");
    s2_chart_matrix(page, &matrix);
    s2_html_end_section(page);
    put_strata(page, e);
    s2_free(names);
    return S2RGF_OK;
}

/* ---- figures of the labels ------------------------------------------------------------------- */

static s2rgf_status put_counts(s2_text *page, const s2rgf_assessment *a, s2rgf_error *err)
{
    const size_t cells = (size_t)a->class_count * (size_t)a->class_count;
    double *counts = s2_alloc(cells, sizeof *counts);
    if (!counts)
        return s2_fail_memory(err, "confusion matrix");
    for (size_t i = 0; i < cells; i++)
        counts[i] = (double)a->confusion[i];
    const s2_heat_map matrix = {a->class_count, a->class_names, counts, 0};
    s2_html_begin_section(page, a->area_adjusted ? "Confusion matrix in points of the sample"
                                                 : "Confusion matrix in pixels");
    s2_chart_matrix(page, &matrix);
    s2_html_end_section(page);
    s2_free(counts);
    return S2RGF_OK;
}

static void put_ratio_cells(s2_text *page, double ratio)
{
    s2_html_ratio_cell(page, ratio);
    s2_chart_bar_cell(page, ratio, NULL, 1.0);
}

static void put_accuracies(s2_text *page, const s2rgf_assessment *a)
{
    s2_html_begin_section(page, a->area_adjusted
                                    ? "Figures of the sample, in which every point counts the same"
                                    : "Accuracies");
    s2_html_begin_table(page, ACCURACY_COLUMNS);
    for (int c = 0; c < a->class_count; c++) {
        s2_html_begin_row(page, a->class_names[c]);
        put_ratio_cells(page, a->users_accuracy[c]);
        put_ratio_cells(page, a->producers_accuracy[c]);
        put_ratio_cells(page, a->f1[c]);
        s2_text_append(page, "</tr>\n");
    }
    s2_html_end_table(page);
    s2_html_begin_facts(page);
    s2_html_fact_number(page, "Overall accuracy", "%.4f", a->overall_accuracy);
    s2_html_fact_number(page, "Average accuracy", "%.4f", a->average_accuracy);
    s2_html_fact_number(page, "Kappa", "%.4f", a->kappa);
    s2_html_end_facts(page);
    s2_html_end_section(page);
}

static void put_reliability(s2_text *page, const s2rgf_assessment *a)
{
    s2_html_begin_section(page, "Reliability of the confidence");
    s2_chart_reliability(page, a->reliability);
    s2_html_paragraph(page, "On the dashed line the accuracy is what the confidence says; below "
                            "it the map is too sure of itself.");
    s2_chart_reliability_table(page, a->reliability);
    s2_html_begin_facts(page);
    s2_html_fact_number(page, "Expected calibration error", "%.4f", a->calibration_error);
    s2_html_fact_count(page, "Pixels without confidence", a->without_confidence);
    s2_html_end_facts(page);
    s2_html_end_section(page);
}

/* ---- what was left out, and where all of it comes from --------------------------------------- */

static void put_excluded(s2_text *page, const subject *of)
{
    const s2rgf_assessment *a = of->assessment;
    s2_html_begin_section(page, "Assessed and excluded");
    s2_html_begin_facts(page);
    s2_html_fact_count(page, "Pixels assessed", a->assessed);
    s2_html_fact_count(page, "Excluded: the map has nodata", a->excluded_nodata);
    s2_html_fact_count(page, "Excluded: polygons that hold no pixel centre, points outside",
                       a->excluded_outside);
    s2_html_fact_count(page,
                       a->area_adjusted ? "Of a class that the map does not have: mapped wrong"
                                        : "Excluded: of a class that the map does not have",
                       a->excluded_unknown);
    s2_html_fact_count(page, "Excluded: labels of different classes share the pixel",
                       a->excluded_conflict);
    s2_html_end_facts(page);
    for (size_t i = 0; of->warnings && of->warnings[i]; i++) {
        s2_text_append(page, i == 0 ? "<h3>Warnings</h3>\n<ul>\n<li>" : "<li>");
        s2_html_text(page, of->warnings[i]);
        s2_text_append(page, of->warnings[i + 1] ? "</li>\n" : "</li>\n</ul>\n");
    }
    s2_html_end_section(page);
}

static void put_provenance(s2_text *page, const subject *of)
{
    const s2rgf_assess_options *options = of->options;
    const s2rgf_label_options *labels = &options->labels;
    s2_html_begin_section(page, "Where this comes from");
    s2_html_begin_facts(page);
    s2_html_fact(page, "Map", options->map_path);
    s2_map_view_facts(page, of->view);
    s2_html_fact(page, "Reference labels", labels->path);
    s2_html_fact(page, "Layer", labels->layer);
    s2_html_fact(page, "Field of the class", labels->attribute);
    s2_html_fact(page, "Only where", labels->where);
    s2_html_fact(page, "Assigned coordinate system", labels->assigned_srs);
    s2_html_fact(page, "Polygons", labels->all_touched ? "all pixels that they touch" : NULL);
    if (labels->buffer_m > 0.0)
        s2_html_fact_number(page, "Radius around points, m", "%g", labels->buffer_m);
    s2_html_fact(page, "Design of the sample", options->design);
    s2_html_fact(page, "Raster of the strata", options->strata_path);
    s2_html_fact(page, "Confidence", options->confidence_path);
    s2_html_fact(page, "Assessed by s2rgf", s2rgf_version());
    s2_html_end_facts(page);
    s2_html_end_section(page);
}

/* ---- together -------------------------------------------------------------------------------- */

static s2rgf_status put_page(s2_text *page, const subject *of, s2rgf_error *err)
{
    const s2rgf_assessment *a = of->assessment;
    s2rgf_status status = S2RGF_OK;
    s2_html_begin(page, "Accuracy of ", file_name(of->options->map_path));
    put_summary(page, a);
    s2_html_begin_section(page, "Map");
    s2_map_view_draw(page, of->view);
    s2_html_end_section(page);
    if (a->area_adjusted)
        status = put_estimates(page, a->area_adjusted, err);
    if (status == S2RGF_OK)
        status = put_counts(page, a, err);
    if (status != S2RGF_OK)
        return status;
    put_accuracies(page, a);
    if (a->has_confidence)
        put_reliability(page, a);
    put_excluded(page, of);
    put_provenance(page, of);
    s2_html_end(page);
    return S2RGF_OK;
}

s2rgf_status s2rgf_assessment_html(const s2rgf_assessment *assessment,
                                   const s2rgf_assess_options *options, const char *const *warnings,
                                   const s2rgf_host *host, char **text, s2rgf_error *err)
{
    s2rgf_assess_options own = {.size = 0};
    s2_map_view view = {0};
    s2_text page = {0};
    s2rgf_status status = s2_text_asked("assessment", assessment, text, err);
    if (status != S2RGF_OK)
        return status;
    status = s2_options_take(&own, sizeof own, options, err);
    if (status == S2RGF_OK)
        status = s2_map_view_open(&own, assessment->class_values, assessment->class_count, host,
                                  &view, err);
    if (status == S2RGF_OK) {
        const subject of = {assessment, &own, warnings, &view};
        status = put_page(&page, &of, err);
    }
    s2_map_view_close(&view);
    if (status == S2RGF_OK)
        return s2_text_hand_over(&page, "page of the assessment", text, err);
    s2_free(page.data);
    return status;
}
