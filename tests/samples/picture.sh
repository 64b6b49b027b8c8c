#!/usr/bin/env bash
# The demo's picture shows the map, and beside it each class with its colour, name and hectares.
. "$(dirname "$0")/../tools/lib.sh"
need_python numpy osgeo.gdal PIL

cat > check.py <<'EOF'
import subprocess
import sys
import numpy as np
from osgeo import gdal
from PIL import Image
gdal.UseExceptions()
COLUMNS = [("Value", gdal.GFT_Integer), ("Count", gdal.GFT_Integer), ("Class", gdal.GFT_String),
           ("Red", gdal.GFT_Integer), ("Green", gdal.GFT_Integer), ("Blue", gdal.GFT_Integer),
           ("Alpha", gdal.GFT_Integer), ("Area_ha", gdal.GFT_Real)]

def picture_of(classes, width, height):
    """The picture of a map whose columns are classes, in turn, after one of nodata."""
    pixels = np.zeros((height, width), np.uint16)
    for x in range(1, width):
        pixels[:, x] = classes[(x - 1) * len(classes) // (width - 1)][0]
    table = gdal.RasterAttributeTable()
    for name, kind in COLUMNS:
        table.CreateColumn(name, kind, gdal.GFU_Generic)
    table.SetRowCount(len(classes))
    for row, (value, name, rgb) in enumerate(classes):
        for column, cell in enumerate((value, int((pixels == value).sum()), name, *rgb, 255, 12.25 * value)):
            (table.SetValueAsString if isinstance(cell, str) else table.SetValueAsDouble if column == 7
             else table.SetValueAsInt)(row, column, cell)
    data = gdal.GetDriverByName("GTiff").Create("map.tif", width, height, 1, gdal.GDT_UInt16)
    data.WriteArray(pixels)
    data.GetRasterBand(1).SetDefaultRAT(table)
    del data
    subprocess.run([sys.executable, sys.argv[1], "map.tif", "map.png"], check=True)
    picture = np.array(Image.open("map.png").convert("RGB"))
    colours = np.full((65536, 3), 255, np.uint8)
    for value, _, rgb in classes:
        colours[value] = rgb
    assert (picture[:height, :width] == colours[pixels]).all(), "the map is not the map"
    return picture, picture[:, width:]

two = [(3, "water", (20, 60, 200)), (700, "wood", (30, 120, 40))]
picture, legend = picture_of(two, 60, 80)
assert picture.shape[0] == 80
rows = []
for _, _, rgb in two:
    ys, xs = np.nonzero((legend == rgb).all(axis=2))
    assert len(ys) > 100, "no swatch"
    rows.append(ys.min())
    beside = legend[ys.min():ys.max() + 1, xs.max() + 3:]
    assert (beside.sum(axis=2) < 200).sum() > 40, "no text beside the swatch"
assert rows[0] < rows[1], "the classes are out of order"
# what is written depends on the name and the area
_, other = picture_of([(3, "water", (20, 60, 200)), (700, "wool", (30, 120, 40))], 60, 80)
assert other.shape != legend.shape or (other != legend).any()
# a legend that is longer than the map
many = [(v, f"class {v}", (v, 255 - v, 100)) for v in range(1, 21)]
picture, legend = picture_of(many, 40, 30)
assert picture.shape[0] > 400
for _, _, rgb in many:
    assert (legend == rgb).all(axis=2).sum() > 100, rgb
EOF
"$PYTHON" check.py "$top_srcdir/samples/write_picture.py" || fail "the picture is wrong"
