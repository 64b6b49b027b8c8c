/* s2rgf_info: what is in a model, for people and for other software. */
#include <stdio.h>
#include <string.h>

#include <gdal.h>

#include "apps/common_options.h"
#include "apps/environment.h"
#include "apps/program.h"
#include "apps/text_file.h"
#include "s2rgf/models.h"

typedef struct arguments {
    const char *model_path;
    const char *onnx_path, *html_path;
    bool json, stac, onnx, overwrite;
} arguments;

static const s2_option MODEL_OPTIONS[] = {
    S2_TEXT(NULL, "model.s2rgf", offsetof(arguments, model_path), "the model to describe",
            .required = true),
    S2_OUTPUT(NULL, "out.onnx", offsetof(arguments, onnx_path), "the file that -onnx writes",
              .needs = "onnx"),
};

static const s2_option OUTPUT_OPTIONS[] = {
    S2_ON("json", offsetof(arguments, json), "write one JSON object instead of text",
          .forbids = "stac"),
    S2_ON("stac", offsetof(arguments, stac),
          "write a STAC item with the machine learning model extension", .forbids = "onnx"),
    S2_ON("onnx", offsetof(arguments, onnx),
          "write the network as an ONNX file, for other runtimes", .needs = "out.onnx",
          .forbids = "json"),
    S2_OUTPUT("html", "file", offsetof(arguments, html_path),
              "write a page to look at and to print: one HTML file; - is standard output, and "
              "nothing else goes there"),
    S2_ON("overwrite", offsetof(arguments, overwrite),
          "replace out.onnx and the HTML file if they exist", .needs = "onnx", .or_needs = "html"),
};

const bool s2_program_has_openmp = false;

static const s2_program PROGRAM = S2_PROGRAM(
    "s2rgf_info", "Describe a model: sources, bands, classes, training.", arguments, GDAL_OF_RASTER,
    S2_GROUP("Model", MODEL_OPTIONS), S2_GROUP("Output", OUTPUT_OPTIONS));

/* What is written must be writable, and may replace no input. */
static s2rgf_status check_outputs(const arguments *values, s2rgf_error *err)
{
    const char *outputs[3] = {NULL}, *const inputs[] = {values->model_path, NULL};
    const bool to_stdout = values->html_path && strcmp(values->html_path, "-") == 0;
    int count = 0;
    if (to_stdout && (values->json || values->stac)) {
        strcpy(err->message, "standard output: named for two outputs, one of them -html");
        return err->status = S2RGF_INVALID_ARGUMENT;
    }
    if (values->onnx)
        outputs[count++] = values->onnx_path;
    if (values->html_path && !to_stdout)
        outputs[count++] = values->html_path;
    const s2rgf_status status = s2rgf_check_outputs(outputs, inputs, err);
    return status == S2RGF_OK && values->html_path
               ? s2_text_file_check(values->html_path, values->overwrite, err)
               : status;
}

/* What goes to standard output, and how it is told; NULL: nothing. */
static s2rgf_status make_text(const arguments *values, const s2rgf_model *model, char **text,
                              s2rgf_error *err)
{
    if (values->stac)
        return s2rgf_model_stac(model, text, err);
    if (values->onnx || (values->html_path && !values->json))
        return S2RGF_OK;
    return s2rgf_model_describe(model, values->json, text, err);
}

static s2rgf_status describe_model(void *data, s2_report *report, s2rgf_error *err)
{
    const arguments *values = data;
    s2rgf_model *model = NULL;
    char *text = NULL, *html = NULL;
    (void)report;
    s2rgf_status status = check_outputs(values, err);
    if (status == S2RGF_OK)
        status = s2rgf_model_open(values->model_path, &model, err);
    if (status == S2RGF_OK)
        status = make_text(values, model, &text, err);
    if (status == S2RGF_OK && values->html_path)
        status = s2rgf_model_html(model, &html, err);
    if (status == S2RGF_OK && values->onnx)
        status = s2rgf_model_export_onnx(model, values->onnx_path, values->overwrite, err);
    if (status == S2RGF_OK)
        status = s2_text_files_write(&(s2rgf_text_file){values->html_path, html}, 1,
                                     values->overwrite, err);
    /* A failed write shows when s2_report_finish() flushes. */
    if (status == S2RGF_OK && text)
        fputs(text, stdout);
    s2rgf_free(text);
    s2rgf_free(html);
    s2rgf_model_close(model);
    return status;
}

int main(int argc, char **argv)
{
    arguments values = {.model_path = NULL};
    return s2_program_run(&PROGRAM, argc, argv, &values, describe_model);
}
