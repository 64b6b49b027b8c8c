/* s2rgf_assess: accuracy of a class raster against reference labels. */
#include <string.h>

#include <gdal.h>

#include "apps/assess_report.h"
#include "apps/common_options.h"
#include "apps/environment.h"
#include "apps/program.h"
#include "apps/text_file.h"
#include "apps/warnings.h"
#include "s2rgf/assessment.h"

typedef struct arguments {
    s2rgf_assess_options assess;
    const char *json_path, *html_path;
    bool overwrite;
} arguments;

#define ASSESS(member) offsetof(arguments, assess.member)

static const s2_option MAP_OPTIONS[] = {
    S2_TEXT(NULL, "map.tif", ASSESS(map_path), "the class raster to assess", .required = true),
    S2_TEXT("a_srs", "srs", ASSESS(assigned_srs), "CRS of a map that has none"),
    S2_TEXT("confidence", "file", ASSESS(confidence_path),
            "the map's confidence, from s2rgf_classify -conf: also say how well it is calibrated"),
};

static const s2_option DESIGN_OPTIONS[] = {
    S2_WORD("design", "stratified|simple|systematic", ASSESS(design),
            "how the reference points were drawn: estimate accuracies and areas of the whole map, "
            "with their errors"),
    S2_TEXT(
        "strata", "raster", ASSESS(strata_path),
        "class raster on the map's grid, whose classes are the strata; by default the map itself",
        .needs = "design"),
};

static const s2_option OUTPUT_OPTIONS[] = {
    S2_OUTPUT("json", "file", offsetof(arguments, json_path),
              "write the assessment as JSON; - is standard output, and nothing else goes there"),
    S2_OUTPUT("html", "file", offsetof(arguments, html_path),
              "write a report to look at and to print: one HTML file with the map's picture, "
              "matrices and bars"),
    S2_ON("overwrite", offsetof(arguments, overwrite), "replace these files if they exist"),
    S2_QUIET,
};

const bool s2_program_has_openmp = false;

static const s2_program PROGRAM =
    S2_PROGRAM("s2rgf_assess", "Assess a map against reference labels.", arguments,
               GDAL_OF_RASTER | GDAL_OF_VECTOR, S2_GROUP("Map", MAP_OPTIONS),
               S2_GROUP_AT("Reference labels", S2_LABEL_OPTIONS, ASSESS(labels)),
               S2_GROUP("Sample", DESIGN_OPTIONS), S2_GROUP("Output", OUTPUT_OPTIONS));

static bool is_stdout(const char *path)
{
    return path && strcmp(path, "-") == 0;
}

/* Append a path to a list that NULL ends; NULL and standard output are no files. */
static void add_path(const char **list, const char *path)
{
    while (*list)
        list++;
    if (path && !is_stdout(path))
        *list = path;
}

/* What is written must be writable, and may replace no file of the inputs. */
static s2rgf_status check_outputs(const arguments *values, s2rgf_error *err)
{
    const char *outputs[3] = {NULL}, *inputs[5] = {NULL};
    add_path(outputs, values->json_path);
    add_path(outputs, values->html_path);
    add_path(inputs, values->assess.map_path);
    add_path(inputs, values->assess.labels.path);
    add_path(inputs, values->assess.confidence_path);
    add_path(inputs, values->assess.strata_path);
    s2rgf_status status = S2RGF_OK;
    if (is_stdout(values->json_path) && is_stdout(values->html_path)) {
        status = err->status = S2RGF_INVALID_ARGUMENT;
        strcpy(err->message, "standard output: named for two outputs, -json and -html");
    }
    if (status == S2RGF_OK)
        status = s2rgf_check_outputs(outputs, inputs, err);
    for (int i = 0; outputs[i] && status == S2RGF_OK; i++)
        status = s2_text_file_check(outputs[i], values->overwrite, err);
    return status;
}

static s2rgf_status write_files(const arguments *values, const s2rgf_assessment *assessment,
                                const s2_warnings *warnings, s2rgf_error *err)
{
    char *json = NULL, *html = NULL;
    s2rgf_status status = S2RGF_OK;
    if (values->json_path)
        status = s2rgf_assessment_json(assessment, &json, err);
    if (status == S2RGF_OK && values->html_path)
        status = s2rgf_assessment_html(assessment, &values->assess, s2_warnings_lines(warnings),
                                       warnings->to, &html, err);
    const s2rgf_text_file files[] = {{values->json_path, json}, {values->html_path, html}};
    if (status == S2RGF_OK)
        status = s2_text_files_write(files, sizeof files / sizeof *files, values->overwrite, err);
    s2rgf_free(json);
    s2rgf_free(html);
    return status;
}

/* Assess and write what was asked for. */
static s2rgf_status assess(void *data, s2_report *report, s2rgf_error *err)
{
    const arguments *values = data;
    s2_warnings warnings;
    s2rgf_assessment *assessment = NULL;
    s2rgf_status status = check_outputs(values, err);

    s2_program_bound_cache();
    if (is_stdout(values->json_path) || is_stdout(values->html_path))
        report->quiet = true;
    s2_warnings_start(&warnings, &report->host);
    if (status == S2RGF_OK)
        status = s2rgf_assess(&values->assess, &warnings.host, &assessment, err);
    if (status == S2RGF_OK)
        status = write_files(values, assessment, &warnings, err);
    if (status == S2RGF_OK && !report->quiet)
        s2_assess_report_write(assessment, stdout);
    s2_warnings_clear(&warnings);
    s2rgf_assessment_free(assessment);
    return status;
}

int main(int argc, char **argv)
{
    arguments values = {.json_path = NULL};

    s2rgf_assess_options_init(&values.assess, sizeof values.assess);
    return s2_program_run(&PROGRAM, argc, argv, &values, assess);
}
