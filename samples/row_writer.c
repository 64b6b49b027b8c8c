/* One raster file of a sample scene, written row by row in bounded memory. */
#include "row_writer.h"

#include <cpl_error.h>
#include <ogr_srs_api.h>
#include <stdio.h>

#include "core/memory.h"

bool row_writer_georeference(row_writer *writer, double x, double y, double pixel)
{
    double transform[6] = {x, pixel, 0.0, y, 0.0, -pixel};
    OGRSpatialReferenceH srs = OSRNewSpatialReference(NULL);
    bool ok = srs && OSRImportFromEPSG(srs, SCENE_EPSG) == OGRERR_NONE &&
              GDALSetSpatialRef(writer->dataset, srs) == CE_None &&
              GDALSetGeoTransform(writer->dataset, transform) == CE_None;
    OSRDestroySpatialReference(srs);
    return ok;
}

bool row_writer_create(row_writer *writer, const scene_spec *spec, const char *name,
                       GDALDataType type)
{
    char block_y[32];
    snprintf(block_y, sizeof block_y, "BLOCKYSIZE=%d", writer->block_rows);
    const char *options[] = {
        "TILED=YES", "BLOCKXSIZE=128",   block_y, "COMPRESS=DEFLATE", "PREDICTOR=2",
        "ZLEVEL=1",  "BIGTIFF=IF_SAFER", NULL};
    char *path = scene_path(spec, name);
    if (!path)
        return false;
    writer->dataset = GDALCreate(GDALGetDriverByName("GTiff"), path, writer->width, writer->height,
                                 writer->bands, type, (CSLConstList)options);
    s2_free(path);
    if (!writer->dataset)
        return false;
    writer->rows = s2_alloc((size_t)writer->block_rows * (size_t)writer->width,
                            (size_t)writer->bands * sizeof(float));
    if (!writer->rows)
        CPLError(CE_Failure, CPLE_OutOfMemory, "%s: no memory for %d rows", name,
                 writer->block_rows);
    return writer->rows != NULL;
}

float *row_writer_begin(row_writer *writer)
{
    size_t row = (size_t)(writer->next_row % writer->block_rows);
    return writer->rows + row * (size_t)writer->width * (size_t)writer->bands;
}

bool row_writer_end(row_writer *writer)
{
    int filled = writer->next_row % writer->block_rows + 1;
    writer->next_row++;
    if (filled < writer->block_rows && writer->next_row < writer->height)
        return true;
    GSpacing pixel = (GSpacing)writer->bands * (GSpacing)sizeof(float);
    /* Flushing has no return value in GDAL 3.6: its failure shows as the last error. */
    CPLErrorReset();
    if (GDALDatasetRasterIOEx(writer->dataset, GF_Write, 0, writer->next_row - filled,
                              writer->width, filled, writer->rows, writer->width, filled,
                              GDT_Float32, writer->bands, NULL, pixel, pixel * writer->width,
                              sizeof(float), NULL) != CE_None)
        return false;
    GDALFlushCache(writer->dataset);
    return CPLGetLastErrorType() < CE_Failure;
}

bool row_writer_close(row_writer *writer)
{
    CPLErrorReset();
    if (writer->dataset)
        GDALClose(writer->dataset);
    s2_free(writer->rows);
    *writer = (row_writer){0};
    return CPLGetLastErrorType() < CE_Failure;
}
