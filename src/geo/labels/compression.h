/* Whether a raster is compressed in a way that changes its values. */
#ifndef S2_GEO_LABELS_COMPRESSION_H
#define S2_GEO_LABELS_COMPRESSION_H

#include <gdal.h>

/**
 * The lossy compression of a data set, or of one of the first rasters that a VRT refers to: "JPEG";
 * NULL where none is known.
 */
const char *s2_lossy_compression(GDALDatasetH dataset);

#endif
