/* s2rgf_sample: draw a probability sample of the pixels of a map. */
#include <gdal.h>

#include "apps/common_options.h"
#include "apps/environment.h"
#include "apps/program.h"
#include "s2rgf/sampling.h"

#define SAMPLE(member) offsetof(s2rgf_sample_options, member)

static const s2_option MAP_OPTIONS[] = {
    S2_TEXT(NULL, "map.tif", SAMPLE(map_path), "the class raster to sample", .required = true),
    S2_TEXT("a_srs", "srs", SAMPLE(assigned_srs), "CRS of a map that has none"),
};

static const s2_option DESIGN_OPTIONS[] = {
    S2_INT("n", "N", SAMPLE(points), 1, 1000000, "number of points", .required = true,
           .unless = "target_se", .forbids = "target_se"),
    S2_REAL("target_se", "error", SAMPLE(target_se), 0.0005, 0.5,
            "as many points as this standard error of the overall accuracy needs, by Cochran's "
            "formula"),
    S2_LIST("accuracy", "[class=]U", SAMPLE(accuracies),
            "expected user's accuracy of all classes or of one, for -target_se and neyman; "
            "by default 0.8",
            .needs = "target_se", .or_needs = "allocation=neyman"),
    S2_WORD("design", "stratified|simple|systematic", SAMPLE(design), "how pixels are drawn"),
    S2_TEXT(
        "strata", "raster", SAMPLE(strata_path),
        "class raster on the map's grid, whose classes are the strata; by default the map itself"),
    S2_WORD("allocation", "least|proportional|equal|neyman", SAMPLE(allocation),
            "allocation to the strata; least is proportional, but none gets fewer than -least",
            .needs = "design=stratified"),
    S2_INT("least", "N", SAMPLE(least), 2, 1000000, "minimum number of points for each stratum",
           .needs = "allocation=least"),
    S2_ENTRY(S2_OPTION_SEED, "seed", "N", SAMPLE(seed),
             "seed of the random numbers: the same seed draws the same points"),
};

static const s2_option EXCLUDE_OPTIONS[] = {
    S2_TEXT("exclude", "file", SAMPLE(exclude.path),
            "labels whose pixels are not drawn, such as those of training"),
    S2_REAL("distance", "metres", SAMPLE(exclude_m), 0, 1e7,
            "also exclude pixels at most this far from them", .needs = "exclude"),
    S2_OF_LABELS(SAMPLE, exclude, "exclude"),
};

static const s2_option OUTPUT_OPTIONS[] = {
    S2_OUTPUT(NULL, "out.gpkg", SAMPLE(output_path), "the points to write", .required = true),
    S2_TEXT("of", "format", SAMPLE(format),
            "GDAL driver of the points; by default that of their extension"),
    S2_ON("blind", SAMPLE(blind),
          "leave out the map's class of each point, so that it does not influence the interpreter"),
    S2_ON("overwrite", SAMPLE(overwrite), "replace the points if they exist"),
    S2_QUIET,
};

const bool s2_program_has_openmp = false;

static const s2_program PROGRAM = S2_PROGRAM(
    "s2rgf_sample", "Draw a probability sample of the pixels of a map, as points to be labelled.",
    s2rgf_sample_options, GDAL_OF_RASTER | GDAL_OF_VECTOR, S2_GROUP("Map", MAP_OPTIONS),
    S2_GROUP("Design", DESIGN_OPTIONS), S2_GROUP("Exclusion", EXCLUDE_OPTIONS),
    S2_GROUP("Output", OUTPUT_OPTIONS));

static s2rgf_status sample(void *data, s2_report *report, s2rgf_error *err)
{
    s2_program_bound_cache();
    return s2rgf_sample(data, &report->host, err);
}

int main(int argc, char **argv)
{
    s2rgf_sample_options values;

    s2rgf_sample_options_init(&values, sizeof values);
    return s2_program_run(&PROGRAM, argc, argv, &values, sample);
}
