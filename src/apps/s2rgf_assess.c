/* s2rgf_assess: accuracy of a class raster against reference labels. */
#include <string.h>

#include <gdal.h>

#include "apps/assess_report.h"
#include "apps/common_options.h"
#include "apps/environment.h"
#include "apps/program.h"
#include "apps/text_file.h"
#include "s2rgf.h"

typedef struct arguments {
    s2rgf_assess_options assess;
    const char *json_path;
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
    S2_TEXT("design", "name", ASSESS(design),
            "how the reference points were drawn: stratified, simple or systematic; estimates "
            "accuracies and areas of the whole map with their errors"),
    S2_TEXT(
        "strata", "raster", ASSESS(strata_path),
        "class raster on the map's grid, whose classes are the strata; by default the map itself",
        .needs = "design"),
};

static const s2_option OUTPUT_OPTIONS[] = {
    S2_OUTPUT("json", "file", offsetof(arguments, json_path),
              "write the assessment as JSON; - is standard output, and nothing else goes there"),
    S2_ON("overwrite", offsetof(arguments, overwrite), "replace the JSON file if it exists"),
    S2_QUIET,
};

const bool s2_program_has_threads = false;

static const s2_program PROGRAM = {
    .name = "s2rgf_assess",
    .purpose = "Assess a map against reference labels.",
    .values_bytes = sizeof(arguments),
    .driver_kinds = GDAL_OF_RASTER | GDAL_OF_VECTOR,
    .groups =
        {
            S2_GROUP("Map", MAP_OPTIONS),
            {"Reference labels", S2_LABEL_OPTIONS, S2_LABEL_OPTION_COUNT, ASSESS(labels)},
            S2_GROUP("Sample", DESIGN_OPTIONS),
            S2_GROUP("Output", OUTPUT_OPTIONS),
        },
};

/* The JSON file must be writable, and may replace no file of the inputs. */
static s2rgf_status check_json_path(const arguments *values, s2rgf_error *err)
{
    /* the list ends at the first that is not given */
    const char *const inputs[] = {
        values->assess.map_path, values->assess.labels.path,
        values->assess.confidence_path ? values->assess.confidence_path
                                       : values->assess.strata_path,
        values->assess.confidence_path ? values->assess.strata_path : NULL, NULL};
    if (!values->json_path || strcmp(values->json_path, "-") == 0)
        return S2RGF_OK;
    const s2rgf_status status = s2rgf_check_output(values->json_path, inputs, err);
    return status == S2RGF_OK ? s2_text_file_check(values->json_path, values->overwrite, err)
                              : status;
}

/* Assess and write what was asked for. */
static s2rgf_status assess(void *data, s2_report *report, s2rgf_error *err)
{
    const arguments *values = data;
    s2rgf_assessment *assessment = NULL;
    char *json = NULL;
    s2rgf_status status = check_json_path(values, err);

    if (values->json_path && strcmp(values->json_path, "-") == 0)
        report->quiet = true;

    if (status == S2RGF_OK)
        status = s2rgf_assess(&values->assess, &report->host, &assessment, err);
    if (status == S2RGF_OK && values->json_path)
        status = s2rgf_assessment_json(assessment, &json, err);
    if (status == S2RGF_OK && values->json_path)
        status = s2_text_file_write(values->json_path, json, values->overwrite, err);
    if (status == S2RGF_OK && !report->quiet)
        s2_assess_report_write(assessment, stdout);
    s2rgf_free(json);
    s2rgf_assessment_free(assessment);
    return status;
}

int main(int argc, char **argv)
{
    arguments values = {.json_path = NULL};

    s2rgf_assess_options_init(&values.assess, sizeof values.assess);
    return s2_program_run(&PROGRAM, argc, argv, &values, assess);
}
