/* Pixels as a layer of points in any vector format that GDAL writes. */
#include "geo/points/point_layer.h"

#include <cpl_conv.h>
#include <cpl_string.h>
#include <cpl_vsi.h>
#include <ctype.h>
#include <math.h>
#include <ogr_api.h>
#include <string.h>

#include "core/error.h"
#include "core/memory.h"
#include "geo/map/map_format.h"
#include "geo/source/gdal_catch.h"
#include "geo/source/srs.h"

#define FIELD_ID "id"

/* ---- driver ---------------------------------------------------------------------------------- */

static bool can_hold_points(GDALDriverH driver)
{
    return s2_driver_can(driver, GDAL_DCAP_VECTOR) && s2_driver_can(driver, GDAL_DCAP_CREATE);
}

/** The first registered driver of an extension; NULL: there is none. */
static GDALDriverH driver_of(const char *extension)
{
    for (int i = 0; i < GDALGetDriverCount(); i++) {
        GDALDriverH driver = GDALGetDriver(i);
        if (s2_driver_has_extension(driver, extension) && can_hold_points(driver))
            return driver;
    }
    return NULL;
}

/* What it writes is gone with the program. From GDAL 3.11 on MEM holds layers, too. */
static bool is_in_memory(GDALDriverH driver)
{
    const char *name = GDALGetDriverShortName(driver);
    return EQUAL(name, "Memory") || EQUAL(name, "MEM");
}

static s2rgf_status choose_driver(const char *path, const char *format, GDALDriverH *driver,
                                  s2rgf_error *err)
{
    *driver = format ? GDALGetDriverByName(format) : driver_of(CPLGetExtension(path));
    if (!*driver && format)
        return s2_fail(err, S2RGF_INVALID_ARGUMENT,
                       "format %s: not known: expected the name of a GDAL driver", format);
    if (!*driver)
        return s2_fail(err, S2RGF_UNSUPPORTED,
                       "%s: no vector format has this extension: expected one such as .gpkg, "
                       ".geojson, .csv or .shp",
                       path);
    return can_hold_points(*driver) && !is_in_memory(*driver)
               ? S2RGF_OK
               : s2_fail(err, S2RGF_UNSUPPORTED, "format %s: cannot be written as a vector file",
                         GDALGetDriverShortName(*driver));
}

/* ---- writing --------------------------------------------------------------------------------- */

static const char *field_name(const s2_point_layer *layer, size_t field)
{
    const s2_point_field *of = &layer->fields[field];
    const bool brief = of->brief && EQUAL(GDALGetDriverShortName(layer->driver), "ESRI Shapefile");
    return brief ? of->brief : of->name;
}

static bool add_field(OGRLayerH layer, const char *name, OGRFieldType type)
{
    OGRFieldDefnH field = OGR_Fld_Create(name, type);
    const bool done = OGR_L_CreateField(layer, field, FALSE) == OGRERR_NONE;
    OGR_Fld_Destroy(field);
    return done;
}

/** The type of whole numbers of 64 bits, where the driver has one. */
static OGRFieldType count_type(const s2_point_layer *layer)
{
    const char *types = GDALGetMetadataItem(layer->driver, GDAL_DMD_CREATIONFIELDDATATYPES, NULL);
    return !types || strstr(types, "Integer64") ? OFTInteger64 : OFTReal;
}

static bool add_fields(const s2_point_layer *layer, OGRLayerH into)
{
    bool done = add_field(into, FIELD_ID, count_type(layer));
    for (size_t f = 0; f < layer->field_count && done; f++) {
        const OGRFieldType types[] = {[S2_POINT_INTEGER] = OFTInteger,
                                      [S2_POINT_COUNT] = count_type(layer),
                                      [S2_POINT_REAL] = OFTReal,
                                      [S2_POINT_TEXT] = OFTString};
        done = add_field(into, field_name(layer, f), types[layer->fields[f].type]);
    }
    return done;
}

/** Centre of a point's pixel in the CRS of the grid. */
static void pixel_centre(const s2_point_layer *layer, const s2_point *point, double *x, double *y)
{
    s2_affine_apply(&layer->grid->to_geo, point->x + 0.5, point->y + 0.5, x, y);
}

static void set_value(OGRFeatureH feature, int field, s2_point_type type, s2_point_value value)
{
    if (type == S2_POINT_INTEGER)
        OGR_F_SetFieldInteger(feature, field, value.integer);
    else if (type == S2_POINT_COUNT)
        OGR_F_SetFieldInteger64(feature, field, (GIntBig)value.count);
    else if (type == S2_POINT_REAL)
        OGR_F_SetFieldDouble(feature, field, value.real);
    else if (value.text)
        OGR_F_SetFieldString(feature, field, value.text);
    else
        OGR_F_SetFieldNull(feature, field);
}

static bool add_point(const s2_point_layer *layer, OGRLayerH into, const s2_point *point, size_t id)
{
    OGRFeatureH feature = OGR_F_Create(OGR_L_GetLayerDefn(into));
    OGRGeometryH geometry = OGR_G_CreateGeometry(wkbPoint);
    double x, y;
    int field = 0;
    pixel_centre(layer, point, &x, &y);
    OGR_G_SetPoint_2D(geometry, 0, x, y);
    OGR_F_SetGeometryDirectly(feature, geometry);
    OGR_F_SetFieldInteger64(feature, field++, (GIntBig)id);
    for (size_t f = 0; f < layer->field_count; f++)
        set_value(feature, field++, layer->fields[f].type, point->values[f]);
    const bool done = OGR_L_CreateFeature(into, feature) == OGRERR_NONE;
    OGR_F_Destroy(feature);
    return done;
}

/**
 * The layer's name: that of the file, but for signs that databases allow at no beginning, as in
 * "-x.gpkg". NULL: memory is out; released with s2_free()
 */
static char *layer_name(const s2_point_layer *layer)
{
    char *name = s2_strdup(layer->files.stem);
    if (name && ispunct((unsigned char)name[0]))
        name[0] = '_';
    return name;
}

static bool fill_layer(const s2_point_layer *layer, GDALDatasetH dataset, const s2_point *points,
                       size_t count)
{
    /* columns for the place, which a CSV file has not by itself */
    const char *const csv_options[] = {"GEOMETRY=AS_XY", "STRING_QUOTING=IF_NEEDED", NULL};
    const bool is_csv = EQUAL(GDALGetDriverShortName(layer->driver), "CSV");
    OGRSpatialReferenceH srs = NULL;
    if (layer->grid->srs_wkt && s2_srs_from_text(layer->grid->srs_wkt, &srs, NULL) != S2RGF_OK)
        return false;
    char *name = layer_name(layer);
    OGRLayerH into = name ? GDALDatasetCreateLayer(dataset, name, srs, wkbPoint,
                                                   is_csv ? (char **)csv_options : NULL)
                          : NULL;
    s2_free(name);
    OSRDestroySpatialReference(srs);
    /* formats that know transactions are slow without */
    bool done = into && add_fields(layer, into);
    const bool begun = done && GDALDatasetTestCapability(dataset, ODsCTransactions) &&
                       GDALDatasetStartTransaction(dataset, FALSE) == OGRERR_NONE;
    for (size_t i = 0; i < count && done; i++)
        done = add_point(layer, into, &points[i], i + 1);
    return done && (!begun || GDALDatasetCommitTransaction(dataset) == OGRERR_NONE);
}

static s2rgf_status create_points(const s2_point_layer *layer, const char *path,
                                  const s2_point *points, size_t count, s2rgf_error *err)
{
    const size_t failed_allocations = s2_failed_allocations();
    s2_gdal_catch caught;
    CPLPushErrorHandler(CPLQuietErrorHandler); /* warnings: what is written is read back */
    s2_gdal_catch_begin(&caught);
    GDALDatasetH dataset = GDALCreate(layer->driver, path, 0, 0, 0, GDT_Unknown, NULL);
    const bool done = dataset && fill_layer(layer, dataset, points, count);
    if (dataset)
        GDALClose(dataset);
    s2_gdal_catch_end(&caught);
    CPLPopErrorHandler();
    if (!done && s2_failed_allocations() != failed_allocations)
        return s2_fail_memory(err, "points");
    return done && !caught.failed
               ? S2RGF_OK
               : s2_gdal_fail(&caught, err, S2RGF_IO, "%s: cannot be written as %s",
                              layer->files.path, GDALGetDriverShortName(layer->driver));
}

/* ---- reading back ---------------------------------------------------------------------------- */

/** Whether a feature has all fields, with the whole numbers that were written. */
static bool has_values(const s2_point_layer *layer, OGRFeatureH feature,
                       const s2_point_value *values)
{
    for (size_t f = 0; f < layer->field_count; f++) {
        const s2_point_type type = layer->fields[f].type;
        const int field = OGR_F_GetFieldIndex(feature, field_name(layer, f));
        if (field < 0)
            return false;
        const GIntBig found = OGR_F_GetFieldAsInteger64(feature, field);
        if ((type == S2_POINT_INTEGER && found != values[f].integer) ||
            (type == S2_POINT_COUNT && (uint64_t)found != values[f].count))
            return false;
    }
    return true;
}

/** Whether a feature is one of the points, in its pixel, with all that it should have. */
static bool is_as_written(const s2_point_layer *layer, OGRFeatureH feature,
                          OGRCoordinateTransformationH to_grid, const s2_point *points,
                          size_t count)
{
    OGRGeometryH geometry = OGR_F_GetGeometryRef(feature);
    const int ids = OGR_F_GetFieldIndex(feature, FIELD_ID);
    s2_affine to_pixel;
    double u, v;
    if (!geometry || wkbFlatten(OGR_G_GetGeometryType(geometry)) != wkbPoint || ids < 0)
        return false;
    const GIntBig id = OGR_F_GetFieldAsInteger64(feature, ids);
    double x = OGR_G_GetX(geometry, 0), y = OGR_G_GetY(geometry, 0);
    if (id < 1 || (size_t)id > count || !s2_affine_invert(&layer->grid->to_geo, &to_pixel) ||
        (to_grid && !OCTTransform(to_grid, 1, &x, &y, NULL)))
        return false;
    const s2_point *point = &points[id - 1];
    s2_affine_apply(&to_pixel, x, y, &u, &v);
    return (int)floor(u) == point->x && (int)floor(v) == point->y &&
           has_values(layer, feature, point->values);
}

/** The number of points that are as they were written; formats may put them in another order. */
static size_t count_good(const s2_point_layer *layer, OGRLayerH from, const s2_point *points,
                         size_t count)
{
    char *wkt = NULL;
    bool same = true;
    OGRCoordinateTransformationH to_grid = NULL;
    size_t good = 0;
    if (s2_srs_to_wkt(OGR_L_GetSpatialRef(from), &wkt, NULL) == S2RGF_OK && wkt &&
        layer->grid->srs_wkt && s2_srs_equal(wkt, layer->grid->srs_wkt, &same, NULL) == S2RGF_OK &&
        !same)
        to_grid = s2_srs_transformation(wkt, layer->grid->srs_wkt);
    OGRFeatureH feature = same || to_grid ? OGR_L_GetNextFeature(from) : NULL;
    for (; feature; feature = OGR_L_GetNextFeature(from)) {
        good += is_as_written(layer, feature, to_grid, points, count);
        OGR_F_Destroy(feature);
    }
    if (to_grid)
        OCTDestroyCoordinateTransformation(to_grid);
    s2_free(wkt);
    return good;
}

static s2rgf_status verify_points(const s2_point_layer *layer, const char *path,
                                  const s2_point *points, size_t count, s2rgf_error *err)
{
    const char *const options[] = {"@X_POSSIBLE_NAMES=X", "@Y_POSSIBLE_NAMES=Y", NULL};
    size_t good = 0;
    s2_gdal_catch caught;
    s2_gdal_catch_begin(&caught);
    GDALDatasetH dataset =
        GDALOpenEx(path, GDAL_OF_VECTOR | GDAL_OF_VERBOSE_ERROR, NULL, options, NULL);
    if (dataset && GDALDatasetGetLayerCount(dataset) > 0)
        good = count_good(layer, GDALDatasetGetLayer(dataset, 0), points, count);
    if (dataset)
        GDALClose(dataset);
    s2_gdal_catch_end(&caught);
    if (good == count && !caught.failed)
        return S2RGF_OK;
    if (layer->is_tried)
        return s2_gdal_fail(&caught, err, S2RGF_IO,
                            "%s: not all points are in it: expected %zu, found %zu: is the disk "
                            "full, or the format too coarse for these pixels?",
                            layer->files.path, count, good);
    const char *usual = GDALGetMetadataItem(layer->driver, GDAL_DMD_EXTENSIONS, NULL);
    return s2_gdal_fail(&caught, err, S2RGF_UNSUPPORTED,
                        "%s: %s does not hold the points: expected %zu, and all fields, found "
                        "%zu%s%s",
                        layer->files.path, GDALGetDriverShortName(layer->driver), count, good,
                        usual ? ": its usual extensions are: " : "", usual ? usual : "");
}

/* ---- outside --------------------------------------------------------------------------------- */

/** Note what else lies beside a layer in a folder, by what follows its stem. */
static void find_suffixes(s2_point_layer *layer, const char *folder)
{
    const char *stem = layer->files.stem;
    char **names = VSIReadDir(folder);
    for (int i = 0; names && names[i]; i++)
        if (strncmp(names[i], stem, strlen(stem)) == 0 && strcmp(names[i], layer->files.name) != 0)
            layer->suffixes = CSLAddString(layer->suffixes, names[i] + strlen(stem));
    CSLDestroy(names);
}

/** Write and read a point in a folder of no account. */
static s2rgf_status try_format(s2_point_layer *layer, s2rgf_error *err)
{
    s2_point_value *values = s2_calloc(layer->field_count, sizeof *values);
    if (!values)
        return s2_fail_memory(err, "points");
    for (size_t f = 0; f < layer->field_count; f++)
        if (layer->fields[f].type == S2_POINT_TEXT)
            values[f].text = "text";
    const s2_point point = {0, 0, values};
    s2rgf_status status = S2RGF_OK;
    char *path = s2_map_files_scratch(&layer->files, layer->files.name);
    if (!path)
        status = s2_fail_memory(err, "points");
    if (status == S2RGF_OK)
        status = create_points(layer, path, &point, 1, err);
    if (status == S2RGF_OK)
        status = verify_points(layer, path, &point, 1, err);
    if (status == S2RGF_OK)
        find_suffixes(layer, CPLGetPath(path));
    layer->is_tried = status == S2RGF_OK;
    s2_free(path);
    s2_free(values);
    return status;
}

s2rgf_status s2_point_layer_prepare(const s2_map_target *target, const char *format,
                                    const s2_grid *grid, const s2_point_field *fields,
                                    size_t field_count, s2_point_layer *layer, s2rgf_error *err)
{
    *layer = (s2_point_layer){
        .grid = grid, .fields = fields, .field_count = field_count, .files.work.lock = -1};
    s2rgf_status status = choose_driver(target->path, format, &layer->driver, err);
    if (status == S2RGF_OK)
        status = s2_map_files_prepare(target, &layer->files, err);
    return status == S2RGF_OK ? try_format(layer, err) : status;
}

s2rgf_status s2_point_layer_write(s2_point_layer *layer, const s2_point *points, size_t count,
                                  s2rgf_error *err)
{
    s2_map_files *all[] = {&layer->files};
    char *made = s2_map_files_new(&layer->files, layer->files.name, ""), *path = NULL;
    s2rgf_status status =
        made ? create_points(layer, made, points, count, err) : s2_fail_memory(err, "points");
    if (status == S2RGF_OK)
        status = s2_map_files_turn(&layer->files, err);
    path = s2_map_files_new(&layer->files, layer->files.name, "");
    if (status == S2RGF_OK)
        status =
            path ? verify_points(layer, path, points, count, err) : s2_fail_memory(err, "points");
    if (status == S2RGF_OK)
        status = s2_map_files_publish(all, 1, err);
    s2_free(made);
    s2_free(path);
    return status;
}

void s2_point_layer_close(s2_point_layer *layer)
{
    s2_map_files_clear(&layer->files);
    CSLDestroy(layer->suffixes);
    *layer = (s2_point_layer){.files.work.lock = -1};
}
