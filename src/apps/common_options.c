/* Options that several programs share: rasters and labels. */
#include "apps/common_options.h"

#include "s2rgf/labelling.h"
#include "s2rgf/scene.h"

#define SCENE(member) offsetof(s2rgf_scene_options, member)
#define LABEL(member) offsetof(s2rgf_label_options, member)

const s2_option S2_SCENE_OPTIONS[S2_SCENE_OPTION_COUNT] = {
    S2_ENTRY(S2_OPTION_INPUTS, "i", "[name=]raster", 0,
             "a raster of the source called name; rasters with one name become its bands; "
             "without a name the source is called \"source\"",
             .required = true),
    S2_TEXT("a_srs", "srs", SCENE(assigned_srs), "CRS of the rasters that have none"),
    S2_TEXT("srcnodata", "value", SCENE(source_nodata),
            "nodata value of all rasters in place of their own, or none"),
    S2_LIST("oo", "NAME=VALUE", SCENE(open_options), "driver-specific open option for the rasters"),
    S2_LIST("if", "format", SCENE(input_formats), "GDAL driver that may open the rasters"),
    S2_LIST(
        "qa", "[source:]layer=values", SCENE(quality),
        "use the input called layer as a quality layer, not as a source: pixels are valid where "
        "it has one of these values, such as 4-7,11, or none of these bits, such as nobits:0-4"),
    S2_ON("any_source", SCENE(any_source),
          "a pixel needs valid data in one source only, instead of in all; this needs "
          "-source_dropout in training",
          .needs = "source_dropout"),
};

const s2_option S2_LABEL_OPTIONS[S2_LABEL_OPTION_COUNT] = {
    S2_TEXT("labels", "file", LABEL(path), "labelled polygons or points, or a raster of classes",
            .required = true),
    S2_TEXT("a", "field", LABEL(attribute),
            "field of the layer that holds the class, text or integer"),
    S2_TEXT("l", "layer", LABEL(layer), "layer of the polygons or points, if the file has several"),
    S2_TEXT("where", "expression", LABEL(where),
            "use only features for which this SQL condition holds"),
    S2_TEXT("label_srs", "srs", LABEL(assigned_srs), "CRS of labels that have none"),
    S2_ON("at", LABEL(all_touched),
          "label every pixel that a polygon touches, not only those with their centre in it"),
    S2_REAL("buffer", "metres", LABEL(buffer_m), 0, 1e6,
            "a point also labels the pixels whose centre is at most this far from it"),
};
