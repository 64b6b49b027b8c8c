#!/usr/bin/env bash
# Real scenes by the dozen: plots of a flight, tiles of EnMAP as delivered, two halves of a scene in different light: each
# trains in one command, without a mosaic, and maps in another.
. "$(dirname "$0")/../tools/lib.sh"
. "$top_srcdir/tests/tools/scenes.sh"
need_data idtrees
need_data potsdam
need_data redclover
need_python osgeo.gdal numpy

learn=(s2rgf_train -q -c 16 -batch 4)
map=(s2rgf_classify -q -noqml)

# maps PATTERN COUNT CLASSES: so many maps, which together have so many classes or more
maps() {
    "$PYTHON" - "$@" << 'P' || fail "$1: other maps"
import glob
import sys
import numpy as np
from osgeo import gdal
pattern, count, classes = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
found = [gdal.Open(name).ReadAsArray() for name in sorted(glob.glob(pattern))]
assert len(found) == count, len(found)
assert all(a.any() for a in found)
assert len(set(np.concatenate([np.unique(a[a > 0]) for a in found]))) >= classes
P
}

# ---- 46 plots of two sensors, of which two thirds have labels; all are mapped
plots=$S2RGF_TEST_DATA/idtrees
both=(-scenes "$plots" -i 'hs={}_hs.tif' -i 'rgb={}_rgb.tif')
expect_status 0 "${learn[@]}" "${both[@]}" -steps 30 -crop 64 -labels "$plots/crowns_train.gpkg" -a species -val_by scene plots.s2rgf
mkdir plots
expect_silence "${map[@]}" -m plots.s2rgf "${both[@]}" 'plots/{}.tif'
maps 'plots/*.tif' 46 3

# ---- 18 tiles of EnMAP, with bands that hold nothing
tiles=$S2RGF_TEST_DATA/potsdam
expect_status 0 "${learn[@]}" -scenes "$tiles/images" -i 'hs={}.tif' -steps 30 -crop 32 -labels "$tiles/labels/{}.tif" tiles.s2rgf
expect_status 0 s2rgf_info tiles.s2rgf
expect_in "$stdout" "218 bands"
mkdir tiles
expect_silence "${map[@]}" -m tiles.s2rgf -scenes "$tiles/images" -i 'hs={}.tif' "$PWD/tiles/{}.tif"
maps 'tiles/*.tif' 18 4

# ---- two halves, one of them brighter, each with its labels
"$PYTHON" - "$S2RGF_TEST_DATA/redclover" << 'P' || fail "cannot cut the scene"
import glob
import os
import sys
import numpy as np
from osgeo import gdal
gdal.UseExceptions()
os.mkdir("halves")
for path in sorted(glob.glob(sys.argv[1] + "/B*.tif")):
    whole = gdal.Open(path)
    middle, end = whole.RasterXSize // 4 * 2, whole.RasterXSize
    for half, window in (("west", (0, middle)), ("east", (middle, end - middle))):
        name = f"halves/{half}_{os.path.basename(path)}"
        made = gdal.Translate(name, whole, srcWin=[window[0], 0, window[1], whole.RasterYSize])
        if half == "east":
            band = made.GetRasterBand(1)
            a = band.ReadAsArray()
            band.WriteArray(np.where(a == band.GetNoDataValue(), a, a * 1.15 + 150))
        made = None
P
bands=()
for band in B02 B03 B04 B08; do bands+=(-i "ten={}_$band.tif"); done
for band in B05 B06 B07 B8A B11 B12; do bands+=(-i "twenty={}_$band.tif"); done
labels=(-labels "$S2RGF_TEST_DATA/redclover/train_polys7.shp" -a class)
expect_status 0 "${learn[@]}" -scenes halves "${bands[@]}" "${labels[@]}" -val 0 -steps 80 halves.s2rgf
expect_silence "${map[@]}" -m halves.s2rgf -scenes halves "${bands[@]}" '{}.tif'
for half in west east; do
    expect_status 0 s2rgf_assess -json - "$half.tif" "${labels[@]}"
    # on what it was trained on: it learned both lights
    "$PYTHON" -c 'import json, sys; oa = json.load(sys.stdin)["overall_accuracy"]; sys.exit(oa < 0.75 and str(oa))' < "$stdout" ||
        fail "the $half is not learned"
done
