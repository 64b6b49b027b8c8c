/* s2rgf_change: what became of what between two maps. */
#include <string.h>

#include <gdal.h>

#include "apps/change_report.h"
#include "apps/common_options.h"
#include "apps/environment.h"
#include "apps/program.h"
#include "apps/text_file.h"
#include "s2rgf/changes.h"

typedef struct arguments {
    s2rgf_change_options change;
    const char *json_path;
} arguments;

#define CHANGE(member) offsetof(arguments, change.member)

static const s2_option MAP_OPTIONS[] = {
    S2_TEXT(NULL, "before.tif", CHANGE(before_path), "the class raster of the earlier date",
            .required = true),
    S2_TEXT(NULL, "after.tif", CHANGE(after_path),
            "that of the later date, which may have another grid and CRS", .required = true),
    S2_TEXT("a_srs", "srs", CHANGE(assigned_srs), "CRS of maps that have none"),
};

static const s2_option CONFIDENCE_OPTIONS[] = {
    S2_TEXT("conf_before", "file", CHANGE(before_confidence_path),
            "confidence of the first map, from s2rgf_classify -conf", .needs = "conf_after"),
    S2_TEXT("conf_after", "file", CHANGE(after_confidence_path), "confidence of the second map",
            .needs = "threshold"),
    S2_REAL("threshold", "p", CHANGE(threshold), 0, 1,
            "changes that one of the maps is less sure of become the class \"unsure\"",
            .needs = "conf_before"),
};

static const s2_option OUTPUT_OPTIONS[] = {
    S2_OUTPUT(NULL, "change.tif", CHANGE(output_path),
              "the class raster to write, on the grid of the first map", .required = true),
    S2_MAP_OUTPUT(CHANGE, "change.tif"),
    S2_OUTPUT("json", "file", offsetof(arguments, json_path),
              "write the transitions as JSON; - is standard output, and nothing else goes there"),
    S2_QUIET,
};

const bool s2_program_has_openmp = false;

static const s2_program PROGRAM = S2_PROGRAM(
    "s2rgf_change", "Compare two maps: which class became which, and how large each change is.",
    arguments, GDAL_OF_RASTER, S2_GROUP("Maps", MAP_OPTIONS),
    S2_GROUP("Confidence", CONFIDENCE_OPTIONS), S2_GROUP("Output", OUTPUT_OPTIONS));

static s2rgf_status change(void *data, s2_report *report, s2rgf_error *err)
{
    arguments *values = data;
    const bool to_stdout = values->json_path && strcmp(values->json_path, "-") == 0;
    s2rgf_transitions *transitions = NULL;
    char *json = NULL;
    s2rgf_status status = S2RGF_OK;

    s2_program_bound_cache();
    report->quiet = report->quiet || to_stdout;
    values->change.report_path = to_stdout ? NULL : values->json_path;
    if (values->change.report_path)
        status = s2_text_file_check(values->json_path, values->change.overwrite, err);
    if (status == S2RGF_OK)
        status = s2rgf_change(&values->change, &report->host, &transitions, err);
    if (status == S2RGF_OK && values->json_path)
        status = s2rgf_transitions_json(transitions, &json, err);
    if (status == S2RGF_OK)
        status = s2_text_files_write(&(s2rgf_text_file){values->json_path, json}, 1,
                                     values->change.overwrite, err);
    if (status == S2RGF_OK && !report->quiet)
        s2_change_report_write(transitions, stdout);
    s2rgf_free(json);
    s2rgf_transitions_free(transitions);
    return status;
}

int main(int argc, char **argv)
{
    arguments values = {.json_path = NULL};

    s2rgf_change_options_init(&values.change, sizeof values.change);
    return s2_program_run(&PROGRAM, argc, argv, &values, change);
}
