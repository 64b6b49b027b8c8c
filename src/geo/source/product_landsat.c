/* Landsat Collection 1 and 2: a GeoTIFF a band, named by the MTL file, which has the scale too. */
#include <cpl_conv.h>
#include <cpl_string.h>
#include <cpl_vsi.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/error.h"
#include "core/memory.h"
#include "geo/source/products.h"

#define LAST_BAND 9 /* those beyond are thermal */
#define PAN 8

/* Wavelengths of bands 1.. by sensor, nm; 0: it has no such reflective band. */
static const struct {
    const char *sensor;
    double nm[LAST_BAND];
} SENSORS[] = {{"OLI", {443, 482, 561, 655, 865, 1609, 2201, 590, 1373}},
               {"ETM", {485, 560, 660, 835, 1650, 0, 2220, 710, 0}},
               {"TM", {485, 560, 660, 835, 1650, 0, 2220, 0, 0}}};
#define SENSOR_COUNT (sizeof SENSORS / sizeof *SENSORS)

/* What is read of an MTL file. */
typedef struct landsat_scene {
    const s2_product *product;
    char **values; /* "GROUP.KEY=value" */
    char *folder;
    bool level2;
    const double *nm; /* [LAST_BAND] */
} landsat_scene;

/* All entries, each with the name of the group around it. Released with CSLDestroy(). */
static char **read_mtl(const char *path)
{
    char **lines = CSLLoad2(path, 10000, 1000, NULL);
    char **values = NULL;
    char group[128] = "";
    for (int i = 0; lines && lines[i]; i++) {
        char **parts = CSLTokenizeString2(
            lines[i], "=", CSLT_STRIPLEADSPACES | CSLT_STRIPENDSPACES | CSLT_HONOURSTRINGS);
        if (CSLCount(parts) == 2 && EQUAL(parts[0], "GROUP"))
            snprintf(group, sizeof group, "%s", parts[1]);
        else if (CSLCount(parts) == 2 && !EQUAL(parts[0], "END_GROUP"))
            values = CSLSetNameValue(values, CPLSPrintf("%s.%s", group, parts[0]), parts[1]);
        CSLDestroy(parts);
    }
    CSLDestroy(lines);
    return values;
}

/* An entry in the first of the groups that has it, "A|B"; NULL: none has. */
static const char *value_of(const landsat_scene *scene, const char *groups, const char *key)
{
    const char *found = NULL;
    char **names = CSLTokenizeString2(groups, "|", 0);
    for (int i = 0; names[i] && !found; i++)
        found = CSLFetchNameValue(scene->values, CPLSPrintf("%s.%s", names[i], key));
    CSLDestroy(names);
    return found;
}

#define CONTENTS "PRODUCT_CONTENTS|PRODUCT_METADATA" /* of collections 2 and 1 */

/* A file that the MTL names, released with s2_free(); NULL: it names none, or there is none. */
static char *file_of(const landsat_scene *scene, const char *key)
{
    VSIStatBufL found;
    const char *name = value_of(scene, CONTENTS, key);
    const char *path = name ? CPLFormFilename(scene->folder, name, NULL) : NULL;
    return path && VSIStatL(path, &found) == 0 ? s2_strdup(path) : NULL;
}

/* Scale of a band: reflectance of the surface; of level 1, at the top of the atmosphere under this
   sun. */
static s2rgf_status read_scale(const landsat_scene *scene, s2_product_band *band, s2rgf_error *err)
{
    const char *groups = scene->level2 ? "LEVEL2_SURFACE_REFLECTANCE_PARAMETERS"
                                       : "LEVEL1_RADIOMETRIC_RESCALING|RADIOMETRIC_RESCALING";
    const char *scale =
        value_of(scene, groups, CPLSPrintf("REFLECTANCE_MULT_BAND_%d", band->number));
    const char *offset =
        value_of(scene, groups, CPLSPrintf("REFLECTANCE_ADD_BAND_%d", band->number));
    const char *sun = value_of(scene, "IMAGE_ATTRIBUTES", "SUN_ELEVATION");
    if (!scale || !offset)
        return s2_fail(err, S2RGF_FORMAT,
                       "%s: no scale of band %d: expected REFLECTANCE_MULT_BAND_%d and "
                       "REFLECTANCE_ADD_BAND_%d",
                       scene->product->path, band->number, band->number, band->number);
    double height = 1.0;
    if (!scene->level2)
        height = sun ? sin(CPLAtof(sun) * acos(-1.0) / 180.0) : 0.0;
    if (!(height > 0.0))
        return s2_fail(err, S2RGF_FORMAT, "%s: expected a SUN_ELEVATION above 0",
                       scene->product->path);
    band->scale = CPLAtof(scale) / height;
    band->offset = CPLAtof(offset) / height;
    return S2RGF_OK;
}

/* The reflective bands first..last that have files. */
static s2rgf_status add_bands(const landsat_scene *scene, const char *suffix, int first, int last,
                              bool needed, s2rgf_error *err)
{
    s2_product_band bands[LAST_BAND];
    char *files[LAST_BAND] = {NULL};
    int count = 0;
    s2rgf_status status = S2RGF_OK;
    for (int b = first; b <= last && status == S2RGF_OK; b++) {
        if (scene->nm[b - 1] == 0.0 || (b == PAN && first != PAN) ||
            !(files[count] = file_of(scene, CPLSPrintf("FILE_NAME_BAND_%d", b))))
            continue;
        bands[count] = (s2_product_band){
            .dataset = files[count], .number = b, .wavelength_nm = scene->nm[b - 1]};
        snprintf(bands[count].name, sizeof bands[count].name, "B%d", b);
        status = read_scale(scene, &bands[count], err);
        bands[count++].number = 1;
    }
    if (status == S2RGF_OK && count > 0)
        status = s2_product_add(scene->product,
                                &(s2_product_raster){suffix, bands, count, true, 0.0, false}, err);
    else if (status == S2RGF_OK && needed)
        status = s2_fail(err, S2RGF_IO, "%s: none of the bands that it names is there",
                         scene->product->path);
    for (int i = 0; i < LAST_BAND; i++)
        s2_free(files[i]);
    return status;
}

static s2rgf_status add_quality(const landsat_scene *scene, const char *suffix, const char *key,
                                s2rgf_error *err)
{
    char *path = file_of(scene, key);
    const s2rgf_status status =
        path ? s2_product_add_quality(scene->product, suffix, path, err) : S2RGF_OK;
    s2_free(path);
    return status;
}

/* Level and sensor. */
static s2rgf_status identify(landsat_scene *scene, s2rgf_error *err)
{
    const char *level = value_of(scene, CONTENTS, "PROCESSING_LEVEL");
    const char *sensor = value_of(scene, "IMAGE_ATTRIBUTES|PRODUCT_METADATA", "SENSOR_ID");
    if (!level)
        level = value_of(scene, CONTENTS, "DATA_TYPE");
    for (size_t i = 0; sensor && i < SENSOR_COUNT && !scene->nm; i++)
        if (STARTS_WITH_CI(sensor, SENSORS[i].sensor))
            scene->nm = SENSORS[i].nm;
    if (!level || !scene->nm)
        return s2_fail(
            err, S2RGF_FORMAT,
            "%s: expected PROCESSING_LEVEL or DATA_TYPE, and a SENSOR_ID of Landsat 4 to "
            "9, found %s and %s",
            scene->product->path, level ? level : "none", sensor ? sensor : "none");
    scene->level2 = STARTS_WITH_CI(level, "L2");
    return S2RGF_OK;
}

s2rgf_status s2_product_read_landsat(const s2_product *product, s2rgf_error *err)
{
    landsat_scene scene = {.product = product,
                           .values = read_mtl(product->path),
                           .folder = s2_strdup(CPLGetPath(product->path))};
    s2rgf_status status = scene.folder ? identify(&scene, err) : s2_fail_memory(err, "raster");
    if (status == S2RGF_OK)
        status = add_bands(&scene, "", 1, scene.level2 ? PAN - 1 : LAST_BAND, true, err);
    if (status == S2RGF_OK && !scene.level2)
        status = add_bands(&scene, "_pan", PAN, PAN, false, err);
    if (status == S2RGF_OK)
        status = add_quality(&scene, "_qa_pixel", "FILE_NAME_QUALITY_L1_PIXEL", err);
    if (status == S2RGF_OK)
        status = add_quality(&scene, "_qa_pixel", "FILE_NAME_BAND_QUALITY", err);
    if (status == S2RGF_OK)
        status =
            add_quality(&scene, "_qa_radsat", "FILE_NAME_QUALITY_L1_RADIOMETRIC_SATURATION", err);
    CSLDestroy(scene.values);
    s2_free(scene.folder);
    return status;
}
