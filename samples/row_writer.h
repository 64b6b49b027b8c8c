/* One raster file of a sample scene, written row by row in bounded memory. */
#ifndef SAMPLES_ROW_WRITER_H
#define SAMPLES_ROW_WRITER_H

#include <gdal.h>

#include "scene_spec.h"

/** Set width, height, bands and block_rows, then call row_writer_create(). */
typedef struct row_writer {
    GDALDatasetH dataset;
    int width, height, bands;
    int block_rows; /* rows held back, and height of the file's blocks */
    int next_row;   /* of the raster */
    float *rows;    /* [block_rows][width][bands] */
} row_writer;

/** Create the file in the scene's folder; close it in any case. false after a CPLError. */
bool row_writer_create(row_writer *writer, const scene_spec *spec, const char *name,
                       GDALDataType type);

/** Place the raster: upper left corner and pixel side, in metres of the scene's CRS. */
bool row_writer_georeference(row_writer *writer, double x, double y, double pixel);

/** Room for the next row, [width][bands]. */
float *row_writer_begin(row_writer *writer);

/** Hand over the row; the file gets whole blocks, none twice. false after a CPLError. */
bool row_writer_end(row_writer *writer);

/** Close the file and release the rows. false if that failed. */
bool row_writer_close(row_writer *writer);

#endif
