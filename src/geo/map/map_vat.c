/* The attribute table of a class map for programs of Esri. */
#include "geo/map/map_vat.h"

#include <cpl_error.h>
#include <cpl_string.h>
#include <ogr_api.h>
#include <string.h>

#include "core/error.h"
#include "core/memory.h"
#include "geo/map/class_description.h"
#include "geo/source/gdal_catch.h"

#define MOST_TEXT_BYTES 254 /* of a field of dBASE */
#define COUNT_DIGITS 18
#define REAL_DIGITS 24
#define REAL_DECIMALS 6
/* The file holds the date of its last change; equal maps are to have equal files. */
#define DATE_OF_ALL "2000-01-01"

bool s2_map_has_vat(GDALDriverH driver)
{
    const char *name = driver ? GDALGetDriverShortName(driver) : "";
    return strcmp(name, "GTiff") == 0 || strcmp(name, "COG") == 0;
}

/* ---- columns --------------------------------------------------------------------------------- */

/** Bytes of the longest text of a column, at least one. */
static int text_bytes(GDALRasterAttributeTableH rows, int column)
{
    size_t most = 1;
    for (int r = 0; r < GDALRATGetRowCount(rows); r++) {
        const size_t bytes = strlen(GDALRATGetValueAsString(rows, r, column));
        most = bytes > most ? bytes : most;
    }
    return (int)most;
}

static bool is_text(GDALRasterAttributeTableH rows, int column)
{
    return GDALRATGetTypeOfCol(rows, column) == GFT_String;
}

static bool is_count(GDALRasterAttributeTableH rows, int column)
{
    return GDALRATGetUsageOfCol(rows, column) == GFU_PixelCount;
}

static bool fits(GDALRasterAttributeTableH rows)
{
    bool all = true;
    for (int c = 0; c < GDALRATGetColumnCount(rows); c++)
        all = all && (!is_text(rows, c) || text_bytes(rows, c) <= MOST_TEXT_BYTES);
    return all;
}

static bool is_ascii(GDALRasterAttributeTableH rows)
{
    for (int c = 0; c < GDALRATGetColumnCount(rows); c++)
        for (int r = 0; is_text(rows, c) && r < GDALRATGetRowCount(rows); r++) {
            const char *text = GDALRATGetValueAsString(rows, r, c);
            if (!CPLIsASCII(text, strlen(text)))
                return false;
        }
    return true;
}

static bool add_field(OGRLayerH layer, GDALRasterAttributeTableH rows, int column)
{
    OGRFieldDefnH field = OGR_Fld_Create(GDALRATGetNameOfCol(rows, column), OFTInteger);
    if (is_text(rows, column)) {
        OGR_Fld_SetType(field, OFTString);
        OGR_Fld_SetWidth(field, text_bytes(rows, column));
    } else if (is_count(rows, column)) {
        OGR_Fld_SetType(field, OFTInteger64);
        OGR_Fld_SetWidth(field, COUNT_DIGITS);
    } else if (GDALRATGetTypeOfCol(rows, column) == GFT_Real) {
        OGR_Fld_SetType(field, OFTReal);
        OGR_Fld_SetWidth(field, REAL_DIGITS);
        OGR_Fld_SetPrecision(field, REAL_DECIMALS);
    }
    const bool done = OGR_L_CreateField(layer, field, FALSE) == OGRERR_NONE;
    OGR_Fld_Destroy(field);
    return done;
}

/* ---- rows ------------------------------------------------------------------------------------ */

static void set_value(OGRFeatureH feature, GDALRasterAttributeTableH rows, int row, int column)
{
    if (is_text(rows, column))
        OGR_F_SetFieldString(feature, column, GDALRATGetValueAsString(rows, row, column));
    else if (is_count(rows, column))
        OGR_F_SetFieldInteger64(feature, column,
                                (GIntBig)GDALRATGetValueAsDouble(rows, row, column));
    else
        OGR_F_SetFieldDouble(feature, column, GDALRATGetValueAsDouble(rows, row, column));
}

static bool add_row(OGRLayerH layer, GDALRasterAttributeTableH rows, int row)
{
    OGRFeatureH feature = OGR_F_Create(OGR_L_GetLayerDefn(layer));
    for (int c = 0; feature && c < GDALRATGetColumnCount(rows); c++)
        set_value(feature, rows, row, c);
    const bool done = feature && OGR_L_CreateFeature(layer, feature) == OGRERR_NONE;
    OGR_F_Destroy(feature);
    return done;
}

/** Whether a row is there as it was written; areas were rounded. */
static bool has_row(OGRFeatureH feature, GDALRasterAttributeTableH rows, int row)
{
    bool same = feature && OGR_F_GetFieldCount(feature) == GDALRATGetColumnCount(rows);
    for (int c = 0; same && c < GDALRATGetColumnCount(rows); c++)
        if (is_text(rows, c))
            same = strcmp(OGR_F_GetFieldAsString(feature, c),
                          GDALRATGetValueAsString(rows, row, c)) == 0;
        else if (is_count(rows, c) || GDALRATGetTypeOfCol(rows, c) == GFT_Integer)
            same = (double)OGR_F_GetFieldAsInteger64(feature, c) ==
                   GDALRATGetValueAsDouble(rows, row, c);
    return same;
}

/* ---- the file -------------------------------------------------------------------------------- */

static bool write_rows(const char *path, const char *layer_name, GDALRasterAttributeTableH rows)
{
    char **options = CSLSetNameValue(NULL, "DBF_DATE_LAST_UPDATE", DATE_OF_ALL);
    if (!is_ascii(rows))
        options = CSLSetNameValue(options, "ENCODING", "UTF-8");
    GDALDatasetH file =
        GDALCreate(GDALGetDriverByName("ESRI Shapefile"), path, 0, 0, 0, GDT_Unknown, NULL);
    OGRLayerH layer =
        file ? GDALDatasetCreateLayer(file, layer_name, NULL, wkbNone, options) : NULL;
    bool done = layer != NULL;
    for (int c = 0; done && c < GDALRATGetColumnCount(rows); c++)
        done = add_field(layer, rows, c);
    for (int r = 0; done && r < GDALRATGetRowCount(rows); r++)
        done = add_row(layer, rows, r);
    GDALClose(file);
    CSLDestroy(options);
    return done;
}

static bool read_rows(const char *path, GDALRasterAttributeTableH rows)
{
    GDALDatasetH file = GDALOpenEx(path, GDAL_OF_VECTOR, NULL, NULL, NULL);
    OGRLayerH layer = file ? GDALDatasetGetLayer(file, 0) : NULL;
    bool same = layer && OGR_L_GetFeatureCount(layer, TRUE) == GDALRATGetRowCount(rows);
    for (int r = 0; same && r < GDALRATGetRowCount(rows); r++) {
        OGRFeatureH feature = OGR_L_GetNextFeature(layer);
        same = has_row(feature, rows, r);
        OGR_F_Destroy(feature);
    }
    GDALClose(file);
    return same;
}

s2rgf_status s2_map_vat_write(const s2_map_files *files, const s2_map_table *table,
                              s2rgf_error *err)
{
    GDALRasterAttributeTableH rows = s2_map_table_rows(table);
    char *path = s2_map_files_new(files, files->name, S2_VAT_SUFFIX);
    char *layer = s2_asprintf("%s.vat", files->name);
    s2rgf_status status = rows && path && layer ? S2RGF_OK : s2_fail_memory(err, "attribute table");
    if (status == S2RGF_OK && !fits(rows))
        CPLError(CE_Warning, CPLE_AppDefined,
                 "%s: not written with %s%s, whose class names have at most %d bytes", files->path,
                 files->name, S2_VAT_SUFFIX, MOST_TEXT_BYTES);
    else if (status == S2RGF_OK) {
        s2_gdal_catch caught;
        s2_gdal_catch_begin(&caught);
        const bool done = write_rows(path, layer, rows) && read_rows(path, rows);
        s2_gdal_catch_end(&caught);
        if (!done || caught.failed)
            status = s2_gdal_fail(&caught, err, S2RGF_IO, "%s%s: cannot be written", files->path,
                                  S2_VAT_SUFFIX);
    }
    GDALDestroyRasterAttributeTable(rows);
    s2_free(path);
    s2_free(layer);
    return status;
}
