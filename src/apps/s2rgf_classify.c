/* s2rgf_classify: map a scene with a model. */
#include <cpl_conv.h>
#include <gdal.h>

#include "apps/common_options.h"
#include "apps/environment.h"
#include "apps/program.h"
#include "apps/scenes.h"
#include "apps/shard.h"
#include "s2rgf.h"

#define BLOCK_CACHE_MB 256 /* at most, unless GDAL_CACHEMAX says otherwise */

typedef struct arguments {
    s2rgf_classify_options classify;
    const char *scene_path;
    const char *scenes_path;
    const char *report_path;
    s2_shard shard;
    bool quiet;
} arguments;

#define CLASSIFY(member) offsetof(arguments, classify.member)

static const s2_option MODEL_OPTIONS[] = {
    {.name = "m",
     .values = "model.s2rgf",
     .type = S2_OPTION_TEXT,
     .target = CLASSIFY(model_path),
     .required = true,
     .help = "the model file, made by s2rgf_train"},
};

static const s2_option OUTPUT_OPTIONS[] = {
    {.values = "out.tif",
     .type = S2_OPTION_OUTPUT,
     .target = CLASSIFY(output_path),
     .required = true,
     .unless = "write_scene",
     .help = "the map to write; with -scenes, {} stands for the name of the scene"},
    {.name = "of",
     .values = "format",
     .type = S2_OPTION_TEXT,
     .target = CLASSIFY(format),
     .help = "GDAL driver of the map; by default that of its extension, else GTiff"},
    {.name = "co",
     .values = "NAME=VALUE",
     .type = S2_OPTION_LIST,
     .target = CLASSIFY(creation_options),
     .help = "creation option of that driver"},
    {.name = "overwrite",
     .type = S2_OPTION_ON,
     .target = CLASSIFY(overwrite),
     .help = "replace output files that exist"},
    {.name = "noqml",
     .type = S2_OPTION_OFF,
     .target = CLASSIFY(style),
     .help = "do not write a QGIS style file (.qml) beside the map"},
    {.name = "conf",
     .values = "file",
     .type = S2_OPTION_OUTPUT,
     .target = CLASSIFY(confidence_path),
     .help = "also write the probability of the mapped class to this raster"},
    {.name = "prob",
     .values = "file",
     .type = S2_OPTION_OUTPUT,
     .target = CLASSIFY(probability_path),
     .help = "also write the probability of every class to this raster, one band each"},
    {.name = "mask",
     .values = "file",
     .type = S2_OPTION_TEXT,
     .target = CLASSIFY(mask_path),
     .help = "map only where this raster on the reference grid is neither 0 nor nodata"},
    {.name = "srcwin",
     .values = "x y width height",
     .type = S2_OPTION_RECT,
     .target = CLASSIFY(srcwin),
     .given = CLASSIFY(has_srcwin),
     .forbids = "projwin",
     .help = "map only this window, in pixels of the reference grid"},
    {.name = "projwin",
     .values = "ulx uly lrx lry",
     .type = S2_OPTION_RECT,
     .target = CLASSIFY(projwin),
     .given = CLASSIFY(has_projwin),
     .help = "map only this window, given by two corners in CRS coordinates"},
    {.name = "projwin_srs",
     .values = "srs",
     .type = S2_OPTION_TEXT,
     .target = CLASSIFY(projwin_srs),
     .needs = "projwin",
     .help = "CRS of -projwin, by default that of the reference grid"},
    {.name = "write_scene",
     .values = "file.s2rgf.json",
     .type = S2_OPTION_OUTPUT,
     .target = offsetof(arguments, scene_path),
     .forbids = "scenes",
     .help =
         "write model, rasters and their options to a scene file, which the GDAL plugin opens as "
         "the map; without out.tif, map nothing"},
};

static const s2_option SCENES_OPTIONS[] = {
    {.name = "scenes",
     .former = "batch",
     .values = "folder|list",
     .type = S2_OPTION_TEXT,
     .target = offsetof(arguments, scenes_path),
     .help =
         "map many scenes: all of a folder, or those that a text file names, one per line; {} in "
         "rasters and outputs stands for the name of a scene"},
    {.name = "report",
     .values = "file",
     .type = S2_OPTION_OUTPUT,
     .target = offsetof(arguments, report_path),
     .needs = "scenes",
     .help =
         "write as JSON what happened to each scene; replaces the report of an earlier run; with "
         "-shard 3/16 it becomes file_03of16"},
    {.name = "shard",
     .values = "i/n",
     .type = S2_OPTION_SHARD,
     .target = offsetof(arguments, shard),
     .help =
         "do only share i of n: of the scenes, or of one scene, for s2rgf_mosaic to join; auto: as "
         "the environment of a job array says"},
};

static const s2_option WORK_OPTIONS[] = {
    {.name = "tile",
     .values = "pixels",
     .type = S2_OPTION_INT,
     .target = CLASSIFY(tile_px),
     .min = 16,
     .max = 8192,
     .zero = "auto",
     .help = "side of a tile, in pixels of the reference grid; does not change the map"},
    {.name = "threads",
     .values = "N",
     .type = S2_OPTION_INT,
     .target = CLASSIFY(threads),
     .min = 1,
     .max = 1024,
     .zero = "ALL_CPUS",
     .help = "threads to work with; does not change the map"},
    {.name = "wm",
     .values = "MB",
     .type = S2_OPTION_INT,
     .target = CLASSIFY(memory_mb),
     .min = 1,
     .max = 1048576,
     .zero = "auto",
     .help = "working memory for tiles, in megabytes"},
    S2_QUIET_OPTION(offsetof(arguments, quiet)),
};

const bool s2_program_has_threads = true;

static const s2_program PROGRAM = {
    .name = "s2rgf_classify",
    .purpose = "Map the land cover of a scene with a trained model.",
    .values_bytes = sizeof(arguments),
    .driver_kinds = GDAL_OF_RASTER,
    .groups =
        {
            {"Model", MODEL_OPTIONS, sizeof MODEL_OPTIONS / sizeof *MODEL_OPTIONS, 0},
            {"Rasters", S2_SCENE_OPTIONS, S2_SCENE_OPTION_COUNT, CLASSIFY(scene)},
            {"Output", OUTPUT_OPTIONS, sizeof OUTPUT_OPTIONS / sizeof *OUTPUT_OPTIONS, 0},
            {"Many scenes and job arrays", SCENES_OPTIONS,
             sizeof SCENES_OPTIONS / sizeof *SCENES_OPTIONS, 0},
            {"Work", WORK_OPTIONS, sizeof WORK_OPTIONS / sizeof *WORK_OPTIONS, 0},
        },
};

/* A scene file is written only if GDAL's plugin will be able to open it. */
static s2rgf_status write_scene(const arguments *values, const s2rgf_host *host, s2rgf_error *err)
{
    const s2rgf_scene scene = {values->classify.model_path, values->classify.scene};
    const char *const maps[] = {values->classify.output_path, values->classify.confidence_path,
                                values->classify.probability_path};
    s2rgf_lazy_map *map = NULL;
    s2rgf_status status = S2RGF_OK;
    for (size_t i = 0; i < sizeof maps / sizeof maps[0] && status == S2RGF_OK; i++) {
        const char *const scene_file[] = {values->scene_path, NULL}, *const other[] = {maps[i],
                                                                                       NULL};
        status = s2rgf_check_outputs(scene_file, other, err);
    }
    if (status == S2RGF_OK)
        status = s2rgf_lazy_map_open(&scene, values->classify.memory_mb, host, &map, err);
    s2rgf_lazy_map_close(map);
    if (status == S2RGF_OK)
        status = s2rgf_scene_save(&scene, values->scene_path, values->classify.overwrite, err);
    return status;
}

static s2rgf_status classify(void *data, s2_report *report, s2rgf_error *err)
{
    arguments *values = data;
    report->quiet = values->quiet;
    /* GDAL's own default, a part of the machine's memory, would let the peak grow with the scene */
    if (!CPLGetConfigOption("GDAL_CACHEMAX", NULL))
        values->classify.block_cache_mb = BLOCK_CACHE_MB;
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
    arguments values = {.quiet = false};
    s2rgf_classify_options_init(&values.classify);
    return s2_program_run(&PROGRAM, argc, argv, &values, classify);
}
