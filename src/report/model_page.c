/* s2rgf_model_html: a model as a page to look at, to print and to hand on. */
#include "s2rgf/models.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/argument.h"
#include "core/error.h"
#include "model/ablations.h"
#include "model/model.h"
#include "report/charts.h"
#include "report/html.h"

static const char *file_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash && slash[1] ? slash + 1 : path;
}

/* ---- the network ----------------------------------------------------------------------------- */

static void put_network(s2_text *page, const s2_model_content *content)
{
    s2_ablation_names off;
    char list[S2_ABLATIONS_MAX * S2_ABLATION_BYTES];
    s2_model_ablations(content, false, &off);
    s2_ablations_join(&off, list, sizeof list);
    s2_html_begin_section(page, "Network");
    s2_html_begin_facts(page);
    s2_html_fact(page, "Network", content->network);
    s2_html_fact_count(page, "Channels, C", (uint64_t)content->channels);
    s2_html_fact_count(page, "Parameters", s2_model_parameters(content));
    if (content->expert.share > 0.0)
        s2_html_fact_number(page, "Share of the linear expert", "%g", content->expert.share);
    s2_html_fact(page, "Switched off", list);
    s2_html_fact(page, "Written by s2rgf", content->program_version);
    s2_html_fact_count(page, "Format version", (uint64_t)s2_model_format_version(content));
    s2_html_fact(page, "Checksum", content->checksum);
    s2_html_end_facts(page);
    s2_html_end_section(page);
}

/* ---- sources --------------------------------------------------------------------------------- */

/* Where the bands are, from the shortest to the longest wavelength of all sources. */
static void put_wavelengths(s2_text *page, const s2_model_source *source, const double range_nm[2])
{
    double *known = s2_alloc((size_t)source->band_count, sizeof *known);
    int count = 0;
    if (!known) {
        page->failed = true;
        return;
    }
    for (int b = 0; b < source->band_count; b++)
        if (!isnan(source->bands[b].wavelength_nm))
            known[count++] = source->bands[b].wavelength_nm;
    if (count > 0)
        s2_chart_marks(page, known, count, range_nm[0], range_nm[1], "nm");
    s2_free(known);
}

static void put_bands(s2_text *page, const s2_model_source *source)
{
    s2_html_begin_table(page, (const char *const[]){"#band", "name", "#wavelength, nm", "#mean",
                                                    "#standard deviation", "#low", "#high", NULL});
    for (int b = 0; b < source->band_count; b++) {
        const s2_model_band *band = &source->bands[b];
        const double numbers[] = {band->wavelength_nm, band->mean, band->std, band->low,
                                  band->high};
        s2_text_append(page, "<tr><td class=\"n\">%d</td><td>", b + 1);
        s2_html_text(page, band->name);
        s2_text_append(page, "</td>");
        for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
            s2_html_number_cell(page, "%.6g", numbers[i]);
        s2_text_append(page, "</tr>\n");
    }
    s2_html_end_table(page);
}

static void put_source(s2_text *page, const s2_model_content *content, int index,
                       const double range_nm[2])
{
    const s2_model_source *source = &content->sources[index];
    const bool is_reference = index == content->reference;
    s2_text_append(page, "<h3>");
    s2_html_text(page, source->name);
    s2_text_append(page, "</h3>\n");
    s2_html_begin_facts(page);
    s2_html_fact_count(page, "Bands", (uint64_t)source->band_count);
    s2_html_fact_number(
        page, source->pixel_unknown ? "Size of a pixel, unit unknown" : "Size of a pixel, m", "%g",
        source->pixel_size);
    s2_html_fact(page, "Grid",
                 is_reference           ? "defines the grid of the map"
                 : source->on_reference ? "that of the map"
                                        : "its own");
    s2_html_end_facts(page);
    put_wavelengths(page, source, range_nm);
    put_bands(page, source);
}

static void put_sources(s2_text *page, const s2_model_content *content)
{
    double range_nm[2] = {INFINITY, -INFINITY};
    for (int s = 0; s < content->source_count; s++)
        for (int b = 0; b < content->sources[s].band_count; b++) {
            const double wavelength = content->sources[s].bands[b].wavelength_nm;
            range_nm[0] = fmin(range_nm[0], wavelength);
            range_nm[1] = fmax(range_nm[1], wavelength);
        }
    s2_html_begin_section(page, "Sources");
    s2_html_paragraph(page, "Mean and standard deviation normalise a band; all but one in 200 "
                            "values of the training lie above low and below high.");
    for (int s = 0; s < content->source_count; s++)
        put_source(page, content, s, range_nm);
    s2_html_end_section(page);
}

/* ---- classes and training -------------------------------------------------------------------- */

static void put_classes(s2_text *page, const s2_class_table *classes)
{
    s2_html_begin_section(page, "Classes");
    s2_text_append(page, "<ul class=\"legend\">\n");
    for (int c = 0; c < classes->count; c++) {
        const s2_class *item = &classes->items[c];
        s2_text_append(page, "<li>");
        s2_html_swatch(page, item->has_colour ? item->rgb : NULL);
        s2_text_append(page, " %d ", item->value);
        s2_html_text(page, item->name);
        s2_text_append(page, "</li>\n");
    }
    s2_text_append(page, "</ul>\n");
    s2_html_end_section(page);
}

static void put_training(s2_text *page, const s2_model_training *training)
{
    s2_html_begin_section(page, "Training");
    s2_html_begin_facts(page);
    s2_html_fact_count(page, "Steps", (uint64_t)training->steps);
    s2_html_fact_count(page, "Seed", training->seed);
    s2_html_fact_count(page, "Labelled pixels for training", training->train_pixels);
    s2_html_fact_count(page, "Labelled pixels for validation", training->validation_pixels);
    s2_html_fact_number(page, "Overall accuracy of validation", "%.4f", training->validation_oa);
    s2_html_fact_number(page, "Kappa of validation", "%.4f", training->validation_kappa);
    s2_html_fact_number(page, "Nearest validation to a training pixel, pixels", "%.1f",
                        training->validation_distance);
    s2_html_fact(page, "Final weights",
                 training->refit ? "trained again on all labels, after validation" : NULL);
    s2_html_fact(page, "Loss against redundancy",
                 training->relation == S2_RELATION_SOFTMAX ? "softmax, as published" : NULL);
    if (training->source_dropout > 0.0)
        s2_html_fact_number(page, "Source dropout", "%g", training->source_dropout);
    s2_html_fact_number(page, "Temperature", "%g", training->temperature);
    s2_html_fact_number(page, "Calibration error before calibration", "%.4f",
                        training->calibration_before);
    s2_html_fact_number(page, "Calibration error", "%.4f", training->calibration_after);
    s2_html_fact(page, "Checksum of the labels", training->labels_checksum);
    s2_html_fact(page, "Checksum of the initial model",
                 training->initial_checksum[0] != '\0' ? training->initial_checksum : NULL);
    s2_html_end_facts(page);
    s2_html_end_section(page);
}

/* ---- how it went ----------------------------------------------------------------------------- */

/* The curves of one phase, and their largest loss. */
static void put_curves(s2_text *page, const s2_history_curve *curve, int refit)
{
    double step[S2_HISTORY_MOMENTS], loss[S2_HISTORY_MOMENTS], accuracy[S2_HISTORY_MOMENTS];
    double most = 0.0;
    int count = 0, validated = 0;
    for (int i = 0; i < curve->count; i++) {
        const s2_history_moment *moment = &curve->moments[i];
        if (moment->refit != refit)
            continue;
        step[count] = moment->step;
        loss[count] = moment->loss;
        accuracy[count++] = moment->oa;
        most = isfinite(moment->loss) ? fmax(most, moment->loss) : most;
        validated += !isnan(moment->oa);
    }
    if (count > 0)
        s2_chart_line(page, refit ? "loss, on all labels" : "loss", step, loss, count, most);
    if (validated > 0)
        s2_chart_line(page, "overall accuracy of validation", step, accuracy, count, 1.0);
}

static void put_moments(s2_text *page, const s2_history_curve *curve)
{
    s2_html_begin_table(page, (const char *const[]){"#step", "labels", "#loss", "#overall accuracy",
                                                    "#average accuracy", "#kappa", NULL});
    for (int i = 0; i < curve->count; i++) {
        const s2_history_moment *moment = &curve->moments[i];
        s2_text_append(page, "<tr><td class=\"n\">%d</td><td>%s</td>", moment->step,
                       moment->refit ? "all" : "training");
        s2_html_ratio_cell(page, moment->loss);
        s2_html_ratio_cell(page, moment->oa);
        s2_html_ratio_cell(page, moment->aa);
        s2_html_ratio_cell(page, moment->kappa);
        s2_text_append(page, "</tr>\n");
    }
    s2_html_end_table(page);
}

static void put_validation(s2_text *page, const s2_model_content *content)
{
    const size_t classes = (size_t)content->classes.count;
    double *cells = s2_alloc(classes * classes, sizeof *cells);
    char **names = s2_alloc(classes, sizeof *names);
    if (cells && names) {
        for (size_t i = 0; i < classes * classes; i++)
            cells[i] = (double)content->history.confusion[i];
        for (size_t c = 0; c < classes; c++)
            names[c] = content->classes.items[c].name;
        const s2_heat_map matrix = {(int)classes, names, cells, 0};
        s2_html_begin_section(page, "Validation in pixels");
        s2_chart_matrix(page, &matrix);
        s2_html_end_section(page);
    } else {
        page->failed = true;
    }
    S2_FREE_EACH(cells, names);
}

static void put_history(s2_text *page, const s2_model_content *content)
{
    const s2_model_history *history = &content->history;
    if (history->curve.count > 0) {
        s2_html_begin_section(page, "How the training went");
        put_curves(page, &history->curve, 0);
        put_curves(page, &history->curve, 1);
        put_moments(page, &history->curve);
        s2_html_end_section(page);
    }
    if (history->confusion)
        put_validation(page, content);
}

/* ---- together -------------------------------------------------------------------------------- */

s2rgf_status s2rgf_model_html(const s2rgf_model *model, char **text, s2rgf_error *err)
{
    s2_text page = {0};
    const s2rgf_status status = s2_text_asked("model", model, text, err);
    if (status != S2RGF_OK)
        return status;
    const s2_model_content *content = &model->content;
    s2_html_begin(&page, "Model ", file_name(model->path));
    put_classes(&page, &content->classes);
    put_training(&page, &content->training);
    put_history(&page, content);
    put_sources(&page, content);
    put_network(&page, content);
    s2_html_end(&page);
    return s2_text_hand_over(&page, "page of the model", text, err);
}
