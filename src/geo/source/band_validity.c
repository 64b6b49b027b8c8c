/* Which pixels of a band are valid, as GDAL knows it: nodata value, mask band, alpha band. */
#include "geo/source/band_validity.h"

#include <cpl_string.h>
#include <float.h>
#include <math.h>

#define LARGEST_EXACT 9007199254740992.0 /* 2^53: doubles hold all whole numbers up to it */

bool s2_band_nodata(GDALRasterBandH band, double *nodata)
{
    int has = FALSE;
    switch (GDALGetRasterDataType(band)) {
    case GDT_Int64:
        *nodata = (double)GDALGetRasterNoDataValueAsInt64(band, &has);
        break;
    case GDT_UInt64:
        *nodata = (double)GDALGetRasterNoDataValueAsUInt64(band, &has);
        break;
    default:
        *nodata = GDALGetRasterNoDataValue(band, &has);
    }
    return has != FALSE;
}

/* Versions of GDAL with a type for signed bytes warn about reading the metadata item. */
bool s2_band_is_signed_byte(GDALRasterBandH band)
{
#if GDAL_VERSION_NUM < GDAL_COMPUTE_VERSION(3, 7, 0)
    const char *pixel_type = GDALGetMetadataItem(band, "PIXELTYPE", "IMAGE_STRUCTURE");
    return GDALGetRasterDataType(band) == GDT_Byte && pixel_type && EQUAL(pixel_type, "SIGNEDBYTE");
#else
    (void)band;
    return false;
#endif
}

bool s2_band_fit_nodata(GDALRasterBandH band, double *nodata)
{
    const GDALDataType type = GDALGetRasterDataType(band);
    const double value = *nodata;
    if (GDALDataTypeIsFloating(type)) {
        if (type == GDT_Float32 && fabs(value) > (double)FLT_MAX)
            *nodata = copysign((double)FLT_MAX, value);
        return true;
    }
    const int bits = GDALGetDataTypeSizeBits(type);
    const bool has_sign = GDALDataTypeIsSigned(type) || s2_band_is_signed_byte(band);
    const double lowest = has_sign ? -ldexp(1.0, bits - 1) : 0.0;
    /* The end itself is let in: the largest 64-bit numbers are rounded up to it. */
    const double highest = ldexp(1.0, has_sign ? bits - 1 : bits) - (bits < 64 ? 1.0 : 0.0);
    return value >= lowest && value <= highest && value == floor(value);
}

bool s2_band_nodata_is_wide(GDALRasterBandH band)
{
    const GDALDataType type = GDALGetRasterDataType(band);
    double nodata;
    return (type == GDT_Int64 || type == GDT_UInt64) && s2_band_nodata(band, &nodata) &&
           fabs(nodata) >= LARGEST_EXACT;
}

/**
 * The dataset's alpha band, NULL where there is none; GDAL's own mask knows it only as Byte or
 * UInt16.
 */
static GDALRasterBandH alpha_band(GDALDatasetH dataset, GDALRasterBandH besides)
{
    for (int number = 1; number <= GDALGetRasterCount(dataset); number++) {
        GDALRasterBandH band = GDALGetRasterBand(dataset, number);
        if (band != besides && GDALGetRasterColorInterpretation(band) == GCI_AlphaBand)
            return band;
    }
    return NULL;
}

GDALRasterBandH s2_band_mask(GDALDatasetH dataset, GDALRasterBandH band)
{
    const int flags = GDALGetMaskFlags(band);
    if (flags == GMF_NODATA && s2_band_nodata_is_wide(band))
        return GDALGetMaskBand(band);
    if ((flags & (GMF_ALL_VALID | GMF_ALPHA)) != 0 || flags == GMF_NODATA)
        return alpha_band(dataset, band);
    return GDALGetMaskBand(band);
}
