/* Many scenes on the command line: its report and its summary. */
#include "apps/scenes.h"

#include <cpl_conv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apps/shard.h"
#include "apps/text_file.h"

static s2rgf_status fail(s2rgf_error *err, s2rgf_status status, const char *subject,
                         const char *what)
{
    err->status = status;
    snprintf(err->message, sizeof err->message, "%s: %s", subject, what);
    return status;
}

/* The report may replace one of an earlier run, and nothing else. */
static s2rgf_status check_report(const char *path, const char *model_path, s2rgf_error *err)
{
    const char *const contents[] = {"\"s2rgf_version\"", "\"model_checksum\"", NULL};
    const char *const reports[] = {path, NULL}, *const inputs[] = {model_path, NULL};
    s2rgf_status status = s2_text_file_check(path, true, err);

    if (status != S2RGF_OK || strcmp(path, "-") == 0)
        return status;
    status = s2rgf_check_outputs(reports, inputs, err);
    if (status == S2RGF_OK && !s2_text_file_holds(path, contents))
        status = fail(err, S2RGF_INVALID_ARGUMENT, path,
                      "exists and is not a report of an earlier run: choose another name");
    return status;
}

/* Print the summary and write the report. */
static s2rgf_status tell_result(const s2rgf_scenes_result *result, const char *path,
                                s2_report *report, s2rgf_error *err)
{
    char text[160];

    snprintf(text, sizeof text, "%zu %s: %zu mapped, %zu skipped, %zu failed%s", result->scenes,
             s2_report_plural(result->scenes, "scene", "scenes"), result->mapped, result->skipped,
             result->failed, result->not_reached ? ", interrupted" : "");
    report->host.log(S2RGF_INFO, text, report->host.user);
    return s2_text_files_write(&(s2rgf_text_file){path, result->json}, 1, true, err);
}

void s2_scenes_expect(void)
{
    if (!CPLGetConfigOption("GDAL_DISABLE_READDIR_ON_OPEN", NULL))
        CPLSetConfigOption("GDAL_DISABLE_READDIR_ON_OPEN", "TRUE");
}

s2rgf_status s2_scenes_run(const s2rgf_classify_options *options, const char *scenes_path,
                           const char *report_path, s2_report *report, s2rgf_error *err)
{
    const s2_shard shard = {options->share, options->share_count};
    s2rgf_classify_options own = *options;
    s2rgf_scenes_result *result = NULL;
    s2rgf_error told = {.status = S2RGF_OK};
    char *path = report_path ? s2_shard_path(report_path, &shard) : NULL;
    char text[80];
    s2rgf_status status;

    s2_scenes_expect();
    if (report_path && !path)
        return fail(err, S2RGF_NO_MEMORY, report_path, "out of memory");
    own.report_path = path && strcmp(path, "-") != 0 ? path : NULL;
    status = path ? check_report(path, options->model_path, err) : S2RGF_OK;
    if (status == S2RGF_OK)
        status = s2rgf_classify_scenes(&own, scenes_path, &report->host, &result, err);
    if (result && tell_result(result, path, report, &told) != S2RGF_OK && status == S2RGF_OK) {
        *err = told;
        status = told.status;
    }
    if (result && result->failed > 0 && status == S2RGF_OK) {
        snprintf(text, sizeof text, "%zu of %zu %s failed", result->failed, result->scenes,
                 s2_report_plural(result->scenes, "scene", "scenes"));
        status = fail(err, S2RGF_IO, scenes_path, text);
    }
    s2rgf_scenes_result_free(result);
    free(path);
    return status;
}
