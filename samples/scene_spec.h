/* What a sample scene is asked to be, and where its pixels lie. */
#ifndef SAMPLES_SCENE_SPEC_H
#define SAMPLES_SCENE_SPEC_H

#include <stdbool.h>
#include <stdint.h>

#include "landscape.h"

#define SCENE_EPSG 32633
#define SCENE_PIXEL_M 5.0       /* side of a fine pixel */
#define SCENE_ORIGIN_X 400000.0 /* upper left corner of the fine raster */
#define SCENE_ORIGIN_Y 5800000.0
#define SCENE_SHIFT_X 0.37 /* the hyperspectral grid starts this part of its pixel west... */
#define SCENE_SHIFT_Y 0.61 /* ...and north of the fine one */

typedef struct scene_spec {
    const char *folder;
    int width, height; /* fine pixels */
    double ratio;      /* hyperspectral pixel in fine pixels */
    int hs_bands;
    int classes;
    uint64_t seed;
    double nodata_corner; /* legs of the nodata triangles, part of the shorter side; 0: none */
    bool overwrite;
} scene_spec;

/** Path of a file in the scene's folder, released with s2_free(); NULL after a CPLError. */
char *scene_path(const scene_spec *spec, const char *name);

/** True where the fine raster holds nodata: its upper right corner. x, y in fine pixels. */
bool scene_ms_is_nodata(const scene_spec *spec, double x, double y);

/** True where the hyperspectral raster holds nodata: its lower left corner. x, y in fine pixels. */
bool scene_hs_is_nodata(const scene_spec *spec, double x, double y);

/** Write ms.tif, hs.tif and truth.tif, row by row. false after a CPLError. */
bool scene_write_rasters(const scene_spec *spec, const landscape *land);

/** Write labels.gpkg with the layers train and test. false after a CPLError. */
bool scene_write_labels(const scene_spec *spec, const landscape *land);

#endif
