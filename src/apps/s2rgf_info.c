/* s2rgf_info: what is in a model, for people and for other software. */
#include <stdio.h>

#include <gdal.h>

#include "apps/common_options.h"
#include "apps/environment.h"
#include "apps/program.h"
#include "s2rgf.h"

typedef struct arguments {
    const char *model_path;
    const char *onnx_path;
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
    S2_ON("overwrite", offsetof(arguments, overwrite), "replace out.onnx if it exists",
          .needs = "onnx"),
};

const bool s2_program_has_threads = false;

static const s2_program PROGRAM = S2_PROGRAM(
    "s2rgf_info", "Describe a model: sources, bands, classes, training.", arguments, GDAL_OF_RASTER,
    S2_GROUP("Model", MODEL_OPTIONS), S2_GROUP("Output", OUTPUT_OPTIONS));

static s2rgf_status describe_model(void *data, s2_report *report, s2rgf_error *err)
{
    const arguments *values = data;
    s2rgf_model *model = NULL;
    char *text = NULL;
    (void)report;
    const char *const inputs[] = {values->model_path, NULL};
    s2rgf_status status = S2RGF_OK;
    if (values->onnx)
        status = s2rgf_check_output(values->onnx_path, inputs, err);
    if (status == S2RGF_OK)
        status = s2rgf_model_open(values->model_path, &model, err);
    if (status == S2RGF_OK && values->onnx)
        status = s2rgf_model_export_onnx(model, values->onnx_path, values->overwrite, err);
    else if (status == S2RGF_OK && values->stac)
        status = s2rgf_model_stac(model, &text, err);
    else if (status == S2RGF_OK)
        status = s2rgf_model_describe(model, values->json, &text, err);
    /* A failed write shows when s2_report_finish() flushes. */
    if (text)
        fputs(text, stdout);
    s2rgf_free(text);
    s2rgf_model_close(model);
    return status;
}

int main(int argc, char **argv)
{
    arguments values = {.model_path = NULL};
    return s2_program_run(&PROGRAM, argc, argv, &values, describe_model);
}
