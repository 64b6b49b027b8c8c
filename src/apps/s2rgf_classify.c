/* s2rgf_classify: map a scene with a model. */
#include <gdal.h>

#include "apps/common_options.h"
#include "apps/environment.h"
#include "apps/program.h"
#include "apps/scenes.h"
#include "apps/shard.h"
#include "s2rgf/classification.h"
#include "s2rgf/lazy_maps.h"

typedef struct arguments {
    s2rgf_classify_options classify;
    const char *scene_path;
    const char *scenes_path;
    const char *report_path;
    s2_shard shard;
} arguments;

#define CLASSIFY(member) offsetof(arguments, classify.member)
#define MAP "out.tif" /* what an option that only a map has needs: -write_scene alone writes none */

static const s2_option MODEL_OPTIONS[] = {
    S2_TEXT("m", "model.s2rgf", CLASSIFY(model_path), "the model file, made by s2rgf_train",
            .required = true),
};

static const s2_option OUTPUT_OPTIONS[] = {
    S2_OUTPUT(NULL, MAP, CLASSIFY(output_path),
              "the map to write; with -scenes, {} stands for the name of the scene",
              .required = true, .unless = "write_scene"),
    S2_MAP_OUTPUT(CLASSIFY, MAP),
    S2_OUTPUT("conf", "file", CLASSIFY(confidence_path),
              "also write the probability of the mapped class to this raster", .needs = MAP),
    S2_OUTPUT("prob", "file", CLASSIFY(probability_path),
              "also write the probability of every class to this raster, one band each",
              .needs = MAP),
    S2_OUTPUT("uncertainty", "file", CLASSIFY(uncertainty_path),
              "also write entropy and margin of the probabilities to this raster, one band each",
              .needs = MAP),
    S2_INT(
        "smooth", "[pixels]", CLASSIFY(smooth_px), 3, 51,
        "smooth the classes' log-odds over a window of this side: fewer single pixels, not a better "
        "map",
        .odd = true, .zero = "off", .bare = "7", .needs = MAP),
    S2_REAL("reject", "p", CLASSIFY(reject), 0, 1,
            "pixels whose class has a probability below p become a class of their own, unsure",
            .needs = MAP),
    S2_ON("reject_nodata", CLASSIFY(reject_nodata), "such pixels become nodata instead",
          .needs = "reject"),
    S2_PATCH(CLASSIFY(smallest_patch), MAP),
    S2_TEXT("mask", "file", CLASSIFY(mask_path),
            "map only where this raster on the reference grid is neither 0 nor nodata",
            .needs = MAP),
    S2_POLYGONS(CLASSIFY, cutline, "cutline", "cl", "cwhere",
                "map only pixels with their centre in polygons of this file", .needs = MAP),
    S2_POLYGONS(CLASSIFY, exclude, "exclude", "el", "ewhere",
                "map no pixel with its centre in polygons of this file", .needs = MAP),
    S2_RECT("srcwin", "x y width height", CLASSIFY(srcwin),
            "map only this window, in pixels of the reference grid", .given = CLASSIFY(has_srcwin),
            .needs = MAP, .forbids = "projwin"),
    S2_RECT("projwin", "ulx uly lrx lry", CLASSIFY(projwin),
            "map only this window, given by two corners in CRS coordinates",
            .given = CLASSIFY(has_projwin), .needs = MAP),
    S2_TEXT("projwin_srs", "srs", CLASSIFY(projwin_srs),
            "CRS of -projwin, by default that of the reference grid", .needs = "projwin"),
    S2_OUTPUT(
        "write_scene", "file.s2rgf.json", offsetof(arguments, scene_path),
        "write model, rasters and their options to a scene file, which the GDAL plugin opens as "
        "the map; without out.tif, map nothing",
        .forbids = "scenes"),
};

static const s2_option SCENES_OPTIONS[] = {
    S2_TEXT(
        "scenes", "folder|list", offsetof(arguments, scenes_path),
        "map many scenes: all of a folder, or those that a text file names, one per line; {} in "
        "rasters and outputs stands for the name of a scene",
        .former = "batch"),
    S2_OUTPUT(
        "report", "file", offsetof(arguments, report_path),
        "write as JSON what happened to each scene; replaces the report of an earlier run; with "
        "-shard 3/16 it becomes file_03of16",
        .needs = "scenes"),
    S2_ENTRY(
        S2_OPTION_SHARD, "shard", "i/n", offsetof(arguments, shard),
        "do only share i of n: of the scenes, or of one scene, for s2rgf_mosaic to join; auto: as "
        "the environment of a job array says",
        .needs = MAP),
};

static const s2_option WORK_OPTIONS[] = {
    S2_WORK(CLASSIFY, "map"),
    S2_WORD("precision", "float|exact", CLASSIFY(precision),
            "exact: the same bytes on every processor; slow on those without fused multiply-add",
            .needs = MAP),
    S2_QUIET,
};

const bool s2_program_has_openmp = false;

static const s2_program PROGRAM = S2_PROGRAM(
    "s2rgf_classify", "Map the land cover of a scene with a trained model.", arguments,
    GDAL_OF_RASTER, S2_GROUP("Model", MODEL_OPTIONS),
    S2_GROUP_AT("Rasters", S2_SCENE_OPTIONS, CLASSIFY(scene)), S2_GROUP("Output", OUTPUT_OPTIONS),
    S2_GROUP("Many scenes and job arrays", SCENES_OPTIONS), S2_GROUP("Work", WORK_OPTIONS));

/* A scene file is written only if GDAL's plugin will be able to open it. */
static s2rgf_status write_scene(const arguments *values, const s2rgf_host *host, s2rgf_error *err)
{
    const s2rgf_scene scene = {values->classify.model_path, values->classify.scene};
    const char *const maps[] = {values->classify.output_path, values->classify.confidence_path,
                                values->classify.probability_path,
                                values->classify.uncertainty_path};
    s2rgf_lazy_map_options options;
    s2rgf_lazy_map *map = NULL;
    s2rgf_status status = S2RGF_OK;
    s2rgf_lazy_map_options_init(&options, sizeof options);
    options.scene = &scene;
    options.memory_mb = values->classify.memory_mb;
    for (size_t i = 0; i < sizeof maps / sizeof maps[0] && status == S2RGF_OK; i++) {
        const char *const scene_file[] = {values->scene_path, NULL}, *const other[] = {maps[i],
                                                                                       NULL};
        status = s2rgf_check_outputs(scene_file, other, err);
    }
    if (status == S2RGF_OK)
        status = s2rgf_lazy_map_open(&options, host, &map, err);
    s2rgf_lazy_map_close(map);
    if (status == S2RGF_OK)
        status = s2rgf_scene_save(&scene, values->scene_path, values->classify.overwrite, err);
    return status;
}

static s2rgf_status classify(void *data, s2_report *report, s2rgf_error *err)
{
    arguments *values = data;
    values->classify.block_cache_mb = s2_program_cache_mb();
    if (values->scene_path) {
        const s2rgf_status status = write_scene(values, &report->host, err);
        if (status != S2RGF_OK || !values->classify.output_path)
            return status;
    }
    values->classify.share = values->shard.index;
    values->classify.share_count = values->shard.count;
    if (values->scenes_path)
        return s2_scenes_run(&values->classify, values->scenes_path, values->report_path, report,
                             err);
    return s2rgf_classify(&values->classify, &report->host, err);
}

int main(int argc, char **argv)
{
    arguments values = {.scene_path = NULL};
    s2rgf_classify_options_init(&values.classify, sizeof values.classify);
    return s2_program_run(&PROGRAM, argc, argv, &values, classify);
}
