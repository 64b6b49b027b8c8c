"""Classifies, loads the map as the dialog does, and compares a picture of it with its pixels."""

import collections
import json
import subprocess
import sys

from osgeo import gdal

import session

application = session.start()
layer = session.run_and_load(
    "s2rgf:classify",
    {
        "MODEL": "model.s2rgf",
        "SOURCE_1": ["scene/ms.tif"],
        "SOURCE_1_NAME": "ms",
        "SOURCE_2": ["scene/hs.tif"],
        "SOURCE_2_NAME": "hs",
        "OUTPUT": "map.tif",
    },
    "OUTPUT",
)

info = subprocess.run(["s2rgf_info", "-json", "model.s2rgf"], stdout=subprocess.PIPE, check=True)
expected = [(item["value"], item["name"]) for item in json.loads(info.stdout)["classes"]]
legend = [(item.value, item.label) for item in layer.renderer().classes()]
if legend != expected:
    sys.exit(f"legend: expected {expected}, found {legend}")

raster = gdal.Open("map.tif")
band = raster.GetRasterBand(1)
picture = session.render(layer, raster.RasterXSize)
picture.save("picture.png")
if (picture.width(), picture.height()) != (raster.RasterXSize, raster.RasterYSize):
    sys.exit(f"the picture has {picture.width()} x {picture.height()} pixels")
values = band.ReadAsArray()
palette = band.GetColorTable()
found = collections.Counter()
for y in range(picture.height()):
    for x in range(picture.width()):
        color = picture.pixelColor(x, y).getRgb()[:3]
        if color == palette.GetColorEntry(int(values[y, x]))[:3]:
            found[int(values[y, x])] += 1
for value in sorted(set(values.ravel().tolist()) - {0}):
    if found[value] != (values == value).sum():
        sys.exit(f"class {value}: {(values == value).sum()} pixels, {found[value]} of its colour")
if len(found) < 2:
    sys.exit(f"expected at least two classes in the picture, found {dict(found)}")
