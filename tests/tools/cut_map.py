#!/usr/bin/env python3
"""Blank a raster where a mask is 0 or nodata.

cut_map.py IN MASK OUT

OUT is a copy of the GeoTIFF IN whose bands have their nodata value there.
"""
import sys

from osgeo import gdal

gdal.UseExceptions()


def main():
    source, mask_path, target = sys.argv[1:]
    mask = gdal.Open(mask_path)
    band = mask.GetRasterBand(1)
    values = band.ReadAsArray()
    blank = (values == 0) | (values != values) | (band.GetMaskBand().ReadAsArray() == 0)
    raster = gdal.GetDriverByName("GTiff").CreateCopy(target, gdal.Open(source))
    for number in range(1, raster.RasterCount + 1):
        pixels = raster.GetRasterBand(number).ReadAsArray()
        pixels[blank] = raster.GetRasterBand(number).GetNoDataValue()
        raster.GetRasterBand(number).WriteArray(pixels)


if __name__ == "__main__":
    main()
