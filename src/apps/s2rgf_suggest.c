/* s2rgf_suggest: where to label next. */
#include <gdal.h>

#include "apps/common_options.h"
#include "apps/environment.h"
#include "apps/program.h"
#include "s2rgf/suggestions.h"

#define SUGGEST(member) offsetof(s2rgf_suggest_options, member)

static const s2_option MODEL_OPTIONS[] = {
    S2_TEXT("m", "model.s2rgf", SUGGEST(model_path), "the model file, made by s2rgf_train",
            .required = true),
};

static const s2_option PLACE_OPTIONS[] = {
    S2_INT("n", "N", SUGGEST(points), 1, 10000, "number of places"),
    S2_REAL("distance", "metres", SUGGEST(distance_m), 0, 1e7,
            "least distance of places from each other and from labels"),
    S2_TEXT("labels", "file", SUGGEST(labels.path),
            "existing labels: places are chosen to differ from them"),
    S2_OF_LABELS(SUGGEST, labels, "labels"),
    S2_TEXT("mask", "file", SUGGEST(mask_path),
            "suggest only where this raster on the reference grid is neither 0 nor nodata"),
};

static const s2_option OUTPUT_OPTIONS[] = {
    S2_OUTPUT(NULL, "out.gpkg", SUGGEST(output_path), "the places to write, as points",
              .required = true),
    S2_TEXT("of", "format", SUGGEST(format),
            "GDAL driver of the points; by default that of their extension"),
    S2_ON("overwrite", SUGGEST(overwrite), "replace the points if they exist"),
    S2_WORK(SUGGEST, "places"),
    S2_QUIET,
};

const bool s2_program_has_openmp = false;

static const s2_program PROGRAM = S2_PROGRAM(
    "s2rgf_suggest", "Suggest where to label next: places whose labels would help a model most.",
    s2rgf_suggest_options, GDAL_OF_RASTER | GDAL_OF_VECTOR, S2_GROUP("Model", MODEL_OPTIONS),
    S2_GROUP_AT("Rasters", S2_SCENE_OPTIONS, SUGGEST(scene)), S2_GROUP("Places", PLACE_OPTIONS),
    S2_GROUP("Output", OUTPUT_OPTIONS));

static s2rgf_status suggest(void *data, s2_report *report, s2rgf_error *err)
{
    s2rgf_suggest_options *values = data;

    values->block_cache_mb = s2_program_cache_mb();
    return s2rgf_suggest(values, &report->host, err);
}

int main(int argc, char **argv)
{
    s2rgf_suggest_options values;

    s2rgf_suggest_options_init(&values, sizeof values);
    return s2_program_run(&PROGRAM, argc, argv, &values, suggest);
}
