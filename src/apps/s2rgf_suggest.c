/* s2rgf_suggest: where to label next. */
#include <cpl_conv.h>
#include <gdal.h>

#include "apps/common_options.h"
#include "apps/environment.h"
#include "apps/program.h"
#include "s2rgf/suggest.h"

#define BLOCK_CACHE_MB 256 /* at most, unless GDAL_CACHEMAX says something */

#define SUGGEST(member) offsetof(s2rgf_suggest_options, member)

static const s2_option MODEL_OPTIONS[] = {
    S2_TEXT("m", "model.s2rgf", SUGGEST(model_path), "the model whose doubts count",
            .required = true),
};

static const s2_option PLACE_OPTIONS[] = {
    S2_INT("n", "N", SUGGEST(points), 1, 10000, "number of places"),
    S2_REAL("distance", "metres", SUGGEST(distance_m), 0, 1e7,
            "least distance of places from each other and from labels"),
    S2_TEXT("labels", "file", SUGGEST(labels.path),
            "labels that there are already: places are chosen to differ from them"),
    S2_TEXT("l", "layer", SUGGEST(labels.layer), "layer of these labels, if the file has several",
            .needs = "labels"),
    S2_TEXT("where", "expression", SUGGEST(labels.where),
            "use only features for which this SQL condition holds", .needs = "labels"),
    S2_TEXT("label_srs", "srs", SUGGEST(labels.assigned_srs), "CRS of labels that have none",
            .needs = "labels"),
    S2_TEXT("mask", "file", SUGGEST(mask_path),
            "suggest only where this raster on the reference grid is neither 0 nor nodata"),
};

static const s2_option OUTPUT_OPTIONS[] = {
    S2_TEXT(NULL, "out.gpkg", SUGGEST(output_path), "the places to write, as points",
            .required = true),
    S2_TEXT("of", "format", SUGGEST(format),
            "GDAL driver of the points; by default told from their extension"),
    S2_ON("overwrite", SUGGEST(overwrite), "replace the points if they exist"),
    S2_INT("tile", "pixels", SUGGEST(tile_px), 16, 8192,
           "side of a tile, in pixels of the reference grid; does not change the places",
           .zero = "auto"),
    S2_INT("threads", "N", SUGGEST(threads), 1, 1024,
           "threads to work with; does not change the places", .zero = "ALL_CPUS"),
    S2_INT("wm", "MB", SUGGEST(memory_mb), 1, 1048576, "working memory for tiles, in megabytes",
           .zero = "auto"),
    S2_QUIET,
};

const bool s2_program_has_threads = true;

static const s2_program PROGRAM = {
    .name = "s2rgf_suggest",
    .purpose = "Suggest where to label next: where a model is in doubt, unlike what is known.",
    .values_bytes = sizeof(s2rgf_suggest_options),
    .driver_kinds = GDAL_OF_RASTER | GDAL_OF_VECTOR,
    .groups =
        {
            S2_GROUP("Model", MODEL_OPTIONS),
            {"Rasters", S2_SCENE_OPTIONS, S2_SCENE_OPTION_COUNT, SUGGEST(scene)},
            S2_GROUP("Places", PLACE_OPTIONS),
            S2_GROUP("Output", OUTPUT_OPTIONS),
        },
};

static s2rgf_status suggest(void *data, s2_report *report, s2rgf_error *err)
{
    s2rgf_suggest_options *values = data;

    if (!CPLGetConfigOption("GDAL_CACHEMAX", NULL))
        values->block_cache_mb = BLOCK_CACHE_MB;
    return s2rgf_suggest(values, &report->host, err);
}

int main(int argc, char **argv)
{
    s2rgf_suggest_options values;

    s2rgf_suggest_options_init(&values, sizeof values);
    return s2_program_run(&PROGRAM, argc, argv, &values, suggest);
}
