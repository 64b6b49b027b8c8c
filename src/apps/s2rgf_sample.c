/* s2rgf_sample: draw a probability sample of the pixels of a map. */
#include <gdal.h>

#include "apps/common_options.h"
#include "apps/environment.h"
#include "apps/program.h"
#include "s2rgf.h"

typedef struct arguments {
    s2rgf_sample_options sample;
    bool quiet;
} arguments;

#define SAMPLE(member) offsetof(arguments, sample.member)

static const s2_option MAP_OPTIONS[] = {
    {.values = "map.tif",
     .type = S2_OPTION_TEXT,
     .target = SAMPLE(map_path),
     .required = true,
     .help = "the class raster to sample"},
    {.name = "a_srs",
     .values = "srs",
     .type = S2_OPTION_TEXT,
     .target = SAMPLE(assigned_srs),
     .help = "CRS of a map that has none"},
};

static const s2_option DESIGN_OPTIONS[] = {
    {.name = "n",
     .values = "N",
     .type = S2_OPTION_INT,
     .target = SAMPLE(points),
     .required = true,
     .unless = "target_se",
     .min = 1,
     .max = 1000000,
     .forbids = "target_se",
     .help = "number of points"},
    {.name = "target_se",
     .values = "error",
     .type = S2_OPTION_REAL,
     .target = SAMPLE(target_se),
     .min = 0.0005,
     .max = 0.5,
     .help = "as many points as this standard error of the overall accuracy needs, by Cochran's "
             "formula"},
    {.name = "accuracy",
     .values = "[class=]U",
     .type = S2_OPTION_LIST,
     .target = SAMPLE(accuracies),
     .help = "expected user's accuracy of all classes or of one, for -target_se and neyman; "
             "by default 0.8"},
    {.name = "design",
     .values = "name",
     .type = S2_OPTION_TEXT,
     .target = SAMPLE(design),
     .help = "stratified, simple or systematic"},
    {.name = "strata",
     .values = "raster",
     .type = S2_OPTION_TEXT,
     .target = SAMPLE(strata_path),
     .help =
         "class raster on the map's grid, whose classes are the strata; by default the map itself"},
    {.name = "allocation",
     .values = "name",
     .type = S2_OPTION_TEXT,
     .target = SAMPLE(allocation),
     .help = "allocation to the strata: least is proportional, but none gets fewer than -least; "
             "proportional, equal or neyman"},
    {.name = "least",
     .values = "N",
     .type = S2_OPTION_INT,
     .target = SAMPLE(least),
     .min = 2,
     .max = 1000000,
     .help = "minimum number of points for each stratum"},
    {.name = "seed",
     .values = "N",
     .type = S2_OPTION_SEED,
     .target = SAMPLE(seed),
     .help = "seed of the random numbers: the same seed draws the same points"},
};

static const s2_option EXCLUDE_OPTIONS[] = {
    {.name = "exclude",
     .values = "file",
     .type = S2_OPTION_TEXT,
     .target = SAMPLE(exclude.path),
     .help = "labels whose pixels are not drawn, such as those of training"},
    {.name = "distance",
     .values = "metres",
     .type = S2_OPTION_REAL,
     .target = SAMPLE(exclude_m),
     .min = 0,
     .max = 1e7,
     .needs = "exclude",
     .help = "also exclude pixels at most this far from them"},
    {.name = "l",
     .values = "layer",
     .type = S2_OPTION_TEXT,
     .target = SAMPLE(exclude.layer),
     .needs = "exclude",
     .help = "layer of these labels, if the file has several"},
    {.name = "where",
     .values = "expression",
     .type = S2_OPTION_TEXT,
     .target = SAMPLE(exclude.where),
     .needs = "exclude",
     .help = "use only features for which this SQL condition holds"},
    {.name = "label_srs",
     .values = "srs",
     .type = S2_OPTION_TEXT,
     .target = SAMPLE(exclude.assigned_srs),
     .needs = "exclude",
     .help = "CRS of labels that have none"},
};

static const s2_option OUTPUT_OPTIONS[] = {
    {.values = "out.gpkg",
     .type = S2_OPTION_TEXT,
     .target = SAMPLE(output_path),
     .required = true,
     .help = "the points to write"},
    {.name = "of",
     .values = "format",
     .type = S2_OPTION_TEXT,
     .target = SAMPLE(format),
     .help = "GDAL driver of the points; by default told from their extension"},
    {.name = "blind",
     .type = S2_OPTION_ON,
     .target = SAMPLE(blind),
     .help = "leave out what the map says of the points, so that it leads nobody who labels them"},
    {.name = "overwrite",
     .type = S2_OPTION_ON,
     .target = SAMPLE(overwrite),
     .help = "replace the points if they exist"},
    S2_QUIET_OPTION(offsetof(arguments, quiet)),
};

const bool s2_program_has_threads = false;

static const s2_program PROGRAM = {
    .name = "s2rgf_sample",
    .purpose = "Draw a probability sample of the pixels of a map, as points to be labelled.",
    .values_bytes = sizeof(arguments),
    .driver_kinds = GDAL_OF_RASTER | GDAL_OF_VECTOR,
    .groups =
        {
            {"Map", MAP_OPTIONS, sizeof MAP_OPTIONS / sizeof *MAP_OPTIONS, 0},
            {"Design", DESIGN_OPTIONS, sizeof DESIGN_OPTIONS / sizeof *DESIGN_OPTIONS, 0},
            {"Exclusion", EXCLUDE_OPTIONS, sizeof EXCLUDE_OPTIONS / sizeof *EXCLUDE_OPTIONS, 0},
            {"Output", OUTPUT_OPTIONS, sizeof OUTPUT_OPTIONS / sizeof *OUTPUT_OPTIONS, 0},
        },
};

static s2rgf_status sample(void *data, s2_report *report, s2rgf_error *err)
{
    const arguments *values = data;

    report->quiet = values->quiet;
    return s2rgf_sample(&values->sample, &report->host, err);
}

int main(int argc, char **argv)
{
    arguments values = {.quiet = false};

    s2rgf_sample_options_init(&values.sample, sizeof values.sample);
    return s2_program_run(&PROGRAM, argc, argv, &values, sample);
}
