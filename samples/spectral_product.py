#!/usr/bin/env python3
"""Makes a GeoTIFF, as s2rgf reads it, of a product whose arrays GDAL opens but does not put on a map.

    spectral_product.py PRODUCT OUT.tif

PRODUCT is an EMIT L2A reflectance file (netCDF), which is put on its map by the places that it lists
(nearest pixel), or a PRISMA L2D file (HDF5). OUT.tif has reflectances, wavelengths in the bands'
metadata, and bbl=0 for bands that the product marks unusable.
"""

import os
import sys

import numpy as np
from osgeo import gdal, osr

gdal.UseExceptions()
NODATA = -9999
LINES = 64  # of the map that are written at once


def attribute(group, name):
    return group.GetAttribute(name).Read()


def array(group, path):
    return group.OpenMDArrayFromFullname(path)


def create(path, shape, geotransform, srs, bands):
    """The file; bands are (wavelength in nanometres, usable)."""
    height, width = shape
    made = gdal.GetDriverByName("GTiff").Create(
        path, width, height, len(bands), gdal.GDT_Float32,
        ["TILED=YES", "COMPRESS=DEFLATE", "INTERLEAVE=BAND", "BIGTIFF=IF_SAFER"])
    made.SetGeoTransform(geotransform)
    made.SetProjection(srs)
    for number, (nanometres, usable) in enumerate(bands, 1):
        band = made.GetRasterBand(number)
        band.SetNoDataValue(NODATA)
        band.SetDescription(f"{nanometres:.6g} nm")
        band.SetMetadata({"wavelength": f"{nanometres:.6g}", "wavelength_units": "Nanometers",
                          "bbl": str(int(usable))})
    return made


def emit(root, out):
    cube = array(root, "/reflectance")
    lines, samples, bands = cube.GetShape()
    column = array(root, "/location/glt_x").ReadAsArray()
    row = array(root, "/location/glt_y").ReadAsArray()
    usable = array(root, "/sensor_band_parameters/good_wavelengths").ReadAsArray()
    nanometres = array(root, "/sensor_band_parameters/wavelengths").ReadAsArray()
    made = create(out, row.shape, attribute(root, "geotransform"), attribute(root, "spatial_ref"),
                  list(zip(nanometres, usable)))
    for y in range(0, row.shape[0], LINES):
        rows, columns = row[y:y + LINES], column[y:y + LINES]
        known = (rows > 0) & (columns > 0)  # places count from 1; 0: none
        pixels = np.full((bands, *rows.shape), NODATA, np.float32)
        if known.any():
            first, last = rows[known].min() - 1, rows[known].max()
            part = cube.ReadAsArray([int(first), 0, 0], [int(last - first), samples, bands])
            pixels[:, known] = part[rows[known] - 1 - first, columns[known] - 1].T
        made.WriteArray(pixels, 0, y)
    assert lines >= row.max()


def prisma(root, out):
    fields = "/HDFEOS/SWATHS/PRS_L2D_HCO/Data Fields/"
    bands, planes = [], []
    for part in ("Vnir", "Swir"):
        low, high = (attribute(root, f"L2Scale{part}{end}") for end in ("Min", "Max"))
        codes = array(root, f"{fields}{part.upper()}_Cube").ReadAsArray()  # lines, bands, samples
        values = codes.transpose(1, 0, 2)
        filled = (codes == 0).all(1)
        described = zip(attribute(root, f"List_Cw_{part}"), attribute(root, f"List_Cw_{part}_Flags"))
        for (nanometres, usable), plane in zip(described, values):
            bands.append((nanometres, usable))
            planes.append(np.where(filled, NODATA, low + plane * ((high - low) / 65535)))
    order = np.argsort([nanometres for nanometres, _ in bands], kind="stable")
    srs = osr.SpatialReference()
    srs.ImportFromEPSG(int(attribute(root, "Epsg_Code")))
    left, top = (attribute(root, f"Product_ULcorner_{axis}") for axis in ("easting", "northing"))
    right = attribute(root, "Product_URcorner_easting")
    pixel = (right - left) / (planes[0].shape[1] - 1)  # corners are centres of pixels
    made = create(out, planes[0].shape, (left - pixel / 2, pixel, 0, top + pixel / 2, 0, -pixel),
                  srs.ExportToWkt(), [bands[i] for i in order])
    for number, i in enumerate(order, 1):
        made.GetRasterBand(number).WriteArray(planes[i].astype(np.float32))


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    product, out = sys.argv[1:]
    if os.path.exists(out):
        sys.exit(f"{out}: exists already")
    try:
        root = gdal.OpenEx(product, gdal.OF_MULTIDIM_RASTER).GetRootGroup()
    except RuntimeError as error:
        sys.exit(f"{product}: not a file of many dimensions, such as EMIT L2A or PRISMA L2D: {error}")
    if "reflectance" in (root.GetMDArrayNames() or []):
        emit(root, out)
    elif "HDFEOS" in (root.GetGroupNames() or []):
        prisma(root, out)
    else:
        sys.exit(f"{product}: expected EMIT L2A (array /reflectance) or PRISMA L2D (group /HDFEOS)")


main()
