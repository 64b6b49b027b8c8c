/* Which pixels of a band are valid, as GDAL knows it: nodata value, mask band, alpha band. */
#ifndef S2_GEO_SOURCE_BAND_VALIDITY_H
#define S2_GEO_SOURCE_BAND_VALIDITY_H

#include <stdbool.h>

#include <gdal.h>

/**
 * Nodata value of a band, asked for in the band's own type, so that those of 64-bit bands are
 * found; false where there is none. NaN is a value like others.
 */
bool s2_band_nodata(GDALRasterBandH band, double *nodata);

/**
 * Make a nodata value the one that pixels of the band hold: of what is beyond Float32, writers make
 * its largest value, and GDAL infinity. False where no pixel of the band's type can have it (-9999
 * of UInt16, a fraction, NaN).
 */
bool s2_band_fit_nodata(GDALRasterBandH band, double *nodata);

/**
 * Whether the nodata value of a 64-bit band has neighbours that are one number with it in double
 * precision. GDAL's mask band, which s2_band_mask() then yields, tells them apart.
 */
bool s2_band_nodata_is_wide(GDALRasterBandH band);

/**
 * True where GDAL before 3.7 hands out signed bytes as Byte: values above 127 are 256 too large.
 */
bool s2_band_is_signed_byte(GDALRasterBandH band);

/**
 * The band that is 0 where this one is not valid, for what comparing with its nodata value does not
 * say: a mask band, or the dataset's alpha band of any type. NULL where there is none. Owned by the
 * dataset.
 */
GDALRasterBandH s2_band_mask(GDALDatasetH dataset, GDALRasterBandH band);

#endif
