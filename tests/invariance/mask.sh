#!/usr/bin/env bash
# A masked map is the whole map, blank where the mask is: for any tiles, threads and window, and for a
# network that computes tile by tile as for one that computes pixel by pixel.
. "$(dirname "$0")/../tools/lib.sh"
. "$(dirname "$0")/../tools/scenes.sh"
need_python numpy osgeo.gdal
cut_map=$top_srcdir/tests/tools/cut_map.py

# make_mask LIKE OUT EXPRESSION: a raster on the grid of LIKE; the expression, in x and y, is true
# where pixels are to be mapped. Half of the others are 0, half nodata.
make_mask() {
    expect_silence "$PYTHON" -c '
import sys
import numpy as np
from osgeo import gdal
gdal.UseExceptions()
like = gdal.Open(sys.argv[1])
y, x = np.mgrid[0:like.RasterYSize, 0:like.RasterXSize]
wanted = eval(sys.argv[3])
pixels = np.where(wanted, 1 + x % 7, np.where(y % 2, 0, 200)).astype(np.uint8)
mask = gdal.GetDriverByName("GTiff").Create(sys.argv[2], like.RasterXSize, like.RasterYSize, 1)
mask.SetGeoTransform(like.GetGeoTransform())
mask.SetSpatialRef(like.GetSpatialRef())
mask.GetRasterBand(1).SetNoDataValue(200)
mask.GetRasterBand(1).WriteArray(pixels)' "$@"
}

# cut MAP MASK OUT: what a masked map and its companions should be.
cut() {
    local kind
    for kind in "" _conf _prob; do
        rm -f "$3$kind.tif"
        expect_silence "$PYTHON" "$cut_map" "$1$kind.tif" "$2" "$3$kind.tif"
    done
}

# masked_map MAP OPTION...: the map, told where the mask leaves no pixel and else silent
masked_map() {
    expect_status 0 s2rgf_classify -q -m model.s2rgf "${inputs[@]}" -overwrite -mask mask.tif "${@:2}" \
        -conf "$1_conf.tif" -prob "$1_prob.tif" "$1.tif"
    [ ! -s "$stdout" ] || fail "expected silence: $*"
    "$PYTHON" -c '
import sys
from osgeo import gdal
gdal.UseExceptions()
told = open(sys.argv[2]).read().splitlines()
mapped = gdal.Open(sys.argv[1]).ReadAsArray().any()
assert mapped and not told or not mapped and len(told) == 1 and "no pixel is mapped" in told[0], told' \
        "$1.tif" "$stderr" || fail "wrong warnings: $*"
}

# ---- tile by tile
expect_silence "$builddir/samples/make_scene" -size 217 183 -hs_bands 24 -classes 3 scene
inputs=(-i hs=scene/hs.tif -i ms=scene/ms.tif)
expect_silence s2rgf_train -q "${inputs[@]}" -labels scene/labels.gpkg -l train -a class \
    -c 16 -steps 4 -val 0 model.s2rgf
expect_map model.s2rgf whole
# a disc, an edge of the scene, nothing at all, everything; most tiles of the first two have no pixel
masks=("(x - 70) ** 2 + (y - 90) ** 2 < 900" "x > 210" "x < 0" "x >= 0" "(x + y) % 3 == 0")
for expression in "${masks[@]}"; do
    make_mask scene/ms.tif mask.tif "$expression"
    cut whole mask.tif expected
    for tile in 16 1000; do
        masked_map masked -tile "$tile" -threads 3
        same_maps expected masked
    done
    masked_map one -tile 64 -threads 1
    masked_map three -tile 64 -threads 3
    identical_maps one three
    masked_map masked -srcwin 37 51 83 61 -tile 64
    same_maps expected masked -srcwin 37 51 83 61
done

# ---- pixel by pixel, which takes long: the whole map only in a window
expect_silence "$builddir/samples/make_scene" -size 64 48 -ratio 4 -hs_bands 6 -classes 3 small
inputs=(-i hs=small/hs.tif -i ms=small/ms.tif)
expect_status 0 s2rgf_train -q "${inputs[@]}" -labels small/labels.gpkg -l train -a class \
    -network patch -batch 2 -steps 1 -val 0 patch.s2rgf
make_mask small/ms.tif mask.tif "(x >= 20) & (x < 36) & (y >= 16) & (y < 28) & ((x + 2 * y) % 5 == 0)"
window=(-srcwin 20 16 16 12)
expect_map patch.s2rgf window "${window[@]}"
expect_map patch.s2rgf masked -overwrite -mask mask.tif -tile 16
expect_map patch.s2rgf both -mask mask.tif "${window[@]}"
same_maps masked both "${window[@]}"
"$PYTHON" -c '
from osgeo import gdal
gdal.UseExceptions()
x, y, w, h = 20, 16, 16, 12
for kind in "", "_conf", "_prob":
    whole, cut = (gdal.Open(f"{name}{kind}.tif").ReadAsArray() for name in ("window", "both"))
    mask = gdal.Open("mask.tif").ReadAsArray(x, y, w, h)
    wanted = (mask != 0) & (mask != 200)
    assert 0 < wanted.sum() < wanted.size
    assert (whole[..., wanted] == cut[..., wanted]).all(), kind
    assert (cut[..., ~wanted] == (-1 if kind else 0)).all(), kind
    every = gdal.Open(f"masked{kind}.tif").ReadAsArray()
    every[..., y:y + h, x:x + w] = -1 if kind else 0
    assert (every == (-1 if kind else 0)).all(), kind' || fail "the pixels of patch depend on the mask"
