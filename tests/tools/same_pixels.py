#!/usr/bin/env python3
"""Are the pixels of two rasters the same?

same_pixels.py [-srcwin X Y W H] A B

B must have the size, georeference, bands, types, nodata and pixels of A, or of that window of A.
Silent and status 0 when it has; otherwise the first difference on stderr and status 1.
"""
import argparse
import sys

import numpy as np
from osgeo import gdal

gdal.UseExceptions()


def differ(message):
    sys.exit(f"same_pixels: {message}")


def check_frame(a, b, window):
    x, y, w, h = window
    if (b.RasterXSize, b.RasterYSize) != (w, h):
        differ(f"size: expected {w} x {h}, found {b.RasterXSize} x {b.RasterYSize}")
    if a.RasterCount != b.RasterCount:
        differ(f"bands: expected {a.RasterCount}, found {b.RasterCount}")
    m = a.GetGeoTransform()
    expected = (m[0] + x * m[1] + y * m[2], m[1], m[2], m[3] + x * m[4] + y * m[5], m[4], m[5])
    if not np.allclose(expected, b.GetGeoTransform(), rtol=0, atol=1e-6 * abs(m[1])):
        differ(f"georeference: expected {expected}, found {b.GetGeoTransform()}")
    srs_a, srs_b = a.GetSpatialRef(), b.GetSpatialRef()
    if (srs_a is None) != (srs_b is None) or (srs_a is not None and not srs_a.IsSame(srs_b)):
        differ("coordinate reference systems differ")


def check_band(a, b, number, window):
    x, y, w, h = window
    if a.DataType != b.DataType:
        differ(f"band {number}: type: expected {gdal.GetDataTypeName(a.DataType)}, "
               f"found {gdal.GetDataTypeName(b.DataType)}")
    if a.GetNoDataValue() != b.GetNoDataValue():
        differ(f"band {number}: nodata: expected {a.GetNoDataValue()}, found {b.GetNoDataValue()}")
    rows = max(1, 4_000_000 // w)
    for top in range(0, h, rows):
        n = min(rows, h - top)
        p = a.ReadAsArray(x, y + top, w, n)
        q = b.ReadAsArray(0, top, w, n)
        # Bits, not values: -0.0 is not 0.0 here, and NaN equals itself.
        same = p.view(f"u{p.itemsize}") == q.view(f"u{q.itemsize}")
        if not same.all():
            i, j = np.argwhere(~same)[0]
            differ(f"band {number}: {np.count_nonzero(~same)} pixels differ in rows {top} to "
                   f"{top + n - 1}; first at {j}, {top + i}: expected {p[i, j]}, found {q[i, j]}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-srcwin", nargs=4, type=int)
    parser.add_argument("a")
    parser.add_argument("b")
    args = parser.parse_args()
    a, b = gdal.Open(args.a), gdal.Open(args.b)
    window = args.srcwin or (0, 0, a.RasterXSize, a.RasterYSize)
    check_frame(a, b, window)
    for number in range(1, a.RasterCount + 1):
        check_band(a.GetRasterBand(number), b.GetRasterBand(number), number, window)


if __name__ == "__main__":
    main()
