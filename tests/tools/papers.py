"""Worked examples of two papers as maps and points: papers.py FOLDER.

olofsson.*: Olofsson et al. 2014, tables 8 and 9, 640 units in 900,000 ha.
stehman.*: Stehman 2014, table 1, 40 units in strata that are not the map's classes.
"""

import os
import sys

import numpy as np
from osgeo import gdal, ogr, osr

gdal.UseExceptions()
os.chdir(sys.argv[1])
srs = osr.SpatialReference()
srs.ImportFromEPSG(32633)
X, Y = 400000, 5900000


def raster(path, values, size, names):
    data = gdal.GetDriverByName("GTiff").Create(path, values.shape[1], values.shape[0])
    data.SetGeoTransform((X, size, 0, Y, 0, -size))
    data.SetSpatialRef(srs)
    band = data.GetRasterBand(1)
    band.WriteArray(values)
    band.SetNoDataValue(0)
    if names:
        band.SetCategoryNames(["", *names])


def points(path, rows, size, driver, options=()):
    """rows: line, column, class; off the centres, as whoever digitises is."""
    data = gdal.GetDriverByName(driver).Create(path, 0, 0, 0, gdal.GDT_Unknown)
    layer = data.CreateLayer("points", srs, ogr.wkbPoint, list(options))
    layer.CreateField(ogr.FieldDefn("reference", ogr.OFTString))
    for line, column, name in rows:
        feature = ogr.Feature(layer.GetLayerDefn())
        feature["reference"] = name
        x, y = X + size * (column + 0.3), Y - size * (line + 0.6)
        feature.SetGeometry(ogr.CreateGeometryFromWkt(f"POINT({x!r} {y!r})"))
        layer.CreateFeature(feature)


def layers(stem, rows, size):
    points(stem + ".gpkg", rows, size, "GPKG")
    points(stem + ".csv", rows, size, "CSV", ["GEOMETRY=AS_XY"])


NAMES = ["deforestation", "forest gain", "stable forest", "stable non-forest"]
COUNTS = [[66, 0, 5, 4], [0, 55, 8, 12], [1, 0, 153, 11], [2, 1, 9, 313]]  # rows: map
mapped = np.repeat(np.arange(1, 5), [2000, 1500, 32000, 64500]).astype("u1")  # of 9 ha
np.random.default_rng(1).shuffle(mapped)
mapped = mapped.reshape(250, 400)
raster("olofsson.tif", mapped, 300, NAMES)
units = []
for i, row in enumerate(COUNTS):
    places = zip(*(k.tolist() for k in np.nonzero(mapped == i + 1)))
    units += [(*next(places), NAMES[j]) for j, count in enumerate(row) for _ in range(count)]
layers("olofsson", units, 300)

MAPPED = "AAAAAAABBBABBBBBBBBBBBCCCCCCBBDDDDDDDDDD"
REFERENCE = "AAAAACBABCABBBBBAABBCCCCCDDBBADDDDDDDCCB"
strata = np.repeat(np.arange(1, 5), [40000, 30000, 20000, 10000]).astype("u1").reshape(250, 400)
mapped = np.ones_like(strata)
units = []
for i in range(40):
    line, column = (int(k[11 * (i % 10)]) for k in np.nonzero(strata == i // 10 + 1))
    mapped[line, column] = "ABCD".index(MAPPED[i]) + 1
    units.append((line, column, REFERENCE[i]))
raster("stehman.tif", mapped, 30, "ABCD")
raster("strata.tif", strata, 30, None)
layers("stehman", units, 30)
