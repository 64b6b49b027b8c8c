/* s2rgf_mosaic: join the shares of a map that several processes made. */
#include <gdal.h>

#include "apps/common_options.h"
#include "apps/environment.h"
#include "apps/program.h"
#include "s2rgf.h"

typedef struct arguments {
    s2rgf_mosaic_options mosaic;
    bool quiet;
} arguments;

#define MOSAIC(member) offsetof(arguments, mosaic.member)

static const s2_option OUTPUT_OPTIONS[] = {
    {.values = "map.tif",
     .type = S2_OPTION_OUTPUT,
     .target = MOSAIC(output_path),
     .required = true,
     .help = "the map to write, named as for s2rgf_classify -shard; its shares are beside it"},
    {.name = "n",
     .values = "N",
     .type = S2_OPTION_INT,
     .target = MOSAIC(share_count),
     .min = 1,
     .max = 100000,
     .zero = "auto",
     .help = "number of shares; auto: take it from their names"},
    {.name = "of",
     .values = "format",
     .type = S2_OPTION_TEXT,
     .target = MOSAIC(format),
     .help =
         "GDAL driver of the map, VRT to refer to the shares; by default that of its extension, "
         "else GTiff"},
    {.name = "co",
     .values = "NAME=VALUE",
     .type = S2_OPTION_LIST,
     .target = MOSAIC(creation_options),
     .help = "creation option of that driver"},
    {.name = "overwrite",
     .type = S2_OPTION_ON,
     .target = MOSAIC(overwrite),
     .help = "replace the map if it exists"},
    {.name = "noqml",
     .type = S2_OPTION_OFF,
     .target = MOSAIC(style),
     .help = "do not write a QGIS style file (.qml) beside the map"},
    S2_QUIET_OPTION(offsetof(arguments, quiet)),
};

const bool s2_program_has_threads = false;

static const s2_program PROGRAM = {
    .name = "s2rgf_mosaic",
    .purpose = "Join the shares of a map into the map that one run would have written.",
    .values_bytes = sizeof(arguments),
    .driver_kinds = GDAL_OF_RASTER,
    .groups =
        {
            {"Output", OUTPUT_OPTIONS, sizeof OUTPUT_OPTIONS / sizeof *OUTPUT_OPTIONS, 0},
        },
};

static s2rgf_status mosaic(void *data, s2_report *report, s2rgf_error *err)
{
    const arguments *values = data;
    report->quiet = values->quiet;
    return s2rgf_mosaic(&values->mosaic, &report->host, err);
}

int main(int argc, char **argv)
{
    arguments values = {.quiet = false};
    s2rgf_mosaic_options_init(&values.mosaic, sizeof values.mosaic);
    return s2_program_run(&PROGRAM, argc, argv, &values, mosaic);
}
