/* Options that several programs share: rasters and labels. */
#include "apps/common_options.h"

#include "s2rgf.h"

#define SCENE(member) offsetof(s2rgf_scene_options, member)
#define LABEL(member) offsetof(s2rgf_label_options, member)

const s2_option S2_SCENE_OPTIONS[S2_SCENE_OPTION_COUNT] = {
    {.name = "i",
     .values = "[name=]raster",
     .type = S2_OPTION_INPUTS,
     .target = 0,
     .required = true,
     .help = "a raster of the source called name; rasters with one name become its bands; "
             "without a name the source is called \"source\""},
    {.name = "a_srs",
     .values = "srs",
     .type = S2_OPTION_TEXT,
     .target = SCENE(assigned_srs),
     .help = "CRS of the rasters that have none"},
    {.name = "srcnodata",
     .values = "value",
     .type = S2_OPTION_TEXT,
     .target = SCENE(source_nodata),
     .help = "nodata value of all rasters in place of their own, or none"},
    {.name = "oo",
     .values = "NAME=VALUE",
     .type = S2_OPTION_LIST,
     .target = SCENE(open_options),
     .help = "driver-specific open option for the rasters"},
    {.name = "if",
     .values = "format",
     .type = S2_OPTION_LIST,
     .target = SCENE(input_formats),
     .help = "GDAL driver that may open the rasters"},
};

const s2_option S2_LABEL_OPTIONS[S2_LABEL_OPTION_COUNT] = {
    {.name = "labels",
     .values = "file",
     .type = S2_OPTION_TEXT,
     .target = LABEL(path),
     .required = true,
     .help = "labelled polygons or points, or a raster of classes"},
    {.name = "a",
     .values = "field",
     .type = S2_OPTION_TEXT,
     .target = LABEL(attribute),
     .help = "field of the layer that holds the class, text or integer"},
    {.name = "l",
     .values = "layer",
     .type = S2_OPTION_TEXT,
     .target = LABEL(layer),
     .help = "layer of the polygons or points, if the file has several"},
    {.name = "where",
     .values = "expression",
     .type = S2_OPTION_TEXT,
     .target = LABEL(where),
     .help = "use only features for which this SQL condition holds"},
    {.name = "label_srs",
     .values = "srs",
     .type = S2_OPTION_TEXT,
     .target = LABEL(assigned_srs),
     .help = "CRS of labels that have none"},
    {.name = "at",
     .type = S2_OPTION_ON,
     .target = LABEL(all_touched),
     .help = "label every pixel that a polygon touches, not only those with their centre in it"},
};
