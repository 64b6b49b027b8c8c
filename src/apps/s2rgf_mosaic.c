/* s2rgf_mosaic: join the shares of a map that several processes made. */
#include <gdal.h>

#include "apps/common_options.h"
#include "apps/environment.h"
#include "apps/program.h"
#include "s2rgf/classification.h"

#define MOSAIC(member) offsetof(s2rgf_mosaic_options, member)

static const s2_option OUTPUT_OPTIONS[] = {
    S2_OUTPUT(NULL, "map.tif", MOSAIC(output_path),
              "the map to write, named as for s2rgf_classify -shard; its shares are beside it",
              .required = true),
    S2_INT("n", "N", MOSAIC(share_count), 1, 100000,
           "number of shares; auto: take it from their names", .zero = "auto"),
    S2_TEXT("of", "format", MOSAIC(format),
            "GDAL driver of the map, VRT to refer to the shares; by default that of its extension, "
            "else GTiff"),
    S2_LIST("co", "NAME=VALUE", MOSAIC(creation_options), "creation option of that driver"),
    S2_ON("overwrite", MOSAIC(overwrite), "replace the map if it exists"),
    S2_OFF("noqml", MOSAIC(style), "do not write a QGIS style file (.qml) beside the map"),
    S2_PATCH(MOSAIC(smallest_patch), "map.tif"),
    S2_QUIET,
};

const bool s2_program_has_openmp = false;

static const s2_program PROGRAM = S2_PROGRAM(
    "s2rgf_mosaic", "Join the shares of a map into the map that one run would have written.",
    s2rgf_mosaic_options, GDAL_OF_RASTER, S2_GROUP("Output", OUTPUT_OPTIONS));

static s2rgf_status mosaic(void *data, s2_report *report, s2rgf_error *err)
{
    s2_program_bound_cache();
    return s2rgf_mosaic(data, &report->host, err);
}

int main(int argc, char **argv)
{
    s2rgf_mosaic_options values;

    s2rgf_mosaic_options_init(&values, sizeof values);
    return s2_program_run(&PROGRAM, argc, argv, &values, mosaic);
}
